"""Gate showing: a verdict on standard output and in files, and the exit code it ends in.

Takes a Gate, its Comparison and where to show them. A stream or a file that fails never turns the verdict into a
pass.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.comparison import Comparison
from harness.errors import StorageError
from harness.files import write_whole
from harness.finished import Run
from harness.gate_outputs import Outputs
from harness.gating import Gate, unfinished
from harness.terminal import drop_standard_output


@dataclass(frozen=True, slots=True)
class Page:
    """A verdict in all its forms.

    Attributes:
        suite: what the gate is on, the same from run to run.
        document: for `--json`.
        table: makes the text for a terminal or a log; asks standard output how wide it is, which may fail.
    """

    gate: Gate
    suite: str
    document: Mapping[str, Any]
    table: Callable[[], str]
    markdown: str


def show_gate(gate: Gate, comparison: Comparison, source: Path | None, outputs: Outputs) -> int:
    """Write and print a verdict over a comparison; gives the exit code, and raises as `show`."""
    from harness.gate_markdown import markdown
    from harness.gate_words import suite

    page = Page(
        gate,
        suite(comparison),
        gate_document(gate, comparison),
        lambda: _table(gate, comparison, source),
        markdown(gate, comparison, source),
    )
    return show(page, outputs)


def show(page: Page, outputs: Outputs) -> int:
    """Write and print a verdict; gives the exit code.

    Raises:
        StorageError: a file cannot be written; then nothing is said, and no other file of it is left.
    """
    try:
        _write(page, outputs)
    except StorageError:
        for path in (outputs.junit, outputs.markdown):
            if path is not None:
                with suppress(OSError):
                    path.unlink()
        raise
    _print(page, outputs)
    return page.gate.exit_code


def tell_unfinished(run: Run, outputs: Outputs) -> None:
    """Tell GitHub why there is no verdict on a run that has just ended too early, as of any error."""
    from harness.annotations import annotation_of_error

    if outputs.github:
        why = f" It ended so: {run.score.run.stopped_by}" if run.score.run.stopped_by else ""
        with suppress(OSError):
            print(annotation_of_error(f"{unfinished(run.score, str(run.path))}{why}"), file=sys.stderr)


def gate_document(gate: Gate, comparison: Comparison) -> dict[str, Any]:
    """What `gate --json` prints: the comparison's document, the outcome, and each rule."""
    from harness.comparison_documents import comparison_document

    return {**comparison_document(comparison), **verdict_document(gate)}


def verdict_document(gate: Gate) -> dict[str, Any]:
    """The outcome and each rule, whatever they were held against."""
    return {
        "outcome": gate.outcome.value,
        "passed": gate.passed,
        "rules": [
            {"rule": result.rule, "passed": result.passed, "reason": result.reason} for result in gate.results
        ],
        "doubts": list(gate.doubts),
    }


def _print(page: Page, outputs: Outputs) -> None:
    """Whoever reads may have gone: the exit code is the verdict's even then."""
    from harness.annotations import annotations

    try:
        if outputs.json:
            text = json.dumps(page.document, indent=2, ensure_ascii=False) + "\n"
            sys.stdout.buffer.write(text.encode(errors="backslashreplace"))  # of a path that is no text
        else:
            sys.stdout.write(page.table())
        sys.stdout.flush()
        if outputs.github:
            for line in annotations(page.gate):
                print(line, file=sys.stderr if outputs.json else sys.stdout)
        sys.stdout.flush()
    except OSError as error:
        drop_standard_output()
        with suppress(OSError):
            print(f"Standard output cannot be written: {error.strerror}", file=sys.stderr)


def _table(gate: Gate, comparison: Comparison, source: Path | None) -> str:
    """As a text: where nobody reads, rich would end the process itself, with the exit code of a regression."""
    from rich.console import Console

    from harness.gate_table import print_gate

    console = Console(highlight=False, markup=False, emoji=False)
    with console.capture() as printed:
        print_gate(gate, comparison, source, console)
    return printed.get()


def _write(page: Page, outputs: Outputs) -> None:
    from harness.junit import junit

    if outputs.junit is not None:
        write_whole(outputs.junit, junit(page.gate, page.suite))
    if outputs.markdown is not None:
        write_whole(outputs.markdown, page.markdown.encode(errors="replace"))
    if outputs.summary is not None:
        _add(outputs.summary, page.markdown)


def _add(path: Path, text: str) -> None:
    """A step may have several gates, and other things to say: its summary is added to."""
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text + "\n")
    except OSError as error:
        raise StorageError(f"the step's summary {path} cannot be written: {error.strerror}.") from error
