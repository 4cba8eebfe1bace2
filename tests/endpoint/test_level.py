"""Levels: the limit finds what an endpoint works on at once, and stays near it."""

import pytest
from simulated import Simulation

from harness.endpoint.level import FIRST, MOST, Level


@pytest.mark.parametrize("slots", [4, 6, 11, 32, 44, 100, 256])
def test_within_a_quarter_of_the_ideal_time_and_never_three_times_the_slots_in_flight(slots):
    questions = max(600, 60 * slots)
    done = Simulation(questions=questions, slots=slots).run()
    assert done.elapsed_s <= 1.25 * questions * 0.05 / slots
    assert done.peak <= 3 * slots


def test_a_queue_is_no_throughput_where_the_client_is_slow_too():
    done = Simulation(questions=14_042, slots=256, latency_s=0.5, client_s=0.0017).run()
    assert done.peak <= 3 * 256


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slots", [16, 64])
def test_replies_of_very_different_lengths_do_not_lead_astray(slots, seed):
    done = Simulation(questions=60 * slots, slots=slots, latency_s=5.0, spread=0.7, seed=seed).run()
    assert done.elapsed_s <= 1.5 * 60 * slots * 5.0 / slots
    assert done.level.limit <= 4 * slots


def test_without_a_limit_it_grows_to_its_most():
    done = Simulation(questions=20_000, latency_s=0.5).run()
    assert done.peak == MOST


def test_a_fixed_level_stays():
    done = Simulation(questions=2000, slots=4, level=Level(16)).run()
    assert (done.level.limit, done.peak) == (16, 16)


def test_less_is_tried_too_when_the_endpoint_slows_down():
    simulation = Simulation(questions=3000, slots=64)
    simulation.run()
    before = simulation.level.limit
    simulation.slots, simulation.questions = 16, 6000
    simulation.run()
    assert simulation.level.limit <= before / 2


def test_a_server_that_fails_again_and_again_is_asked_less_at_once():
    level = Level()
    for _ in range(8):
        level.failed()
    assert level.limit == FIRST // 2


def test_a_fifth_of_faults_does_not_slow_a_run_for_good():
    done = Simulation(questions=14_042, slots=64, chance=0.05, faults=0.15).run()
    assert done.elapsed_s <= 2.5 * 14_042 * 0.05 / 64
    assert done.peak <= 3 * 64
