"""Exports: a run in the formats of other tools, a module each.

Each takes a Run and gives bytes. Nothing is asked, nothing is written; `harness/exporting.py` does that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.exports.answers import csv_of, parquet_of
from harness.exports.lm_eval import results_of
from harness.exports.markdown import markdown_of
from harness.exports.model_index import model_index_of
from harness.finished import Run


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        make: gives the file's content.
        is_text: whether it can be read on a terminal.
    """

    make: Callable[[Run], bytes]
    is_text: bool = True


FORMATS = {
    "lm-eval": Format(results_of),
    "model-index": Format(model_index_of),
    "csv": Format(csv_of),
    "parquet": Format(parquet_of, is_text=False),
    "markdown": Format(markdown_of),
}

__all__ = ["FORMATS", "Format"]
