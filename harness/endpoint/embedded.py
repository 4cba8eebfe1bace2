"""Embedded engine: a model file served by llama.cpp on this machine, for as long as a `with` block lasts.

Takes a GGUF file, gives the address of an OpenAI-compatible server on loopback. The server is a child process
(engine.py), so a crash of it is a sentence here and not ours. Knows nothing of requests.
"""

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from harness.errors import UsageError

SLOTS = 4
SLOTS_FOR_LETTERS = 1
"""Where only a prompt is read and one token written, a processor gains nothing from several at once, and each slot
would compute the few-shot examples of every subject anew: slots do not share what they hold."""
CONTEXT = 4096
"""Tokens for a prompt and for a reply as long as a protocol usually leaves room for."""

_START_S = 900.0  # a 40 GB file from a disk that reads 50 MB/s
_LOG_TAIL_BYTES = 16_384
_ENGINE = Path(__file__).with_name("engine.py")
_ERROR = re.compile(r"[\d.]+ E [^:]*: ")
"""Start of an error in llama.cpp's log: time, level, function."""


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """A running server.

    Attributes:
        base_url: of its OpenAI-compatible interface, with /v1.
        slots: requests that it works on at once; more wait in its queue.
        pid: of its process.
    """

    base_url: str
    slots: int
    pid: int
    _process: "subprocess.Popen[bytes]" = field(repr=False)
    _log: IO[bytes] = field(repr=False)

    def died(self) -> str | None:
        """None while it runs, else one sentence: how it ended, and the last lines of its log."""
        status = self._process.poll()
        if status is None:
            return None
        said = "; ".join(_log_lines(self._log)[-3:]).rstrip(".")
        return f"The embedded engine {_ending(status)}" + (f": {said}." if said else ".")


@contextmanager
def serve(gguf: Path, *, slots: int = SLOTS, context: int = CONTEXT) -> Iterator[EmbeddedEngine]:
    """Serve a model file until the block ends, and not longer than this process lives.

    Args:
        gguf: the model's weights.
        slots: requests worked on at once.
        context: tokens of prompt and reply that a slot holds.

    Raises:
        UsageError: there is no such file, it is no model, llama.cpp cannot load it, or is not installed.
    """
    _check(gguf)
    # A temporary file without a name: nothing is left of it, however we end.
    with tempfile.TemporaryFile() as log, _running(gguf, slots, context, log) as process:
        address = _address(process, gguf, log)
        yield EmbeddedEngine(f"{address}/v1", slots, process.pid, process, log)


def _check(gguf: Path) -> None:
    """Find what is wrong before anything is started."""
    try:
        with gguf.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise UsageError(f"The model file {gguf} cannot be read: {error.strerror}.") from error
    if magic != b"GGUF":
        raise UsageError(
            f"{gguf} is not a GGUF file, the only kind of weights that the embedded engine serves."
        )
    if find_spec("xllamacpp") is None:
        raise UsageError(
            "The embedded model needs the package xllamacpp: run `pip install 'harness[embedded]'`, "
            "or `pip install -e '.[embedded]'` in a checkout."
        )


@contextmanager
def _running(gguf: Path, slots: int, context: int, log: IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    """The engine's process, ended and reaped afterwards."""
    # By path and not as a module: nothing else of the harness is imported, from wherever it runs. -P: and
    # nothing of the user's working directory or of this folder is taken for a module of the standard library.
    command = [sys.executable, "-P", str(_ENGINE), str(gguf), f"--slots={slots}", f"--context={context}"]
    # Passive: threads that wait for one another sleep. Spinning, the default, costs a busy machine dearly.
    environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}
    with subprocess.Popen(  # noqa: S603 - our own interpreter and file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # it has nothing to save


def _address(process: "subprocess.Popen[bytes]", gguf: Path, log: IO[bytes]) -> str:
    """Wait until the model is loaded; a child that dies meanwhile is noticed at once."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(_START_S):
            raise UsageError(
                f"llama.cpp has not loaded {gguf} within {_START_S:.0f} s: take a smaller model or a faster disk."
            )
    address = process.stdout.readline().decode().strip()
    if not address:
        ending = _ending(process.wait())
        raise UsageError(f"llama.cpp cannot load {gguf}: {_cause(_log_lines(log))} (the engine {ending}).")
    return address


def _cause(lines: list[str]) -> str:
    """Why a model did not load: the first error, as those after it only say that therefore nothing works."""
    errors = [line for line in lines if _ERROR.match(line)]
    line = (errors[:1] or lines[-1:] or ["it does not say why"])[0]
    return _ERROR.sub("", line).rstrip(".")


def _log_lines(log: IO[bytes]) -> list[str]:
    """The last lines that the engine wrote."""
    # Not seek and read: the child writes at the same file position.
    start = max(0, os.fstat(log.fileno()).st_size - _LOG_TAIL_BYTES)
    text = os.pread(log.fileno(), _LOG_TAIL_BYTES, start).decode(errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _ending(status: int) -> str:
    """How a process ended, as a predicate."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal
        return f"was ended by signal {-status}"
