"""Gate tables: what a gate says, for people in front of a terminal or a log.

Takes a Gate and its Comparison, prints. Decides nothing.
"""

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from harness.comparison import Comparison
from harness.comparison_words import asked
from harness.gate_words import ANSWERS, headline, sides
from harness.gating import Gate
from harness.terminal import print_whole

_COLOURS = {True: "green", False: "red", None: "yellow"}


def print_gate(gate: Gate, comparison: Comparison, source: Path | None, console: Console) -> None:
    """What was compared, each rule and its answer, what to know of them, and the outcome as the last line."""
    console.print(Text(asked(comparison), style="bold"), soft_wrap=True)
    console.print(Text(sides(comparison)), soft_wrap=True)
    table = Table(Column("rule", overflow="fold"), "holds", Column("why", overflow="fold"))
    for result in gate.results:
        answer = Text(ANSWERS[result.passed], style=_COLOURS[result.passed])
        table.add_row(Text(result.rule), answer, Text(result.reason))
    print_whole(console, table)
    if source is not None:
        console.print(Text(f"Rules that were not typed: {source}."), soft_wrap=True)
    for note in dict.fromkeys((*gate.doubts, *comparison.notes)):  # a doubt may be a note as well
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=not console.is_terminal)
    console.print(Text(headline(gate), style=f"bold {_COLOURS[gate.passed]}"), soft_wrap=True)
