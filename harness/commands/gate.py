"""The command `gate`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.gate_options import (
    EachPart,
    GitHub,
    JUnit,
    Markdown,
    MaxCostIncrease,
    MaxDrop,
    MaxLatencyIncrease,
    MaxUnparsed,
    MinAccuracy,
    RulesFile,
    TakeUndecided,
    outputs,
    refuse_mistyped_parts,
    typed_rules,
)
from harness.options import path_in


def gate(
    base: Annotated[
        Path, typer.Argument(parser=path_in, metavar="BASE", help="A run's folder, or its score.json.")
    ],
    new: Annotated[
        list[Path],  # of which more than one is refused with the way out
        typer.Argument(parser=path_in, metavar="NEW", help="The same of the one model to be judged."),
    ],
    max_drop: MaxDrop = None,
    each: EachPart = None,
    min_accuracy: MinAccuracy = None,
    max_unparsed: MaxUnparsed = None,
    max_cost_increase: MaxCostIncrease = None,
    max_latency_increase: MaxLatencyIncrease = None,
    undecided: TakeUndecided = None,
    rules: RulesFile = None,
    junit: JUnit = None,
    markdown: Markdown = None,
    github: GitHub = False,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of a table.")] = False,
) -> None:
    """Say for CI whether NEW may take BASE's place: passed (exit code 0), regression shown (1) or undecided (5).

    Example: harness gate results/base results/new --max-drop 1.0
    """
    judged, *others = new
    if others:
        several = " ".join(map(str, (base, *new)))
        raise UsageError(
            f"a gate judges one NEW, and {len(new)} are named; `harness compare {several}` ranks them."
        )
    typed = typed_rules(
        max_drop=max_drop,
        each=each,
        min_accuracy=min_accuracy,
        max_unparsed=max_unparsed,
        max_cost_increase=max_cost_increase,
        max_latency_increase=max_latency_increase,
        undecided=undecided,
    )

    from harness.early_gate import is_judged_early
    from harness.early_gate_showing import show_early_gate
    from harness.finished import load
    from harness.gate_rules import read_rules
    from harness.gate_showing import show_gate
    from harness.gating import compare_finished
    from harness.gating import gate as gate_
    from harness.output_places import files_of_run

    read = (*files_of_run(base), *files_of_run(judged))
    shown = outputs(json=json, junit=junit, markdown=markdown, github=github, rules=rules, read=read)
    refuse_mistyped_parts(typed, judged)
    shown.clear()  # what was typed is right: from here on no verdict but this one's shall be there
    given = read_rules(typed, rules)
    if is_judged_early((run := load(judged)).score, given.rules):
        sys.exit(show_early_gate(load(base), run, given.rules, shown))
    comparison = compare_finished(base, judged)
    sys.exit(show_gate(gate_(comparison, given.rules), comparison, given.source, shown))
