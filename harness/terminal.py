"""Terminal: how a run is shown, on which stream, and the exit code of its status.

Progress and tables go to standard error, the path or the document to standard output; neither stream's failure
is the run's.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from harness.finished import Run

INTERRUPTED = 130
ENDPOINT_DIED = 4
INCOMPLETE = 3


class _Shown:
    """Standard error for progress: where it is closed or full, nothing is shown, and the run goes on.

    The stream as it is now: a live bar puts itself in place of sys.stderr, and would print through us to itself.
    """

    def __init__(self) -> None:
        self._stream = sys.stderr
        self.encoding = self._stream.encoding

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def console_of_progress() -> "Console":
    from rich.console import Console

    return Console(file=cast("IO[str]", _Shown()))


def print_whole(console: "Console", *tables: "Table", least: int = 80) -> None:
    """Tables, in `least` columns where the console has fewer: a figure that is cut off is another figure."""
    width = console.width
    console.width = max(width, least)
    console.print(*tables)
    console.width = width


def drop_standard_output() -> None:
    """So that Python does not try to write, at its end, what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_run(run: "Run", console: "Console", json: bool) -> None:
    """The table on standard error; the path or the document on standard output."""
    from harness.summary import print_published, print_summary

    score_path = run.path / "score.json"
    print_summary(run.score, console)
    print_published(run.score, console)
    put_out(score_path.read_bytes() if json else f"{score_path}\n".encode(), score_path)


def print_path(score_path: Path) -> None:
    """The path of what was written, on standard output."""
    put_out(f"{score_path}\n".encode(), score_path)


def put_out(said: bytes, kept: Path) -> None:
    """Write to standard output; where that fails, say where the same is kept: it decides nothing."""
    try:
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
    except OSError as error:
        drop_standard_output()
        with suppress(OSError):
            print(f"Standard output cannot be written ({error.strerror}): see {kept}", file=sys.stderr)


def finish_run(run: "Run", console: "Console", json: bool) -> int:
    """Show the run; gives its exit code."""
    show_run(run, console, json)
    return exit_code(run)


def exit_code(run: "Run") -> int:
    """That of its status; says on standard error what died."""
    from harness.stops import StopKind

    status, ended = run.score.status, run.score.run
    if status == "incomplete" or ended.stop_kind is StopKind.LIMIT:
        return INCOMPLETE
    if ended.stop_kind is StopKind.USER:
        return INTERRUPTED
    if status == "interrupted":
        print(f"Error: {ended.stopped_by}", file=sys.stderr)
        return ENDPOINT_DIED
    return 0
