"""Listings: what an endpoint's GET /models says of the model that is asked for.

Takes the document as it came; gives names, the context limit, what may be put in and who the server says it is. Sends
nothing.
"""

import difflib
from dataclasses import dataclass

from harness.endpoint.exchange import Document, name_of

# vLLM and SGLang; OpenRouter and Together; Groq; Mistral.
_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed.

    Attributes:
        names: ids of all models.
        context: tokens of prompt and reply together; None where the entry does not say.
        owner: the entry's `owned_by`, in which vLLM and llama.cpp name themselves.
        inputs: what the model reads, such as text and image; empty where the entry does not say.
    """

    names: tuple[str, ...] = ()
    context: int | None = None
    owner: str = ""
    inputs: frozenset[str] = frozenset()

    def nearest(self, model: str) -> str:
        """The names most like one that is not listed, separated by commas."""
        return ", ".join(difflib.get_close_matches(model, self.names, n=3, cutoff=0.0))


def read_listing(document: Document, model: str) -> Listing | None:
    """None where the document lists no models."""
    entries = document.get("data")
    if not isinstance(entries, list):
        return None
    named = {
        name: entry for entry in entries if isinstance(entry, dict) and (name := name_of(entry.get("id")))
    }
    # A server of one model answers to any name (llama.cpp).
    entry = next(iter(named.values())) if len(named) == 1 else named.get(model, {})
    return Listing(tuple(named), _context(entry), name_of(entry.get("owned_by")) or "", _inputs(entry))


def _inputs(entry: Document) -> frozenset[str]:
    """llama.cpp and OpenRouter say so."""
    architecture = entry.get("architecture")
    told = architecture.get("input_modalities") if isinstance(architecture, dict) else None
    return (
        frozenset(name for name in told if isinstance(name, str)) if isinstance(told, list) else frozenset()
    )


def _context(entry: Document) -> int | None:
    meta = entry.get("meta")
    told = [entry.get(field) for field in _CONTEXT_FIELDS]
    if isinstance(meta, dict):  # llama.cpp; n_ctx_train is what the model was made for, not what is served
        told.append(meta.get("n_ctx"))
    return next((number for number in told if isinstance(number, int) and number > 0), None)
