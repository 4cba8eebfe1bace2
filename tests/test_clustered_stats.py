"""Errors and intervals of questions that come in clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clustered_stats import (
    Tally,
    clustered_interval,
    clustered_macro_interval,
    clustered_macro_stderr,
    clustered_stderr,
)
from harness.stats import macro_interval, macro_stderr, proportion_stderr, wilson_interval


@given(st.integers(0, 30), st.integers(2, 30))
def test_clusters_of_one_question_give_the_plain_figures(k, n):
    k = min(k, n)
    alone = [Tally(1, 1)] * k + [Tally(0, 1)] * (n - k)
    assert clustered_stderr(alone) == pytest.approx(proportion_stderr(k, n), abs=1e-12)
    assert clustered_interval(alone) == pytest.approx(wilson_interval(k, n), abs=1e-12)


def test_macro_with_clusters_of_one_question_is_the_plain_macro_error():
    parts = {"algebra": (3, 7), "botany": (1, 4), "chess": (2, 2)}
    cells = {
        (part, f"{part}/{place}"): Tally(int(place < k), 1)
        for part, (k, n) in parts.items()
        for place in range(n)
    }
    assert clustered_macro_stderr(cells) == pytest.approx(macro_stderr(list(parts.values())))


def test_the_macro_interval_of_clusters_of_one_question_is_the_plain_one():
    parts = {"algebra": (3, 7), "botany": (1, 4), "chess": (2, 2)}
    cells = {
        (part, (part, place)): Tally(int(place < k), 1)
        for part, (k, n) in parts.items()
        for place in range(n)
    }
    macro = sum(k / n for k, n in parts.values()) / 3
    expected = macro_interval(macro, macro_stderr(list(parts.values())), [7, 4, 2])
    assert clustered_macro_interval(cells) == pytest.approx(expected)


def test_a_macro_average_of_few_right_answers_in_clusters_has_an_interval_that_holds_the_truth():
    rng, shape, share = np.random.default_rng(0), (300, 5, 20), 0.02
    as_one, each = 10 * (rng.random(shape) < share), rng.binomial(10, share, shape)
    held = 0
    for draw in np.where(rng.random(shape) < 0.5, as_one, each).tolist():
        cells = {
            (str(part), (part, at)): Tally(k, 10) for part, ks in enumerate(draw) for at, k in enumerate(ks)
        }
        low, high = clustered_macro_interval(cells)
        held += low <= share <= high
    assert held >= 0.92 * 300


@pytest.mark.parametrize("k", [0, 5])
def test_where_all_answers_are_alike_only_the_clusters_count(k):
    assert clustered_interval([Tally(k, 5)] * 8) == pytest.approx(wilson_interval(k * 8 / 5, 8))


def test_questions_that_go_the_same_way_within_a_cluster_are_worth_one():
    clusters = [Tally(4, 4)] * 30 + [Tally(0, 4)] * 10
    assert clustered_interval(clusters) == pytest.approx(wilson_interval(30, 40))


@pytest.mark.parametrize("clusters", [[Tally(1, 2)] * 20, [Tally(1, 2)] * 19 + [Tally(2, 2), Tally(0, 2)]])
def test_clusters_never_make_an_interval_narrower(clusters):
    k, n = sum(k for k, _ in clusters), sum(n for _, n in clusters)
    assert clustered_interval(clusters) == pytest.approx(wilson_interval(k, n))


def test_clusters_that_happen_to_be_mixed_are_not_taken_for_independent_questions():
    mixed = [Tally(1, 4)] * 5 + [Tally(0, 4)] * 45  # as five of 200 independent questions would be
    size, share = 4, (5 + 3) / (200 + 6)  # with one and a half clusters of four more
    spread = 5 * (1 - 4 * share) ** 2 + 45 * (4 * share) ** 2 + 6 * size * ((1 - share) ** 2 + share**2) / 2
    effect = spread / (206 * share * (1 - share))
    assert clustered_interval(mixed) == pytest.approx(
        wilson_interval(5 / effect, 200 / effect), rel=1e-5, abs=1e-12
    )


def test_few_right_answers_in_clusters_have_an_interval_that_holds_the_truth():
    rng, clusters, share = np.random.default_rng(0), (1_000, 50), 0.05
    as_one, each = 4 * (rng.random(clusters) < share), rng.binomial(4, share, clusters)
    draws = np.where(rng.random(clusters) < 0.5, as_one, each)
    found = [clustered_interval([Tally(k, 4) for k in draw]) for draw in draws.tolist()]
    assert sum(low <= share <= high for low, high in found) >= 930


def test_a_single_cluster_tells_nothing():
    assert clustered_stderr([Tally(1, 2)]) is None
    assert clustered_interval([Tally(1, 2)]) is None
    assert (
        clustered_macro_stderr({("a", 1): Tally(1, 2), ("b", 1): Tally(1, 2), ("b", 2): Tally(0, 2)}) is None
    )
    assert (
        clustered_macro_interval({("a", 1): Tally(1, 2), ("b", 1): Tally(1, 2), ("b", 2): Tally(0, 2)})
        is None
    )


def test_the_order_of_the_parts_does_not_matter_to_the_last_digit():
    """A run that was interrupted has its answers in another order."""
    cells = {
        ("algebra", "a"): Tally(0, 2),
        ("algebra", "b"): Tally(2, 2),
        ("botany", "c"): Tally(0, 1),
        ("botany", "d"): Tally(1, 1),
        ("chess", "e"): Tally(0, 1),
        ("chess", "f"): Tally(1, 1),
    }
    backwards = dict(reversed(cells.items()))
    assert clustered_macro_interval(cells) == clustered_macro_interval(backwards)
