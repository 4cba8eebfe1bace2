"""Rates: a limit is learned from few rejections, chance is not taken for one, and a fixed rate is kept."""

import pytest
from simulated import Simulation

from harness.endpoint.rate import Rate


@pytest.mark.parametrize(("per_minute", "questions"), [(60, 60), (600, 300), (6000, 3000), (600, 3000)])
def test_a_rate_limit_is_found_and_kept(per_minute, questions):
    done = Simulation(questions=questions, per_minute=per_minute).run()
    assert done.elapsed_s <= 1.5 * 60 * questions / per_minute
    assert done.rejected <= max(0.02 * questions, 10)


def test_two_rejections_after_a_pause_that_was_kept_are_a_limit():
    """Of four requests that begin together two are let in, again and again: never three in a row are rejected."""
    rate = Rate()
    for now_s in (100.0, 100.05):
        for at in (1, 2):
            rate.begun(now_s)
            rate.rejected(now_s, 1.0, in_flight=2 - at)
        assert rate.wait_s(now_s + 1.0) <= 0  # not yet
        rate.accepted(now_s + 0.04) if now_s == 100.0 else None
    rate.begun(101.1)
    rate.begun(101.1)
    rate.accepted(101.15)
    rate.rejected(101.15, 1.0, in_flight=1)
    assert rate.wait_s(102.16) <= 0
    rate.rejected(101.15, 1.0, in_flight=0)
    assert rate.wait_s(101.2) > 0
    rate.begun(102.2)
    assert rate.wait_s(102.2) > 0.1  # a pace


def test_a_single_rejection_slows_nothing():
    rate = Rate()
    rate.begun(100.0)
    rate.rejected(100.0, 5.0, in_flight=3)
    assert rate.wait_s(100.1) > 0  # until it is known whether it was chance
    rate.accepted(100.2)
    assert rate.wait_s(100.2) <= 0


def test_rejections_in_a_row_close_the_gate_for_as_long_as_the_endpoint_asks():
    rate = Rate()
    for moment in (100.0, 100.0, 100.1, 100.1, 100.1):
        rate.begun(moment)
    rate.accepted(100.2)
    for _ in range(3):
        rate.rejected(100.3, 20.0, in_flight=0)
    assert rate.wait_s(100.3) == pytest.approx(20.0)


def test_a_fixed_rate_spaces_requests_and_is_not_changed_by_rejections():
    rate = Rate(per_minute=120)
    rate.begun(100.0)
    assert rate.wait_s(100.0) == pytest.approx(0.5)
    for _ in range(5):
        rate.rejected(100.1, 1.0, in_flight=0)
    rate.begun(100.5)
    assert rate.wait_s(100.5) == pytest.approx(0.5)


def test_a_fixed_rate_is_kept_over_a_run():
    done = Simulation(questions=300, rate=Rate(per_minute=1200)).run()
    assert done.elapsed_s == pytest.approx(15.0, rel=0.05)


def test_tokens_a_minute_are_kept_once_it_is_known_what_a_request_takes():
    rate = Rate(tokens_per_minute=6000)  # 100 a second
    rate.begun(100.0)
    rate.used(50)
    assert rate.wait_s(100.0) == pytest.approx(0.5)
    rate.begun(100.5)  # 50 are set aside
    assert rate.wait_s(100.5) == pytest.approx(0.5)
    rate.used(150)
    assert rate.wait_s(100.5) == pytest.approx(1.5)


def test_where_nothing_is_left_nothing_begins_until_there_is():
    rate = Rate()
    rate.close(130.0)
    assert rate.wait_s(100.0) == 30.0
