"""Gate floors: a rule on NEW's own accuracy, with what BASE has beside it, and what unread replies could make of it.

Takes a Comparison and a least accuracy, gives a RuleResult and the doubt about it. BASE decides nothing here: a floor
that it fails too was there to be failed before, which whoever reads a broken rule wants to know.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.comparison import Comparison, Part
from harness.gate_checks import ONE_CLUSTER, RuleResult, accuracy_of, check_floor
from harness.gate_doubts import doubt_of_floor
from harness.score_file import NamedPart
from harness.stats import Interval, macro_interval, macro_stderr, questions_behind, wilson_interval
from harness.summary import percent

_NAMED = 3  # of the subjects that leave no interval


class Floor(NamedTuple):
    """What came of the rule, and what could turn it."""

    result: RuleResult
    doubt: str | None


def floor_of_all(rule: str, comparison: Comparison, least: float) -> Floor:
    """Of the headline, micro or macro; where it is macro, the rule says so."""
    score, counts = comparison.new.score.score, comparison.new.score.counts
    answered, unread = counts.questions - counts.failed, counts.unparsed + counts.refused + counts.truncated
    if score.average == "macro":
        return _floor_of_macro(f"{rule} (macro average)", comparison, least, answered, unread)
    floor = _held_micro(rule, _Micro(score.accuracy, score.ci95, answered, counts.correct), unread, least)
    return floor._replace(result=_beside_base(floor.result, comparison.base.accuracy, least))


def floor_of_part(rule: str, scored: NamedPart, compared: Part, least: float) -> Floor:
    """Of one group or subject, a micro average; `compared` is the same in both runs."""
    table, unread = compared.table, compared.unread.new + compared.unread.both
    micro = _Micro(scored.accuracy, scored.ci95, scored.questions, scored.correct)
    floor = _held_micro(rule, micro, unread, least)
    base = (table.both_correct + table.lost) / table.questions
    return floor._replace(result=_beside_base(floor.result, base, least))


def _floor_of_macro(rule: str, comparison: Comparison, least: float, answered: int, unread: int) -> Floor:
    score = comparison.new.score.score
    subjects = [part for part in comparison.new.score.subjects if part.questions]
    if score.accuracy is None or score.ci95 is None:
        said = accuracy_of(percent(score.accuracy), answered, len(subjects))
        result = RuleResult(rule, None, f"{said}, has no interval: {_why_none(subjects)}", lacks=True)
    else:
        result = check_floor(rule, score.accuracy, score.ci95, answered, least, macro_of=len(subjects))
    clustered = score.stderr if comparison.clusters is not None else None
    read = _macro_if_read(comparison.subjects, clustered)
    doubt = doubt_of_floor(result, *read, answered, unread, least)
    return Floor(_beside_base(result, comparison.macro.base, least, "macro average of "), doubt)


class _Micro(NamedTuple):
    """What was measured; `questions` are those that were answered."""

    accuracy: float | None
    ci95: Interval | None
    questions: int
    correct: int


def _held_micro(rule: str, micro: _Micro, unread: int, least: float) -> Floor:
    accuracy, ci95, questions, correct = micro
    if accuracy is None or ci95 is None:
        said = f"{accuracy_of(percent(accuracy), questions, None)} has no interval"
        return Floor(RuleResult(rule, None, f"{said}: {ONE_CLUSTER}", lacks=True), None)
    result = check_floor(rule, accuracy, ci95, questions, least)
    worth = questions_behind(accuracy, ci95) / questions  # below 1 in clusters
    read = wilson_interval((correct + unread) * worth, questions * worth)
    doubt = doubt_of_floor(result, (correct + unread) / questions, read, questions, unread, least)
    return Floor(result, doubt)


def _why_none(subjects: Sequence[NamedPart]) -> str:
    """Whose single question or cluster leaves a macro average without an interval, and what helps."""
    single = [part for part in subjects if part.questions == 1 or part.stderr is None]
    what = "question" if all(part.questions == 1 for part in single) else "cluster of questions"
    names = [part.name for part in single[:_NAMED]]
    names += [f"{len(single) - _NAMED} more"] if len(single) > _NAMED else []
    named = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    own = "or hold groups and subjects to floors of their own (min-accuracy NAME=PERCENT)"
    if len(single) == 1:
        why = f"subject {named} has a single {what}, so that its spread is unknown"
        return f"{why}; ask two or more of it, or leave it out of both runs, {own}"
    why = f"subjects {named} have a single {what} each, so that their spread is unknown"
    return f"{why}; ask two or more of each, or leave them out of both runs, {own}"


def _beside_base(result: RuleResult, base: float, least: float, what: str = "") -> RuleResult:
    if result.passed is True or base >= least:
        return result
    too = " too" if result.passed is False else ""
    return replace(result, reason=f"{result.reason}; BASE's {what}{100 * base:.1f} % is below it{too}")


def _macro_if_read(subjects: Sequence[Part], clustered: float | None) -> tuple[float, Interval | None]:
    """The mean over subjects with its interval, if all replies without a letter were right.

    Of clusters by the error that was measured, as theirs is not known then.
    """
    tallies = [_tally_if_read(part) for part in subjects]
    macro = sum(right / questions for right, questions in tallies) / len(tallies)
    stderr = macro_stderr(tallies) if clustered is None else clustered
    if stderr is None:
        return macro, None
    return macro, macro_interval(macro, stderr, [questions for _, questions in tallies])


def _tally_if_read(part: Part) -> tuple[int, int]:
    table, unread = part.table, part.unread
    return table.both_correct + table.won + unread.new + unread.both, table.questions
