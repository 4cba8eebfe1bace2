"""What is said, how often, of models whose questions come in clusters: a Markdown table of simulated verdicts.

    python benchmarks/gate_in_clusters.py

Questions share passages, or are asked several times, and what flips in a cluster flips one way: of the clusters that
flip, half have all their questions flipped, the others so many of them. Each draw is judged by the gate's own code, by
the default rule and by `--each subjects`, and by what `compare` names as shown in a subject alone. An equal model
should be called worse in 2.5 % of the draws at most, and have a subject named in 5 %. Two minutes.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.comparison import Part
from harness.comparison_words import shown_among
from harness.gate_checks import check_none_worse, check_not_worse
from harness.paired_stats import (
    Table,
    clustered_spread,
    difference_interval,
    holm,
    mcnemar_exact,
    swapped_clusters_exact,
)


@dataclass(frozen=True)
class Shape:
    """How many subjects, clusters in each and questions in a cluster; and what share of the clusters flips."""

    name: str
    subjects: int
    clusters: int
    size: int
    flipped: float


SHAPES = (
    Shape("passages", 3, 50, 5, 0.1),
    Shape("passages", 5, 40, 10, 0.1),
    Shape("passages", 14, 40, 10, 0.2),
    Shape("passages", 30, 40, 8, 0.2),
    Shape("as BBQ", 22, 300, 2, 0.1),
    Shape("as GPQA, ten times", 3, 66, 10, 0.2),
    Shape("as MMLU-Pro, four times", 14, 200, 4, 0.2),
)
WORSE = 0.1
"""By how much a model is worse in its first subject that is not equal."""


def main() -> None:
    """Prints the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(
        "| questions | subjects x clusters x questions | clusters flipped | NEW | worse by the default rule | "
        "a subject is named | worse by `--each subjects` |\n|---|---|---|---|---|---|---|"
    )
    for shape in SHAPES:
        for name, worse in (("equal", 0.0), (f"{100 * WORSE:g} points worse in one subject", WORSE)):
            rng = np.random.default_rng(options.seed)
            said = np.mean([judged(rng, shape, worse) for _ in range(options.draws)], axis=0)
            cells = [f"{100 * share:.1f} %" for share in said]
            how = f"{shape.subjects} x {shape.clusters} x {shape.size} | {100 * shape.flipped:g} %"
            print(f"| {shape.name} | {how} | {name} | {' | '.join(cells)} |", flush=True)


def judged(rng: np.random.Generator, shape: Shape, worse: float) -> tuple[bool, bool, bool]:
    """Whether NEW fails by the default rule, has a subject named, and fails by the rule on each."""
    drawn = [flips(rng, shape, worse if place == 0 else 0.0) for place in range(shape.subjects)]
    parts = [part_of(str(place), [sums], shape.size) for place, sums in enumerate(drawn)]
    adjusted = holm([part.p for part in parts])
    parts = [replace(part, p_holm=p) for part, p in zip(parts, adjusted, strict=True)]
    whole = part_of("all", drawn, shape.size)
    return (
        check_not_worse("", whole).passed is False,
        bool(shown_among(parts)),
        check_none_worse("", parts).passed is False,
    )


def flips(rng: np.random.Generator, shape: Shape, worse: float) -> np.ndarray:
    """Each cluster's questions won less those lost; `worse` is the share of questions that is lost in the mean."""
    share = shape.flipped + worse
    way = np.where(rng.random(shape.clusters) < (shape.flipped / 2 + worse) / share, -1, 1)
    few = rng.integers(1, shape.size + 1, shape.clusters)
    count = np.where(rng.random(shape.clusters) < 0.5, shape.size, few)
    return np.where(rng.random(shape.clusters) < share, way * count, 0)


def part_of(name: str, drawn: Sequence[np.ndarray], size: int) -> Part:
    """A difference, as a comparison has it."""
    sums = np.concatenate(drawn)
    values = np.where(np.arange(size) < np.abs(sums)[:, None], np.sign(sums)[:, None], 0).ravel()
    lost, won = int((values == -1).sum()), int((values == 1).sum())
    table = Table(len(values) - lost - won, lost, won, 0)
    spread = clustered_spread(values.tolist(), (np.arange(len(values)) // size).tolist())
    return Part(
        name=name,
        table=table,
        difference=table.difference,
        stderr=spread.stderr,
        ci95=difference_interval(table, spread=spread),
        p_mcnemar=mcnemar_exact(table),
        p=swapped_clusters_exact(sums.tolist()),
        clusters=len(sums),
        worth=spread.worth,
    )


if __name__ == "__main__":
    main()
