"""What the gate says, how often, of models that are equal, better or worse: Markdown tables of simulated verdicts.

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
MARGINS = (0.02, 0.05, 0.1, 0.2, 0.3)
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


def flips(n: int, discordance: float, difference: float, draws: int, seed: int) -> Counter[tuple[int, int]]:
    """Questions lost and won, and how often it came to that."""
    lost, won = (discordance - difference) / 2, (discordance + difference) / 2
    both = ACCURACY - lost
    drawn = np.random.default_rng(seed).multinomial(n, (both, lost, won, 1 - both - lost - won), size=draws)
    return Counter((int(b), int(c)) for _, b, c, _ in drawn)


def verdicts(
    n: int, discordance: float, difference: float, draws: int, seed: int
) -> dict[str, Counter[bool | None]]:
    """How often each rule says what."""
    found: dict[str, Counter[bool | None]] = {rule: Counter() for rule in RULES}
    for (b, c), times in flips(n, discordance, difference, draws, seed).items():
        for rule, said in judged(n, b, c).items():
            found[rule][said] += times
    return found


@cache
def judged(n: int, lost: int, won: int) -> dict[str, bool | None]:
    """What each rule says."""
    part = part_of(n, lost, won)
    return {rule: check(part).passed for rule, check in RULES.items()}


def part_of(n: int, lost: int, won: int) -> Part:
    """A difference; how the questions are shared out that did not flip decides nothing."""
    same = n - lost - won
    table = Table(same - same // 3, lost, won, same // 3)
    stderr, p = paired_stderr(table), mcnemar_exact(table)
    return Part("all", table, table.difference, stderr, difference_interval(table), p, p)


def margin(n: int, discordance: float, draws: int, seed: int) -> float:
    """The smallest drop that excludes what an equal model shows in four cases of five, in points."""
    found = flips(n, discordance, 0.0, draws, seed)
    wanted = 0.8 * found.total()
    drops = sorted((-100 * part_of(n, b, c).ci95[0], times) for (b, c), times in found.items())
    passed = np.cumsum([times for _, times in drops])
    return drops[int(np.searchsorted(passed, wanted))][0]


def cell(said: Counter[bool | None]) -> str:
    """Shares of the draws in per cent."""
    return " / ".join(f"{100 * said[answer] / said.total():.0f}" for answer in (True, None, False))


def main() -> None:
    """Prints the tables, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    columns = [f"{rule}, {n:,}" for rule in RULES for n in SIZES]
    print(f"| NEW | ψ | D | {' | '.join(columns)} |\n|{'---|' * (3 + len(columns))}")
    for name, discordance, difference in models():
        by_size = [verdicts(n, discordance, difference, options.draws, options.seed) for n in SIZES]
        cells = [cell(found[rule]) for rule in RULES for found in by_size]
        points = f"{100 * difference:+.0f}".replace("-", "−") if difference else "0"
        print(f"| {name} | {100 * discordance:.0f} % | {points} | {' | '.join(cells)} |", flush=True)
    print(
        f"\n| questions |{''.join(f' ψ = {100 * share:.0f} % |' for share in MARGINS)}\n|{'---|' * (1 + len(MARGINS))}"
    )
    for n in SIZES:
        cells = [f"{margin(n, share, options.draws, options.seed):.1f}" for share in MARGINS]
        print(f"| {n:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
