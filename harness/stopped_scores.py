"""Stopped scores: what a score file says of a run that a test ended before its last question.

It counts the gap-free beginning of the order that the test looked at, and claims no precision: such a run ends on a
peak, so that its accuracy and difference are biased away from none. Arithmetic only.
"""

from collections.abc import Iterable

from harness.errors import UsageError
from harness.score_file import EarlyStopPart, NamedPart, SavedPart, ScoreFile
from harness.sequential import in_order


def looked_at(early_stop: EarlyStopPart, ids: Iterable[str]) -> frozenset[str]:
    """The ids that the test looked at, of all that were wanted."""
    return frozenset(in_order(ids, early_stop.seed)[: early_stop.asked])


def stopped(score: ScoreFile, *, sent: int) -> ScoreFile:
    """The score without errors and intervals, and with what was saved.

    Args:
        score: of the questions that were looked at.
        sent: questions that have an entry, those behind a gap included.
    """
    early_stop = score.early_stop
    if early_stop is None or not score.stopped_early:
        return score
    bare = {"stderr": None, "ci95": None}
    others = tuple(other.model_copy(update=bare) for other in score.score.other_readers)
    share = score.score.right_share
    right_share = share.model_copy(update={"stderr": None}) if share else None
    return score.model_copy(
        update={
            "score": score.score.model_copy(
                update={**bare, "other_readers": others, "right_share": right_share}
            ),
            "groups": _bare(score.groups),
            "subjects": _bare(score.subjects),
            "early_stop": early_stop.model_copy(update={"saved": _saved(score, early_stop, sent)}),
        }
    )


def refuse_stopped(score: ScoreFile) -> None:
    """Raises UsageError for such a score: where another tool's file takes it, nothing would say that it is biased."""
    if score.stopped_early:
        raise UsageError(
            f"run {score.run.id} was stopped early by a test, so its accuracy is biased, which this format cannot say; "
            "its answers can be had as csv or parquet, and its score as markdown."
        )


def _bare(parts: tuple[NamedPart, ...]) -> tuple[NamedPart, ...]:
    return tuple(part.model_copy(update={"stderr": None, "ci95": None}) for part in parts)


def _saved(score: ScoreFile, early_stop: EarlyStopPart, sent: int) -> SavedPart:
    left = early_stop.of - sent
    usd = score.cost.usd
    return SavedPart(
        questions=left,
        requests=round(left * score.usage.requests / sent),
        usd=None if usd is None else usd * left / sent,
    )
