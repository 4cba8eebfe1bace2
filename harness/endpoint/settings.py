"""Settings of an endpoint: where it is, which model is asked, and how.

Made once by whoever reads the command line and models.yaml, never changed after. Holds a secret, the
API key, which its repr leaves out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """How to reach a model and what may be sent to it.

    Attributes:
        base_url: as `http://127.0.0.1:8000/v1`; the routes are put behind it.
        model: the id sent in every request.
        api_key: sent as a bearer token; None sends no Authorization header at all.
        api_version: where set, the base URL is that of an Azure resource, the model a deployment there, and the key
            goes into Azure's own header.
        account: send the organization and the project that the environment names for the openai client.
        candidates: logprobs for a token that are asked for at most; None: as many as it gives.
        reasons_in_text: the model thinks in its reply's text, whose opening tag a server's template may have written:
            a chat's reply that was cut off before any tag is thought, and no answer.
        temperature: None sends none.
        top_p: with generated text; likewise.
        max_tokens: goes before the prompt's own limit for generated text; the single token of
            ScoreLetters and ScoreChoices is not touched.
        max_tokens_field: the name of that limit in chats: some models want `max_completion_tokens`.
        omit: request fields that this model does not accept; they are left out.
        extra: fields that every chat and completion carries besides.
        timeout_s: for one request, from its first byte sent to the last received.
        max_wait_s: how long, after its first failure, a request is tried again.
        silence_s: after so many without any reply the endpoint has to show that it lives; None: it has its time-outs.
        connections: requests in flight at once; None: as many as bring more throughput, found while asking.
        requests_per_minute: no more than these; None: as many as the endpoint takes without rejecting.
        tokens_per_minute: likewise, of prompts and replies together.
        local_only: connect to loopback and private addresses alone, and through no proxy.
    """

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    api_version: str | None = None
    account: bool = False
    candidates: int | None = None
    reasons_in_text: bool = False
    temperature: float | None = 0.0
    top_p: float | None = None
    max_tokens: int | None = None
    max_tokens_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    extra: Mapping[str, Any] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S
    max_wait_s: float = 300.0
    silence_s: float | None = None
    connections: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    local_only: bool = False
