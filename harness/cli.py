"""The command line: a thin reader of arguments on top of the library.

Nothing heavy is imported before a command runs, so that `harness --help` is instant.
"""

import io
import os
import sys
import traceback
from dataclasses import replace
from functools import partial
from json import dumps as to_json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from harness.errors import EndpointError, HarnessError, UsageError
from harness.options import (
    ApiKeyEnv,
    AsPublished,
    BaseUrl,
    Data,
    Host,
    Json,
    Limit,
    ModelName,
    Protocol,
    Reader,
    Shots,
    SkipBadRows,
    Subjects,
    TaskName,
    Tasks,
    concurrency_in,
    names_in,
    seconds_in,
)
from harness.terminal import (
    ENDPOINT_DIED,
    INCOMPLETE,
    INTERRUPTED,
    console_of_progress,
    drop_standard_output,
    finish_run,
    show_run,
)

if TYPE_CHECKING:
    from rich.console import Console

    from harness.settings import RunSettings

_DEBUG = "--debug"


class _Commands(TyperGroup):
    """All commands; what they raise is printed as one sentence, and decides the exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except HarnessError as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            print(f"Error: {error}", file=sys.stderr)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            asking = ctx.invoked_subcommand == "run"
            kept = "; no score was written. Replies that came are kept, and the same command goes on"
            print(f"Interrupted{kept if asking else ''}.", file=sys.stderr)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # whoever read has enough
            drop_standard_output()


app = typer.Typer(
    name="harness",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """The command `harness`; ends the process with the exit code. `--debug` may stand anywhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal lacks is no reason to end
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:]
    app([_DEBUG, *(word for word in words if word != _DEBUG)] if _DEBUG in words else words)


@app.callback()
def _all(
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show the traceback of an error.")] = False,
) -> None:
    """Score language models on multiple-choice benchmarks, with numbers that can be trusted and compared.

    Example: python -m harness run --model smollm2-135m --task sample
    """


@app.command()
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
    subjects: Subjects = None,
    concurrency: Annotated[str, typer.Option(help="Requests at once: auto, or a number.")] = "auto",
    rpm: Annotated[
        float | None, typer.Option(help="Requests a minute; else as many as are not rejected.")
    ] = None,
    tpm: Annotated[float | None, typer.Option(help="Tokens a minute, prompts and replies together.")] = None,
    results: Annotated[Path, typer.Option(help="Folder that runs are written into.")] = Path("results"),
    revision: Annotated[str | None, typer.Option(help="What the weights are, for the score file.")] = None,
    data: Data = None,
    tasks: Tasks = None,
    dataset_revision: Annotated[
        str | None, typer.Option(help="Commit of the dataset on the hub, instead of the task file's.")
    ] = None,
    skip_bad_rows: SkipBadRows = False,
    as_published: AsPublished = False,
    temperature: Annotated[
        float | None, typer.Option(help="Of generated text; else 0, or as published.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longest reply; else the protocol's limit.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one request may take.")] = 600.0,
    max_wait: Annotated[float, typer.Option(help="Seconds to try a request again after it failed.")] = 300.0,
    prices: Annotated[
        Path | None, typer.Option(help="YAML or JSON file of prices: model to {input, output, as_of}.")
    ] = None,
    gpu_hour_usd: Annotated[
        float | None, typer.Option(help="Dollars an hour for one GPU, where the server is paid so.")
    ] = None,
    gpus: Annotated[int | None, typer.Option(help="How many GPUs are paid for; 1 unless given.")] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="Stop before the whole run costs more dollars than this.")
    ] = None,
    max_time: Annotated[
        str | None, typer.Option(help="Stop when the run has asked so long: seconds, or 90s, 45m, 2h.")
    ] = None,
    local_only: Annotated[
        bool, typer.Option("--local-only", help="Refuse endpoints beyond this machine and private networks.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of going on.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate tokens and cost; send nothing, write nothing.")
    ] = False,
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


@app.command()
def regrade(
    path: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder, or its score.json.")],
    reader: Reader = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Read a run's replies again, asking no model, write a new run beside it, and say which answers changed.

    Example: harness regrade results/smollm2-135m/sample/RUN-ID --reader choices-per-char
    """
    from harness.regrading import differences
    from harness.regrading import regrade as regrade_
    from harness.summary import print_differences

    done = regrade_(path, reader=reader, data=data)
    console = console_of_progress()
    print_differences(differences(path, done), done.score, console)
    show_run(done, console, json)
    if done.score.status in ("incomplete", "interrupted"):
        sys.exit(INCOMPLETE)


@app.command()
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
    subjects: Subjects = None,
    as_published: AsPublished = False,
    data: Data = None,
    tasks: Tasks = None,
    skip_bad_rows: SkipBadRows = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="All prompts, a JSON line each.")] = False,
) -> None:
    """Show the exact prompts; asks nothing. Without --jsonl, the first one.

    Example: harness prompts --task sample --protocol hendrycks --jsonl
    """
    from harness.dataset import load_questions
    from harness.plan import make_plan
    from harness.showing import print_estimate, print_prompts, prompt_lines
    from harness.task import find_task, load_task

    estimate = None
    chosen: dict[str, Any] = {
        "protocol": protocol,
        "shots": shots,
        "limit": limit,
        "subjects": names_in(subjects),
        "as_published": as_published,
    }
    if model is None:
        say = partial(print, file=sys.stderr)
        found = load_task(find_task(task, tasks), say)
        plan = make_plan(found, load_questions(found, data, say, skip_bad_rows=skip_bad_rows), **chosen)
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
            skip_bad_rows=skip_bad_rows,
            **chosen,
        )
        plan, estimate = plan_and_estimate(settings, progress_on(console_of_progress()))
    if jsonl:
        for line in prompt_lines(plan):
            sys.stdout.buffer.write(line)
    else:
        print_prompts(plan, limit or 1)
    if estimate:
        print_estimate(estimate, sys.stderr if jsonl else sys.stdout)


@app.command()
def tasks(
    name: Annotated[str | None, typer.Argument(help="One task in detail; or: new.")] = None,
    table: Annotated[
        Path | None, typer.Argument(help="After new: a CSV, JSON or Parquet file to write a task file for.")
    ] = None,
    tasks: Tasks = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Print the task as one YAML file, with all that it inherits.")
    ] = False,
) -> None:
    """List the tasks, show one, or write a task file for a table of questions.

    Example: harness tasks mmlu
    """
    from harness import showing
    from harness.suite import read_suite
    from harness.task import find_task, read_task, task_files

    if name == "new" and table is not None:
        from harness.table_task import write_task_file

        target, made = write_task_file(table)
        print(made.said, *([f"Look at this first: {made.doubt}."] if made.doubt else []), file=sys.stderr)
        print(target)
    elif table is not None:
        raise UsageError(f"only new takes a file: harness tasks new {table}.")
    elif name is None:
        files = task_files(tasks).values()
        suites = [suite for path in files if (suite := read_suite(path))]
        of_suites = {suite.name for suite in suites}
        showing.print_tasks([read_task(path) for path in files if path.stem not in of_suites], suites)
    elif resolved:
        print(showing.resolved(read_task(find_task(name, tasks))), end="")
    else:
        showing.print_task(read_task(find_task(name, tasks)))


@app.command()
def lint(
    task: Annotated[str, typer.Argument(help="A task's name, a task file, or a table of questions.")],
    data: Data = None,
    tasks: Tasks = None,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of a table.")] = False,
) -> None:
    """Look for what is odd about a task's questions: repeats, rows that do not fit, letters out of balance.

    Example: harness lint mmlu
    """
    from harness.dataset import load_questions
    from harness.lint import lint as lint_
    from harness.showing import findings_document, print_findings
    from harness.task import find_task, load_task

    say = partial(print, file=sys.stderr)
    held = load_questions(load_task(find_task(task, tasks), say), data, say, skip_bad_rows=True)
    if json:
        print(findings_document(lint_(held), len(held.questions)))
    else:
        print_findings(lint_(held), len(held.questions))


@app.command()
def models(name: Annotated[str | None, typer.Argument(help="One model in detail.")] = None) -> None:
    """List the models and hosts that are known by name, or show where one model can be had, and what it cannot do.

    Example: harness models llama3-70b
    """
    from harness.places import find_entry
    from harness.profiles import load_catalog
    from harness.showing import print_model, print_models

    catalog = load_catalog(os.environ)
    if name is None:
        print_models(catalog)
    else:
        print_model(*find_entry(name, catalog), catalog)


@app.command()
def check(
    model: ModelName,
    host: Host = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    timeout: Annotated[float, typer.Option(help="Seconds that all requests together may take.")] = 7.5,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of tables.")] = False,
) -> None:
    """See by a dozen short requests what an endpoint can do, and which protocols will work there.

    Example: harness check --model llama3-70b --base-url http://127.0.0.1:8000/v1
    """
    from harness.check_table import print_check
    from harness.checking import check as check_
    from harness.progress import progress_on

    done = check_(
        model,
        host=host,
        base_url=base_url,
        api_key_env=api_key_env,
        timeout_s=timeout,
        observer=progress_on(console_of_progress()),
    )
    if json:
        print(to_json(done.document(), indent=2, ensure_ascii=False))
    elif done.findings.refusal is None:
        print_check(done)
    if done.trouble is not None:
        raise EndpointError(done.trouble)


@app.command()
def validate(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A score.json, or a run's folder.")],
) -> None:
    """Check a score file against its schema, its own sums, and the answers beside it.

    Example: harness validate results/smollm2-135m/sample/RUN-ID/score.json
    """
    from harness.validation import validate as validate_

    print(f"{validate_(path)} is a valid score file.")


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
