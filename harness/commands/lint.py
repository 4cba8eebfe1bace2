"""The command `lint`."""

import sys
from functools import partial
from typing import Annotated

import typer

from harness.options import Data, DatasetRevision, Tasks


def lint(
    task: Annotated[str, typer.Argument(help="A task's name, a task file, or a table of questions.")],
    data: Data = None,
    tasks: Tasks = None,
    dataset_revision: DatasetRevision = None,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of a table.")] = False,
) -> None:
    """Look for what is odd about a task's questions: repeats, rows that do not fit, letters out of balance.

    Example: harness lint mmlu
    """
    from harness.dataset import load_at
    from harness.lint import lint as lint_
    from harness.showing import findings_document, print_findings
    from harness.task import find_task, load_task

    say = partial(print, file=sys.stderr)
    found = load_task(find_task(task, tasks), say)
    _, held = load_at(dataset_revision, found, data, say, skip_bad_rows=True)
    if json:
        print(findings_document(lint_(held), len(held.questions)))
    else:
        print_findings(lint_(held), len(held.questions))
