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
from harness.terminal import ENDPOINT_DIED, INTERRUPTED, console_of_progress, finish_run

if TYPE_CHECKING:
    from rich.console import Console

    from harness.settings import RunSettings


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
    from harness.progress import progress_on
    from harness.runner import run as run_
    from harness.settings import RunSettings
    from harness.suite import tasks_of

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
    codes = [0]
    for name in tasks_of(task, tasks):
        one = replace(settings, task=name)
        if dry_run:
            _estimate(one, console, json)
        else:
            codes.append(finish_run(run_(one, progress_on(console)), console, json))
        if codes[-1] in (INTERRUPTED, ENDPOINT_DIED):  # neither will be better at the next task of a suite
            break
    if worst := max(codes):
        sys.exit(worst)


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
