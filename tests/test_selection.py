"""Which of a task's questions are asked, where a limit draws them by the subjects' shares."""

import hashlib
import json
from collections import Counter

import pytest
from builders import choose, inline, plan_of, task_document, write_task
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback
from shared import mmlu, needs_shared
from whole_runs import run, small_model

import harness
from harness.dataset import load_questions
from harness.errors import UsageError
from harness.selection import Sample, Selection, choice_of, select
from harness.task import load_task

SIZES = {"algebra": 60, "botany": 30, "chess": 10}


@pytest.fixture
def task_file(tmp_path):
    """A hundred questions in three subjects of unequal size."""
    made = [inline(subject, place) for subject, size in SIZES.items() for place in range(size)]
    return write_task(tmp_path, task_document(questions=made))


def drawn(task_file, limit, **more):
    return plan_of(task_file, limit=limit, sample=Sample.STRATIFIED, **more)


def by_subject(plan):
    return dict(Counter(question.subject for question in plan.questions))


def ids(plan):
    return [question.id for question in plan.questions]


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        (10, {"algebra": 6, "botany": 3, "chess": 1}),
        (
            14,
            {"algebra": 9, "botany": 4, "chess": 1},
        ),  # 8.4, 4.2, 1.4: the last place goes to the first of equals
        (99, {"algebra": 59, "botany": 30, "chess": 10}),
        (1, {"algebra": 1}),
    ],
)
def test_each_subject_has_its_share_and_the_rest_goes_to_the_largest_remainders(task_file, limit, counts):
    assert by_subject(drawn(task_file, limit)) == counts


def test_a_limit_beyond_the_questions_takes_all(task_file):
    assert len(drawn(task_file, 1000).questions) == 100


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.data())
def test_no_subject_is_a_whole_question_off_its_share(sizes, data):
    from builders import question

    asked = [question(id=f"s{s}/{q}", subject=f"s{s}") for s, size in enumerate(sizes) for q in range(size)]
    limit = data.draw(st.integers(1, len(asked)))
    chosen = select(asked, None, Selection(limit, sample=Sample.STRATIFIED))
    counts = Counter(one.subject for one in chosen)
    assert len(chosen) == limit
    assert all(abs(counts[f"s{s}"] - limit * size / len(asked)) < 1 for s, size in enumerate(sizes))


def test_a_subjects_questions_are_the_first_by_sha256_of_seed_and_id(task_file):
    def order(id_):
        return hashlib.sha256(f"7:{id_}".encode()).hexdigest()

    expected = sorted((f"chess/{place}" for place in range(10)), key=order)[:2]
    made = [id_ for id_ in ids(drawn(task_file, 20, seed=7)) if id_.startswith("chess/")]
    assert made == sorted(expected)


def test_the_same_seed_draws_the_same_questions_and_another_one_others(task_file):
    assert ids(drawn(task_file, 20)) == ids(drawn(task_file, 20, seed=0))
    assert ids(drawn(task_file, 20)) != ids(drawn(task_file, 20, seed=1))
    assert drawn(task_file, 20).comparison_key != drawn(task_file, 20, seed=1).comparison_key
    assert drawn(task_file, 20).comparison_key != plan_of(task_file, limit=20).comparison_key


def test_what_a_subject_gives_does_not_hang_on_the_others(task_file):
    whole = [id_ for id_ in ids(drawn(task_file, 20)) if id_.startswith("botany/")]
    assert ids(drawn(task_file, 6, subjects=["botany"])) == whole


def test_questions_are_asked_in_the_order_of_the_file(task_file):
    chosen = drawn(task_file, 30)
    everything = ids(plan_of(task_file))
    assert ids(chosen) == [id_ for id_ in everything if id_ in set(ids(chosen))]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"sample": "stratified"}, "--sample stratified says how --limit takes its questions; give that too"),
        ({"limit": 5, "seed": 3}, "--seed orders --sample stratified; give that too, or leave it out"),
        ({"limit": 5, "sample": "random"}, "sample 'random' should be one of first, stratified"),
        ({"limit": 5, "sample": "stratified", "seed": 1.5}, "seed 1.5 should be a whole number"),
        ({"limit": 0, "sample": "stratified"}, "--limit 0 leaves nothing to ask"),
    ],
    ids=["no limit", "seed alone", "unknown", "half a seed", "nothing"],
)
def test_a_choice_without_effect_or_sense_is_refused(choice, words):
    with pytest.raises(UsageError, match=words):
        harness.RunSettings(model="m", task="sample", **choice)


def test_runs_with_one_seed_share_their_questions_and_say_how_they_were_drawn(task_file, tmp_path):
    with Loopback(small_model) as server:
        one, other, first = (
            run(server, task_file, tmp_path / name, limit=20, **choice)
            for name, choice in {
                "one": {"sample": "stratified", "seed": 3},
                "other": {"sample": "stratified", "seed": 3},
                "first": {},
            }.items()
        )
    assert sorted(one.answers().index) == sorted(other.answers().index)
    assert one.score.comparison_key == other.score.comparison_key != first.score.comparison_key
    assert one.score.task.sample.model_dump() == {"limit": 20, "by": "stratified", "seed": 3}
    assert first.score.task.sample.model_dump() == {"limit": 20, "by": "first", "seed": None}
    assert one.score.status == "partial"


def test_an_unfinished_run_of_another_sample_is_not_gone_on_with(task_file, tmp_path):
    with Loopback(small_model) as server:
        begun = run(server, task_file, tmp_path, limit=20, sample="stratified")
        (begun.path / "score.json").unlink()
        other = run(server, task_file, tmp_path, limit=20, sample="stratified", seed=1)
        same = run(server, task_file, tmp_path, limit=20, sample="stratified", seed=0)
    assert other.path != begun.path
    assert same.path == begun.path


def test_the_prompts_of_a_sample_can_be_seen(here, task_file):
    said = ["prompts", "--task", task_file, "--limit=10", "--sample=stratified", "--seed=4", "--jsonl"]
    shown = [json.loads(line)["id"] for line in here(*said).stdout.splitlines()]
    assert shown == ids(drawn(task_file, 10, seed=4))


@pytest.mark.parametrize("model", [(), ("--model=gpt-4o",)], ids=["no model", "a model"])
def test_prompts_refuses_a_choice_without_effect(here, task_file, model):
    ended = here("prompts", "--task", task_file, "--sample=stratified", *model)
    assert (ended.returncode, ended.stderr.startswith("Error: --sample stratified says how")) == (2, True)


@needs_shared
@pytest.mark.slow
def test_a_sample_of_mmlu_is_this_one_on_every_machine():
    task, questions = mmlu()
    plan = choose(task, questions, limit=500, sample=Sample.STRATIFIED, protocol="simple-evals")
    assert by_subject(plan)["professional_law"] == 55  # 1,534 of 14,042
    assert min(by_subject(plan).values()) >= 3


@pytest.mark.parametrize("subjects", [(), ("botany", "chess"), ("science",)], ids=str)
@pytest.mark.parametrize("limit", [None, 1, 7, 35])
def test_the_choice_that_took_some_questions_is_found_again(task_file, limit, subjects):
    task = load_task(task_file)
    held = load_questions(task).questions
    taken = {question.id for question in select(held, task, Selection(limit, subjects))}
    found = choice_of(taken, held, task)
    assert {question.id for question in select(held, task, found)} == taken


def test_no_choice_takes_a_second_question_without_the_first(task_file):
    task = load_task(task_file)
    assert choice_of({"algebra/1", "botany/0"}, load_questions(task).questions, task) is None
