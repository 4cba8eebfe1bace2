"""A plan and a journal, made into a score file."""

import math
from dataclasses import replace

import pytest
from builders import (
    answered,
    entry,
    failed,
    passages_task,
    plan_of,
    record_of,
    reply,
    task_document,
    write_task,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.answers import Outcome
from harness.endpoint.reply import Usage
from harness.journal import Journal
from harness.prices import GpuHours, Prices
from harness.run_folder import SessionRecord, create, locked, note_session
from harness.scoring import score_run

PRICES = Prices(input=2.0, cached_input=1.0, output=10.0, as_of="2026-11", source="a list")


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def scored(tmp_path, task_file):
    """Journal entries for a plan, and score them."""
    made = []

    def scored_(entries, plan=None, *, sent=None, warnings=(), **how):
        plan = plan or plan_of(task_file)
        made.append(None)
        record = record_of(plan, task_file, id=f"run-{len(made)}")
        folder = create(tmp_path / "runs", record)
        with locked(folder), Journal(folder.answers) as journal:
            for line in entries:
                journal.append(line)
            note_session(folder, 0, SessionRecord(sent=sent or {}, warnings=warnings))
        return score_run(plan, folder, **{"prices": "no price is known", **how})

    return scored_


@pytest.fixture
def plan(task_file):
    return plan_of(task_file)


def repeatable(score):
    """What must be the same for the same replies."""
    names = {"task", "comparison_key", "score", "groups", "subjects", "counts"}
    return score.model_dump(include=names)


def test_all_right_is_a_complete_run(scored, plan):
    score = scored(answered(plan))
    assert (score.status, score.score.accuracy, score.counts.correct) == ("complete", 1.0, 12)
    assert [(part.name, part.questions) for part in score.groups] == [("science", 8), ("games", 4)]
    assert [part.name for part in score.subjects] == ["algebra", "botany", "chess"]
    assert score.task.questions == 12
    assert score.comparison_key == plan.comparison_key


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_the_lines_does_not_matter(scored, plan, random):
    texts = {"algebra/1": "Answer: A", "botany/2": "no idea", "chess/3": None}
    entries = answered(plan, texts)
    shuffled = random.sample(entries, len(entries))
    assert repeatable(scored(shuffled)) == repeatable(scored(entries))


def test_a_run_that_failed_in_between_scores_as_one_that_did_not(scored, plan):
    entries = answered(plan)
    broken = [failed(entries[0].id), *entries[3:], failed(entries[1].id), *entries[:3]]
    assert repeatable(scored(broken)) == repeatable(scored(entries))


@pytest.mark.parametrize(
    ("lost", "stopped_by", "status"),
    [
        (0, None, "complete"),
        (0, "interrupted by the user", "interrupted"),
        (1, "interrupted by the user", "interrupted"),
        (1, None, "interrupted"),
    ],
)
def test_a_run_that_did_not_ask_all_is_interrupted(scored, plan, lost, stopped_by, status):
    entries = answered(plan)
    score = scored(entries[: len(entries) - lost], stopped_by=stopped_by)
    assert score.status == status
    assert score.run.stopped_by == stopped_by
    assert score.counts.questions == 12 - lost


def test_a_failed_question_makes_the_run_incomplete_and_is_told(scored, plan):
    score = scored(answered(plan, {"chess/3": None}))
    assert score.status == "incomplete"
    assert score.score.accuracy == 1.0
    assert score.score.bounds == (11 / 12, 1.0)
    assert any("1 request failed" in warning for warning in score.warnings)


def test_a_limited_run_is_partial(scored, task_file):
    plan = plan_of(task_file, limit=3)
    assert scored(answered(plan), plan).status == "partial"


def test_lines_of_questions_that_are_not_wanted_do_not_count(scored, task_file):
    plan = plan_of(task_file, limit=3)
    score = scored([*answered(plan), entry("zoology/0")], plan)
    assert score.counts.questions == 3


def test_replies_without_a_letter_are_counted_and_told(scored, plan):
    entries = answered(plan, {"algebra/0": "no idea"})
    entries[1] = replace(entries[1], answer=None, outcome=Outcome.TRUNCATED)
    entries[2] = replace(entries[2], answer=None, outcome=Outcome.REFUSED)
    score = scored(entries)
    counts = score.counts
    assert (counts.unparsed, counts.truncated, counts.refused, counts.wrong, counts.correct) == (
        1,
        1,
        1,
        0,
        9,
    )
    assert score.score.accuracy == 9 / 12
    assert any(warning.startswith("3 of 12 replies have no letter") for warning in score.warnings)


@pytest.mark.parametrize(
    ("reader", "told"), [("simple-evals", True), ("best", False)], ids=["another reader", "best itself"]
)
def test_who_has_replies_without_a_letter_is_told_of_the_reader_best(scored, task_file, reader, told):
    plan = plan_of(task_file, reader=reader)
    (warning,) = scored(answered(plan, {"algebra/0": "no idea"}), plan).warnings
    assert ("`harness regrade RUN --reader best`" in warning) is told
    assert "--max-tokens" not in warning


@pytest.mark.parametrize(
    ("protocol", "way_out"),
    [
        ("simple-evals", "truncated ones want a larger --max-tokens"),
        ("helm", "truncated ones did not begin with the letter, for which alone helm leaves room"),
        (
            "lighteval-0.13",
            "truncated ones did not begin with the letter, for which alone lighteval-0.13 leaves room",
        ),
    ],
)
def test_who_has_truncated_replies_is_told_what_helps_with_this_protocol(
    scored, task_file, protocol, way_out
):
    plan = plan_of(task_file, protocol=protocol, shots=0)
    first, *others = answered(plan)
    cut = replace(first, answer=None, outcome=Outcome.TRUNCATED)
    (warning,) = (said for said in scored([cut, *others], plan).warnings if "no letter" in said)
    assert way_out in warning
    assert ("--max-tokens" in warning) is (protocol == "simple-evals")


def test_few_replies_without_a_letter_are_counted_without_a_warning(scored, plan):
    assert scored(answered(plan)).warnings == ()


def test_tokens_requests_and_cost_are_summed(scored, plan):
    usage = Usage(prompt_tokens=1000, cached_tokens=400, completion_tokens=50, reasoning_tokens=30)
    entries = [
        replace(line, reply=replace(line.reply, usage=usage, attempts=3, retries=2))
        for line in answered(plan)
    ]
    score = scored(entries, prices=PRICES)
    assert score.usage.model_dump() == {
        "prompt_tokens": 12_000,
        "cached_tokens": 4_800,
        "completion_tokens": 600,
        "reasoning_tokens": 360,
        "requests": 36,
        "retries": 24,
    }
    assert score.cost.usd == pytest.approx((7_200 * 2 + 4_800 * 1 + 600 * 10) / 1e6)
    assert score.cost.prices["source"] == "a list"


def test_failed_requests_are_requests_too(scored, plan):
    assert scored(answered(plan, {"chess/0": None})).usage.requests == 12


@pytest.mark.parametrize(
    ("usage", "why"), [(None, "the endpoint counted no tokens"), (Usage(9, 0, 1, 0), None)]
)
def test_without_counted_tokens_there_is_no_cost(scored, plan, usage, why):
    entries = [replace(line, reply=replace(line.reply, usage=usage)) for line in answered(plan)]
    assert scored(entries, prices=PRICES).cost.why == why


@pytest.mark.parametrize("usage", [None, Usage(), Usage(completion_tokens=3)], ids=["none", "empty", "half"])
def test_one_reply_without_counted_tokens_leaves_the_cost_unknown(scored, plan, usage):
    first, *others = answered(plan)
    entries = [replace(first, reply=replace(first.reply, usage=usage)), *others]
    cost = scored(entries, prices=PRICES).cost
    assert (cost.usd, cost.why) == (None, "the endpoint counted no tokens for 1 replies")


def test_hours_of_gpus_cost_what_the_run_worked_whatever_was_counted(scored, plan):
    entries = [replace(line, reply=replace(line.reply, usage=None)) for line in answered(plan)]
    cost = scored(entries, prices=GpuHours(gpu_hour_usd=3.0, gpus=2)).cost
    assert cost.usd == pytest.approx(12 * 6 / 3600)
    assert cost.prices == {"gpu_hour_usd": 3.0, "gpus": 2, "source": "given by the user"}


def test_latency_is_by_nearest_rank_and_speed_over_the_whole_run(scored, plan):
    entries = [
        replace(line, reply=replace(line.reply, latency_s=float(place)), elapsed_s=place / 2)
        for place, line in enumerate(answered(plan), start=1)
    ]
    latency = scored(entries).latency
    assert (latency.p50, latency.p90, latency.p99) == (6.0, 11.0, 12.0)
    assert latency.questions_per_second == 2.0


def test_an_empty_journal_has_no_figures(scored):
    score = scored([])
    assert score.status == "interrupted"
    assert score.score.accuracy is None
    assert score.latency.p50 is None
    assert score.subjects == ()


def test_a_served_model_that_changes_is_told(scored, plan):
    entries = answered(plan)
    entries[0] = replace(entries[0], reply=replace(entries[0].reply, served_model="another"))
    score = scored(entries)
    assert score.model.served_model == ("another", "small-model-v1")
    assert score.warnings == ("The served model changed during the run: another, small-model-v1.",)


def test_dropped_examples_and_missing_and_forced_letters_are_counted(scored, task_file):
    plan = plan_of(task_file, protocol="lm-eval", shots=2)
    found = [
        {"letter_logprobs": {"A": -1.0, "B": -2.0, "C": -3.0, "D": -4.0}},
        {"letter_logprobs": {"A": -1.0}},
        {"letter_logprobs": {"A": None}, "letter_forced": True},
        {"letter_logprobs": {}},
    ]
    entries = [
        entry(asked.id, reply=reply(**found[place % 4]), shots_dropped=place % 3, prompt_sha256="0" * 64)
        for place, asked in enumerate(plan.questions)
    ]
    counts = scored(entries, plan).counts
    assert (counts.shots_dropped, counts.letters_missing, counts.letters_forced) == (8, 6, 3)


def test_the_protocols_other_readers_are_shown_beside_the_score(scored, task_file):
    plan = plan_of(task_file, protocol="cloze")
    logprobs = {"A": -4.0, "B": -8.0, "C": -9.0, "D": -9.0}  # A by the sum; C, the longest, per character
    entries = [
        entry(
            asked.id,
            gold=asked.gold,
            answer="A",
            outcome=Outcome.CORRECT if asked.gold == "A" else Outcome.WRONG,
            reply=reply(choice_logprobs=logprobs),
        )
        for asked in plan.questions
    ]
    score = scored(entries, plan)
    others = [(other.reader, other.accuracy) for other in score.score.other_readers]
    assert others == [("choices-per-char", 0.25), ("choices-per-byte", 0.25)]
    assert score.score.accuracy == 0.25


def with_two_right(plan):
    """The plan, with A and B right in every question."""
    return replace(plan, questions=tuple(replace(question, gold="AB") for question in plan.questions))


def right_share(scored, plan, logprobs):
    all_right = [(q.id, {"gold": q.gold, "answer": q.gold[0]}) for q in plan.questions]
    said = [entry(id_, **right, reply=reply(choice_logprobs=logprobs)) for id_, right in all_right]
    return scored(said, plan).score.right_share


def test_where_several_choices_are_right_their_share_of_probability_stands_beside_the_accuracy(
    scored, task_file
):
    plan = with_two_right(plan_of(task_file, protocol="cloze"))
    halves = {"A": math.log(0.3), "B": math.log(0.1), "C": math.log(0.4), "D": math.log(0.2)}
    share = right_share(scored, plan, {letter: value - 2000 for letter, value in halves.items()})
    assert share.mean == pytest.approx(0.4)
    assert (share.stderr, share.questions) == (pytest.approx(0.0), 12)


def test_the_share_of_the_right_choices_is_of_replies_that_have_all_logprobs(scored, task_file):
    plan = with_two_right(plan_of(task_file, protocol="cloze"))
    assert right_share(scored, plan, {"A": -1.0, "B": -2.0, "C": -3.0}) is None


def test_where_one_choice_is_right_no_share_is_told(scored, task_file):
    plan = plan_of(task_file, protocol="cloze")
    assert right_share(scored, plan, dict.fromkeys("ABCD", -1.0)) is None


def test_where_the_source_draws_letters_at_random_the_expected_share_stands_beside_each_reading(
    scored, tmp_path
):
    document = task_document(name="pro", protocols=["mmlu-pro-api"], protocol="mmlu-pro-api")
    plan = plan_of(write_task(tmp_path, document), shots=0)
    texts = {q.id: f"The answer is {q.gold}." for q in plan.questions}
    texts |= {"algebra/0": "Answer: A", "algebra/1": "No idea"}  # A is right, and read by chain only
    score = scored(answered(plan, texts), plan).score
    strict, _ = score.other_readers
    assert (score.accuracy, score.expected_with_guessing) == (11 / 12, 11.25 / 12)
    assert (strict.accuracy, strict.expected_with_guessing) == (10 / 12, 10.5 / 12)


def test_where_the_source_draws_none_there_is_no_such_share(scored, plan):
    score = scored(answered(plan, {"algebra/0": "No idea"}), plan).score
    assert score.expected_with_guessing is None


def test_what_was_sent_and_said_by_the_endpoint_is_kept(scored, plan):
    score = scored(
        answered(plan), sent={"routes": ["/v1"], "temperature": 0.0}, warnings=("It has no logprobs.",)
    )
    assert score.model.settings == {"routes": ["/v1"], "temperature": 0.0}
    assert score.warnings == ("It has no logprobs.",)


def test_questions_that_share_passages_have_clustered_errors_and_few_are_told(scored, tmp_path):
    (tmp_path / "passages").mkdir()
    plan = plan_of(passages_task(tmp_path / "passages", 4))
    wrong = {f"tiny/{place}": "Answer: B" for place in (0, 1, 2)}
    score = scored(answered(plan, wrong), plan)
    assert score.score.clusters == 4
    assert score.score.stderr == score.subjects[0].stderr == pytest.approx(math.sqrt(2.75) / 8)
    assert [other.ci95 for other in score.score.other_readers] == [score.score.ci95]
    (warning,) = score.warnings
    assert warning.startswith(
        "The questions come in 4 clusters only: with fewer than 30, standard errors are too"
    )


def test_thirty_clusters_are_enough(scored, tmp_path):
    (tmp_path / "passages").mkdir()
    plan = plan_of(passages_task(tmp_path / "passages", 30))
    assert not scored(answered(plan), plan).warnings


def test_a_single_cluster_has_no_error_and_says_so(scored, tmp_path):
    (tmp_path / "passages").mkdir()
    plan = plan_of(passages_task(tmp_path / "passages", 1))
    score = scored(answered(plan), plan)
    assert (score.score.stderr, score.score.ci95) == (None, None)
    assert score.warnings == (
        "All questions are in one cluster, so nothing can be said of the standard error.",
    )
