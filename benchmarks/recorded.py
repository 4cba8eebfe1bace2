"""What seven real models answered to MMLU-Pro, asked and scored again over HTTP: a Markdown table of the scores.

    python benchmarks/recorded.py --recorded DIR --data DIR --server replay_server.py

Each file in --recorded is a Parquet file of a model's answers (question_id, response). The server is a program that
takes --answers FILE and --port, prints a line when it listens, and answers completions with what was recorded for the
question in the prompt, and with 400 where none was. --data is laid out like the hub. Each model is asked all of
MMLU-Pro by mmlu-pro-local without examples, and its replies are read by `strict`, and by `chain` beside it.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

COLUMNS = (
    *("recording", "answered", "failed", "strict", "no letter (strict)", "those guessed", "chain"),
    *("status", "exit code", "questions/s"),
)


def row(recording: Path, server: Path, data: Path) -> str:
    """One model's line of the table."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, str(server), f"--answers={recording}", f"--port={port}"]
    with (
        subprocess.Popen(program, stdout=subprocess.PIPE) as serving,
        tempfile.TemporaryDirectory() as results,
    ):
        try:
            assert serving.stdout is not None
            serving.stdout.readline()
            said = f"run --model {recording.stem} --base-url http://127.0.0.1:{port}/v1 --task mmlu_pro"
            how = f"--protocol mmlu-pro-local --shots 0 --reader strict --data {data} --results {results}"
            command = [sys.executable, "-m", "harness", *said.split(), *how.split()]
            code = subprocess.run(command, check=False, capture_output=True).returncode
        finally:
            serving.kill()
        (file,) = Path(results).rglob("score.json")
        return line(recording.stem, json.loads(file.read_bytes()), code)


def line(name: str, found: dict[str, Any], code: int) -> str:
    """A score file as a line."""
    counts, score = found["counts"], found["score"]
    (chain,) = [other for other in score["other_readers"] if other["reader"] == "chain"]
    cells = (
        *(name, f"{counts['questions'] - counts['failed']:,}", counts["failed"], percent(score["accuracy"])),
        *(f"{counts['unparsed']:,}", percent(score["expected_with_guessing"]), percent(chain["accuracy"])),
        *(found["status"], code, f"{found['latency']['questions_per_second']:.0f}"),
    )
    return f"| {' | '.join(map(str, cells))} |"


def percent(share: float) -> str:
    """Two digits, as the published figures have them."""
    return f"{100 * share:.2f}"


def main() -> None:
    """Prints the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--server", type=Path, required=True)
    options = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for recording in sorted(options.recorded.glob("*.parquet")):
        print(row(recording, options.server, options.data), flush=True)


if __name__ == "__main__":
    main()
