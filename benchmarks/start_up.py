"""What a command costs before it does anything: wall seconds of whole processes, the median of several.

    python benchmarks/start_up.py

The last row is a whole run of one question on the embedded model, whose weights have to be in the cache already
(`harness run --model smollm2-135m --task sample` puts them there): it holds the start of llama.cpp, the loading of
the model, the question and the score file.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

HARNESS = (sys.executable, "-m", "harness")


def wall_s(command: tuple[str, ...]) -> float:
    """How long one process takes, from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Prints one line a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10, help="runs of each command, after one that warms up")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as results:
        run = ("run", "--model", "smollm2-135m", "--task", "sample", "--limit", "1", "--results", results)
        commands = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "import harness": (sys.executable, "-c", "import harness"),
            "harness --help": (*HARNESS, "--help"),
            "harness tasks": (*HARNESS, "tasks"),
            "harness run … --limit 1, embedded": (*HARNESS, *run),
        }
        print(f"{'command':36} {'median s':>9} {'min':>7} {'max':>7}")
        for name, command in commands.items():
            wall_s(command)
            taken = [wall_s(command) for _ in range(options.times)]
            print(f"{name:36} {statistics.median(taken):9.3f} {min(taken):7.3f} {max(taken):7.3f}")


if __name__ == "__main__":
    main()
