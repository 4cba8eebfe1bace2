"""Reader best on real replies: labelled by reading them one by one, over seven models.

labels.csv and labels_unseen.csv hold question id, model and what was read there: a letter, or why there is none. Half
of the replies were drawn among those without "answer is (X)", the others among all. The rules were made with labels.csv
in view; labels_unseen.csv was labelled first, and read by `best` once the rules stood. Three labels of replies that
sum up several answers, one in the first file and two in the second, were corrected together with the rule on summaries.
"""

import csv
from functools import cache
from pathlib import Path

import pyarrow.parquet
import pytest
from builders import reply
from shared import SHARED, needs_shared

from harness.questions import Question
from harness.readers import READERS

RECORDED = SHARED / "recorded" / "mmlu_pro"
LABELS = ("labels.csv", "labels_unseen.csv")


@cache
def questions() -> dict[str, Question]:
    """MMLU-Pro's questions."""
    columns = ["question_id", "question", "options", "answer", "category"]
    (path,) = (SHARED / "data/TIGER-Lab/MMLU-Pro/data").glob("test-*.parquet")
    return {
        str(row["question_id"]): Question(
            str(row["question_id"]), row["category"], row["question"], tuple(row["options"]), row["answer"]
        )
        for row in pyarrow.parquet.read_table(path, columns=columns).to_pylist()
    }


@cache
def replies(model: str) -> dict[str, str]:
    """What a model said to each question."""
    table = pyarrow.parquet.read_table(RECORDED / f"{model}.parquet", columns=["question_id", "response"])
    return {str(row["question_id"]): row["response"] or "" for row in table.to_pylist()}


def read(name: str) -> list[tuple[str, str, str | None, str | None]]:
    """Question, model, the label's letter and the reader's."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (
            row["question"],
            row["model"],
            row["label"] if len(row["label"]) == 1 else None,
            READERS["best"]
            .read(
                reply(replies(row["model"])[row["question"]], finish_reason=None),
                questions()[row["question"]],
            )
            .letter,
        )
        for row in rows
    ]


@needs_shared
@pytest.mark.parametrize("name", LABELS)
def test_at_least_98_of_100_replies_are_read_as_they_are_labelled(name):
    rows = read(name)
    different = [row for row in rows if row[2] != row[3]]
    assert len(different) <= 0.02 * len(rows), different


@needs_shared
@pytest.mark.parametrize("name", LABELS)
def test_no_letter_is_read_where_the_label_is_none(name):
    assert [row for row in read(name) if row[2] is None and row[3] is not None] == []
