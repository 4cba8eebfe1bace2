"""Levels: how many requests may be in flight at once, found by what more of them bring.

Takes how many requests are in flight since when and how long each took; gives a limit. Arithmetic only: knows no HTTP
and no rates (rate.py).

Throughput is requests in flight / seconds that one takes (Little 1961, "A proof for the queuing formula L = λW"). The
limit doubles as long as a doubling brings 1.4 times the throughput or more, so it never exceeds three times what the
server works on at once: a queue in the server is no throughput. Then it settles at the last limit that did bring more,
and now and then tries a little more and a little less, since other people's load comes and goes. Latency alone would
not do: with continuous batching it rises a little with every request while throughput still grows.
"""

import math
from typing import Literal, NewType

FIRST = 4
MOST = 1024
_FEWEST = 8  # replies that a judgement takes: their lengths, and so their times, differ
_WORTH_DOUBLING = 1.4
_MORE, _LESS = 1.4, 0.75
_LONGEST_REST = 32  # measurements between two trials, once trials bring nothing
_FAILURES_IN_A_ROW = 8


Epoch = NewType("Epoch", int)
"""The time under one limit; a request that began in another tells nothing of this one."""


class Level:
    """The limit that finds its own height; or a fixed one.

    Attributes:
        limit: requests that may be in flight.
        epoch: grows whenever the limit changes.
    """

    def __init__(self, fixed: int | None = None) -> None:
        self.limit = fixed or FIRST
        self._fixed = fixed is not None
        self._phase: Literal["doubling", "settled", "more", "less"] = "doubling"
        self._home = (0, 0.0)  # the limit to go back to, and its throughput
        self._rest = 2
        self._rested = 0
        self._last_trial: Literal["more", "less"] = "less"
        self._failures = 0
        self._in_flight = 0
        self._now_s = 0.0
        self.epoch = Epoch(0)
        self._forget()

    def count(self, in_flight: int, now_s: float) -> None:
        """From now on so many requests are in flight."""
        self._request_seconds += self._in_flight * (now_s - self._now_s)
        self._in_flight = in_flight
        self._now_s = now_s

    def replied(self, epoch: Epoch, latency_s: float) -> None:
        """A request that began in `epoch` was answered."""
        self._failures = 0
        if self._fixed or epoch != self.epoch:
            return
        self._replies += 1
        # Later ones count more: the first of an epoch find no queue yet, and would promise too much throughput.
        self._weight += self._replies
        self._weighted_s += self._replies * latency_s
        wanted = self.limit if self._phase == "doubling" else 2 * self.limit
        if self._replies >= max(wanted, _FEWEST):
            self._judge()

    def failed(self) -> None:
        """One was not, and the server is to blame; many in a row halve the limit, and the search starts anew."""
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW and not self._fixed:
            self._failures = 0
            self._home = (0, 0.0)
            self._move("doubling", self.limit // 2)

    def _judge(self) -> None:
        elapsed_s = self._now_s - self._since_s
        at_once = self._request_seconds / elapsed_s if elapsed_s else 0.0
        throughput = at_once * self._weight / self._weighted_s if self._weighted_s else math.inf
        filled = at_once >= 0.7 * self.limit
        home, before = self._home
        match self._phase:
            case _ if not filled:  # something else holds us up, and more would bring nothing
                self._forget()
            case "doubling" if throughput >= _WORTH_DOUBLING * before:
                self._home = (self.limit, throughput)
                self._move("doubling" if self.limit < MOST else "settled", 2 * self.limit)
            case "doubling":
                self._settle(math.ceil(1.1 * home))
            case "settled":
                self._home = (self.limit, throughput)
                self._try_another()
            case "more" if throughput >= before * (1 + 0.5 * (self.limit / home - 1)):
                self._home = (self.limit, throughput)
                self._move("doubling", 2 * self.limit)
            case "less" if throughput >= 0.97 * before:
                self._settle(self.limit)
            case _:
                self._move("settled", home)

    def _settle(self, limit: int) -> None:
        self._rest = 2
        self._move("settled", limit)

    def _try_another(self) -> None:
        self._rested += 1
        if self._rested < self._rest:
            self._forget()
            return
        self._rested = 0
        self._rest = min(2 * self._rest, _LONGEST_REST)
        self._last_trial = "less" if self._last_trial == "more" else "more"
        factor = _MORE if self._last_trial == "more" else _LESS
        self._move(self._last_trial, math.ceil(self.limit * factor))

    def _move(self, phase: Literal["doubling", "settled", "more", "less"], limit: int) -> None:
        self._phase = phase
        self.limit = max(1, min(limit, MOST))
        self.epoch = Epoch(self.epoch + 1)
        self._forget()

    def _forget(self) -> None:
        self._replies = self._weight = 0
        self._weighted_s = self._request_seconds = 0.0
        self._since_s = self._now_s
