"""Simulations of benchmarks/: a small form of each, by its own functions, holds what benchmarks/README.md says."""

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from shared import SHARED, needs_shared

FOLDER = Path(__file__).parents[1] / "benchmarks"
LEVEL, A_SIDE, CLAIM = 0.05, 0.025, 0.005


@pytest.fixture
def program(monkeypatch):
    """Loads one of the programs as a module, with some of its constants replaced by smaller ones."""

    def loaded(name, called):
        spec = importlib.util.spec_from_file_location(called, FOLDER / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, called, module)
        spec.loader.exec_module(module)
        return module

    def program_(name, **smaller):
        loaded("readers", "readers")  # which early_stop.py imports; the tests have a folder of that name
        module = loaded(name, f"benchmark_{name}")
        for constant, value in smaller.items():
            assert hasattr(module, constant)
            setattr(module, constant, value)
        return module

    return program_


def at_most(share, draws):
    """Three standard errors above what is promised: by chance in one test of a thousand, and the seed is fixed."""
    return share + 3 * math.sqrt(share * (1 - share) / draws)


# What the gate says, how often

DRAWS = 2_000


def shares(gate, n, discordance, difference):
    """Rule to how often it passed, was undecided, and found a regression."""
    found = gate.verdicts(n, discordance, difference, DRAWS, seed=1)
    return {
        rule: {answer: said[answer] / DRAWS for answer in (True, None, False)} for rule, said in found.items()
    }


@pytest.mark.parametrize(("n", "discordance"), [(200, 0.02), (200, 0.2), (1_000, 0.02), (1_000, 0.2)])
def test_two_runs_of_equal_weights_are_seldom_a_regression(program, n, discordance):
    said = shares(program("gate"), n, discordance, 0.0)
    assert all(answers[False] <= at_most(A_SIDE, DRAWS) for answers in said.values())
    assert said["default"][True] == 1 - said["default"][False]


def test_a_clear_drop_is_found_and_one_that_was_allowed_is_not(program):
    gate = program("gate")
    found = shares(gate, 1_000, 0.1, -0.05)
    assert found["default"][False] > 0.98
    assert all(answers[True] <= 0.01 for answers in found.values())
    assert shares(gate, 14_042, 0.02, -0.005)["`--max-drop 1`"][True] > 0.98


def test_at_its_margin_a_drop_passes_or_fails_by_chance_as_seldom_as_promised(program):
    at_margin = shares(program("gate"), 1_000, 0.1, -0.01)["`--max-drop 1`"]
    assert at_margin[True] <= at_most(A_SIDE, DRAWS)
    assert at_margin[False] <= at_most(A_SIDE, DRAWS)


def test_the_smallest_margin_that_an_equal_model_passes_is_that_of_the_docs(program):
    gate = program("gate")
    for n, discordance, points in ((200, 0.02, 3.6), (1_000, 0.1, 2.8)):
        assert gate.margin(n, discordance, DRAWS, seed=1) == pytest.approx(points, abs=0.3)


# How soon an early stop decides, and how often it is wrong

RUNS = 1_000


def pair_of(early_stop, lost, won, of):
    """A pair of made-up models: of so many questions it loses and wins so many."""
    differences = np.array([-1] * lost + [1] * won + [0] * (of - lost - won), dtype=np.int8)
    return early_stop.Pair("made up", [str(place) for place in range(of)], differences)


def test_many_orders_at_once_are_what_the_harness_does_one_by_one(program):
    early_stop = program("early_stop", AT_ONCE=5)
    for lost, won in ((90, 20), (60, 60), (20, 90)):
        early_stop.check(pair_of(early_stop, lost, won, 600))


@pytest.mark.parametrize("of", [200, 1_000])
def test_an_early_stop_of_equal_models_seldom_finds_a_difference(program, of):
    early_stop = program("early_stop", ERROR_SEEDS=RUNS)
    pair = pair_of(early_stop, of // 10, of // 10, of)
    found = early_stop.alarms(pair, early_stop.stakes, swapped=True)
    assert 0 < found.in_all <= at_most(LEVEL, RUNS) * RUNS
    assert max(found.worse, found.better) <= at_most(CLAIM, RUNS) * RUNS


def test_a_drop_of_the_margin_is_seldom_shown_not_to_be_there(program):
    early_stop = program("early_stop", ERROR_SEEDS=RUNS)
    pair = pair_of(early_stop, 120, 100, 1_000)
    found = early_stop.alarms(pair, early_stop.stakes, swapped=False)
    assert found.not_worse <= at_most(CLAIM, RUNS) * RUNS


def decided(early_stop, pair, printed):
    """Per cent of the questions asked at the median, and of runs that ended as worse, by the harness's own stakes."""
    early_stop.decisions(pair)
    line = printed.readouterr().out.splitlines()[0]
    assert "the harness's" in line
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return float(cells[4]), float(cells[6])


def test_an_early_stop_finds_a_drop_of_ten_points_after_a_small_part(program, capsys):
    early_stop = program("early_stop", POWER_SEEDS=50)
    median, worse = decided(early_stop, pair_of(early_stop, 1_500, 500, 10_000), capsys)
    assert median <= 3.5
    assert worse == 100


@needs_shared
def test_an_early_stop_finds_a_drop_of_ten_points_between_recorded_models_as_soon_as_the_docs_say(
    program, capsys
):
    some = {"8B": "Meta-Llama-3_1-8B", "Llama-3-70B": "Meta-Llama-3-70B"}
    early_stop = program("early_stop", POWER_SEEDS=50, MODELS=some, PAIRS={"A": ("Llama-3-70B", "8B")})
    (pair,) = early_stop.pairs(SHARED / "recorded" / "mmlu_pro", SHARED / "data").values()
    early_stop.check(pair)
    median, worse = decided(early_stop, early_stop.part_of(pair, 0.10), capsys)
    assert 1 <= median <= 3.5
    assert worse == 100


# What the intervals hold


def coverage(truths):
    """On average, and the least."""
    held = [truth.coverage(1) for truth in truths]
    return sum(held) / len(held), min(held)


def test_the_interval_of_an_accuracy_holds_what_it_promises(program):
    few = {"DRAWS": 2_000, "QUESTIONS": (50, 1_000), "ACCURACIES": (0.1, 0.5, 0.9)}
    average, least = coverage(program("intervals", **few).accuracies(np.random.default_rng(1)))
    assert 0.94 < average < 0.965
    assert least > 0.92


def test_the_interval_of_a_difference_holds_what_it_promises(program):
    few = {
        "DRAWS": 1_000,
        "QUESTIONS": (200, 1_000),
        "DISCORDANCES": (0.05, 0.2),
        "DIFFERENCES": (0.0, -0.05),
    }
    average, least = coverage(program("intervals", **few).differences(np.random.default_rng(1)))
    assert 0.94 < average < 0.97
    assert least > 0.92


def test_the_interval_of_a_difference_in_clusters_holds_what_it_promises_where_few_flip_whole(program):
    few = {"PAIRED_CLUSTER_DRAWS": 150, "PAIRED_CLUSTERED": {20: (2_000,)}, "ALIKE": (0.25,)}
    average, least = coverage(program("intervals", **few).clustered_differences(np.random.default_rng(1), 20))
    assert 0.94 < average < 0.99
    assert least > 0.90  # ± z·SE held 87 % of 800 draws
