"""Selections: which of a task's questions are asked.

Takes all questions and the user's choice; gives the chosen ones, subject by subject. Knows nothing of prompts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from harness.errors import UsageError
from harness.questions import Question
from harness.task import Task, did_you_mean


@dataclass(frozen=True, slots=True)
class Selection:
    """The user's choice of questions.

    Attributes:
        limit: so many questions in all, taken in turn from each subject in file order; all where None.
        subjects: of these subjects or groups only; of all where empty.
    """

    limit: int | None = None
    subjects: Sequence[str] = ()


ALL = Selection()


def select(questions: Sequence[Question], task: Task, selection: Selection) -> tuple[Question, ...]:
    """The chosen questions, those of a subject together.

    Raises:
        UsageError: a name is unknown, or nothing would be left.
    """
    by_subject: dict[str, list[Question]] = {}
    for question in _of_subjects(questions, task, selection.subjects):
        by_subject.setdefault(question.subject, []).append(question)
    kept = _first(by_subject, selection.limit)
    return tuple(q for members in by_subject.values() for q in members if q.id in kept)


def _of_subjects(questions: Sequence[Question], task: Task, names: Sequence[str]) -> Sequence[Question]:
    if not names:
        return questions
    known = {question.subject for question in questions}
    wanted: set[str] = set()
    for name in names:
        if name not in known and name not in task.groups:
            hint = did_you_mean(name, sorted(known | set(task.groups)))
            raise UsageError(f"task {task.name} has no subject or group {name!r}{hint}.")
        wanted.update(task.groups.get(name, (name,)))
    chosen = tuple(question for question in questions if question.subject in wanted)
    if not chosen:
        raise UsageError(f"the dataset of task {task.name} has no question of {', '.join(names)}.")
    return chosen


def _first(by_subject: dict[str, list[Question]], limit: int | None) -> set[str]:
    """The ids of the first `limit` questions when each subject gives one in turn."""
    if limit is not None and limit < 1:
        raise UsageError(f"--limit {limit} leaves nothing to ask; give 1 or more.")
    in_turn = [q for turn in zip_longest(*by_subject.values()) for q in turn if q is not None]
    return {question.id for question in in_turn[:limit]}
