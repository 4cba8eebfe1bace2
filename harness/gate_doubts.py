"""Gate doubts: whether answers that were not read could turn what a rule came to.

Replies without a letter (unparsed, refused, truncated) count as wrong, which is a choice. Where the other choice,
that all of them were right, leads elsewhere, one sentence says so. Takes a rule's result and the comparison.
"""

from collections.abc import Callable, Iterable, Iterator

from harness.comparison import Comparison, Part
from harness.comparison_notes import UNREAD
from harness.gate_checks import RuleResult, as_if, check_floor
from harness.paired_stats import Table
from harness.score_file import ScoreFile
from harness.stats import wilson_interval

_BECOMES = {True: "pass", False: "fail", None: "be undecided"}
_UNREAD = frozenset(outcome.value for outcome in UNREAD)


def doubt_of_difference(
    result: RuleResult, check: Callable[[Part], RuleResult], comparison: Comparison
) -> str | None:
    """Whether a rule on the difference would come to something else, and by whose answers."""
    for side, unread, table in _extremes(comparison):
        other = check(as_if(comparison.whole, table))
        if unread and other.passed != result.passed:
            return _sentence(result, side, unread, other)
    return None


def doubt_of_floor(result: RuleResult, score: ScoreFile, least: float) -> str | None:
    """Whether the rule on NEW's accuracy would come to something else; only where the headline is the micro average."""
    counts, answered = score.counts, score.counts.questions - score.counts.failed
    unread = counts.unparsed + counts.refused + counts.truncated
    if not unread or score.score.average != "micro":
        return None
    right = counts.correct + unread
    other = check_floor(result.rule, right / answered, wilson_interval(right, answered), answered, least)
    return _sentence(result, "NEW", unread, other) if other.passed != result.passed else None


def _extremes(comparison: Comparison) -> Iterator[tuple[str, int, Table]]:
    """What the table would be if all unread answers of one side were right: side, their number, the table."""
    table = comparison.whole.table
    before, after = (sum(comparison.outcomes[name][side] for name in _UNREAD) for side in (0, 1))
    lost = _count(flip.new_answer for flip in comparison.flips)  # those of NEW where BASE is right
    won = _count(flip.base_answer for flip in comparison.flips)
    yield (
        "NEW",
        after,
        Table(
            both_correct=table.both_correct + lost,
            lost=table.lost - lost,
            won=table.won + after - lost,
            both_wrong=table.both_wrong - (after - lost),
        ),
    )
    yield (
        "BASE",
        before,
        Table(
            both_correct=table.both_correct + won,
            lost=table.lost + before - won,
            won=table.won - won,
            both_wrong=table.both_wrong - (before - won),
        ),
    )


def _count(answers: Iterable[str]) -> int:
    return sum(answer in _UNREAD for answer in answers)


def _sentence(result: RuleResult, side: str, unread: int, other: RuleResult) -> str:
    replies = "1 reply" if unread == 1 else f"{unread:,} replies"
    return (
        f"{side} has {replies} without a letter, which count as wrong; were all of them right, "
        f"{result.rule!r} would {_BECOMES[other.passed]}."
    )
