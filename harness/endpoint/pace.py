"""Paces: the one gate through which every request goes: how many at once (level.py) and how often (rate.py).

Takes requests that want to begin and hears how they ended; nothing else of this package waits for a turn.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from harness.endpoint.level import Epoch, Level
from harness.endpoint.rate import Rate

_A_MOMENT_S = 0.001
_OPEN_A_PLACE, _OPEN_BESIDES = 4, 16
"""Prompts that may be open for each request that may be in flight, and beside them: those that pause among them."""


class End(Enum):
    """How a request ended, as far as it tells of the endpoint's state."""

    REPLIED = auto()
    REFUSED = auto()  # answered, but not worked on: a bad request, a wrong key
    REJECTED = auto()  # too soon: 429
    FAILED = auto()  # the server or the network failed


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended.

    Attributes:
        pause_s: the pause that a rejection asks for, where it does.
        nothing_left_s: seconds for which, the reply says, every other request would be rejected.
    """

    end: End
    pause_s: float | None = None
    nothing_left_s: float | None = None


class Pace:
    """The gate of one endpoint; first come, first served."""

    def __init__(self, level: Level, rate: Rate, *, longest_pause_s: float = math.inf) -> None:
        """
        Args:
            level: how many at once.
            rate: how often.
            longest_pause_s: an endpoint that asks for a longer one is asked again after this.
        """
        self._level = level
        self._rate = rate
        self._longest_pause_s = longest_pause_s
        self._in_flight = 0
        self._asked = 0
        self._pausing = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._roomy: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def room(self) -> None:
        """Wait until another prompt may be asked; takes no place. For one caller at a time.

        Prompts that take several requests keep theirs together, for the server's prefix cache; those that pause
        before they are tried again hold nobody up.
        """
        while not self._has_room(now_s := time.monotonic()):
            self._roomy = asyncio.get_running_loop().create_future()
            self._wake_later(now_s)
            await self._roomy

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A prompt is being asked, by one request or several."""
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
            self._let_in()

    async def pause(self, seconds: float) -> None:
        """A prompt waits before it is tried again."""
        self._pausing += 1
        self._let_in()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._pausing -= 1

    async def enter(self) -> Epoch:
        """Wait for a place and take it; whoever enters has to leave."""
        now_s = time.monotonic()
        if not self._waiting and self._open(now_s):
            return self._take(now_s)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._wake_later(now_s)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was our turn, and is another's now
                self._count(-1, time.monotonic())
                self._let_in()
            raise
        return self._level.epoch

    def leave(self, epoch: Epoch, ended: Ended, latency_s: float) -> None:
        """Give the place back, and tell how it went.

        Args:
            epoch: what `enter` gave.
            ended: how the request ended.
            latency_s: seconds that it took.
        """
        now_s = time.monotonic()
        self._count(-1, now_s)
        if ended.end is End.REJECTED:
            pause_s = None if ended.pause_s is None else min(ended.pause_s, self._longest_pause_s)
            self._rate.rejected(now_s, pause_s, self._in_flight)
        else:
            self._rate.accepted(now_s)
        if ended.end is End.REPLIED:
            self._level.replied(epoch, latency_s)
        elif ended.end is End.FAILED:
            self._level.failed()
        if ended.nothing_left_s is not None:
            self._rate.close(now_s + min(ended.nothing_left_s, self._longest_pause_s))
        self._let_in()

    def used(self, tokens: int) -> None:
        """A reply counted so many tokens."""
        self._rate.used(tokens)

    def _open(self, now_s: float) -> bool:
        return self._in_flight < self._level.limit and self._rate.wait_s(now_s) <= 0

    def _has_room(self, now_s: float) -> bool:
        limit = self._level.limit
        few_open = self._asked - self._pausing < limit and self._asked < _OPEN_A_PLACE * limit + _OPEN_BESIDES
        return few_open and not self._waiting and self._open(now_s)

    def _take(self, now_s: float) -> Epoch:
        self._count(+1, now_s)
        self._rate.begun(now_s)
        return self._level.epoch

    def _count(self, change: int, now_s: float) -> None:
        self._in_flight += change
        self._level.count(self._in_flight, now_s)

    def _let_in(self) -> None:
        now_s = time.monotonic()
        while self._waiting and self._open(now_s):
            turn = self._waiting.popleft()
            if not turn.done():
                self._take(now_s)
                turn.set_result(None)
        if self._roomy is not None and not self._roomy.done() and self._has_room(now_s):
            self._roomy.set_result(None)
        self._wake_later(now_s)

    def _wake_later(self, now_s: float) -> None:
        """Where it is the rate that holds somebody up, no request's end may come to let them in."""
        wanted = self._waiting or (self._roomy is not None and not self._roomy.done())
        wait_s = self._rate.wait_s(now_s)
        if not wanted or wait_s <= 0:
            return
        loop = asyncio.get_running_loop()
        wake_at_s = loop.time() + wait_s
        if (
            self._timer is not None and self._timer.when() > wake_at_s + _A_MOMENT_S
        ):  # a shorter pause was asked for
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = loop.call_at(wake_at_s, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._let_in()
