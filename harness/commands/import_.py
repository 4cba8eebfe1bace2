"""The command `import`."""

from pathlib import Path
from typing import Annotated

import typer

from harness.options import Data, Json, Results, Tasks, path_in
from harness.terminal import console_of_progress, show_run


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            parser=path_in, metavar="RESULTS", help="lm-eval's results_….json, or the folder that holds it."
        ),
    ],
    task: Annotated[
        str | None,
        typer.Option("--task", help="The task whose questions were asked; lm-eval's own MMLU is known."),
    ] = None,
    data: Data = None,
    tasks: Tasks = None,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Make runs of what lm-evaluation-harness measured with --log_samples, to compare with.

    Example: harness import out --task sample
    """
    from harness.importing import import_results

    console = console_of_progress()
    done = import_results(
        path,
        task=task,
        data=data,
        tasks=tasks,
        results=results,
        say=lambda said: console.print(said, soft_wrap=True),
    )
    for run in done:
        show_run(run, console, json)
