"""Journals: answers.jsonl, one line a question, written as replies arrive.

The journal is the resume point and the evidence at once. A line is in the file before it counts, and
the last line of an id counts. Holds no question texts, so that benchmarks do not leak through results.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

from pydantic import Field, TypeAdapter, ValidationError

from harness.answers import Outcome
from harness.endpoint.reply import Failure, Reply
from harness.errors import StorageError, UsageError

_IfAny = Annotated[str | None, Field(exclude_if=lambda value: value is None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        answer: the letter that was read, None where there is none.
        rule: the reader's rule that decided; the line has it only where the reader names one.
        cluster: the question's; the line has it only where the question has one.
        reply: None where the request failed; `failure` then says why.
        shots_dropped: few-shot examples left out because the prompt did not fit into the context.
        elapsed_s: seconds that the run had worked when the line was written, resumed parts included.
    """

    id: str
    subject: str
    gold: str
    answer: str | None
    outcome: Outcome
    rule: _IfAny = None
    cluster: _IfAny = None
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

    Attributes:
        lines_before: how many lines earlier sessions wrote.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1
        self._size = self._begun = self.lines_before = 0

    def __enter__(self) -> Self:
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            extent = read_extent(self.path)
            self._size = self._begun = extent.whole_bytes
            self.lines_before = extent.lines
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

    def take_back(self) -> None:
        """Cut off what was written since the file was opened.

        Raises:
            StorageError: the disk is gone.
        """
        try:
            os.ftruncate(self._file, self._begun)
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}.") from error
        self._size = self._begun


@dataclass(frozen=True, slots=True)
class Extent:
    """A journal as a file.

    Attributes:
        sha256: of all its bytes.
        whole_bytes: up to the last line break: a kill in the middle of a write leaves half a line.
    """

    sha256: str
    lines: int
    whole_bytes: int


def read_extent(path: Path) -> Extent:
    """Measure a journal; raises OSError where it cannot be read."""
    digest, lines, whole_bytes = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        for line in file:
            digest.update(line)
            if line.endswith(b"\n"):
                lines += 1
                whole_bytes += len(line)
    return Extent(digest.hexdigest(), lines, whole_bytes)


def read_journal(path: Path) -> tuple[Entry, ...]:
    """The last line of each id, in the order in which the ids first came, all at once in memory.

    Raises:
        UsageError: as `read_lines`.
    """
    return tuple({entry.id: entry for entry in read_lines(path)}.values())


def read_last_lines(path: Path) -> Iterator[Entry]:
    """The last line of each id, in the file's order, one at a time: the file is read twice.

    Raises:
        UsageError: as `read_lines`.
    """
    for _, entry in read_last_places(path):
        yield entry


def read_last_places(path: Path) -> Iterator[tuple[int, Entry]]:
    """The same, each with how many lines are before it."""
    last = {entry.id: place for place, entry in enumerate(read_lines(path))}
    for place, entry in enumerate(read_lines(path)):
        if last.get(entry.id) == place:  # not there: written since, by a run that goes on
            yield place, entry


def read_lines(path: Path) -> Iterator[Entry]:
    """Every line, those that a later one of the same id replaced among them, one at a time.

    No file is an empty journal. Half a line at the end is no line: a kill in the middle of a write leaves one.

    Raises:
        UsageError: it cannot be read, or a line is not what we write.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.endswith(b"\n") and line.strip():
                    yield _read_line(line, f"{path}, line {number}")
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _read_line(line: bytes, place: str) -> Entry:
    try:
        entry = _ENTRY.validate_json(line)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UsageError(
            f"{place}, is damaged ({error.errors()[0]['msg']}{f': {field}' if field else ''}); "
            "remove the line, or start over with --fresh."
        ) from error
    if not _is_consistent(entry):
        raise UsageError(
            f"{place}, contradicts itself: answer {entry.answer}, gold {entry.gold}, outcome "
            f"{entry.outcome}; remove the line, or start over with --fresh."
        )
    return entry


def _is_consistent(entry: Entry) -> bool:
    """Whether the outcome is what reply, answer and gold letter make of it."""
    if (entry.outcome is Outcome.FAILED) != (entry.reply is None):
        return False
    if entry.outcome is Outcome.CORRECT:
        return entry.answer in set(entry.gold)
    if entry.outcome is Outcome.WRONG:
        return entry.answer is not None and entry.answer not in set(entry.gold)
    return entry.answer is None


def has_reply(path: Path) -> bool:
    """Whether a question has a reply; reads no further than the first, and raises as `read_lines`."""
    return any(entry.reply is not None for entry in read_lines(path))
