"""Gate floors: a rule on NEW's own accuracy, with what BASE has beside it, and what unread replies could make of it.

Takes a Comparison and a least accuracy, gives a RuleResult and the doubt about it. BASE decides nothing here: a floor
that it fails too was there to be failed before, which whoever reads a broken rule wants to know.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.comparison import Comparison, Part
from harness.gate_checks import RuleResult, check_floor
from harness.gate_doubts import doubt_of_floor
from harness.score_file import NamedPart
from harness.stats import Interval, macro_interval, macro_stderr, wilson_interval


class Floor(NamedTuple):
    """What came of the rule, and what could turn it."""

    result: RuleResult
    doubt: str | None


def floor_of_all(rule: str, comparison: Comparison, least: float) -> Floor:
    """Of the headline, micro or macro."""
    score, counts = comparison.new.score.score, comparison.new.score.counts
    is_macro = score.average == "macro"
    answered, unread = counts.questions - counts.failed, counts.unparsed + counts.refused + counts.truncated
    result = check_floor(rule, score.accuracy, score.ci95, answered, least)
    if is_macro:
        clustered = score.stderr if comparison.clusters is not None else None
        read = _macro_if_read(comparison.subjects, clustered)
    else:
        read = _micro_if_read(counts.correct + unread, answered)
    doubt = doubt_of_floor(result, *read, answered, unread, least)
    base = comparison.macro.base if is_macro else comparison.base.accuracy
    return Floor(_beside_base(result, base, least), doubt)


def floor_of_part(rule: str, scored: NamedPart, compared: Part, least: float) -> Floor:
    """Of one group or subject, a micro average; `compared` is the same in both runs."""
    table, unread = compared.table, compared.unread.new + compared.unread.both
    result = check_floor(rule, scored.accuracy, scored.ci95, scored.questions, least)
    read = _micro_if_read(scored.correct + unread, scored.questions)
    doubt = doubt_of_floor(result, *read, scored.questions, unread, least)
    return Floor(_beside_base(result, (table.both_correct + table.lost) / table.questions, least), doubt)


def _beside_base(result: RuleResult, base: float, least: float) -> RuleResult:
    if result.passed is True or base >= least:
        return result
    too = " too" if result.passed is False else ""
    return replace(result, reason=f"{result.reason}; BASE's {100 * base:.1f} % is below it{too}")


def _micro_if_read(right: int, answered: int) -> tuple[float, Interval]:
    """Accuracy and interval if all replies without a letter were right."""
    return right / answered, wilson_interval(right, answered)


def _macro_if_read(subjects: Sequence[Part], clustered: float | None) -> tuple[float, Interval | None]:
    """The same of the mean over subjects; of clusters by the error that was measured, as theirs is not known then."""
    tallies = [_tally_if_read(part) for part in subjects]
    macro = sum(right / questions for right, questions in tallies) / len(tallies)
    stderr = macro_stderr(tallies) if clustered is None else clustered
    if stderr is None:
        return macro, None
    return macro, macro_interval(macro, stderr, [questions for _, questions in tallies])


def _tally_if_read(part: Part) -> tuple[int, int]:
    table, unread = part.table, part.unread
    return table.both_correct + table.won + unread.new + unread.both, table.questions
