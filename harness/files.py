"""Files written whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from harness.errors import StorageError


def write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, then rename, so that no half-written file is ever seen.

    Raises:
        StorageError: the disk is full or the folder cannot be written to; `path` is as it was.
    """
    temporary = _beside(path)
    try:
        with temporary.open("xb") as file:  # with the rights that the user's umask gives new files
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageError(
            f"{path} cannot be written: {error.strerror}; make room or choose another place, then run the same "
            "command again."
        ) from error


def probe(path: Path) -> None:
    """See whether `write_whole` could begin, and leave nothing behind.

    Raises:
        OSError: it could not.
    """
    temporary = _beside(path)
    temporary.open("xb").close()
    temporary.unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")
