"""Regrading: the recorded replies of a run read again, asking no model.

Takes a run's folder; writes a new run beside it, and leaves the old one as it is. Tells on which answers the two
differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness import about
from harness.dataset import load_questions
from harness.errors import UsageError
from harness.evidence import read_again
from harness.files import write_whole
from harness.finished import Run
from harness.journal import Entry, Journal, read_extent, read_last_lines
from harness.plan import Plan, make_plan
from harness.run_folder import (
    RunFolder,
    RunRecord,
    create,
    discard,
    locked,
    new_run_id,
    read_record,
    selection_of,
)
from harness.score_file import ScoreFile, document, read_score
from harness.scoring import score_run
from harness.task import at_revision, find_task, load_task, same_questions_again


def regrade(path: Path | str, *, reader: str | None = None, data: Path | None = None) -> Run:
    """Read a run's replies again and score them.

    Args:
        path: the run's folder, or its score.json.
        reader: another reader; the run's own, as it reads today, where None.
        data: where the questions are now; where the run found them, if None.

    Raises:
        UsageError: no such run, its questions or prompts are not the same any more, or the reader does not fit.
    """
    folder = _folder(path)
    home = (folder if folder.name not in ("", "..") else folder.resolve()).parent  # "." has a parent too
    old = RunFolder(folder, read_record(folder))
    before = read_score(old.score) if old.score.exists() else None
    _check_origin(old.record, data)
    plan = plan_again(old.record, reader, data)
    new = create(home, _record(old.record, plan, data))
    with locked(new):
        try:
            with Journal(new.answers) as journal:
                for entry in _read_again(old, plan):
                    journal.append(entry)
            score = _score(plan, new, before)
            write_whole(new.score, document(score))
        except BaseException:  # half of it would be of no use to anybody: all of it can be made again
            discard(new)
            raise
    return Run(new.path, score)


@dataclass(frozen=True, slots=True)
class Difference:
    """One reply, read differently by two readers.

    Attributes:
        before: the letter, or the outcome where there was none.
        now: the same, of the new reader.
        rule: the new reader's rule, None where it names none.
    """

    id: str
    before: str
    now: str
    gold: str
    rule: str | None


def differences(before: Path | str, now: Run) -> tuple[Difference, ...]:
    """The answers on which a run and its regrading differ, by id: replies come in another order each time.

    The run may have gone on since, and have more answers than were read again.
    """
    name = now.score.answers.file
    read_then = {old.id: (old.answer, old.outcome) for old in read_last_lines(_folder(before) / name)}
    found = []
    for new in read_last_lines(now.path / name):
        answer, outcome = read_then[new.id]
        if (answer, outcome) != (new.answer, new.outcome):
            found.append(Difference(new.id, answer or outcome, new.answer or new.outcome, new.gold, new.rule))
    return tuple(sorted(found, key=lambda one: one.id))


def _folder(path: Path | str) -> Path:
    return Path(path).parent if Path(path).is_file() else Path(path)


def _read_again(old: RunFolder, plan: Plan) -> Iterator[Entry]:
    """The old run's entries with their letters read anew, one at a time.

    Prompts may have changed since: then these replies answer other prompts than the new score would name.
    """
    question_of = {question.id: question for question in plan.questions}
    entry = None
    for entry in read_last_lines(old.answers):
        question = question_of.get(entry.id)
        if question is None:
            raise UsageError(f"{old.answers}: {entry.id!r} is none of the questions that the run asked.")
        if plan.prompt(question, entry.shots_dropped).sha256 != entry.prompt_sha256:
            raise UsageError(
                f"{old.answers}: {entry.id!r} was asked with another prompt than {plan.protocol.name} makes today; "
                f"read it with harness {old.record.harness_version}."
            )
        yield read_again(entry, question, plan.reader)
    if entry is None:
        raise UsageError(f"{old.answers} holds no answers to read again.")


def plan_again(record: RunRecord, reader: str | None = None, data: Path | None = None) -> Plan:
    """The plan of a run that was made earlier, from the questions as they are today.

    Args:
        record: the run's run.json.
        reader: another reader than the run's.
        data: where the questions are now; where the run found them, if None.

    Raises:
        UsageError: they are not the same any more.
        EndpointError: they cannot be had.
    """
    settings = record.settings
    task = at_revision(load_task(find_task(record.task)), record.dataset_revision)
    questions = load_questions(
        task, data or (Path(record.data) if record.data else None), skip_bad_rows=record.skip_bad_rows
    )
    if questions.fingerprint != settings["fingerprint"]:
        raise UsageError(
            f"the questions of task {task.name} are not those that run {record.id} asked: their fingerprint is "
            f"{questions.fingerprint[:12]}, not {settings['fingerprint'][:12]}; "
            f"{same_questions_again(task, record.task)}."
        )
    return make_plan(
        task,
        questions,
        selection=selection_of(settings),
        protocol=settings["protocol"],
        shots=settings["shots"],
        reader=reader or settings["reader"],
        as_published=settings.get("as_published", False),
        repeats=settings.get("repeats", 1),
    )


def _check_origin(record: RunRecord, data: Path | None) -> None:
    """Another program may have asked what no choice of ours asks: then the new score would not be of the same."""
    if (
        record.imported_from
        and plan_again(record, data=data).comparison_key != record.settings["comparison_key"]
    ):
        raise UsageError(
            f"run {record.id} was imported from {record.imported_from}, which asked other questions than a run of "
            f"task {record.task} does, or a part of them; only whole tasks that were asked as we ask can be read again."
        )


def _record(old: RunRecord, plan: Plan, data: Path | None) -> RunRecord:
    now = datetime.now(UTC)
    changed = {"reader": plan.reader.name, "comparison_key": plan.comparison_key}
    return old.model_copy(
        update={
            "id": new_run_id(now),
            "started_at": now,
            "harness_version": about.harness_version(),
            "command": about.command(),
            "settings": {**old.settings, **changed},
            "data": str(data.resolve()) if data else old.data,
            "regraded_from": old.id,
        }
    )


def _score(plan: Plan, new: RunFolder, before: ScoreFile | None) -> ScoreFile:
    """What the replies do not tell, the cost and why the run ended, is as the old score has it."""
    if before is None:
        ended = read_extent(new.answers).lines == len(plan.questions)
        return score_run(
            plan,
            new,
            prices="the run that was read again has no score",
            stopped_by=None if ended else "the run that was read again did not end",
        )
    run = before.run
    early_stop = before.early_stop
    if (
        early_stop is not None
    ):  # its verdict is over other answers; where all were asked, any gate can judge anew
        unknown = {"verdict": None, "difference": None}
        early_stop = early_stop.model_copy(update=unknown) if early_stop.stopped else None
    score = score_run(
        plan,
        new,
        prices="as before",
        stopped_by=run.stopped_by,
        stop_kind=run.stop_kind,
        early_stop=early_stop,
    )
    return score.model_copy(update={"cost": before.cost})
