"""Run folders: where a run's files lie, which unfinished run a command goes on with, and the lock on it.

    results/<model>/<task>/<run-id>/run.json, answers.jsonl, score.json

Takes the settings that decide what is asked, sent and read; knows nothing of questions or replies.
"""

import hashlib
import re
import secrets
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NotRequired

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import TypedDict  # typing's own cannot be checked by pydantic before Python 3.12

from harness.errors import StorageError, UsageError
from harness.files import write_whole
from harness.score_file import read_score
from harness.selection import Sample, Selection

_LOCK = ".lock"
FILES_OF_A_RUN = ("run.json", "answers.jsonl", "score.json", "noise.json", _LOCK)
"""What a run's folder has of its own; noise.json is that of a baseline."""

_LONGEST_NAME = 100
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Agreed(TypedDict):
    """The settings that every run has and that reading its replies again needs; a run may have more."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # pydantic's own way to say so

    model: str
    endpoint: str
    revision: str | None
    protocol: str
    shots: int
    reader: str
    limit: int | None
    subjects: list[str]
    fingerprint: str
    comparison_key: str
    as_published: NotRequired[bool]
    sample: NotRequired[Sample]
    seed: NotRequired[int]
    repeats: NotRequired[int]


class SessionRecord(BaseModel):
    """What one session of a run learned of its endpoint: the settings really sent, and what it cannot do.

    `given_up_usd` is what questions given up in flight may have cost, where a limit made somebody count; `worked_s`
    the seconds that the run had worked when this was noted, earlier sessions included; `lines_before` the lines that
    were in the journal when the session began, which the first files lack.
    """

    model_config = ConfigDict(frozen=True)

    sent: dict[str, Any]
    warnings: tuple[str, ...]
    given_up_usd: float = 0.0
    worked_s: float = 0.0
    lines_before: int = 0


class RunRecord(BaseModel):
    """run.json: written before the first request.

    `settings` is whatever decides what is asked, sent and read: a resumed run must agree with it.
    `task` (a name, or a file's path), `data`, `dataset_revision` (the commit that the hub gave) and `skip_bad_rows` say
    which the questions were, for reading the replies again.
    `imported_from` names the program that asked, where that was another: such a run is never gone on with.
    `sessions` come later: one for each time that the run was begun or gone on with.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_: Literal["harness-run/1"] = Field("harness-run/1", alias="schema")
    id: str
    started_at: datetime
    harness_version: str
    command: tuple[str, ...]
    settings: Agreed
    task: str
    data: str | None
    dataset_revision: str | None = None
    skip_bad_rows: bool = False
    regraded_from: str | None = None
    imported_from: str | None = None
    sessions: tuple[SessionRecord, ...] = ()

    @property
    def sent(self) -> dict[str, Any]:
        """The settings really sent, in the last session that sent any."""
        return next((session.sent for session in reversed(self.sessions) if session.sent.get("routes")), {})

    @property
    def worked_s(self) -> float:
        """Seconds that the run has worked, as far as its sessions noted: waiting in vain for a reply is work too."""
        return max((session.worked_s for session in self.sessions), default=0.0)

    def session_of(self, line: int) -> int:
        """Number of the session that wrote this line of the journal; lines are counted from 0."""
        return bisect_right([session.lines_before for session in self.sessions], line) - 1

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the sessions found that the endpoint cannot do, each said once."""
        return tuple(dict.fromkeys(said for session in self.sessions for said in session.warnings))


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder."""

    path: Path
    record: RunRecord

    @property
    def answers(self) -> Path:
        """The journal."""
        return self.path / "answers.jsonl"

    @property
    def score(self) -> Path:
        """The score file."""
        return self.path / "score.json"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An unfinished run that was left alone, and the settings in which it differs."""

    path: Path
    differences: tuple[str, ...]


def runs_of(results: Path, model: str, task: str) -> Path:
    """The folder that holds all runs of a model on a task."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", model)
    if len(name) > _LONGEST_NAME:  # file systems take 255 bytes
        name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"
    return results / (name if name.strip(".") else name.replace(".", "_")) / task


def selection_of(settings: Agreed) -> Selection:
    """Which questions a run asked."""
    return Selection(
        settings["limit"],
        settings["subjects"],
        settings.get("sample", Sample.FIRST),
        settings.get("seed"),
    )


def read_record(folder: Path) -> RunRecord:
    """Read a folder's run.json.

    Raises:
        UsageError: there is none, or it is damaged.
    """
    path = folder / "run.json"
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}{_way_out(folder)}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{path} is damaged ({first['msg']}{f': {field}' if field else ''})"
            f"{_way_out(folder, '; put it back from a copy, or remove its folder')}."
        ) from error


def _way_out(folder: Path, otherwise: str = "") -> str:
    """What was paid for shall not be removed for want of a record that says how to ask again."""
    if not (folder / "score.json").exists():
        return otherwise
    return (
        "; put it back from version control or a copy: without it `harness compare` and `harness gate` take this "
        "run, but it can be neither asked nor read again"
    )


def newest_unfinished(
    home: Path, settings: Mapping[str, Any], is_used: Callable[[str], bool] = lambda _: True
) -> tuple[RunFolder | None, Unfinished | None]:
    """The newest unfinished run whose settings agree, and the newest one whose settings do not.

    Args:
        home: the folder of the runs.
        settings: to agree with.
        is_used: of the newest finished run that agrees, by its id: whether it is not to be gone on with.
    """
    agreeing: RunFolder | None = None
    finished: RunFolder | None = None
    other: Unfinished | None = None
    for path in sorted(home.glob("*/run.json"), reverse=True):
        try:
            folder = RunFolder(path.parent, read_record(path.parent))
        except UsageError as error:  # nothing to go on with, and no reason not to start another
            other = other or Unfinished(path.parent, (str(error).rstrip("."),))
            continue
        if folder.record.regraded_from or folder.record.imported_from:
            continue
        differences = _differences(folder.record.settings, settings)
        if _finished(folder):
            finished = finished or (None if differences else folder)
        elif differences:
            other = other or Unfinished(folder.path, differences)
        else:
            agreeing = agreeing or folder
    if finished and not is_used(finished.record.id):
        agreeing = agreeing or finished
    return agreeing, other


def _finished(folder: RunFolder) -> bool:
    """Whether there is nothing left to ask, or the score is one that we cannot read: of another version."""
    if not folder.score.exists():
        return False
    try:
        return read_score(folder.score).status in ("complete", "partial")
    except UsageError:
        return True


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{name.replace('_', ' ')} {_shown(old.get(name))} there, {_shown(new.get(name))} here"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _shown(value: object) -> str:
    text = "unset" if value is None else str(value)
    return text[:12] if _SHA256.fullmatch(text) else text[:60]


def new_run_id(now: datetime) -> str:
    """UTC time and four hex digits, so that names sort by time and do not clash."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def create(home: Path, record: RunRecord) -> RunFolder:
    """Make the folder of a new run; its run.json is written once it is locked.

    Raises:
        UsageError: the place cannot be written to.
    """
    folder = RunFolder(home / record.id, record)
    try:
        folder.path.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{folder.path} cannot be made: {error.strerror}; choose another place with --results DIR."
        ) from error
    return folder


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Hold the run's lock, and have its run.json written.

    Raises:
        UsageError: another process works in this folder.
        StorageError: run.json cannot be written; the folder is gone again.
    """
    lock = FileLock(folder.path / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"another run is writing to {folder.path}: wait until it has ended, or start a separate one with --fresh."
        ) from error
    except OSError as error:
        raise UsageError(f"{folder.path} cannot be written to: {error.strerror}.") from error
    try:
        if not (folder.path / "run.json").exists():
            _write_new_record(folder)
        yield
    finally:
        (folder.path / _LOCK).unlink(
            missing_ok=True
        )  # while it is held: filelock knows an unlinked file from a new one
        lock.release()


def note_session(folder: RunFolder, place: int, session: SessionRecord) -> None:
    """Write what a session learned into run.json, so that it outlives a kill.

    Args:
        folder: the run, locked.
        place: the session's place among those of the run; what it noted before is replaced.
        session: what is known by now.

    Raises:
        StorageError: the disk is full; run.json is as it was.
    """
    record = read_record(folder.path)
    sessions = (*record.sessions[:place], session)
    _write_record(folder.path, record.model_copy(update={"sessions": sessions}))


def _write_record(folder: Path, record: RunRecord) -> None:
    write_whole(folder / "run.json", record.model_dump_json(by_alias=True, indent=2).encode() + b"\n")


def _write_new_record(folder: RunFolder) -> None:
    try:
        _write_record(folder.path, folder.record)
    except StorageError:
        discard(folder)
        raise


def discard(folder: RunFolder) -> None:
    """Remove a run that has no reply, so that it leaves nothing behind."""
    for path in folder.path.iterdir():
        path.unlink()
    for empty in (folder.path, folder.path.parent, folder.path.parent.parent):
        try:
            empty.rmdir()
        except OSError:  # it holds other runs
            break
