"""Validation: whether a score file is what it says, by its answers; its own sums are checked wherever it is read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.early_stopping import shown_at_the_end
from harness.errors import UsageError
from harness.finished import score_path
from harness.journal import read_extent, read_lines
from harness.paired_stats import Table
from harness.score_file import EarlyStopPart, ScoreFile, read_score
from harness.scores import Graded, Part, by_subject, count, score
from harness.sequential import ALPHA_A_SIDE
from harness.stopped_scores import looked_at


def validate(path: Path) -> Path:
    """Check a score file.

    What its answers decide is computed anew: counts, averages, errors, intervals, bounds and subjects. `chance`,
    `expected_with_guessing` and the division into groups need the questions; of groups only their own sums are
    checked. Of a run that a test stopped, what the test looked at counts, without errors and intervals; its verdict is
    held against the evidence in the file, and by `harness gate` against the baseline's answers, which are not here.

    Returns:
        The score file's path.

    Raises:
        UsageError: it is no score file, or contradicts itself or the answers beside it; naming the field.
    """
    file = score_path(path)
    said = read_score(file)
    graded = _counted(said, _answers(said, file))
    _compare("counts", asdict(count(graded)), said.counts.model_dump(), file)
    again = asdict(score(graded, said.score.average))
    del again["chance"], again["expected_with_guessing"]
    _compare("score", again | _bare(said), said.score.model_dump(), file)
    _check_subjects(by_subject(graded), said, file)
    if said.early_stop is not None:
        _check_early_stop(said.early_stop, file)
    return file


def _answers(said: ScoreFile, file: Path) -> tuple[Graded, ...]:
    answers = file.parent / said.answers.file
    if not answers.is_file():
        raise UsageError(f"{file}: its answers, {said.answers.file}, are not beside it.")
    extent = read_extent(answers)
    if extent.sha256 != said.answers.sha256:
        raise UsageError(f"{file}: {said.answers.file} is not the file that the score was made from.")
    _compare("answers", {"lines": extent.lines}, said.answers.model_dump(), file)
    unknown = 1  # the number of choices, which decides `chance` and `expected_with_guessing` alone
    last = {
        entry.id: Graded(entry.id, entry.subject, unknown, entry.outcome, entry.cluster)
        for entry in read_lines(answers)
    }
    return tuple(last.values())


def _counted(said: ScoreFile, graded: tuple[Graded, ...]) -> tuple[Graded, ...]:
    if said.early_stop is None or not said.stopped_early:
        return graded
    ids = looked_at(said.early_stop, (one.id for one in graded))  # which all have an answer
    return tuple(one for one in graded if one.id in ids)


def _bare(said: ScoreFile) -> dict[str, None]:
    """What a score has nothing of where a test stopped its run."""
    return dict.fromkeys(("stderr", "ci95")) if said.stopped_early else {}


def _check_subjects(parts: Sequence[Part], said: ScoreFile, file: Path) -> None:
    names = [part.name for part in parts]
    if names != [part.name for part in said.subjects]:
        raise UsageError(
            f"{file}, field subjects: its names are not those in the answers ({', '.join(names)})."
        )
    for place, (again, part) in enumerate(zip(parts, said.subjects, strict=True)):
        _compare(f"subjects.{place}", asdict(again) | _bare(said), part.model_dump(), file)


def _check_early_stop(said: EarlyStopPart, file: Path) -> None:
    """Whether the file's own evidence makes the verdict; there is none where the replies were read again."""
    if said.asked < max(1, said.lost + said.won) and (said.verdict_at_the_end or said.verdict):
        raise UsageError(
            f"{file}, field early_stop.asked: {said.asked}, but {said.lost} were lost and {said.won} won."
        )
    if said.verdict_at_the_end:
        alike = said.asked - said.lost - said.won  # right or wrong in both runs is one to these tests
        made = shown_at_the_end(Table(alike, said.lost, said.won, 0), said.margin)
        _compare("early_stop", {"verdict": made}, said.model_dump(), file)
    elif said.verdict is not None and said.ln_e.get(said.verdict, 0.0) < -math.log(ALPHA_A_SIDE):
        raise UsageError(f"{file}, field early_stop.verdict: {said.verdict}, but ln_e shows no such thing.")


def _compare(field: str, again: Mapping[str, Any], said: Mapping[str, Any], file: Path) -> None:
    for name, value in again.items():
        if not _same(value, said[name]):
            raise UsageError(f"{file}, field {field}.{name}: {said[name]}, but the answers make {value}.")


def _same(one: object, other: object) -> bool:
    """Equal, figures up to the last digits, which another processor may round otherwise."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
