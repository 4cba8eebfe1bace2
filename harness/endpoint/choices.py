"""Choice logprobs: how probable a model finds given texts after a context.

Takes a context and its continuations, gives the summed natural logprob of each. Servers have three ways
for it (choice_routes.py), or none; which one an endpoint has is learned from the first question while the others wait.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.endpoint.choice_routes import ChoiceRoute, choice_routes
from harness.endpoint.exchange import Document, Exchange
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.fields import Fields
from harness.endpoint.learning import Learning
from harness.endpoint.reply import FailureKind
from harness.endpoint.settings import EndpointSettings
from harness.prompts import Message, ScoreChoices


@dataclass(frozen=True, slots=True)
class Choices:
    """Letter to the summed natural logprob of its continuation, after the context and after the baseline."""

    logprobs: dict[str, float]
    baselines: dict[str, float] | None = None


class ChoiceScorer:
    """Asks one endpoint for choice logprobs, and remembers how."""

    def __init__(self, settings: EndpointSettings, judge: Judge, fields: Fields) -> None:
        self._fields = fields
        self._model = settings.model
        self._judge = judge
        self._learning = Learning()
        self._routes = choice_routes(settings, judge)
        self._route: ChoiceRoute | None = None  # the way that works, once that is known

    async def ask(
        self, exchange: Exchange, context: str | tuple[Message, ...], want: ScoreChoices
    ) -> Choices | FailedAttempt:
        """Every continuation's summed logprob; equal ones after the same text are asked once."""
        if not isinstance(context, str):
            message = "Choices are scored after a text, not after chat messages; use another protocol"
            return self._judge.unsupported(message)
        logprobs: dict[str, float] = {}
        for beginning, continuations in want.by_beginning().items():
            found = await self._after(exchange, context + beginning, continuations)
            if isinstance(found, FailedAttempt):
                return found
            logprobs |= found
        if want.baseline is None:
            return Choices(logprobs)
        baselines = await self._after(exchange, want.baseline, want.continuations)
        return baselines if isinstance(baselines, FailedAttempt) else Choices(logprobs, baselines)

    def sent(self) -> Document:
        """What was learned, and what is therefore sent, for the score file; empty where nothing was asked."""
        if self._route is None:
            return {}
        return {
            "routes": [self._route.path],
            "temperature": self._fields.fit(self._route.path, self._route.fields).get("temperature"),
            "choice_route": self._route.name,
        }

    async def _after(
        self, exchange: Exchange, context: str, continuations: Mapping[str, str]
    ) -> dict[str, float] | FailedAttempt:
        texts = list(dict.fromkeys(continuations.values()))
        outcome = await self._score(exchange, context, texts)
        if isinstance(outcome, FailedAttempt):
            return outcome
        if not all(map(math.isfinite, outcome)):
            return self._judge.bad_reply("lacks the logprob of a token")
        of_text = dict(zip(texts, outcome, strict=True))
        return {letter: of_text[text] for letter, text in continuations.items()}

    async def _score(
        self, exchange: Exchange, context: str, texts: Sequence[str]
    ) -> list[float] | FailedAttempt:
        if self._route is None:
            learned = await self._learning.by_one(
                lambda: self._route is not None, lambda: self._learn(exchange, context, texts)
            )
            if learned is not None:
                return learned
        assert self._route is not None  # noqa: S101 - by_one says so
        return await self._route.score(exchange, context, texts)

    async def _learn(
        self, exchange: Exchange, context: str, texts: Sequence[str]
    ) -> list[float] | FailedAttempt:
        failed: list[FailedAttempt] = []
        for route in self._routes:
            outcome = await route.score(exchange, context, texts)
            if not isinstance(outcome, FailedAttempt):
                self._route = route
                return outcome
            if not outcome.declined:
                return outcome
            failed.append(outcome)
        first = failed[0].failure
        if first.kind is FailureKind.BAD_REQUEST and not any(
            word in first.message for word in ("echo", "logprob")
        ):
            return failed[0]  # it may be this question alone that is refused
        return self._judge.unsupported(
            f"{self._judge.where} has no way to score a given text with {self._model} (tried echo, "
            "prompt_logprobs, and grammars of tokens, which llama.cpp has since December 2025); use "
            "--protocol simple-evals, which reads the letter from the text"
        )
