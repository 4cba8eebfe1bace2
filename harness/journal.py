"""Journals: answers.jsonl, one line a question, written as replies arrive.

The journal is the resume point and the evidence at once. A line is in the file before it counts, and
the last line of an id counts. Holds no question texts, so that benchmarks do not leak through results.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from harness.answers import Outcome
from harness.endpoint.reply import Failure, Reply
from harness.errors import StorageError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        answer: the letter that was read, None where there is none.
        reply: None where the request failed; `failure` then says why.
        shots_dropped: few-shot examples left out because the prompt did not fit into the context.
        elapsed_s: seconds that the run had worked when the line was written, resumed parts included.
    """

    id: str
    subject: str
    gold: str
    answer: str | None
    outcome: Outcome
    reply: Reply | None
    failure: Failure | None = None
    prompt_sha256: str
    shots_dropped: int = 0
    elapsed_s: float


_ENTRY = TypeAdapter(Entry)

# Line breaks to some readers (str.splitlines among them), and legal inside JSON strings.
_LINE_BREAKS = ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))


def one_line(document: bytes) -> bytes:
    """A JSON document on one line that no reader splits: U+0085, U+2028 and U+2029 escaped."""
    for raw, escaped in _LINE_BREAKS:
        document = document.replace(raw, escaped)
    return document + b"\n"


class Journal:
    """An answers.jsonl that is being written; a context manager.

    Each line goes to the operating system in one write, so that it outlives the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1
        self._size = 0

    def __enter__(self) -> Self:
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._size = _whole_lines(self.path)
            os.ftruncate(self._file, self._size)
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written: {error.strerror}.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def append(self, entry: Entry) -> None:
        """Write one line, whole or not at all.

        Raises:
            StorageError: the disk is full or gone; what was written before is kept.
        """
        line = one_line(_ENTRY.dump_json(entry))
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            with suppress(OSError):  # where this fails too, half a line stays, which no reader takes for one
                os.ftruncate(self._file, self._size)
            raise StorageError(
                f"{self.path} cannot be written: {error.strerror}; what was answered before is kept, so make "
                "room and run the same command again."
            ) from error
        self._size += len(line)


def _whole_lines(path: Path) -> int:
    """Bytes up to the last line break: a kill in the middle of a write leaves half a line."""
    return path.read_bytes().rfind(b"\n") + 1


def read_journal(path: Path) -> tuple[Entry, ...]:
    """The last line of each id, in the order in which the ids first came; no file is an empty journal.

    Half a line at the end is no line: a kill in the middle of a write leaves one.

    Raises:
        UsageError: it cannot be read, or a line is not what we write.
    """
    return tuple({entry.id: entry for entry in read_lines(path)}.values())


def read_lines(path: Path) -> tuple[Entry, ...]:
    """Every line, those that a later one of the same id replaced among them; raises as `read_journal`."""
    entries = []
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        if not line.strip():
            continue
        try:
            entry = _ENTRY.validate_json(line)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise UsageError(
                f"{path}, line {number}, is damaged ({error.errors()[0]['msg']}{f': {field}' if field else ''}); "
                "remove the line, or start over with --fresh."
            ) from error
        if not _is_consistent(entry):
            raise UsageError(
                f"{path}, line {number}, contradicts itself: answer {entry.answer}, gold {entry.gold}, outcome "
                f"{entry.outcome}; remove the line, or start over with --fresh."
            )
        entries.append(entry)
    return tuple(entries)


def _is_consistent(entry: Entry) -> bool:
    """Whether the outcome is what reply, answer and gold letter make of it."""
    if (entry.outcome is Outcome.FAILED) != (entry.reply is None):
        return False
    if entry.outcome is Outcome.CORRECT:
        return entry.answer == entry.gold
    if entry.outcome is Outcome.WRONG:
        return entry.answer not in (None, entry.gold)
    return entry.answer is None


def replied(entries: Iterable[Entry]) -> frozenset[str]:
    """The ids that need not be asked again: those with a reply."""
    return frozenset(entry.id for entry in entries if entry.reply is not None)
