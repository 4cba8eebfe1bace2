"""Sums: what a score file's own figures say of each other, without its answers.

Takes a score; raises at the first figure that the others contradict. A file that was edited by hand, or merged badly,
must not be shown, compared or judged as if it were a score.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which asks here whether a file is sound
    from harness.score_file import CountsPart, NamedPart, ScoreFile

Claim = tuple[str, float | str | None, float | str | None]
"""A field, what it says, and what the other figures make."""


class ContradictionError(ValueError):
    """A field of a score file says what its other fields contradict."""


def check_sums(said: "ScoreFile") -> None:
    """Check counts, averages, subjects, groups and the status of a score against each other.

    Raises:
        ContradictionError: naming the field, what it says and what the others make.
    """
    for field, is_, made in (*_counts(said.counts), *_parts(said), *_score(said)):
        if not _same(is_, made):
            raise ContradictionError(f"field {field}: {is_}, but the file's other figures make {made}")
    _check_status(said)


def _counts(counts: "CountsPart") -> Iterator[Claim]:
    outcomes = (
        counts.correct,
        counts.wrong,
        counts.unparsed,
        counts.refused,
        counts.truncated,
        counts.failed,
    )
    yield "counts.questions", counts.questions, sum(outcomes)


def _score(said: "ScoreFile") -> Iterator[Claim]:
    counts, score = said.counts, said.score
    shares = [part.correct / part.questions for part in said.subjects if part.questions]
    yield "score.micro", score.micro, _share(counts.correct, counts.questions - counts.failed)
    yield "score.macro", score.macro, math.fsum(shares) / len(shares) if shares else None
    yield "score.accuracy", score.accuracy, score.macro if score.average == "macro" else score.micro


def _parts(said: "ScoreFile") -> Iterator[Claim]:
    parts: dict[str, tuple[NamedPart, ...]] = {"subjects": said.subjects, "groups": said.groups}
    for kind, named in parts.items():
        for place, part in enumerate(named):
            yield f"{kind}.{place}.accuracy", part.accuracy, _share(part.correct, part.questions)
    yield "counts.correct", said.counts.correct, sum(part.correct for part in said.subjects)
    answered = sum(part.questions for part in said.subjects)
    yield "counts.failed", said.counts.failed, said.counts.questions - answered


def _check_status(said: "ScoreFile") -> None:
    wanted, failed = said.task.questions, said.counts.failed
    if said.early_stop is not None and said.stopped_early:
        wanted = said.early_stop.asked
    if said.status in ("complete", "partial") and (failed or said.counts.questions != wanted):
        raise ContradictionError(
            f"field status: {said.status}, but {said.counts.questions} of {wanted} questions have an outcome, and "
            f"{failed} failed"
        )


def _share(correct: int, questions: int) -> float | None:
    return correct / questions if questions else None


def _same(one: float | str | None, other: float | str | None) -> bool:
    """Equal, figures up to the last digits, which another processor may round otherwise."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
