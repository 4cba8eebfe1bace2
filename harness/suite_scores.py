"""Suite scores: the scores of a suite's tasks together, and their average.

Takes a Suite and the runs of its tasks; gives a SuiteScore. The average is the mean over tasks, whatever their sizes,
of the figure that each task's score file quotes. Asks nothing and writes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

from harness.finished import Run
from harness.rescaling import rescaled_score
from harness.score_file import ScoreFile
from harness.suite import Member, Suite

_UNFINISHED = ("incomplete", "interrupted")


@dataclass(frozen=True, slots=True)
class TaskScore:
    """One task's. Shares are 0..1, and None where nothing was answered.

    Attributes:
        figure: which one `score` and `stderr` are: the accuracy, or the right choices' share of probability.
        rescaled: from chance to all right; None too where the suite names no chance level for it.
        unparsed: replies without a readable letter, of all `questions`.
        path: of its score file.
    """

    task: str
    protocol: str
    shots: int
    reader: str
    status: str
    questions: int
    figure: str
    score: float | None
    stderr: float | None
    rescaled: float | None
    unparsed: float | None
    path: str


@dataclass(frozen=True, slots=True)
class SuiteScore:
    """All tasks'.

    Attributes:
        average: mean score of the tasks; None where `no_average` says why.
        rescaled_average: of their rescaled scores; None too where some task has none.
        missing: what the suite's source averages over too, and why it is not here.
    """

    suite: str
    title: str
    model: str
    tasks: tuple[TaskScore, ...]
    average: float | None
    rescaled_average: float | None
    no_average: str | None
    missing: dict[str, str]


def suite_score(suite: Suite, model: str, runs: Sequence[tuple[Member, Run]]) -> SuiteScore:
    """The scores of a suite's runs, in the order in which its tasks were run.

    Raises:
        UsageError: the suite's chance levels do not fit a task's subjects.
    """
    tasks = tuple(_task_score(member, run) for member, run in runs)
    why = _no_average(suite, tasks)
    return SuiteScore(
        suite=suite.name,
        title=suite.title,
        model=model,
        tasks=tasks,
        average=None if why else _mean(task.score for task in tasks),
        rescaled_average=None if why else _mean(task.rescaled for task in tasks),
        no_average=why,
        missing=suite.missing,
    )


def suite_document(score: SuiteScore) -> str:
    """The same as JSON."""
    return json.dumps(asdict(score), indent=2, ensure_ascii=False) + "\n"


def _task_score(member: Member, run: Run) -> TaskScore:
    score = run.score
    figure, stderr = _figure(member, score)
    return TaskScore(
        task=score.task.name,
        protocol=score.task.protocol,
        shots=score.task.shots,
        reader=score.task.reader,
        status=score.status,
        questions=score.counts.questions,
        figure=member.figure,
        score=figure,
        stderr=stderr,
        rescaled=None if member.chance is None else rescaled_score(score, member.chance),
        unparsed=score.counts.unparsed / score.counts.questions if score.counts.questions else None,
        path=str(run.path / "score.json"),
    )


def _figure(member: Member, score: ScoreFile) -> tuple[float | None, float | None]:
    """The figure that the suite quotes, and its standard error."""
    if member.figure == "accuracy":
        return score.score.accuracy, score.score.stderr
    share = score.score.right_share
    return (share.mean, share.stderr) if share else (None, None)


def _no_average(suite: Suite, tasks: Sequence[TaskScore]) -> str | None:
    """Why there is none: a part of the suite is another benchmark, and a failed question no wrong answer."""
    if len(tasks) < len(suite.tasks):
        return f"{len(suite.tasks) - len(tasks)} of {len(suite.tasks)} tasks were not run"
    unfinished = [f"{task.task} is {task.status}" for task in tasks if task.status in _UNFINISHED]
    return ", ".join(unfinished) or None


def _mean(shares: Iterable[float | None]) -> float | None:
    held = list(shares)
    there = [share for share in held if share is not None]
    return fmean(there) if there and len(there) == len(held) else None
