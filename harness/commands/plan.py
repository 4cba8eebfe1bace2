"""The command `plan`."""

import sys
from functools import partial
from json import dumps as to_json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.errors import UsageError
from harness.options import (
    AsPublished,
    BaseUrl,
    Data,
    GpuHourUsd,
    Gpus,
    Host,
    MaxTokens,
    PricesFile,
    Protocol,
    Results,
    Shots,
    SkipBadRows,
    Subjects,
    TaskName,
    Tasks,
    names_in,
    path_in,
)
from harness.terminal import console_of_progress

if TYPE_CHECKING:
    from harness.estimate import Estimate
    from harness.plan import Plan
    from harness.sizing import Disagreement, Speed


def plan(
    task: TaskName,
    detect: Annotated[float, typer.Option(help="The difference in accuracy to be seen, in points.")] = 1.0,
    model: Annotated[
        str | None, typer.Option(help="Whose tokens, dollars and time are wanted, as for run.")
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            parser=path_in,
            help="With --new, an earlier pair of runs: how often such two disagree is taken from it.",
        ),
    ] = None,
    new: Annotated[Path | None, typer.Option(parser=path_in, help="See --base.")] = None,
    disagreement: Annotated[
        float | None,
        typer.Option(
            help="Per cent of the questions that one of the two has right and the other wrong; else several."
        ),
    ] = None,
    questions_per_second: Annotated[
        float | None, typer.Option(help="How fast the model answers; else as in an earlier run in --results.")
    ] = None,
    host: Host = None,
    base_url: BaseUrl = None,
    protocol: Protocol = None,
    shots: Shots = None,
    subjects: Subjects = None,
    results: Results = Path("results"),
    data: Data = None,
    tasks: Tasks = None,
    skip_bad_rows: SkipBadRows = False,
    as_published: AsPublished = False,
    max_tokens: MaxTokens = None,
    prices: PricesFile = None,
    gpu_hour_usd: GpuHourUsd = None,
    gpus: Gpus = None,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of a table.")] = False,
) -> None:
    """Say how many questions, tokens, dollars and minutes it takes to see a difference between two runs; asks nothing.

    Each question is taken to be asked once, without --repeats and those of --as-published.

    Example: harness plan --task mmlu --detect 1.0 --model gpt-4o-mini --disagreement 10
    """
    from harness.sizing import size
    from harness.sizing_table import print_sizing, sizing_document

    _check(detect, disagreement, questions_per_second, base, new)
    how: dict[str, Any] = {"protocol": protocol, "shots": shots, "as_published": as_published, "repeats": 1}
    where: dict[str, Any] = {"task": task, "tasks": tasks, "data": data, "skip_bad_rows": skip_bad_rows}
    of_model: dict[str, Any] = {
        "host": host,
        "base_url": base_url,
        "max_tokens": max_tokens,
        "prices": prices,
        "gpu_hour_usd": gpu_hour_usd,
        "gpus": gpus,
    }
    if model is None:
        _refuse_what_a_model_needs({**of_model, "questions_per_second": questions_per_second})
        made, estimate = _planned(where, how, names_in(subjects)), None
    else:
        made, estimate = _estimated(model, {**where, **how, **of_model, "subjects": names_in(subjects)})
    sizing = size(
        made.task.name,
        made.protocol.name,
        detect=detect / 100,
        available=len(made.questions),
        disagreement=_disagreement(base, new, disagreement, task=made.task.name, detect=detect / 100),
        estimate=estimate,
        speed=_speed(questions_per_second, results, made, estimate),
        notes=_notes(made, earlier_pair=base is not None),
    )
    if json:
        print(to_json(sizing_document(sizing), indent=2, ensure_ascii=False))
    else:
        print_sizing(sizing)


def _check(
    detect: float, disagreement: float | None, rate: float | None, base: Path | None, new: Path | None
) -> None:
    if not 0 < detect <= 100:
        raise UsageError(f"--detect {detect:g} should be points above 0, at most 100.")
    if disagreement is not None and not 0 < disagreement <= 100:
        raise UsageError(f"--disagreement {disagreement:g} should be per cent above 0, at most 100.")
    if rate is not None and not 0 < rate < float("inf"):
        raise UsageError(f"--questions-per-second {rate:g} should be above 0.")
    if (base is None) != (new is None):
        raise UsageError("--base and --new name two runs of an earlier pair: give both, or neither.")
    if base is not None and disagreement is not None:
        raise UsageError(
            "--disagreement and an earlier pair (--base, --new) say the same twice: leave one out."
        )


def _refuse_what_a_model_needs(given: dict[str, Any]) -> None:
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name.replace('_', '-')} is for a model: name it with --model.")


def _planned(where: dict[str, Any], how: dict[str, Any], subjects: tuple[str, ...]) -> "Plan":
    """All the task's questions, asked of nobody in particular."""
    from harness.dataset import load_questions
    from harness.plan import make_plan
    from harness.selection import Selection
    from harness.task import find_task, load_task

    say = partial(print, file=sys.stderr)
    found = load_task(find_task(where["task"], where["tasks"]), say)
    questions = load_questions(found, where["data"], say, skip_bad_rows=where["skip_bad_rows"])
    return make_plan(found, questions, selection=Selection(subjects=subjects), **how)


def _estimated(model: str, chosen: dict[str, Any]) -> "tuple[Plan, Estimate]":
    from harness.dry_running import plan_and_estimate
    from harness.progress import progress_on
    from harness.settings import RunSettings

    return plan_and_estimate(RunSettings(model=model, **chosen), progress_on(console_of_progress()))


def _disagreement(
    base: Path | None, new: Path | None, per_cent: float | None, *, task: str, detect: float
) -> "Disagreement":
    from harness.sizing import NOT_KNOWN, Disagreement
    from harness.speed import measured_disagreement

    if base is not None and new is not None:
        return measured_disagreement(base, new, task=task, detect=detect)
    if per_cent is not None:
        return Disagreement(
            (per_cent / 100,), f"They disagree on {per_cent:g} % of the questions, as you say."
        )
    return NOT_KNOWN


def _speed(rate: float | None, results: Path, made: "Plan", estimate: "Estimate | None") -> "Speed | None":
    from harness.sizing import Speed
    from harness.speed import measured_speed

    if estimate is None:
        return None
    return Speed(rate, "as you say") if rate else measured_speed(results, estimate.model, made)


def _notes(made: "Plan", *, earlier_pair: bool) -> tuple[str, ...]:
    clusters = [question.cluster for question in made.questions if question.cluster]
    if earlier_pair or len(set(clusters)) == len(clusters):
        return ()
    return (
        "Questions of this task share passages: it takes more of them than this, how many more --base and --new tell.",
    )
