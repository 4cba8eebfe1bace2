"""The command `models`."""

import os
from typing import Annotated

import typer


def models(name: Annotated[str | None, typer.Argument(help="One model in detail.")] = None) -> None:
    """List the models and hosts that are known by name, or show where one model can be had, and what it cannot do.

    Example: harness models llama3-70b
    """
    from harness.places import find_entry
    from harness.profiles import load_catalog
    from harness.showing import print_model, print_models

    catalog = load_catalog(os.environ)
    if name is None:
        print_models(catalog)
    else:
        print_model(*find_entry(name, catalog), catalog)
