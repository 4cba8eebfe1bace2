"""Statistics of two runs over the same questions: paired tables, differences, their intervals and tests.

Arithmetic on counts and shares 0..1 only. A difference is always NEW - BASE, and swapping the two flips its sign and
the ends of its interval exactly. What scipy has is taken from there.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

from harness.stats import Interval, effective_questions, z_below, z_of

FEWEST = 6
"""Independent questions, or clusters, that can show a difference at 5 %: of 5 all lost, p is 2·0.5^5 = 0.0625."""

_FEW_QUESTIONS = 200
_FEW_OF_A_KIND = 20
_MORE_CLUSTERS = 0.75
_NO_GAP = 1e-9


@dataclass(frozen=True, slots=True)
class Table:
    """How many questions of both runs ended how.

    Attributes:
        lost: right in BASE alone.
        won: right in NEW alone.
    """

    both_correct: int
    lost: int
    won: int
    both_wrong: int

    @property
    def questions(self) -> int:
        """All of them."""
        return self.both_correct + self.lost + self.won + self.both_wrong

    @property
    def difference(self) -> float:
        """Accuracy of NEW - accuracy of BASE."""
        return (self.won - self.lost) / self.questions

    @property
    def discordance(self) -> float:
        """Share of the questions that one run has right and the other wrong."""
        return (self.won + self.lost) / self.questions


class Spread(NamedTuple):
    """How far differences lie apart.

    Attributes:
        stderr: standard error of their mean; None for a single question.
        worth: how many independent questions one of these is worth: 1 where none shares a cluster.
        clustered: whether some share one.
    """

    stderr: float | None
    worth: float = 1.0
    clustered: bool = False


def paired_stderr(table: Table) -> float | None:
    """Standard error of the difference: that of the mean of the questions' own differences, -1, 0 or 1.

    Source: Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, on paired differences.

    Returns:
        None for a single question, which tells nothing of its spread.
    """
    n, discordant = table.questions, table.won + table.lost
    if n < 2:
        return None
    return math.sqrt((discordant - (table.won - table.lost) ** 2 / n) / (n * (n - 1)))


def clustered_stderr(differences: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """Standard error of a mean whose values come in clusters: questions on one passage, repeats of one question.

    With one value a cluster it is sd/sqrt(n). Too small with fewer than some thirty clusters.

    Source: Liang & Zeger 1986, Biometrika 73:13; Miller 2024, on clustered standard errors; times G/(G - 1) in the
    variance, as a sample variance has it, for G clusters.

    Returns:
        None for a single cluster.
    """
    n = len(differences)
    mean = math.fsum(differences) / n
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(differences, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value - mean
    groups = len(sums)
    if groups < 2:
        return None
    return math.sqrt(groups / (groups - 1) * math.fsum(total * total for total in sums.values())) / n


def clustered_worth(differences: Sequence[float], clusters: Sequence[Hashable]) -> float:
    """How many independent questions one of these is worth; 1 with a cluster to each, and never more.

    By the design effect of their mean (Korn & Graubard 1998, Survey Methodology 24:193), estimated with three quarters
    of a cluster more, as large as the cluster of a question is on average, as often won as lost. Without that, clusters
    that happened not to flip promise too much where few flip. That it is three quarters is not from a paper that we
    know: with half a cluster some intervals held too little (benchmarks/README.md).
    """
    n, flips = len(differences), math.fsum(value * value for value in differences)
    sums: dict[Hashable, float] = {}
    sizes = Counter(clusters)
    for value, cluster in zip(differences, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    if len(sums) < 2:  # no telling how clusters differ: all the questions are taken for one
        return 1 / n
    size = math.fsum(count * count for count in sizes.values()) / n
    more = _MORE_CLUSTERS * size
    mean = math.fsum(sums.values()) / (n + more)
    spread = math.fsum((total - sizes[cluster] * mean) ** 2 for cluster, total in sums.items())
    spread += more * size * (1 + mean * mean)
    return min(1.0, (flips + more - (n + more) * mean * mean) / spread)


def clustered_spread(differences: Sequence[float], clusters: Sequence[Hashable]) -> Spread:
    """That of values in clusters; without an error for a single cluster. Values and their clusters are in one order."""
    return Spread(
        clustered_stderr(differences, clusters), clustered_worth(differences, clusters), clustered=True
    )


def difference_interval(table: Table, confidence: float = 0.95, spread: Spread | None = None) -> Interval:
    """The interval of the difference that is shown beside it: Tango's for few questions or in clusters, else ± z·SE.

    Args:
        table: the counts.
        confidence: two-sided.
        spread: where it is not that of independent questions. Tango's interval is then that of as many independent
            questions as these are worth.
    """
    if _by_score(table, spread):
        return tango_interval(table, confidence, worth=spread.worth if spread else 1.0)
    return _around(table.difference, _stderr(table, spread) * z_of(confidence))


def macro_difference_interval(
    tables: Sequence[Table], stderr: float | None, *, worth: float = 1.0
) -> Interval | None:
    """± z·SE around the plain mean of subjects' differences, where that holds the truth.

    Args:
        tables: the counts of each subject.
        stderr: the mean's standard error, of clusters where there are.
        worth: how many independent questions one of these is worth. In clusters the error is that of independent
            questions times 1/√worth at least, which few flips do not make too small.

    Returns:
        None without an error, or where the questions that decide the mean are few, or few of them differ.
    """
    whole = Table(*map(sum, zip(*map(astuple, tables), strict=True)))
    effective = effective_questions([table.questions for table in tables])
    if stderr is None or is_small(whole, worth * effective / whole.questions):
        return None
    errors = [paired_stderr(table) or 0.0 for table in tables]
    independent = math.hypot(*errors) / len(tables)
    difference = math.fsum(table.difference for table in tables) / len(tables)
    return _around(difference, max(stderr, independent / math.sqrt(worth)) * z_of())


def is_small(table: Table, worth: float = 1.0) -> bool:
    """Whether the normal approximation is too rough for this table: few questions, or nearly all of one kind.

    Counted are as many independent questions as these are worth.
    """
    n, won, lost = table.questions * worth, table.won * worth, table.lost * worth
    return n < _FEW_QUESTIONS or won + lost < _FEW_OF_A_KIND or n - abs(won - lost) < _FEW_OF_A_KIND


def tango_interval(table: Table, confidence: float = 0.95, *, worth: float = 1.0) -> Interval:
    """Score interval of the difference: the differences that a score test does not reject.

    At difference 0 that test is McNemar's without correction. It keeps its width where no question is discordant.

    Args:
        table: the counts.
        confidence: two-sided.
        worth: how many independent questions one of these is worth.

    Source: Tango 1998, Statistics in Medicine 17:891.
    """
    n, b, c = table.questions * worth, table.lost * worth, table.won * worth
    z = z_of(confidence)
    return -_tango_end(n, c, b, z), _tango_end(n, b, c, z)


def _tango_end(n: float, b: float, c: float, z: float) -> float:
    """The upper end."""
    from scipy.optimize import brentq

    estimate = (c - b) / n
    if estimate >= 1:
        return 1.0
    return float(brentq(lambda delta: tango_statistic(n, b, c, delta) + z, estimate, 1 - 1e-12, xtol=1e-13))


def tango_statistic(n: float, lost: float, won: float, delta: float) -> float:
    """How many standard errors the difference lies above `delta`, the errors being those under `delta` itself."""
    variance = n * _variance_under(delta, n, lost, won)
    gap = won - lost - n * delta
    if variance <= 0:
        return 0.0 if gap == 0 else math.copysign(math.inf, gap)
    return gap / math.sqrt(variance)


def _variance_under(delta: float, n: float, lost: float, won: float) -> float:
    """Of one question's difference, if `delta` is their mean, by the likeliest shares of lost and won."""
    linear = (2 * n - won + lost) * delta - won - lost
    rest = -lost * delta * (1 - delta)
    share = (math.sqrt(max(linear * linear - 8 * n * rest, 0.0)) - linear) / (4 * n)  # of the lost
    return 2 * share + delta * (1 - delta)


def mcnemar_exact(table: Table) -> float:
    """Two-sided p of "NEW loses as often as it wins", by the binomial distribution; 1 where nothing is discordant.

    Source: McNemar 1947, Psychometrika 12:153; below 1e-300 it may come to 0.
    """
    from scipy.special import bdtr

    fewer, discordant = min(table.won, table.lost), table.won + table.lost
    return min(1.0, 2 * float(bdtr(fewer, discordant, 0.5))) if discordant else 1.0


def swapped_clusters_exact(sums: Iterable[int]) -> float:
    """Two-sided p of "whole clusters lose as often as they win", by the exact distribution; 1 where all sums are 0.

    That of the sum of all differences, were the two runs' answers to a cluster swapped or not by the toss of a coin,
    for each cluster anew. With one question to a cluster it is McNemar's exact test. With fewer than six clusters that
    are not even it is never below 0.05. It may come to 0 below 1e-300.

    Args:
        sums: each cluster's questions won less those lost.

    Source: Fisher's randomization of pairs, of clusters as Gail, Mark, Carroll, Green & Pee 1996, Statistics in
        Medicine 15:1069, have it.
    """
    import numpy as np
    from scipy.special import gammaln

    times, balance, chances = Counter[int](), 0, np.ones(1)
    for total in sums:
        times[abs(total)] += 1
        balance += total
    del times[0]
    for size, clusters in times.items():
        swapped = np.arange(clusters + 1)
        ways = gammaln(clusters + 1) - gammaln(swapped + 1) - gammaln(clusters - swapped + 1)
        step = np.zeros(size * clusters + 1)
        step[::size] = np.exp(ways - clusters * math.log(2))
        chances = np.convolve(chances, step)
    as_uneven = (len(chances) - 1 - abs(balance)) // 2  # of what is won or lost, the smaller part
    return min(1.0, 2 * float(chances[: as_uneven + 1].sum()))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p values of one family of tests, adjusted so that a false alarm anywhere among them is held to its level.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def not_worse_p(table: Table, margin: float, spread: Spread | None = None) -> float:
    """One-sided p of "NEW is worse than BASE by `margin` or more"; `margin` is a share above 0.

    Below 0.05 where the lower end of the 90 % interval lies above -margin: the same method as `difference_interval`.

    Source: the score test is Tango's; Liu et al. 2002, Statistics in Medicine 21:231, compare it to others.
    """
    if _by_score(table, spread):
        worth = spread.worth if spread else 1.0
        return _above(
            tango_statistic(table.questions * worth, table.lost * worth, table.won * worth, -margin)
        )
    return _above((table.difference + margin) / _stderr(table, spread))


def two_sided_score_p(table: Table, worth: float) -> float:
    """Of "no difference", by the test whose interval is `tango_interval`."""
    return 2 * _above(
        abs(tango_statistic(table.questions * worth, table.lost * worth, table.won * worth, 0.0))
    )


def equivalence_p(table: Table, margin: float, spread: Spread | None = None) -> float:
    """The larger p of the two one-sided tests of "the difference is `margin` or more, either way".

    Source: TOST, Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657.
    """
    swapped = Table(table.both_correct, table.won, table.lost, table.both_wrong)
    return max(not_worse_p(table, margin, spread), not_worse_p(swapped, margin, spread))


def detectable(discordance: float, n: float, power: float = 0.8) -> float:
    """The smallest true difference that n questions show with this power, two-sided at 5 %; a share.

    A difference cannot exceed the discordance: where so few questions are discordant, it is the discordance that would
    have to be larger.

    Source: Connor 1987, Biometrics 43:207, whose equation z_a·sqrt(ψ) + z_b·sqrt(ψ - D²) = D·sqrt(n) is solved for D.
    """
    za, zb = z_of(), z_below(power)
    half = za * math.sqrt(n * discordance)
    found = (half + math.sqrt(max(half**2 - (n + zb**2) * discordance * (za**2 - zb**2), 0.0))) / (n + zb**2)
    if 0 < found <= discordance:
        return found
    found = min(1.0, found)
    for _ in range(100):  # the same equation with ψ = D; it contracts fast
        found = min(1.0, (za + zb * math.sqrt(1 - found)) ** 2 / n)
    return found


def questions_needed(discordance: float, difference: float, power: float = 0.8) -> int:
    """How many questions show a true difference with this power, two-sided at 5 %; both are shares.

    Source: as `detectable`.
    """
    share = max(discordance, difference)
    sides = z_of() * math.sqrt(share) + z_below(power) * math.sqrt(share - difference**2)
    return math.ceil((sides / difference) ** 2)


def questions_to_exclude(delta: float, table: Table, power: float = 0.8) -> float:
    """How many independent questions exclude a difference of `delta` with this power, if the table is the truth.

    By Tango's interval with 95 %. Where the table's difference is beside `delta` it takes very many.

    Source: the normal approximation of a score test's power, as Connor 1987, Biometrics 43:207, has it for delta = 0.
    """
    n = table.questions
    gap = max(abs(table.difference - delta), _NO_GAP)
    supposed = max(_variance_under(delta, n, table.lost, table.won), 0.0)
    true = table.discordance - table.difference**2
    return ((z_of() * math.sqrt(supposed) + z_below(power) * math.sqrt(true)) / gap) ** 2


def _by_score(table: Table, spread: Spread | None) -> bool:
    """Whether a score test is needed: in clusters a few that flip as one can decide the error, however many do not."""
    return (spread is not None and spread.clustered) or is_small(table)


def _stderr(table: Table, spread: Spread | None) -> float:
    """Of a table that is not small, which has a spread."""
    return (spread and spread.stderr) or paired_stderr(table) or math.inf


def _above(z: float) -> float:
    """Probability of a standard normal value above z."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def _around(value: float, half: float) -> Interval:
    return max(-1.0, value - half), min(1.0, value + half)
