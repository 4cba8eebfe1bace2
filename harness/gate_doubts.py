"""Gate doubts: whether answers that were not read could turn what a rule came to.

Replies without a letter (unparsed, refused, truncated) count as wrong, which is a choice. Where the other choice,
that all of them were right, leads elsewhere, one sentence says so: first of the replies that one run alone left without
a letter, then of those that neither gave one to, which may hide a difference too. The verdict stays what it is. Takes a
rule's result and the part that it is on. Seconds a reply have a doubt of their own, of how busy the servers were.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.comparison import Part
from harness.counted import counted
from harness.gate_checks import RuleResult, as_if, check_floor
from harness.paired_stats import Table, holm
from harness.score_file import LatencyPart
from harness.stats import Interval

_BUSIER = 1.5
"""Times as many questions at once, from which on seconds a reply are doubted."""

_BECOMES = {True: "pass", False: "fail", None: "be undecided"}


class _Extreme(NamedTuple):
    """What a part would be if all replies without a letter of one side were right, and none of the other's.

    Attributes:
        side: whose would be.
        alone: how many of these there are where the other side gave a letter.
        both: likewise where neither did; 0 where those are left as they are.
        table: as it would be.
    """

    side: str
    alone: int
    both: int
    table: Table


def doubt_of_difference(result: RuleResult, check: Callable[[Part], RuleResult], part: Part) -> str | None:
    """Whether a rule on a part's difference would come to something else, and by whose answers."""
    return _doubt(result, lambda read: check(*read), [part])


def doubt_of_parts(
    result: RuleResult, check: Callable[[Sequence[Part]], RuleResult], parts: Sequence[Part]
) -> str | None:
    """The same of a rule on several parts at once, whose p are corrected for their number."""

    def corrected(read: Sequence[Part]) -> RuleResult:
        adjusted = holm([part.p for part in read])
        return check([replace(part, p_holm=p) for part, p in zip(read, adjusted, strict=True)])

    return _doubt(result, corrected, parts)


def doubt_of_floor(
    result: RuleResult, accuracy: float, ci95: Interval | None, answered: int, unread: int, least: float
) -> str | None:
    """Whether a rule on NEW's accuracy would come to something else by what it is if all unread replies are right."""
    if not unread or ci95 is None:
        return None
    other = check_floor(result.rule, accuracy, ci95, answered, least)
    return _of_replies(result, "NEW", unread, other) if other.passed != result.passed else None


def doubt_of_latency(result: RuleResult, base: LatencyPart, new: LatencyPart) -> str | None:
    """Whether the two were asked with so different a number of questions at once that seconds tell of that."""
    before, now = _at_once(base), _at_once(new)
    if before is None or now is None or max(before, now) < _BUSIER * min(before, now):
        return None
    return (
        f"BASE was asked about {counted(round(before), 'question')} at once and NEW about {round(now):,}, by their "
        f"median seconds and questions a second: a busier server takes longer over each, so {result.rule!r} may be "
        "about load; --concurrency sets it."
    )


def _at_once(latency: LatencyPart) -> float | None:
    """How many questions were on their way, on average. Source: Little 1961, Operations Research 9:383."""
    if latency.p50 is None or latency.questions_per_second is None:
        return None
    return max(latency.p50 * latency.questions_per_second, 1.0)


def _doubt(
    result: RuleResult, check: Callable[[Sequence[Part]], RuleResult], parts: Sequence[Part]
) -> str | None:
    for extremes in zip(*map(_extremes, parts), strict=True):
        if not any(extreme.alone or extreme.both for extreme in extremes):
            continue
        other = check([as_if(part, one.table) for part, one in zip(parts, extremes, strict=True)])
        if other.passed != result.passed:
            return _sentence(result, extremes, other)
    return None


def _extremes(part: Part) -> Iterator[_Extreme]:
    """The likelier ones first: of a question that neither answered, both would have to be what suits."""
    table, unread = part.table, part.unread
    new = Table(
        both_correct=table.both_correct + unread.lost,
        lost=table.lost - unread.lost,
        won=table.won + unread.new - unread.lost,
        both_wrong=table.both_wrong - (unread.new - unread.lost),
    )
    base = Table(
        both_correct=table.both_correct + unread.won,
        lost=table.lost + unread.base - unread.won,
        won=table.won - unread.won,
        both_wrong=table.both_wrong - (unread.base - unread.won),
    )
    both = unread.both
    yield _Extreme("NEW", unread.new, 0, new)
    yield _Extreme("BASE", unread.base, 0, base)
    yield _Extreme(
        "NEW", unread.new, both, replace(new, won=new.won + both, both_wrong=new.both_wrong - both)
    )
    yield _Extreme(
        "BASE", unread.base, both, replace(base, lost=base.lost + both, both_wrong=base.both_wrong - both)
    )


def _sentence(result: RuleResult, extremes: Sequence[_Extreme], other: RuleResult) -> str:
    side = extremes[0].side
    alone, both = (sum(count) for count in zip(*((one.alone, one.both) for one in extremes), strict=True))
    if not both:
        return _of_replies(result, f"{side} alone", alone, other)
    more = f", and {counted(alone, 'more reply', 'more replies')} of {side} had none" if alone else ""
    counted_so = (
        f"{counted(both, 'question')} got a letter from neither run, which counts as wrong in both{more}"
    )
    worst = f"at worst, were all of these replies of {side} right and none of {'BASE' if side == 'NEW' else 'NEW'}"
    return f"{counted_so}; {worst}, {result.rule!r} would {_BECOMES[other.passed]}."


def _of_replies(result: RuleResult, whose: str, unread: int, other: RuleResult) -> str:
    replies = counted(unread, "reply", "replies")
    return (
        f"{whose} has {replies} without a letter, which count as wrong; were all of them right, "
        f"{result.rule!r} would {_BECOMES[other.passed]}."
    )
