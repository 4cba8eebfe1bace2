"""Whole runs of MMLU against a server of fixed latency: wall and processor time, memory, and requests in flight.

    python benchmarks/whole_runs.py --server fast_endpoint.py --data DIR

What the server must be is told in pinned.py. DIR is laid out like the hub. Journal, progress and scoring are on; the
harness is pinned to one core and the server to another.
"""

import argparse
import sys
import tempfile
from typing import NamedTuple

from pinned import run, serving, stats


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


def measure(case: Case, server: str, data: str) -> str:
    """One row of the table."""
    with serving(server, *case.server.split()) as base_url, tempfile.TemporaryDirectory() as results:
        said = (
            f"--model fast --base-url {base_url} --task mmlu --protocol simple-evals --limit {case.questions}"
        )
        where = ("--data", data, "--results", results)
        taken = run(
            (sys.executable, "-m", "harness", "run", *said.split(), *case.run.split(), *where), asked=base_url
        )
        asked = stats(base_url)
    assert taken.begun is not None, "nothing was asked"
    after_s = taken.wall_s - taken.begun.wall_s - asked["seconds"]
    return (
        f"{case.server:27} {case.run or '(auto)':18} {case.questions:7,} {asked['seconds']:8.2f} "
        f"{asked['seconds'] / case.ideal_s:6.2f} {case.questions / asked['seconds']:8.0f} "
        f"{1000 * taken.cpu_s / case.questions:7.2f} "
        f"{1000 * (taken.cpu_s - taken.begun.cpu_s) / case.questions:7.2f} {taken.peak_mb:6.0f} "
        f"{asked['peak_in_flight']:6} {asked['rejected']:5} {taken.begun.wall_s:8.2f} {after_s:7.2f}"
    )


def main() -> None:
    """Prints one line a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", required=True)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    print(
        f"{'server':27} {'run':18} {'asked':>7} {'wall s':>8} {'/ideal':>6} {'per s':>8} {'CPU ms':>7} {'asking':>7} "
        f"{'MB':>6} {'flight':>6} {'429s':>5} {'before s':>8} {'after s':>7}"
    )
    for case in CASES:
        print(measure(case, options.server, options.data), flush=True)


if __name__ == "__main__":
    main()
