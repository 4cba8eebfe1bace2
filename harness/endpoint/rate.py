"""Rates: how often requests may begin, learned from the endpoint's rejections, or fixed.

Takes the moments of requests, replies and rejections (429); gives the seconds until the next request may begin.
Arithmetic only: sleeps nowhere, sends nothing.

One rejection among replies is chance, or a proxy's mood, and slows nothing; several in a row are a limit, two after a
pause that was kept. Then nothing begins for as long as the endpoint asks, and afterwards at four fifths of the rate
at which requests had been accepted, growing until the next rejection shows where the limit is, and from there very
slowly. A pace that is lowered by a quarter and is still rejected is not what the rejections are about: it is given
up, and more of them in a row are wanted the next time. Halving at each rejection, as others do, crawls at a tenth of
a low limit.
"""

import math
from collections import deque
from collections.abc import Iterator
from itertools import islice

_IN_A_ROW = 3
_SERVED_S = 2.0  # so soon after a pause that nothing ended before its time, one less is enough
_LOOK_BACK_S = 10.0
_DEFAULT_PAUSE_S = 1.0
_SAFE_SHARE = 0.8
_LOWERED = 0.9  # by the first rejection at a learned pace
_LOWERED_LATER = 0.97
_NO_USE = 0.75  # of the pace that was rejected first
_GROWTH_A_S, _GROWTH_LATER_A_S = 0.06, 0.0015
_MEASURED_REPLIES = 20


class Rate:
    """When the next request may begin."""

    def __init__(self, *, per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._fixed = per_minute is not None
        self._per_s = per_minute / 60 if per_minute is not None else None
        self._tokens_per_s = tokens_per_minute / 60 if tokens_per_minute is not None else None
        self._usual_tokens = 0.0
        self._next_s = self._tokens_free_s = self._closed_until_s = self._doubtful_until_s = -math.inf
        self._since_s: float | None = None
        self._accepted: deque[float] = deque()
        self._served_s = -math.inf
        self._in_a_row = 0
        self._false_alarms = 0
        self._rejected_at: float | None = None  # the pace that was rejected first
        self._grown_s = self._deaf_until_s = -math.inf

    def wait_s(self, now_s: float) -> float:
        """Seconds until a request may begin; 0 or less: now."""
        return max(self._next_s, self._tokens_free_s, self._closed_until_s, self._doubtful_until_s) - now_s

    def begun(self, now_s: float) -> None:
        """A request begins."""
        if self._since_s is None:
            self._since_s = now_s
        if -math.inf < self._doubtful_until_s <= now_s:
            self._served_s, self._doubtful_until_s = now_s, -math.inf
        if self._per_s is not None:
            self._next_s = max(self._next_s, now_s) + 1 / self._per_s
        if self._tokens_per_s is not None:
            self._tokens_free_s = max(self._tokens_free_s, now_s) + self._usual_tokens / self._tokens_per_s

    def used(self, tokens: int) -> None:
        """A reply counted so many tokens; what was set aside for it was the usual number."""
        if self._tokens_per_s is not None:
            self._tokens_free_s += (tokens - self._usual_tokens) / self._tokens_per_s
            self._usual_tokens += (tokens - self._usual_tokens) / 8 if self._usual_tokens else tokens

    def close(self, until_s: float) -> None:
        """The endpoint says that nothing is left until then."""
        self._closed_until_s = max(self._closed_until_s, until_s)

    def accepted(self, now_s: float) -> None:
        """A request was answered, rightly or not, but not rejected."""
        self._doubtful_until_s = -math.inf
        self._in_a_row = 0
        if self._fixed:
            return
        if now_s >= self._closed_until_s:
            self._accepted.append(now_s)
        while self._accepted and self._accepted[0] < now_s - _LOOK_BACK_S:
            self._accepted.popleft()
        if self._per_s is not None:
            growth = _GROWTH_A_S if self._rejected_at is None else _GROWTH_LATER_A_S
            self._per_s *= 1 + growth * min(max(now_s - self._grown_s, 0.0), 1.0)
            self._grown_s = now_s

    def rejected(self, now_s: float, asked_s: float | None, in_flight: int) -> None:
        """A request was rejected for coming too soon.

        Args:
            now_s: the moment.
            asked_s: the pause that the endpoint asks for, where it does.
            in_flight: the other requests that are on their way.
        """
        self._in_a_row += 1
        if self._fixed or now_s < self._deaf_until_s:  # it belongs to those that were counted
            return
        pause_s = _DEFAULT_PAUSE_S if asked_s is None else asked_s
        if self._per_s is None:
            self._suspect(now_s, pause_s, in_flight)
        else:
            self._lower(self._per_s, now_s, pause_s)

    def _suspect(self, now_s: float, pause_s: float, in_flight: int) -> None:
        """Nothing begins until a reply shows that this one was chance, or enough in a row that it was not."""
        # Of requests that begin together some are let in, which breaks the row.
        served = now_s - self._served_s < _SERVED_S
        if self._in_a_row < _IN_A_ROW - served + 2 * self._false_alarms:
            self._doubtful_until_s = now_s + pause_s
            return
        began_s = max(now_s if self._since_s is None else self._since_s, now_s - _LOOK_BACK_S)
        let_in = max(len(self._accepted) + in_flight, 1)
        self._per_s = _SAFE_SHARE * let_in / (now_s - began_s + max(pause_s, 0.1))
        self._rejected_at = None
        self._accepted.clear()
        self._grown_s = now_s
        self._doubtful_until_s = -math.inf
        self.close(now_s + pause_s)
        self._deaf_until_s = self._closed_until_s + 0.2

    def _lower(self, pace: float, now_s: float, pause_s: float) -> None:
        first = self._rejected_at is None
        self._per_s = min(pace * (_LOWERED if first else _LOWERED_LATER), self._measured(now_s))
        self._grown_s = now_s
        if self._rejected_at is None:
            self._rejected_at = pace
            self._deaf_until_s = now_s + 0.2
        elif self._per_s < _NO_USE * self._rejected_at:
            self._false_alarms += 1
            self._per_s = self._rejected_at = None
            self._next_s = -math.inf
            self._since_s = now_s
            self._accepted.clear()
        elif self._in_a_row >= _IN_A_ROW:
            self.close(now_s + pause_s)

    def _measured(self, now_s: float) -> float:
        """Requests a second that were accepted lately; infinite where that is not known."""
        last = list(self._latest())
        return len(last) / (now_s - last[-1]) if len(last) >= 8 and now_s > last[-1] else math.inf

    def _latest(self) -> Iterator[float]:
        return islice(reversed(self._accepted), _MEASURED_REPLIES)
