"""Histories: the scores that lie under a folder, each model's on each task in the order of time.

Takes a folder, gives a History, with what keeps a score from being compared with the one before it, and with what
could not be read. Compares nothing itself.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from harness.errors import UnfinishedError, UsageError
from harness.finished import Run
from harness.pairing import what_differs
from harness.published import Figure, difference, figures_of
from harness.run_folder import read_record
from harness.score_file import ScoreFile, read_score


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scores are wanted; all where nothing is said.

    Attributes:
        model: its name, as typed at the run.
        revision: what the weights were said to be, or its beginning.
        branch: of the repository that the run was made in.
    """

    model: str | None = None
    task: str | None = None
    revision: str | None = None
    branch: str | None = None

    def holds(self, score: ScoreFile) -> bool:
        """Whether a score is one of them."""
        return (
            self.model in (None, score.model.name)
            and self.task in (None, score.task.name)
            and self.branch in (None, score.run.git_branch)
            and (self.revision is None or (score.model.revision or "").startswith(self.revision))
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """One score.

    Attributes:
        path: of its file.
        comparable: with the one before it; None where there is none before it.
        differs: in words, what keeps the two from being compared.
    """

    path: Path
    score: ScoreFile
    comparable: bool | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """All scores of one model on one task, the oldest first, and what others say that it scores."""

    model: str
    task: str
    scores: tuple[Measured, ...]
    published: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What a folder holds.

    Attributes:
        series: by model and task.
        skipped: score files that could not be read, a sentence each.
        unfinished: folders of runs that have no score: they run, or were killed.
    """

    series: tuple[Series, ...]
    skipped: tuple[str, ...]
    unfinished: tuple[Path, ...]


def read_history(folder: Path, wanted: Wanted | None = None) -> History:
    """Read all score files under a folder.

    Raises:
        UsageError: it is no folder, none of its scores can be read, or none is wanted.
        UnfinishedError: it holds runs, and none of them has a score yet.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name the one that runs were written into, such as results.")
    runs, skipped = _read(sorted(folder.rglob("score.json")))
    unfinished = tuple(
        path.parent for path in sorted(folder.rglob("run.json")) if not path.with_name("score.json").exists()
    )
    if not runs and not skipped and unfinished:
        raise UnfinishedError(f"{folder} holds no score yet: {how_to_go_on(unfinished[-1])}")
    if not runs:
        more = f" {skipped[0]}" if skipped else ""
        raise UsageError(f"{folder} holds no score file that can be read.{more}")
    chosen = [run for run in runs if (wanted or Wanted()).holds(run.score)]
    if not chosen:
        raise UsageError(f"none of the {len(runs):,} scores in {folder} is of {_named(wanted, runs)}.")
    chosen.sort(key=lambda run: (*_series_of(run), run.score.run.started_at, run.path))
    return History(
        series=tuple(_series(list(members)) for _, members in groupby(chosen, key=_series_of)),
        skipped=skipped,
        unfinished=unfinished,
    )


def how_to_go_on(folder: Path) -> str:
    """What to do with a run without a score, as a sentence."""
    try:
        program, *words = read_record(folder).command
    except UsageError as error:
        return str(error)
    again = " ".join([program, shlex.join(word for word in words if word != "--fresh")])
    return f"{folder} has not ended: `{again}` goes on with it, and `harness regrade {folder}` scores what there is."


def _read(files: Iterable[Path]) -> tuple[list[Run], tuple[str, ...]]:
    runs, skipped = [], []
    for file in files:
        try:
            runs.append(Run(file.parent, read_score(file)))
        except UsageError as error:
            skipped.append(str(error))
    return runs, tuple(skipped)


def _named(wanted: Wanted | None, runs: Sequence[Run]) -> str:
    """What was wanted in vain, and what there is of it."""
    there: dict[str, set[str | None]] = {
        "model": {run.score.model.name for run in runs},
        "task": {run.score.task.name for run in runs},
        "revision": {run.score.model.revision for run in runs},
        "branch": {run.score.run.git_branch for run in runs},
    }
    asked = {name: getattr(wanted, name) for name in there if getattr(wanted, name) is not None}
    return " and ".join(
        f"{name} {value!r} (there are: {', '.join(sorted(filter(None, there[name]))) or 'none'})"
        for name, value in asked.items()
    )


def _series_of(run: Run) -> tuple[str, str]:
    return run.score.model.name, run.score.task.name


def _series(runs: Sequence[Run]) -> Series:
    model, task = _series_of(runs[0])
    first = Measured(runs[0].path / "score.json", runs[0].score)
    later = (_after(before, run) for before, run in pairwise(runs))
    return Series(model, task, (first, *later), figures_of(model, task))


def _after(before: Run, run: Run) -> Measured:
    """A score, and how it stands to the one before it."""
    path = run.path / "score.json"
    if before.score.comparison_key == run.score.comparison_key:
        return Measured(path, run.score, comparable=True)
    try:
        differs = what_differs(before, run)
    except UsageError as error:
        differs = (str(error).rstrip("."),)
    return Measured(path, run.score, comparable=False, differs=differs or ("questions or prompts differ",))


def history_document(history: History) -> dict[str, Any]:
    """The same for `--json`; shares are 0..1, published figures too."""
    scores = [one for series in history.series for one in series.scores]
    return {
        "scores": [_entry(one) for one in scores],
        "published": [
            {
                **figure.model_dump(mode="json", exclude={"figure"}),
                "accuracy": figure.figure / 100,
                "measured_here": False,
                "differs_from_last": difference(figure, series.scores[-1].score),
            }
            for series in history.series
            for figure in series.published
        ],
        "skipped": list(history.skipped),
        "unfinished": [str(path) for path in history.unfinished],
    }


def _entry(one: Measured) -> dict[str, Any]:
    said = one.score.model_dump(mode="json", by_alias=True)
    run, task, model, score = said["run"], said["task"], said["model"], said["score"]
    return {
        "path": str(one.path),
        "model": model["name"],
        "revision": model["revision"],
        "task": task["name"],
        **{name: task[name] for name in ("protocol", "as_published", "shots", "reader", "sample")},
        **{name: run[name] for name in ("id", "started_at", "finished_at", "harness_version", "git")},
        **{name: run[name] for name in ("git_branch", "regraded_from")},
        "imported_from": run.get("imported_from"),
        "status": said["status"],
        "stopped_early": one.score.stopped_early,
        **{name: score[name] for name in ("accuracy", "stderr", "ci95", "average")},
        "counts": said["counts"],
        "comparison_key": said["comparison_key"],
        "comparable_with_previous": one.comparable,
        "differs": list(one.differs),
    }
