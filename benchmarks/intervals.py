"""How often each interval holds the truth: a Markdown table of coverage by simulation, where 95 % is promised.

    python benchmarks/intervals.py

The intervals are those that the package prints, for data drawn from known truths: 50 to 14,042 questions, accuracies of
0.02 to 0.98, true differences of 0 to 20 points and discordances of 0.005 to 0.6. The least of many truths is partly
chance, so those of each line that came below 94 % are drawn again, more often, and their least is of those draws. An
hour.
"""

import argparse
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from scipy.stats import binom

from harness.answers import Outcome
from harness.clustered_stats import (
    Tally,
    clustered_interval,
    clustered_macro_interval,
    clustered_macro_stderr,
)
from harness.paired_stats import (
    Table,
    clustered_spread,
    clustered_worth,
    difference_interval,
    equivalence_p,
    macro_difference_interval,
    paired_stderr,
)
from harness.pairing import Given
from harness.ranking import simultaneous
from harness.stats import macro_interval, macro_stderr, wilson_interval

DRAWS = 20_000
FEWER_DRAWS = 2_000
PAIRED_CLUSTER_DRAWS = 1_000
FAMILIES = 300
LONG = 10_000
"""With more questions a quarter of the draws must do, where each takes long."""
AGAIN = 8
"""Times as many draws for low truths."""
LOW = 0.94
QUESTIONS = (50, 100, 199, 200, 500, 1_000, 2_000, 14_042)
ACCURACIES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
DISCORDANCES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
DIFFERENCES = (0.0, 0.005, 0.01, 0.02, -0.05, 0.1, -0.2)
CLUSTERED = {4: (200, 500, 2_000, 14_040), 10: (300, 500, 2_000, 14_040)}
"""Questions to a cluster, and how many questions; 30 clusters at least."""
PAIRED_CLUSTERED = {4: (200, 500, 2_000, 14_040), 10: (500, 1_000, 2_000, 14_040), 20: (1_000, 2_000, 14_040)}
"""The same for differences; 50 clusters at least."""
ALIKE = (0.25, 0.5, 1.0)
"""The share of the clusters in which all flips are the same."""
PAIRED_DISCORDANCES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
PAIRED_DIFFERENCES = (0.0, 0.02, -0.05, -0.1, -0.2)
MODELS = 4
SAMPLES = ((0.5, 0.0), (0.5, 0.03), (0.05, 0.03), (0.89, 0.03), (0.2, 0.2), (0.02, 0.32))
"""The first model's accuracy, and how much better each of the others is than the one before."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true, and how often the interval holds it in so many times the usual draws."""

    where: str
    coverage: Callable[[int], float]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", default="", help="lines whose first column holds this, and nothing below them"
    )
    only = parser.parse_args().only
    print("| interval | truths | 95 % holds on average | least | where |\n|---|---|---|---|---|")
    for seed, (name, truths) in enumerate(LINES):
        if only in name:
            report(name, list(truths(np.random.default_rng(seed))))
    if only:
        return
    for sizes in (QUESTIONS, QUESTIONS[1:]):
        where, least = min(map(least_of_wilson, sizes), key=lambda found: found[1])
        print(
            f"\nOf all accuracies from 0.02 to 0.98, with {sizes[0]} questions and the larger numbers of the table, "
            f"Wilson's interval of one accuracy holds {100 * least:.1f} % at least ({where})."
        )
    where, most = max(equivalences(np.random.default_rng(len(LINES))), key=lambda found: found[1])
    print(f"\nEquivalence claimed at its margin: {100 * most:.1f} % at most ({where}).")


def report(name: str, truths: Sequence[Truth]) -> None:
    """One line of the table. Truths whose interval is mostly not given are left out: their coverage is NaN.

    The average is of the first draws: it would be too high if those alone that came low by chance were replaced.
    """
    first = {truth: share for truth in truths if not math.isnan(share := truth.coverage(1))}
    mean, lowest = sum(first.values()) / len(first), min(first.values())
    again = {truth: truth.coverage(AGAIN) for truth, share in first.items() if share <= max(lowest, LOW)}
    held = first | again
    least = min(held, key=held.__getitem__)
    print(
        f"| {name} | {len(held)} | {100 * mean:.1f} % | {100 * held[least]:.1f} % | {least.where} |",
        flush=True,
    )


def accuracies(rng: np.random.Generator) -> Iterator[Truth]:
    """One model's share of right answers."""

    def coverage(n: int, share: float, times: int) -> float:
        draws = rng.binomial(n, share, size=(times * DRAWS, 1))
        return covered(draws, lambda k: wilson_interval(k, n), share)

    for n, share in product(QUESTIONS, ACCURACIES):
        yield Truth(f"n = {n:,}, accuracy {share}", partial(coverage, n, share))


def least_of_wilson(n: int) -> tuple[str, float]:
    """The accuracy for which Wilson's interval holds least often, exactly: just beside one of its ends."""
    low, high = np.array([wilson_interval(k, n) for k in range(n + 1)]).T
    shares = np.concatenate([ends + beside for ends in (low, high) for beside in (-1e-9, 1e-9)])
    shares = shares[(shares >= ACCURACIES[0]) & (shares <= ACCURACIES[-1])]
    first, last = np.searchsorted(high, shares), np.searchsorted(low, shares, side="right") - 1
    held = np.asarray(binom.cdf(last, n, shares) - binom.cdf(first - 1, n, shares))
    return f"n = {n:,}, accuracy {shares[held.argmin()]:.4f}", float(held.min())


def macros(rng: np.random.Generator) -> Iterator[Truth]:
    """The mean over subjects of unequal size and difficulty."""

    def coverage(sizes: Sequence[int], shares: np.ndarray, times: int) -> float:
        draws = np.stack(
            [rng.binomial(size, p, times * FEWER_DRAWS) for size, p in zip(sizes, shares, strict=True)], 1
        )

        def interval(*right: int) -> tuple[float, float]:
            parts = list(zip(right, sizes, strict=True))
            macro = sum(k / size for k, size in parts) / len(parts)
            stderr = macro_stderr(parts)
            assert stderr is not None
            return macro_interval(macro, stderr, sizes)

        return covered(draws, interval, shares.mean())

    for (subjects, n), share in product(((5, 100), (14, 200), (14, 1_000), (57, 14_042)), ACCURACIES):
        sizes = (np.linspace(0.5, 1.5, subjects) * n / subjects).round().astype(int).tolist()
        shares = share + min(share, 1 - share) * np.linspace(-0.9, 0.9, subjects)
        yield Truth(f"{subjects} subjects, n = {n:,}, accuracy {share}", partial(coverage, sizes, shares))


def clustered_accuracies(rng: np.random.Generator, size: int) -> Iterator[Truth]:
    """Half of the clusters answer as one question, the others as so many."""

    def coverage(n: int, share: float, times: int) -> float:
        held = []
        for _ in range(times * FEWER_DRAWS):
            right = in_clusters(rng, (n // size, size), [1 - share, share], 0.5).sum(axis=1).tolist()
            held.append(inside(clustered_interval([Tally(k, size) for k in right]), share))
        return held_in(held)

    for n, share in product(CLUSTERED[size], ACCURACIES):
        yield Truth(f"n = {n:,}, accuracy {share}", partial(coverage, n, share))


def clustered_macros(rng: np.random.Generator, size: int) -> Iterator[Truth]:
    """The mean over subjects of 20 clusters each and of unequal difficulty."""

    def coverage(subjects: int, share: float, times: int) -> float:
        shares = (share + min(share, 1 - share) * np.linspace(-0.9, 0.9, subjects))[:, None]
        as_one = size * (rng.random((times * FEWER_DRAWS, subjects, 20)) < shares)
        each = rng.binomial(size, np.broadcast_to(shares, as_one.shape))
        draws = np.where(rng.random(as_one.shape) < 0.5, as_one, each).tolist()
        return held_in(
            inside(clustered_macro_interval(cells_of(draw, size)), shares.mean()) for draw in draws
        )

    for subjects, share in product((5, 14), ACCURACIES):
        where = f"{subjects} subjects, n = {subjects * 20 * size:,}, accuracy {share}"
        yield Truth(where, partial(coverage, subjects, share))


def cells_of(draw: Sequence[Sequence[int]], size: int) -> dict[tuple[str, Hashable], Tally]:
    """What came of each cluster of each subject."""
    return {
        (f"{part}", (part, at)): Tally(k, size)
        for part, right in enumerate(draw)
        for at, k in enumerate(right)
    }


def differences(rng: np.random.Generator) -> Iterator[Truth]:
    """Two models on the same questions."""

    def coverage(n: int, discordance: float, difference: float, times: int) -> float:
        draws = rng.multinomial(n, flips(discordance, difference), size=times * DRAWS)
        return covered(draws, lambda b, same, c: difference_interval(Table(0, b, c, same)), difference)

    for n, discordance, difference in product(QUESTIONS, DISCORDANCES, DIFFERENCES):
        if abs(difference) <= discordance:
            where = f"n = {n:,}, discordance {discordance}, difference {difference}"
            yield Truth(where, partial(coverage, n, discordance, difference))


def macro_differences(rng: np.random.Generator) -> Iterator[Truth]:
    """The mean over subjects; draws that get no interval are left out, and truths where most get none."""

    def coverage(sizes: Sequence[int], discordance: float, difference: float, times: int) -> float:
        draws = (
            [rng.multinomial(size, flips(discordance, difference)).tolist() for size in sizes]
            for _ in range(times * FEWER_DRAWS)
        )
        given = [macro_difference(parts) for parts in draws]
        return held_where_given(given, difference)

    subjects = ((100,) * 5, (50, 150, 400, 400), (10, 50, 940), (3, 3, 300), (20,) * 14, (2,) * 7 + (60,) * 7)
    for sizes, discordance, difference in product(subjects, (0.05, 0.1, 0.3), (0.0, 0.05)):
        where = (
            f"{len(sizes)} subjects, n = {sum(sizes):,}, discordance {discordance}, difference {difference}"
        )
        yield Truth(where, partial(coverage, sizes, discordance, difference))


def macro_difference(parts: Sequence[Sequence[int]]) -> tuple[float, float] | None:
    """The interval for each subject's lost, same and won."""
    tables = [Table(0, lost, won, same) for lost, same, won in parts]
    errors = [paired_stderr(table) for table in tables]
    stderr = math.hypot(*(error for error in errors if error is not None)) / len(tables)
    return macro_difference_interval(tables, stderr)


def held_where_given(intervals: Sequence[tuple[float, float] | None], truth: float) -> float:
    """The share that holds the truth of those that are given, NaN where most are not."""
    given = [interval for interval in intervals if interval is not None]
    return held_in(inside(one, truth) for one in given) if len(given) > len(intervals) / 2 else math.nan


def clustered_macro_differences(rng: np.random.Generator, size: int) -> Iterator[Truth]:
    """The same of subjects of 40 clusters each, where a part of the clusters flip as one question."""

    def coverage(subjects: int, alike: float, discordance: float, difference: float, times: int) -> float:
        given = []
        for _ in range(times * PAIRED_CLUSTER_DRAWS):
            shape = (subjects * 40, size)
            given.append(
                clustered_macro_difference(in_clusters(rng, shape, flips(discordance, difference), alike) - 1)
            )
        return held_where_given(given, difference)

    for subjects, alike, discordance, difference in product((5, 14), ALIKE, (0.05, 0.1, 0.3), (0.0, 0.05)):
        where = (
            f"{subjects} subjects, n = {subjects * 40 * size:,}, {100 * alike:g} % as one, discordance {discordance}, "
            f"difference {difference}"
        )
        yield Truth(where, partial(coverage, subjects, alike, discordance, difference))


def clustered_macro_difference(flipped: np.ndarray) -> tuple[float, float] | None:
    """The interval for -1, 0 and 1 of each question, a row a cluster and 40 rows a subject."""
    size = flipped.shape[1]
    cells: dict[tuple[str, Hashable], Tally] = {
        (f"{place // 40}", place): Tally(total, size)
        for place, total in enumerate(flipped.sum(axis=1).tolist())
    }
    subjects = flipped.reshape(-1, 40 * size)
    tables = [
        Table(0, lost, won, 40 * size - lost - won)
        for lost, won in zip(
            (subjects == -1).sum(axis=1).tolist(), (subjects == 1).sum(axis=1).tolist(), strict=True
        )
    ]
    clusters = [place // size for place in range(flipped.size)]
    worth = clustered_worth(flipped.ravel().tolist(), clusters)
    return macro_difference_interval(tables, clustered_macro_stderr(cells), worth=worth)


def clustered_differences(rng: np.random.Generator, size: int) -> Iterator[Truth]:
    """The same, where a part of the clusters flip as one question."""

    def coverage(n: int, alike: float, discordance: float, difference: float, times: int) -> float:
        clusters = [place // size for place in range(n)]
        wanted = times * PAIRED_CLUSTER_DRAWS // (4 if n > LONG else 1)
        held = []
        for _ in range(wanted):
            drawn = in_clusters(rng, (n // size, size), flips(discordance, difference), alike)
            values = (drawn.ravel() - 1).tolist()
            table = Table(0, values.count(-1), values.count(1), values.count(0))
            spread = clustered_spread(values, clusters)
            held.append(inside(difference_interval(table, spread=spread), difference))
        return held_in(held)

    for n, alike in product(PAIRED_CLUSTERED[size], ALIKE):
        for discordance, difference in product(PAIRED_DISCORDANCES, PAIRED_DIFFERENCES):
            if abs(difference) <= discordance:
                where = (
                    f"n = {n:,}, {100 * alike:g} % as one, discordance {discordance}, difference {difference}"
                )
                yield Truth(where, partial(coverage, n, alike, discordance, difference))


def families(rng: np.random.Generator) -> Iterator[Truth]:
    """Every interval of a ranking at once."""

    def coverage(n: int, shares: Sequence[float], times: int) -> float:
        wanted = times * FAMILIES // (4 if n > LONG else 1)
        return held_in(all_inside(rng, n, shares) for _ in range(wanted))

    for n, (first, step) in product((50, 100, 500, 2_000, 14_042), SAMPLES):
        shares = [first + step * place for place in range(MODELS)]
        yield Truth(
            f"n = {n:,}, accuracies from {first}, {100 * step:g} points apart", partial(coverage, n, shares)
        )


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


def equivalences(rng: np.random.Generator) -> Iterator[tuple[str, float]]:
    """How often a difference of just the margin is called smaller: 5 % is promised."""
    for n, discordance, margin in product((200, 1_000, 14_042), (0.05, 0.1, 0.4), (0.01, 0.02, 0.05)):
        draws = rng.multinomial(n, flips(discordance, -margin), size=DRAWS)
        found, times = np.unique(draws, axis=0, return_counts=True)
        claimed = [equivalence_p(Table(0, b, c, same), margin) < 0.05 for b, same, c in found.tolist()]
        yield f"n = {n:,}, discordance {discordance}, margin {margin}", np.dot(claimed, times) / DRAWS


def flips(discordance: float, difference: float) -> list[float]:
    """Shares of questions that are lost, neither, and won."""
    return [(discordance - difference) / 2, 1 - discordance, (discordance + difference) / 2]


def covered(draws: np.ndarray, interval: Callable[..., tuple[float, float]], truth: float) -> float:
    """The share of the draws, a row each, whose interval holds the truth."""
    found, times = np.unique(draws, axis=0, return_counts=True)
    held = [inside(interval(*row), truth) for row in found.tolist()]
    return float(np.dot(held, times) / len(draws))


def held_in(draws: Iterable[bool]) -> float:
    """The share that holds the truth."""
    return float(np.mean(list(draws)))


def in_clusters(
    rng: np.random.Generator, shape: tuple[int, int], shares: Sequence[float], alike: float
) -> np.ndarray:
    """Draws of 0, 1, … with these shares, a row a cluster; in a part of the clusters all are the same."""
    apart = np.searchsorted(np.cumsum(shares)[:-1], rng.random(shape), side="right")
    return np.where(rng.random((shape[0], 1)) < alike, apart[:, :1], apart)


def inside(interval: tuple[float, float] | None, truth: float) -> bool:
    """Whether it holds the truth, rounding aside."""
    assert interval is not None
    return interval[0] - 1e-9 <= truth <= interval[1] + 1e-9


LINES: tuple[tuple[str, Callable[[np.random.Generator], Iterator[Truth]]], ...] = (
    ("accuracy: Wilson", accuracies),
    ("macro average: Wilson of its effective questions", macros),
    *((f"accuracy in clusters of {size}", partial(clustered_accuracies, size=size)) for size in CLUSTERED),
    *((f"macro average in clusters of {size}", partial(clustered_macros, size=size)) for size in CLUSTERED),
    ("difference: Tango or ± z·SE", differences),
    ("macro difference: ± z·SE, where it is given", macro_differences),
    *(
        (f"difference in clusters of {size}", partial(clustered_differences, size=size))
        for size in PAIRED_CLUSTERED
    ),
    *(
        (
            f"macro difference in clusters of {size}, where it is given",
            partial(clustered_macro_differences, size=size),
        )
        for size in CLUSTERED
    ),
    ("all pairs of four models together", families),
)


if __name__ == "__main__":
    main()
