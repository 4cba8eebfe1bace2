"""The command `history`."""

import sys
from json import dumps as to_json
from pathlib import Path
from typing import Annotated

import typer

from harness.options import path_in


def history(
    folder: Annotated[
        Path, typer.Argument(parser=path_in, metavar="DIR", help="Folder that runs were written into.")
    ] = Path("results"),
    model: Annotated[str | None, typer.Option(help="Of this model only, by its name at the run.")] = None,
    task: Annotated[str | None, typer.Option(help="On this task only.")] = None,
    revision: Annotated[
        str | None, typer.Option(help="Of weights whose revision is this, or begins with it.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="Made on this branch of the working folder's repository.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of tables.")] = False,
) -> None:
    """Show each model's scores over time, what keeps one from being compared with the last, and published figures.

    Example: harness history results --task mmlu
    """
    from harness.history import Wanted, history_document, read_history
    from harness.history_table import print_history

    found = read_history(folder, Wanted(model, task, revision, branch))
    if json:
        print(to_json(history_document(found), indent=2, ensure_ascii=False))
    else:
        print_history(found)
    for sentence in found.skipped:
        print(f"Skipped: {sentence}", file=sys.stderr)
