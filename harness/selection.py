"""Selections: which of a task's questions are asked.

Takes all questions and the user's choice; gives the chosen ones, subject by subject. Knows nothing of prompts.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.questions import Question

if TYPE_CHECKING:  # settings are made of this module, and shall not take the time that pydantic does
    from harness.task import Task


class Sample(StrEnum):
    """How a limit takes its questions."""

    FIRST = "first"
    """In turn from each subject, in file order: as many of a small subject as of a large one."""

    STRATIFIED = "stratified"
    """As many of each subject as its share of the questions, drawn at random by a seed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The user's choice of questions.

    Attributes:
        limit: so many questions in all; all where None.
        subjects: of these subjects or groups only; of all where empty.
        sample: how the limit takes them.
        seed: of a stratified sample, 0 where None; the same one draws the same questions, on any machine.

    Raises:
        UsageError: they contradict each other, or leave nothing.
    """

    limit: int | None = None
    subjects: Sequence[str] = ()
    sample: Sample = Sample.FIRST
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse what would choose nothing, or would be without effect."""
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"--limit {self.limit} leaves nothing to ask; give 1 or more.")
        if self.sample is not Sample.FIRST and self.limit is None:
            raise UsageError(
                f"--sample {self.sample} says how --limit takes its questions; give that too, or leave it out."
            )
        if self.seed is not None and self.sample is not Sample.STRATIFIED:
            raise UsageError("--seed orders --sample stratified; give that too, or leave it out.")


ALL = Selection()


def select(questions: Sequence[Question], task: "Task", selection: Selection) -> tuple[Question, ...]:
    """The chosen questions, those of a subject together.

    Raises:
        UsageError: a name is unknown, or nothing would be left.
    """
    by_subject: dict[str, list[Question]] = {}
    for question in _of_subjects(questions, task, selection.subjects):
        by_subject.setdefault(question.subject, []).append(question)
    if selection.limit is None:
        return tuple(q for members in by_subject.values() for q in members)
    match selection.sample:
        case Sample.FIRST:
            kept = _first(by_subject, selection.limit)
        case Sample.STRATIFIED:
            kept = _stratified(by_subject, selection.limit, selection.seed or 0)
    return tuple(q for members in by_subject.values() for q in members if q.id in kept)


def choice_of(ids: Collection[str], questions: Sequence[Question], task: "Task") -> Selection | None:
    """The choice that takes exactly these of a task's questions: of all or some subjects, all or the first ones.

    Returns:
        None where there is none, as of a sample that another program drew.
    """
    subjects = dict.fromkeys(question.subject for question in questions)
    wanted = dict.fromkeys(question.subject for question in questions if question.id in ids)
    named = () if wanted == subjects else tuple(wanted)
    for choice in (Selection(subjects=named), Selection(len(ids), named)):
        if {question.id for question in select(questions, task, choice)} == set(ids):
            return choice
    return None


def _of_subjects(questions: Sequence[Question], task: "Task", names: Sequence[str]) -> Sequence[Question]:
    if not names:
        return questions
    from harness.task import did_you_mean

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


def _first(by_subject: Mapping[str, Sequence[Question]], limit: int) -> set[str]:
    """The ids of the first `limit` questions when each subject gives one in turn."""
    in_turn = [q for turn in zip_longest(*by_subject.values()) for q in turn if q is not None]
    return {question.id for question in in_turn[:limit]}


def _stratified(by_subject: Mapping[str, Sequence[Question]], limit: int, seed: int) -> set[str]:
    """The ids of each subject's part of `limit`: the first ones in the order of SHA-256 of seed and id."""
    counts = _apportioned({name: len(members) for name, members in by_subject.items()}, limit)
    drawn: set[str] = set()
    for name, members in by_subject.items():
        ids = sorted((question.id for question in members), key=lambda id_: drawn_at(seed, id_))
        drawn.update(ids[: counts[name]])
    return drawn


def drawn_at(seed: int, id_: str) -> str:
    """Where a question stands in the random order of a seed: what to sort by."""
    return hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest()


def _apportioned(sizes: Mapping[str, int], limit: int) -> dict[str, int]:
    """`limit` divided in proportion to the sizes, what is left over going to the largest remainders (Hamilton)."""
    whole = sum(sizes.values())
    limit = min(limit, whole)
    counts = {name: limit * size // whole for name, size in sizes.items()}
    nearest = sorted(sizes, key=lambda name: -(limit * sizes[name] % whole))  # of equal ones, in file order
    for name in nearest[: limit - sum(counts.values())]:
        counts[name] += 1
    return counts
