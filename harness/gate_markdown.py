"""Gate Markdown: what a gate says, for a pull request's comment or the summary of a step."""

from collections.abc import Iterator
from pathlib import Path

from harness.comparison import Comparison
from harness.comparison_markdown import comparison_markdown
from harness.comparison_words import asked
from harness.gate_words import ANSWERS, headline, sides
from harness.gating import Gate
from harness.markdown_text import plain

_FLIPS = 5
MARKS = {True: "✅", False: "❌", None: "❔"}


def markdown(gate: Gate, comparison: Comparison, source: Path | None) -> str:
    """The outcome as a heading, then each rule with its answer and what to know of them."""
    return "\n".join(_lines(gate, comparison, source)) + "\n"


def _lines(gate: Gate, comparison: Comparison, source: Path | None) -> Iterator[str]:
    yield f"### {MARKS[gate.passed]} {plain(headline(gate))}"
    yield ""
    yield f"{plain(sides(comparison))}, on {plain(asked(comparison))}"
    yield ""
    yield "| rule | holds | why |"
    yield "|---|---|---|"
    for result in gate.results:
        answer = f"{MARKS[result.passed]} {ANSWERS[result.passed]}"
        yield f"| {plain(result.rule)} | {answer} | {plain(result.reason)} |"
    notes = list(dict.fromkeys((*gate.doubts, *comparison.notes)))  # a doubt may be a note as well
    if source is not None:
        notes.append(f"Rules that were not typed: {source}.")
    if notes:
        yield ""
        yield from (f"- {plain(note)}" for note in notes)
    yield ""
    yield "<details><summary>The comparison</summary>"
    yield ""
    yield comparison_markdown(comparison, flips=_FLIPS)
    yield ""
    yield "</details>"
