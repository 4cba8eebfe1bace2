"""Runs: the one place that joins the stations.

Task → questions → plan → folder → endpoint → journal → score file. Takes RunSettings, gives a Run.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import about
from harness.allowance import allowance_of
from harness.answers import Outcome
from harness.budget import Allowance, Budget
from harness.course import Ahead, Course, CourseOf, InOrder
from harness.dataset import load_at
from harness.endpoint.embedded import SLOTS, SLOTS_FOR_LETTERS
from harness.errors import EndpointError, LimitError, UsageError
from harness.files import write_whole
from harness.finished import Run
from harness.journal import Journal, has_reply, read_last_places, read_lines
from harness.models import Model, find_model
from harness.observer import Observer, Silent
from harness.places import NO_OFFER
from harness.plan import Plan, make_plan
from harness.pricing import pricing_of
from harness.prompts import Generate, ScoreLetters
from harness.protocols import PROTOCOLS, Published
from harness.run_folder import (
    RunFolder,
    RunRecord,
    create,
    discard,
    locked,
    new_run_id,
    newest_unfinished,
    note_session,
    read_record,
    runs_of,
)
from harness.score_file import document
from harness.scoring import score_run
from harness.selection import Sample
from harness.serving import Serving, max_tokens_of, revision_of, served, temperature_of, weights_of
from harness.session import Session, hold
from harness.settings import RunSettings
from harness.stops import Stop, StopKind
from harness.task import find_task, load_task, name_for_later

_OURS = Published()


def run(
    settings: RunSettings,
    observer: Observer | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    course_of: CourseOf | None = None,
) -> Run:
    """Ask a model a task's questions and write the score file.

    An unfinished run whose settings agree is gone on with, unless `settings.fresh`.

    Args:
        settings: what to ask of whom.
        observer: told how it goes; nobody where None.
        environment: where keys and OPENAI_BASE_URL are looked up.
        course_of: in which order to ask, and what may end the run early, and may refuse the plan; the plan's own
            order where None.

    Returns:
        The run, whatever its status; see `run.score.status`.

    Raises:
        UsageError: a setting, a file or a name is wrong.
        EndpointError: the endpoint gave not one reply, or the dataset could not be had.
        StorageError: the disk failed; what was answered is kept.
        LimitError: a limit on cost or time was reached before the first reply.
    """
    observer = observer or Silent()
    model = _model(settings, environment, observer)
    pricing = pricing_of(settings, model)
    plan = plan_of(settings, model, observer)
    course = course_of(plan) if course_of else InOrder()
    weights = weights_of(model, observer)
    revision = settings.revision or revision_of(model, weights)
    agreed = {**_agreed(settings, model, plan, revision), **course.agreed}
    folder = _open_folder(settings, model, plan, agreed, observer, course.is_used)
    with locked(folder):
        try:
            allowance = allowance_of(
                settings, plan, pricing, folder, max_tokens=max_tokens_of(settings, model, plan)
            )
            serving = _serving(settings, model, plan, weights)
            session = _ask_the_rest(plan, course, serving, folder, allowance, observer)
        except BaseException:
            if not has_reply(folder.answers):
                discard(folder)
            raise
        score = score_run(
            plan,
            folder,
            prices=pricing,
            stopped_by=session.stopped.why if session.stopped else None,
            stop_kind=session.stopped.kind if session.stopped else None,
            early_stop=course.early_stop(),
        )
        write_whole(folder.score, document(score))
    return Run(folder.path, score)


def _model(settings: RunSettings, environment: Mapping[str, str], observer: Observer) -> Model:
    model = find_model(
        settings.model,
        environment,
        host=settings.host,
        base_url=settings.base_url,
        api_key_env=settings.api_key_env,
        local_only=settings.local_only,
    )
    if model.changed_by:  # a file of the working folder can send a key elsewhere
        files = " and ".join(map(str, model.changed_by))
        have = "has" if len(model.changed_by) == 1 else "have"
        observer.say(f"{model.name} is asked as {files} {have} it, at {model.where}.")
    return model


def plan_of(settings: RunSettings, model: Model, observer: Observer) -> Plan:
    """What the settings ask of this model."""
    task = load_task(find_task(settings.task, settings.tasks), observer.say)
    usual = model.profile.protocol if model.profile.protocol in task.protocols else None
    if usual and settings.protocol is None and usual != task.protocol:
        observer.say(f"{model.name} is asked by {usual}, unless --protocol says otherwise.")
    task, questions = load_at(
        settings.dataset_revision, task, settings.data, observer.say, skip_bad_rows=settings.skip_bad_rows
    )
    plan = make_plan(
        task,
        questions,
        selection=settings.selection,
        protocol=settings.protocol or usual,
        shots=settings.shots,
        reader=settings.reader,
        as_published=settings.as_published,
        repeats=settings.repeats,
    )
    _refuse_repeats_that_are_the_same(settings, model, plan)
    _refuse_what_the_entry_rules_out(settings, model, plan)
    return plan


def _refuse_what_the_entry_rules_out(settings: RunSettings, model: Model, plan: Plan) -> None:
    """Before anything is sent: what the entries of model and host say that it does not accept."""
    if plan.protocol.wants is not Generate and "logprobs" in model.omit:
        generating = [name for name in plan.task.protocols if PROTOCOLS[name].wants is Generate]
        ways = [f"--protocol {generating[0]}"] if generating else []
        if "logprobs" not in model.profile.omit:
            ways.append("another --host, which may give them")
        whom, entry = _who_omits(model, "logprobs")
        raise UsageError(
            f"{whom} gives no logprobs, by {entry}, and {plan.protocol.name} needs them"
            + (f": use {', or '.join(ways)}." if ways else ".")
        )
    if settings.temperature and "temperature" in model.omit:
        whom, entry = _who_omits(model, "temperature")
        raise UsageError(f"{whom} takes no temperature, by {entry}: leave --temperature out.")
    longest = model.profile.output
    if settings.max_tokens and longest and settings.max_tokens > longest:
        raise UsageError(
            f"--max-tokens {settings.max_tokens} is more than {model.name} can write: {longest}, by its entry."
        )


def _who_omits(model: Model, field: str) -> tuple[str, str]:
    """The model, with its host where it is so only there, and the entry that says so."""
    if field in model.profile.omit or model.host is None:
        return model.name, "its entry"
    offer = model.profile.hosts.get(model.host, NO_OFFER)
    entry = f"its entry for {model.host}" if field in offer.omit else f"the entry of {model.host}"
    return f"{model.name} at {model.host}", entry


def _refuse_repeats_that_are_the_same(settings: RunSettings, model: Model, plan: Plan) -> None:
    """Before they are paid for: repeats that a model which does not sample would answer alike."""
    if plan.repeats == 1:
        return
    named = f"{plan.repeats} repeats of a question"
    if plan.protocol.wants is not Generate:
        raise UsageError(
            f"{named} by {plan.protocol.name}, which generates no text, would come out the same: use --repeats 1."
        )
    samples = "temperature" in model.omit  # as it pleases
    if not samples and temperature_of(settings, _published(plan)) == 0:
        raise UsageError(
            f"{named} at temperature 0 would get the same reply: give --temperature above 0, or --repeats 1."
        )
    if "seed" in model.extra:
        raise UsageError(
            f"{named} would get the same reply, since the entry of {model.name} sends a seed: take `seed` out of its "
            "extra, or use --repeats 1."
        )


def _open_folder(
    settings: RunSettings,
    model: Model,
    plan: Plan,
    agreed: dict[str, Any],
    observer: Observer,
    is_used: Callable[[str], bool],
) -> RunFolder:
    """The newest run that agrees and has something left to do, or a new one."""
    home = runs_of(settings.results, model.name, plan.task.name)
    if not settings.fresh:
        agreeing, other = newest_unfinished(home, agreed, is_used)
        if agreeing:
            observer.say(f"Going on with {agreeing.path}; --fresh would start over.")
            return agreeing
        if other:
            observer.say(f"{other.path} is unfinished and left alone: {'; '.join(other.differences)}.")
    now = datetime.now(UTC)
    record = RunRecord(
        id=new_run_id(now),
        started_at=now,
        harness_version=about.harness_version(),
        command=about.command(),
        settings=agreed,
        task=name_for_later(settings.task, settings.tasks),
        data=str(settings.data.resolve()) if settings.data else None,
        dataset_revision=settings.dataset_revision or _one_commit(plan),
        skip_bad_rows=settings.skip_bad_rows,
    )
    return create(home, record)


def _agreed(settings: RunSettings, model: Model, plan: Plan, revision: str | None) -> dict[str, Any]:
    """Whatever decides what is asked, sent and read; not how fast, at what cost or into which folder."""
    published = _published(plan)
    agreed = {
        "model": model.name,
        "model_id": model.id,
        "endpoint": model.where,
        "revision": revision,
        "task": plan.task.name,
        "task_version": plan.task.version,
        "protocol": plan.protocol.name,
        "shots": plan.shots,
        "reader": plan.reader.name,
        "limit": settings.limit,
        "subjects": list(settings.subjects),
        "temperature": temperature_of(settings, published),
        "max_tokens": max_tokens_of(settings, model, plan),
        "omit": sorted(model.omit),
        "extra": dict(model.extra),
        "fingerprint": plan.fingerprint,
        "comparison_key": plan.comparison_key,
    }
    if plan.as_published:
        agreed |= {"as_published": True, "top_p": published.top_p}
    if settings.sample is not Sample.FIRST:
        agreed |= {"sample": settings.sample.value, "seed": settings.seed or 0}
    if plan.repeats > 1:
        agreed |= {"repeats": plan.repeats}
    return agreed


def _published(plan: Plan) -> Published:
    return plan.protocol.published if plan.as_published else _OURS


def _one_commit(plan: Plan) -> str | None:
    """The commit to load the questions from again; None where they lie in several repositories."""
    return None if plan.revision is None or "@" in plan.revision else plan.revision


def _serving(settings: RunSettings, model: Model, plan: Plan, weights: Path | None) -> Serving:
    """Where the plan's questions are asked, once it is entered."""
    slots = SLOTS_FOR_LETTERS if plan.protocol.wants is ScoreLetters else SLOTS
    return served(
        settings,
        model,
        weights,
        slots=slots,
        published=_published(plan),
        max_tokens=max_tokens_of(settings, model, plan),
    )


def _ask_the_rest(
    plan: Plan,
    course: Course,
    serving: Serving,
    folder: RunFolder,
    allowance: Allowance,
    observer: Observer,
) -> Session:
    """Ask what has no reply yet, in the course's order, until there is nothing left or the course ends.

    Raises:
        EndpointError: not one question has a reply, now or from earlier.
        LimitError: likewise, because of a limit on cost or time.
        KeyboardInterrupt: likewise, because the user interrupted.
        UsageError: replies are of other weights than were meant; nobody shall go on with those of this session.
    """
    earlier, ended = _recall(folder, course)
    rest = course.begin([question for question in plan.questions if question.id not in earlier])
    if ended or not rest:
        return _meant(Session(ended))
    budget = Budget(allowance)
    if not budget.fits(rest[0]):
        return _ended(Session(Stop(StopKind.LIMIT, budget.sentence(len(rest)))), folder)
    place = len(read_record(folder.path).sessions)
    with serving as (endpoint, died), Journal(folder.answers) as journal:
        folder.score.unlink(missing_ok=True)  # it would contradict the journal from the first new line on
        observer.begin(plan, tuple(earlier.values()))
        try:
            session = hold(
                plan,
                Ahead(rest, course.heard, course.first),
                journal,
                endpoint=endpoint,
                died=died,
                allowance=allowance,
                note=lambda learned: note_session(
                    folder, place, learned.model_copy(update={"lines_before": journal.lines_before})
                ),
                observer=observer,
            )
        finally:
            observer.end()
        if _has_wrong_weights(session):
            journal.take_back()
    return _ended(_meant(session), folder)


def _recall(folder: RunFolder, course: Course) -> tuple[dict[str, Outcome], Stop | None]:
    """The outcomes of the questions that have their replies, and why they end the course, if they do."""
    earlier: dict[str, Outcome] = {}
    ended: Stop | None = None
    record = read_record(folder.path)
    for line, entry in read_last_places(folder.answers):
        if entry.reply is not None:
            earlier[entry.id] = entry.outcome
            ended = course.recalled(entry, record.session_of(line)) or ended
    return earlier, ended


def _has_wrong_weights(session: Session) -> bool:
    return session.stopped is not None and session.stopped.kind is StopKind.WRONG_WEIGHTS


def _meant(session: Session) -> Session:
    """The session, where its weights are those that were meant."""
    if session.stopped and _has_wrong_weights(session):
        raise UsageError(session.stopped.why)
    return session


def _ended(session: Session, folder: RunFolder) -> Session:
    """The session, where the run has a reply by now."""
    if has_reply(folder.answers):
        return session
    match session.stopped:
        case Stop(kind=StopKind.USER):
            raise KeyboardInterrupt
        case Stop(kind=StopKind.LIMIT, why=why):
            raise LimitError(f"{why}; a higher limit goes on.")
        case Stop(why=why):
            raise EndpointError(why)
    failures = [entry.failure.message for entry in read_lines(folder.answers) if entry.failure]
    raise EndpointError(failures[-1])
