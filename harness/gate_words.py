"""Gate words: what a gate says in one line, wherever it is shown."""

from harness.comparison import Comparison
from harness.comparison_words import model_name
from harness.gating import Gate, Outcome
from harness.summary import percent

ANSWERS = {True: "yes", False: "no", None: "?"}
"""Whether a rule holds."""


def headline(gate: Gate) -> str:
    """The outcome, how many rules made it so, and what it is taken for where it is undecided."""
    answers, rules = [result.passed for result in gate.results], len(gate.results)
    match gate.outcome:
        case Outcome.PASSED:
            return f"Passed: {rules} of {rules} rules hold."
        case Outcome.REGRESSION:
            return f"Regression: {answers.count(False)} of {rules} rules broken."
        case Outcome.UNDECIDED:
            taken = {"pass": ", taken for passed", "fail": ", taken for a regression", None: ""}[
                gate.undecided
            ]
            way_out = "" if taken else f"; {_way_out(gate)} would settle it"
            return f"Undecided{taken}: {answers.count(None)} of {rules} rules cannot be told{way_out}."


def _way_out(gate: Gate) -> str:
    lacking = [result.lacks for result in gate.results if result.passed is None]
    if all(lacking):
        return "what each lacks stands beside it, and --undecided pass|fail"
    beside = ", what stands beside it where something is lacking," if any(lacking) else ""
    return f"more questions, a wider threshold{beside} or --undecided pass|fail"


def sides(comparison: Comparison) -> str:
    """Both models with their accuracies and unparsed rates."""
    base, new = (
        f"{model_name(side.score)} {percent(side.accuracy)} ({percent(side.unparsed)} unparsed)"
        for side in (comparison.base, comparison.new)
    )
    return f"{base} → {new}"


def suite(comparison: Comparison) -> str:
    """What a gate is on, the same from run to run."""
    task = comparison.new.score.task
    return f"{task.name} ({task.protocol})"
