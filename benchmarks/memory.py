"""Memory of whole runs of MMLU, and of MMLU ten times over, beside what loading and planning the questions takes.

    python benchmarks/memory.py --server fast_endpoint.py --data DIR

What the server must be is told in pinned.py. DIR is laid out like the hub. Journal, progress and scoring are on. The
questions of ten times MMLU differ in their first words. Both are loaded once before anything is measured, so that
what datasets makes of the files is there, in a folder that is removed afterwards.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from pinned import Taken, run, serving

MMLU = "cais/mmlu/all"
TIMES = (1, 10)
QUESTIONS = 14_042

LOAD = """
import sys
from pathlib import Path
from harness.dataset import load_questions
from harness.plan import make_plan
from harness.task import find_task, load_task

task = load_task(find_task("mmlu"))
plan = make_plan(task, load_questions(task, Path(sys.argv[1])), protocol="simple-evals")
assert len(plan.questions) == int(sys.argv[2]), len(plan.questions)
"""

REPEAT = """
import sys
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True)
for path in source.glob("dev-*.parquet"):
    (target / path.name).write_bytes(path.read_bytes())
rows = pa.concat_tables(pq.read_table(path) for path in sorted(source.glob("test-*.parquet")))
place = rows.schema.get_field_index("question")
for number in range(int(sys.argv[3])):
    texts = pa.array([f"({number}) {text}" for text in rows["question"].to_pylist()])
    pq.write_table(rows.set_column(place, "question", texts), target / f"test-{number:05}.parquet")
"""


def repeated(data: Path, times: int, folder: Path) -> Path:
    """A folder laid out like the hub with MMLU so many times over; `data` itself for once."""
    if times == 1:
        return data
    run((sys.executable, "-c", REPEAT, str(data / MMLU), str(folder / MMLU), str(times)))
    return folder


def loaded(data: Path, questions: int, cache: str) -> Taken:
    """What loading and planning take."""
    command = (sys.executable, "-c", LOAD, str(data), str(questions))
    run(command, {"HF_HOME": cache})
    return run(command, {"HF_HOME": cache})


def asked(data: Path, server: str, cache: str) -> Taken:
    """What a whole run takes."""
    with serving(server, "--latency", "0.05") as base_url, tempfile.TemporaryDirectory() as results:
        said = f"--model fast --base-url {base_url} --task mmlu --protocol simple-evals --concurrency 64"
        where = ("--data", str(data), "--results", results)
        command = (sys.executable, "-m", "harness", "run", *said.split(), *where)
        return run(command, {"HF_HOME": cache})


def main() -> None:
    """Prints one line for each number of questions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", required=True)
    parser.add_argument("--data", required=True, type=Path)
    options = parser.parse_args()
    print(
        f"{'questions':>9} {'loaded and planned, MB':>22} {'whole run, MB':>13} {'CPU ms':>7} {'wall s':>7}"
    )
    for times in TIMES:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
            data, questions = repeated(options.data, times, Path(folder)), times * QUESTIONS
            planned, whole = loaded(data, questions, cache), asked(data, options.server, cache)
        print(
            f"{questions:9,} {planned.peak_mb:22.0f} {whole.peak_mb:13.0f} "
            f"{1000 * whole.cpu_s / questions:7.2f} {whole.wall_s:7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
