"""Budgets: what a run may cost and how long it may work, and whether another question still fits.

Takes an Allowance; is asked before each question and told of each outcome. A question's worst case is set aside
until its reply says what it really took, so the limit is not passed whatever the replies are. What nobody can know
before may pass it all the same: replies that were counted, of no use and asked for again (empty ones, three times at
most), which are taken into account afterwards; and whatever a provider charges for requests that never came back and
were repeated, or were in flight when the process was killed.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.counted import counted
from harness.demand import Demand
from harness.endpoint.reply import Failure, FailureKind, Reply
from harness.prices import GpuHours, Prices
from harness.questions import Question

_FREE = frozenset(
    {
        FailureKind.RATE_LIMITED,
        FailureKind.KEY,
        FailureKind.NO_MODEL,
        FailureKind.QUOTA,
        FailureKind.WRONG_URL,
        FailureKind.TOO_LONG,
        FailureKind.UNSUPPORTED,
        FailureKind.BAD_REQUEST,
    }
)
"""Failures of requests that were refused before anything was generated."""

_ENDING_S = 0.05  # what giving up takes on a busy machine, so that a limit on time is not passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of a run, and what its earlier parts have used of them.

    Attributes:
        prices: of tokens, or of time.
        max_usd: None: no limit.
        max_s: seconds of asking, likewise.
        demand: the most that a question may take; asked only where tokens have a price and a limit.
        spent_usd: by earlier parts, at prices of tokens.
        worked_s: seconds that earlier parts took.
        longest_s: the longest that one of their replies took.
    """

    prices: Prices | GpuHours | None = None
    max_usd: float | None = None
    max_s: float | None = None
    demand: Callable[[Question], Demand]
    spent_usd: float = 0.0
    worked_s: float = 0.0
    longest_s: float = 0.0


class Budget:
    """What is left of an Allowance while one session asks.

    Attributes:
        given_up_usd: what questions of which the journal holds no line may have cost, at prices of tokens.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._began = time.monotonic() - allowance.worked_s
        self._max_s = _time_limit(allowance)
        self._tokens = allowance.prices if isinstance(allowance.prices, Prices) else None
        self._max_usd = allowance.max_usd if self._tokens and allowance.max_usd is not None else math.inf
        self._spent_usd = allowance.spent_usd
        self._longest_s = allowance.longest_s
        self._reserved: dict[str, float] = {}  # by the question's id
        self._learning_usd = 0.0
        self._returned = asyncio.Event()
        self.given_up_usd = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds that the run has worked, earlier parts included."""
        return time.monotonic() - self._began

    @property
    def left_s(self) -> float:
        """Seconds until the asking has to end for the limit on time; infinite where there is none."""
        return self._max_s - _ENDING_S - self.elapsed_s

    async def begin(self, question: Question) -> bool:
        """Wait until the question fits, and set its worst case aside; for one caller at a time.

        Returns:
            False where it will not fit, whatever those in flight turn out to cost.
        """
        worst = self._worst(question)
        while not self._fit(worst):
            if not self._reserved or not self._has_time():
                return False
            self._returned.clear()
            await self._returned.wait()
        if self._max_usd < math.inf:
            self._reserved[question.id], self._learning_usd = worst
        return True

    def fits(self, question: Question) -> bool:
        """Whether the question might be begun now."""
        return self._fit(self._worst(question))

    def ended(self, question: Question, result: Reply | Failure | None) -> float:
        """A question that was begun came back; None: it was given up.

        Returns:
            What it is taken to have cost, in US dollars; 0 where there is no limit on cost.
        """
        if isinstance(result, Reply):
            self._longest_s = max(self._longest_s, result.latency_s or 0.0)
        reserve_usd = self._reserved.pop(question.id, None)
        charge_usd = 0.0
        if reserve_usd is not None and self._tokens:
            charge_usd = charged_usd(result, reserve_usd, self._tokens)
            self._spent_usd += charge_usd
            self.given_up_usd += charge_usd if result is None else 0.0
        self._returned.set()
        return charge_usd

    def sentence(self, left: int) -> str:
        """That the limit is reached, with `left` questions unanswered."""
        return f"{self._reached()}, and {counted(left, 'question is', 'questions are')} left"

    def _reached(self) -> str:
        allowance = self._allowance
        if self._has_time():
            used = f"{self._spent_usd:.4f} US dollars are spent"
            return f"--max-cost {allowance.max_usd:g} leaves too little for one more question: {used}"
        used = f"{self.elapsed_s:.1f} s are used"
        if isinstance(allowance.prices, GpuHours) and self._max_s != allowance.max_s:
            used += f", which cost {allowance.prices.cost_usd(self.elapsed_s):.4f} US dollars"
            return f"--max-cost {allowance.max_usd:g} leaves no time for one more question: {used}"
        return f"--max-time {allowance.max_s:g} leaves no time for one more question: {used}"

    def _has_time(self) -> bool:
        return self._max_s == math.inf or self.left_s > self._longest_s

    def _fit(self, worst: tuple[float, float]) -> bool:
        needed_usd = math.fsum((self._spent_usd, *self._reserved.values(), *worst))
        return needed_usd <= self._max_usd and self._has_time()

    def _worst(self, question: Question) -> tuple[float, float]:
        """What the question may cost, and what one of those begun may beside that, to find out about the endpoint."""
        if self._tokens is None or self._max_usd == math.inf:
            return 0.0, 0.0
        demand = self._allowance.demand(question)
        learning_usd = self._tokens.most_usd(demand.learning_prompt_tokens, demand.learning_completion_tokens)
        return worst_usd(demand, self._tokens), max(learning_usd, self._learning_usd)


def worst_usd(demand: Demand, prices: Prices) -> float:
    """The most that a prompt may cost."""
    return prices.most_usd(demand.prompt_tokens, demand.completion_tokens)


def charged_usd(result: Reply | Failure | None, worst_usd: float, prices: Prices) -> float:
    """What a question cost, as far as is known; its worst case where it is not."""
    usage = result.usage if result else None
    counted = (
        prices.cost_usd(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) if usage else 0.0
    )
    if isinstance(result, Reply):
        return counted if usage and usage.prompt_tokens else worst_usd
    return counted if result and result.kind in _FREE else max(counted, worst_usd)


def _time_limit(allowance: Allowance) -> float:
    """Seconds; with a price an hour a limit on cost is one on time."""
    limits = [math.inf] if allowance.max_s is None else [allowance.max_s]
    if isinstance(allowance.prices, GpuHours) and allowance.max_usd is not None:
        limits.append(allowance.prices.seconds_for(allowance.max_usd))
    return min(limits)
