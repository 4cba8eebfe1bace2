"""Annotations: a gate's answers as GitHub Actions' workflow commands, lines that its log turns into remarks.

Takes a Gate, gives lines. An error for each broken rule, a warning for what is undecided or could turn, and a notice
where all is well.
"""

from collections.abc import Iterator

from harness.gating import Gate

_TITLE = "harness gate"


def annotations(gate: Gate) -> Iterator[str]:
    """One line each, escaped as the runner wants it."""
    for result in gate.results:
        if result.passed is not True:
            level = "error" if result.passed is False or gate.undecided == "fail" else "warning"
            yield _command(level, f"{result.rule}: {result.reason}")
    for doubt in gate.doubts:
        yield _command("warning", doubt)
    if all(result.passed for result in gate.results):
        yield _command("notice", "; ".join(f"{result.rule}: {result.reason}" for result in gate.results))


def annotation_of_error(message: str) -> str:
    """The line for a command that came to no verdict."""
    return _command("error", message)


def _command(level: str, message: str) -> str:
    """As actions/toolkit escapes what a command says: a line break would end it."""
    for char, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        message = message.replace(char, escaped)
    return f"::{level} title={_TITLE}::{message}"
