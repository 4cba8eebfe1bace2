"""Early gates shown: the verdict of a run that was to stop early, in all forms of a gate's.

Takes the two runs and the rules; prints and writes through harness/gate_showing.py. Shows neither an interval nor a p
value for a run that was stopped.
"""

from typing import Any

from harness.comparison_documents import task_document
from harness.comparison_words import model_name, points
from harness.early_gate import EarlyGate, early_gate
from harness.finished import Run
from harness.gate_markdown import MARKS
from harness.gate_outputs import Outputs
from harness.gate_showing import Page, show, verdict_document
from harness.gate_words import headline
from harness.gating import Rules
from harness.markdown_text import plain
from harness.noise import read_noise


def show_early_gate(base: Run, new: Run, rules: Rules, outputs: Outputs) -> int:
    """Print and write NEW's verdict over BASE; gives the exit code.

    Raises:
        UnfinishedError, UsageError: as `early_gate`.
        StorageError: a file cannot be written.
    """
    found = early_gate(base, new, rules)
    task = new.score.task
    page = Page(
        found.gate,
        f"{task.name} ({task.protocol})",
        _document(found, base, new),
        lambda: "\n".join((*_lines(found, base, new), headline(found.gate), "")),
        _markdown(found, base, new),
    )
    return show(page, outputs)


def _lines(found: EarlyGate, base: Run, new: Run) -> list[str]:
    """What was judged, by which rule, what came of it, and what to know of that."""
    (result,) = found.gate.results
    said = [_sides(base, new), f"Rule: {result.rule}.", f"{result.reason[:1].upper()}{result.reason[1:]}."]
    return said + [f"Note: {note}" for note in _notes(found, base, new)]


def _sides(base: Run, new: Run) -> str:
    task = new.score.task
    names = f"{model_name(base.score)} → {model_name(new.score)}"
    return f"{names} on {task.name} ({task.protocol}, {task.shots}-shot)"


def _notes(found: EarlyGate, base: Run, new: Run) -> list[str]:
    early_stop, notes = found.early_stop, list(found.gate.doubts)
    if new.score.stopped_early and early_stop.difference is not None:
        which = "upwards" if early_stop.verdict == "not worse" else "away from zero"
        notes.append(
            f"The difference so far, {points(early_stop.difference)} points, is biased {which}: "
            "the run stopped on a peak. Without --early-stop all questions are asked, and it is measured."
        )
    if noise := read_noise(base.path, base.score):
        notes.append(noise.sentence)
    return notes


def _document(found: EarlyGate, base: Run, new: Run) -> dict[str, Any]:
    """The names of a gate's document as far as they can be told: no accuracy, difference or interval."""
    gate, told = found.gate, found.early_stop
    key = base.score.comparison_key
    return {
        "schema": "harness-early-gate/1",
        "base": _side(base),
        "new": _side(new),
        "task": task_document(base.score),
        "comparison_key": key if key == new.score.comparison_key else None,
        "questions": told.asked,
        "lost": told.lost,
        "won": told.won,
        "verdict": told.verdict,
        "margin": told.margin,
        "early_stop": told.model_dump(mode="json"),
        "notes": _notes(found, base, new),
        **verdict_document(gate),
    }


def _side(run: Run) -> dict[str, Any]:
    return {"model": run.score.model.name, "revision": run.score.model.revision, "path": str(run.path)}


def _markdown(found: EarlyGate, base: Run, new: Run) -> str:
    lines = [f"### {MARKS[found.gate.passed]} {plain(headline(found.gate))}", ""]
    for line in _lines(found, base, new):
        lines += [plain(line), ""]
    return "\n".join(lines)
