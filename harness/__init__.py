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
    from harness.errors import EndpointError, HarnessError, LimitError, StorageError, UsageError
    from harness.finished import Run, load
    from harness.regrading import regrade
    from harness.runner import run
    from harness.settings import RunSettings

__all__ = [
    "Check",
    "Comparison",
    "EndpointError",
    "HarnessError",
    "LimitError",
    "Run",
    "RunSettings",
    "StorageError",
    "UsageError",
    "check",
    "compare",
    "dry_run",
    "load",
    "regrade",
    "run",
]

_HOME = {
    "Check": "harness.checking",
    "Comparison": "harness.comparison",
    "EndpointError": "harness.errors",
    "HarnessError": "harness.errors",
    "LimitError": "harness.errors",
    "Run": "harness.finished",
    "RunSettings": "harness.settings",
    "StorageError": "harness.errors",
    "UsageError": "harness.errors",
    "check": "harness.checking",
    "compare": "harness.comparison",
    "dry_run": "harness.dry_running",
    "load": "harness.finished",
    "regrade": "harness.regrading",
    "run": "harness.runner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
