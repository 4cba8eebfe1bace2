"""Paired tables: differences, intervals and tests, against scipy and against figures computed elsewhere."""

import math
import operator
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from other_intervals import mid_p_of, newcombe_10
from scipy.stats import binomtest, norm, ttest_1samp

from harness.paired_stats import (
    Spread,
    Table,
    clustered_spread,
    clustered_stderr,
    clustered_worth,
    detectable,
    difference_interval,
    equivalence_p,
    holm,
    mcnemar_exact,
    not_worse_p,
    paired_stderr,
    questions_needed,
    questions_to_exclude,
    swapped_clusters_exact,
    tango_interval,
    tango_statistic,
)

COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 5_000))
TABLES = st.builds(Table, COUNTS, COUNTS, COUNTS, COUNTS).filter(lambda table: table.questions > 0)
SMALL = [
    ((8, 0, 0, 2), (-0.277533, 0.277533), 1.0, (-0.235546, 0.235546), 1.0),
    ((1, 1, 7, 12), (0.026003, 0.517232), 0.0703125, (0.025559, 0.506920), 0.0390625),
    ((14, 5, 0, 22), (-0.255442, -0.025836), 0.0625, (-0.226493, -0.011483), 0.03125),
    ((40, 3, 0, 57), (-0.084519, 0.008103), 0.25, (-0.068479, 0.008619), 0.125),
    ((300, 20, 8, 172), (-0.046926, -0.003490), 0.0356981, (-0.045018, -0.002988), 0.0241195),
    ((500, 0, 0, 0), (-0.007624, 0.007624), 1.0, (-0.007624, 0.007624), 1.0),
]


def swapped(table):
    """The same with BASE and NEW in each other's place."""
    return Table(table.both_correct, table.won, table.lost, table.both_wrong)


def differences(table):
    """The questions' own differences, one a question."""
    same = table.both_correct + table.both_wrong
    return [-1.0] * table.lost + [1.0] * table.won + [0.0] * same


@pytest.mark.parametrize(("counts", "interval", "p", "newcombe", "mid_p"), SMALL)
def test_small_tables_have_tangos_interval_and_the_exact_p(counts, interval, p, newcombe, mid_p):
    table = Table(*counts)
    assert tango_interval(table) == pytest.approx(interval, abs=5e-7)
    assert mcnemar_exact(table) == pytest.approx(p, abs=5e-8)
    assert newcombe_10(table) == pytest.approx(newcombe, abs=5e-7)
    assert mid_p_of(table) == pytest.approx(mid_p, abs=5e-8)


@given(TABLES, st.sampled_from([0.9, 0.95, 0.998]))
def test_swapping_the_runs_flips_the_difference_and_its_ends_exactly(table, confidence):
    low, high = difference_interval(table, confidence)
    other = swapped(table)
    assert difference_interval(other, confidence) == (-high, -low)
    assert other.difference == -table.difference
    assert (paired_stderr(other), mcnemar_exact(other)) == (paired_stderr(table), mcnemar_exact(table))


@given(TABLES, st.sampled_from([difference_interval, tango_interval]))
def test_an_interval_holds_the_difference_and_has_a_width(table, interval):
    low, high = interval(table)
    assert -1 <= low <= table.difference <= high <= 1
    assert low < high


@given(TABLES)
def test_tangos_ends_are_where_its_statistic_is_z(table):
    z = norm.isf(0.025)
    low, high = tango_interval(table)
    counts = table.questions, table.lost, table.won
    if high < 1:
        assert tango_statistic(*counts, high) == pytest.approx(-z, abs=1e-5)
    if low > -1:
        assert tango_statistic(*counts, low) == pytest.approx(z, abs=1e-5)


@given(TABLES)
def test_at_no_difference_tangos_statistic_is_mcnemars_without_correction(table):
    assume(table.lost + table.won > 0)
    plain = (table.won - table.lost) / math.sqrt(table.won + table.lost)
    found = tango_statistic(table.questions, table.lost, table.won, 0.0)
    assert found == pytest.approx(plain, rel=1e-9, abs=1e-9)


@given(TABLES)
def test_mcnemars_p_is_the_binomial_tests(table):
    discordant = table.lost + table.won
    expected = binomtest(table.lost, discordant, 0.5).pvalue if discordant else 1.0
    assert mcnemar_exact(table) == pytest.approx(expected, rel=1e-9)


@given(TABLES)
def test_the_standard_error_is_that_of_the_mean_difference(table):
    values = differences(table)
    assume(len(values) > 1)
    expected = np.std(values, ddof=1) / math.sqrt(len(values))
    assert paired_stderr(table) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_single_question_has_no_standard_error():
    assert paired_stderr(Table(0, 0, 1, 0)) is None


@given(TABLES)
def test_one_cluster_a_question_gives_the_plain_standard_error(table):
    values = differences(table)
    assume(len(values) > 1)
    found = clustered_stderr(values, range(len(values)))
    assert found == pytest.approx(paired_stderr(table), rel=1e-9, abs=1e-12)


def test_questions_that_come_in_equal_pairs_are_worth_half():
    values = [1.0, 1.0, 0.0, 0.0, -1.0, -1.0, 0.0, 0.0]
    once = [1.0, 0.0, -1.0, 0.0]
    found = clustered_stderr(values, "aabbccdd")
    assert found == pytest.approx(np.std(once, ddof=1) / math.sqrt(4))


def test_a_single_cluster_tells_nothing():
    assert clustered_stderr([1.0, 0.0], "aa") is None


@given(TABLES)
def test_one_cluster_a_question_is_worth_a_question(table):
    values = differences(table)
    assume(len(values) > 1)
    assert clustered_worth(values, range(len(values))) == pytest.approx(1, abs=1e-9)


def test_clusters_of_which_none_flipped_are_counted():
    assert clustered_worth([0.0] * 200, [place // 4 for place in range(200)]) == pytest.approx(1 / 4)


def test_flips_that_happen_to_be_apart_do_not_make_clusters_independent():
    values = [1.0 if place % 40 == 0 else 0.0 for place in range(200)]
    assert 1 / 4 < clustered_worth(values, [place // 4 for place in range(200)]) < 0.9


def test_flips_that_cancel_within_their_clusters_are_worth_no_more_than_apart():
    assert clustered_worth([1.0, -1.0] * 20, [place // 2 for place in range(40)]) == 1


def test_a_single_cluster_is_worth_one_question():
    assert clustered_worth([1.0, 0.0, 0.0, -1.0], "aaaa") == 1 / 4


def test_flips_that_cancel_within_their_clusters_have_the_interval_of_independent_questions():
    table, worth_all = Table(319, 41, 40, 0), Spread(0.001, 1.0, clustered=True)
    assert difference_interval(table, spread=worth_all) == tango_interval(table)
    assert not_worse_p(table, 0.02, worth_all) == pytest.approx(not_worse_p(table, 0.02), rel=0.01)


@given(st.lists(st.integers(-5, 5), max_size=9))
def test_swapping_clusters_counts_the_swaps_that_are_as_uneven(sums):
    swapped = [abs(sum(map(operator.mul, signs, sums))) for signs in product((1, -1), repeat=len(sums))]
    as_uneven = sum(found >= abs(sum(sums)) for found in swapped)
    assert swapped_clusters_exact(sums) == pytest.approx(as_uneven / len(swapped), rel=1e-9)


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_swapping_clusters_of_a_question_each_is_mcnemars_test(lost, won):
    found = swapped_clusters_exact([-1] * lost + [1] * won + [0] * 5)
    assert found == pytest.approx(mcnemar_exact(Table(0, lost, won, 0)), rel=1e-9)


@given(st.lists(st.integers(-5, 5), min_size=1), st.data())
def test_a_better_model_is_never_shown_to_be_worse_by_swapping_clusters(sums, data):
    place = data.draw(st.sampled_from(range(len(sums))))
    better = [*sums[:place], sums[place] + 1, *sums[place + 1 :]]
    assume(sum(better) < 0)
    assert swapped_clusters_exact(better) >= swapped_clusters_exact(sums) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("table", "drop", "decided"),
    [
        (Table(1_000, 0, 0, 0), 0.01, 1.0),
        (Table(0, 1, 0, 0), 0.01, 1.0),
        (Table(420, 60, 20, 0), 0.02, 0.8),
        (Table(440, 30, 30, 0), 0.02, 0.8),
    ],
    ids=["nothing flipped", "all lost", "worse", "equal"],
)
def test_so_many_questions_exclude_a_drop_four_times_in_five(table, drop, decided):
    n = math.ceil(questions_to_exclude(-drop, table))
    draws = np.random.default_rng(0).multinomial(
        n, np.array([table.lost, table.won, table.both_correct]) / table.questions, 500
    )
    intervals = [tango_interval(Table(same, lost, won, 0)) for lost, won, same in draws.tolist()]
    assert np.mean([low >= -drop or high < -drop for low, high in intervals]) == pytest.approx(
        decided, abs=0.05
    )


@pytest.mark.parametrize(
    ("clusters", "size", "share", "alike"), [(50, 4, 0.02, 0.5), (30, 10, 0.05, 0.5), (100, 20, 0.05, 0.25)]
)
def test_few_flips_one_way_in_clusters_have_an_interval_that_holds_the_truth(clusters, size, share, alike):
    rng, held = np.random.default_rng(0), 0
    of = [place // size for place in range(clusters * size)]
    for _ in range(400):
        as_one, each = (rng.random((clusters, width)) < share for width in (1, size))
        won = np.where(rng.random((clusters, 1)) < alike, as_one, each).astype(float).ravel().tolist()
        table = Table(0, 0, int(sum(won)), int(len(won) - sum(won)))
        low, high = difference_interval(table, spread=clustered_spread(won, of))
        held += low <= share <= high
    assert held >= 0.92 * 400


def test_clusters_widen_the_interval_of_few_questions_as_fewer_questions_would():
    few, many = Table(20, 4, 2, 14), Table(40, 8, 4, 28)
    double = paired_stderr(many) * math.sqrt(2)
    assert difference_interval(many, spread=Spread(double, 0.5, clustered=True)) == pytest.approx(
        tango_interval(few), abs=1e-9
    )


def test_holm_multiplies_from_the_smallest_and_never_falls():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.5]) == (1.0, 1.0)
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_holm_keeps_the_order_and_lowers_nothing(p_values):
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    ordered = [q for _, q in sorted(zip(p_values, adjusted, strict=True))]
    assert ordered == sorted(ordered)


@given(TABLES, st.floats(0.001, 0.2))
def test_not_worse_by_a_margin_is_where_the_90_percent_interval_excludes_it(table, margin):
    low, _ = difference_interval(table, 0.9)
    assume(abs(low + margin) > 1e-6)
    assert (not_worse_p(table, margin) < 0.05) == (low > -margin)


@given(TABLES, st.floats(0.001, 0.2))
def test_equivalence_is_where_the_90_percent_interval_lies_within_the_margin(table, margin):
    low, high = difference_interval(table, 0.9)
    assume(min(abs(low + margin), abs(high - margin)) > 1e-6)
    assert (equivalence_p(table, margin) < 0.05) == (-margin < low and high < margin)


def test_not_worse_is_near_the_t_test():
    table = Table(3457, 1583, 1534, 5458)
    expected = ttest_1samp(differences(table), -0.02, alternative="greater").pvalue
    assert not_worse_p(table, 0.02) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("n", "points"),
    [
        (500, (2.795, 3.953, 5.590, 6.846, 7.905)),
        (2_000, (1.400, 1.980, 2.800, 3.429, 3.960)),
        (12_032, (0.571, 0.808, 1.142, 1.399, 1.615)),
        (14_042, (0.529, 0.748, 1.057, 1.295, 1.495)),
    ],
)
def test_what_so_many_questions_can_show(n, points):
    found = [100 * detectable(discordance, n) for discordance in (0.05, 0.1, 0.2, 0.3, 0.4)]
    assert found == pytest.approx(points, abs=5e-4)


@given(st.floats(0, 1), st.floats(0.005, 0.3))
def test_the_questions_needed_can_show_the_difference(discordance, difference):
    n = questions_needed(discordance, difference)
    assert detectable(discordance, n) <= difference * (1 + 1e-6)
    assert n < 10 or detectable(discordance, n - 1) >= difference * (1 - 1e-6)


@given(st.floats(0, 1), st.integers(1, 20_000))
def test_no_difference_is_detectable_that_takes_more_than_the_questions(discordance, n):
    assert 0 < detectable(discordance, n) <= 1


def test_no_discordant_question_does_not_mean_that_any_difference_would_show():
    assert detectable(0.0, 100) == pytest.approx(0.0767, abs=5e-5)
