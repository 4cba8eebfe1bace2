"""The command `regrade`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.options import Data, Json, Reader, path_in
from harness.terminal import INCOMPLETE, console_of_progress, show_run


def regrade(
    path: Annotated[
        Path, typer.Argument(parser=path_in, metavar="RUN", help="A run's folder, or its score.json.")
    ],
    reader: Reader = None,
    data: Data = None,
    listed: Annotated[
        int,
        typer.Option("--differences", min=0, metavar="N", help="List so many of the answers that changed."),
    ] = 10,
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
    print_differences(differences(path, done), done.score, console, listed)
    show_run(done, console, json)
    if done.score.status in ("incomplete", "interrupted"):
        sys.exit(INCOMPLETE)
