"""Statistics of one score whose questions come in clusters: they share a passage, or are repeats of one question.

Answers within a cluster depend on each other, so that n questions say less than n independent ones. Arithmetic on
counts and shares only. With one question to each cluster all this gives what harness/stats.py gives.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from harness.stats import Interval, macro_interval, macro_stderr, wilson_interval

FEW = 30
"""With fewer clusters the standard errors are too small (Miller 2024 and the literature that it names)."""


_MORE_CLUSTERS = 1.5


class Tally(NamedTuple):
    """What came of one cluster's questions."""

    correct: int
    questions: int


def clustered_stderr(clusters: Sequence[Tally]) -> float | None:
    """Standard error of a share of n questions: (1/n)·sqrt(Σ_g (k_g - n_g·p)²), without a correction for few clusters.

    Source: Miller 2024, arXiv 2411.00640, section on clustered standard errors; Liang & Zeger 1986, Biometrika 73:13.

    Returns:
        None for a single cluster, which tells nothing of how clusters differ.
    """
    if len(clusters) < 2:
        return None
    whole = _sum(clusters)
    share = whole.correct / whole.questions
    return math.sqrt(math.fsum((k - n * share) ** 2 for k, n in clusters)) / whole.questions


def clustered_interval(clusters: Sequence[Tally], confidence: float = 0.95) -> Interval | None:
    """Wilson's interval for as many independent questions as these are worth by their design effect.

    Source: Korn & Graubard 1998, Survey Methodology 24:193. The effect is `_design_effect`'s, since the plain estimate
    lets an interval of few right or few wrong answers be too narrow: Franco, Little, Louis & Slud 2019, Journal of
    Survey Statistics and Methodology 7:334, find so of all such intervals, and benchmarks/intervals.py.

    Returns:
        None for a single cluster.
    """
    if len(clusters) < 2:
        return None
    correct, n = _sum(clusters)
    worth = n / _design_effect(clusters)
    return wilson_interval(correct / n * worth, worth, confidence)


def _design_effect(clusters: Sequence[Tally]) -> float:
    """How much larger the variance of the share is than without clusters; 1 at least, and with one question to each.

    Estimated with one and a half clusters more, half of them right and half wrong, as large as the cluster of a
    question is on average: as Agresti & Coull 1998 (American Statistician 52:119) add answers of both kinds. So
    clusters that happened to be mixed, or alike, do not promise too much; where all answers are alike, the clusters are
    counted. That it is one and a half is not from a paper that we know: with less the intervals held too little, and
    with more too much (benchmarks/intervals.py).
    """
    correct, questions = _sum(clusters)
    size = sum(n * n for _, n in clusters) / questions
    more = _MORE_CLUSTERS * size
    share, n = (correct + more / 2) / (questions + more), questions + more
    spread = math.fsum((k - of * share) ** 2 for k, of in clusters)
    spread += more * size * ((1 - share) ** 2 + share**2) / 2
    return max(1.0, spread / (n * share * (1 - share)))


def clustered_macro_stderr(cells: Mapping[tuple[str, Hashable], Tally]) -> float | None:
    """Standard error of the plain mean of H parts' shares p_h, whose questions may share clusters across parts.

    (1/H)·sqrt(Σ_g (Σ_h f_h·(k_hg - n_hg·p_h)/n_h)²), where f_h² = G_h/(G_h - 1) is for the G_h clusters of part h what
    n_h/(n_h - 1) is for its questions in `macro_stderr`.

    Args:
        cells: part and cluster to what came of the cluster's questions in that part.

    Returns:
        None where a part has a single cluster.
    """
    clusters_of = _by_part(cells)
    if any(len(clusters) < 2 for clusters in clusters_of.values()):
        return None
    whole = {part: _sum(clusters) for part, clusters in clusters_of.items()}
    few = {part: math.sqrt(len(clusters) / (len(clusters) - 1)) for part, clusters in clusters_of.items()}
    residuals: dict[Hashable, list[float]] = {}
    for (part, cluster), (k, n) in cells.items():
        share = whole[part].correct / whole[part].questions
        residuals.setdefault(cluster, []).append(few[part] * (k - n * share) / whole[part].questions)
    return math.sqrt(math.fsum(math.fsum(parts) ** 2 for parts in residuals.values())) / len(whole)


def clustered_macro_interval(
    cells: Mapping[tuple[str, Hashable], Tally], confidence: float = 0.95
) -> Interval | None:
    """The interval of such a mean as `macro_interval` has it, for the larger of two standard errors.

    These are the clustered one, and that of independent questions times the root of the design effect of all of them,
    which few answers of a kind do not make too small.

    Args:
        cells: as above.
        confidence: two-sided.

    Returns:
        None where a part has a single cluster.
    """
    stderr = clustered_macro_stderr(cells)
    whole = {part: _sum(clusters) for part, clusters in _by_part(cells).items()}
    plain = macro_stderr(list(whole.values()))
    if stderr is None or plain is None:
        return None
    clusters: dict[Hashable, Tally] = {}
    for (_, cluster), tally in cells.items():
        clusters[cluster] = _sum((clusters.get(cluster, Tally(0, 0)), tally))
    macro = math.fsum(k / n for k, n in whole.values()) / len(whole)
    sizes = [len(members) for members in _by_part(cells).values()]
    wide = max(stderr, plain * math.sqrt(_design_effect(list(clusters.values()))))
    return macro_interval(macro, wide, sizes, confidence)


def _by_part(cells: Mapping[tuple[str, Hashable], Tally]) -> dict[str, list[Tally]]:
    """By name, whatever the order of the answers: a sum of fractions depends on it in its last digit."""
    clusters_of: dict[str, list[Tally]] = {}
    for (part, _), tally in cells.items():
        clusters_of.setdefault(part, []).append(tally)
    return dict(sorted(clusters_of.items()))


def _sum(clusters: Sequence[Tally]) -> Tally:
    return Tally(sum(k for k, _ in clusters), sum(n for _, n in clusters))
