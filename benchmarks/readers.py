"""Recorded replies under every reader of text: accuracy, replies without a letter, time.

    python benchmarks/readers.py --recorded ../shared/recorded/mmlu_pro --data ../shared/data

A recording is a parquet file with the columns question_id and response; its questions are MMLU-Pro's, from a folder
laid out like the hub. Nobody is asked anything: each reply is read as it was recorded. Readers that were made for other
prompts, and read less than half of some recording, are shown in brackets and do not count for the spread, which is
the difference that the reading alone makes. Times are the processor's: for a recorded reply, and for the worst megabyte
that repeats what some pattern looks for.
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

MEGABYTE = 1_000_000  # bytes, in UTF-8
HOSTILE = (
    *(
        " ",
        "\n",
        "A",
        "a",
        "x",
        "(",
        "{",
        "{}",
        "{{}",
        "*",
        "$",
        "1 ",
        "A ",
        "A. ",
        "A: ",
        "(A) ",
        "İ",
        "«İ»",
        "é",
        "é, ",
        "𝐀",
    ),
    *(
        "Answer: ",
        "answer is ",
        "the answer is ",
        "The answer is (",
        "best answer is ",
        "\\boxed{",
        '{"answer": "',
    ),
    *("The correct answer is: boxed{1. ", "The best answer option is: **(", "The answer is: 答案选项应该是 "),
    *("Question: ", "<think>", "答案", "答案选项", "选择", "정답은 ", "उत्तर ", "الإجابة ", "réponse "),
)
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


def worst_megabyte_ms(reader: Reader, asked: Question) -> float:
    """Milliseconds for the slowest of some hostile replies, each the least of three."""
    texts = [piece * (MEGABYTE // len(piece.encode())) for piece in HOSTILE]
    return max(min(_seconds(reader, text, asked) for _ in range(3)) for text in texts) * 1e3


def _seconds(reader: Reader, text: str, asked: Question) -> float:
    began = time.process_time()
    reader.read(Reply(text=text, latency_s=0.0), asked)
    return time.process_time() - began


def _cell(accuracy: float, unread: float, *, counts: bool) -> str:
    shown = f"{100 * accuracy:.2f} ({100 * unread:.1f})"
    return shown if counts else f"[{shown}]"


def main() -> None:
    """Prints a Markdown table: a row a reader, a column a model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--data", type=Path, required=True, help="folder laid out like the hub")
    options = parser.parse_args()
    asked = questions(options.data)
    held = {file.stem: recorded(file, asked) for file in sorted(options.recorded.glob("*.parquet"))}
    print(f"| reader | {' | '.join(held)} | a reply | a hostile megabyte |")
    print("|---|" + "---|" * (len(held) + 2))
    print(f"| *replies* | {' | '.join(f'{len(replies):,}' for replies in held.values())} | | |")
    shares: dict[str, list[float]] = {model: [] for model in held}
    for reader in (reader for reader in READERS.values() if reader.reads is Generate):
        figures = {model: read(reader, replies) for model, replies in held.items()}
        counts = all(unread <= _MADE_FOR_IT for _, unread, _ in figures.values())
        for model, (accuracy, _, _) in figures.items():
            shares[model] += [accuracy] if counts else []
        cells = " | ".join(_cell(accuracy, unread, counts=counts) for accuracy, unread, _ in figures.values())
        mean_us = sum(us for *_, us in figures.values()) / len(figures)
        worst_ms = worst_megabyte_ms(reader, next(iter(asked.values())))
        print(f"| {reader.name} | {cells} | {mean_us:.0f} µs | {worst_ms:.0f} ms |")
    spreads = " | ".join(f"{100 * (max(counted) - min(counted)):.2f}" for counted in shares.values())
    print(f"| *spread* | {spreads} | | |")


if __name__ == "__main__":
    main()
