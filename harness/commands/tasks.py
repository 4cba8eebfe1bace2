"""The command `tasks`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.options import Tasks


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
