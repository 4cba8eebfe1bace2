"""How often each interval holds the truth: a Markdown table of coverage by simulation, where 95 % is promised.

    python benchmarks/intervals.py

The intervals are those that the package prints, for data drawn from known truths: 50 to 14,042 questions, accuracies of
0.02 to 0.98, true differences of 0 to 20 points and discordances of 0.005 to 0.6. Where two models never disagree there
is nothing to err about, so truths in which fewer than one question in the list is expected to flip, or fewer than one
whole cluster, stand in a line of their own. Some minutes.
"""

import argparse
import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import binom

from harness.answers import Outcome
from harness.clustered_stats import Tally, clustered_interval, clustered_macro_interval
from harness.paired_stats import (
    Spread,
    Table,
    clustered_stderr,
    clustered_worth,
    difference_interval,
    equivalence_p,
    macro_difference_interval,
)
from harness.pairing import Given
from harness.ranking import simultaneous
from harness.stats import macro_interval, macro_stderr, wilson_interval

DRAWS = 20_000
FEWER_DRAWS = 2_000
FAMILIES = 500
QUESTIONS = (50, 100, 199, 200, 500, 1_000, 2_000, 14_042)
ACCURACIES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
DISCORDANCES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
DIFFERENCES = (0.0, 0.005, 0.01, 0.02, -0.05, 0.1, -0.2)
CLUSTERED = {4: (200, 500, 2_000, 14_040), 10: (300, 500, 2_000, 14_040)}
"""Questions to a cluster, and how many questions; 30 clusters at least."""


@dataclass(frozen=True)
class Case:
    """One truth, and how often the interval held it."""

    where: str
    coverage: float


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    rng = np.random.default_rng(0)
    print("| interval | truths | 95 % holds on average | least | where |\n|---|---|---|---|---|")
    for name, cases in (
        ("accuracy: Wilson", accuracies(rng)),
        ("macro average: Wilson of its effective questions", macros(rng)),
        *((f"accuracy in clusters of {size}", clustered_accuracies(rng, size)) for size in CLUSTERED),
        *((f"macro average in clusters of {size}", clustered_macros(rng, size)) for size in CLUSTERED),
        ("difference: Tango or ± z·SE", differences(rng, often=True)),
        ("the same, less than one flip expected", differences(rng, often=False)),
        ("macro difference: ± z·SE, where it is given", macro_differences(rng)),
        *(
            (f"difference in clusters of {size}{less}", clustered_differences(rng, size, often=not less))
            for size, less in product(CLUSTERED, ("", ", less than one whole flip expected"))
        ),
        ("all pairs of four models together", families(rng)),
    ):
        report(name, list(cases))
    for sizes in (QUESTIONS, QUESTIONS[1:]):
        least = min(map(least_of_wilson, sizes), key=lambda case: case.coverage)
        print(
            f"\nOf all accuracies from 0.02 to 0.98, with {sizes[0]} questions and the larger numbers of the table, "
            f"Wilson's interval of one accuracy holds {100 * least.coverage:.1f} % at least ({least.where})."
        )
    rates = list(equivalences(rng))
    worst = max(rates, key=lambda case: case.coverage)
    print(f"\nEquivalence claimed at its margin: {100 * worst.coverage:.1f} % at most ({worst.where}).")


def report(name: str, cases: Sequence[Case]) -> None:
    """One line of the table."""
    least = min(cases, key=lambda case: case.coverage)
    mean = sum(case.coverage for case in cases) / len(cases)
    print(
        f"| {name} | {len(cases)} | {100 * mean:.1f} % | {100 * least.coverage:.1f} % | {least.where} |",
        flush=True,
    )


def accuracies(rng: np.random.Generator) -> Iterator[Case]:
    """One model's share of right answers."""
    for n, share in product(QUESTIONS, ACCURACIES):
        held = covered(rng.binomial(n, share, size=(DRAWS, 1)), lambda k, n=n: wilson_interval(k, n), share)
        yield Case(f"n = {n:,}, accuracy {share}", held)


def least_of_wilson(n: int) -> Case:
    """The accuracy for which Wilson's interval holds least often, exactly: just beside one of its ends."""
    low, high = np.array([wilson_interval(k, n) for k in range(n + 1)]).T
    shares = np.concatenate([ends + beside for ends in (low, high) for beside in (-1e-9, 1e-9)])
    shares = shares[(shares >= ACCURACIES[0]) & (shares <= ACCURACIES[-1])]
    first, last = np.searchsorted(high, shares), np.searchsorted(low, shares, side="right") - 1
    held = np.asarray(binom.cdf(last, n, shares) - binom.cdf(first - 1, n, shares))
    return Case(f"n = {n:,}, accuracy {shares[held.argmin()]:.4f}", float(held.min()))


def macros(rng: np.random.Generator) -> Iterator[Case]:
    """The mean over subjects of unequal size and difficulty."""
    for (subjects, n), share in product(((5, 100), (14, 200), (14, 1_000), (57, 14_042)), ACCURACIES):
        sizes = (np.linspace(0.5, 1.5, subjects) * n / subjects).round().astype(int).tolist()
        shares = share + min(share, 1 - share) * np.linspace(-0.9, 0.9, subjects)
        draws = np.stack(
            [rng.binomial(size, p, FEWER_DRAWS) for size, p in zip(sizes, shares, strict=True)], 1
        )

        def interval(*right: int, sizes: Sequence[int] = sizes) -> tuple[float, float]:
            parts = list(zip(right, sizes, strict=True))
            macro = sum(k / size for k, size in parts) / len(parts)
            stderr = macro_stderr(parts)
            assert stderr is not None
            return macro_interval(macro, stderr, sizes)

        held = covered(draws, interval, shares.mean())
        yield Case(f"{subjects} subjects, n = {n:,}, accuracy {share}", held)


def clustered_accuracies(rng: np.random.Generator, size: int) -> Iterator[Case]:
    """Half of the clusters answer as one question, the others as so many."""
    for n, share in product(CLUSTERED[size], ACCURACIES):

        def drawn(shape: tuple[int, ...], share: float = share) -> np.ndarray:
            return rng.random(shape) < share

        right = in_clusters(rng, n, size, drawn)
        held = [
            inside(clustered_interval([Tally(k, size) for k in draw]), share)
            for draw in right.reshape(FEWER_DRAWS, -1, size).sum(axis=2).tolist()
        ]
        yield Case(f"n = {n:,}, accuracy {share}", sum(held) / len(held))


def clustered_macros(rng: np.random.Generator, size: int) -> Iterator[Case]:
    """The mean over subjects of 20 clusters each and of unequal difficulty."""
    for subjects, share in product((5, 14), ACCURACIES):
        shares = (share + min(share, 1 - share) * np.linspace(-0.9, 0.9, subjects))[:, None]
        as_one = size * (rng.random((FEWER_DRAWS, subjects, 20)) < shares)
        each = rng.binomial(size, np.broadcast_to(shares, as_one.shape))
        draws = np.where(rng.random(as_one.shape) < 0.5, as_one, each)
        held = 0
        for draw in draws.tolist():
            cells: dict[tuple[str, Hashable], Tally] = {
                (f"{part}", (part, at)): Tally(k, size)
                for part, ks in enumerate(draw)
                for at, k in enumerate(ks)
            }
            held += inside(clustered_macro_interval(cells), shares.mean())
        yield Case(f"{subjects} subjects, n = {subjects * 20 * size:,}, accuracy {share}", held / FEWER_DRAWS)


def differences(rng: np.random.Generator, *, often: bool) -> Iterator[Case]:
    """Two models on the same questions."""
    for n, discordance, difference in product(QUESTIONS, DISCORDANCES, DIFFERENCES):
        if abs(difference) > discordance or (n * discordance >= 1) is not often:
            continue
        lost, won = (discordance - difference) / 2, (discordance + difference) / 2
        draws = rng.multinomial(n, [lost, won, 1 - discordance], size=DRAWS)
        held = covered(draws, lambda b, c, same: difference_interval(Table(0, b, c, same)), difference)
        yield Case(f"n = {n:,}, discordance {discordance}, difference {difference}", held)


def macro_differences(rng: np.random.Generator) -> Iterator[Case]:
    """The mean over subjects; draws that get no interval are left out, and truths where most get none."""
    subjects = ((100,) * 5, (50, 150, 400, 400), (10, 50, 940), (3, 3, 300), (20,) * 14, (2,) * 7 + (60,) * 7)
    for sizes, discordance, difference in product(subjects, (0.05, 0.1, 0.3), (0.0, 0.05)):
        shares = [(discordance - difference) / 2, 1 - discordance, (discordance + difference) / 2]
        held = []
        for _ in range(FEWER_DRAWS):
            parts = [rng.multinomial(size, shares) for size in sizes]
            means = [(won - lost) / size for (lost, _, won), size in zip(parts, sizes, strict=True)]
            errors = [
                ((lost + won) / size - mean**2) / (size - 1)
                for (lost, _, won), mean, size in zip(parts, means, sizes, strict=True)
            ]
            lost, same, won = np.sum(parts, axis=0).tolist()
            mean, stderr = sum(means) / len(sizes), math.sqrt(sum(errors)) / len(sizes)
            interval = macro_difference_interval(mean, stderr, Table(0, lost, won, same), sizes)
            held += [] if interval is None else [inside(interval, difference)]
        if len(held) > FEWER_DRAWS / 2:
            where = f"{len(sizes)} subjects, n = {sum(sizes):,}, discordance {discordance}, difference {difference}"
            yield Case(where, sum(held) / len(held))


def clustered_differences(rng: np.random.Generator, size: int, *, often: bool) -> Iterator[Case]:
    """The same, where half of the clusters flip as one question."""
    for n, discordance, difference in product(CLUSTERED[size], (0.02, 0.05, 0.1, 0.4), (0.0, 0.02, -0.05)):
        if abs(difference) > discordance or (n / size / 2 * discordance >= 1) is not often:
            continue
        shares = [(discordance - difference) / 2, 1 - discordance, (discordance + difference) / 2]

        def drawn(shape: tuple[int, ...], shares: Sequence[float] = shares) -> np.ndarray:
            return rng.choice([-1, 0, 1], shape, p=shares)

        values = in_clusters(rng, n, size, drawn)
        clusters = [place // size for place in range(n)]
        held = 0
        for draw in values[: FEWER_DRAWS // 2].tolist():
            table = Table(0, draw.count(-1), draw.count(1), draw.count(0))
            spread = Spread(clustered_stderr(draw, clusters), clustered_worth(draw, clusters))
            held += inside(difference_interval(table, spread=spread), difference)
        where = f"n = {n:,}, discordance {discordance}, difference {difference}"
        yield Case(where, held / (FEWER_DRAWS // 2))


def families(rng: np.random.Generator) -> Iterator[Case]:
    """Every interval of a ranking at once."""
    for n, step in product((100, 500, 2_000), (0.0, 0.03)):
        shares = [0.5 + step * place for place in range(4)]
        held = sum(all_inside(rng, n, shares) for _ in range(FAMILIES))
        yield Case(f"n = {n:,}, {100 * step:g} points apart", held / FAMILIES)


def all_inside(rng: np.random.Generator, n: int, shares: Sequence[float]) -> bool:
    """Whether one draw of several models has every true difference inside its interval."""
    hard = rng.random(n)  # shared by the models, so that their answers agree as real ones do
    right = [(0.5 * hard + 0.5 * rng.random(n)) < quantile_of_mean(share) for share in shares]
    given = [
        [
            Given("", "", place, "", None, Outcome.CORRECT if ok else Outcome.WRONG)
            for place, ok in enumerate(row)
        ]
        for row in right
    ]
    _, pairs = simultaneous(given)
    return all(inside(pair.interval, shares[pair.second] - shares[pair.first]) for pair in pairs)


def quantile_of_mean(share: float) -> float:
    """The quantile of the mean of two uniform numbers."""
    return math.sqrt(share / 2) if share <= 0.5 else 1 - math.sqrt((1 - share) / 2)


def equivalences(rng: np.random.Generator) -> Iterator[Case]:
    """How often a difference of just the margin is called smaller: 5 % is promised."""
    for n, discordance, margin in product((200, 1_000, 14_042), (0.05, 0.1, 0.4), (0.01, 0.02, 0.05)):
        lost, won = (discordance + margin) / 2, (discordance - margin) / 2
        draws = rng.multinomial(n, [lost, won, 1 - discordance], size=DRAWS)
        found, times = np.unique(draws, axis=0, return_counts=True)
        claimed = [equivalence_p(Table(0, b, c, same), margin) < 0.05 for b, c, same in found.tolist()]
        yield Case(f"n = {n:,}, discordance {discordance}, margin {margin}", np.dot(claimed, times) / DRAWS)


def covered(draws: np.ndarray, interval: Callable[..., tuple[float, float]], truth: float) -> float:
    """The share of the draws, a row each, whose interval holds the truth."""
    found, times = np.unique(draws, axis=0, return_counts=True)
    held = [inside(interval(*row), truth) for row in found.tolist()]
    return float(np.dot(held, times) / len(draws))


def in_clusters(
    rng: np.random.Generator, n: int, size: int, draw: Callable[[tuple[int, ...]], np.ndarray]
) -> np.ndarray:
    """Draws in clusters, a row each; in half of the clusters all are the same."""
    apart = draw((FEWER_DRAWS, n // size, size))
    alike = rng.random((FEWER_DRAWS, n // size, 1)) < 0.5
    return np.where(alike, apart[:, :, :1], apart).reshape(FEWER_DRAWS, n)


def inside(interval: tuple[float, float] | None, truth: float) -> bool:
    """Whether it holds the truth, rounding aside."""
    assert interval is not None
    return interval[0] - 1e-9 <= truth <= interval[1] + 1e-9


if __name__ == "__main__":
    main()
