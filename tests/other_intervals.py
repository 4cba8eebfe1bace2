"""Other methods for paired tables, which the package does not use: to hold ours against."""

import math

from scipy.stats import binom, binomtest

from harness.paired_stats import Table


def newcombe_10(table: Table) -> tuple[float, float]:
    """The difference's interval by Newcombe 1998, Statistics in Medicine 17:2635, method 10."""
    n11, lost, won, n00, n = (
        *(table.both_correct, table.lost, table.won, table.both_wrong),
        table.questions,
    )
    p1, p2 = (n11 + won) / n, (n11 + lost) / n
    (l1, u1), (l2, u2) = _wilson(n11 + won, n), _wilson(n11 + lost, n)
    product = n11 * n00 - lost * won
    root = math.sqrt((n11 + lost) * (n11 + won) * (n00 + lost) * (n00 + won))
    phi = 0.0 if root == 0 else (product if product < 0 else max(product - n / 2, 0)) / root
    low = math.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    high = math.sqrt((p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2)
    return table.difference - low, table.difference + high


def mid_p_of(table: Table) -> float:
    """McNemar's mid-p: Fagerland, Lydersen & Laake 2013, BMC Medical Research Methodology 13:91."""
    fewer, discordant = min(table.lost, table.won), table.lost + table.won
    return float(2 * binom.cdf(fewer, discordant, 0.5) - binom.pmf(fewer, discordant, 0.5))


def _wilson(successes: int, n: int) -> tuple[float, float]:
    found = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    return found.low, found.high
