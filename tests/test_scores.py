"""Scores of graded answers."""

import math
import re
from dataclasses import astuple, replace
from functools import cache

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import SHARED, needs_shared

from harness.answers import Outcome
from harness.questions import cluster_of
from harness.scores import Graded, Part, by_group, by_subject, count, score
from harness.stats import wilson_interval

GRADED = st.builds(
    Graded,
    id=st.uuids().map(str),
    subject=st.sampled_from(["algebra", "botany", "chess"]),
    choices=st.integers(1, 10),
    outcome=st.sampled_from(Outcome),
    cluster=st.sampled_from([None, "a", "b", "c"]),
)


def graded(*outcomes, subject="algebra", choices=4):
    return [Graded(f"{subject}/{place}", subject, choices, outcome) for place, outcome in enumerate(outcomes)]


RIGHT, WRONG, FAILED = Outcome.CORRECT, Outcome.WRONG, Outcome.FAILED


@given(st.lists(GRADED, max_size=30).flatmap(lambda all_: st.tuples(st.just(all_), st.permutations(all_))))
def test_the_order_of_the_answers_does_not_matter(orders):
    one, other = orders
    groups = {"games": ("chess",), "science": ("algebra", "botany")}
    for average in ("micro", "macro"):
        assert score(one, average) == score(other, average)
    assert by_subject(one) == by_subject(other)
    assert by_group(one, groups) == by_group(other, groups)
    assert count(one) == count(other)


@given(st.lists(GRADED, min_size=1, max_size=30), st.sampled_from(["micro", "macro"]))
def test_shares_are_shares_and_hold_together(answers, average):
    found, counts = score(answers, average), count(answers)
    assert counts.questions == len(answers) == sum(astuple(counts)[1:])
    low, high = found.bounds
    assert 0 <= low <= high <= 1
    assert found.accuracy == (found.macro if average == "macro" else found.micro)
    if found.micro is not None:
        assert low <= found.micro <= high
        assert found.micro <= found.expected_with_guessing <= 1
    if found.ci95 is not None:
        assert 0 <= found.ci95[0] <= found.accuracy + 1e-12
        assert found.accuracy - 1e-12 <= found.ci95[1] <= 1


def test_failed_questions_leave_the_denominator():
    found = score(graded(RIGHT, WRONG, FAILED, FAILED), "micro")
    assert found.accuracy == 0.5
    assert found.bounds == (0.25, 0.75)
    assert by_subject(graded(RIGHT, WRONG, FAILED))[0].questions == 2


@pytest.mark.parametrize("outcome", [Outcome.UNPARSED, Outcome.REFUSED, Outcome.TRUNCATED])
def test_answers_without_a_letter_count_as_wrong_and_widen_the_bounds(outcome):
    found = score(graded(RIGHT, WRONG, outcome, outcome), "micro")
    assert found.accuracy == 0.25
    assert found.bounds == (0.25, 0.75)


def test_a_question_that_fails_changes_nothing_but_the_bounds_and_counts():
    before, after = score(graded(RIGHT, WRONG), "micro"), score(graded(RIGHT, WRONG, FAILED), "micro")
    assert (after.accuracy, after.stderr, after.ci95) == (before.accuracy, before.stderr, before.ci95)


def test_chance_is_the_mean_of_guessing_each_question():
    mixed = [*graded(RIGHT, WRONG, choices=2), *graded(WRONG, WRONG, choices=10, subject="botany")]
    assert score(mixed, "micro").chance == pytest.approx((0.5 + 0.5 + 0.1 + 0.1) / 4)


def test_guessing_is_expected_to_bring_one_over_the_choices_for_each_reply_without_a_letter():
    two, ten = (
        graded(RIGHT, Outcome.UNPARSED, FAILED, choices=2),
        graded(Outcome.TRUNCATED, WRONG, choices=10),
    )
    found = score([*two, *ten], "macro")
    assert found.expected_with_guessing == pytest.approx((1 + 1 / 2 + 1 / 10 + 0) / 4)


def test_macro_is_the_plain_mean_of_the_subjects():
    answers = [*graded(RIGHT, RIGHT, RIGHT, WRONG), *graded(WRONG, RIGHT, subject="botany")]
    found = score(answers, "macro")
    assert found.accuracy == found.macro == (0.75 + 0.5) / 2
    assert found.micro == 4 / 6
    worth = 0.625 * 0.375 / found.stderr**2
    assert found.ci95 == pytest.approx(wilson_interval(0.625 * worth, worth))


def test_a_macro_average_of_nothing_right_has_an_interval_with_a_width():
    answers = [*graded(WRONG, WRONG), *graded(WRONG, WRONG, subject="botany")]
    found = score(answers, "macro")
    assert found.stderr == 0
    assert found.ci95 == wilson_interval(0, 4)


def test_a_macro_average_with_a_subject_of_one_question_has_no_error():
    found = score([*graded(RIGHT, WRONG), *graded(RIGHT, subject="botany")], "macro")
    assert found.macro == 0.75
    assert found.stderr is None
    assert found.ci95 is None


def test_a_subject_whose_questions_all_failed_is_no_part_of_macro():
    answers = [*graded(RIGHT, WRONG), *graded(FAILED, subject="botany")]
    assert score(answers, "macro").macro == 0.5
    assert by_subject(answers)[1] == Part("botany", 0, 0, None, None, None)


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_without_a_single_question_there_are_no_figures(average):
    assert astuple(score([], average)) == (None, None, None, average, *[None] * 6)
    assert by_subject([]) == ()
    assert by_group([], {"science": ("algebra",)}) == ()


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_where_all_failed_nothing_is_known(average):
    found = score(graded(FAILED, FAILED), average)
    assert (found.accuracy, found.stderr, found.ci95, found.micro, found.macro) == (None,) * 5
    assert found.bounds == (0, 1)


def test_groups_come_in_the_tasks_order_and_leave_out_what_is_in_none():
    answers = [*graded(RIGHT), *graded(WRONG, subject="botany"), *graded(RIGHT, subject="chess")]
    groups = by_group(answers, {"games": ("chess",), "science": ("algebra",), "arts": ("dance",)})
    assert [(part.name, part.questions, part.accuracy) for part in groups] == [
        ("games", 1, 1.0),
        ("science", 1, 1.0),
    ]


def test_a_subject_may_be_in_several_groups():
    answers = [*graded(RIGHT), *graded(WRONG, subject="botany")]
    groups = by_group(answers, {"science": ("algebra", "botany"), "numbers": ("algebra",)})
    assert [(part.name, part.questions, part.correct) for part in groups] == [
        ("science", 2, 1),
        ("numbers", 1, 1),
    ]


def clustered(*clusters, subject="algebra"):
    """Questions of one subject, a list of outcomes to each cluster."""
    return [
        Graded(f"{subject}/{name}/{place}", subject, 4, outcome, f"{name}")
        for name, outcomes in enumerate(clusters)
        for place, outcome in enumerate(outcomes)
    ]


def test_questions_that_share_a_passage_make_the_error_larger():
    answers = clustered([RIGHT, RIGHT], [WRONG, WRONG], [RIGHT, RIGHT], [WRONG, RIGHT])
    found = score(answers, "micro")
    share = 5 / 8
    of_clusters = [2 - 2 * share, 0 - 2 * share, 2 - 2 * share, 1 - 2 * share]
    assert found.clusters == 4
    assert found.stderr == pytest.approx(math.sqrt(sum(each**2 for each in of_clusters)) / 8)
    assert (
        by_subject(answers)[0].stderr
        == by_group(answers, {"science": ("algebra",)})[0].stderr
        == found.stderr
    )


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_a_cluster_to_each_question_changes_nothing(average):
    plain = [*graded(RIGHT, RIGHT, WRONG), *graded(WRONG, RIGHT, subject="botany")]
    alone = [replace(item, cluster=item.id) for item in plain]
    assert score(alone, average) == score(plain, average)


def test_a_cluster_of_failed_questions_and_one_other_is_no_cluster():
    assert score(clustered([RIGHT, FAILED], [WRONG]), "micro").clusters is None


def test_questions_without_a_cluster_are_each_one_of_their_own():
    assert score([*clustered([RIGHT, WRONG]), *graded(RIGHT, WRONG, subject="botany")], "micro").clusters == 3


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_a_single_cluster_tells_nothing_of_the_error(average):
    found = score(clustered([RIGHT, WRONG, RIGHT]), average)
    assert (found.stderr, found.ci95, found.clusters) == (None, None, 1)


def test_macro_adds_up_what_a_cluster_has_in_several_subjects():
    apart = score(
        [*clustered([RIGHT] * 2, [WRONG] * 2), *renamed("botany", [RIGHT] * 2, [WRONG] * 2)], "macro"
    )
    shared = score(
        [*clustered([RIGHT] * 2, [WRONG] * 2), *clustered([RIGHT] * 2, [WRONG] * 2, subject="botany")],
        "macro",
    )
    assert shared.stderr == pytest.approx(apart.stderr * math.sqrt(2))


def renamed(subject, *clusters):
    return [replace(item, cluster=f"other {item.cluster}") for item in clustered(*clusters, subject=subject)]


WITH_GUESSING = {
    "Meta-Llama-3-70B": 52.73,
    "Meta-Llama-3_1-8B-Instruct": 44.25,
    "Meta-Llama-3_1-8B": 36.65,
    "Mixtral-8x7B-Instruct-v0.1": 43.14,
    "Phi-3-mini-4k-instruct": 43.09,
    "Qwen1.5-72B-Chat": 49.10,
    "gemini-1.5-flash-002": 64.06,
}
"""Per cent, where a reply without a letter counts as 1/options."""


BY_QUESTION_TEXT = {
    "Meta-Llama-3-70B": 0.004648,
    "Meta-Llama-3_1-8B-Instruct": 0.004624,
    "Meta-Llama-3_1-8B": 0.004477,
    "Mixtral-8x7B-Instruct-v0.1": 0.004606,
    "Phi-3-mini-4k-instruct": 0.004591,
    "Qwen1.5-72B-Chat": 0.004647,
    "gemini-1.5-flash-002": 0.004494,
}
"""Standard errors, clustered by the text of the question."""


@cache
def mmlu_pro():
    table = pyarrow.parquet.read_table(
        SHARED / "data/TIGER-Lab/MMLU-Pro/data/test-00000-of-00001.parquet",
        columns=["question_id", "question", "answer", "category", "options"],
    )
    return {row["question_id"]: row for row in table.to_pylist()}


@cache
def recorded_answers(model):
    """What a recorded model answered to MMLU-Pro, read strictly; questions of the same text are a cluster."""
    strict = re.compile(r"answer is \(?([A-J])\)?")
    recorded = pyarrow.parquet.read_table(SHARED / "recorded" / "mmlu_pro" / f"{model}.parquet").to_pylist()
    answers = []
    for row in recorded:
        asked = mmlu_pro()[row["question_id"]]
        match = strict.search(row["response"])
        outcome = Outcome.UNPARSED if match is None else RIGHT if match[1] == asked["answer"] else WRONG
        answers.append(
            Graded(
                str(row["question_id"]),
                asked["category"],
                len(asked["options"]),
                outcome,
                cluster_of(asked["question"]),
            )
        )
    return answers


@needs_shared
@pytest.mark.parametrize(
    ("model", "n", "k", "micro", "macro"),
    [
        ("Meta-Llama-3-70B", 12032, 6258, (0.520113, 0.004555, 0.511181, 0.529032), (0.539123, 0.004753)),
        (
            "Meta-Llama-3_1-8B-Instruct",
            12032,
            5214,
            (0.433344, 0.004518, 0.424513, 0.442219),
            (0.447093, 0.004800),
        ),
        ("Meta-Llama-3_1-8B", 12032, 4326, (0.359541, 0.004375, 0.351013, 0.368159), (0.376561, 0.004701)),
        (
            "Mixtral-8x7B-Instruct-v0.1",
            12032,
            5040,
            (0.418883, 0.004498, 0.410095, 0.427723),
            (0.437542, 0.004756),
        ),
        (
            "Phi-3-mini-4k-instruct",
            12032,
            4991,
            (0.414811, 0.004492, 0.406036, 0.423640),
            (0.432015, 0.004730),
        ),
        ("Qwen1.5-72B-Chat", 12032, 5673, (0.471493, 0.004551, 0.462584, 0.480420), (0.493996, 0.004767)),
        ("gemini-1.5-flash-002", 12012, 7643, (0.636280, 0.004389, 0.627635, 0.644839), (0.640924, 0.004583)),
    ],
)
def test_seven_recorded_models_score_as_they_do_elsewhere(model, n, k, micro, macro):
    """Expected: accuracy, standard error and Wilson interval; the mean of the categories and its error."""
    answers = [replace(answer, cluster=None) for answer in recorded_answers(model)]
    assert (count(answers).questions, count(answers).correct) == (n, k)
    plain, by_category = score(answers, "micro"), score(answers, "macro")
    assert (plain.accuracy, plain.stderr, *plain.ci95) == pytest.approx(micro, abs=5.1e-7)
    assert (by_category.accuracy, by_category.stderr) == pytest.approx(macro, abs=5.1e-7)
    assert 100 * plain.expected_with_guessing == pytest.approx(WITH_GUESSING[model], abs=0.005)


@needs_shared
@pytest.mark.parametrize("model", BY_QUESTION_TEXT)
def test_clustered_errors_of_seven_recorded_models_are_as_elsewhere(model):
    found = score(recorded_answers(model), "micro")
    assert found.stderr == pytest.approx(BY_QUESTION_TEXT[model], abs=5.1e-7)
    assert found.ci95[1] - found.ci95[0] == pytest.approx(2 * 1.959964 * found.stderr, rel=1e-3)
