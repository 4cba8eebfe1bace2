"""Gate doubts: whether answers that were not read could turn what a rule came to.

Replies without a letter (unparsed, refused, truncated) count as wrong, which is a choice. Where the other choice,
that all of them were right, leads elsewhere, one sentence says so. Of a difference only those count to which the other
run's reply gave a letter: what neither gave is no difference. Takes a rule's result and the part that it is on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.comparison import Part
from harness.counted import counted
from harness.gate_checks import RuleResult, as_if, check_floor
from harness.paired_stats import Table, holm
from harness.stats import wilson_interval

_BECOMES = {True: "pass", False: "fail", None: "be undecided"}


def doubt_of_difference(result: RuleResult, check: Callable[[Part], RuleResult], part: Part) -> str | None:
    """Whether a rule on a part's difference would come to something else, and by whose answers."""
    for side, unread, table in _extremes(part):
        other = check(as_if(part, table))
        if unread and other.passed != result.passed:
            return _sentence(result, f"{side} alone", unread, other)
    return None


def doubt_of_parts(
    result: RuleResult, check: Callable[[Sequence[Part]], RuleResult], parts: Sequence[Part]
) -> str | None:
    """The same of a rule on several parts at once, whose p are corrected for their number."""
    for place, side in enumerate(("NEW", "BASE")):
        extremes = [tuple(_extremes(part))[place] for part in parts]
        read = [as_if(part, table) for part, (*_, table) in zip(parts, extremes, strict=True)]
        corrected = holm([part.p_mcnemar for part in read])
        other = check([replace(part, p_holm=p) for part, p in zip(read, corrected, strict=True)])
        unread = sum(count for _, count, _ in extremes)
        if unread and other.passed != result.passed:
            return _sentence(result, f"{side} alone", unread, other)
    return None


def doubt_of_floor(result: RuleResult, correct: int, answered: int, unread: int, least: float) -> str | None:
    """Whether a rule on an accuracy of NEW, a micro average, would come to something else."""
    if not unread:
        return None
    right = correct + unread
    other = check_floor(result.rule, right / answered, wilson_interval(right, answered), answered, least)
    return _sentence(result, "NEW", unread, other) if other.passed != result.passed else None


def _extremes(part: Part) -> Iterator[tuple[str, int, Table]]:
    """Side, how many replies it alone left without a letter, and the table if all of them were right."""
    table, unread = part.table, part.unread
    yield (
        "NEW",
        unread.new,
        Table(
            both_correct=table.both_correct + unread.lost,
            lost=table.lost - unread.lost,
            won=table.won + unread.new - unread.lost,
            both_wrong=table.both_wrong - (unread.new - unread.lost),
        ),
    )
    yield (
        "BASE",
        unread.base,
        Table(
            both_correct=table.both_correct + unread.won,
            lost=table.lost + unread.base - unread.won,
            won=table.won - unread.won,
            both_wrong=table.both_wrong - (unread.base - unread.won),
        ),
    )


def _sentence(result: RuleResult, whose: str, unread: int, other: RuleResult) -> str:
    replies = counted(unread, "reply", "replies")
    return (
        f"{whose} has {replies} without a letter, which count as wrong; were all of them right, "
        f"{result.rule!r} would {_BECOMES[other.passed]}."
    )
