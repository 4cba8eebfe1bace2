"""Scores of language models on multiple-choice benchmarks, to be trusted and compared.

    run = harness.run(harness.RunSettings(model="smollm2-135m", task="sample"))
    run.score.score.accuracy, run.answers()

Importing this package does nothing else: what a function needs is imported when it is called.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.checking import Check, check
    from harness.comparison import Comparison, compare
    from harness.dry_running import dry_run
    from harness.early_stopping import EarlyStop
    from harness.errors import (
        EndpointError,
        HarnessError,
        LimitError,
        StorageError,
        UnfinishedError,
        UsageError,
    )
    from harness.exporting import export, export_to
    from harness.finished import Run, load
    from harness.gating import Gate, Limits, Rules, gate
    from harness.importing import import_results
    from harness.regrading import regrade
    from harness.rescoring import rescore
    from harness.runner import run
    from harness.settings import RunSettings

__all__ = [
    "Check",
    "Comparison",
    "EarlyStop",
    "EndpointError",
    "Gate",
    "HarnessError",
    "LimitError",
    "Limits",
    "Rules",
    "Run",
    "RunSettings",
    "StorageError",
    "UnfinishedError",
    "UsageError",
    "check",
    "compare",
    "dry_run",
    "export",
    "export_to",
    "gate",
    "import_results",
    "load",
    "regrade",
    "rescore",
    "run",
]

_HOME = {
    "Check": "harness.checking",
    "Comparison": "harness.comparison",
    "EarlyStop": "harness.early_stopping",
    "EndpointError": "harness.errors",
    "Gate": "harness.gating",
    "HarnessError": "harness.errors",
    "LimitError": "harness.errors",
    "Limits": "harness.gating",
    "Rules": "harness.gating",
    "Run": "harness.finished",
    "RunSettings": "harness.settings",
    "StorageError": "harness.errors",
    "UnfinishedError": "harness.errors",
    "UsageError": "harness.errors",
    "check": "harness.checking",
    "compare": "harness.comparison",
    "dry_run": "harness.dry_running",
    "gate": "harness.gating",
    "export": "harness.exporting",
    "export_to": "harness.exporting",
    "import_results": "harness.importing",
    "load": "harness.finished",
    "regrade": "harness.regrading",
    "rescore": "harness.rescoring",
    "run": "harness.runner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
