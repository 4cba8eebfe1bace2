"""GGUF files: a model in one file or in several parts, and the SHA-256 that names its weights.

Takes names and paths. Knows nothing of where the files came from.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

_PART = re.compile(r"(?P<stem>.+)-\d{5}-of-(?P<count>\d{5})\.gguf")


def parts(name: str) -> tuple[str, ...]:
    """The names of all files of a model, in order, given one of them; a model in one file is its only part."""
    part = _PART.fullmatch(name)
    if part is None or not int(part["count"]):
        return (name,)
    stem, count = part["stem"], part["count"]
    return tuple(f"{stem}-{number:05}-of-{count}.gguf" for number in range(1, int(count) + 1))


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hex. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256(path: Path, of_file: Callable[[Path], str] = file_sha256) -> str:
    """The SHA-256 of a model's weights.

    Args:
        path: one of its files; the other parts lie beside it.
        of_file: gives the SHA-256 of one file.

    Returns:
        In hex, that of the file; for a model in parts that of a text that has the parts' own, a line each.
    """
    sums = [of_file(path.with_name(name)) for name in parts(path.name)]
    if len(sums) == 1:
        return sums[0]
    return hashlib.sha256("".join(f"{one}\n" for one in sums).encode()).hexdigest()
