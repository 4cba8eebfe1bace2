"""Outages: how long an endpoint has answered nobody and only failed, whichever questions it failed.

A gateway before a dead server takes seconds over each failure, and failures lower how many are asked at once, so that
single requests hardly come to count their own. Hears of answers and failures; sends nothing, gives nothing up.
"""

import math
import time
from collections.abc import Callable

from harness.endpoint.failures import FailedAttempt
from harness.endpoint.reply import FailureKind

FAILURES, SECONDS = 5, 25.0
"""Failures in a row, and the time since the first of them, after which the endpoint is taken for down."""
# Whoever has waited so long for a reply may yet have one: replies of minutes come at long intervals.
_WAITED_S = 20.0
_FAILS = frozenset({FailureKind.SERVER_ERROR, FailureKind.BAD_REPLY})


class Outage:
    """The failures of an endpoint since it last answered a question.

    Attributes:
        last_answer_s: when a question last had a reply of use, by time.monotonic; -inf: never.
    """

    def __init__(self, longest_wait_s: Callable[[], float]) -> None:
        """
        Args:
            longest_wait_s: seconds for which the oldest request on its way has waited.
        """
        self.last_answer_s = -math.inf
        self._longest_wait_s = longest_wait_s
        self._since_s = math.inf
        self._failures = 0

    def answered(self) -> None:
        """A question had a reply."""
        self.last_answer_s = time.monotonic()
        self._forget()

    def failed(self, failed: FailedAttempt) -> None:
        """A request failed; in another way than by the server's fault, or with its word that it comes, is no outage."""
        if failed.failure.kind not in _FAILS or failed.will_come:
            self._forget()
            return
        self._since_s = min(self._since_s, time.monotonic())
        self._failures += 1

    def is_over_all(self, upcoming_s: float) -> bool:
        """Whether there will have been nothing but failures for long enough after a pause of so many seconds."""
        lasts_s = time.monotonic() + upcoming_s - self._since_s
        return self._failures >= FAILURES and lasts_s >= SECONDS and self._longest_wait_s() < _WAITED_S

    def _forget(self) -> None:
        self._since_s, self._failures = math.inf, 0
