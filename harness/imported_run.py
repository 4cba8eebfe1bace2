"""Imported runs: the folder of a run that lm-evaluation-harness asked, with everything that says so.

Takes its Results, a Plan of what was Asked and the folder for results; writes run.json, answers.jsonl and score.json.
Holds none of its question texts, prompts and model arguments.
"""

import hashlib
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness import about
from harness.answers import Outcome, Reader
from harness.endpoint.reply import Reply
from harness.errors import UsageError
from harness.files import write_whole
from harness.finished import Run
from harness.journal import Entry, Journal
from harness.lm_eval_files import Results, shortened
from harness.lm_eval_matching import Asked
from harness.lm_eval_unfinished import FIELD, WithoutReply, lacking, unfinished_in
from harness.origins import is_an_export_of_ours
from harness.plan import Plan
from harness.prompts import ScoreLetters
from harness.questions import Question
from harness.run_folder import (
    RunFolder,
    RunRecord,
    SessionRecord,
    create,
    discard,
    locked,
    note_session,
    runs_of,
)
from harness.score_file import ScoreFile, document
from harness.scoring import score_run

_UNPRICED = "lm-evaluation-harness counts no tokens"


def write_run(
    found: Results, plan: Plan, asked: tuple[Asked, ...], *, results: Path, task: str, data: Path | None
) -> Run:
    """Write the run's folder.

    Args:
        found: where it comes from.
        plan: what was asked.
        asked: its questions with what came back.
        results: the folder that runs are written into.
        task: how to find the task again.
        data: where its questions are.

    Raises:
        UsageError: it is imported already, or what it says of questions without a reply is not so.
    """
    home = runs_of(results, found.model, plan.task.name)
    folder = create(home, _record(found, plan, home, task, data))
    with locked(folder):
        try:
            with Journal(folder.answers) as journal:
                for one in asked:
                    journal.append(_entry(one, plan.reader))
                for question, lacked in lacking(found, plan.questions):
                    if lacked.failure:
                        journal.append(_failed(question, lacked))
            sent = {"routes": [_endpoint(found)], **_sent(found, asked[0].sample.task)}
            warnings = (_origin(found, asked),)  # with the run, so that reading it again keeps it
            note_session(folder, 0, SessionRecord(sent=sent, warnings=warnings, worked_s=_worked_s(found)))
            score = _score(found, plan, folder)
            write_whole(folder.score, document(score))
        except BaseException:  # half of it would be of no use to anybody
            discard(folder)
            raise
    return Run(folder.path, score)


def reply_of(one: Asked, reader: Reader) -> Reply:
    """What came back; a choice whose logprob is not finite is left out, as one that is no candidate."""
    sample = one.sample
    attempts = max(len(sample.logprobs), 1)
    if sample.text is not None:
        return Reply(text=sample.text, latency_s=None, attempts=attempts)
    pairs = zip(one.question.letters, sample.logprobs, strict=True)
    logprobs = {letter: logprob for letter, logprob in pairs if logprob is not None}
    if reader.reads is ScoreLetters:
        return Reply(text="", letter_logprobs=dict(logprobs), latency_s=None, attempts=attempts)
    return Reply(text="", choice_logprobs=logprobs, latency_s=None, attempts=attempts)


def _record(found: Results, plan: Plan, home: Path, task: str, data: Path | None) -> RunRecord:
    started = _started(found)
    same = hashlib.sha256(f"{found.sha256} {plan.protocol.name}".encode()).hexdigest()
    id_ = f"{started:%Y%m%dT%H%M%SZ}-{same[:4]}"  # always the same for the same answers
    if (home / id_).exists():
        raise UsageError(f"{found.path} is imported already: {home / id_}.")
    return RunRecord(
        id=id_,
        started_at=started,
        harness_version=about.harness_version(),
        command=about.command(),
        settings={
            "model": found.model,
            "endpoint": _endpoint(found),
            "revision": _revision(found),
            "protocol": plan.protocol.name,
            "shots": plan.shots,
            "reader": plan.reader.name,
            "limit": plan.selection.limit,  # so that it can be asked again, and read again
            "subjects": list(plan.selection.subjects),
            "fingerprint": plan.fingerprint,
            "comparison_key": plan.comparison_key,
        },
        task=task,
        data=str(data.resolve()) if data else None,
        imported_from=found.origin,
    )


def _endpoint(found: Results) -> str:
    return f"lm-eval {found.document.get('model_source') or ''}".strip()


def _origin(found: Results, asked: tuple[Asked, ...]) -> str:
    tasks = shortened(one.sample.task for one in asked)
    if is_an_export_of_ours(found.origin):
        return (
            f"Imported from an export of {found.origin} ({tasks}): asked and answered in the run that was exported, "
            "read and scored again here."
        )
    return f"Imported from {found.origin} ({tasks}): asked and answered there, not measured by this harness."


def _started(found: Results) -> datetime:
    said = found.document.get("date")
    try:
        return datetime.fromtimestamp(float(said), UTC)  # type: ignore[arg-type]  # what is no number is refused below
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"{found.path}, field date: {said!r} is no time of lm-evaluation-harness."
        ) from error


def _revision(found: Results) -> str | None:
    config = found.document.get("config")
    said = (config.get("model_sha") or config.get("model_revision")) if isinstance(config, dict) else None
    return str(said) if said else None


def _score(found: Results, plan: Plan, folder: RunFolder) -> ScoreFile:
    """What says when, where and with what it was made is lm-evaluation-harness's, as far as it says so."""
    unfinished = unfinished_in(found)
    stopped_by, stop_kind = (unfinished.stopped_by, unfinished.stop_kind) if unfinished else (None, None)
    score = score_run(plan, folder, prices=_UNPRICED, stopped_by=stopped_by, stop_kind=stop_kind)
    if unfinished and score.status != unfinished.status:
        raise UsageError(
            f"{found.path}, field {FIELD}: its questions without a reply make it {score.status}, not "
            f"{unfinished.status}: it was changed since it was written."
        )
    versions = {"lm_eval": found.version, "transformers": found.document.get("transformers_version")}
    made = {
        "finished_at": score.run.started_at + timedelta(seconds=_worked_s(found)),
        "python": "not known",
        "platform": "not known",
        "git": None,
        "git_branch": None,
        "packages": {name: str(version) for name, version in versions.items() if version},
    }
    return score.model_copy(
        update={
            "run": score.run.model_copy(update=made),
            "latency": score.latency.model_copy(
                update={"questions_per_second": None}
            ),  # its time has loading in it
        }
    )


def _entry(one: Asked, reader: Reader) -> Entry:
    reply = reply_of(one, reader)
    answer = reader.read(reply, one.question)
    return Entry(
        id=one.question.id,
        subject=one.question.subject,
        cluster=one.question.cluster,
        gold=one.question.gold,
        answer=answer.letter,
        outcome=answer.outcome(one.question.gold),
        rule=answer.rule,
        reply=reply,
        prompt_sha256=one.sample.prompt_sha256,
        elapsed_s=0.0,
    )


def _failed(question: Question, lacked: WithoutReply) -> Entry:
    return Entry(
        id=question.id,
        subject=question.subject,
        cluster=question.cluster,
        gold=question.gold,
        answer=None,
        outcome=Outcome.FAILED,
        reply=None,
        failure=lacked.failure,
        prompt_sha256=lacked.prompt_sha256,
        elapsed_s=0.0,
    )


def _sent(found: Results, task: str) -> dict[str, Any]:
    """Of the settings those that can hold no secret: model_args may hold keys and addresses."""
    config = found.document.get("config")
    said = config if isinstance(config, dict) else {}
    kept = {
        "batch_size": said.get("batch_size"),
        "model_dtype": said.get("model_dtype"),
        "generation": found.config(task).get("generation_kwargs"),
        "chat_template_sha256": found.document.get("chat_template_sha"),
        "system_instruction_sha256": found.document.get("system_instruction_sha"),
    }
    return {name: value for name, value in kept.items() if value is not None}


def _worked_s(found: Results) -> float:
    try:
        said = float(str(found.document.get("total_evaluation_time_seconds")))
    except ValueError:
        return 0.0
    return max(said, 0.0) if math.isfinite(said) else 0.0
