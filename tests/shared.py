"""Where the data lies that is too large, or not ours, to keep in this repository, and how tests do without."""

from functools import cache
from pathlib import Path

import pytest

from harness.dataset import load_questions
from harness.questions import QuestionSet
from harness.task import Task, find_task, load_task

SHARED = Path(__file__).parents[1].parent / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not here")


@cache
def mmlu() -> tuple[Task, QuestionSet]:
    """MMLU's task and its 14,042 questions, loaded once for all tests."""
    task = load_task(find_task("mmlu"))
    return task, load_questions(task, SHARED / "data")


@cache
def mmlu_pro() -> tuple[Task, QuestionSet]:
    """MMLU-Pro's task and its 12,032 questions, without examples: their split is not there."""
    task = load_task(find_task("mmlu_pro"))
    return task, load_questions(task, SHARED / "data")
