"""The endpoint: a Prompt goes in, a Reply or a Failure comes out.

Joins the parts of this package; knows neither tasks nor files. `ask` never raises an exception of the
HTTP client, and never makes an empty text of a failure.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from harness.endpoint.choice_routes import GrammarRoute
from harness.endpoint.choices import Choices, ChoiceScorer
from harness.endpoint.exchange import Document, Exchange, name_of
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.fields import CHAT, COMPLETIONS, Fields
from harness.endpoint.generate import Generated, Generator, one_token
from harness.endpoint.letters import Letters, LetterScorer
from harness.endpoint.level import Level
from harness.endpoint.pace import Pace
from harness.endpoint.rate import Rate
from harness.endpoint.reply import Failure, FailureKind, Reply
from harness.endpoint.retry import LONGEST_PAUSE_S
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.silence import until_dead
from harness.endpoint.transport import Transport
from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters

MODELS_TIMEOUT_S = 15.0


class Endpoint:
    """One model at one address; an async context manager.

    What the endpoint can do (which route, how many candidates) is learned from the first prompts and then
    kept for the life of this object.

    Attributes:
        warnings: what whoever reads the scores should know, each said once.
    """

    def __init__(self, settings: EndpointSettings, say: Callable[[str], None] | None = None) -> None:
        """
        Args:
            settings: where and how to ask.
            say: told each warning when it arises, which for most is at the first question.
        """
        self.warnings: list[str] = []
        self._say = say
        self._repeats_told: set[FailureKind] = set()
        self._settings = settings
        self._asks_chats = True
        self._judge = Judge(settings.base_url, settings.model, settings.api_key)
        self._pace = Pace(
            Level(settings.connections),
            Rate(per_minute=settings.requests_per_minute, tokens_per_minute=settings.tokens_per_minute),
            longest_pause_s=max(settings.max_wait_s, LONGEST_PAUSE_S),
        )
        self._transport = Transport(settings, pace=self._pace, judge=self._judge)
        self._fields = Fields(settings, self._judge, self._warn)
        self._generator = Generator(settings, self._judge, self._fields)
        # Completion texts may be sent on either route, messages only on the chat's: each learns for itself.
        self._letters = LetterScorer(settings, self._judge, self._fields, self._warn)
        self._chat_letters = LetterScorer(settings, self._judge, self._fields, self._warn)
        self._choices = ChoiceScorer(settings, self._judge, self._fields)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def room(self) -> None:
        """Wait until another prompt may be asked, so that no question is begun before its turn."""
        await self._pace.room()

    async def models(self) -> tuple[str, ...] | Failure:
        """The ids that the endpoint lists. Quick to give up: one repeat, 15 s each at most."""
        timeout_s = min(self._settings.timeout_s, MODELS_TIMEOUT_S)
        exchange = Exchange(
            self._transport,
            self._judge,
            self._fields,
            timeout_s=timeout_s,
            max_wait_s=MODELS_TIMEOUT_S,
            tries=2,
        )
        outcome = await exchange.get("/models", self._read_models)
        return exchange.failure(outcome) if isinstance(outcome, FailedAttempt) else outcome

    async def ask(self, prompt: Prompt) -> Reply | Failure:
        """Sends a prompt until it is answered or given up.

        Returns:
            A Reply, also where the endpoint's content filter refused (finish_reason content_filter); else
            the Failure. A prompt that is too long for the model is Failure TOO_LONG: it is never cut.
        """
        self._asks_chats = not isinstance(prompt.content, str)
        with self._pace.asking():
            return await self._ask(prompt)

    async def dead(self) -> Failure:
        """Wait until the endpoint takes requests and answers none; for ever where it lives, or nobody minds."""
        if self._settings.silence_s is None:
            await asyncio.Event().wait()
        else:
            await until_dead(self._transport.flights, self._knock, self._look, self._settings.silence_s)
        failure = self._judge.dead().failure
        return replace(failure, message=f"{failure.message}.")

    def sent(self) -> dict[str, object]:
        """The settings really sent so far, for the score file: routes, temperature, limits, what was learned."""
        askers = (self._generator, self._letters, self._chat_letters, self._choices)
        parts = [asker.sent() for asker in askers]
        sent = {name: value for part in parts for name, value in part.items()}
        if self._fields.refused:
            sent["refused"] = sorted(self._fields.refused)
        routes = {route for part in parts for route in part.get("routes", ())}
        for route in routes:
            sent |= self._fields.sent_besides(route)
        if routes and self._settings.api_version is not None:
            sent["api_version"] = self._settings.api_version
        sent["routes"] = sorted(
            route if route == GrammarRoute.path else self._transport.path + route for route in routes
        )
        return sent

    async def _ask(self, prompt: Prompt) -> Reply | Failure:
        settings = self._settings
        exchange = Exchange(
            self._transport,
            self._judge,
            self._fields,
            timeout_s=settings.timeout_s,
            max_wait_s=settings.max_wait_s,
            repeating=self._tell_of_repeats,
        )
        content = prompt.content
        match prompt.want:
            case Generate() as want:
                return _outcome(exchange, await self._generator.ask(exchange, content, want))
            case ScoreLetters(letters):
                scorer = self._letters if isinstance(content, str) else self._chat_letters
                return _outcome(exchange, await scorer.ask(exchange, content, letters))
            case ScoreChoices() as want:
                return _outcome(exchange, await self._choices.ask(exchange, content, want))

    async def _knock(self, timeout_s: float) -> bool:
        route = CHAT if self._asks_chats else COMPLETIONS
        body = self._fields.fit(route, one_token(route, self._settings))
        return await self._transport.knock("POST", route, json.dumps(body).encode(), timeout_s=timeout_s)

    async def _look(self, timeout_s: float) -> bool:
        return await self._transport.knock("GET", "/models", None, timeout_s=timeout_s)

    def _read_models(self, document: Document) -> tuple[str, ...] | FailedAttempt:
        entries = document.get("data")
        if not isinstance(entries, list):
            return self._judge.bad_reply("lists no models", tries=1)
        ids = (name_of(entry.get("id")) for entry in entries if isinstance(entry, dict))
        return tuple(id_ for id_ in ids if id_ is not None)

    def _tell_of_repeats(self, failed: FailedAttempt) -> None:
        """Once for each kind of failure: a run that is silent for minutes looks dead."""
        kind = failed.failure.kind
        if self._say and kind not in self._repeats_told:
            self._repeats_told.add(kind)
            self._say(f"{failed.failure.message}. Trying again, for up to {self._settings.max_wait_s:.0f} s.")

    def _warn(self, warning: str) -> None:
        self.warnings.append(warning)
        if self._say:
            self._say(warning)


def _outcome(exchange: Exchange, found: Generated | Letters | Choices | FailedAttempt) -> Reply | Failure:
    match found:
        case Generated():
            what: dict[str, Any] = {
                "text": found.text,
                "reasoning": found.reasoning,
                "finish_reason": found.finish_reason,
            }
        case Letters():
            what = {"text": "", "letter_logprobs": found.logprobs, "letter_forced": found.forced}
        case Choices():
            what = {"text": "", "choice_logprobs": found.logprobs, "choice_baselines": found.baselines}
        case FailedAttempt(filtered=True):
            what = {"text": "", "finish_reason": "content_filter"}
        case FailedAttempt():
            return exchange.failure(found)
    return Reply(
        **what,
        usage=exchange.usage,
        latency_s=exchange.latency_s,
        attempts=exchange.attempts,
        retries=exchange.retries,
        served_model=exchange.served_model,
        system_fingerprint=exchange.system_fingerprint,
    )
