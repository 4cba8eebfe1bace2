"""A server on one core, a client on another, and what the client took; what the benchmarks here share.

The server is a program that takes --port, --latency (seconds), --slots (worked on at once) and --rpm (requests a
minute, counted over a second), prints a line when it is ready, and answers GET /stats with requests, peak_in_flight,
rejected and seconds, from the first request to the last reply.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

CLIENT_CORE = "0"
SERVER_CORE = "1"


class Begun(NamedTuple):
    """What a client took before its first request, in seconds by the clock and of processor time."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took from its start to its end, its children's time included.

    Attributes:
        begun: what was gone when the server got its first request; None where that was not looked for.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    begun: Begun | None = None


@contextmanager
def serving(program: str, *said: str) -> Iterator[str]:
    """Run the server until the block ends; gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["taskset", "-c", SERVER_CORE, sys.executable, program, f"--port={port}", *said]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def stats(base_url: str) -> dict[str, Any]:
    """What the server counted."""
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/stats") as answer:
        counted: dict[str, Any] = json.load(answer)
        return counted


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    asked: str | None = None,
) -> Taken:
    """Run a client to its end, in `folder` where that matters; `asked` is the base URL that it asks, if any.

    GNU time starts it, because a process that we start ourselves counts our own memory as its peak.
    """
    with tempfile.NamedTemporaryFile("r") as figures, tempfile.TemporaryFile("w+") as said:
        timed = ["/usr/bin/time", "--format=%e %U %S %M", f"--output={figures.name}"]
        with subprocess.Popen(
            [*timed, "taskset", "-c", CLIENT_CORE, *command],
            stdout=subprocess.DEVNULL,
            stderr=said,
            text=True,
            cwd=folder,
            env=os.environ | dict(environment or {}),
        ) as client:
            begun = at_first_request(client, asked) if asked else None
        if client.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} ended with status {client.returncode}:\n{said.read()}")
        wall_s, user_s, system_s, peak_kb = map(float, figures.read().split())
    return Taken(wall_s, user_s + system_s, peak_kb / 1024, begun)


def at_first_request(client: subprocess.Popen[str], asked: str) -> Begun | None:
    """What the process that GNU time runs had taken when the server got its first request; None where it got none."""
    started = time.monotonic()
    while not stats(asked)["requests"]:
        if client.poll() is not None:
            return None
        time.sleep(0.02)
    wall_s = time.monotonic() - started
    children = Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()
    fields = Path(f"/proc/{children[0]}/stat").read_text().rpartition(")")[2].split()
    return Begun(wall_s, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
