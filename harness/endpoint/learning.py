"""Learning: what an endpoint can do is found out by one question, while the others wait.

Knows nothing of what is learned.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from harness.endpoint.failures import FailedAttempt
from harness.endpoint.reply import UNWELL

T = TypeVar("T")


class Learning:
    """One thing to find out."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._ended = 0
        self._failure: FailedAttempt | None = None

    async def by_one(
        self, is_known: Callable[[], bool], learn: Callable[[], Awaitable[T | FailedAttempt]]
    ) -> T | FailedAttempt | None:
        """Have the first question learn it.

        A server that was not well for as long as we wait is not asked as long again by each that waited meanwhile:
        they get the same failure.

        Returns:
            What `learn` gave; None where it is known by now, so that the question can simply be asked.
        """
        ended = self._ended
        async with self._lock:
            if is_known():
                return None
            if self._ended > ended and self._failure is not None:
                return self._failure
            outcome = await learn()
            unwell = isinstance(outcome, FailedAttempt) and outcome.failure.kind in UNWELL
            self._failure = outcome if isinstance(outcome, FailedAttempt) and unwell else None
            self._ended += 1
            return outcome
