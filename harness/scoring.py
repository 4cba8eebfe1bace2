"""Scoring: a plan and the journal of a run's folder, made into a score file.

Offline and repeatable: whatever asked the questions, now or last year, the same replies give the same
task, comparison_key, score, groups, subjects and counts.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from harness import about
from harness.answers import Reader
from harness.endpoint.reply import Reply, Usage
from harness.journal import Entry, read_lines
from harness.plan import Plan
from harness.prices import GpuHours, Pricing
from harness.questions import Question
from harness.readers import READERS
from harness.run_folder import RunFolder, RunRecord, read_record
from harness.score_file import (
    AnswersPart,
    CostPart,
    CountsPart,
    DatasetPart,
    LatencyPart,
    ModelPart,
    OtherReading,
    RunPart,
    ScoreFile,
    Status,
    TaskPart,
    UsagePart,
    named_parts,
    score_part,
)
from harness.scores import Graded, by_group, by_subject, count, score
from harness.stops import StopKind

_UNREAD_WARNING = 0.02
_REASONS_SHOWN = 3


def score_run(
    plan: Plan,
    folder: RunFolder,
    *,
    prices: Pricing,
    stopped_by: str | None = None,
    stop_kind: StopKind | None = None,
) -> ScoreFile:
    """Score what a run's journal holds.

    Args:
        plan: what was asked.
        folder: the run.
        prices: of tokens or of the time, or why there are none.
        stopped_by: why the run ended before its last question.
        stop_kind: who stopped it.
    """
    wanted = {question.id for question in plan.questions}
    lines = [entry for entry in read_lines(folder.answers) if entry.id in wanted]
    entries = list({entry.id: entry for entry in lines}.values())
    graded = _graded(plan, entries)
    counts = _counts(plan, entries, graded)
    usage = _usage(lines)
    failures = [entry.failure.message for entry in entries if entry.failure]
    record = read_record(folder.path)  # with what its sessions learned
    model = _model(record, entries)
    latency = _latency(entries, record)
    return ScoreFile(
        status=_status(plan, counts, stopped_by),
        run=_run(record, stopped_by, stop_kind),
        model=model,
        task=_task(plan),
        comparison_key=plan.comparison_key,
        score=score_part(score(graded, plan.protocol.average), _other_readings(plan, entries)),
        groups=named_parts(by_group(graded, plan.task.group_of)),
        subjects=named_parts(by_subject(graded)),
        counts=counts,
        usage=usage,
        cost=_cost(
            usage,
            prices,
            uncounted=sum(line.reply is not None and not _is_counted(line.reply) for line in lines),
            worked_s=latency.elapsed_s,
        ),
        latency=latency,
        answers=_answers(folder.answers),
        warnings=(*record.warnings, *_findings(model, counts, failures)),
    )


def read_again(entry: Entry, question: Question, reader: Reader) -> Entry:
    """The entry with its reply read by another reader; a failed one stays failed."""
    if entry.reply is None:
        return entry
    answer = reader.read(entry.reply, question)
    return replace(entry, answer=answer.letter, outcome=answer.outcome(question.gold), gold=question.gold)


def _graded(plan: Plan, entries: Sequence[Entry]) -> tuple[Graded, ...]:
    outcome_of = {entry.id: entry.outcome for entry in entries}
    return tuple(
        Graded(question.id, question.subject, len(question.choices), outcome_of[question.id])
        for question in plan.questions
        if question.id in outcome_of
    )


def _status(plan: Plan, counts: CountsPart, stopped_by: str | None) -> Status:
    if stopped_by is not None or counts.questions < len(plan.questions):
        return "interrupted"
    if counts.failed:
        return "incomplete"
    return "complete" if len(plan.questions) == plan.available else "partial"


def _run(record: RunRecord, stopped_by: str | None, stop_kind: StopKind | None) -> RunPart:
    return RunPart(
        id=record.id,
        started_at=record.started_at,
        finished_at=datetime.now(UTC),
        harness_version=record.harness_version,
        python=about.python(),
        platform=about.machine(),
        command=record.command,
        git=about.git_commit(),
        packages=about.packages(),
        stopped_by=stopped_by,
        stop_kind=stop_kind,
        regraded_from=record.regraded_from,
    )


def _model(record: RunRecord, entries: Sequence[Entry]) -> ModelPart:
    replies = [entry.reply for entry in entries if entry.reply]
    return ModelPart(
        name=record.settings["model"],
        endpoint=record.settings["endpoint"],
        served_model=tuple(sorted({reply.served_model for reply in replies if reply.served_model})),
        system_fingerprint=tuple(sorted({r.system_fingerprint for r in replies if r.system_fingerprint})),
        revision=record.settings["revision"],
        settings=record.sent,
    )


def _task(plan: Plan) -> TaskPart:
    source = plan.task.dataset
    return TaskPart(
        name=plan.task.name,
        version=plan.task.version,
        protocol=plan.protocol.name,
        shots=plan.shots,
        reader=plan.reader.name,
        dataset=DatasetPart(
            path=source.path if source else f"{plan.task.name}.yaml",
            name=source.name if source else None,
            revision=source.revision if source else None,
            split=source.split if source else None,
            fingerprint=plan.fingerprint,
        ),
        questions=len(plan.questions),
        prompt_hash=plan.prompt_hash,
    )


def _counts(plan: Plan, entries: Sequence[Entry], graded: Sequence[Graded]) -> CountsPart:
    letters_of = {question.id: len(question.letters) for question in plan.questions}
    replies = [(entry.reply, letters_of[entry.id]) for entry in entries if entry.reply is not None]
    return CountsPart(
        **asdict(count(graded)),
        shots_dropped=sum(entry.shots_dropped > 0 for entry in entries),
        letters_missing=sum(
            reply.letter_logprobs is not None
            and not reply.letter_forced
            and len(reply.letter_logprobs) < letters
            for reply, letters in replies
        ),
        letters_forced=sum(reply.letter_forced for reply, _ in replies),
    )


def _other_readings(plan: Plan, entries: Sequence[Entry]) -> tuple[OtherReading, ...]:
    """The same replies by the protocol's other readers: what another harness would have quoted."""
    question_of = {question.id: question for question in plan.questions}
    readings = []
    for name in plan.protocol.readers:
        if name != plan.reader.name:
            again = [read_again(entry, question_of[entry.id], READERS[name]) for entry in entries]
            other = score(_graded(plan, again), "micro")
            readings.append(
                OtherReading(reader=name, accuracy=other.accuracy, stderr=other.stderr, ci95=other.ci95)
            )
    return tuple(readings)


def _usage(lines: Sequence[Entry]) -> UsagePart:
    """Of the whole run: of questions that failed and were asked again, every time counts."""
    tries = [tried for line in lines if (tried := line.reply or line.failure)]
    return UsagePart(
        **asdict(sum((tried.usage for tried in tries if tried.usage), Usage())),
        requests=sum(tried.attempts for tried in tries),
        retries=sum(tried.retries for tried in tries),
    )


def _is_counted(reply: Reply) -> bool:
    return reply.usage is not None and reply.usage.prompt_tokens > 0


def _cost(usage: UsagePart, prices: Pricing, *, uncounted: int, worked_s: float) -> CostPart:
    if isinstance(prices, str):
        return CostPart(usd=None, why=prices)
    if isinstance(prices, GpuHours):
        return CostPart(usd=prices.cost_usd(worked_s), prices=prices.model_dump())
    if usage.prompt_tokens == 0:
        return CostPart(usd=None, why="the endpoint counted no tokens")
    if uncounted:
        return CostPart(usd=None, why=f"the endpoint counted no tokens for {uncounted} replies")
    usd = prices.cost_usd(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
    return CostPart(usd=usd, prices=prices.model_dump())


def _latency(entries: Sequence[Entry], record: RunRecord) -> LatencyPart:
    seconds = sorted(entry.reply.latency_s for entry in entries if entry.reply)
    worked = max((record.worked_s, *(entry.elapsed_s for entry in entries)))
    return LatencyPart(
        p50=_percentile(seconds, 0.50),
        p90=_percentile(seconds, 0.90),
        p99=_percentile(seconds, 0.99),
        questions_per_second=len(entries) / worked if worked else None,
        elapsed_s=worked,
    )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of all values do not exceed."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else None


def _answers(journal: Path) -> AnswersPart:
    content = journal.read_bytes()
    return AnswersPart(
        file=journal.name, sha256=hashlib.sha256(content).hexdigest(), lines=content.count(b"\n")
    )


def _findings(model: ModelPart, counts: CountsPart, failures: Sequence[str]) -> list[str]:
    """What a reader of the score must know, as sentences."""
    unread = counts.unparsed + counts.refused + counts.truncated
    found = []
    if len(model.served_model) > 1:
        found.append(f"The served model changed during the run: {', '.join(model.served_model)}.")
    if len(model.system_fingerprint) > 1:
        found.append(
            f"The system fingerprint, by which the server names its build and configuration, changed during the run: "
            f"{', '.join(model.system_fingerprint)}."
        )
    if counts.questions and unread / counts.questions > _UNREAD_WARNING:
        found.append(
            f"{unread} of {counts.questions} replies have no letter ({counts.unparsed} unparsed, "
            f"{counts.refused} refused, {counts.truncated} truncated) and count as wrong: look at them in "
            "answers.jsonl; truncated ones want a larger --max-tokens."
        )
    if counts.failed:
        reasons = Counter(failures).most_common(_REASONS_SHOWN)
        told = "; ".join(f"{times} × {reason.rstrip('.')}" for reason, times in reasons)
        found.append(f"{counts.failed} requests failed and are no answers: {told}.")
    if counts.shots_dropped:
        found.append(f"{counts.shots_dropped} questions were asked with fewer examples, to fit the context.")
    if counts.letters_missing:
        found.append(f"{counts.letters_missing} replies lacked the logprob of some letter.")
    if counts.letters_forced:
        found.append(f"{counts.letters_forced} answers were forced, their rivals' logprobs are unknown.")
    return found
