"""Findings: what an endpoint turned out to be, and what it can do.

Made by probe.py; says what is known and what is not. Sends nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        works: None where it is not known: not tried, or no reply in time.
        note: how, or why not; for people.
        value: what was found, for programs: how many candidates, the name of the way.
    """

    works: bool | None
    note: str
    value: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a check looks for.

    Attributes:
        refusal: why nothing was to be had, as one sentence; None where prompts are answered.
        reachable: whether anything answered at all.
        key: whether the key is good, or none is needed.
        model: whether the model is there; `note` has the nearest names where it is not listed.
        chat: whether messages are answered.
        completions: whether texts are continued.
        chat_logprobs: candidates for the first token of a chat's reply; `value` is how many.
        completion_logprobs: likewise for completions.
        given_texts: whether a text that the model did not choose can be scored; `value` is the way.
        echo: whether a completion can give its prompt back with the prompt's logprobs, one such way.
        forced_letters: whether the model can be held to a letter; `value` is the way.
        structured_output: whether a chat's reply can be held to a JSON schema.
        begun_reply: whether a chat's reply that was begun is gone on with.
        seed: whether a seed makes two replies the same.
        images: whether a message may hold an image; not whether the model sees it.
        reasoning: where it comes: a field's name, "<think> tags", "only counted" or "none"; None: not known.
        refused_fields: of a request, which a run leaves out, or sends under another name, because they were refused.
        context: tokens of prompt and reply together, as the endpoint says; None: it does not say.
        served_model, system_fingerprint: what replies name.
        server: the HTTP header of that name.
        version: of vLLM.
        latency_s: median of the requests that were answered.
        requests: how many were sent.
        took_s: from the first request to the last reply.
    """

    refusal: str | None
    reachable: Finding
    key: Finding
    model: Finding
    chat: Finding
    completions: Finding
    chat_logprobs: Finding
    completion_logprobs: Finding
    given_texts: Finding
    echo: Finding
    forced_letters: Finding
    structured_output: Finding
    begun_reply: Finding
    seed: Finding
    images: Finding
    reasoning: str | None
    refused_fields: tuple[str, ...]
    context: int | None
    served_model: str | None
    system_fingerprint: str | None
    server: str | None
    version: str | None
    latency_s: float | None
    requests: int
    took_s: float
