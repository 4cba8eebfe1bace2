"""The command `tasks`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.options import Tasks, path_in


def tasks(
    name: Annotated[str | None, typer.Argument(help="One task or suite in detail; or: new.")] = None,
    table: Annotated[
        Path | None,
        typer.Argument(
            parser=path_in, help="After new: a CSV, JSON or Parquet file to write a task file for."
        ),
    ] = None,
    tasks: Tasks = None,
    resolved: Annotated[
        bool,
        typer.Option(
            "--resolved", help="Print the task or suite as one YAML file, with all that it inherits."
        ),
    ] = False,
) -> None:
    """List the tasks, show one or a suite of them, or write a task file for a table of questions.

    Example: harness tasks mmlu
    """
    from harness.task import task_files

    if name == "new" and (table is not None or name not in task_files(tasks)):
        _write_task_file(table)
    elif table is not None:
        raise UsageError(f"only new takes a file: harness tasks new {table}.")
    elif name is not None and resolved:
        _print_resolved(name, tasks)
    elif name is not None:
        _show(name, tasks)
    elif resolved:
        raise UsageError("--resolved is for one task: harness tasks mmlu --resolved.")
    else:
        _list_all(tasks)


def _write_task_file(table: Path | None) -> None:
    from harness.table_task import write_task_file

    if table is None:
        raise UsageError("new takes a table of questions: harness tasks new my_questions.csv.")
    target, made = write_task_file(table)
    print(made.said, *([f"Look at this first: {made.doubt}."] if made.doubt else []), file=sys.stderr)
    print(target)


def _print_resolved(name: str, own: Path | None) -> None:
    from harness.showing import resolved
    from harness.suite import read_suite
    from harness.task import find_task, read_task

    path = find_task(name, own)
    print(resolved(read_suite(path) or read_task(path)), end="")


def _show(name: str, own: Path | None) -> None:
    from harness.showing import print_suite_of, print_task
    from harness.suite import find_suite
    from harness.task import find_task, read_task

    suite = find_suite(name, own)
    if suite is None:
        print_task(read_task(find_task(name, own)))
    else:
        print_suite_of([read_task(find_task(task, own)) for task in suite.names], suite)


def _list_all(own: Path | None) -> None:
    from harness.showing import print_tasks
    from harness.suite import read_suite
    from harness.task import read_task, task_files

    files = task_files(own).values()
    suites = {path: suite for path in files if (suite := read_suite(path))}
    print_tasks([read_task(path) for path in files if path not in suites], suites.values())
