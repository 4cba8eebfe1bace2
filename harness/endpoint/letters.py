"""Letter logprobs: how probable each letter is as the first token after a prompt, by one request.

Takes a prompt's content and the letters. What the endpoint can do (completions or chat, how many
candidates, how to force a letter) is learned from the first questions while the others wait, then
stays fixed. How the candidates are read: candidates.py.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from harness.endpoint.candidates import candidates, letter_logprobs
from harness.endpoint.exchange import Document, Exchange, first_choice
from harness.endpoint.failures import FEW, FailedAttempt, Judge
from harness.endpoint.fields import CHAT, COMPLETIONS, Fields
from harness.endpoint.forcing import FORCES, Force, letter_written
from harness.endpoint.generate import chat_messages
from harness.endpoint.learning import Learning
from harness.endpoint.reply import FailureKind
from harness.endpoint.settings import EndpointSettings
from harness.prompts import Message

# llama.cpp gives as many as it is asked for; vLLM 20, OpenAI 20 in chats and 5 in completions.
ASKED_CANDIDATES = (1000, 100, 20, 5)
_FEW_CANDIDATES = 100  # not as many as were asked for: tokens of the same text are one candidate


@dataclass(frozen=True, slots=True)
class Letters:
    """Logprobs of those letters that are among the candidates.

    Attributes:
        logprobs: letter to natural logprob; None where a forced letter's own is not known.
        forced: the model was held to the letters, so only its choice is there.
    """

    logprobs: dict[str, float | None]
    forced: bool = False


class LetterScorer:
    """Asks one endpoint for letter logprobs, and remembers how."""

    def __init__(
        self, settings: EndpointSettings, judge: Judge, fields: Fields, warn: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._fields = fields
        self._judge = judge
        self._warn = warn
        self._learning = Learning()
        self._learning_force = Learning()
        self._unforceable = False
        self._said_few = False
        self._route: str | None = None  # where the letters come from, once that is known
        self._asked = 0
        self._force: Force | None = None  # how a letter is forced, once that was needed and found

    async def ask(
        self, exchange: Exchange, content: str | tuple[Message, ...], letters: str
    ) -> Letters | FailedAttempt:
        """The letters' logprobs, by one request once the route is known."""
        if self._route is None:
            learned = await self._learning.by_one(
                lambda: self._route is not None, lambda: self._learn(exchange, content, letters)
            )
            if learned is not None:
                return learned
        found = await self.candidates(exchange, self._route or CHAT, self._asked, content=content)
        return await self._letters(exchange, content, letters, found)

    async def candidates(
        self, exchange: Exchange, route: str, asked: int, *, content: str | tuple[Message, ...]
    ) -> dict[str, float] | FailedAttempt:
        """The candidates for the first token on one route, by one request; learns nothing."""
        fields = self._body(route, content) | _logprobs(route, asked)

        def read(document: Document) -> dict[str, float] | FailedAttempt:
            choice = first_choice(document)
            if choice is None:
                return self._judge.bad_reply("has no choices")
            found = candidates(choice)
            if found is not None:
                return found
            if choice.get("finish_reason") == "content_filter":
                return self._judge.empty(filtered=True)
            if self._route is None:
                return self._judge.lacking("has no logprobs")
            return self._judge.bad_reply("has no logprobs", tries=FEW)

        return await exchange.post(route, fields, read)

    async def held(
        self,
        exchange: Exchange,
        route: str,
        force: Force,
        *,
        content: str | tuple[Message, ...],
        letters: str,
    ) -> Letters | FailedAttempt:
        """The letter that is written where the model is held to these, by one request; no letter where it was not."""
        texts = [f" {letter}" if route == COMPLETIONS else letter for letter in letters]
        fields = self._body(route, content, max_tokens=force.tokens) | force.fields(texts)
        if force.true_logprob:
            fields |= _logprobs(route, 1)

        def read(document: Document) -> Letters | FailedAttempt:
            choice = first_choice(document)
            if choice is None:
                return self._judge.bad_reply("has no choices")
            letter = letter_written(choice)
            if letter is None or letter not in list(letters):
                return Letters({})
            known = letter_logprobs(candidates(choice) or {}, letter, spaced_first=route == COMPLETIONS)
            return Letters({letter: known.get(letter) if force.true_logprob else None}, forced=True)

        return await exchange.post(route, fields, read)

    def sent(self) -> Document:
        """What was learned, and what is therefore sent, for the score file; empty where nothing was asked."""
        if self._route is None:
            return {}
        fields = self._fields.fit(self._route, self._body(self._route, ""))
        return {
            "routes": [self._route],
            "temperature": fields.get("temperature"),
            "max_tokens": 1,
            "logprob_candidates": self._asked,
            "letters_forced_by": self._force.name if self._force else None,
        }

    async def _learn(
        self, exchange: Exchange, content: str | tuple[Message, ...], letters: str
    ) -> Letters | FailedAttempt:
        failed: list[FailedAttempt] = []
        for route in (COMPLETIONS, CHAT) if isinstance(content, str) else (CHAT,):
            for asked in self._worth_asking():
                found = await self.candidates(exchange, route, asked, content=content)
                if not isinstance(found, FailedAttempt):
                    self._route, self._asked = route, asked
                    await self._prepare_for_missing(exchange, content, letters, found)
                    return await self._letters(exchange, content, letters, found)
                failed.append(found)
                if not found.declined:
                    return found
                if found.failure.kind is not FailureKind.BAD_REQUEST:
                    break  # the route is not there, or gives no logprobs: fewer will not help
        return self._no_logprobs(failed)

    def _worth_asking(self) -> list[int]:
        """Numbers of candidates, the most first; without those that are known to be refused."""
        most = self._settings.candidates or ASKED_CANDIDATES[0]
        return [number for number in ASKED_CANDIDATES if number <= most]

    async def _prepare_for_missing(
        self, exchange: Exchange, content: str | tuple[Message, ...], letters: str, found: dict[str, float]
    ) -> None:
        """Where letters may be missing later, see now whether one can be forced, and say so if not.

        The least probable letter is tried: a server that ignores what it does not know would write another. Where
        no letter is there at all, the first question itself tells; what is busy now is learned when it is needed.
        """
        there = letter_logprobs(found, letters, spaced_first=self._route == COMPLETIONS)
        if not there or len(letters) == 1:
            return
        if self._asked == ASKED_CANDIDATES[0] and len(there) == len(letters):
            if len(found) < _FEW_CANDIDATES:
                self._warn(
                    f"{self._judge.where} gives {len(found)} candidates for the first token, fewer than were asked "
                    "for: where no letter is among them, the model has to be held to the letters."
                )
        else:
            least = min(letters, key=lambda letter: there.get(letter, -math.inf))
            await self._learning_force.by_one(
                self._force_is_known, lambda: self._learn_force(exchange, content, least)
            )

    def _no_logprobs(self, failed: list[FailedAttempt]) -> FailedAttempt:
        kinds = {each.failure.kind for each in failed}
        if kinds == {FailureKind.WRONG_URL}:
            return failed[-1]
        about_logprobs = any("logprob" in each.failure.message for each in failed)
        if FailureKind.BAD_REQUEST in kinds and not about_logprobs:
            return failed[-1]  # it may be this question alone that is refused
        return self._judge.unsupported(
            f"{self._judge.where} gives no logprobs for {self._settings.model}, so letters cannot be scored; "
            "use --protocol simple-evals, which reads the letter from the text"
        )

    async def _letters(
        self,
        exchange: Exchange,
        content: str | tuple[Message, ...],
        letters: str,
        found: dict[str, float] | FailedAttempt,
    ) -> Letters | FailedAttempt:
        if isinstance(found, FailedAttempt):
            return found
        logprobs = letter_logprobs(found, letters, spaced_first=self._route == COMPLETIONS)
        if len(logprobs) < len(letters) and not self._said_few:
            self._said_few = True
            self._warn(
                f"{self._judge.where} gives {len(found)} candidates for the first token, and not every letter "
                "was among them: missing letters count as less probable than those that are there."
            )
        if logprobs:
            return Letters(dict(logprobs))
        return await self._forced(exchange, content, letters)

    async def _forced(
        self, exchange: Exchange, content: str | tuple[Message, ...], letters: str
    ) -> Letters | FailedAttempt:
        """The letter that the model takes where it may take nothing else; no letter where no way works."""
        if not self._force_is_known():
            learned = await self._learning_force.by_one(
                self._force_is_known, lambda: self._learn_force(exchange, content, letters)
            )
            if learned is not None:
                return learned
        if self._force is None:
            return Letters({})
        return await self.held(exchange, self._route or CHAT, self._force, content=content, letters=letters)

    def _force_is_known(self) -> bool:
        return self._force is not None or self._unforceable

    async def _learn_force(
        self, exchange: Exchange, content: str | tuple[Message, ...], letters: str
    ) -> Letters | FailedAttempt:
        for force in FORCES[self._route or CHAT]:
            if not self._settings.omit.isdisjoint(force.fields([*letters])):
                continue
            outcome = await self.held(exchange, self._route or CHAT, force, content=content, letters=letters)
            if isinstance(outcome, Letters) and outcome.logprobs:
                self._force = force
                return outcome
            if isinstance(outcome, FailedAttempt) and not outcome.declined:
                return outcome
        self._unforceable = True
        self._warn(
            f"{self._judge.where} cannot hold the model to the letters: where none of them is among its "
            "candidates, the question stays without an answer."
        )
        return Letters({})

    def _body(self, route: str, content: str | tuple[Message, ...], *, max_tokens: int = 1) -> Document:
        fields: Document = {"model": self._settings.model}
        if route == COMPLETIONS:
            fields |= {"prompt": content, "max_tokens": max_tokens}
        else:
            messages = (Message("user", content),) if isinstance(content, str) else content
            fields |= {"messages": chat_messages(messages), self._settings.max_tokens_field: max_tokens}
        if self._settings.temperature is not None:
            fields["temperature"] = 0
        return fields


def _logprobs(route: str, asked: int) -> Document:
    return {"logprobs": asked} if route == COMPLETIONS else {"logprobs": True, "top_logprobs": asked}
