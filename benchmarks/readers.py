"""One recording's replies under every reader that can read them: accuracy, replies without a letter, time.

    python benchmarks/readers.py --recorded ../shared/recorded/mmlu_pro --data ../shared/data

A recording is a parquet file with the columns question_id and response; its questions are MMLU-Pro's, from a folder
laid out like the hub. Nobody is asked anything: each reply is read as it was recorded. Readers that were made for other
prompts, and read less than half of a recording, are shown in brackets and do not count for the spread, which is the
difference that the reading alone makes.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question
from harness.readers import READERS

_MADE_FOR_IT = 0.5  # share without a letter, beyond which a reader was made for other prompts
Recorded = Sequence[tuple[Question, Reply]]


def questions(data: Path) -> dict[str, Question]:
    """MMLU-Pro's test questions by their id."""
    found = {}
    for file in sorted((data / "TIGER-Lab/MMLU-Pro/data").glob("test-*.parquet")):
        for row in pyarrow.parquet.read_table(file).to_pylist():
            name = str(row["question_id"])
            found[name] = Question(
                name, row["category"], row["question"], tuple(row["options"]), row["answer"]
            )
    return found


def recorded(file: Path, asked: dict[str, Question]) -> Recorded:
    """The replies of one model, each with its question."""
    rows = pyarrow.parquet.read_table(file, columns=["question_id", "response"]).to_pylist()
    return [
        (asked[str(row["question_id"])], Reply(text=row["response"] or "", latency_s=0.0)) for row in rows
    ]


def read(reader: Reader, replies: Recorded) -> tuple[float, float, float]:
    """Accuracy and share without a letter, 0..1, and the microseconds of processor time for a reply."""
    began = time.process_time()
    answers = [(reader.read(reply, question), question) for question, reply in replies]
    taken_s = time.process_time() - began
    right = sum(answer.letter == question.gold for answer, question in answers)
    unread = sum(answer.letter is None for answer, _ in answers)
    return right / len(answers), unread / len(answers), 1e6 * taken_s / len(answers)


def _cell(accuracy: float, unread: float) -> str:
    shown = f"{100 * accuracy:.2f} ({100 * unread:.1f} unread)"
    return shown if unread <= _MADE_FOR_IT else f"[{shown}]"


def main() -> None:
    """Prints a Markdown table: a row a model, a column a reader."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--data", type=Path, required=True, help="folder laid out like the hub")
    options = parser.parse_args()
    asked = questions(options.data)
    readers = [reader for reader in READERS.values() if reader.reads is Generate]
    print(f"| model | replies | {' | '.join(reader.name for reader in readers)} | spread |")
    print("|---|---|" + "---|" * (len(readers) + 1))
    taken_us: dict[str, list[float]] = {reader.name: [] for reader in readers}
    for file in sorted(options.recorded.glob("*.parquet")):
        replies = recorded(file, asked)
        figures = {reader.name: read(reader, replies) for reader in readers}
        for name, (_, _, us) in figures.items():
            taken_us[name].append(us)
        cells = " | ".join(_cell(accuracy, unread) for accuracy, unread, _ in figures.values())
        shares = [accuracy for accuracy, unread, _ in figures.values() if unread <= _MADE_FOR_IT]
        print(f"| {file.stem} | {len(replies):,} | {cells} | {100 * (max(shares) - min(shares)):.2f} |")
    times = " | ".join(f"{sum(taken) / len(taken):.0f} µs" for taken in taken_us.values())
    print(f"| *time for a reply* | | {times} | |")


if __name__ == "__main__":
    main()
