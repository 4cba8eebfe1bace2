"""Scores: how right the answers were, and how sure we can be.

Takes graded answers, gives a Score. Arithmetic only: knows nothing of models, prompts or files. Failed
questions are no answers: they leave the denominator and are counted; all others without a letter count
as wrong. Where questions come in clusters, errors and intervals are cluster-robust. The same graded answers
give the same Score, in whatever order they come.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from harness.answers import Outcome
from harness.clustered_stats import (
    Tally,
    clustered_interval,
    clustered_macro_interval,
    clustered_macro_stderr,
    clustered_stderr,
)
from harness.protocols.base import Average
from harness.stats import Interval, macro_interval, macro_stderr, proportion_stderr, wilson_interval

_Place = TypeVar("_Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Graded:
    """One question's final outcome, with what a score needs to know of the question.

    Attributes:
        choices: how many there are to each right one.
        cluster: the same for questions that are not independent of each other; None: independent of all.
    """

    id: str
    subject: str
    choices: float
    outcome: Outcome
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions ended how; `questions` is their sum."""

    questions: int
    correct: int
    wrong: int
    unparsed: int
    refused: int
    truncated: int
    failed: int


@dataclass(frozen=True, slots=True)
class Part:
    """Accuracy over a subject or group. Shares are 0..1, and None where no question was answered.

    Attributes:
        questions: the denominator: all but the failed ones.
        stderr: Bernoulli standard error; where questions share clusters, the clustered one: None with a single one.
        ci95: Wilson interval, likewise.
    """

    name: str
    questions: int
    correct: int
    accuracy: float | None
    stderr: float | None
    ci95: Interval | None


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy over all questions. Shares are 0..1, and None where no question was answered.

    `chance` and `bounds` count the failed questions too, and are None where there is no question at all.

    Attributes:
        accuracy: the headline: micro or macro, as `average` says.
        stderr: of the headline, as in Part; None too where a macro average has a subject of one question or cluster.
        ci95: Wilson interval for micro, Wilson's of as many questions as have its stderr for macro.
        clusters: how many clusters the answered questions come in; None where no two share one.
        chance: expected accuracy of guessing: the mean of 1/choices.
        micro: share of all questions.
        macro: plain mean of the subjects' shares.
        bounds: least and greatest share that the questions without a letter leave open:
            correct / questions, (correct + unparsed + refused + truncated + failed) / questions.
        expected_with_guessing: what `micro` would be expected to be if each reply without a letter were given one
            of its question's at random: each of them counts as 1/choices.
    """

    accuracy: float | None
    stderr: float | None
    ci95: Interval | None
    average: Average
    chance: float | None
    micro: float | None
    macro: float | None
    bounds: Interval | None
    expected_with_guessing: float | None
    clusters: int | None


def count(graded: Iterable[Graded]) -> Counts:
    """Count the outcomes."""
    found = Counter(item.outcome for item in graded)
    return Counts(
        questions=found.total(),
        correct=found[Outcome.CORRECT],
        wrong=found[Outcome.WRONG],
        unparsed=found[Outcome.UNPARSED],
        refused=found[Outcome.REFUSED],
        truncated=found[Outcome.TRUNCATED],
        failed=found[Outcome.FAILED],
    )


def score(graded: Sequence[Graded], average: Average) -> Score:
    """The score over all questions."""
    counts = count(graded)
    whole = _part("all", graded)
    tallies = [(part.correct, part.questions) for part in by_subject(graded) if part.questions]
    macro = sum(k / n for k, n in tallies) / len(tallies) if tallies else None
    clusters = _clusters(graded)
    stderr, ci95 = whole.stderr, whole.ci95
    if average == "macro" and macro is not None:
        if clusters is None:
            stderr = macro_stderr(tallies)
            ci95 = None if stderr is None else macro_interval(macro, stderr, [n for _, n in tallies])
        else:
            cells = _cells(graded)
            stderr, ci95 = clustered_macro_stderr(cells), clustered_macro_interval(cells)
    without_letter = counts.unparsed + counts.refused + counts.truncated + counts.failed
    n = counts.questions
    return Score(
        accuracy=macro if average == "macro" else whole.accuracy,
        stderr=stderr,
        ci95=ci95,
        average=average,
        chance=math.fsum(1 / item.choices for item in graded) / n if n else None,
        micro=whole.accuracy,
        macro=macro,
        bounds=(counts.correct / n, (counts.correct + without_letter) / n) if n else None,
        expected_with_guessing=_with_guessing(graded),
        clusters=None if clusters is None else len(clusters),
    )


def by_subject(graded: Sequence[Graded]) -> tuple[Part, ...]:
    """Accuracy of each subject, by name."""
    members: dict[str, list[Graded]] = {}
    for item in graded:
        members.setdefault(item.subject, []).append(item)
    return tuple(_part(name, members[name]) for name in sorted(members))


def by_group(graded: Sequence[Graded], groups: Mapping[str, Collection[str]]) -> tuple[Part, ...]:
    """Micro accuracy of each group, in the order in which the task names them.

    Args:
        graded: the answers.
        groups: group to its subjects, which may be in several or in none.
    """
    subjects_of = {group: frozenset(subjects) for group, subjects in groups.items()}
    members = {
        group: [item for item in graded if item.subject in subjects]
        for group, subjects in subjects_of.items()
    }
    return tuple(_part(name, items) for name, items in members.items() if items)


def _with_guessing(graded: Iterable[Graded]) -> float | None:
    worth = [_worth(item) for item in graded if item.outcome is not Outcome.FAILED]
    return math.fsum(worth) / len(worth) if worth else None


def _worth(item: Graded) -> float:
    if item.outcome in (Outcome.CORRECT, Outcome.WRONG):
        return float(item.outcome is Outcome.CORRECT)
    return 1 / item.choices


def _part(name: str, graded: Sequence[Graded]) -> Part:
    counts = count(graded)
    n = counts.questions - counts.failed
    if n == 0:
        return Part(name, 0, 0, None, None, None)
    clusters = _clusters(graded)
    if clusters is None:
        stderr, ci95 = proportion_stderr(counts.correct, n), wilson_interval(counts.correct, n)
        return Part(name, n, counts.correct, counts.correct / n, stderr, ci95)
    robust, ci95_ = clustered_stderr(clusters), clustered_interval(clusters)
    return Part(name, n, counts.correct, counts.correct / n, robust, ci95_)


def _clusters(graded: Sequence[Graded]) -> list[Tally] | None:
    """What came of each cluster; None where every answered question has one to itself."""
    if all(item.cluster is None for item in graded):
        return None
    tallies = _tallied((_cluster(item), item) for item in graded)
    return list(tallies.values()) if any(tally.questions > 1 for tally in tallies.values()) else None


def _cells(graded: Iterable[Graded]) -> dict[tuple[str, Hashable], Tally]:
    return _tallied(((item.subject, _cluster(item)), item) for item in graded)


def _cluster(item: Graded) -> Hashable:
    return item.id if item.cluster is None else (item.cluster,)  # an id is no cluster's name


def _tallied(placed: Iterable[tuple[_Place, Graded]]) -> dict[_Place, Tally]:
    """The answered questions of each place."""
    correct, questions = Counter[_Place](), Counter[_Place]()
    for place, item in placed:
        if item.outcome is not Outcome.FAILED:
            questions[place] += 1
            correct[place] += item.outcome is Outcome.CORRECT
    return {place: Tally(correct[place], n) for place, n in questions.items()}
