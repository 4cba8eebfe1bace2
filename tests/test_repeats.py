"""Questions asked several times: what is sent, how it is counted, and where it makes no sense."""

from collections import Counter
from dataclasses import replace

import pytest
from builders import passages_task, plan_of, question, task_document, write_task
from loopback import Loopback
from whole_runs import Metered, questions_sent, run, small_model, times_asked, words

import harness
from harness.errors import UsageError
from harness.journal import read_lines
from harness.mapping import Columns, Gold
from harness.questions import cluster_of
from harness.repeats import repeated
from harness.validation import validate

ASKED = tuple(question(id=f"maths/{place}", text=f"What is {place} + 2?") for place in range(3))
SHUFFLED = Columns(
    question="question", choices=("choices",), gold=Gold(column="answer", form="index0"), shuffle_seed=0
)
SAMPLED = {"temperature": 0.7, "repeats": 3}


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


def test_all_questions_come_once_before_any_comes_again():
    ids = [each.id for each in repeated(ASKED, 2, None)]
    assert ids == ["maths/0", "maths/1", "maths/2", "maths/0#2", "maths/1#2", "maths/2#2"]


def test_asked_once_a_question_is_as_it_is():
    assert repeated(ASKED, 1, SHUFFLED) == ASKED


def test_the_repeats_of_a_question_are_a_cluster():
    clusters = {each.id: each.cluster for each in repeated(ASKED, 3, None)}
    assert clusters["maths/0"] == clusters["maths/0#2"] == clusters["maths/0#3"] == cluster_of("maths/0")
    assert len(set(clusters.values())) == 3


def test_questions_on_one_passage_stay_in_its_cluster():
    (passage,) = {each.cluster for each in repeated([replace(each, cluster="p") for each in ASKED], 2, None)}
    assert passage == "p"


def test_a_repeat_holds_no_copy_of_a_text():
    first, again = repeated(ASKED[:1], 2, None)
    assert again.choices is first.choices
    assert again.text is first.text


def test_where_choices_are_shuffled_each_repeat_has_its_own_order_and_the_right_choice_stays_right():
    made = repeated(ASKED, 20, SHUFFLED)
    assert {each.choices["ABCD".index(each.gold)] for each in made} == {"4"}
    assert set(Counter(each.gold for each in made)) == set("ABCD")
    assert all(sorted(each.choices) == ["3", "4", "5", "6"] for each in made)
    assert made[:3] == repeated(ASKED, 2, SHUFFLED)[:3]


def test_of_several_right_choices_all_stay_right():
    (_, *again) = repeated([question(gold="BD")], 9, SHUFFLED)
    right = {frozenset(each.choices["ABCD".index(letter)] for letter in each.gold) for each in again}
    assert right == {frozenset({"4", "6"})}
    assert all(list(each.gold) == sorted(each.gold) for each in again)


def test_the_id_of_another_question_is_not_taken():
    with pytest.raises(UsageError, match="a question called 'maths/0#2'"):
        repeated([*ASKED, question(id="maths/0#2")], 2, None)


def test_each_question_is_sent_so_often_and_each_time_counts(task_file, tmp_path):
    with Loopback(small_model) as server:
        made = run(server, task_file, tmp_path / "results", **SAMPLED)
    assert set(times_asked(server).values()) == {3}
    score = made.score
    assert (score.status, score.counts.questions, score.task.questions) == ("complete", 36, 36)
    assert score.task.repeats == 3
    assert score.score.clusters == 12
    assert score.score.accuracy == score.counts.correct / 36
    assert validate(made.path)


def test_the_same_answer_each_time_is_worth_one_answer(task_file, tmp_path):
    with Loopback(small_model) as server:
        once = run(server, task_file, tmp_path / "results").score.score
        often = run(server, task_file, tmp_path / "results", **SAMPLED).score.score
    assert often.accuracy == once.accuracy
    assert often.stderr == pytest.approx(once.stderr)
    assert often.ci95 == pytest.approx(once.ci95)


def test_the_journal_has_a_line_a_repeat(task_file, tmp_path):
    with Loopback(small_model) as server:
        made = run(server, task_file, tmp_path / "results", limit=1, **SAMPLED)
    lines = list(read_lines(made.path / "answers.jsonl"))
    assert {line.id for line in lines} == {"algebra/0", "algebra/0#2", "algebra/0#3"}
    assert {line.cluster for line in lines} == {cluster_of("algebra/0")}
    assert made.score.status == "partial"
    assert made.score.warnings[0].startswith("All questions are in one cluster")


def test_an_interrupted_run_asks_only_the_repeats_that_are_missing(task_file, tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text("m: {input: 100, output: 100, as_of: '2026-11'}\n")
    limits = {"prices": prices, "concurrency": 1, "max_tokens": 20}
    till = Metered()
    with Loopback(till) as server:
        stopped = run(server, task_file, tmp_path / "results", max_cost_usd=0.3, **limits, **SAMPLED)
        assert stopped.score.status == "interrupted"
        assert 12 < stopped.score.counts.questions < 36
        ended = run(server, task_file, tmp_path / "results", max_cost_usd=9.0, **limits, **SAMPLED)
    assert ended.path == stopped.path
    assert questions_sent(server) == 36
    assert ended.score.status == "complete"


def test_repeats_make_another_comparison_key_and_one_does_not(task_file):
    keys = [plan_of(task_file, repeats=times).comparison_key for times in (None, 1, 2, 3)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_the_replies_of_repeats_can_be_read_again(task_file, tmp_path):
    with Loopback(small_model) as server:
        made = run(server, task_file, tmp_path / "results", **SAMPLED)
    again = harness.regrade(made.path, reader="best")
    assert again.score.task.repeats == 3
    assert again.score.counts == made.score.counts
    assert again.score.score.stderr == made.score.score.stderr
    assert validate(again.path)


def test_a_dry_run_counts_repeats(task_file):
    settings = {"model": "m", "task": str(task_file), "base_url": "http://127.0.0.1:1/v1", "temperature": 1.0}
    once = harness.dry_run(harness.RunSettings(**settings), environment={})
    often = harness.dry_run(harness.RunSettings(**settings, repeats=4), environment={})
    assert (often.questions, often.repeats) == (48, 4)
    assert often.prompt_tokens.high == 4 * once.prompt_tokens.high
    assert often.output_tokens_at_most == 4 * once.output_tokens_at_most


def test_r1_is_published_with_several_replies_a_question(task_file, tmp_path):
    with Loopback(small_model) as server:
        made = run(server, task_file, tmp_path / "results", protocol="deepseek-r1", as_published=True)
    assert set(times_asked(server).values()) == {4}
    assert made.score.task.repeats == 4


@pytest.mark.parametrize(("protocol", "times"), [("simple-evals-gpqa", 10), ("simple-evals", 1)])
def test_simple_evals_asks_gpqa_ten_times_and_mmlu_once(tmp_path, protocol, times):
    path = write_task(tmp_path, task_document(protocols=[protocol], protocol=protocol))
    assert plan_of(path, as_published=True).repeats == times
    assert plan_of(path).repeats == 1
    assert plan_of(path, as_published=True, repeats=2).repeats == 2


def test_choices_of_a_shuffled_dataset_are_shuffled_anew(tmp_path):
    path = passages_task(tmp_path, 8)
    shuffled = path.read_text().replace("columns:\n", "columns:\n  shuffle_seed: 0\n")
    path.write_text(shuffled)
    of_question = {}
    for each in plan_of(path, repeats=8).questions:
        of_question.setdefault(each.text, set()).add(each.choices)
    assert {len(orders) for orders in of_question.values()} == {2}


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"repeats": 2}, "2 repeats of a question at temperature 0 would get the same reply"),
        (
            {"protocol": "deepseek-r1", "as_published": True, "temperature": 0.0},
            "4 repeats of a question at temperature 0",
        ),
        (
            {"protocol": "hendrycks", "shots": 0, **SAMPLED},
            "3 repeats of a question by hendrycks, which generates no text",
        ),
        ({"repeats": 0}, "--repeats 0 should be 1 or more"),
        ({"repeats": 2.5}, "repeats 2.5 should be a whole number"),
    ],
)
def test_repeats_that_make_no_sense_are_refused_before_anything_is_sent(task_file, tmp_path, choices, told):
    with Loopback(small_model) as server:
        with pytest.raises(UsageError, match=told):
            run(server, task_file, tmp_path / "results", **choices)
        assert not server.requests


def test_a_seed_that_an_entry_sends_is_no_way_to_repeat(task_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.yaml").write_text("models:\n  m: {id: m, extra: {seed: 1}}\n")
    with Loopback(small_model) as server, pytest.raises(UsageError, match="the entry of m sends a seed"):
        run(server, task_file, tmp_path / "results", **SAMPLED)


def test_a_model_that_samples_as_it_pleases_needs_no_temperature(task_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.yaml").write_text("models:\n  m: {id: m, omit: [temperature]}\n")
    with Loopback(small_model) as server:
        made = run(server, task_file, tmp_path / "results", repeats=2)
    assert made.score.task.repeats == 2


def test_the_command_takes_repeats_and_its_table_says_so(task_file, tmp_path, capsys):
    from harness.cli import app

    asked = ("--repeats", "3", "--temperature", "0.7")
    with Loopback(small_model) as server:
        app([*words(server, task_file, tmp_path / "results", "--dry-run", *asked)], standalone_mode=False)
        assert "questions, each 3 times" in capsys.readouterr().out
        app([*words(server, task_file, tmp_path / "results", *asked)], standalone_mode=False)
    title = "m on tiny (simple-evals, 0-shot, each question 3 times, reader simple-evals)"
    assert title in capsys.readouterr().err


def test_two_runs_of_repeats_are_compared_by_clusters(task_file, tmp_path):
    with Loopback(small_model) as server:
        runs = [
            run(server, task_file, tmp_path / "results", limit=6, fresh=True, **SAMPLED) for _ in range(2)
        ]
    found = harness.compare(*(made.path for made in runs))
    assert (found.questions, found.clusters) == (18, 6)


def test_runs_with_other_numbers_of_repeats_are_not_comparable_and_say_so(task_file, tmp_path):
    with Loopback(small_model) as server:
        once = run(server, task_file, tmp_path / "results", temperature=0.7)
        often = run(server, task_file, tmp_path / "results", **SAMPLED)
    with pytest.raises(UsageError, match="not comparable: other questions: all against --repeats 3"):
        harness.compare(once.path, often.path)
