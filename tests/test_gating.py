"""Gating: three answers by stated rules, never a better model refused, and what could turn a verdict."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from builders import answered, inline, plan_of, task_document, write_task, written_run
from compared import Written, large, wrong_in
from hypothesis import given
from hypothesis import strategies as st

from harness.answers import Outcome as Ended
from harness.comparison import Comparison, Part, compare, of_pairing
from harness.errors import UnfinishedError, UsageError
from harness.finished import Run, load
from harness.gate_checks import check_drop, check_floor, check_none_worse, check_not_worse
from harness.gate_words import headline
from harness.gating import Gate, Limits, Outcome, Rules, gate
from harness.paired_stats import Table, difference_interval, mcnemar_exact, paired_stderr
from harness.pairing import Given, LeftOut, Pairing
from harness.stats import wilson_interval

RANK = {True: 2, None: 1, False: 0}
UNREAD = Ended.UNPARSED


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Any finished run: the scores of both sides."""
    folder = tmp_path_factory.mktemp("run")
    path = write_task(folder)
    plan = plan_of(path)
    return load(written_run(folder / "runs", plan, path, answered(plan)).path)


def part(table: Table) -> Part:
    return Part(
        name="all",
        table=table,
        difference=table.difference,
        stderr=paired_stderr(table),
        ci95=difference_interval(table),
        p_mcnemar=mcnemar_exact(table),
        p=mcnemar_exact(table),
    )


def pairs(*counted: tuple[Ended, Ended, int], subject: str = "maths") -> Iterator[tuple[Given, Given]]:
    """So many questions that ended so in BASE and so in NEW."""
    for old, new, times in counted:
        for _ in range(times):
            yield tuple(
                Given(subject, "B", "", "0" * 64, "B" if ended is Ended.CORRECT else None, ended)
                for ended in (old, new)
            )


def compared(run: Run, *questions: tuple[Given, Given], new: Run | None = None) -> Comparison:
    numbered = {
        str(place): tuple(replace(side, cluster=str(place)) for side in one)
        for place, one in enumerate(questions)
    }
    return of_pairing(run, new or run, Pairing(numbered, LeftOut(), 0))


def counted(run: Run, lost: int, won: int, of: int, **kind: Ended) -> Comparison:
    """Half of what is no flip is right in both."""
    old, now = kind.get("old", Ended.WRONG), kind.get("now", Ended.WRONG)
    same = of - lost - won
    return compared(
        run,
        *pairs(
            (Ended.CORRECT, now, lost),
            (old, Ended.CORRECT, won),
            (Ended.CORRECT, Ended.CORRECT, same // 2),
            (Ended.WRONG, Ended.WRONG, same - same // 2),
        ),
    )


def outcome(found: Gate) -> tuple[Outcome, int]:
    return found.outcome, found.exit_code


# The default rule


def test_what_is_significantly_worse_is_a_regression(run):
    found = gate(counted(run, 80, 20, 1000))
    assert outcome(found) == (Outcome.REGRESSION, 1)
    assert (
        "worse: −6.0 points [−7.9, −4.1], p = 1.1e-09, lost 80 and won 20 of 1,000" in found.results[0].reason
    )


def test_80_won_against_20_lost_of_1000_is_better(run):
    found = gate(counted(run, 20, 80, 1000))
    assert outcome(found) == (Outcome.PASSED, 0)
    assert found.results[0].reason.startswith("better: +6.0 points")


def test_a_difference_that_is_not_shown_passes_and_says_how_large_a_drop_it_could_hide(run):
    found = gate(counted(run, 55, 45, 1000))
    assert outcome(found) == (Outcome.PASSED, 0)
    assert "a drop of up to 3.0 points could hide in it" in found.results[0].reason


def test_a_loss_that_the_interval_alone_shows_is_not_shown():
    result = check_not_worse("", part(Table(14, 5, 0, 22)))  # p = 0.06
    assert result.passed
    assert "a drop of up to 25.5 points could hide in it" in result.reason


def test_a_gain_that_the_interval_alone_shows_hides_no_drop():
    result = check_not_worse("", part(Table(14, 0, 5, 22)))
    assert result.passed
    assert result.reason.startswith("no difference shown, and no drop could hide in it: +12.2 points")


@pytest.mark.parametrize(
    ("ci95", "p", "decided"),
    [
        ((-0.255, -0.01), 0.0625, "; the interval leaves 0 out, so it is p that decided"),
        ((-0.255, 0.01), 0.03, "; p is below 0.05, so it is the interval that decided: 0 lies in it"),
        ((-0.255, 0.01), 0.0625, ""),
    ],
    ids=["p", "the interval", "both"],
)
def test_where_one_of_test_and_interval_shows_a_difference_the_other_is_said_to_have_decided(
    ci95, p, decided
):
    result = check_not_worse("", replace(part(Table(14, 5, 0, 22)), ci95=ci95, p=p))
    assert result.passed
    assert result.reason.endswith(f"lost 5 and won 0 of 41{decided}")


def test_subjects_whose_interval_alone_shows_a_loss_are_counted():
    losing, equal = part(Table(14, 5, 0, 22)), part(Table(14, 5, 5, 22))
    result = check_none_worse("", [replace(one, p_holm=0.12) for one in (losing, equal)])
    assert result.reason == (
        "none of 2 is shown to be worse (Holm's correction); of 1 the interval leaves 0 out, so it is p that decided"
    )


def test_parts_too_small_to_show_anything_are_counted():
    lost, equal = part(Table(0, 5, 0, 0)), part(Table(40, 0, 0, 0))
    result = check_none_worse("", [replace(one, p_holm=one.p) for one in (lost, equal)])
    assert result.reason == (
        "none of 2 is shown to be worse (Holm's correction); of 1 so few questions can show no difference, however "
        "large: it takes 6 at least"
    )


def test_more_questions_of_a_single_cluster_are_not_said_to_decide():
    one_passage = replace(part(Table(7, 3, 0, 0)), clusters=1, worth=0.1, ci95=(-0.897, 0.731))
    result = check_drop("", one_passage, 0.01)
    assert (result.passed, result.lacks) == (None, True)
    assert result.reason.endswith("so that the spread is unknown; ask questions of two or more")
    assert "would decide" not in result.reason


def test_a_drop_too_small_to_show_is_not_said_to_be_none():
    result = check_not_worse("", replace(part(Table(14, 5, 5, 22)), ci95=(-0.0002, 0.0002)))
    assert "though a drop of less than 0.1 points could hide in it" in result.reason


def test_the_rule_is_repeated(run):
    (result,) = gate(counted(run, 0, 0, 10)).results
    assert result.rule == "fail if significantly worse at 95 %"


# --max-drop


@pytest.mark.parametrize(
    ("lost", "won", "said"),
    [
        (30, 30, Outcome.PASSED),
        (30, 45, Outcome.PASSED),
        (80, 20, Outcome.REGRESSION),
        (60, 40, Outcome.UNDECIDED),
    ],
    ids=["equal", "better", "worse", "in between"],
)
def test_a_drop_passes_where_a_larger_one_is_excluded_and_fails_where_a_smaller_one_is(run, lost, won, said):
    found = gate(counted(run, lost, won, 1000), Rules(max_drop=0.02))
    assert found.outcome is said
    assert found.exit_code == {Outcome.PASSED: 0, Outcome.REGRESSION: 1, Outcome.UNDECIDED: 5}[said]


def test_a_run_that_is_significantly_worse_passes_where_so_small_a_drop_is_allowed(run):
    comparison = counted(run, 80, 20, 1000)
    assert gate(comparison).outcome is Outcome.REGRESSION
    assert gate(comparison, Rules(max_drop=0.08)).outcome is Outcome.PASSED


def test_an_undecided_drop_says_where_it_is_significant_all_the_same(run):
    (result,) = gate(counted(run, 95, 65, 600), Rules(max_drop=0.01)).results
    assert result.passed is None
    assert result.reason.startswith(
        "NEW is significantly worse, and a drop of 1.0 points lies within the interval"
    )


def test_undecided_says_how_many_questions_would_decide(run):
    (result,) = gate(counted(run, 30, 30, 1000), Rules(max_drop=0.01)).results
    assert result.passed is None
    assert (
        "about 4,800 questions would decide, if it is what was measured" in result.reason
    )  # 7.849·0.06/0.01²


def test_so_many_questions_do_decide(run):
    assert gate(counted(run, 144, 144, 4800), Rules(max_drop=0.01)).outcome is Outcome.PASSED


def test_without_a_flip_the_questions_that_would_decide_are_those_of_the_score_interval():
    (small, large) = (check_drop("", part(Table(n, 0, 0, 0)), 0.01) for n in (200, 390))
    assert small.passed is None
    assert "about 390 questions" in small.reason
    assert large.passed


def test_questions_that_come_in_clusters_decide_less():
    plain = part(Table(940, 30, 30, 0))
    clustered = replace(plain, stderr=2 * plain.stderr, ci95=(-0.03, 0.03), clusters=200, worth=0.25)
    assert "about 20,000 questions" in check_drop("", clustered, 0.01).reason  # four times 4,810


def test_a_drop_that_is_the_threshold_itself_is_not_promised_to_be_decided():
    result = check_drop("", part(Table(500, 60, 40, 400)), 0.02)
    assert result.passed is None
    assert "no number of questions would decide" in result.reason


@pytest.mark.parametrize(("taken", "passed", "code"), [("pass", True, 0), ("fail", False, 1)])
def test_undecided_is_taken_for_what_the_rules_say_and_still_called_undecided(run, taken, passed, code):
    found = gate(counted(run, 30, 30, 1000), Rules(max_drop=0.01, undecided=taken))
    assert (found.outcome, found.passed, found.exit_code) == (Outcome.UNDECIDED, passed, code)


@pytest.mark.parametrize("taken", ["pass", "fail"])
def test_what_is_decided_is_taken_for_nothing_else(run, taken):
    assert gate(counted(run, 80, 20, 1000), Rules(undecided=taken)).exit_code == 1
    assert gate(counted(run, 20, 80, 1000), Rules(undecided=taken)).exit_code == 0


@pytest.mark.parametrize("share", [0.0, -0.01, 1.0, 5.0])
def test_a_drop_that_is_no_share_is_refused(share):
    with pytest.raises(UsageError, match=r"should be a share above 0 and below 1, as 0\.01 for one point"):
        Rules(max_drop=share)
    with pytest.raises(UsageError, match="max_drop of STEM"):
        Rules(parts={"STEM": Limits(max_drop=share)})


@pytest.mark.parametrize(
    "wrong", [{"min_accuracy": 60.0}, {"min_accuracy": -0.1}, {"max_unparsed": 2.0}], ids=str
)
def test_a_share_that_is_none_is_refused(wrong):
    with pytest.raises(UsageError, match=f"{next(iter(wrong))} .* should be a share"):
        Rules(**wrong)


# A better model never gets a worse answer

tables = st.builds(
    Table, st.integers(0, 300), st.integers(0, 60), st.integers(0, 60), st.integers(0, 300)
).filter(lambda table: table.questions > 1)


def improved(table: Table) -> Iterator[Table]:
    """One question more that NEW has right."""
    if table.lost:
        yield replace(table, lost=table.lost - 1, both_correct=table.both_correct + 1)
    if table.both_wrong:
        yield replace(table, both_wrong=table.both_wrong - 1, won=table.won + 1)


@given(tables)
def test_one_question_more_never_gets_a_worse_answer_by_the_default_rule(table):
    before = check_not_worse("", part(table)).passed
    assert all(RANK[check_not_worse("", part(better)).passed] >= RANK[before] for better in improved(table))


@given(tables, st.sampled_from([0.005, 0.01, 0.02, 0.05, 0.1]))
def test_one_question_more_never_gets_a_worse_answer_by_a_drop(table, most):
    before = check_drop("", part(table), most).passed
    assert all(RANK[check_drop("", part(better), most).passed] >= RANK[before] for better in improved(table))


def test_one_question_more_never_gets_a_worse_answer_where_the_interval_changes_its_method():
    more, fewer = (part(Table(90, lost, 0, 201 - 90 - lost)) for lost in (20, 19))
    assert (more.ci95[1], fewer.ci95[1]) == pytest.approx((-0.0580, -0.0614), abs=1e-4)
    assert [check_drop("", one, 0.06).passed for one in (more, fewer)] == [None, None]
    assert [check_drop("", one, 0.142).passed for one in (more, fewer)] == [True, True]


@given(st.integers(1, 500), st.data(), st.floats(0, 1))
def test_one_question_more_never_gets_a_worse_answer_by_a_floor(of, data, least):
    correct = data.draw(st.integers(0, of - 1))
    fewer, more = (
        check_floor("", k / of, wilson_interval(k, of), of, least).passed for k in (correct, correct + 1)
    )
    assert RANK[more] >= RANK[fewer]


@given(tables)
def test_what_is_not_worse_is_never_a_regression(table):
    if table.won >= table.lost:
        assert check_not_worse("", part(table)).passed
        assert check_drop("", part(table), 0.01).passed is not False


# Accuracy, groups and subjects


@pytest.mark.parametrize(
    ("least", "passed"), [(0.5, True), (0.8, None), (0.99, None), (0.7575, True)], ids=str
)
def test_an_accuracy_is_held_against_its_interval(run, least, passed):
    found = gate(counted(run, 0, 0, 12), Rules(min_accuracy=least))
    assert found.results[1].passed is passed  # 12 of 12 right: [75.75, 100]


def test_an_accuracy_whose_interval_is_below_fails():
    result = check_floor("", 0.4, (0.35, 0.45), 370, 0.5)
    assert result.passed is False
    assert result.reason == "below 50.0 %: 40.0 % [35.0, 45.0] of 370 questions"


def test_a_floor_that_base_fails_too_says_so_and_is_broken_all_the_same(tmp_path):
    written, plan = Written(tmp_path), large(tmp_path, 40)
    old = written("base", wrong_in(plan, "chess", range(18)), asked=plan)
    new = written("new", wrong_in(plan, "chess", range(20)), asked=plan)
    rules = Rules(
        min_accuracy=0.95, parts={"chess": Limits(min_accuracy=0.9), "games": Limits(min_accuracy=0.9)}
    )
    found = gate(compare(old, new), rules)
    assert [result.passed for result in found.results] == [True, False, False, False]
    assert [result.reason.rpartition("; ")[2] for result in found.results[1:]] == [
        "BASE's 85.0 % is below it too",
        "BASE's 55.0 % is below it too",
        "BASE's 55.0 % is below it too",
    ]


def test_an_open_floor_says_where_base_is_below_it(tmp_path):
    written, plan = Written(tmp_path), large(tmp_path, 40)
    old = written("base", wrong_in(plan, "chess", range(20)), asked=plan)
    new = written("new", wrong_in(plan, "chess", range(8)), asked=plan)
    found = gate(compare(old, new), Rules(min_accuracy=0.9))
    assert found.results[1].passed is None
    assert found.results[1].reason.endswith("; BASE's 83.3 % is below it")


def test_a_floor_that_base_keeps_says_nothing_of_it(tmp_path):
    written, plan = Written(tmp_path), large(tmp_path, 40)
    new = written("new", wrong_in(plan, "chess", range(30)), asked=plan)
    found = gate(compare(written("base", asked=plan), new), Rules(min_accuracy=0.95))
    assert found.results[1].passed is False
    assert "BASE" not in found.results[1].reason


def test_a_subject_has_limits_of_its_own(run):
    questions = (
        *pairs((Ended.CORRECT, Ended.WRONG, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="algebra"),
        *pairs((Ended.WRONG, Ended.CORRECT, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="botany"),
    )
    found = gate(
        compared(run, *questions),
        Rules(parts={"algebra": Limits(max_drop=0.05), "botany": Limits(max_drop=0.05)}),
    )
    assert [(r.rule, r.passed) for r in found.results] == [
        ("fail if significantly worse at 95 %", True),
        ("max-drop 5 in algebra", False),
        ("max-drop 5 in botany", True),
    ]
    assert found.outcome is Outcome.REGRESSION


def test_a_loss_in_one_subject_is_found_where_each_is_tested(run):
    comparison = compared(
        run,
        *pairs((Ended.CORRECT, Ended.WRONG, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="algebra"),
        *pairs((Ended.WRONG, Ended.CORRECT, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="chess"),
    )
    assert gate(comparison).outcome is Outcome.PASSED
    result = gate(comparison, Rules(each="subjects")).results[1]
    assert (result.passed, result.reason) == (False, "worse in 1 of 2 (Holm's correction): algebra (−30.0)")


def test_among_many_subjects_one_has_to_lose_more(run):
    lost = [*pairs((Ended.CORRECT, Ended.WRONG, 6), (Ended.CORRECT, Ended.CORRECT, 94), subject="algebra")]
    same = pairs((Ended.CORRECT, Ended.CORRECT, 100), subject="chess")
    alone, two = compared(run, *lost), compared(run, *lost, *same)  # p = 0.03, and twice that
    assert [gate(one, Rules(each="subjects")).results[1].passed for one in (alone, two)] == [False, True]


def test_a_rule_for_a_part_that_there_is_not_is_refused_by_name(run):
    with pytest.raises(
        UsageError, match=r"'mats', which is no group or subject here \(did you mean maths\?\)"
    ):
        gate(counted(run, 0, 0, 10), Rules(parts={"mats": Limits(max_drop=0.01)}))


# What was counted or measured


def changed(run: Run, **parts: dict[str, object]) -> Run:
    """The run with other fields in parts of its score."""
    updated = {name: getattr(run.score, name).model_copy(update=fields) for name, fields in parts.items()}
    return replace(run, score=run.score.model_copy(update=updated))


@pytest.mark.parametrize(("unparsed", "passed"), [(0, True), (3, True), (4, False)])
def test_unparsed_replies_have_a_ceiling(run, unparsed, passed):
    new = changed(run, counts={"unparsed": unparsed})
    comparison = compared(run, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new)
    result = gate(comparison, Rules(max_unparsed=0.25)).results[1]
    assert (result.rule, result.passed) == ("max-unparsed 25", passed)


@pytest.mark.parametrize(
    ("rule", "part_", "field_"),
    [("max_cost_increase", "cost", "usd"), ("max_latency_increase", "latency", "p50")],
    ids=["cost", "latency"],
)
@pytest.mark.parametrize(
    ("before", "now", "passed"),
    [
        (1.0, 1.2, True),
        (1.0, 1.3, False),
        (1.0, 0.5, True),
        (0.0, 0.0, True),
        (0.0, 0.1, False),
        (None, 1.0, None),
    ],
)
def test_cost_and_latency_may_rise_so_much(run, rule, part_, field_, before, now, passed):
    base, new = (changed(run, **{part_: {field_: value}}) for value in (before, now))
    comparison = compared(base, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new)
    assert gate(comparison, Rules(**{rule: 0.25})).results[1].passed is passed


def test_a_rise_is_said_to_be_a_ratio_that_nothing_tests(run):
    base, new = (changed(run, latency={"p50": p50, "questions_per_second": None}) for p50 in (0.5, 0.8))
    found = gate(
        compared(base, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new), Rules(max_latency_increase=0.5)
    )
    assert found.results[1].reason == (
        "median seconds a reply: 0.5 before, 0.8 now (+60.0 %), a plain ratio, without a test"
    )
    assert found.doubts == ()


@pytest.mark.parametrize(("rate", "is_doubted"), [(20.0, True), (1.25, False), (1.8, False), (None, False)])
def test_latencies_of_a_busier_server_are_doubted(run, rate, is_doubted):
    base = changed(run, latency={"p50": 0.5, "questions_per_second": 2.0})
    new = changed(run, latency={"p50": 0.8, "questions_per_second": rate})
    comparison = compared(base, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new)
    found = gate(comparison, Rules(max_latency_increase=0.5, max_cost_increase=0.5))
    said = (
        "BASE was asked about 1 question at once and NEW about 16, by their median seconds and questions a second: a "
        "busier server takes longer over each, so 'max-latency-increase 50' may be about load; --concurrency sets it."
    )
    assert found.doubts == ((said,) if is_doubted else ())
    assert gate(comparison).doubts == ()


def test_a_cost_that_is_not_known_is_undecided_and_says_of_whom(run):
    comparison = compared(run, *pairs((Ended.CORRECT, Ended.CORRECT, 12)))
    found = gate(comparison, Rules(max_cost_increase=0.1))
    assert found.outcome is Outcome.UNDECIDED
    assert found.results[1].reason == "US dollars a question: not known of BASE and NEW"


def test_one_broken_rule_is_a_regression_whatever_is_undecided(run):
    found = gate(counted(run, 80, 20, 1000), Rules(max_cost_increase=0.1))
    assert {result.passed for result in found.results} == {False, None}
    assert found.outcome is Outcome.REGRESSION


# What could turn it


def test_replies_without_a_letter_that_could_turn_a_regression_are_told(run):
    found = gate(counted(run, 80, 20, 1000, now=UNREAD))
    assert found.outcome is Outcome.REGRESSION
    (doubt,) = found.doubts
    assert doubt == (
        "NEW alone has 80 replies without a letter, which count as wrong; were all of them right, 'fail if "
        "significantly worse at 95 %' would pass."
    )


def test_replies_of_base_without_a_letter_that_could_turn_a_pass_are_told(run):
    found = gate(counted(run, 20, 22, 1000, old=UNREAD))
    assert found.outcome is Outcome.PASSED
    assert found.doubts[0].startswith("BASE alone has 22 replies without a letter")
    assert found.doubts[0].endswith("would fail.")


def test_replies_of_base_without_a_letter_count_where_new_is_wrong_too(run):
    same = ((Ended.CORRECT, Ended.CORRECT, 70), (UNREAD, Ended.WRONG, 30))
    (doubt,) = gate(compared(run, *pairs(*same))).doubts
    assert doubt.startswith("BASE alone has 30 replies without a letter")


@pytest.mark.parametrize(
    ("lost", "rules", "outcome_", "worst"),
    [
        (0, Rules(max_drop=0.05), Outcome.PASSED, ("BASE", "NEW", "'max-drop 5' would fail.")),
        (0, Rules(), Outcome.PASSED, ("BASE", "NEW", "'fail if significantly worse at 95 %' would fail.")),
        (20, Rules(max_drop=0.05), Outcome.REGRESSION, ("NEW", "BASE", "'max-drop 5' would pass.")),
    ],
    ids=["a drop", "no rule", "a regression"],
)
def test_questions_that_got_a_letter_from_neither_run_and_could_turn_it_are_told(
    run, lost, rules, outcome_, worst
):
    some = pairs((Ended.CORRECT, Ended.CORRECT, 70), (UNREAD, UNREAD, 30), (Ended.CORRECT, Ended.WRONG, lost))
    found = gate(compared(run, *some), rules)
    assert found.outcome is outcome_
    right, wrong, becomes = worst
    (doubt,) = found.doubts
    assert doubt.startswith("30 questions got a letter from neither run, which counts as wrong in both; ")
    assert doubt.endswith(
        f"; at worst, were all of these replies of {right} right and none of {wrong}, {becomes}"
    )


def test_replies_of_one_run_alone_are_counted_beside_those_of_neither(run):
    some = pairs((Ended.CORRECT, Ended.CORRECT, 970), (UNREAD, UNREAD, 10), (UNREAD, Ended.CORRECT, 4))
    (doubt,) = gate(compared(run, *some), Rules(max_drop=0.01)).doubts
    assert doubt.startswith(
        "10 questions got a letter from neither run, which counts as wrong in both, and 4 more "
    )
    assert "replies of BASE had none; at worst, were all of these replies of BASE right" in doubt


def test_a_few_questions_that_got_a_letter_from_neither_run_raise_no_doubt(run):
    same = [*pairs((Ended.CORRECT, Ended.CORRECT, 995), (UNREAD, UNREAD, 5))]
    for rules in (Rules(), Rules(max_drop=0.02), Rules(each="subjects")):
        assert gate(compared(run, *same), rules).doubts == ()


def test_questions_that_got_a_letter_from_neither_run_count_in_each_of_the_subjects(run):
    same = pairs((Ended.CORRECT, Ended.CORRECT, 70), (UNREAD, UNREAD, 30), subject="chess")
    rest = pairs((Ended.CORRECT, Ended.CORRECT, 9000))
    found = gate(compared(run, *same, *rest), Rules(max_drop=0.01, each="subjects"))
    assert found.outcome is Outcome.PASSED
    (doubt,) = found.doubts
    assert doubt.startswith("30 questions got a letter from neither run")
    assert doubt.endswith("in any of the subjects' would fail.")


def test_replies_without_a_letter_that_could_turn_a_subject_are_told(run):
    lost = pairs((Ended.CORRECT, UNREAD, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="chess")
    rest = pairs((Ended.CORRECT, Ended.CORRECT, 900))
    rules = Rules(max_drop=0.1, parts={"chess": Limits(max_drop=0.05)})
    found = gate(compared(run, *lost, *rest), rules)
    assert [result.passed for result in found.results] == [True, False]
    (doubt,) = found.doubts
    assert doubt.startswith("NEW alone has 30 replies without a letter")
    assert doubt.endswith("were all of them right, 'max-drop 5 in chess' would pass.")


def test_replies_without_a_letter_that_could_turn_one_of_the_subjects_are_told(run):
    lost = pairs((Ended.CORRECT, UNREAD, 30), (Ended.CORRECT, Ended.CORRECT, 70), subject="chess")
    found = gate(compared(run, *lost, *pairs((Ended.CORRECT, Ended.CORRECT, 900))), Rules(each="subjects"))
    assert [result.passed for result in found.results] == [False, False]
    assert [doubt.partition("; ")[2] for doubt in found.doubts] == [
        "were all of them right, 'fail if significantly worse at 95 %' would pass.",
        "were all of them right, 'fail if significantly worse at 95 % in any of the subjects' would pass.",
    ]


def test_replies_without_a_letter_that_could_turn_nothing_are_not_told(run):
    assert gate(counted(run, 80, 20, 1000)).doubts == ()
    assert gate(counted(run, 20, 80, 1000, old=UNREAD), Rules(max_drop=0.1)).doubts == ()


def test_replies_without_a_letter_that_could_turn_an_accuracy_are_told(run):
    new = changed(
        run, counts={"correct": 4, "unparsed": 8}, score={"accuracy": 4 / 12, "ci95": wilson_interval(4, 12)}
    )
    comparison = compared(run, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new)
    found = gate(comparison, Rules(min_accuracy=0.7))
    assert found.outcome is Outcome.REGRESSION
    (doubt,) = found.doubts
    assert doubt.startswith("NEW has 8 replies without a letter")
    assert doubt.endswith("were all of them right, 'min-accuracy 70' would pass.")


def test_replies_without_a_letter_that_could_turn_a_subjects_accuracy_are_told(tmp_path):
    written, plan = Written(tmp_path), large(tmp_path, 40)
    unread = {f"chess/{place}": "I like it." for place in range(9)}
    old = written("base", {"chess/0": "So do I."}, asked=plan)
    comparison = compare(old, written("new", unread, asked=plan))
    found = gate(comparison, Rules(max_drop=0.5, parts={"chess": Limits(min_accuracy=0.85)}))
    assert [result.passed for result in found.results] == [True, None]
    (doubt,) = found.doubts
    assert doubt.startswith("NEW has 9 replies without a letter")
    assert doubt.endswith("were all of them right, 'min-accuracy 85 in chess' would pass.")


@pytest.mark.parametrize(
    ("unread", "least", "passed", "becomes"),
    [(9, 0.9, None, "pass"), (30, 0.99, False, "be undecided"), (1, 0.9, True, None), (1, 0.99, None, None)],
)
def test_replies_without_a_letter_that_could_turn_a_macro_average_are_told(
    tmp_path, unread, least, passed, becomes
):
    written = Written(tmp_path)
    questions = [
        inline(subject, place)
        for subject, many in (("algebra", 200), ("botany", 200), ("chess", 40))
        for place in range(many)
    ]
    plan = plan_of(
        write_task(tmp_path, task_document(name="uneven", questions=questions)), protocol="helm", shots=0
    )
    right = {question.id: f" {question.gold}" for question in plan.questions}
    new = {**right, **{f"chess/{place}": "I like it." for place in range(unread)}}
    comparison = compare(written("base", right, asked=plan), written("new", new, asked=plan))
    assert comparison.new.score.score.average == "macro"
    found = gate(comparison, Rules(max_drop=0.9, min_accuracy=least))
    assert found.results[1].passed is passed
    said = f"were all of them right, 'min-accuracy {100 * least:g} (macro average)' would {becomes}."
    assert [doubt.partition("; ")[2] for doubt in found.doubts] == ([said] if becomes else [])


def uneven(folder, sizes, *, a_passage=1):
    """A plan by HELM, whose headline is the plain mean over subjects, of these sizes; passages are clusters."""
    rows = [
        {"subject": subject, "passage": f"{subject} {place // a_passage}", "question": f"{place}?"}
        | {"A": "yes", "B": "no", "answer": "A"}
        for subject, many in sizes.items()
        for place in range(many)
    ]
    (folder / "rows.json").write_text(json.dumps(rows))
    columns = {
        "subject": "subject",
        "question": "question",
        "context": "passage",
        "choices": ["A", "B"],
        **({"cluster": "passage"} if a_passage > 1 else {}),
        "gold": {"column": "answer", "form": "letter"},
    }
    absent = dict.fromkeys(("questions", "shots", "groups"))
    document = task_document(name="uneven", dataset={"file": "rows.json"}, columns=columns, **absent)
    return plan_of(write_task(folder, document), protocol="helm", shots=0)


def judged_uneven(folder, sizes, rules, *, a_passage=1):
    """All right but every fourth question of the first subject."""
    plan, written = uneven(folder, sizes, a_passage=a_passage), Written(folder)
    right = {question.id: f" {question.gold}" for question in plan.questions}
    first = [question.id for question in plan.questions if question.subject == next(iter(sizes))]
    new = right | dict.fromkeys(first[::4], " B")
    old, now = written("base", right, asked=plan), written("new", new, asked=plan)
    return gate(compare(old, now), rules)


@pytest.mark.parametrize(
    ("least", "passed", "begin"),
    [
        (0.5, True, "above 50.0 %: macro average 87.5 % ["),
        (0.99, False, "below 99.0 %: macro average 87.5 % ["),
        (0.85, None, "85.0 % lies within the interval: macro average 87.5 % ["),
    ],
)
@pytest.mark.parametrize("a_passage", [1, 2])
def test_a_floor_for_a_macro_average_says_that_it_is_one(tmp_path, least, passed, begin, a_passage):
    rules = Rules(max_drop=0.9, min_accuracy=least)
    result = judged_uneven(tmp_path, {"algebra": 200, "botany": 40}, rules, a_passage=a_passage).results[1]
    assert (result.rule, result.passed) == (f"min-accuracy {100 * least:g} (macro average)", passed)
    assert result.reason.startswith(begin)
    assert "] of 2 subjects, 240 questions" in result.reason


def test_a_floor_for_a_part_is_no_macro_average_whatever_the_whole_is(tmp_path):
    rules = Rules(max_drop=0.9, parts={"algebra": Limits(min_accuracy=0.5)})
    result = judged_uneven(tmp_path, {"algebra": 200, "botany": 40}, rules).results[1]
    assert result.rule == "min-accuracy 50 in algebra"
    assert "macro" not in result.reason


@pytest.mark.parametrize(
    ("sizes", "a_passage", "why", "way_out"),
    [
        (
            {"algebra": 200, "botany": 1},
            1,
            "subject botany has a single question, so that its spread is unknown",
            "ask two or more of it, or leave it out of both runs",
        ),
        (
            {"algebra": 200, "botany": 1, "chess": 1},
            1,
            "subjects botany and chess have a single question each, so that their spread is unknown",
            "ask two or more of each, or leave them out of both runs",
        ),
        (
            {"algebra": 200, "botany": 10},
            10,
            "subject botany has a single cluster of questions, so that its spread is unknown",
            "ask two or more of it, or leave it out of both runs",
        ),
        (
            {"algebra": 200, **{f"s{place}": 1 for place in range(6)}},
            1,
            "subjects s0, s1, s2 and 3 more have a single question each, so that their spread is unknown",
            "ask two or more of each, or leave them out of both runs",
        ),
    ],
    ids=["question", "questions", "cluster", "many"],
)
def test_a_macro_average_without_an_interval_says_whose_spread_is_unknown(
    tmp_path, sizes, a_passage, why, way_out
):
    found = judged_uneven(tmp_path, sizes, Rules(max_drop=0.9, min_accuracy=0.5), a_passage=a_passage)
    result = found.results[1]
    assert (result.passed, found.outcome) == (None, Outcome.UNDECIDED)
    said = f"questions, has no interval: {why}; {way_out}, or hold groups and subjects to floors of their own"
    assert said in result.reason
    assert headline(found) == (
        "Undecided: 1 of 2 rules cannot be told; what each lacks stands beside it, and --undecided pass|fail would "
        "settle it."
    )


def test_a_part_in_a_single_cluster_says_why_it_has_no_interval(tmp_path):
    rules = Rules(max_drop=0.9, parts={"botany": Limits(min_accuracy=0.5)})
    result = judged_uneven(tmp_path, {"algebra": 200, "botany": 10}, rules, a_passage=10).results[1]
    assert result.passed is None
    assert result.reason == (
        "100.0 % of 10 questions has no interval: they come in a single cluster, so that the spread is unknown; ask "
        "questions of two or more"
    )


# Scores that are not whole


@pytest.mark.parametrize("status", ["incomplete", "interrupted"])
def test_a_score_that_is_not_whole_gets_no_verdict(run, status):
    new = replace(run, score=run.score.model_copy(update={"status": status}))
    comparison = compared(run, *pairs((Ended.CORRECT, Ended.CORRECT, 12)), new=new)
    with pytest.raises(UnfinishedError, match=f"is {status}"):
        gate(comparison)
