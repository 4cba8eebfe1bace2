"""Silence: whether an endpoint that takes requests and answers none is slow or dead.

Takes the requests that are on their way and a way to ask for one token; sends nothing itself. A slow model, a queue and
a dead server look alike from outside, but for the shortest request there is: a living server answers that at once where
it works on several, and where it works on one, as soon as the others are given up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 16.0
_AMONG_OTHERS, _ALONE = 0.6, 1.0
"""How long a knock is waited for, in patiences: with the first one 42 s, as a dead endpoint ends a run within 60."""
_SLOWER = 1.25
_LOOK = 0.025


class Flights:
    """The requests that are on their way, and when anything last came back."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Timeout, float] = {}  # to when it began, the oldest first
        self._cleared = asyncio.Event()
        self._cleared.set()
        self._since_s = 0.0
        self.landed = 0
        self.longest_s = 0.0

    async def begin(self) -> asyncio.Timeout:
        """Wait while all are held on the ground; gives the scope to send within, which `end` has to be told of."""
        if not self._cleared.is_set():
            await self._cleared.wait()
        now_s = time.monotonic()
        if not self._open:
            self._since_s = now_s
        scope = asyncio.timeout(None)
        self._open[scope] = now_s
        return scope

    def end(self, scope: asyncio.Timeout, answered_in_s: float | None) -> None:
        """One is over; None: nothing came of it."""
        self._open.pop(scope, None)
        if answered_in_s is not None:
            self._since_s = time.monotonic()
            self.landed += 1
            self.longest_s = max(self.longest_s, answered_in_s)

    @property
    def silent_s(self) -> float:
        """Seconds for which nothing came back; 0 where nobody waits for anything."""
        return time.monotonic() - self._since_s if self._open else 0.0

    @property
    def oldest_s(self) -> float:
        """Seconds for which the one that began first has waited; 0 where nobody does."""
        began_s = next(iter(self._open.values()), None)
        return 0.0 if began_s is None else time.monotonic() - began_s

    def give_up(self) -> None:
        """End all, whose scopes raise TimeoutError, and let none begin until `resume`."""
        self._cleared.clear()
        for scope in self._open:
            if not scope.expired():
                scope.reschedule(0.0)

    def resume(self) -> None:
        """Let them begin again."""
        self._cleared.set()


async def until_dead(
    flights: Flights,
    knock: Callable[[float], Awaitable[bool]],
    look: Callable[[float], Awaitable[bool]],
    patience_s: float,
) -> None:
    """Return once the endpoint has shown that it answers nothing; never where it lives.

    Args:
        flights: what is on its way.
        knock: asks for one token, for so many seconds; whether anything at all was answered.
        look: the same of a request that no model works on. It tells that a server which works on one request at a time
            is still there, and nothing of one that never answered a token.
        patience_s: seconds of silence after which it is asked; longer where replies took longer, and twice as long
            each time that a knock was answered and a question was not.
    """
    one_at_a_time = False
    landed, knocks = flights.landed, 0
    while True:
        await asyncio.sleep(_LOOK * patience_s)
        if landed != flights.landed:
            landed, knocks = flights.landed, 0
        if flights.silent_s < max(patience_s, _SLOWER * flights.longest_s) * 2**knocks:
            continue
        knocks += 1
        ask = look if one_at_a_time else knock
        if await ask(_AMONG_OTHERS * patience_s) or landed != flights.landed:
            continue
        flights.give_up()
        one_at_a_time = await knock(_ALONE * patience_s)
        if not one_at_a_time:
            return  # nothing else shall begin
        flights.resume()
