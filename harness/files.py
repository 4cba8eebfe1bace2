"""Files written whole or not at all."""

import os
import tempfile
from pathlib import Path

from harness.errors import StorageError


def write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, then rename, so that no half-written file is ever seen.

    Raises:
        StorageError: the disk is full or the folder cannot be written to; `path` is as it was.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise StorageError(
            f"{path} cannot be written: {error.strerror}; make room or choose another place, then run the same "
            "command again."
        ) from error
