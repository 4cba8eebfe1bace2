"""Gate options: those of all commands that end in a gate's verdict, and what they come to."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.errors import HarnessError
from harness.options import path_in

if TYPE_CHECKING:
    from harness.gate_outputs import Outputs
    from harness.gate_rules import WrittenRules


Parts = Literal["groups", "subjects"]
Taken = Literal["pass", "fail"]

MaxDrop = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[NAME=]POINTS",
        help="Pass if a larger drop is excluded at 95 %, fail if a smaller one is; else undecided. NAME: of a group "
        "or subject. Without: fail if significantly worse at 95 %.",
    ),
]
EachPart = Annotated[
    Parts | None, typer.Option("--each", help="Fail too if any of them is significantly worse (Holm).")
]
MinAccuracy = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[NAME=]PERCENT",
        help="Pass if the 95 % interval of NEW's accuracy is above, fail if it is below; else undecided.",
    ),
]
MaxUnparsed = Annotated[
    float | None, typer.Option(metavar="PERCENT", help="Most of NEW's replies that may be unparsed.")
]
MaxCostIncrease = Annotated[
    float | None, typer.Option(metavar="PERCENT", help="Most that a question may cost more.")
]
MaxLatencyIncrease = Annotated[
    float | None, typer.Option(metavar="PERCENT", help="Most that the median reply may take longer.")
]
TakeUndecided = Annotated[
    Taken | None, typer.Option("--undecided", help="What undecided is taken for; else exit code 5.")
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        parser=path_in,
        metavar="FILE",
        help="YAML file of rules; else [tool.harness.gate] in ./pyproject.toml.",
    ),
]
JUnit = Annotated[
    Path | None, typer.Option("--junit", parser=path_in, metavar="FILE", help="Write JUnit XML.")
]
Markdown = Annotated[
    Path | None,
    typer.Option(
        "--markdown",
        parser=path_in,
        metavar="FILE",
        help="Write Markdown; on GitHub the step's summary has it anyway.",
    ),
]
GitHub = Annotated[
    bool, typer.Option("--github/--no-github", envvar="GITHUB_ACTIONS", help="Print GitHub's annotations.")
]


def typed_rules(
    *,
    max_drop: Sequence[str] | None,
    each: Parts | None,
    min_accuracy: Sequence[str] | None,
    max_unparsed: float | None,
    max_cost_increase: float | None,
    max_latency_increase: float | None,
    undecided: Taken | None,
) -> "WrittenRules":
    """The rules that were typed.

    Raises:
        UsageError: a rule's threshold is none.
    """
    from harness.gate_rules import limits_in
    from harness.gate_rules import typed_rules as typed_rules_

    drop, drops = limits_in("max-drop", max_drop or ())
    least, leasts = limits_in("min-accuracy", min_accuracy or ())
    typed = {
        "max-drop": drop,
        "each": each,
        "min-accuracy": least,
        "max-unparsed": max_unparsed,
        "max-cost-increase": max_cost_increase,
        "max-latency-increase": max_latency_increase,
        "undecided": undecided,
    }
    parts = {name: drops.get(name, {}) | leasts.get(name, {}) for name in (*drops, *leasts)}
    return typed_rules_(typed, parts)


def refuse_mistyped_parts(typed: "WrittenRules", run: Path) -> None:
    """See that the groups and subjects that were typed are those of a run, as far as it can be read.

    Raises:
        UsageError: one is none of its.
    """
    from harness.finished import load
    from harness.gate_rules import rules_of
    from harness.gating import refuse_unknown_parts

    try:
        score = load(run).score
    except HarnessError:
        return  # which is said, and ends the command, where it is wanted for a verdict
    refuse_unknown_parts(rules_of(typed), score)


def outputs(
    *,
    json: bool,
    junit: Path | None,
    markdown: Path | None,
    github: bool,
    rules: Path | None,
    read: Iterable[Path],
) -> "Outputs":
    """Where to show the verdict; what is there is left for now.

    Args:
        json, junit, markdown, github: as typed.
        rules: the file of rules that was typed.
        read: the other files that the command reads.

    Raises:
        UsageError: a file could not be written there, or is one that is read.
    """
    from harness.gate_outputs import Outputs
    from harness.gate_rules import PYPROJECT

    summary = os.environ.get("GITHUB_STEP_SUMMARY") if github else None
    chosen = Outputs(json, junit, markdown, Path(summary) if summary else None, github)
    chosen.check((*([rules] if rules else []), PYPROJECT, *read))
    return chosen
