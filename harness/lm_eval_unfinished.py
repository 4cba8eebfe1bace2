"""Unfinished runs in lm-eval's files: what a results file of ours says, which lm-evaluation-harness has no word for.

Its files hold answers alone. Without this an incomplete run would come back from an export as one of fewer questions,
with nothing missing.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.endpoint.reply import Failure
from harness.errors import UsageError
from harness.journal import Entry
from harness.lm_eval_files import Results
from harness.plan import Plan
from harness.questions import Question
from harness.score_file import ScoreFile, Sha256
from harness.stops import StopKind

FIELD = "unfinished"


class WithoutReply(BaseModel):
    """A question that was to be asked and has no reply; `failure` is None where it was not asked."""

    model_config = ConfigDict(frozen=True)

    id: str
    prompt_sha256: Sha256
    failure: Failure | None


class Unfinished(BaseModel):
    """Why a run is not whole; `without_reply` is None in results that were written without samples."""

    model_config = ConfigDict(frozen=True)

    status: Literal["incomplete", "interrupted"]
    stopped_by: str | None
    stop_kind: StopKind | None
    without_reply: tuple[WithoutReply, ...] | None = None


def unfinished_of(score: ScoreFile) -> Unfinished | None:
    """What a score says of it; None where the run came to its end."""
    if score.status in ("complete", "partial"):
        return None
    return Unfinished(status=score.status, stopped_by=score.run.stopped_by, stop_kind=score.run.stop_kind)


def without_reply(plan: Plan, entries: Iterable[Entry]) -> tuple[WithoutReply, ...]:
    """The questions of a plan that have no reply among the journal's entries."""
    last = {entry.id: entry for entry in entries}
    pairs = ((question, last.get(question.id)) for question in plan.questions)
    return tuple(
        _without(plan, question, entry) for question, entry in pairs if entry is None or entry.reply is None
    )


def unfinished_in(found: Results) -> Unfinished | None:
    """What a results file says of it; None where it says nothing, as lm-evaluation-harness's own do.

    Raises:
        UsageError: it is damaged, or does not say which questions have no reply.
    """
    if FIELD not in found.document:
        return None
    try:
        unfinished = Unfinished.model_validate(found.document[FIELD])
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in (FIELD, *first["loc"]))
        raise UsageError(f"{found.path}, field {field}, is damaged: {first['msg']}.") from error
    if unfinished.without_reply is None:
        raise UsageError(
            f"{found.path} is of a run that is {unfinished.status}, and does not say which questions have no reply; "
            "write it anew with `harness export --format lm-eval --out DIR`."
        )
    return unfinished


def lacking(found: Results, questions: Iterable[Question]) -> Iterator[tuple[Question, WithoutReply]]:
    """The questions, of a task of ours, that have no reply in a results file of ours.

    Raises:
        UsageError: as `unfinished_in`, or one is not among them.
    """
    if (unfinished := unfinished_in(found)) is None:
        return
    known = {question.id: question for question in questions}
    for one in unfinished.without_reply or ():
        if one.id not in known:
            raise UsageError(f"{found.path}, field {FIELD}: {one.id!r} is no question of the task.")
        yield known[one.id], one


def _without(plan: Plan, question: Question, entry: Entry | None) -> WithoutReply:
    if entry is None:
        return WithoutReply(id=question.id, prompt_sha256=plan.prompt(question).sha256, failure=None)
    return WithoutReply(id=question.id, prompt_sha256=entry.prompt_sha256, failure=entry.failure)
