"""Baselines: a finished run whose very questions another model is asked, in the same way.

Takes the run's folder; gives its settings and what was said to each question, without keeping any text. Asks nothing.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.answers import Outcome
from harness.errors import HarnessError, UnfinishedError, UsageError
from harness.finished import Run, how_to_finish, load
from harness.journal import Entry, read_last_lines
from harness.output_places import files_of_run
from harness.pairing import check_answers
from harness.plan import Plan
from harness.profiles import user_files
from harness.protocols import PROTOCOLS
from harness.run_folder import RunRecord, read_record, selection_of
from harness.settings import RunSettings
from harness.tables import is_table
from harness.task import find_task, load_task, same_questions_again


@dataclass(frozen=True, slots=True)
class Said:
    """What the baseline's model gave for one question.

    Attributes:
        correct: whether it counts as right.
        answer: the letter, or the outcome where there is none.
        reply: SHA-256 of text, reasoning and logprobs.
        has_logprobs: whether there were any, which no other weights would give alike to the last digit.
        written: characters of text and reasoning.
        shots_dropped: examples left out to fit the context.
    """

    correct: bool
    answer: str
    reply: str
    has_logprobs: bool
    written: int
    prompt_sha256: str
    shots_dropped: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """A finished run.

    Attributes:
        said: question id to what its model gave.
    """

    run: Run
    record: RunRecord
    said: Mapping[str, Said]


def read_baseline(path: Path | str) -> Baseline:
    """Read the run in a folder, or of a score.json.

    Raises:
        UsageError: it is missing, damaged, was changed since it was scored, was stopped early, or was asked elsewhere
            by prompts that are none of ours.
        UnfinishedError: it is incomplete or interrupted.
    """
    run = load(path)
    if run.score.status in ("incomplete", "interrupted"):
        raise UnfinishedError(
            f"{run.path} is {run.score.status} and no baseline; {how_to_finish(run.score)}."
        )
    if run.score.stopped_early:
        raise UsageError(
            f"the run in {run.path} was stopped early and is no baseline: ask all its questions, without --early-stop."
        )
    answers = run.path / run.score.answers.file
    if not answers.exists():
        raise UsageError(
            f"{answers} does not exist: the score is here, the answers to hold others against are not."
        )
    record = read_record(run.path)
    if record.imported_from and record.settings["protocol"] not in PROTOCOLS:
        raise UsageError(
            f"{run.path} was imported from {record.imported_from}, and its prompts are those of no protocol of ours, "
            "so they cannot be asked again; import what the new model is asked there, and compare the two."
        )
    said = {entry.id: _said(entry) for entry in read_last_lines(answers)}
    check_answers(run, len(said), sum(one.correct for one in said.values()))
    return Baseline(run, record, said)


def files_of_baseline(path: Path) -> tuple[Path, ...]:
    """The files that are read where the run at `path` is a baseline: its own, its task's and the user's models.

    Of one that cannot be read only those that are found: why, is said where it is wanted.
    """
    files = [*files_of_run(path), *user_files(os.environ)]
    with suppress(HarnessError):
        task = find_task(read_record(load(path).path).task)
        files.append(task)
        dataset = None if is_table(task) else load_task(task).dataset
        files += [Path(dataset.file)] if dataset and dataset.file else []
    return tuple(files)


def as_baseline(baseline: Baseline, **choices: Any) -> RunSettings:
    """The settings that ask a model as the baseline's was asked.

    Args:
        baseline: what is asked, how, and how it is read.
        choices: the other fields of RunSettings: the model, where it is, what may be spent; `limit` asks fewer
            questions, and `data` says where they are now, if not where the baseline found them.
    """
    record, settings = baseline.record, baseline.record.settings
    selection = selection_of(settings)
    asked = {
        "task": record.task,
        "protocol": settings["protocol"],
        "shots": settings["shots"],
        "reader": settings["reader"],
        "limit": selection.limit,
        "subjects": tuple(selection.subjects),
        "sample": selection.sample,
        "seed": selection.seed,
        "temperature": settings.get("temperature"),
        "max_tokens": settings.get("max_tokens"),
        "as_published": settings.get("as_published", False),
        "repeats": settings.get("repeats", 1),
        # Of a folder nobody knows the commit; whether its questions are the same, their fingerprint says.
        "dataset_revision": None if choices.get("data") else record.dataset_revision,
        "skip_bad_rows": record.skip_bad_rows,
        "data": Path(record.data) if record.data else None,
    }
    return RunSettings(**{**asked, **{name: value for name, value in choices.items() if value is not None}})


def refuse_other_questions(plan: Plan, baseline: Baseline) -> None:
    """See, before anything is sent, that every question is the baseline's and is asked alike.

    Raises:
        UsageError: in words what differs.
    """
    there, here = baseline.record.settings["fingerprint"], plan.fingerprint
    if there != here:
        raise UsageError(
            f"the questions of task {plan.task.name} are not those that {baseline.run.path} asked: their fingerprint "
            f"is {here[:12]}, not {there[:12]}; {same_questions_again(plan.task, baseline.record.task)}."
        )
    for question in plan.questions:
        said = baseline.said.get(question.id)
        if said is None:
            raise UsageError(
                f"{baseline.run.path} did not ask question {question.id}; {_way_out(plan, baseline)}."
            )
        if plan.prompt(question, said.shots_dropped).sha256 != said.prompt_sha256:
            raise UsageError(
                f"the prompts are not those of {baseline.run.path} any more ({question.id} differs): this is harness "
                f"{baseline.record.harness_version}'s baseline; make a new one with this version."
            )

    if baseline.record.imported_from and len(plan.questions) == len(baseline.said):
        _refuse_other_gold(plan, baseline)


def _way_out(plan: Plan, baseline: Baseline) -> str:
    """What to do where the plan has a question that the baseline has not."""
    record, here = baseline.record, plan.selection.limit
    there = record.settings["limit"]
    if there is not None and here is not None and here < there:  # a stratified sample: Hamilton's paradox
        return (
            f"a stratified sample of {here:,} takes one more of that subject than one of {there:,}, by the largest "
            "remainders: leave --limit out, or give another, since most smaller samples are a part of it"
        )
    if there or record.settings["subjects"] or not record.imported_from:
        return f"give a --limit of at most {baseline.run.score.task.questions // plan.repeats}"
    how = f"--task {record.task} --protocol {plan.protocol.name} --shots {plan.shots}"
    return (
        f"{record.imported_from} asked a part, and its file does not say how to choose it: `harness run {how}` "
        f"asks all, and `harness compare --on-common-questions` compares the {len(baseline.said):,} that it asked"
    )


def _refuse_other_gold(plan: Plan, baseline: Baseline) -> None:
    """Questions, prompts and reader are the same, so that other keys are other right answers."""
    if plan.comparison_key != baseline.run.score.comparison_key:
        raise UsageError(
            f"{baseline.record.imported_from}, where {baseline.run.path} was imported from, holds other answers to be "
            f"right than task {plan.task.name} does; import what the new model is asked there, and compare the two."
        )


def reply_sha256(entry: Entry) -> str:
    """SHA-256 of what the model gave: text, reasoning, and logprobs to the last digit."""
    reply = entry.reply
    given = reply and (
        *(reply.text, reply.reasoning, reply.letter_forced),
        *(reply.letter_logprobs, reply.choice_logprobs, reply.choice_baselines),
    )
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def _said(entry: Entry) -> Said:
    reply = entry.reply
    logprobs = (reply.letter_logprobs or reply.choice_logprobs or {}) if reply else {}
    return Said(
        correct=entry.outcome is Outcome.CORRECT,
        answer=entry.answer or entry.outcome.value,
        reply=reply_sha256(entry),
        has_logprobs=bool(logprobs) and None not in logprobs.values(),
        written=len(reply.text) + len(reply.reasoning or "") if reply else 0,
        prompt_sha256=entry.prompt_sha256,
        shots_dropped=entry.shots_dropped,
    )
