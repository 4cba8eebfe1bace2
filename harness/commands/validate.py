"""The command `validate`."""

from pathlib import Path
from typing import Annotated

import typer

from harness.options import path_in


def validate(
    path: Annotated[
        Path, typer.Argument(parser=path_in, metavar="FILE", help="A score.json, or a run's folder.")
    ],
) -> None:
    """Check a score file against its schema, its own sums, and the answers beside it.

    Example: harness validate results/smollm2-135m/sample/RUN-ID/score.json
    """
    from harness.validation import validate as validate_

    print(f"{validate_(path)} is a valid score file.")
