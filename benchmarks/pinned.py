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
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENT_CORE = "0"
SERVER_CORE = "1"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took from its start to its end, its children's time included."""

    wall_s: float
    cpu_s: float
    peak_mb: float


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
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, folder: Path | None = None
) -> Taken:
    """Run a client to its end, in `folder` where that matters.

    GNU time starts it, because a process that we start ourselves counts our own memory as its peak.
    """
    with tempfile.NamedTemporaryFile("r") as figures:
        timed = ["/usr/bin/time", "--format=%e %U %S %M", f"--output={figures.name}"]
        ended = subprocess.run(
            [*timed, "taskset", "-c", CLIENT_CORE, *command],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | dict(environment or {}),
        )
        if ended.returncode:
            sys.exit(f"{' '.join(command)} ended with status {ended.returncode}:\n{ended.stderr}")
        wall_s, user_s, system_s, peak_kb = map(float, figures.read().split())
    return Taken(wall_s, user_s + system_s, peak_kb / 1024)
