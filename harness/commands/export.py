"""The command `export`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.options import Data, path_in


def export(
    path: Annotated[
        Path, typer.Argument(parser=path_in, metavar="RUN", help="A run's folder, or its score.json.")
    ],
    format: Annotated[str, typer.Option("--format", help="lm-eval, model-index, csv, parquet or markdown.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            parser=path_in,
            help="File to write; of lm-eval a folder, and then with samples. Else printed.",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Give a run's score or answers in the format of another tool.

    Example: harness export results/smollm2-135m/sample/RUN-ID --format csv
    """
    from harness.exporting import export as export_
    from harness.exporting import export_to, is_text

    if out is not None:
        print(export_to(path, format, out, data=data))
        return
    if not is_text(format):
        raise UsageError(f"--format {format} is no text: name a file with --out.")
    sys.stdout.flush()
    sys.stdout.buffer.write(export_(path, format))
