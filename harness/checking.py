"""Checks: what a model's endpoint can do, and which protocols will therefore work there.

Joins the model, its serving where we serve it, and the probe. Asks no task's questions and writes no file.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from harness.endpoint.findings import Finding, Findings
from harness.endpoint.probe import DEADLINE_S, MOST_REQUESTS, probe
from harness.errors import EndpointError, UsageError
from harness.models import find_model
from harness.observer import Observer, Silent
from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters
from harness.protocols import PROTOCOLS
from harness.questions import Question
from harness.serving import served, weights_of
from harness.session import finish
from harness.settings import RunSettings

_QUESTION = Question(
    id="colours/0",
    subject="colours",
    text="What colour is the sky on a clear day?",
    choices=("red", "blue", "green", "black"),
    gold="B",
)


@dataclass(frozen=True, slots=True)
class Check:
    """What was found.

    Attributes:
        model: as typed.
        endpoint: its base URL, or "embedded".
        findings: what the endpoint can do.
        protocols: by name, whether each will work, and why.
        context_of_entry: tokens of prompt and reply together that the model's entry names; None: it names none.
    """

    model: str
    endpoint: str
    findings: Findings
    protocols: dict[str, Finding] = field(default_factory=dict)
    context_of_entry: int | None = None

    @property
    def trouble(self) -> str | None:
        """Why no run will come to anything, as one sentence; None where chats or completions are answered."""
        return self.findings.refusal

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "model": self.model,
            "endpoint": self.endpoint,
            "found": asdict(self.findings),
            "context_of_entry": self.context_of_entry,
            "protocols": {name: asdict(finding) for name, finding in self.protocols.items()},
        }


def check(
    model: str,
    *,
    host: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
    timeout_s: float = DEADLINE_S,
    local_only: bool = False,
    observer: Observer | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Check:
    """Probe a model's endpoint by at most a dozen short requests.

    Args:
        model: as for a run.
        host: likewise.
        base_url: likewise.
        api_key_env: likewise.
        timeout_s: seconds that all requests together may take; what has not answered by then has not answered.
        local_only: as for a run.
        observer: told what is done; nobody where None.
        environment: where keys and OPENAI_BASE_URL are looked up.

    Returns:
        What was found, also where the endpoint refuses or cannot be reached; see `trouble`.

    Raises:
        UsageError: a setting or a name is wrong, or weights cannot be served.
        EndpointError: weights cannot be had, or the engine that serves them died.
    """
    if not 0 < timeout_s < math.inf:
        raise UsageError(f"--timeout {timeout_s:g} should be seconds, more than 0.")
    observer = observer or Silent()
    # As a run with the same options would ask; the task does not matter.
    where: dict[str, Any] = {
        "host": host,
        "base_url": base_url,
        "api_key_env": api_key_env,
        "local_only": local_only,
    }
    settings = RunSettings(model=model, task="any", **where)
    found = find_model(model, environment, **where)
    weights = weights_of(found, observer)
    with served(settings, found, weights) as (endpoint, died):
        observer.say(
            f"Checking {found.where} by at most {MOST_REQUESTS} requests, for at most {timeout_s:g} s."
        )
        # Its replies are of a few tokens each, and all begin with thoughts where the model has any.
        brief = replace(endpoint, reasons_in_text=False)
        findings = finish(probe(brief, deadline_s=timeout_s, sees_images=found.profile.images))
        how = died()
    if how is not None:
        raise EndpointError(how)
    protocols = {
        name: will_work(protocol.build(_QUESTION, ()), findings) for name, protocol in PROTOCOLS.items()
    }
    return Check(model, found.where, findings, protocols, found.profile.context)


def will_work(prompt: Prompt, findings: Findings) -> Finding:
    """Whether such a prompt will get the reply that it wants, and by what, or why not."""
    is_text = isinstance(prompt.content, str)
    match prompt.want:
        case Generate() as want:
            by = _by("completions", findings.completions) if is_text else _by("chat", findings.chat)
            if want.letters:
                return _both(by, _by("structured output", findings.structured_output))
            return _both(by, _by("begun replies", findings.begun_reply)) if prompt.begun else by
        case ScoreLetters():
            chat = _by("chat logprobs", findings.chat_logprobs)
            completions = _by("completion logprobs", findings.completion_logprobs)
            return _letters(_better(completions, chat) if is_text else chat, findings.forced_letters)
        case ScoreChoices():
            by = _by("given texts", findings.given_texts)
            return by if is_text else Finding(False, "given texts are scored after a text, not in a chat")


def _by(what: str, finding: Finding) -> Finding:
    match finding.works:
        case True:
            return Finding(True, f"by {what}")
        case False:
            return Finding(False, f"no {what}")
        case None:
            return Finding(None, f"not known: {what}")


def _both(one: Finding, other: Finding) -> Finding:
    """Where one thing is needed beside another."""
    if not one.works:
        return one
    return Finding(True, f"{one.note}, and {other.note}") if other.works else other


def _better(one: Finding, other: Finding) -> Finding:
    """The one that works; where neither does, what is to be said of both."""
    if one.works or other.works:
        return one if one.works else other
    works = False if one.works is other.works is False else None
    return Finding(works, f"{one.note}; {other.note}")


def _letters(finding: Finding, forced: Finding) -> Finding:
    """Where letters are no candidates, and cannot be forced, questions stay without an answer."""
    if not finding.works or forced.works is not False:
        return finding
    return replace(finding, note=f"{finding.note}; a question with no letter among them stays unanswered")
