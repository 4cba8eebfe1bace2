"""What a run will ask, and what must agree for two scores to be comparable."""

from dataclasses import replace
from itertools import groupby

import pytest
from builders import choose, inline, plan_of, task_document, write_task
from shared import mmlu_pro, needs_shared

from harness.dataset import load_questions
from harness.errors import UsageError
from harness.plan import make_plan
from harness.questions import QuestionSet
from harness.task import load_task


@pytest.fixture
def task(tmp_path):
    """Four questions of algebra, four of botany, four of chess."""
    return load_task(write_task(tmp_path))


@pytest.fixture
def questions(task):
    return load_questions(task)


def ids(plan):
    return [question.id for question in plan.questions]


def test_a_plan_takes_what_the_task_and_the_protocol_say(task, questions):
    plan = make_plan(task, questions)
    assert (plan.protocol.name, plan.shots, plan.reader.name) == ("simple-evals", 0, "simple-evals")
    assert plan.questions == questions.questions
    assert plan.available == 12
    assert plan.fingerprint == questions.fingerprint


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, ["algebra/0"]),
        (4, ["algebra/0", "algebra/1", "botany/0", "chess/0"]),
        (7, ["algebra/0", "algebra/1", "algebra/2", "botany/0", "botany/1", "chess/0", "chess/1"]),
    ],
)
def test_a_limit_takes_from_each_subject_in_turn_and_keeps_subjects_together(
    task, questions, limit, expected
):
    assert ids(choose(task, questions, limit=limit)) == expected


def test_a_limit_beyond_the_questions_takes_all(task, questions):
    assert len(ids(choose(task, questions, limit=1000))) == 12


def test_a_limit_goes_on_with_the_subjects_that_have_more(tmp_path):
    document = task_document(
        questions=[inline("algebra", 0), *(inline("botany", place) for place in range(3))], groups={}
    )
    plan = plan_of(write_task(tmp_path, document), limit=3)
    assert ids(plan) == ["algebra/0", "botany/0", "botany/1"]


def test_questions_are_asked_subject_by_subject_however_the_file_mixes_them(tmp_path):
    mixed = [inline(subject, place) for place in range(4) for subject in ("algebra", "botany")]
    plan = plan_of(write_task(tmp_path, task_document(questions=mixed, groups={})))
    assert [subject for subject, _ in groupby(question.subject for question in plan.questions)] == [
        "algebra",
        "botany",
    ]
    assert ids(plan)[:4] == [f"algebra/{place}" for place in range(4)]


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_that_leaves_nothing_is_refused(task, questions, limit):
    with pytest.raises(UsageError, match=f"--limit {limit} leaves nothing to ask"):
        choose(task, questions, limit=limit)


def test_subjects_and_groups_can_be_chosen(task, questions):
    assert ids(choose(task, questions, subjects=["chess"])) == [f"chess/{place}" for place in range(4)]
    plan = choose(task, questions, subjects=["science", "chess"], limit=3)
    assert ids(plan) == ["algebra/0", "botany/0", "chess/0"]


def test_an_unknown_subject_is_refused_with_the_nearest_names(task, questions):
    with pytest.raises(UsageError, match=r"no subject or group 'algebr' \(did you mean algebra"):
        choose(task, questions, subjects=["algebr"])


def test_a_group_without_questions_is_refused(task, questions):
    only_chess = QuestionSet(questions.questions[8:], {})
    with pytest.raises(UsageError, match="has no question of science"):
        choose(task, only_chess, subjects=["science"])


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (
            {"protocol": "hendrycks"},
            "5 shots are wanted.* 2 few-shot examples for algebra; ask with --shots 2 or --shots 0",
        ),
        ({"protocol": "lm-eval", "shots": 3}, "ask with --shots 2 or --shots 0"),
        ({"protocol": "lm-eval", "shots": -1}, "--shots -1 is below 0"),
        ({"shots": 5}, "simple-evals takes at most 0 shots; leave --shots 5 out"),
        ({"protocol": "lmeval"}, r"unknown protocol 'lmeval' \(did you mean lm-eval"),
        ({"reader": "letter"}, r"unknown reader 'letter' \(did you mean letters"),
        (
            {"reader": "letters"},
            "reader letters cannot read what simple-evals asks for; simple-evals, .* can",
        ),
        (
            {"protocol": "cloze", "reader": "letters"},
            "choices, choices-per-char, choices-per-byte, choices-pmi, olmes-per-char can",
        ),
    ],
)
def test_choices_that_do_not_fit_are_refused(task, questions, choices, words):
    with pytest.raises(UsageError, match=words):
        make_plan(task, questions, **choices)


@needs_shared
def test_where_the_split_of_examples_is_missing_the_way_out_is_to_ask_without():
    task, questions = mmlu_pro()
    with pytest.raises(
        UsageError, match=r"the dataset has 0 few-shot examples for \w+; ask with --shots 0\.$"
    ):
        make_plan(task, questions)
    assert len(make_plan(task, questions, shots=0).questions) == 12_032


def test_shots_without_any_examples_name_the_way_out(task, questions):
    with pytest.raises(UsageError, match=r"ask with --shots 0\."):
        make_plan(task, QuestionSet(questions.questions, {}), protocol="lm-eval", shots=1)


def test_a_protocol_that_the_task_does_not_know_is_refused(tmp_path):
    path = write_task(tmp_path, task_document(protocols=["cloze"], protocol="cloze"))
    with pytest.raises(UsageError, match="cannot be asked by hendrycks; it knows cloze"):
        plan_of(path, protocol="hendrycks")


def test_the_last_examples_can_be_dropped_from_a_prompt(task, questions):
    plan = make_plan(task, questions, protocol="hendrycks", shots=2)
    first = plan.questions[0]
    assert [plan.prompt(first, dropped).content.count("Answer:") for dropped in range(3)] == [3, 2, 1]
    kept = plan.prompt(first, 1).content
    assert plan.examples.of_subject["algebra"][0].text in kept
    assert plan.examples.of_subject["algebra"][1].text not in kept


def test_the_comparison_key_does_not_depend_on_the_questions_order(task, questions):
    turned = QuestionSet(questions.questions[::-1], questions.shots)
    assert make_plan(task, turned).comparison_key == make_plan(task, questions).comparison_key


def test_the_comparison_key_does_not_depend_on_where_the_task_file_lies(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    assert plan_of(write_task(tmp_path)).comparison_key == plan_of(write_task(there)).comparison_key


def test_the_comparison_key_does_not_depend_on_titles_and_versions(tmp_path):
    before = plan_of(write_task(tmp_path))
    after = plan_of(write_task(tmp_path, task_document(title="Other", description="Other.", licence="MIT")))
    assert after.comparison_key == before.comparison_key


def test_all_that_makes_scores_incomparable_changes_the_comparison_key(task, questions):
    first, *rest = questions.questions
    other_gold = QuestionSet((replace(first, gold="C"), *rest), questions.shots)
    other_text = QuestionSet((replace(first, choices=("new", *first.choices[1:])), *rest), questions.shots)
    lm_eval = {"protocol": "lm-eval"}
    keys = [
        make_plan(task, questions).comparison_key,
        make_plan(task, other_gold).comparison_key,
        make_plan(task, other_text).comparison_key,
        choose(task, questions, limit=11).comparison_key,
        choose(task, questions, subjects=["science"]).comparison_key,
        make_plan(task, questions, **lm_eval).comparison_key,
        make_plan(task, questions, **lm_eval, shots=1).comparison_key,
        make_plan(task, questions, **lm_eval, shots=2).comparison_key,
        make_plan(task, questions, protocol="hendrycks", shots=0).comparison_key,
        make_plan(task, questions, protocol="cloze").comparison_key,
        make_plan(task, questions, protocol="cloze", reader="choices-per-char").comparison_key,
    ]
    assert len(set(keys)) == len(keys)


def test_an_example_that_is_not_used_does_not_change_the_comparison_key(task, questions):
    other = QuestionSet(questions.questions, {s: (shots[0],) for s, shots in questions.shots.items()})
    one_shot = {"protocol": "lm-eval", "shots": 1}
    assert (
        make_plan(task, other, **one_shot).comparison_key
        == make_plan(task, questions, **one_shot).comparison_key
    )
