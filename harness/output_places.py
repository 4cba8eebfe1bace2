"""Output places: whether a file that a command is told to write would take the place of one that is still needed.

Takes a place and what the command reads; raises where something would be lost. Changes nothing.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from harness.errors import HarnessError, UsageError
from harness.finished import load
from harness.run_folder import FILES_OF_A_RUN


def refuse_loss(option: str, place: Path, read: Iterable[Path]) -> None:
    """See that a place is free to be written to, by whatever name or link it is meant.

    Args:
        option: which names the place.
        place: the file to be written; one of a run's own is refused, whatever run that is.
        read: files that the command reads.

    Raises:
        UsageError: it is one of these.
    """
    for held in (*read, *_files_of_the_run_around(place)):
        if is_same(place, held):
            named = f"{option} {place}" if place == held else f"{option} {place} is {held}, and"
            raise UsageError(f"{named} would overwrite what is read or was paid for; name a file of its own.")


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, now or once it is written."""
    with suppress(OSError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def files_of_run(path: Path) -> tuple[Path, ...]:
    """The files of a run that is named by its folder or its score file, there or not."""
    folder = path if path.is_dir() else path.parent
    own = [path, *(folder / name for name in FILES_OF_A_RUN)]
    with suppress(HarnessError):  # which is said where it is read
        own.append(folder / load(path).score.answers.file)
    return tuple(own)


def _files_of_the_run_around(place: Path) -> tuple[Path, ...]:
    folder = Path(os.path.realpath(place)).parent
    is_run = any((folder / name).is_file() for name in ("run.json", "score.json"))
    return tuple(folder / name for name in FILES_OF_A_RUN) if is_run else ()
