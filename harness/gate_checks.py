"""Gate checks: one rule held against figures, each with an answer and its reason in words.

Takes figures of one part of a comparison and a threshold, gives a RuleResult. Shares are 0..1; "points" are for
people only. Knows nothing of files, nor which rules there are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.comparison import Part, Verdict
from harness.comparison_words import p_value, points, points_interval, shows_nothing
from harness.counted import counted
from harness.paired_stats import (
    Table,
    difference_interval,
    mcnemar_exact,
    paired_stderr,
    questions_to_exclude,
    two_sided_score_p,
)
from harness.stats import Interval, questions_behind, questions_to_clear
from harness.thresholds import in_points, percent

LEVEL = 0.05
"""Two-sided, of every test and interval here."""

ONE_CLUSTER = "they come in a single cluster, so that the spread is unknown; ask questions of two or more"

_OTHER_METHOD_BELOW = 20  # flips, as in difference_interval
_NO_GAP = 1e-5  # a thousandth of a point, which no benchmark is large enough for


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What came of one rule.

    Attributes:
        rule: the rule, as it was given.
        passed: None where the figures cannot tell.
        reason: one sentence with the figures that decided.
        lacks: whether a figure is not there at all, which a wider threshold or more of the same would not mend.
    """

    rule: str
    passed: bool | None
    reason: str
    lacks: bool = False


def check_not_worse(rule: str, part: Part) -> RuleResult:
    """Fails where a loss is shown; what is not shown passes."""
    worse = is_worse(part)
    if not part.shown.is_open:
        return RuleResult(rule, not worse, f"{'worse' if worse else 'better'}: {measured(part)}")
    reason = f"no difference shown, {_hidden(-100 * part.ci95[0])}: {measured(part)}{_decided(part)}"
    if not part.can_show_any:
        reason += f"; {shows_nothing(part)}"
    return RuleResult(rule, True, reason)


_P_DECIDED = "the interval leaves 0 out, so it is p that decided"


def _decided(part: Part) -> str:
    """Which of test and interval kept a difference from being shown, where the other shows it."""
    if not part.ci95[0] <= 0 <= part.ci95[1]:
        return f"; {_P_DECIDED}"
    if part.p < LEVEL:
        return f"; p is below {LEVEL:g}, so it is the interval that decided: 0 lies in it"
    return ""


def _hidden(drop: float) -> str:
    """What of a drop, in points, the interval holds; it may hold gains alone where the test shows none."""
    if drop <= 0:
        return "and no drop could hide in it"
    size = f"up to {drop:.1f}" if drop >= 0.05 else "less than 0.1"
    return f"though a drop of {size} points could hide in it"


def is_worse(part: Part) -> bool:
    """Whether a loss is shown."""
    return part.shown is Verdict.WORSE


def check_none_worse(rule: str, parts: Sequence[Part]) -> RuleResult:
    """The same over several parts, whose p are corrected for their number."""
    worse = [part for part in parts if is_worse(part)]
    if not worse:
        edge = sum(part.ci95[1] < 0 and part.can_show_any for part in parts)
        said = f"; of {edge} {_P_DECIDED}" if edge else ""
        if blind := [part for part in parts if not part.can_show_any]:
            said += f"; of {len(blind)} {shows_nothing(blind[0])}"
        return RuleResult(rule, True, f"none of {len(parts)} is shown to be worse (Holm's correction){said}")
    named = ", ".join(f"{part.name} ({points(part.table.difference)})" for part in worse)
    return RuleResult(rule, False, f"worse in {len(worse)} of {len(parts)} (Holm's correction): {named}")


def check_drop(rule: str, part: Part, most: float) -> RuleResult:
    """Non-inferiority: passes where the interval excludes a larger drop, fails where it excludes a smaller one."""
    low, high = _interval(part)
    said, limit = measured(replace(part, ci95=(low, high))), in_points(most)
    if low >= -most:
        return RuleResult(rule, True, f"a drop of more than {limit} is excluded: {said}")
    if high < -most:
        return RuleResult(rule, False, f"the drop is more than {limit}: {said}")
    worse = "NEW is significantly worse, and " if is_worse(part) else ""
    open_ = f"{worse}a drop of {limit} lies within the interval: {said}"
    if part.clusters == 1:
        return RuleResult(rule, None, f"{open_}; {ONE_CLUSTER}", lacks=True)
    return RuleResult(rule, None, f"{open_}; {_deciding_drop(part, most)}")


def check_floor(
    rule: str,
    accuracy: float,
    ci95: Interval,
    questions: int,
    least: float,
    *,
    macro_of: int | None = None,
) -> RuleResult:
    """Passes where the whole interval of an accuracy is at `least` or above, fails where all of it is below.

    Args:
        rule: the rule.
        accuracy: what is held against `least`.
        ci95: its interval.
        questions: how many it was measured with.
        least: the floor.
        macro_of: of how many subjects it is the plain mean; None where it is a share of all questions.
    """
    figures = f"{100 * accuracy:.1f} % [{100 * ci95[0]:.1f}, {100 * ci95[1]:.1f}]"
    said = accuracy_of(figures, questions, macro_of)
    if ci95[0] >= least:
        return RuleResult(rule, True, f"above {percent(least)}: {said}")
    if ci95[1] < least:
        return RuleResult(rule, False, f"below {percent(least)}: {said}")
    worth = questions_behind(accuracy, ci95) / questions
    needed = _deciding(questions_to_clear(least, accuracy) / worth, accuracy - least, questions)
    return RuleResult(rule, None, f"{percent(least)} lies within the interval: {said}; {needed}")


def accuracy_of(figures: str, questions: int, macro_of: int | None) -> str:
    """An accuracy with what it is of; a macro average by its name, as micro figures may stand beside it."""
    asked = counted(questions, "question")
    return (
        f"{figures} of {asked}"
        if macro_of is None
        else f"macro average {figures} of {counted(macro_of, 'subject')}, {asked}"
    )


def check_share(rule: str, count: int, of: int, most: float) -> RuleResult:
    """A share that was counted, not estimated."""
    share = count / of if of else 0.0
    held = share <= most
    said = f"{count:,} of {counted(of, 'reply', 'replies')} ({100 * share:.1f} %)"
    return RuleResult(rule, held, f"{said}, {'no more' if held else 'more'} than {percent(most)}")


def check_increase(rule: str, what: str, base: float | None, new: float | None, most: float) -> RuleResult:
    """An increase of a measured amount, of what it was in BASE.

    Args:
        rule: the rule.
        what: of which amount, with its unit: "US dollars a question".
        base: the amount, None where it is not known.
        new: the same of NEW.
        most: the largest increase: 0.1 for a tenth.
    """
    if base is None or new is None:
        sides = " and ".join(side for side, value in (("BASE", base), ("NEW", new)) if value is None)
        return RuleResult(rule, None, f"{what}: not known of {sides}", lacks=True)
    said = f"{what}: {base:.3g} before, {new:.3g} now"
    if base > 0:
        said += f" ({100 * (new / base - 1):+.1f} %)".replace("-", "−")
    said += ", a plain ratio, without a test"
    return RuleResult(rule, new <= base * (1 + most), said)


def measured(part: Part) -> str:
    """The difference, its interval, the test and what it counted."""
    table = part.table
    p = f"p = {p_value(part.p)}".replace("= <", "<")
    counted = f"lost {table.lost:,} and won {table.won:,} of {table.questions:,}"
    return f"{points(table.difference)} points {points_interval(part.ci95)}, {p}, {counted}"


def _interval(part: Part) -> Interval:
    """`ci95`, but no end below that of a NEW which lost more questions.

    ci95 is made by another method below 20 flips, and where the two meet, 19 losses can have an end below that of 20.
    In clusters there is one method alone.
    """
    table = part.table
    more = _OTHER_METHOD_BELOW - table.lost - table.won
    if part.clusters is not None or more <= 0 or more > table.both_correct:
        return part.ci95
    worse = as_if(part, replace(table, lost=table.lost + more, both_correct=table.both_correct - more))
    return max(part.ci95[0], worse.ci95[0]), max(part.ci95[1], worse.ci95[1])


def as_if(part: Part, table: Table) -> Part:
    """The part with another table, its standard error as much above the plain one as it was.

    Which clusters the other questions are in is not known, so that in clusters p is then that of the interval's test.
    """
    plain, before = paired_stderr(table), paired_stderr(part.table)
    stderr = plain * part.stderr / before if plain and before and part.stderr else plain
    exact = mcnemar_exact(table)
    other = replace(part, table=table, difference=table.difference, stderr=stderr, p_mcnemar=exact, p=exact)
    if part.clusters is not None and table != part.table:
        other = replace(other, p=two_sided_score_p(table, part.worth))
    return replace(other, ci95=difference_interval(table, spread=other.spread))


def _deciding_drop(part: Part, most: float) -> str:
    needed = questions_to_exclude(-most, part.table) / part.worth
    return _deciding(needed, part.table.difference + most, part.table.questions)


def _deciding(needed: float, gap: float, asked: int) -> str:
    """How many questions would decide, with 80 % power, if what was measured is the truth.

    Args:
        needed: so many.
        gap: from the threshold to what was measured.
        asked: so many did not.
    """
    if abs(gap) < _NO_GAP:
        return "no number of questions would decide, as what was measured is the threshold itself"
    more = max(math.ceil(needed), asked + 1)
    digits = max(len(str(more)) - 2, 0)
    shown = -(-more // 10**digits) * 10**digits
    return f"about {shown:,} questions would decide, if it is what was measured"
