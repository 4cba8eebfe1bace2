"""Progress on standard error: a live line on a terminal, plain lines elsewhere.

Takes what a run tells (harness/observer.py); prints. Decides nothing.
"""

import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from harness.answers import Outcome
from harness.counted import counted
from harness.journal import Entry
from harness.plan import Plan
from harness.stats import wilson_interval

_PLAIN_EVERY_S = 10.0
_UNREAD = (Outcome.UNPARSED, Outcome.REFUSED, Outcome.TRUNCATED)


class Tally:
    """Running counts of a run, and the sentence that shows them."""

    def __init__(self, total: int, earlier: tuple[Outcome, ...] = (), *, with_interval: bool = True) -> None:
        self.total = total
        self.with_interval = with_interval
        self.done = self.correct = self.failed = self.unread = 0
        for outcome in earlier:
            self.add(outcome)
        self.earlier = self.done
        self._earlier_replies = self.replies
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Count one question."""
        self.done += 1
        self.correct += outcome is Outcome.CORRECT
        self.failed += outcome is Outcome.FAILED
        self.unread += outcome in _UNREAD

    @property
    def replies(self) -> int:
        """Questions that did not fail."""
        return self.done - self.failed

    @property
    def rate(self) -> float:
        """Questions a second since the session began."""
        return (self.done - self.earlier) / max(time.monotonic() - self._began, 1e-9)

    def sentence(self) -> str:
        """Accuracy so far with its interval where it may have one, the rate, and what went wrong."""
        parts = [f"{self.rate:.1f}/s"]
        if self.replies:
            parts.insert(0, f"{100 * self.correct / self.replies:.1f} %{self._interval()}")
        if self.unread:
            parts.append(f"{self.unread} without a letter")
        if self.failed:
            parts.append(f"{self.failed} failed")
        return " · ".join(parts)

    def left_s(self) -> float | None:
        """Seconds left at this rate; None before the session's first reply: how fast failures come tells nothing."""
        return (self.total - self.done) / self.rate if self.replies > self._earlier_replies else None

    def _interval(self) -> str:
        if not self.with_interval:
            return ""
        low, high = wilson_interval(self.correct, self.replies)
        return f" [{100 * low:.1f}, {100 * high:.1f}]"


class _Told:
    """What both kinds of progress share.

    `with_interval` is False where a test may end the run: it ends on a peak, where no interval holds the truth as often
    as it says.
    """

    def __init__(self, console: Console, *, with_interval: bool = True) -> None:
        self.console = console
        self.with_interval = with_interval
        self.tally = Tally(0)

    def say(self, sentence: str) -> None:
        """Print a sentence, as it is and on one line: logs are searched, and paths copied."""
        self.console.print(sentence, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def start(self, plan: Plan, earlier: tuple[Outcome, ...]) -> None:
        """Count anew, and say what is asked."""
        self.tally = Tally(len(plan.questions), earlier, with_interval=self.with_interval)
        shots = f"{plan.shots}-shot" if plan.shots else "0-shot"
        self.say(
            f"{plan.task.title}: {counted(len(plan.questions), 'question')}, {plan.protocol.name}, {shots}."
        )
        if earlier:
            self.say(f"{len(earlier):,} of them have their replies already.")


class PlainProgress(_Told):
    """A line every ten seconds, for logs."""

    def __init__(self, console: Console, *, with_interval: bool = True) -> None:
        super().__init__(console, with_interval=with_interval)
        self._next = 0.0
        self._fetched = -1
        self._printed = 0

    def fetching(self, done: int, total: int) -> None:
        """A line every tenth."""
        tenth = 10 * done // total
        if tenth > self._fetched:
            self._fetched = tenth
            self.say(f"Fetching the model's weights: {done / 1e6:.0f} of {total / 1e6:.0f} MB")

    def begin(self, plan: Plan, earlier: tuple[Outcome, ...]) -> None:
        """Start counting."""
        self.start(plan, earlier)
        self._next = time.monotonic() + _PLAIN_EVERY_S

    def answered(self, entry: Entry) -> None:
        """Count, and print now and then."""
        self.tally.add(entry.outcome)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PLAIN_EVERY_S
            self._print()

    def end(self) -> None:
        """The last line, where there is something to say."""
        if self.tally.done > max(self.tally.earlier, self._printed):
            self._print()

    def _print(self) -> None:
        self._printed = self.tally.done
        left_s = self.tally.left_s()
        left = "" if left_s is None or self.tally.done == self.tally.total else f" · {left_s:.0f} s left"
        self.say(f"{self.tally.done:,}/{self.tally.total:,} · {self.tally.sentence()}{left}")


class _TimeLeft(TimeRemainingColumn):
    """As rich has it, from the session's first reply on."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def render(self, task: Task) -> Text:
        """Hours, minutes and seconds."""
        if self._tally.left_s() is None:
            return Text("-:--:--", style="progress.remaining")
        return super().render(task)


class LiveProgress(_Told):
    """A bar that moves."""

    def __init__(self, console: Console, *, with_interval: bool = True) -> None:
        super().__init__(console, with_interval=with_interval)
        self._bar: Progress | None = None
        self._fetched = False

    def fetching(self, done: int, total: int) -> None:
        """A download bar."""
        if self._fetched:  # what came is moved and unpacked: fewer bytes are seen, and none are missing
            return
        if self._bar is None and done < total:
            self._bar = Progress(
                TextColumn("Fetching the model's weights"),
                BarColumn(),
                DownloadColumn(),
                console=self.console,
            )
            self._bar.add_task("", total=total)
            self._bar.start()
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=done)
        if done >= total:
            self._fetched = True
            self.end()

    def begin(self, plan: Plan, earlier: tuple[Outcome, ...]) -> None:
        """Draw the bar."""
        self.start(plan, earlier)
        said = TextColumn("{task.description}", markup=False)
        columns = (BarColumn(), MofNCompleteColumn(), said, _TimeLeft(self.tally))
        self._bar = Progress(*columns, console=self.console, refresh_per_second=5)
        self._bar.add_task("", total=self.tally.total, completed=self.tally.done)
        self._bar.start()

    def answered(self, entry: Entry) -> None:
        """Count; the bar is drawn on its own time."""
        self.tally.add(entry.outcome)
        if self._bar:
            self._bar.update(
                self._bar.task_ids[0], completed=self.tally.done, description=self.tally.sentence()
            )

    def end(self) -> None:
        """Leave the bar as it stands."""
        if self._bar:
            self._bar.stop()
            self._bar = None


def progress_on(console: Console, *, with_interval: bool = True) -> PlainProgress | LiveProgress:
    """The kind that suits where standard error goes."""
    kind = LiveProgress if console.is_terminal else PlainProgress
    return kind(console, with_interval=with_interval)
