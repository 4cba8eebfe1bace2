"""Whole runs of MMLU against a server of fixed latency: wall and processor time, memory, and requests in flight.

    python benchmarks/whole_runs.py --server fast_endpoint.py --data DIR

The server is a program that takes --port, --latency (seconds), --slots (worked on at once) and --rpm (requests a
minute, counted over a second), and answers GET /stats with requests, peak_in_flight, rejected and seconds, from the
first request to the last reply. DIR is laid out like the hub. Journal, progress and scoring are on; the harness is
pinned to one core and the server to another.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import NamedTuple

PORT = 8231


class Case(NamedTuple):
    """A server, a run, and the time that the run would take if nothing were lost."""

    server: str
    questions: int
    ideal_s: float
    run: str = ""


CASES = (
    Case("--latency 0.05", 14_042, 14_042 * 0.05 / 64, "--concurrency 64"),
    Case("--latency 0.05", 14_042, 14_042 * 0.05 / 512, "--concurrency 512"),
    Case("--latency 0.05 --slots 4", 600, 600 * 0.05 / 4),
    Case("--latency 0.05 --slots 32", 4000, 4000 * 0.05 / 32),
    Case("--latency 0.5 --slots 256", 14_042, 14_042 * 0.5 / 256),
    Case("--latency 0.05 --rpm 600", 300, 300 / 10),
    Case("--latency 0.05 --rpm 6000", 3000, 3000 / 100),
)


def measure(case: Case, server: str, data: str, client_core: int) -> str:
    """One row of the table."""
    program = [
        "taskset",
        "-c",
        str(1 - client_core),
        sys.executable,
        server,
        f"--port={PORT}",
        *case.server.split(),
    ]
    with (
        subprocess.Popen(program, stdout=subprocess.PIPE) as serving,
        tempfile.TemporaryDirectory() as results,
    ):
        try:
            serving.stdout.readline()
            said = (
                f"run --model fast --base-url http://127.0.0.1:{PORT}/v1 --task mmlu --protocol simple-evals"
            )
            limit = f"--limit {case.questions} --data {data} --results {results} {case.run}"
            command = [
                "taskset",
                "-c",
                str(client_core),
                sys.executable,
                "-m",
                "harness",
                *said.split(),
                *limit.split(),
            ]
            began = time.perf_counter()
            ended = subprocess.run(
                ["/usr/bin/time", "-v", *command], check=True, capture_output=True, text=True
            )
            whole_s = time.perf_counter() - began
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/stats") as answer:
                stats = json.load(answer)
        finally:
            serving.kill()
    cpu_s = figure(r"User time.*: ([\d.]+)", ended.stderr) + figure(r"System time.*: ([\d.]+)", ended.stderr)
    return (
        f"{case.server:27} {case.run or '(auto)':18} {case.questions:7,} {stats['seconds']:8.2f} "
        f"{stats['seconds'] / case.ideal_s:6.2f} {case.questions / stats['seconds']:8.0f} "
        f"{1000 * cpu_s / case.questions:7.2f} {figure(r'Maximum resident.*: ([0-9]+)', ended.stderr) / 1024:6.0f} "
        f"{stats['peak_in_flight']:6} {stats['rejected']:5} {whole_s - stats['seconds']:7.2f}"
    )


def figure(pattern: str, text: str) -> float:
    """A number out of what GNU time says."""
    return float(re.search(pattern, text)[1])


def main() -> None:
    """Prints one line a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", required=True)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    print(
        f"{'server':27} {'run':18} {'asked':>7} {'wall s':>8} {'/ideal':>6} {'per s':>8} {'CPU ms':>7} "
        f"{'MB':>6} {'flight':>6} {'429s':>5} {'rest s':>7}"
    )
    for case in CASES:
        print(measure(case, options.server, options.data, client_core=0), flush=True)


if __name__ == "__main__":
    main()
