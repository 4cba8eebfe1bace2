"""Rankings: several runs of the same questions, each with the ranks that it may have.

Takes BASE and two or more other runs, gives a Ranking. All its intervals hold together with 95 %, and so do all sets of
ranks: two models whose interval holds 0 may stand either way round.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from harness.comparison import (
    Comparison,
    Side,
    Verdict,
    loaded,
    of_pairing,
    p_of,
    side_of,
    spread_of,
    table_of,
)
from harness.comparison_notes import OF_FORM
from harness.comparison_words import compared
from harness.errors import UsageError
from harness.finished import Run
from harness.paired_stats import Table, difference_interval
from harness.pairing import Given, pair
from harness.stats import Interval, z_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CONFIDENCE = 0.95
_ALPHA = 0.05
_DRAWS = 200_000
_SEED = 0
_NOTHING = 1e-15  # a variance that is rounding alone: two models that answer alike


@dataclass(frozen=True, slots=True)
class Against:
    """One run against another, which stands before it in the order given.

    Attributes:
        p: exact, of the two by themselves.
        interval: of the difference, second - first, which holds together with all others.
    """

    first: int
    second: int
    table: Table
    difference: float
    stderr: float | None
    p: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Ranked:
    """One run among several.

    Attributes:
        ranks: the best and the worst that it may have; 1 is the best.
        against_base: None for BASE itself.
        verdict: against BASE, by the interval that holds together with all others and by the exact test; None for BASE
            itself.
    """

    side: Side
    ranks: tuple[int, int]
    against_base: Against | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Several runs over the questions that all of them answered.

    Attributes:
        models: BASE, then the others as given.
        pairs: each with each.
        critical: how many standard errors the intervals reach to either side.
        comparisons: BASE with each of the others, by themselves; their intervals hold one at a time.
        notes: what to know of the figures, as sentences.
    """

    questions: int
    models: tuple[Ranked, ...]
    pairs: tuple[Against, ...]
    critical: float
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]


def rank(
    base: Run | Path | str, others: Sequence[Run | Path | str], *, on_common_questions: bool = False
) -> Ranking:
    """Rank several runs.

    Args:
        base: the run that the others are compared with.
        others: two or more.
        on_common_questions: as in `compare`.

    Raises:
        UsageError: as `compare`, of BASE and any of the others; or no question was answered in all of them.
    """
    runs = [loaded(base), *map(loaded, others)]
    pairings = [pair(runs[0], run, on_common_questions=on_common_questions) for run in runs[1:]]
    ids = _common([pairing.pairs for pairing in pairings], runs)
    given = [
        [pairings[0].pairs[id_][0] for id_ in ids],
        *([pairing.pairs[id_][1] for id_ in ids] for pairing in pairings),
    ]
    critical, pairs = simultaneous(given)
    comparisons = tuple(
        of_pairing(runs[0], run, pairing) for run, pairing in zip(runs[1:], pairings, strict=True)
    )
    return Ranking(
        questions=len(ids),
        models=tuple(_ranked(place, run, given[place], pairs) for place, run in enumerate(runs)),
        pairs=pairs,
        critical=critical,
        comparisons=comparisons,
        notes=_notes(comparisons, len(ids)),
    )


def told_apart(names: Sequence[str], sides: Sequence[Side]) -> tuple[str, ...]:
    """Names of runs, each with the id of its run where another has the same name."""
    times = Counter(names)
    return tuple(
        name if times[name] == 1 else f"{name}, {side.score.run.id}"
        for name, side in zip(names, sides, strict=True)
    )


def simultaneous(given: Sequence[Sequence[Given]]) -> tuple[float, tuple[Against, ...]]:
    """How far the intervals reach, in standard errors, and each pair of models; `given` is a row a model."""
    critical = _critical(given)
    places = combinations(range(len(given)), 2)
    return critical, tuple(_against(first, second, given, critical) for first, second in places)


def _common(answered: Sequence[Mapping[str, tuple[Given, Given]]], runs: Sequence[Run]) -> list[str]:
    ids = [id_ for id_ in answered[0] if all(id_ in pairs for pairs in answered[1:])]
    if not ids:
        raise UsageError(
            f"{', '.join(str(run.path) for run in runs)} have no question that all of them answered."
        )
    return ids


def _critical(given: Sequence[Sequence[Given]]) -> float:
    """The 95 % quantile of the largest of all |difference| / SE where no two models differ, by simulation.

    Source: single-step max-T, Westfall & Young 1993, Resampling-Based Multiple Testing. The models' means are drawn
    rather than their differences, whose covariance matrix is singular.
    """
    import numpy as np

    covariance = _covariance(given)
    drawn = np.random.default_rng(_SEED).multivariate_normal(
        np.zeros(len(given)), covariance, _DRAWS, method="eigh"
    )
    largest = np.zeros(_DRAWS)
    for i, j in combinations(range(len(given)), 2):
        variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        if variance > _NOTHING:
            np.maximum(largest, np.abs(drawn[:, i] - drawn[:, j]) / math.sqrt(variance), out=largest)
    return max(float(np.quantile(largest, _CONFIDENCE)), z_of(_CONFIDENCE))


def _covariance(given: Sequence[Sequence[Given]]) -> "NDArray[np.float64]":
    """Of the models' accuracies, by clusters; a question that shares nothing is a cluster of its own."""
    import numpy as np

    right = np.array([[one.correct for one in answers] for answers in given], dtype=np.float64)
    places: dict[Hashable, int] = {}
    cluster = [places.setdefault(one.cluster, len(places)) for one in given[0]]
    sums = np.zeros((len(given), len(places)))
    for row, scores in zip(sums, right - right.mean(axis=1, keepdims=True), strict=True):
        np.add.at(row, cluster, scores)
    covariance: NDArray[np.float64] = sums @ sums.T / right.shape[1] ** 2
    return covariance


def _against(first: int, second: int, given: Sequence[Sequence[Given]], critical: float) -> Against:
    pairs = list(zip(given[first], given[second], strict=True))
    table = table_of(pairs)
    spread = spread_of(pairs, table)
    interval = difference_interval(table, math.erf(critical / math.sqrt(2)), spread)
    return Against(first, second, table, table.difference, spread.stderr, p_of(pairs, table), interval)


def _ranked(place: int, run: Run, answers: Sequence[Given], pairs: Sequence[Against]) -> Ranked:
    """A model's ranks are from one below those shown to be better to one above those shown to be worse.

    Source: Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91:476.
    """
    shown = [_shown(one, place) for one in pairs if place in (one.first, one.second)]
    worst = len(shown) + 1 - shown.count(Verdict.BETTER)
    against_base = next((one for one in pairs if (one.first, one.second) == (0, place)), None)
    return Ranked(
        side=side_of(run, answers),
        ranks=(1 + shown.count(Verdict.WORSE), worst),
        against_base=against_base,
        verdict=_shown(against_base, place) if against_base else None,
    )


def _shown(one: Against, place: int) -> Verdict:
    """What is shown of the model at `place`: where interval and test both show it, as in a comparison of two."""
    low, high = one.interval
    if one.p >= _ALPHA or low <= 0 <= high:
        return Verdict.NOT_SHOWN
    return Verdict.BETTER if (low > 0) == (one.second == place) else Verdict.WORSE


def _notes(comparisons: Sequence[Comparison], questions: int) -> tuple[str, ...]:
    sides = [comparisons[0].base, *(one.new for one in comparisons)]
    names = told_apart([side.model for side in sides], sides)[1:]
    named: dict[str, list[str]] = {}
    for name, one in zip(names, comparisons, strict=True):
        for note in one.notes:
            named.setdefault(note, []).append(name)
    of_form_first = sorted(named.items(), key=lambda item: not item[0].startswith(OF_FORM))
    found = [
        f"{'all models' if len(of) == len(names) else ', '.join(of)}: {note}" for note, of in of_form_first
    ]  # a note on BASE is one of each comparison
    if any(one.questions != questions for one in comparisons):
        found.append(f"{compared(questions, 'all')}.")
    return tuple(found)
