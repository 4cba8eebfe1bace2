"""Statistics of one score: standard errors and intervals, with their sources.

Arithmetic on counts and shares only. z is computed, not 1.96 typed in.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

Interval = tuple[float, float]

_NO_GAP = 1e-9


def z_of(confidence: float = 0.95) -> float:
    """The two-sided normal quantile of a confidence level: 1.95996… for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def z_below(share: float) -> float:
    """The normal quantile: 0.84… for 0.8."""
    return NormalDist().inv_cdf(share)


def proportion_stderr(successes: int, n: int) -> float:
    """Standard error of a share k/n: sqrt(p(1 - p)/n), shares 0..1.

    Source: the Bernoulli case of Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640.
    """
    share = successes / n
    return math.sqrt(share * (1 - share) / n)


def wilson_interval(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Score interval of a share k/n, without continuity correction.

    Source: Wilson 1927, JASA 22:209. Unlike p ± z·SE it stays within [0, 1] and keeps its width at
    k = 0 and k = n.
    """
    z = z_of(confidence)
    share, z2 = successes / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def questions_behind(share: float, wilson: Interval) -> float:
    """How many independent questions Wilson's interval of a share was made from, by its width."""
    half, variance, z2 = (wilson[1] - wilson[0]) / 2, share * (1 - share), z_of() ** 2
    # half²·(1 + a)² = a·variance + a²/4, of which a = z²/n is the positive root
    square, linear = 0.25 - half * half, variance - 2 * half * half
    return z2 * 2 * square / (math.sqrt(linear * linear + 4 * square * half * half) - linear)


def questions_to_clear(threshold: float, share: float, power: float = 0.8) -> float:
    """How many independent questions put Wilson's 95 % interval on one side of a threshold with this power.

    Args:
        threshold: a share above 0 and below 1.
        share: the true one; beside the threshold it takes very many.
        power: of a test of this kind; the other side's is not counted.

    Source: the sample size of a score test of one proportion, Fleiss, Levin & Paik 2003, Statistical Methods for Rates
        and Proportions, chapter 2.
    """
    gap = max(abs(share - threshold), _NO_GAP)
    sides = z_of() * math.sqrt(threshold * (1 - threshold)) + z_below(power) * math.sqrt(share * (1 - share))
    return (sides / gap) ** 2


def macro_stderr(parts: Sequence[tuple[int, int]]) -> float | None:
    """Standard error of the plain mean of shares k_h/n_h: (1/H)·sqrt(Σ p_h(1 - p_h)/(n_h - 1)).

    Source: stratified sampling with equal weights, Cochran 1977, Sampling Techniques, ch. 5.

    Returns:
        None where a part has a single question, since it tells nothing of its spread.
    """
    if any(n < 2 for _, n in parts):
        return None
    variance = sum((k / n) * (1 - k / n) / (n - 1) for k, n in parts)
    return math.sqrt(variance) / len(parts)


def effective_questions(sizes: Sequence[int]) -> float:
    """Questions in subjects of one size whose plain mean would be as near to normal: (Σ 1/n_h)² / Σ 1/n_h³.

    All of them where the sizes are equal; few where some subjects are small, whose few questions then move the mean
    more than all the others. By Welch & Satterthwaite's degrees of freedom, with variances of 1/n_h: Satterthwaite
    1946, Biometrics Bulletin 2:110.
    """
    return sum(1 / n for n in sizes) ** 2 / sum(1 / n**3 for n in sizes)


def macro_interval(macro: float, stderr: float, sizes: Sequence[int], confidence: float = 0.95) -> Interval:
    """Wilson's interval of a plain mean of shares, for as many questions as would have its error: p(1 - p)/SE².

    macro ± z·SE held the truth in 64 % of simulated scores with few questions near 0 or 1, where it said 95 %:
    benchmarks/intervals.py.

    Args:
        macro: the mean.
        stderr: its standard error; where it is 0, since each part is all right or all wrong, the parts' sizes decide.
        sizes: how many questions each part has.
        confidence: two-sided.

    Source: Korn & Graubard 1998, Survey Methodology 24:193.
    """
    known = macro * (1 - macro) / stderr**2 if stderr else 0.0
    worth = known or len(sizes) ** 2 / sum(1 / size for size in sizes)
    return wilson_interval(macro * worth, worth, confidence)
