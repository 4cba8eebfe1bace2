"""Retries: which failed attempts are repeated, after what pause, and when to give up.

Policies for tenacity over the outcomes of attempts (see failures.py); they send nothing themselves.
"""

import math
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, stop_any
from tenacity.stop import stop_base
from tenacity.wait import wait_base, wait_random_exponential

from harness.endpoint.failures import FailedAttempt
from harness.endpoint.outage import FAILURES, SECONDS, Outage
from harness.endpoint.reply import FailureKind

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


def retrying(
    max_wait_s: float,
    tries: int,
    pause: Callable[[float], Awaitable[None]],
    outage: Outage,
) -> AsyncRetrying:
    """A new policy for one request. Its object counts, so it must not be used for two.

    Args:
        max_wait_s: how long after the first failure another attempt may begin.
        tries: the most attempts, whatever their failures.
        pause: sleeps.
        outage: hears of all requests' failures and answers.
    """
    return AsyncRetrying(
        sleep=pause,
        retry=retry_if_result(_failed),
        wait=wait_as_asked(),
        stop=stop_any(
            stop_after_attempt(tries),
            stop_after_kind(),
            stop_after_first_failure(max_wait_s),
            stop_when_down(outage),
        ),
        retry_error_callback=_last_outcome,
    )


class wait_as_asked(wait_base):  # noqa: N801 - named as tenacity names its own
    """The pause the endpoint asked for, else exponential with full jitter.

    A little jitter goes on top of what was asked for: all who were told "1 s" would else come back at once.
    """

    def __init__(self) -> None:
        self._otherwise = wait_random_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S)

    def __call__(self, retry_state: RetryCallState) -> float:
        asked_s = _outcome(retry_state).wait_s
        if asked_s is None:
            return self._otherwise(retry_state)
        spread_s = min(0.25 * asked_s + 0.05 * 2 ** min(retry_state.attempt_number, 10), LONGEST_PAUSE_S)
        return asked_s + random.uniform(0, spread_s)  # noqa: S311 - no secret depends on it


class stop_after_kind(stop_base):  # noqa: N801
    """As many attempts as this kind of failure is worth; other kinds in between do not count."""

    def __init__(self) -> None:
        self._seen: Counter[FailureKind] = Counter()

    def __call__(self, retry_state: RetryCallState) -> bool:
        failed = _outcome(retry_state)
        self._seen[failed.failure.kind] += 1
        return self._seen[failed.failure.kind] >= failed.tries


class stop_after_first_failure(stop_base):  # noqa: N801
    """No attempt begins later than this after the first failure.

    Not after the first attempt: a request may take longer than we are willing to wait for a repeat, and
    would then never be repeated.
    """

    def __init__(self, max_wait_s: float) -> None:
        self._max_wait_s = max_wait_s
        self._first_s: float | None = None

    def __call__(self, retry_state: RetryCallState) -> bool:
        now_s = time.monotonic()
        if self._first_s is None:
            self._first_s = now_s
        return now_s + retry_state.upcoming_sleep - self._first_s >= self._max_wait_s


class stop_when_down(stop_base):  # noqa: N801
    """Gives up early where the endpoint is down: nobody there, or nothing but failures of the server, for so long.

    Where it answered somebody else meanwhile, failed in another way or says that it will come, the time starts anew.
    """

    def __init__(self, outage: Outage) -> None:
        self._outage = outage
        self._since_s = math.inf
        self._failures = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        now_s = time.monotonic()
        failed = _outcome(retry_state)
        patience = _DOWN.get(failed.failure.kind)
        if patience is None or failed.will_come:
            self._since_s, self._failures = math.inf, 0
            return False
        if self._since_s == math.inf or self._outage.last_answer_s > self._since_s:
            self._since_s, self._failures = now_s, 0
        self._failures += 1
        seconds, failures = patience
        own = self._failures >= failures and now_s + retry_state.upcoming_sleep - self._since_s >= seconds
        return own or self._outage.is_over_all(retry_state.upcoming_sleep)


_DOWN = {
    FailureKind.UNREACHABLE: (30.0, 1),  # with a connection's 10 s before and behind it, within a minute
    FailureKind.SERVER_ERROR: (SECONDS, FAILURES),
    FailureKind.BAD_REPLY: (SECONDS, FAILURES),
}
"""Seconds, and failures in a row, after which it is down."""


def _failed(outcome: object) -> bool:
    return isinstance(outcome, FailedAttempt)


def _last_outcome(retry_state: RetryCallState) -> object:
    return _outcome(retry_state)


def _outcome(retry_state: RetryCallState) -> FailedAttempt:
    if retry_state.outcome is None:
        raise RuntimeError("tenacity asked about an attempt that has not ended")
    outcome = retry_state.outcome.result()
    if not isinstance(outcome, FailedAttempt):
        raise TypeError(f"only failed attempts are judged, not {outcome!r}")
    return outcome
