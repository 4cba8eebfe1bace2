"""Gating: whether NEW may take the place of BASE, by rules that were stated before.

Takes a Comparison and Rules, gives a Gate: passed, regression shown, or undecided. Shares are 0..1. Knows nothing
of files, options or exit codes of errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

from harness.comparison import Comparison, Part, compare
from harness.comparison_notes import changes_of_model
from harness.counted import counted
from harness.errors import UnfinishedError, UsageError
from harness.finished import how_to_finish, load
from harness.gate_checks import (
    RuleResult,
    check_drop,
    check_increase,
    check_none_worse,
    check_not_worse,
    check_share,
)
from harness.gate_doubts import doubt_of_difference, doubt_of_latency, doubt_of_parts
from harness.gate_floors import floor_of_all, floor_of_part
from harness.score_file import NamedPart, ScoreFile
from harness.task import did_you_mean
from harness.thresholds import as_typed

Named = TypeVar("Named", Part, NamedPart)

WHOLE = "fail if significantly worse at 95 %"
"""The default rule, in words."""


class Outcome(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    REGRESSION = "regression"  # some rule is broken
    UNDECIDED = "undecided"  # no rule is broken, and of some it cannot be told


_EXIT_CODES = {True: 0, False: 1, None: 5}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one group or subject has to keep; shares 0..1."""

    max_drop: float | None = None
    min_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What NEW has to keep. Shares are 0..1: 0.01 is one point.

    Attributes:
        max_drop: passes where a larger drop in accuracy is excluded at 95 %, fails where a smaller one is. None is the
            default rule: fails where NEW is significantly worse at 95 %.
        each: the default rule for each group, or each subject, as well, with Holm's correction.
        min_accuracy: passes where the 95 % interval of NEW's accuracy is above, fails where it is below.
        parts: group or subject to limits of its own.
        max_unparsed: share of NEW's replies that are unparsed.
        max_cost_increase: of the dollars a question, as a share of BASE's.
        max_latency_increase: of the median seconds a reply, as a share of BASE's.
        undecided: what to take "undecided" for; None lets it be an answer of its own.
    """

    max_drop: float | None = None
    each: Literal["groups", "subjects"] | None = None
    min_accuracy: float | None = None
    parts: Mapping[str, Limits] = field(default_factory=dict)
    max_unparsed: float | None = None
    max_cost_increase: float | None = None
    max_latency_increase: float | None = None
    undecided: Literal["pass", "fail"] | None = None

    def __post_init__(self) -> None:
        for where, limits in {"": Limits(self.max_drop, self.min_accuracy), **self.parts}.items():
            of = f" of {where}" if where else ""
            if limits.max_drop is not None and not 0 < limits.max_drop < 1:
                raise UsageError(
                    f"max_drop{of} {limits.max_drop} should be a share above 0 and below 1, as 0.01 for one point."
                )
            if limits.min_accuracy is not None and not 0 <= limits.min_accuracy < 1:
                raise UsageError(
                    f"min_accuracy{of} {limits.min_accuracy} should be a share below 1, as 0.6 for 60 %."
                )
        if self.max_unparsed is not None and not 0 <= self.max_unparsed <= 1:
            raise UsageError(f"max_unparsed {self.max_unparsed} should be a share, as 0.02 for 2 %.")


@dataclass(frozen=True, slots=True)
class Gate:
    """What came of all rules.

    Attributes:
        results: of each rule.
        undecided: what "undecided" is taken for, None for an answer of its own.
        doubts: sentences: which run was not of one model; which answers that were not read could turn which rule; of
            an early stop, that no answer differs.
    """

    outcome: Outcome
    results: tuple[RuleResult, ...]
    undecided: Literal["pass", "fail"] | None
    doubts: tuple[str, ...]

    @property
    def passed(self) -> bool | None:
        """Whether NEW may take BASE's place; None where that is undecided, and not taken for something."""
        if self.outcome is Outcome.UNDECIDED:
            return None if self.undecided is None else self.undecided == "pass"
        return self.outcome is Outcome.PASSED

    @property
    def exit_code(self) -> int:
        """0 passed, 1 regression, 5 undecided."""
        return _EXIT_CODES[self.passed]


DEFAULT = Rules()


def gate(comparison: Comparison, rules: Rules = DEFAULT) -> Gate:
    """Hold a comparison against rules.

    Raises:
        UnfinishedError: one of the scores is incomplete or interrupted.
        UsageError: a rule is for groups or subjects that there are not.
    """
    for side in (comparison.base, comparison.new):
        refuse_unfinished(side.score, str(side.path))
    results, found = [], [*changes_of_model(comparison.base.score, comparison.new.score)]
    for result, doubt in _checked(comparison, rules):
        results.append(result)
        found += [doubt] if doubt else []
    return Gate(_outcome(results), tuple(results), rules.undecided, tuple(found))


def compare_finished(base: Path | str, new: Path | str) -> Comparison:
    """Compare two runs for a verdict.

    Raises:
        UsageError: a score is missing or unreadable, or the two are not comparable.
        UnfinishedError: one of them is incomplete or interrupted.
    """
    old, now = load(base), load(new)
    if old.score.comparison_key == now.score.comparison_key:  # else no asking again would help
        for run in (old, now):
            refuse_unfinished(run.score, str(run.path))
    return compare(old, now)


def refuse_unknown_parts(rules: Rules, score: ScoreFile) -> None:
    """Raises UsageError where a rule is for groups or subjects that a score lacks: before a run is paid for."""
    if rules.each is not None:
        _each(rules.each, score.groups, score.subjects, score.task.name)
    for name in rules.parts:
        _named(name, (*score.groups, *score.subjects))


def refuse_unfinished(score: ScoreFile, called: str) -> None:
    """Raises UnfinishedError where a score is incomplete or interrupted."""
    if score.status in ("incomplete", "interrupted"):
        raise UnfinishedError(unfinished(score, called))


def unfinished(score: ScoreFile, called: str) -> str:
    """Why there is no verdict on a score that is incomplete or interrupted."""
    failed = f" ({counted(score.counts.failed, 'request')} failed)" if score.counts.failed else ""
    return f"{called} is {score.status}{failed}, so there is no verdict; {how_to_finish(score)}."


def _outcome(results: list[RuleResult]) -> Outcome:
    answers = {result.passed for result in results}
    if False in answers:
        return Outcome.REGRESSION
    return Outcome.UNDECIDED if None in answers else Outcome.PASSED


def _checked(comparison: Comparison, rules: Rules) -> Iterator[tuple[RuleResult, str | None]]:
    """Every rule's result, and what could turn it."""
    result = _accuracy(comparison.whole, rules.max_drop)
    yield result, doubt_of_difference(result, lambda part: _accuracy(part, rules.max_drop), comparison.whole)
    if rules.each is not None:
        name = comparison.new.score.task.name
        parts = _each(rules.each, comparison.groups, comparison.subjects, name)
        rule = f"{WHOLE} in any of the {rules.each}"
        result = check_none_worse(rule, parts)
        yield result, doubt_of_parts(result, lambda others: check_none_worse(rule, others), parts)
    if rules.min_accuracy is not None:
        yield floor_of_all(_called("min-accuracy", rules.min_accuracy), comparison, rules.min_accuracy)
    for name, limits in rules.parts.items():
        yield from _part(name, limits, comparison)
    yield from _amounts(comparison.base.score, comparison.new.score, rules)


def _accuracy(part: Part, max_drop: float | None) -> RuleResult:
    if max_drop is None:
        return check_not_worse(WHOLE, part)
    return check_drop(_called("max-drop", max_drop), part, max_drop)


def _part(name: str, limits: Limits, comparison: Comparison) -> Iterator[tuple[RuleResult, str | None]]:
    """The limits of one group or subject; a group goes before a subject of the same name."""
    score = comparison.new.score
    if (most := limits.max_drop) is not None:
        part = _named(name, (*comparison.groups, *comparison.subjects))
        rule = _called("max-drop", most, name)
        result = check_drop(rule, part, most)
        yield result, doubt_of_difference(result, lambda other: check_drop(rule, other, most), part)
    if limits.min_accuracy is not None:
        scored = _named(name, (*score.groups, *score.subjects))
        rule = _called("min-accuracy", limits.min_accuracy, name)
        compared = _named(name, (*comparison.groups, *comparison.subjects))
        yield floor_of_part(rule, scored, compared, limits.min_accuracy)


def _each(
    which: Literal["groups", "subjects"], groups: Sequence[Named], subjects: Sequence[Named], task: str
) -> Sequence[Named]:
    """All of these; a rule on each of none would hold whatever NEW is."""
    parts = groups if which == "groups" else subjects
    if not parts:
        way_out = "take its subjects, or leave it out" if subjects else "leave it out"
        raise UsageError(f"a rule is for each of the {which}, and task {task} has none; {way_out}.")
    return parts


def _named(name: str, parts: Sequence[Named]) -> Named:
    for part in parts:
        if part.name == name:
            return part
    known = [part.name for part in parts]
    raise UsageError(f"a rule is for {name!r}, which is no group or subject here{did_you_mean(name, known)}.")


def _amounts(base: ScoreFile, new: ScoreFile, rules: Rules) -> Iterator[tuple[RuleResult, str | None]]:
    """What was counted or measured, and has no interval."""
    if rules.max_unparsed is not None:
        rule = _called("max-unparsed", rules.max_unparsed)
        yield check_share(rule, new.counts.unparsed, new.counts.questions, rules.max_unparsed), None
    if rules.max_cost_increase is not None:
        rule, most = _called("max-cost-increase", rules.max_cost_increase), rules.max_cost_increase
        yield check_increase(rule, "US dollars a question", _cost(base), _cost(new), most), None
    if rules.max_latency_increase is not None:
        rule, most = _called("max-latency-increase", rules.max_latency_increase), rules.max_latency_increase
        result = check_increase(rule, "median seconds a reply", base.latency.p50, new.latency.p50, most)
        yield result, doubt_of_latency(result, base.latency, new.latency)


def _cost(score: ScoreFile) -> float | None:
    return None if score.cost.usd is None else score.cost.usd / score.counts.questions


def _called(name: str, share: float, where: str | None = None) -> str:
    """A rule as it is typed, its threshold in points or per cent."""
    return f"{name} {as_typed(share)}{f' in {where}' if where else ''}"
