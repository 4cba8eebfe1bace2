"""The command `prompts`."""

import sys
from functools import partial
from typing import Annotated, Any

import typer

from harness.options import (
    AsPublished,
    BaseUrl,
    Data,
    DatasetRevision,
    Host,
    Limit,
    Protocol,
    SampleName,
    Seed,
    Shots,
    SkipBadRows,
    Subjects,
    TaskName,
    Tasks,
    names_in,
)
from harness.selection import Sample, Selection
from harness.terminal import console_of_progress


def prompts(
    task: TaskName,
    model: Annotated[
        str | None, typer.Option(help="As this model is asked, with an estimate of tokens and cost below.")
    ] = None,
    host: Host = None,
    base_url: BaseUrl = None,
    protocol: Protocol = None,
    shots: Shots = None,
    limit: Limit = None,
    sample: SampleName = Sample.FIRST,
    seed: Seed = None,
    subjects: Subjects = None,
    as_published: AsPublished = False,
    data: Data = None,
    tasks: Tasks = None,
    dataset_revision: DatasetRevision = None,
    skip_bad_rows: SkipBadRows = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="All prompts, a JSON line each.")] = False,
) -> None:
    """Show the exact prompts; asks nothing. Without --jsonl, the first one.

    Example: harness prompts --task sample --protocol hendrycks --jsonl
    """
    from harness.dataset import load_at
    from harness.plan import make_plan
    from harness.showing import print_estimate, print_prompts, prompt_lines
    from harness.task import find_task, load_task

    estimate = None
    how: dict[str, Any] = {"protocol": protocol, "shots": shots, "as_published": as_published}
    which: dict[str, Any] = {"limit": limit, "subjects": names_in(subjects), "sample": sample, "seed": seed}
    if model is None:
        say = partial(print, file=sys.stderr)
        found = load_task(find_task(task, tasks), say)
        found, questions = load_at(dataset_revision, found, data, say, skip_bad_rows=skip_bad_rows)
        plan = make_plan(found, questions, selection=Selection(**which), **how)
    else:
        from harness.dry_running import plan_and_estimate
        from harness.progress import progress_on
        from harness.settings import RunSettings

        settings = RunSettings(
            model=model,
            host=host,
            base_url=base_url,
            task=task,
            tasks=tasks,
            data=data,
            dataset_revision=dataset_revision,
            skip_bad_rows=skip_bad_rows,
            **which,
            **how,
        )
        plan, estimate = plan_and_estimate(settings, progress_on(console_of_progress()))
    if jsonl:
        for line in prompt_lines(plan):
            sys.stdout.buffer.write(line)
    else:
        print_prompts(plan, limit or 1)
    if estimate:
        print_estimate(estimate, sys.stderr if jsonl else sys.stdout)
