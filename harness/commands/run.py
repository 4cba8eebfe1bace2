"""The command `run`."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.options import (
    ApiKeyEnv,
    AsPublished,
    BaseUrl,
    Concurrency,
    Data,
    DatasetRevision,
    DryRun,
    Fresh,
    GpuHourUsd,
    Gpus,
    Host,
    Json,
    Limit,
    LocalOnly,
    MaxCost,
    MaxTime,
    MaxTokens,
    MaxWait,
    ModelName,
    PricesFile,
    Protocol,
    Reader,
    Repeats,
    Results,
    Revision,
    Rpm,
    SampleName,
    Seed,
    Shots,
    SkipBadRows,
    Subjects,
    TaskName,
    Tasks,
    Temperature,
    Timeout,
    Tpm,
    concurrency_in,
    names_in,
    seconds_in,
)
from harness.selection import Sample
from harness.terminal import ENDPOINT_DIED, INTERRUPTED, console_of_progress, exit_code, finish_run, put_out

if TYPE_CHECKING:
    from rich.console import Console

    from harness.finished import Run
    from harness.settings import RunSettings
    from harness.suite import Member, Suite


def run(
    model: ModelName,
    task: TaskName,
    host: Host = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    protocol: Protocol = None,
    shots: Shots = None,
    reader: Reader = None,
    limit: Limit = None,
    sample: SampleName = Sample.FIRST,
    seed: Seed = None,
    subjects: Subjects = None,
    concurrency: Concurrency = "auto",
    rpm: Rpm = None,
    tpm: Tpm = None,
    results: Results = Path("results"),
    revision: Revision = None,
    data: Data = None,
    tasks: Tasks = None,
    dataset_revision: DatasetRevision = None,
    skip_bad_rows: SkipBadRows = False,
    as_published: AsPublished = False,
    repeats: Repeats = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    timeout: Timeout = None,
    max_wait: MaxWait = 300.0,
    prices: PricesFile = None,
    gpu_hour_usd: GpuHourUsd = None,
    gpus: Gpus = None,
    max_cost: MaxCost = None,
    max_time: MaxTime = None,
    local_only: LocalOnly = False,
    fresh: Fresh = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Ask a model a task's questions, and write a score file.

    Example: harness run --model llama3-70b --task mmlu --base-url http://127.0.0.1:8000/v1
    """
    from harness.settings import RunSettings
    from harness.suite import find_suite

    console = console_of_progress()
    settings = RunSettings(
        model=model,
        task=task,
        host=host,
        base_url=base_url,
        api_key_env=api_key_env,
        protocol=protocol,
        shots=shots,
        reader=reader,
        limit=limit,
        sample=sample,
        seed=seed,
        subjects=names_in(subjects),
        concurrency=concurrency_in(concurrency),
        rpm=rpm,
        tpm=tpm,
        results=results,
        revision=revision,
        data=data,
        tasks=tasks,
        dataset_revision=dataset_revision,
        skip_bad_rows=skip_bad_rows,
        as_published=as_published,
        repeats=repeats,
        temperature=temperature,
        max_tokens=max_tokens,
        timeout_s=timeout,
        max_wait_s=max_wait,
        prices=prices,
        gpu_hour_usd=gpu_hour_usd,
        gpus=gpus,
        max_cost_usd=max_cost,
        max_time_s=seconds_in(max_time),
        local_only=local_only,
        fresh=fresh,
    )
    suite = find_suite(task, tasks)
    if dry_run:
        for one in (settings,) if suite is None else (_as_member(settings, member) for member in suite.tasks):
            _estimate(one, console, json)
        return
    code = _run_task(settings, console, json) if suite is None else _run_suite(suite, settings, console, json)
    if code:
        sys.exit(code)


def _run_task(settings: "RunSettings", console: "Console", json: bool) -> int:
    from harness.progress import progress_on
    from harness.runner import run as run_

    return finish_run(run_(settings, progress_on(console)), console, json)


def _run_suite(suite: "Suite", settings: "RunSettings", console: "Console", json: bool) -> int:
    """Each task in turn; gives the worst of their exit codes. As JSON it is one document, not one for each task."""
    from harness.progress import progress_on
    from harness.runner import run as run_
    from harness.suite_scores import suite_document, suite_score
    from harness.suite_table import print_suite
    from harness.summary import print_summary

    codes, runs = list[int](), list[tuple["Member", "Run"]]()
    for member in suite.tasks:
        done = run_(_as_member(settings, member), progress_on(console))
        runs.append((member, done))
        if json:
            print_summary(done.score, console)
            codes.append(exit_code(done))
        else:
            codes.append(finish_run(done, console, json))
        if codes[-1] in (INTERRUPTED, ENDPOINT_DIED):  # neither will be better at the next task
            break
    score = suite_score(suite, settings.model, runs)
    print_suite(score, console)
    if json:
        put_out(suite_document(score).encode(), settings.results)
    return max(codes)


def _as_member(settings: "RunSettings", member: "Member") -> "RunSettings":
    """The settings for one task of a suite; what the user chose goes before, and a protocol before all of it."""
    theirs = settings.protocol is None
    return replace(
        settings,
        task=member.task,
        protocol=member.protocol if theirs else settings.protocol,
        shots=member.shots if theirs and settings.shots is None else settings.shots,
        reader=member.reader if theirs and settings.reader is None else settings.reader,
    )


def _estimate(settings: "RunSettings", console: "Console", json: bool) -> None:
    """What the run would take, on standard output."""
    from harness.dry_running import dry_run
    from harness.progress import progress_on
    from harness.showing import estimate_document, print_estimate

    made = dry_run(settings, progress_on(console))
    if json:
        print(estimate_document(made))
    else:
        print_estimate(made)
