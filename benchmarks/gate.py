"""What the gate says, how often, of models that are equal, better or worse: a Markdown table of simulated verdicts.

    python benchmarks/gate.py

Two runs over n questions are drawn so that they disagree on a share ψ of them on average, and differ by D points; their
table of pairs is multinomial. Each is judged by the gate's own code: by the default rule, and with --max-drop of 1 and
of 2 points. ψ is what two runs of the same weights, a model and its fine-tune, or two models that have nothing to do
with each other differ by. Cells are shares of the draws, in per cent: passed / undecided / regression shown.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from harness.comparison import Part
from harness.gate_checks import RuleResult, check_drop, check_not_worse
from harness.paired_stats import Table, difference_interval, mcnemar_exact, paired_stderr

ACCURACY = 0.65
SIZES = (200, 1_000, 14_042)
RULES: dict[str, Callable[[Part], RuleResult]] = {
    "default": lambda part: check_not_worse("", part),
    "`--max-drop 1`": lambda part: check_drop("", part, 0.01),
    "`--max-drop 2`": lambda part: check_drop("", part, 0.02),
}


def models() -> Iterator[tuple[str, float, float]]:
    """Who NEW is, ψ, and D as a share."""
    yield from (("A/A: the same replies", 0.0, 0.0), ("A/A: the same weights", 0.02, 0.0))
    for discordance in (0.05, 0.1, 0.2, 0.4):
        yield "equal", discordance, 0.0
    for difference in (0.01, 0.03, -0.01, -0.02, -0.03, -0.05):
        for discordance in (0.1, 0.3):
            yield "better" if difference > 0 else "worse", discordance, difference


def verdicts(
    n: int, discordance: float, difference: float, draws: int, seed: int
) -> dict[str, Counter[bool | None]]:
    """How often each rule says what."""
    lost, won = (discordance - difference) / 2, (discordance + difference) / 2
    both = ACCURACY - lost
    drawn = np.random.default_rng(seed).multinomial(n, (both, lost, won, 1 - both - lost - won), size=draws)
    found: dict[str, Counter[bool | None]] = {rule: Counter() for rule in RULES}
    flips = Counter((int(b), int(c)) for _, b, c, _ in drawn)
    for (b, c), times in flips.items():
        for rule, said in judged(n, b, c).items():
            found[rule][said] += times
    return found


@cache
def judged(n: int, lost: int, won: int) -> dict[str, bool | None]:
    """What each rule says; how the questions are shared out that did not flip decides nothing."""
    same = n - lost - won
    table = Table(same - same // 3, lost, won, same // 3)
    stderr = paired_stderr(table)
    part = Part("all", table, table.difference, stderr, difference_interval(table), mcnemar_exact(table))
    return {rule: check(part).passed for rule, check in RULES.items()}


def cell(said: Counter[bool | None]) -> str:
    """Shares of the draws in per cent."""
    return " / ".join(f"{100 * said[answer] / said.total():.0f}" for answer in (True, None, False))


def main() -> None:
    """Prints the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    columns = [f"{rule}, {n:,}" for rule in RULES for n in SIZES]
    print(f"| NEW | ψ | D | {' | '.join(columns)} |\n|{'---|' * (3 + len(columns))}")
    for name, discordance, difference in models():
        by_size = [verdicts(n, discordance, difference, options.draws, options.seed) for n in SIZES]
        cells = [cell(found[rule]) for rule in RULES for found in by_size]
        points = f"{100 * difference:+.0f}".replace("-", "−") if difference else "0"
        print(f"| {name} | {100 * discordance:.0f} % | {points} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
