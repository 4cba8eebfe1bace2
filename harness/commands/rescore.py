"""The command `rescore`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.errors import UsageError
from harness.gate_options import (
    EachPart,
    GitHub,
    JUnit,
    Markdown,
    MaxCostIncrease,
    MaxDrop,
    MaxLatencyIncrease,
    MaxUnparsed,
    MinAccuracy,
    RulesFile,
    TakeUndecided,
    outputs,
    refuse_mistyped_parts,
    typed_rules,
)
from harness.options import (
    ApiKeyEnv,
    BaseUrl,
    Concurrency,
    Data,
    Fresh,
    GpuHourUsd,
    Gpus,
    Host,
    LocalOnly,
    MaxCost,
    MaxTime,
    MaxWait,
    PricesFile,
    Results,
    Revision,
    Rpm,
    Timeout,
    Tpm,
    concurrency_in,
    path_in,
    seconds_in,
)
from harness.terminal import console_of_progress, finish_run, print_path

if TYPE_CHECKING:
    from harness.finished import Run
    from harness.gate_outputs import Outputs
    from harness.gate_rules import Given

_NOT_WITH_NOISE = (
    *("model", "early_stop", "seed", "expect_change"),
    *("max_drop", "each", "min_accuracy", "max_unparsed", "max_cost_increase", "max_latency_increase"),
    *("undecided", "rules", "junit", "markdown", "github"),
)


def rescore(
    context: typer.Context,
    baseline: Annotated[
        Path, typer.Argument(parser=path_in, metavar="BASELINE", help="A run's folder, or its score.json.")
    ],
    model: Annotated[
        str | None, typer.Option(help="The new model, as `run` takes it; with --noise the baseline's own.")
    ] = None,
    host: Host = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    revision: Revision = None,
    limit: Annotated[int | None, typer.Option(help="So many of the baseline's questions.")] = None,
    early_stop: Annotated[
        bool,
        typer.Option(
            "--early-stop", help="Stop as soon as worse, better, or not worse by --max-drop is shown."
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Of the random order that --early-stop asks in; else 0.")
    ] = None,
    expect_change: Annotated[
        bool,
        typer.Option("--expect-change", help="Refuse an endpoint that still gives the baseline's replies."),
    ] = False,
    noise: Annotated[
        bool,
        typer.Option("--noise", help="Ask the baseline's own model again, to see how many answers differ."),
    ] = False,
    max_drop: MaxDrop = None,
    each: EachPart = None,
    min_accuracy: MinAccuracy = None,
    max_unparsed: MaxUnparsed = None,
    max_cost_increase: MaxCostIncrease = None,
    max_latency_increase: MaxLatencyIncrease = None,
    undecided: TakeUndecided = None,
    rules: RulesFile = None,
    junit: JUnit = None,
    markdown: Markdown = None,
    github: GitHub = False,
    concurrency: Concurrency = "auto",
    rpm: Rpm = None,
    tpm: Tpm = None,
    results: Results = Path("results"),
    data: Data = None,
    timeout: Timeout = None,
    max_wait: MaxWait = 300.0,
    prices: PricesFile = None,
    gpu_hour_usd: GpuHourUsd = None,
    gpus: Gpus = None,
    max_cost: MaxCost = None,
    max_time: MaxTime = None,
    local_only: LocalOnly = False,
    fresh: Fresh = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the verdict's document instead of a path.")
    ] = False,
) -> None:
    """Ask another model a baseline's questions, and say whether it may take its place; exit codes are gate's.

    Example: harness rescore results/base --model llama3-70b --base-url http://127.0.0.1:8000/v1 --early-stop
    """
    choices: dict[str, Any] = {
        "model": model,
        "host": host,
        "base_url": base_url,
        "api_key_env": api_key_env,
        "revision": revision,
        "limit": limit,
        "concurrency": concurrency_in(concurrency),
        "rpm": rpm,
        "tpm": tpm,
        "results": results,
        "data": data,
        "timeout_s": timeout,
        "max_wait_s": max_wait,
        "prices": prices,
        "gpu_hour_usd": gpu_hour_usd,
        "gpus": gpus,
        "max_cost_usd": max_cost,
        "max_time_s": seconds_in(max_time),
        "local_only": local_only,
        "fresh": fresh,
    }
    if noise:
        _refuse_with_noise(context)
        sys.exit(_noise(baseline, choices, json=json))
    typed = typed_rules(
        max_drop=max_drop,
        each=each,
        min_accuracy=min_accuracy,
        max_unparsed=max_unparsed,
        max_cost_increase=max_cost_increase,
        max_latency_increase=max_latency_increase,
        undecided=undecided,
    )
    if seed is not None and not early_stop:
        raise UsageError("--seed orders the questions of --early-stop; give that too, or leave it out.")
    if model is None:
        raise UsageError("--model should name the model that is asked; --noise asks the baseline's own.")

    from harness.baseline import files_of_baseline
    from harness.early_gate import early_stop_of
    from harness.finished import load
    from harness.gate_rules import read_rules, rules_of
    from harness.gate_showing import tell_unfinished
    from harness.gating import refuse_unknown_parts
    from harness.noise import read_noise
    from harness.progress import progress_on
    from harness.rescoring import rescore as rescore_

    read = (
        *files_of_baseline(baseline),
        *(Path(one) for one in (model, prices) if one and Path(one).is_file()),
    )
    shown = outputs(json=json, junit=junit, markdown=markdown, github=github, rules=rules, read=read)
    refuse_mistyped_parts(typed, baseline)
    if early_stop:
        early_stop_of(rules_of(typed), seed or 0)
    shown.clear()  # what was typed is right: from here on no verdict but this one's shall be there
    given, base = read_rules(typed, rules), load(baseline)
    refuse_unknown_parts(given.rules, base.score)
    read_noise(base.path, base.score)  # a damaged one would be seen by the verdict, when all is paid for

    console = console_of_progress()
    run = rescore_(
        baseline,
        early_stop=early_stop_of(given.rules, seed or 0) if early_stop else None,
        expect_change=expect_change,
        observer=progress_on(console, with_interval=not early_stop),
        **choices,
    )
    if run.score.status in ("incomplete", "interrupted"):
        code = finish_run(run, console, json)
        tell_unfinished(run, shown)
        sys.exit(code)
    from harness.summary import print_summary

    print_summary(run.score, console)
    try:
        code = _judge(baseline, run, given, shown)
    finally:  # it was paid for: where there is no verdict, `harness gate` can give one
        if not json:
            print_path(run.path / "score.json")
    sys.exit(code)


def _judge(baseline: Path, run: "Run", given: "Given", shown: "Outputs") -> int:
    """The verdict, shown; gives the exit code."""
    from harness.comparison import compare
    from harness.early_gate import is_judged_early
    from harness.early_gate_showing import show_early_gate
    from harness.finished import load
    from harness.gate_showing import show_gate
    from harness.gating import gate

    base = load(baseline)
    if is_judged_early(run.score, given.rules):
        return show_early_gate(base, run, given.rules, shown)
    some = run.score.task.questions < base.score.task.questions
    comparison = compare(base, run, on_common_questions=some)
    return show_gate(gate(comparison, given.rules), comparison, given.source, shown)


def _refuse_with_noise(context: typer.Context) -> None:
    """What was typed and is for the verdict that a measurement of noise does not give; CI may set --github for all."""
    sources = {name: context.get_parameter_source(name) for name in _NOT_WITH_NOISE}
    typed = [
        f"--{name.replace('_', '-')}"
        for name, source in sources.items()
        if source and source.name == "COMMANDLINE"
    ]
    if typed:
        raise UsageError(
            f"--noise asks the baseline's own model again and gives no verdict: leave out {', '.join(typed)}."
        )


def _noise(baseline: Path, choices: dict[str, Any], *, json: bool) -> int:
    """Ask the baseline's model again, keep what differs beside the baseline, and give the exit code."""
    from harness.baseline import read_baseline
    from harness.noise import measure, write_noise
    from harness.progress import progress_on
    from harness.rescoring import again

    console = console_of_progress()
    progress = progress_on(console)
    run = again(baseline, observer=progress, **choices)
    try:
        if run.score.status not in ("incomplete", "interrupted"):
            held = read_baseline(baseline)
            found = measure(held, run)
            path = write_noise(held.run.path, found)
            progress.say(f"{found.sentence} Kept in {path}, for later verdicts over this baseline.")
    finally:  # it was paid for: where nothing can be kept, the same command takes its answers
        code = finish_run(run, console, json)
    return code
