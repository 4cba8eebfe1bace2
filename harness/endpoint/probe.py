"""Probes: a look at an endpoint by a dozen short requests, and who it is that answers there.

Takes EndpointSettings and a deadline, gives Findings. What matters to most runs is asked first, since there are only so
many requests and so much time. How each thing is tried: abilities.py.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from harness.endpoint.abilities import LLAMA_CPP, VLLM, Abilities
from harness.endpoint.choice_routes import native_url
from harness.endpoint.exchange import Document, name_of
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.findings import Finding, Findings
from harness.endpoint.listing import Listing, read_listing
from harness.endpoint.reply import FailureKind
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.watched import Watched

A = TypeVar("A")
MOST_REQUESTS = 12
DEADLINE_S = 7.5  # with the start of the command, under ten
_AT_ONCE = 4
_LONGEST_PAUSE_S = 2.0
_ABILITIES = (
    *("chat", "completions", "chat_logprobs", "completion_logprobs"),
    *("given_texts", "echo", "forced_letters", "structured_output", "begun_reply", "seed", "images"),
)
_REFUSED_FOR_ALL = (FailureKind.KEY, FailureKind.QUOTA, FailureKind.NO_MODEL)
_UNAUTHORIZED = 401  # not 403: a key may ask questions that may not list models


async def probe(
    settings: EndpointSettings, *, deadline_s: float = DEADLINE_S, sees_images: bool | None = None
) -> Findings:
    """Look at one model at one address.

    Args:
        settings: where it is and what its entry accepts.
        deadline_s: what has not answered by then has not answered.
        sees_images: whether the model does, by its entry; None where that does not say.
    """
    probing = _Probe(settings, deadline_s, sees_images)
    async with probing.transport:
        try:
            async with asyncio.timeout(deadline_s):
                await probing.run()
        except TimeoutError:
            probing.time_is_up()
    return probing.findings()


class _Probe:
    """One look; what was found is there whenever it ends."""

    def __init__(self, settings: EndpointSettings, deadline_s: float, sees_images: bool | None) -> None:
        self._settings = settings
        self._deadline_s = deadline_s
        self._sees_images = sees_images
        self._judge = Judge(settings.base_url, settings.model, settings.api_key)
        self.transport = Watched(settings, self._judge, most=MOST_REQUESTS, at_once=_AT_ONCE)
        # No request has a time of its own: the deadline ends them all.
        self._tried = Abilities(
            settings, self.transport, self._judge, timeout_s=2 * deadline_s, pause_s=_LONGEST_PAUSE_S
        )
        self._began = time.perf_counter()
        self._otherwise = Finding(None, "not tried")
        self._refusal: FailedAttempt | None = None
        self._listing = Listing()
        self._context: int | None = None
        self._version: str | None = None

    async def run(self) -> None:
        """Everything, in the order of its weight."""
        tried = self._tried
        await self._list()
        if self._refusal is None:
            await _all(tried.chat(), tried.completions())
            if not self._answers():
                self._refusal = self._failure_of_both()
        if self._refusal is None:
            await _all(tried.chat_logprobs(), tried.given_texts(self._listing.owner))
            images = tried.images(self._listing.inputs, by_entry=self._sees_images)
            await _all(self._hold(), images, tried.begun_reply_and_seed())
            await self._ask_server()
            await tried.echo()

    def time_is_up(self) -> None:
        """What is not known now is not going to be."""
        self._otherwise = Finding(None, f"no reply within {self._deadline_s:g} s")
        if self._answers() or self._refusal is not None:
            return
        if self.transport.answered:
            self._refusal = self._judge.unsupported(
                f"{self._judge.where} answered no prompt within {self._deadline_s:g} s; where the model is still "
                "loading, give it more with --timeout"
            )
        else:
            self._refusal = self._judge.timeout(self._deadline_s)

    def findings(self) -> Findings:
        """What is known by now."""
        latencies_s = self.transport.latencies_s
        return Findings(
            **{name: self._tried.found.get(name, self._otherwise) for name in _ABILITIES},
            refusal=self._sentence(),
            reachable=Finding(self.transport.answered, "" if self.transport.answered else "no reply"),
            key=self._key(),
            model=self._model(),
            reasoning=self._tried.reasoning,
            refused_fields=tuple(sorted(self._tried.fields.refused - {"seed"})),  # a run sends none
            context=self._context,
            served_model=self._named("served_model"),
            system_fingerprint=self._named("system_fingerprint"),
            server=self.transport.server,
            version=self._version,
            latency_s=statistics.median(latencies_s) if latencies_s else None,
            requests=self.transport.sent,
            took_s=time.perf_counter() - self._began,
        )

    async def _list(self) -> None:
        def read(document: Document) -> Listing | FailedAttempt:
            listing = read_listing(document, self._settings.model)
            return self._judge.bad_reply("lists no models", tries=1) if listing is None else listing

        outcome: Listing | FailedAttempt = self._judge.timeout(self._deadline_s / 3)
        with suppress(TimeoutError):  # a list that hangs is no reason not to ask
            async with asyncio.timeout(self._deadline_s / 3):
                outcome = await self._tried.exchange(tries=2).get("/models", read)
        if isinstance(outcome, Listing):
            self._listing = outcome
            self._context = outcome.context
        elif outcome.failure.kind is FailureKind.UNREACHABLE or outcome.failure.status == _UNAUTHORIZED:
            self._refusal = outcome

    async def _hold(self) -> None:
        await self._tried.forced_letters(self._listing.owner)
        await self._tried.structured_output()

    async def _ask_server(self) -> None:
        """What only one kind of server tells, where it calls itself so."""
        if self._listing.owner == VLLM:
            self._version = await self._get("/version", lambda document: name_of(document.get("version")))
        elif self._listing.owner == LLAMA_CPP and self._context is None:
            self._context = await self._get("/props", _context_of_a_slot)

    async def _get(self, path: str, read: Callable[[Document], A | None]) -> A | None:
        def found(document: Document) -> A | FailedAttempt:
            value = read(document)
            return self._judge.bad_reply("does not say", tries=1) if value is None else value

        outcome = await self._tried.exchange().get(native_url(self._settings.base_url, path), found)
        return None if isinstance(outcome, FailedAttempt) else outcome

    def _answers(self) -> bool:
        found = self._tried.found
        return any(name in found and found[name].works for name in ("chat", "completions"))

    def _failure_of_both(self) -> FailedAttempt:
        """Why neither route answers: what any route would refuse goes first."""
        failed = [self._tried.failed[name] for name in ("chat", "completions")]
        return next((each for each in failed if each.failure.kind in _REFUSED_FOR_ALL), failed[0])

    def _refused(self, kind: FailureKind) -> bool:
        return self._refusal is not None and self._refusal.failure.kind is kind

    def _sentence(self) -> str | None:
        if self._refusal is None:
            return None
        sentence = f"{self._refusal.failure.message}."
        if self._refused(FailureKind.NO_MODEL) and self._listing.names:
            sentence += f" It lists {self._listing.nearest(self._settings.model)}."
        return sentence

    def _key(self) -> Finding:
        sent = self._settings.api_key is not None
        if self._refused(FailureKind.KEY):
            return Finding(False, "refused" if sent else "none was sent, and one is wanted")
        if self._answers():
            return Finding(True, "accepted" if sent else "none was sent, and none is wanted")
        return self._otherwise

    def _model(self) -> Finding:
        """The refusal decides, not the list: many lists are wrong."""
        model, names = self._settings.model, self._listing.names
        refused = self._refused(FailureKind.NO_MODEL)
        if not (names or refused or self._answers()):
            return self._otherwise
        note = "the endpoint does not list its models"
        if names:
            note = "listed" if model in names else f"not listed; nearest: {self._listing.nearest(model)}"
        return Finding(True if self._answers() else False if refused else None, note)

    def _named(self, what: str) -> str | None:
        return next((name for exchange in self._tried.exchanges if (name := getattr(exchange, what))), None)


async def _all(*probes: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for each in probes:
            group.create_task(each)


def _context_of_a_slot(document: Document) -> int | None:
    settings = document.get("default_generation_settings")
    number = settings.get("n_ctx") if isinstance(settings, dict) else None
    return number if isinstance(number, int) else None
