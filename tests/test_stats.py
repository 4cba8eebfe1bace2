"""Standard errors and intervals, against scipy and against figures computed elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from harness.stats import (
    effective_questions,
    macro_interval,
    macro_stderr,
    proportion_stderr,
    wilson_interval,
    z_of,
)

SHARES = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARES, st.floats(0.5, 0.999))
def test_wilson_is_scipys(share, confidence):
    k, n = share
    expected = binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert wilson_interval(k, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(SHARES)
def test_wilson_holds_the_share_and_stays_within_0_and_1(share):
    k, n = share
    low, high = wilson_interval(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (10, 10, 0.722467, 1),
        (0, 10, 0, 0.277533),
        (1, 50, 0.003539, 0.104954),
        (6258, 12032, 0.511181, 0.529032),
    ],
)
def test_wilson_of_known_tables(k, n, low, high):
    assert wilson_interval(k, n) == pytest.approx((low, high), abs=5e-7)


def test_wilson_ends_exactly_where_all_or_none_are_right():
    assert wilson_interval(0, 7)[0] == 0.0
    assert wilson_interval(7, 7)[1] == 1.0


def test_z_is_the_two_sided_normal_quantile():
    assert z_of() == pytest.approx(norm.isf(0.025), abs=1e-12)
    assert z_of(0.9) == pytest.approx(norm.isf(0.05), abs=1e-12)


def test_the_standard_error_of_a_share_is_bernoullis():
    assert proportion_stderr(6258, 12032) == pytest.approx(0.004555, abs=5e-7)
    assert proportion_stderr(0, 10) == proportion_stderr(10, 10) == 0


def test_the_standard_error_of_a_macro_average():
    # (1/2)·sqrt(0.5·0.5/9 + 0.2·0.8/4)
    assert macro_stderr([(5, 10), (1, 5)]) == pytest.approx(0.130171, abs=5e-7)


def test_a_subject_of_one_question_has_no_spread_to_tell():
    assert macro_stderr([(5, 10), (1, 1)]) is None


def test_a_macro_average_of_many_questions_reaches_about_two_standard_errors_either_way():
    low, high = macro_interval(0.5, 0.005, [250] * 40)
    assert (low, high) == pytest.approx((0.5 - 0.0098, 0.5 + 0.0098), abs=5e-5)


def test_parts_of_equal_size_that_are_all_wrong_are_worth_their_questions():
    assert macro_interval(0.0, 0.0, [10] * 5) == wilson_interval(0, 50)


def test_a_small_part_makes_a_macro_average_worth_less():
    assert macro_interval(1.0, 0.0, [2, 98])[0] < macro_interval(1.0, 0.0, [50, 50])[0]


@pytest.mark.parametrize(
    ("sizes", "worth"), [((100,) * 5, 500), ((7,), 7), ((3, 3, 300), 6.06), ((2,) * 3 + (250,) * 54, 7.85)]
)
def test_a_small_subject_leaves_a_macro_average_few_questions(sizes, worth):
    assert effective_questions(sizes) == pytest.approx(worth, rel=1e-3)
