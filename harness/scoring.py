"""Scoring: a plan and the journal of a run's folder, made into a score file.

Offline and repeatable: whatever asked the questions, now or last year, the same replies give the same
task, comparison_key, score, groups, subjects and counts.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, stdev

from harness import about
from harness.answers import Outcome
from harness.clustered_stats import FEW
from harness.counted import counted
from harness.evidence import Answered, Evidence, gather
from harness.journal import read_extent, read_lines
from harness.plan import Plan
from harness.prices import GpuHours, Pricing
from harness.prompts import Generate
from harness.readers.best import BEST
from harness.run_folder import RunFolder, RunRecord, read_record
from harness.score_file import (
    AnswersPart,
    CostPart,
    CountsPart,
    DatasetPart,
    EarlyStopPart,
    LatencyPart,
    ModelPart,
    OtherReading,
    RightSharePart,
    RunPart,
    SamplePart,
    ScoreFile,
    Status,
    TaskPart,
    UsagePart,
    group_parts,
    named_parts,
    score_part,
)
from harness.scores import Graded, by_group, by_subject, count, score
from harness.selection import Sample, Selection
from harness.stopped_scores import looked_at, stopped
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
    early_stop: EarlyStopPart | None = None,
) -> ScoreFile:
    """Score what a run's journal holds.

    Args:
        plan: what was asked.
        folder: the run.
        prices: of tokens or of the time, or why there are none.
        stopped_by: why the run ended before its last question.
        stop_kind: who stopped it.
        early_stop: the test that ended it, or was to; where it did, what it looked at is what counts.
    """
    everything = gather(read_lines(folder.answers), plan)
    evidence = _counted(everything, plan, early_stop) if stop_kind is StopKind.VERDICT else everything
    answered = evidence.answered
    others = _other_readings(plan, evidence)  # first: so that two sets of grades are not held at once
    graded = _graded(plan, {id_: one.outcome for id_, one in answered.items()})
    counts = _counts(graded, answered.values())
    usage = _usage(evidence)
    failures = [one.failure for one in answered.values() if one.failure]
    scored = score(graded, plan.protocol.average)
    record = read_record(folder.path)  # with what its sessions learned
    model = _model(record, answered.values())
    worked_s = max(record.worked_s, evidence.worked_s)
    made = ScoreFile(
        status=_status(plan, counts, stopped_by, stop_kind),
        run=_run(record, stopped_by, stop_kind),
        model=model,
        task=_task(plan),
        comparison_key=plan.comparison_key,
        score=score_part(scored, others, _right_share(answered.values()), guesses=plan.protocol.guesses),
        groups=group_parts(by_group(graded, plan.task.groups), plan.task.groups),
        subjects=named_parts(by_subject(graded)),
        counts=counts,
        usage=usage,
        cost=_cost(usage, prices, uncounted=evidence.uncounted, worked_s=worked_s),
        latency=_latency(everything.answered.values(), worked_s),
        answers=_answers(folder.answers),
        warnings=(
            *record.warnings,
            *plan.notes,
            *_findings(plan, model, counts, failures),
            *_of_few_clusters(scored.clusters),
        ),
        early_stop=early_stop,
    )
    return stopped(made, sent=len(everything.answered))


def _counted(evidence: Evidence, plan: Plan, early_stop: EarlyStopPart | None) -> Evidence:
    """The evidence of the questions that the test looked at; tokens and requests are everything's."""
    if early_stop is None:
        return evidence
    ids = looked_at(early_stop, (question.id for question in plan.questions))
    return replace(evidence, answered={id_: one for id_, one in evidence.answered.items() if id_ in ids})


def _graded(plan: Plan, outcomes: Mapping[str, Outcome]) -> tuple[Graded, ...]:
    return tuple(
        Graded(
            question.id,
            question.subject,
            len(question.choices) / len(question.gold),
            outcomes[question.id],
            question.cluster,
        )
        for question in plan.questions
        if question.id in outcomes
    )


def _status(plan: Plan, counts: CountsPart, stopped_by: str | None, stop_kind: StopKind | None) -> Status:
    if stop_kind is StopKind.GAP:
        return "incomplete"
    if stop_kind is StopKind.VERDICT:
        return "complete" if counts.questions == plan.available else "partial"
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
        git_branch=about.git_branch(),
        packages=about.packages(),
        stopped_by=stopped_by,
        stop_kind=stop_kind,
        regraded_from=record.regraded_from,
        imported_from=record.imported_from,
    )


def _model(record: RunRecord, answered: Iterable[Answered]) -> ModelPart:
    served = {(one.served_model, one.system_fingerprint) for one in answered}
    return ModelPart(
        name=record.settings["model"],
        endpoint=record.settings["endpoint"],
        served_model=tuple(sorted({name for name, _ in served if name})),
        system_fingerprint=tuple(sorted({fingerprint for _, fingerprint in served if fingerprint})),
        revision=record.settings["revision"],
        settings=record.sent,
    )


def _task(plan: Plan) -> TaskPart:
    source = plan.task.dataset
    return TaskPart(
        name=plan.task.name,
        version=plan.task.version,
        protocol=plan.protocol.name,
        as_published=plan.as_published,
        shots=plan.shots,
        repeats=plan.repeats,
        reader=plan.reader.name,
        dataset=DatasetPart(
            path=source.called if source else f"{plan.task.name}.yaml",
            name=source.name if source else None,
            revision=plan.revision,
            split=source.split if source else None,
            fingerprint=plan.fingerprint,
            choices_order=plan.task.columns.choices_order if plan.task.columns else None,
        ),
        questions=len(plan.questions),
        sample=_sample(plan.selection),
        prompt_hash=plan.prompt_hash,
    )


def _sample(selection: Selection) -> SamplePart | None:
    if selection.limit is None:
        return None
    drawn = selection.sample is Sample.STRATIFIED
    return SamplePart(
        limit=selection.limit, by=selection.sample, seed=(selection.seed or 0) if drawn else None
    )


def _counts(graded: Sequence[Graded], answered: Collection[Answered]) -> CountsPart:
    return CountsPart(
        **asdict(count(graded)),
        shots_dropped=sum(one.shots_dropped for one in answered),
        letters_missing=sum(one.letters_missing for one in answered),
        letters_forced=sum(one.letters_forced for one in answered),
        too_long=sum(one.too_long for one in answered),
    )


def _other_readings(plan: Plan, evidence: Evidence) -> tuple[OtherReading, ...]:
    """The same replies by the protocol's other readers: what another harness would have quoted."""
    readings = []
    for place, name in enumerate(evidence.other_readers):
        outcomes = {id_: one.by_others[place] for id_, one in evidence.answered.items()}
        other = score(_graded(plan, outcomes), "micro")
        readings.append(
            OtherReading(
                reader=name,
                accuracy=other.accuracy,
                stderr=other.stderr,
                ci95=other.ci95,
                expected_with_guessing=other.expected_with_guessing if plan.protocol.guesses else None,
            )
        )
    return tuple(readings)


def _right_share(answered: Iterable[Answered]) -> RightSharePart | None:
    """As lm-eval has it: the mean, and the standard error of a mean."""
    shares = [one.right_share for one in answered if one.right_share is not None]
    if not shares:
        return None
    stderr = stdev(shares) / math.sqrt(len(shares)) if len(shares) > 1 else None
    return RightSharePart(mean=fmean(shares), stderr=stderr, questions=len(shares))


def _usage(evidence: Evidence) -> UsagePart:
    return UsagePart(**asdict(evidence.usage), requests=evidence.requests, retries=evidence.retries)


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


def _latency(answered: Collection[Answered], worked: float) -> LatencyPart:
    seconds = sorted(one.latency_s for one in answered if one.latency_s is not None)
    return LatencyPart(
        p50=_percentile(seconds, 0.50),
        p90=_percentile(seconds, 0.90),
        p99=_percentile(seconds, 0.99),
        questions_per_second=len(answered) / worked if worked else None,
        elapsed_s=worked,
    )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of all values do not exceed."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else None


def _answers(journal: Path) -> AnswersPart:
    extent = read_extent(journal)
    return AnswersPart(file=journal.name, sha256=extent.sha256, lines=extent.lines)


def _findings(plan: Plan, model: ModelPart, counts: CountsPart, failures: Sequence[str]) -> list[str]:
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
            f"{counts.refused} refused, {counts.truncated} truncated) and count as wrong: {_way_out(plan, counts)}."
        )
    if counts.failed:
        reasons = Counter(failures).most_common(_REASONS_SHOWN)
        told = "; ".join(f"{times} × {reason.rstrip('.')}" for reason, times in reasons)
        failed = counted(
            counts.failed, "request failed and is no answer", "requests failed and are no answers"
        )
        found.append(f"{failed}: {told}.")
    if counts.shots_dropped:
        asked = counted(counts.shots_dropped, "question was", "questions were")
        found.append(f"{asked} asked with fewer examples, to fit the context.")
    if counts.letters_missing:
        lacking = counted(counts.letters_missing, "reply", "replies")
        found.append(f"{lacking} lacked the logprob of some letter.")
    if counts.letters_forced:
        forced = counted(counts.letters_forced, "answer was forced, its", "answers were forced, their")
        found.append(f"{forced} rivals' logprobs are unknown.")
    return found


def _of_few_clusters(clusters: int | None) -> Iterator[str]:
    if clusters == 1:
        yield "All questions are in one cluster, so nothing can be said of the standard error."
    elif clusters is not None and clusters < FEW:
        yield (
            f"The questions come in {clusters} clusters only: with fewer than {FEW}, standard errors are too small and "
            "intervals too narrow."
        )


def _way_out(plan: Plan, counts: CountsPart) -> str:
    """What to do about replies without a letter."""
    ways = ["look at them in answers.jsonl"]
    if plan.protocol.wants is Generate and plan.reader is not BEST:
        ways.append(
            f"`harness regrade RUN --reader {BEST.name}` reads more forms of answer than {plan.reader.name}"
        )
    if counts.truncated:
        ways.append(_more_room(plan))
    return "; ".join(ways)


def _more_room(plan: Plan) -> str:
    """What to do about replies that were cut off."""
    if plan.protocol.brief:
        return (
            f"truncated ones did not begin with the letter, for which alone {plan.protocol.name} leaves room, as its "
            "source does: ask such a model by another protocol"
        )
    return "truncated ones want a larger --max-tokens"
