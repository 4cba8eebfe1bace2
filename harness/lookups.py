"""Lookups: threads for names that are looked up, which nobody waits for at the end.

asyncio looks names up in threads and waits for these before its loop ends, and Python before it exits: where no name
server answers that is half a minute, after a check that promises ten seconds, or after Ctrl-C.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lookups(ThreadPoolExecutor):
    """Gives each call a thread of its own, which ends with the process at the latest."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin a call; its OSError and ValueError go to whoever waits for it."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from now on nobody can cancel it

        def call() -> None:
            try:
                result = fn(*args, **kwargs)
            except (OSError, ValueError, OverflowError) as error:  # what getaddrinfo raises
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=call, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nobody is waited for."""
