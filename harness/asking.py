"""Asking: puts a plan's questions to an endpoint, and journals every reply before it counts.

Takes a Plan, an Endpoint and an open Journal; gives how the asking ended. A question is begun when the
endpoint has room for a request, so nothing is made for it before its turn.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Protocol

from harness.answers import Outcome
from harness.budget import Budget
from harness.endpoint.reply import UNWELL, Failure, FailureKind, Reply
from harness.journal import Entry, Journal
from harness.plan import Plan
from harness.prompts import Prompt
from harness.questions import Question
from harness.stops import Stop, StopKind

_HOPELESS = 10
"""So many failures without a reply in between, and nothing will come of the rest."""
_GONE_S = 30.0  # without a reply to anybody, which a question that was on its way before it sees too
_MUTE = 2
"""So many in vain while nobody had a reply: each has cost two whole time-outs, or half a minute of repeats."""
_UNWELL = UNWELL | {FailureKind.BAD_REPLY}


class Asked(Protocol):
    """What is asked: an endpoint."""

    async def room(self) -> None:
        """Wait until another prompt may be asked."""

    async def ask(self, prompt: Prompt) -> Reply | Failure:
        """The reply to one prompt."""


class Asking:
    """One pass over the questions that have no reply yet.

    Attributes:
        stopped: why it ended early; None where every question was asked.
    """

    def __init__(
        self,
        plan: Plan,
        questions: Sequence[Question],
        endpoint: Asked,
        journal: Journal,
        *,
        budget: Budget,
        answered: Callable[[Entry], None],
        first: int = 0,
    ) -> None:
        """
        Args:
            plan: what is asked.
            questions: those of the plan that have no reply yet.
            endpoint: who is asked.
            journal: where replies go.
            budget: what may be spent; knows how long the run has worked.
            answered: told of each entry once it is in the journal; may stop the asking.
            first: so many questions have ended before another is begun.
        """
        self.stopped: Stop | None = None
        self._plan = plan
        self._questions = questions
        self._left = self._unbegun = len(questions)
        self._endpoint = endpoint
        self._journal = journal
        self._budget = budget
        self._answered = answered
        self._first = first
        self._last_reply = float("-inf")
        self._ever_replied = len(questions) < len(plan.questions)
        self._failures_in_a_row = 0
        self._stop = asyncio.Event()

    def stop(self, stop: Stop) -> None:
        """End now; requests in flight are given up, and asked again when the run goes on."""
        self.stopped = self.stopped or stop
        self._stop.set()

    def stop_at_limit(self) -> None:
        """The same, because the run has used up what it may."""
        self.stop(Stop(StopKind.LIMIT, self._budget.sentence(self._left)))

    async def ask_all(self) -> None:
        """Ask until there are no more questions, or until stopped.

        Raises:
            StorageError: the journal cannot be written.
        """
        await self.unless_stopped(self._ask_in_turn())

    async def unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Await `work`, and give it up once stopped; raises what it raises."""
        task, stopped = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
            stopped.cancel()
            await asyncio.gather(task, stopped, return_exceptions=True)
        if not task.cancelled():
            task.result()

    async def _ask_in_turn(self) -> None:
        """Each when there is room for it, until one does not fit into the budget; those in flight come back then."""
        fitted = True
        open_: set[asyncio.Task[None]] = set()
        errors: list[BaseException] = []

        def close(task: asyncio.Task[None]) -> None:
            open_.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                errors.append(error)

        try:
            for place, question in enumerate(self._questions):
                if place == self._first:
                    await _returned(open_, errors)
                    if self.stopped:
                        break
                await self._endpoint.room()
                self._unbegun -= 1
                fitted = await self._budget.begin(question)
                await asyncio.sleep(0)  # whoever failed and so made room is heard first
                if errors or not fitted:
                    break
                task = asyncio.create_task(self._ask(question))
                open_.add(task)
                task.add_done_callback(close)
                await asyncio.sleep(0)  # it takes its place before the next one asks for room
            await _returned(open_, errors)
        finally:
            for task in list(open_):
                task.cancel()
            await asyncio.gather(*open_, return_exceptions=True)
        if errors:
            raise errors[0]
        if not fitted:
            self.stop_at_limit()

    async def _ask(self, question: Question) -> None:
        asked_at = time.monotonic()
        result: Reply | Failure | None = None
        try:
            prompt, dropped, result = await self._ask_fitting(question)
        finally:
            charge_usd = self._budget.ended(question, result)
        if isinstance(result, Failure):
            self._failures_in_a_row += result.kind in _UNWELL or not self._ever_replied
            if self._is_the_end(result, asked_at):
                self._budget.given_up_usd += charge_usd
                self.stop(Stop(StopKind.ENDPOINT, result.message))
                return
        else:
            self._left -= 1
            self._last_reply = time.monotonic()
            self._ever_replied = True
            self._failures_in_a_row = 0
        entry = self._entry(question, prompt, result, dropped)
        self._journal.append(entry)
        self._answered(entry)

    async def _ask_fitting(self, question: Question) -> tuple[Prompt, int, Reply | Failure]:
        """Ask with all examples, and where they do not fit, with the last one dropped, one at a time.

        As hendrycks/test does; its figures for models with short contexts depend on it.
        """
        attempts = retries = 0
        for dropped in range(self._plan.shots + 1):
            prompt = self._plan.prompt(question, dropped)
            result = await self._endpoint.ask(prompt)
            attempts += result.attempts
            retries += result.retries
            if not (isinstance(result, Failure) and result.kind is FailureKind.TOO_LONG):
                break
        return prompt, dropped, replace(result, attempts=attempts, retries=retries) if dropped else result

    def _is_the_end(self, failure: Failure, asked_at: float) -> bool:
        """Whether every other question would fail too: refused for all, gone, never there, or unwell for long."""
        silent_s = time.monotonic() - self._last_reply
        gone = failure.kind is FailureKind.UNREACHABLE and (self._last_reply < asked_at or silent_s > _GONE_S)
        mute = failure.kind in _UNWELL and self._last_reply < asked_at
        patience = _MUTE if mute else _HOPELESS
        return failure.fatal or gone or (self._unbegun > 0 and self._failures_in_a_row >= patience)

    def _entry(self, question: Question, prompt: Prompt, result: Reply | Failure, dropped: int) -> Entry:
        reply = result if isinstance(result, Reply) else None
        answer = self._plan.reader.read(reply, question) if reply else None
        return Entry(
            id=question.id,
            subject=question.subject,
            gold=question.gold,
            answer=answer.letter if answer else None,
            outcome=answer.outcome(question.gold) if answer else Outcome.FAILED,
            rule=answer.rule if answer else None,
            cluster=question.cluster,
            reply=reply,
            failure=result if isinstance(result, Failure) else None,
            prompt_sha256=prompt.sha256,
            shots_dropped=dropped,
            elapsed_s=round(self._budget.elapsed_s, 3),
        )


async def _returned(open_: set[asyncio.Task[None]], errors: Sequence[BaseException]) -> None:
    """Wait for all that are open, or the first error."""
    while open_ and not errors:
        await asyncio.wait(open_, return_when=asyncio.FIRST_EXCEPTION)
