"""Sizings: how many questions it takes to see a difference, and what asking them takes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from builders import (
    answered,
    inline,
    passages_task,
    plan_of,
    record_of,
    settings_of,
    task_document,
    write_task,
    written_run,
)
from loopback import Loopback
from scipy.stats import binom
from whole_runs import left_behind, run, small_model

from harness.errors import UsageError
from harness.estimate import estimate
from harness.paired_stats import Table, difference_interval, mcnemar_exact
from harness.prices import GpuHours, Prices
from harness.profiles import Profile
from harness.score_file import document
from harness.sizing import Disagreement, Speed, size
from harness.speed import measured_disagreement, measured_speed

PRICES = Prices(input=2.0, cached_input=1.0, output=10.0, as_of="2026-11", source="a list")

# Smallest difference, in points, that so many questions show; two-sided 5 %, 80 % power, by Connor's equation, solved
# by scipy's brentq and agreeing with statsmodels' NormalIndPower to what is printed.
SHARES = (0.05, 0.10, 0.20, 0.30, 0.40)
DETECTABLE = {
    500: (2.795, 3.953, 5.590, 6.846, 7.905),
    2000: (1.400, 1.980, 2.800, 3.429, 3.960),
    12032: (0.571, 0.808, 1.142, 1.399, 1.615),
    14042: (0.529, 0.748, 1.057, 1.295, 1.495),
}


@pytest.fixture
def task_file(tmp_path):
    """A hundred questions in two subjects."""
    made = [inline(subject, place) for subject in ("algebra", "botany") for place in range(50)]
    return write_task(tmp_path, task_document(questions=made, groups={}))


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def sized(share=0.2, *, detect=0.1, available=14042, **more):
    found = size(
        "t", "p", detect=detect, available=available, disagreement=Disagreement((share,), "."), **more
    )
    return found.sizes[0]


@pytest.mark.parametrize("questions", DETECTABLE, ids=str)
@pytest.mark.parametrize("place", range(len(SHARES)), ids=lambda place: f"{SHARES[place]:.0%}")
def test_where_more_are_needed_than_there_are_it_says_what_all_of_them_show(questions, place):
    found = sized(SHARES[place], detect=0.001, available=questions)
    assert (found.enough, found.asked) == (False, questions)
    assert 100 * found.shows == pytest.approx(DETECTABLE[questions][place], abs=0.0006)


@pytest.mark.parametrize("questions", DETECTABLE, ids=str)
@pytest.mark.parametrize("place", range(len(SHARES)), ids=lambda place: f"{SHARES[place]:.0%}")
def test_as_many_are_needed_as_show_the_difference(questions, place):
    needed = sized(SHARES[place], detect=DETECTABLE[questions][place] / 100, available=10**6).needed
    assert needed == pytest.approx(questions, rel=0.0025)


def test_a_smaller_difference_takes_more_questions_and_so_does_more_disagreement():
    assert sized(detect=0.02).needed > sized(detect=0.03).needed
    assert sized(0.3, detect=0.02).needed > sized(0.2, detect=0.02).needed


def test_questions_that_share_passages_take_more_of_them():
    disagreement = Disagreement((0.2,), ".", worth=0.5)
    found = size("t", "p", detect=0.05, available=10_000, disagreement=disagreement).sizes[0]
    assert found.needed == pytest.approx(2 * sized(detect=0.05).needed, abs=1)
    assert found.shows == pytest.approx(0.05, abs=0.0005)


def test_two_that_disagree_on_less_cannot_differ_by_so_much():
    with pytest.raises(UsageError, match=r"disagree on 5 % .* cannot differ by 10 points; name a smaller"):
        sized(0.05, detect=0.1)
    several = size("t", "p", detect=0.1, available=100, disagreement=Disagreement(SHARES, "."))
    assert [one.needed is None for one in several.sizes] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("share", "difference"),
    [(0.05, 0.03), (0.05, 0.05), (0.1, 0.05), (0.12, 0.08), (0.2, 0.1), (0.3, 0.1), (0.4, 0.2)],
)
def test_the_questions_needed_have_about_the_power_that_is_promised(share, difference):
    """By the verdict's own two tests over all ways in which so many questions can end; the formula has none."""
    needed = sized(share, detect=difference, available=10**6).needed
    assert 0.755 < power_of_the_verdict(share, difference, needed) < 0.805


def power_of_the_verdict(share, difference, questions):
    """How often NEW is called worse that loses more by `difference`, a share of the questions being discordant."""
    discordant = np.arange(questions + 1)
    some = discordant[binom.pmf(discordant, questions, share) > 1e-6]
    return sum(
        binom.pmf(count, questions, share) * binom.pmf(lost, count, (1 + difference / share) / 2)
        for count in map(int, some)
        for lost in range(count // 2, count + 1)
        if is_worse(Table(questions - count, lost, count - lost, 0))
    )


def is_worse(table):
    return mcnemar_exact(table) < 0.05 and difference_interval(table)[1] < 0


def test_what_two_cannot_differ_by_is_not_said_to_be_shown(here, task_file):
    """Of 37 questions two that disagree on 5 % would have to differ by 20 points to be told apart."""
    few, *_ = size("t", "p", detect=0.2, available=37, disagreement=Disagreement(SHARES, ".")).sizes
    many, *_ = size("t", "p", detect=0.2, available=14042, disagreement=Disagreement(SHARES, ".")).sizes
    assert few.shows is None
    assert 0 < many.shows < 0.01
    shown = here("plan", "--task", task_file, "--detect=20", COLUMNS="200").stdout
    rows = [line.split("│")[1:-1] for line in shown.splitlines() if line.startswith("│")]
    assert [row[3].strip() for row in rows[:3]] == ["–", "8.76", "19.95"]
    assert "– under 'shows': so few questions show no difference" in shown
    alone = here("plan", "--task", task_file, "--detect=4", "--disagreement=5").stdout
    assert "and there are 100." in alone


# What asking takes


@pytest.fixture
def whole(task_file):
    return estimate(plan_of(task_file), "m", Profile(id="m"), PRICES, max_tokens=None, reasoning_tokens=None)


def test_tokens_and_dollars_are_the_asked_ones_share_of_the_whole(whole):
    found = sized(available=100, estimate=whole, detect=0.4, share=0.4)
    part = found.asked / 100
    assert 0 < part < 1
    assert found.prompt_tokens == (whole.prompt_tokens.low * part, whole.prompt_tokens.high * part)
    assert found.output_tokens == (whole.output_tokens.low * part, whole.output_tokens.high * part)
    assert found.cost_usd == pytest.approx((whole.cost_usd[0] * part, whole.cost_usd[1] * part))
    assert found.took_s is None


def test_time_is_by_the_speed_and_a_server_paid_by_the_hour_costs_its_time(whole):
    by_hour = replace(whole, prices=GpuHours(gpu_hour_usd=3600.0, gpus=2), cost_usd=None, no_cost="time")
    found = sized(available=100, detect=0.01, estimate=by_hour, speed=Speed(4.0, "."))
    assert (found.took_s, found.cost_usd) == (25.0, (50.0, 50.0))
    assert sized(available=100, detect=0.01, estimate=by_hour).cost_usd is None


# What earlier runs tell


def test_the_newest_run_that_was_asked_alike_tells_the_speed(task_file, results):
    plan = plan_of(task_file)
    with Loopback(small_model) as server:
        run(server, task_file, results, limit=3)
        newest = run(server, task_file, results, limit=5, fresh=True)
        run(server, task_file, results, limit=7, protocol="lm-eval", shots=0)
    found = measured_speed(results, "m", plan)
    assert found.questions_per_second == newest.score.latency.questions_per_second
    assert found.source == f"as in run {newest.path.name}, 5 questions"


@pytest.mark.parametrize("choices", [{"protocol": "hendrycks", "shots": 2}, {"as_published": True}])
def test_a_run_that_was_asked_otherwise_tells_nothing_of_the_speed(task_file, results, choices):
    with Loopback(small_model) as server:
        run(server, task_file, results, limit=3)
    assert measured_speed(results, "m", plan_of(task_file, **choices)) is None
    assert measured_speed(results, "another", plan_of(task_file)) is None


def test_a_damaged_score_and_replies_read_again_tell_nothing_of_the_speed(task_file, results):
    plan = plan_of(task_file)
    with Loopback(small_model) as server:
        made = run(server, task_file, results, limit=3)
    again = made.score.model_copy(update={"run": made.score.run.model_copy(update={"regraded_from": "x"})})
    (made.path / "score.json").write_bytes(document(again))
    (made.path.parent / "z").mkdir()
    (made.path.parent / "z" / "score.json").write_text("{}")
    assert measured_speed(results, "m", plan) is None


@pytest.fixture
def pair(task_file, tmp_path):
    """Two runs of a hundred questions: of eight, one has six right and the other two."""
    plan = plan_of(task_file)
    lost = {f"algebra/{place}": "no idea" for place in range(6)}
    won = {f"botany/{place}": "no idea" for place in range(2)}
    record = record_of(plan, task_file, settings=settings_of(plan, limit=None))
    return [
        written_run(tmp_path / name, plan, task_file, answered(plan, texts), record=record).path
        for name, texts in (("base", won), ("new", lost))
    ]


def test_an_earlier_pair_tells_the_disagreement(pair):
    found = measured_disagreement(*pair, task="tiny", detect=0.01)
    assert (found.shares, found.worth) == ((0.08,), 1.0)
    assert found.source == "The earlier pair disagrees on 8 of 100 questions: 8.0 % [4.1, 15.0]."


def test_it_says_where_the_pair_was_asked_something_else(pair):
    found = measured_disagreement(*pair, task="mmlu", detect=0.01)
    assert found.source.startswith("The earlier pair, on tiny, disagrees on 8 of 100")


def test_a_pair_that_disagrees_on_less_than_the_difference_is_taken_to_disagree_on_that(pair):
    found = measured_disagreement(*pair, task="tiny", detect=0.1)
    assert found.shares == (0.1,)
    assert found.source.endswith(
        "Two that differ by 10 points disagree on as many per cent at least, as here."
    )


def test_a_pair_whose_passages_were_lost_whole_tells_that_their_questions_are_worth_half(tmp_path):
    file = passages_task(tmp_path, 40)
    plan = plan_of(file)
    lost = {question.id: "no idea" for question in plan.questions[:16]}
    pair = [
        written_run(tmp_path / name, plan, file, answered(plan, texts)).path
        for name, texts in (("base", {}), ("new", lost))
    ]
    found = measured_disagreement(*pair, task=plan.task.name, detect=0.01)
    assert found.worth == pytest.approx(0.5, abs=0.001)
    assert "each tells as much as 0.50 independent ones." in found.source


def test_a_pair_that_asked_each_question_several_times_is_refused(task_file, tmp_path):
    plan = plan_of(task_file, repeats=2)
    made = written_run(tmp_path / "runs", plan, task_file, answered(plan)).path
    with pytest.raises(
        UsageError, match="asked each question 2 times, and a plan is for questions that are asked"
    ):
        measured_disagreement(made, made, task="tiny", detect=0.01)


# The command


def test_without_a_model_it_says_how_many_questions(here, task_file):
    shown = here("plan", "--task", task_file, "--detect=20", COLUMNS="200").stdout
    rows = [line.split("│")[1:-1] for line in shown.splitlines() if line.startswith("│")]
    assert [row[0].strip() for row in rows] == ["5 %", "10 %", "20 %", "30 %", "40 %"]
    assert [row[1].strip() for row in rows[:3]] == ["–", "–", "37"]
    assert "For tokens, dollars and time name a --model." in shown


def test_with_a_model_it_says_tokens_dollars_and_time_and_how_to_ask_so_many(here, task_file, results):
    shown = here(
        *("plan", "--task", task_file, "--model=gpt-4o", "--detect=10", "--disagreement=12"),
        *("--questions-per-second=2", "--results", results),
    ).stdout
    assert "tokens in, out" in shown
    assert "US dollars" in shown
    assert "Speed: 2 questions a second, as you say." in shown
    assert "Ask 92 of the 100 in both runs, by --limit 92 --sample stratified" in shown
    assert left_behind(results) == []


def test_it_says_what_is_not_known(here, task_file):
    shown = here("plan", "--task", task_file, "--model=m", "--base-url=http://127.0.0.1:9/v1").stdout
    assert "What it costs is not known: no price is known for this model." in shown
    assert "How long it takes is not known: there is no earlier run of m on tiny" in shown


def test_the_smallest_difference_that_a_small_task_shows_is_said(here, task_file):
    shown = here("plan", "--task", task_file, "--detect=1", "--disagreement=20").stdout
    assert "15,696 questions are needed, and there are 100: all of them show 12.4 points at least." in shown


def test_so_few_questions_that_they_can_show_nothing_are_said_to(here, tmp_path):
    questions = [inline("algebra", place) for place in range(5)]
    few = write_task(tmp_path, task_document(name="few", questions=questions, groups=None))
    said = ("plan", "--task", few, "--detect=90", "--disagreement=95")
    shown = " ".join(here(*said).stdout.split())
    assert "7 questions are needed, and there are 5. – under 'shows': so few questions show no" in shown
    (one,) = json.loads(here(*said, "--json").stdout)["sizes"]
    assert (one["needed"], one["shows"], one["enough"]) == (7, None, False)


def test_as_many_questions_are_needed_as_can_show_anything():
    assert sized(share=1, detect=0.99).needed == 6


def test_the_document_has_all_of_it(here, task_file, pair):
    said = ("plan", "--task", task_file, "--model=gpt-4o", "--base", pair[0], "--new", pair[1], "--json")
    made = json.loads(here(*said, "--detect=5", "--questions-per-second=2").stdout)
    assert (made["model"], made["detect"], made["power"], made["available"]) == ("gpt-4o", 0.05, 0.8, 100)
    assert made["disagreement"]["shares"] == [0.08]
    (one,) = made["sizes"]
    assert (one["asked"], one["enough"], one["took_s"]) == (100, False, 50.0)
    assert one["cost_usd"][0] < one["cost_usd"][1]


def test_each_question_is_planned_once_whatever_its_source_repeats(here, task_file):
    said = ("plan", "--task", task_file, "--protocol=deepseek-r1", "--as-published", "--detect=20", "--json")
    planned = json.loads(here(*said).stdout)
    assert (planned["available"], planned["notes"]) == (100, [])


def test_questions_that_share_passages_are_told_of(here, tmp_path):
    shown = here("plan", "--task", passages_task(tmp_path, 10), "--detect=20").stdout
    assert "Questions of this task share passages" in shown


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["--detect=0"], "--detect 0 should be points above 0, at most 100"),
        (["--disagreement=nan"], "--disagreement nan should be per cent above 0"),
        (["--questions-per-second=-1", "--model=m"], "--questions-per-second -1 should be above 0"),
        (["--base=a"], "--base and --new name two runs of an earlier pair: give both, or neither"),
        (["--base=a", "--new=b", "--disagreement=3"], "leave one out"),
        (["--base=a", "--new=b"], "a does not exist"),
        (["--prices=p.yaml"], "--prices is for a model: name it with --model"),
        (["--questions-per-second=3"], "--questions-per-second is for a model"),
        (["--detect=10", "--disagreement=5"], "cannot differ by 10 points"),
        (["--subjects=zoology"], "no subject or group 'zoology'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_refused(here, task_file, said, words):
    ended = here("plan", "--task", task_file, *said)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr


@pytest.mark.parametrize("said", [[], ["--model=gpt-4o", "--questions-per-second=2"]], ids=["few", "many"])
def test_the_table_fits_a_terminal(here, task_file, said):
    lines = here("plan", "--task", task_file, *said, COLUMNS="80").stdout.splitlines()
    assert max(len(line) for line in lines if line.startswith(("│", "┃"))) <= 80
