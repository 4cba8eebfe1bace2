"""Sessions: one stretch of asking, from opening the endpoint to its last reply or an interruption.

Takes a Plan, what of it is still ahead and where to ask; gives what the endpoint was sent and
why it ended. A run is one session, or several when it was interrupted and gone on with.
"""

import asyncio
import math
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.asking import Asking
from harness.budget import Allowance, Budget
from harness.course import Ahead
from harness.endpoint.client import Endpoint
from harness.endpoint.listing import Listing
from harness.endpoint.reply import Failure, FailureKind
from harness.endpoint.settings import EndpointSettings
from harness.journal import Entry, Journal
from harness.lookups import Lookups
from harness.observer import Observer
from harness.plan import Plan
from harness.run_folder import SessionRecord
from harness.stops import BY_THE_USER, Stop, StopKind

T = TypeVar("T")
Note = Callable[[SessionRecord], None]
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_WATCH_S = 0.2
_NOT_THERE = (FailureKind.UNREACHABLE, FailureKind.TIMEOUT)
_UNAUTHORIZED = 401  # not 403: a key may ask questions that may not list models


@dataclass(frozen=True, slots=True)
class Session:
    """How a stretch of asking went.

    Attributes:
        stopped: None where every question was asked; else why not, which may be the endpoint's refusal before
            the first one.
    """

    stopped: Stop | None = None


def hold(
    plan: Plan,
    ahead: Ahead,
    journal: Journal,
    *,
    endpoint: EndpointSettings,
    died: Callable[[], str | None],
    allowance: Allowance,
    note: Note,
    observer: Observer,
) -> Session:
    """Ask the questions; return when all have an entry, on Ctrl-C, at a limit, when the course ends, or when
    the endpoint refuses or dies.

    Args:
        plan: what is asked.
        ahead: the questions of the plan that have no reply yet, and what may end the asking before the last.
        journal: where replies go.
        endpoint: where to ask.
        died: says how the server ended, None while it runs; always None for other people's servers.
        allowance: what the session may spend.
        note: keeps what is learned of the endpoint.
        observer: told how it goes.

    Raises:
        StorageError: the journal cannot be written.
    """
    interrupted = threading.Event()

    def ended() -> Stop | None:
        if interrupted.is_set():
            return BY_THE_USER
        return Stop(StopKind.ENDPOINT, how) if (how := died()) is not None else None

    coroutine = _hold(plan, ahead, journal, endpoint, ended, allowance, note, observer)
    with _noting_signals(interrupted):
        return finish(coroutine)


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, also where it is called from a notebook, whose loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_in_our_loop(coroutine))
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, _in_our_loop(coroutine)).result()


async def _in_our_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    asyncio.get_running_loop().set_default_executor(Lookups())
    return await coroutine


async def _hold(
    plan: Plan,
    ahead: Ahead,
    journal: Journal,
    settings: EndpointSettings,
    ended: Callable[[], Stop | None],
    allowance: Allowance,
    note: Note,
    observer: Observer,
) -> Session:
    async with Endpoint(settings, observer.say) as endpoint:
        budget = Budget(allowance)
        noted = -1

        def learned() -> SessionRecord:
            warnings = tuple(endpoint.warnings)
            return SessionRecord(
                sent=endpoint.sent(),
                warnings=warnings,
                given_up_usd=budget.given_up_usd,
                worked_s=round(budget.elapsed_s, 3),
            )

        def answered(entry: Entry) -> None:
            nonlocal noted
            if noted < len(endpoint.warnings):  # the first reply, or a warning: it shall outlive a kill
                noted = len(endpoint.warnings)
                note(learned())
            observer.answered(entry)
            if stop := ahead.heard(entry):
                asking.stop(stop)

        asking = Asking(
            plan, ahead.questions, endpoint, journal, budget=budget, answered=answered, first=ahead.first
        )
        watches = [
            asyncio.create_task(_watch(ended, asking)),
            asyncio.create_task(_watch_time(budget, asking)),
            asyncio.create_task(_watch_silence(endpoint, asking)),
        ]
        try:
            await asking.unless_stopped(_knock(endpoint, settings.model, asking, observer))
            await asking.ask_all()
        finally:
            for watch in watches:
                watch.cancel()
        note(learned())
        return Session(asking.stopped)


async def _knock(endpoint: Endpoint, model: str, asking: Asking, observer: Observer) -> None:
    """See that something answers. A name missing from the list is no refusal: many lists are wrong."""
    models = await endpoint.models()
    if isinstance(models, Failure):
        if models.kind in _NOT_THERE or models.status == _UNAUTHORIZED:
            asking.stop(Stop(StopKind.ENDPOINT, models.message))
            return
        observer.say(f"The endpoint does not list its models: {models.message}")
    elif models and model not in models:
        nearest = Listing(models).nearest(model)
        observer.say(f"The endpoint does not list {model!r} (nearest: {nearest}); it is asked all the same.")


async def _watch(ended: Callable[[], Stop | None], asking: Asking) -> None:
    """Ctrl-C, and the death of a server that we started, are seen at once, not by a request that times out."""
    while (how := ended()) is None:  # noqa: ASYNC110 - a process's end sets no event
        await asyncio.sleep(_WATCH_S)
    asking.stop(how)


async def _watch_time(budget: Budget, asking: Asking) -> None:
    """At the limit on time what is in flight is given up."""
    if budget.left_s < math.inf:
        await asyncio.sleep(budget.left_s)
        asking.stop_at_limit()


async def _watch_silence(endpoint: Endpoint, asking: Asking) -> None:
    """One that takes questions and answers none ends the run, not a time-out for each of them."""
    failure = await endpoint.dead()
    asking.stop(Stop(StopKind.ENDPOINT, failure.message))


@contextmanager
def _noting_signals(interrupted: threading.Event) -> Iterator[None]:
    """Note the first Ctrl-C, SIGTERM or hang-up; the second Ctrl-C does as Python does.

    Not asyncio's signal handlers: in a notebook the loop that asks runs in another thread, which gets no signals.
    What is ignored stays ignored: under nohup a hang-up is no reason to end.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread may handle signals
        yield
        return

    def note(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupted.set()

    heeded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # None: one that was not set from Python
