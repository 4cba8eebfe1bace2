"""A simulated endpoint and a client that keeps to a Level and a Rate: time is computed, so nothing waits."""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.endpoint.level import Epoch, Level
from harness.endpoint.rate import Rate


@dataclass(kw_only=True)
class Simulation:
    """So many questions asked of an endpoint.

    Attributes:
        latency_s: of a request that has a slot.
        slots: requests worked on at once, the others queue; 0: no limit.
        per_minute: more than a sixtieth of this within a second is rejected, with a pause of 1 s; 0: no limit.
        chance: share of requests that are rejected by chance.
        faults: share of requests that the server fails.
        spread: of the latencies' logarithm: 0.7 is what free text has.
        client_s: what the client needs for each reply, one after another.
    """

    questions: int
    latency_s: float = 0.05
    slots: int = 0
    per_minute: float = 0.0
    chance: float = 0.0
    faults: float = 0.0
    spread: float = 0.0
    client_s: float = 0.0
    seed: int = 1
    level: Level = field(default_factory=Level)
    rate: Rate = field(default_factory=Rate)

    def run(self) -> "Simulation":
        """Asks all questions; `elapsed_s`, `peak` and `rejected` tell how it went."""
        self.elapsed_s, self.peak, self.rejected = 0.0, 0, 0
        self._random = random.Random(self.seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._queue: deque[Callable[[], None]] = deque()
        self._recent: deque[float] = deque()
        self._busy = self._in_flight = self._answered = 0
        self._waiting = self.questions
        self._wake_at = float("inf")
        self._client_free_s = 0.0
        self._let_in()
        while self._answered < self.questions:
            self.elapsed_s, _, event = heapq.heappop(self._events)
            event()
        return self

    def _at(self, after_s: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.elapsed_s + after_s, next(self._order), event))

    def _let_in(self) -> None:
        while self._waiting and self._in_flight < self.level.limit:
            wait_s = self.rate.wait_s(self.elapsed_s)
            if wait_s > 0:
                if self.elapsed_s + wait_s < self._wake_at:
                    self._wake_at = self.elapsed_s + wait_s
                    self._at(wait_s, self._wake)
                return
            self._waiting -= 1
            self._count(+1)
            self.rate.begun(self.elapsed_s)
            self._send(self.elapsed_s, self.level.epoch)

    def _wake(self) -> None:
        self._wake_at = float("inf")
        self._let_in()

    def _count(self, change: int) -> None:
        self._in_flight += change
        self.peak = max(self.peak, self._in_flight)
        self.level.count(self._in_flight, self.elapsed_s)

    def _send(self, sent_s: float, epoch: Epoch) -> None:
        dice = self._random.random()
        if self._too_soon() or dice < self.chance:
            self._at(0.001, self._reject)
        elif dice < self.chance + self.faults:
            self._at(0.001, self._fail)
        elif self.slots and self._busy >= self.slots:
            self._queue.append(lambda: self._work(sent_s, epoch))
        else:
            self._work(sent_s, epoch)

    def _too_soon(self) -> bool:
        if not self.per_minute:
            return False
        while self._recent and self._recent[0] < self.elapsed_s - 1:
            self._recent.popleft()
        if len(self._recent) >= self.per_minute / 60:
            return True
        self._recent.append(self.elapsed_s)
        return False

    def _work(self, sent_s: float, epoch: Epoch) -> None:
        self._busy += 1
        spread = self._random.lognormvariate(-(self.spread**2) / 2, self.spread) if self.spread else 1.0
        self._at(self.latency_s * spread, lambda: self._done(sent_s, epoch))

    def _done(self, sent_s: float, epoch: Epoch) -> None:
        self._busy -= 1
        if self._queue:
            self._queue.popleft()()
        self._client_free_s = max(self._client_free_s, self.elapsed_s) + self.client_s
        self._at(self._client_free_s - self.elapsed_s, lambda: self._reply(sent_s, epoch))

    def _reply(self, sent_s: float, epoch: Epoch) -> None:
        self._answered += 1
        self._count(-1)
        self.rate.accepted(self.elapsed_s)
        self.level.replied(epoch, self.elapsed_s - sent_s)
        self._let_in()

    def _reject(self) -> None:
        self.rejected += 1
        self._count(-1)
        self.rate.rejected(self.elapsed_s, 1.0, self._in_flight)
        self._at(1.0 + 0.3 * self._random.random(), self._again)
        self._let_in()

    def _fail(self) -> None:
        self._count(-1)
        self.rate.accepted(self.elapsed_s)
        self.level.failed()
        self._at(0.5 * self._random.random(), self._again)
        self._let_in()

    def _again(self) -> None:
        self._waiting += 1
        self._let_in()
