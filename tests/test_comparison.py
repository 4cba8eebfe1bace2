"""Comparisons: what two runs of the same questions show, from their files."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

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
from compared import Written, large, wrong, wrong_in

import harness
from harness.answers import Outcome
from harness.comparison import Comparison, Verdict
from harness.comparison_words import asked, verdict
from harness.errors import UsageError
from harness.gate_checks import check_none_worse


@pytest.fixture
def written(tmp_path):
    return Written(tmp_path)


@pytest.fixture
def task_file(written):
    return written.task_file


@pytest.fixture
def plan(written):
    return written.plan


def refused(base, new, **how):
    """The sentence with which a comparison is refused."""
    with pytest.raises(UsageError) as caught:
        harness.compare(base, new, **how)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def score_with(path, **changes):
    """Change a score file's fields."""
    file = path / "score.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **changes}), encoding="utf-8")
    return path


def test_questions_are_paired_by_id(written, plan):
    base = written("base", wrong(plan, "algebra/0", "algebra/1", "chess/2"))
    new = written("new", wrong(plan, "algebra/1", "chess/3"))
    found = harness.compare(base, new)
    table = found.whole.table
    assert (table.both_correct, table.lost, table.won, table.both_wrong) == (8, 1, 2, 1)
    assert (found.base.model, found.new.model) == ("base", "new")
    assert (found.base.accuracy, found.new.accuracy) == (9 / 12, 10 / 12)
    assert found.whole.difference == pytest.approx(1 / 12)


def test_groups_and_subjects_are_compared_too(written, plan):
    found = harness.compare(written("base"), written("new", wrong(plan, "algebra/0", "botany/0", "chess/2")))
    assert [(part.name, part.table.questions, part.table.lost) for part in found.groups] == [
        ("science", 8, 2),
        ("games", 4, 1),
    ]
    assert [(part.name, part.table.lost) for part in found.subjects] == [
        ("algebra", 1),
        ("botany", 1),
        ("chess", 1),
    ]


def test_a_subject_is_compared_in_each_of_its_groups(tmp_path, written):
    groups = {"all": ["algebra", "botany", "chess"], "numbers": ["algebra"]}
    (tmp_path / "grouped").mkdir()
    plan = plan_of(write_task(tmp_path / "grouped", task_document(groups=groups)))
    base, new = written("base", asked=plan), written("new", wrong(plan, "algebra/0", "botany/0"), asked=plan)
    assert [
        (part.name, part.table.questions, part.table.lost) for part in harness.compare(base, new).groups
    ] == [
        ("all", 12, 2),
        ("numbers", 4, 1),
    ]


def test_flips_have_both_answers_and_stand_by_subject_lost_ones_first(written, plan):
    base = written("base", wrong(plan, "algebra/0", "botany/1"))
    new = written("new", {**wrong(plan, "algebra/2"), "chess/1": "I cannot tell."})
    flips = harness.compare(base, new).flips
    assert [(flip.id, flip.gold, flip.base_answer, flip.new_answer, flip.won) for flip in flips] == [
        ("algebra/2", "C", "C", "A", False),
        ("algebra/0", "A", "B", "A", True),
        ("botany/1", "B", "A", "B", True),
        ("chess/1", "B", "B", "unparsed", False),
    ]


def test_a_question_that_failed_on_either_side_leaves_both_and_is_counted(written):
    base = written("base", {"algebra/0": None, "algebra/1": None})
    found = harness.compare(base, written("new", {"algebra/1": None, "chess/0": None}))
    assert found.questions == 9
    assert (found.left_out.failed_base, found.left_out.failed_new) == (2, 2)
    assert any("left out: 2 failed in BASE, 2 failed in NEW" in note for note in found.notes)


def test_a_run_compared_with_one_that_answers_alike_shows_no_difference(written):
    found = harness.compare(written("base"), written("new"))
    assert found.verdict is Verdict.NOT_SHOWN
    assert any(note.startswith("All 12 answers are the same") for note in found.notes)


def test_a_large_drop_is_worse(written, plan):
    ids = [question.id for question in plan.questions][:9]
    found = harness.compare(written("base"), written("new", wrong(plan, *ids)))
    assert found.verdict is Verdict.WORSE
    assert found.whole.p_mcnemar == 2 / 2**9


# What is shown


def test_a_small_rise_is_not_shown_and_says_what_could_hide(written, plan):
    found = harness.compare(written("base", wrong(plan, "chess/0")), written("new"))
    low, high = found.whole.ci95
    assert found.verdict is Verdict.NOT_SHOWN
    assert low < 0 < found.whole.difference < high


def test_a_large_rise_is_better(written, plan):
    ids = [question.id for question in plan.questions][:9]
    assert harness.compare(written("base", wrong(plan, *ids)), written("new")).verdict is Verdict.BETTER


def test_swapping_the_runs_swaps_everything(written, plan):
    base = written("base", wrong(plan, "chess/0", "chess/1", "botany/2"))
    new = written("new", wrong(plan, "chess/1"))
    there, back = harness.compare(base, new), harness.compare(new, base)
    assert back.whole.ci95 == (-there.whole.ci95[1], -there.whole.ci95[0])
    assert back.whole.difference == -there.whole.difference
    assert (back.whole.table.won, back.whole.table.lost) == (there.whole.table.lost, there.whole.table.won)
    assert back.detectable == there.detectable


def test_a_margin_that_is_excluded_either_way_makes_them_equivalent(tmp_path, written):
    many = large(tmp_path)
    base = written("base", wrong_in(many, "chess", range(20)), asked=many)
    new = written("new", wrong_in(many, "chess", range(2, 22)), asked=many)
    assert harness.compare(base, new, margin=0.05).verdict is Verdict.EQUIVALENT
    assert harness.compare(base, new, margin=0.01).verdict is Verdict.NOT_SHOWN
    assert harness.compare(base, new).within_margin is None


@pytest.mark.parametrize("margin", [0, -0.1, 1, 2.0])
def test_a_margin_that_is_no_share_is_refused(written, margin):
    assert "should be a share above 0" in refused(written("base"), written("new"), margin=margin)


def test_at_the_edge_a_difference_counts_where_test_and_interval_both_show_it(written, plan):
    found = harness.compare(
        written("base"), written("new", wrong(plan, *(f"algebra/{place}" for place in range(4)), "chess/0"))
    )
    assert found.whole.p_mcnemar == 0.0625
    assert found.whole.ci95[1] < 0
    assert found.verdict is Verdict.NOT_SHOWN
    assert any(note.startswith("This is the edge: the interval leaves 0 out and") for note in found.notes)


def in_passages(tmp_path: Path, file: Path, lost: Callable[[int, int], bool]) -> Comparison:
    """BASE has all right, NEW all but those lost, by the passage's number and theirs within it."""
    plan = plan_of(file)
    names = [re.fullmatch(r"Passage (\d+)\.\n(\d+) of .*", one.text) for one in plan.questions]
    lost_ids = [
        one.id for one, name in zip(plan.questions, names, strict=True) if lost(int(name[1]), int(name[2]))
    ]
    texts = wrong(plan, *lost_ids)
    runs = [
        written_run(
            tmp_path / name,
            plan,
            file,
            answered(plan, said),
            record=record_of(plan, file, id=f"20261123T12000{at}Z-0000"),
        ).path
        for at, (name, said) in enumerate((("base", {}), ("new", texts)))
    ]
    return harness.compare(*runs)


def test_at_the_edge_of_clusters_the_test_alone_shows_nothing_and_it_is_said(tmp_path):
    found = in_passages(
        tmp_path, passages_task(tmp_path, 12, 6), lambda passage, place: passage < 6 and place == 0
    )
    assert (found.whole.p, found.verdict) == (pytest.approx(2 / 2**6), Verdict.NOT_SHOWN)
    assert found.whole.ci95[1] > 0
    said = "This is the edge: the exact test shows a difference (p = 0.031) and the interval holds 0;"
    assert any(note.startswith(said) for note in found.notes)


def test_a_passage_that_is_lost_whole_shows_nothing(tmp_path):
    file = passages_task(tmp_path, 12, 6, subjects=2)
    found = in_passages(tmp_path, file, lambda passage, _: passage == 0)
    assert found.whole.p_mcnemar == 2 / 2**6
    assert (found.whole.p, found.subjects[0].p, found.subjects[0].p_holm) == (1, 1, 1)
    assert verdict(found)[2] == "In none of 2 subjects alone is a difference shown."
    assert "exact p = 1.00 by swapping whole clusters (McNemar's, which takes" in verdict(found)[1]
    assert check_none_worse("", found.subjects).passed


def test_passages_lost_whole_show_what_as_many_questions_would(tmp_path):
    found = in_passages(tmp_path, passages_task(tmp_path, 20, 3), lambda passage, _: passage < 7)
    assert (found.whole.p, found.verdict) == (pytest.approx(2 / 2**7), Verdict.WORSE)
    assert found.clusters == 20


def test_a_drop_that_is_one_of_form_is_called_out_first(tmp_path, written):
    many = large(tmp_path)
    unread = {f"chess/{place}": "I like it." for place in range(30)}
    found = harness.compare(written("base", asked=many), written("new", unread, asked=many))
    assert found.verdict is Verdict.WORSE
    assert found.outcomes["unparsed"] == (0, 30)
    assert found.notes[0].startswith(
        "How often replies give a letter has changed (unparsed 30 against 0 in BASE): 30 of"
    )
    assert "over the 270 to which both gave a letter, the difference is 0.0 points" in found.notes[0]
    assert found.lettered.table.questions == 270


def ended(written, plan, name, outcomes):
    """A run whose replies to these questions, by id, gave no letter."""
    entries = [
        replace(line, answer=None, outcome=outcomes[line.id]) if line.id in outcomes else line
        for line in answered(plan)
    ]
    settings = settings_of(plan, model=name)
    record = record_of(plan, written.task_file, id=f"20261123T120000Z-{name}", settings=settings)
    return written_run(written.folder / "runs", plan, written.task_file, entries, record=record).path


def test_kinds_of_unread_replies_that_are_too_few_each_are_called_out_together(tmp_path, written):
    many = large(tmp_path)
    kinds = (Outcome.UNPARSED, Outcome.REFUSED, Outcome.TRUNCATED)
    new = ended(written, many, "new", {f"chess/{place}": kinds[place % 3] for place in range(6)})
    found = harness.compare(written("base", asked=many), new)
    assert found.verdict is Verdict.WORSE
    assert found.notes[0].startswith(
        "How often replies give a letter has changed (unparsed 2 against 0, refused 2 against 0, truncated 2 against 0 "
        "in BASE): 6 of the 6 lost questions"
    )


def test_unread_replies_without_which_a_difference_would_not_be_shown_are_called_out(tmp_path, written):
    many = large(tmp_path)
    unread = {f"chess/{place}": "I like it." for place in range(3)}  # too few for a change that is shown
    new = written("new", {**unread, **wrong_in(many, "chess", range(3, 7))}, asked=many)
    found = harness.compare(written("base", asked=many), new)
    assert found.verdict is Verdict.WORSE
    assert found.notes[0] == (
        "Replies without a letter decide what is shown (unparsed 3 against 0 in BASE): 3 of the 7 lost questions are "
        "lost because no letter was read, 0 of the 0 won because none was read before; over the 297 to which both gave "
        "a letter, the difference is −1.3 points [−3.4, −0.1], which is not shown."
    )


def test_unread_replies_that_hide_a_difference_are_called_out(tmp_path, written):
    many = large(tmp_path)
    base = written("base", {f"botany/{place}": "I like it." for place in range(5)}, asked=many)
    found = harness.compare(base, written("new", wrong_in(many, "chess", range(8)), asked=many))
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.notes[0].startswith(
        "Replies without a letter decide what is shown (unparsed 0 against 5 in BASE)"
    )
    assert found.notes[0].endswith("which is shown.")


def test_unread_replies_that_decide_nothing_are_not_called_out(tmp_path, written):
    many = large(tmp_path)
    new = written("new", {"botany/0": "I like it.", **wrong_in(many, "chess", range(20))}, asked=many)
    found = harness.compare(written("base", asked=many), new)
    assert found.verdict is Verdict.WORSE
    assert not any("letter" in note for note in found.notes)


def test_a_difference_of_unread_replies_is_called_out_where_no_question_has_two_letters(tmp_path, written):
    questions = [inline("algebra", place) for place in range(11)]
    few = plan_of(write_task(tmp_path, task_document(name="few", groups=None, questions=questions)))
    base = written("base", {f"algebra/{place}": "I like it." for place in range(6, 11)}, asked=few)
    unread = {f"algebra/{place}": "I like it." for place in range(6)}
    new = written("new", {**unread, **wrong_in(few, "algebra", range(6, 11))}, asked=few)
    found = harness.compare(base, new)
    assert (found.verdict, found.lettered) == (Verdict.WORSE, None)
    assert found.notes[0] == (
        "Replies without a letter decide what is shown (unparsed 6 against 5 in BASE): 6 of the 6 lost questions are "
        "lost because no letter was read, 0 of the 0 won because none was read before."
    )


def test_the_macro_difference_is_that_of_the_means_over_subjects(written, plan):
    found = harness.compare(written("base"), written("new", {**wrong(plan, "chess/0"), "algebra/0": None}))
    assert found.macro.difference == pytest.approx(-(1 / 4) / 3)
    assert found.macro.base == 1.0
    assert found.whole.difference == pytest.approx(-1 / 11)


def test_few_questions_leave_the_macro_difference_without_an_interval(tmp_path, written, plan):
    few = harness.compare(written("base"), written("new", wrong(plan, "chess/0"))).macro
    assert (few.ci95, few.stderr is None) == (None, False)
    many = large(tmp_path)
    new = written("many", wrong_in(many, "chess", range(30)), asked=many)
    found = harness.compare(written("other", asked=many), new).macro
    assert found.ci95 == pytest.approx((-0.1 - 1.96 * found.stderr, -0.1 + 1.96 * found.stderr), abs=1e-4)


def test_a_subject_of_one_question_leaves_the_macro_difference_without_an_interval(tmp_path, written):
    questions = [inline("algebra", 0), inline("botany", 0), inline("botany", 1), inline("chess", 0)]
    few = plan_of(write_task(tmp_path, task_document(name="few", questions=questions)))
    macro = harness.compare(written("base", asked=few), written("new", asked=few)).macro
    assert (macro.difference, macro.stderr, macro.ci95) == (0, None, None)


def test_questions_of_one_cluster_are_said_to_be_taken_for_one(tmp_path, written):
    plan = plan_of(passages_task(tmp_path, 1, 10))
    new = written("new", {question.id: "Answer: B" for question in plan.questions[:3]}, asked=plan)
    found = harness.compare(written("base", asked=plan), new)
    assert found.clusters == 1
    (said,) = (note for note in found.notes if "cluster" in note)
    assert said.startswith("All questions are in one cluster")
    assert "all of them are taken for one question" in said


def test_one_of_anything_is_not_called_several(tmp_path, written):
    questions = [inline("algebra", place) for place in range(2)]
    two = plan_of(write_task(tmp_path, task_document(name="two", groups=None, questions=questions)))
    base = written("base", {"algebra/1": None}, asked=two)
    said = [*harness.compare(base, written("new", asked=two)).notes]
    said += verdict(harness.compare(base, written("unread", {"algebra/0": "I like it."}, asked=two)))
    said = " ".join(said)
    assert "1 of 2 questions has a reply" in said
    assert "Compared is the 1 question that both answered" in said
    assert "The one answer is the same" in said
    assert "1 question lost and 0 won" in said


def test_other_tasks_are_both_named_where_common_questions_are_compared(tmp_path, written, plan):
    other = plan_of(write_task(tmp_path, task_document(name="other")))
    found = harness.compare(written("base"), written("new", asked=other), on_common_questions=True)
    assert asked(found).startswith("tiny against other (")
    assert (
        "The tasks differ, tiny in BASE and other in NEW: compared is what both asked alike." in found.notes
    )


# What is not comparable


def test_other_shots_are_refused_in_words(written, task_file):
    none, two = (plan_of(task_file, shots=shots, protocol="hendrycks") for shots in (0, 2))
    said = refused(written("base", asked=two), written("new", asked=none))
    assert said.endswith("are not comparable: prompts differ: 2 shots against 0.")


def test_another_protocol_is_named(written, task_file):
    other = plan_of(task_file, protocol="lm-eval-generative")
    said = refused(written("base"), written("new", asked=other))
    assert "protocols differ: simple-evals against lm-eval-generative" in said


def test_another_reader_is_named_with_the_way_to_read_again(written, task_file):
    other = plan_of(task_file, reader="best")
    new = written("new", asked=other)
    said = refused(written("base"), new)
    assert "readers differ: simple-evals against best" in said
    assert f"`harness regrade {new} --reader simple-evals`" in said


def test_asking_as_published_is_named(written, task_file):
    other = plan_of(task_file, as_published=True)
    assert "prompts differ: without --as-published against --as-published" in refused(
        written("base"), written("new", asked=other)
    )


def test_another_choice_of_questions_is_named_as_it_was_typed(written, task_file):
    part = plan_of(task_file, limit=6)
    said = refused(written("base"), written("new", asked=part, limit=6))
    assert "other questions: all against --limit 6." in said
    assert "--on-common-questions` compares the 6 that were asked alike" in said


def test_other_subjects_are_named(written, task_file):
    part = plan_of(task_file, subjects=("chess",))
    said = refused(written("base"), written("new", asked=part, subjects=["chess"]))
    assert "other questions: all against --subjects chess" in said


def test_other_questions_are_seen_without_run_json_too(written, task_file):
    new = written("new", asked=plan_of(task_file, limit=6), limit=6)
    (new / "run.json").unlink()
    assert "other questions: all against 6" in refused(written("base"), new)


def test_another_revision_of_the_dataset_is_named(written):
    new = written("new")
    task = json.loads((new / "score.json").read_bytes())["task"]
    changed = {**task, "dataset": {**task["dataset"], "revision": "def", "fingerprint": "f" * 64}}
    score_with(new, comparison_key="0" * 64, task=changed)
    assert "dataset revisions differ: none named against def" in refused(written("base"), new)


def test_a_gold_letter_that_differs_is_named(tmp_path, written):
    document = task_document()
    document["questions"][0] = {**document["questions"][0], "answer": "C"}
    other = plan_of(write_task(tmp_path, {**document, "name": "other"}))
    said = refused(written("base"), written("new", asked=other))
    assert "tasks differ: tiny against other" in said
    assert "dataset" not in said.partition("not comparable")[2]
    assert "gold letters differ in 1 question." in said


def test_a_run_that_a_test_stopped_early_is_refused(written):
    stopped = {
        "rule": "bets",
        "seed": 0,
        "order": "by hash",
        "alpha_a_side": 0.005,
        "alpha_at_the_end": 0.04,
        "margin": 0.02,
        "baseline": "base",
        "baseline_answers": "0" * 64,
        "verdict": "worse",
        "verdict_at_the_end": False,
        "asked": 12,
        "of": 13,
        "lost": 9,
        "won": 0,
        "difference": -1.0,
        "ln_e": {},
    }
    new = score_with(written("new"), status="partial", early_stop=stopped)
    assert "was stopped early by a test: its accuracy is biased" in refused(written("base"), new)


def test_missing_answers_are_one_sentence(written):
    new = written("new")
    (new / "answers.jsonl").unlink()
    assert "the answers to compare by are not" in refused(written("base"), new)


def test_answers_that_were_changed_after_the_score_are_refused(written):
    new = written("new")
    lines = (new / "answers.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (new / "answers.jsonl").write_text("".join(lines[1:]), encoding="utf-8")
    assert "has 11 right of 11 questions, and its score says 12 of 12: it was changed since" in refused(
        written("base"), new
    )


def test_answers_that_were_changed_so_that_their_counts_are_the_same_are_refused(written, plan):
    wrong = {q.id: "Answer: D" for q in plan.questions if q.gold == "A"}
    new = written("new", wrong)
    answers = new / "answers.jsonl"
    lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    right = next(line for line in lines if line["outcome"] == "correct")
    other = next(line for line in lines if line["outcome"] == "wrong")
    right["answer"] = next(letter for letter in "ABCD" if letter != right["gold"])
    right["outcome"] = "wrong"
    other["answer"], other["outcome"] = other["gold"], "correct"
    answers.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert "is not the file that its score was made from: it was changed since" in refused(
        written("base"), new
    )


def test_runs_that_answered_nothing_in_common_are_refused(written, plan):
    base = written("base", {q.id: None for q in plan.questions if q.subject != "chess"})
    new = written("new", {q.id: None for q in plan.questions if q.subject == "chess"})
    assert "have no question that both answered" in refused(base, new)


# What is compared all the same


def test_a_baseline_of_before_clusters_were_written_down_has_those_of_new(tmp_path):
    file = passages_task(tmp_path, 6)
    plan = plan_of(file)
    alone = [replace(one, cluster=None) for one in answered(plan)]
    record = record_of(plan, file, id="20261123T120000Z-0001")
    base = written_run(tmp_path / "runs", plan, file, alone, record=record)
    new = written_run(tmp_path / "runs", plan, file, answered(plan))
    assert harness.compare(base.path, new.path).clusters == harness.compare(new.path, base.path).clusters == 6


def test_common_questions_are_compared_where_asked_and_the_rest_is_counted(written, task_file, plan):
    part = plan_of(task_file, limit=6)
    base, new = written("base", wrong(plan, "algebra/0")), written("new", asked=part, limit=6)
    found = harness.compare(base, new, on_common_questions=True)
    assert (found.questions, found.whole.table.won, found.left_out.only_base) == (6, 1, 6)
    assert "Compared are the 6 questions that both answered; left out: 6 only in BASE." in found.notes


def test_a_question_whose_gold_differs_is_not_common(tmp_path, written):
    document = task_document()
    document["questions"][0] = {**document["questions"][0], "answer": "C"}
    other = plan_of(write_task(tmp_path, {**document, "name": "other"}))
    found = harness.compare(written("base"), written("new", asked=other), on_common_questions=True)
    assert (found.questions, found.left_out.differing) == (11, 1)


def test_no_question_is_common_to_two_readers(written, task_file):
    new = written("new", asked=plan_of(task_file, reader="best"))
    assert "readers differ" in refused(written("base"), new, on_common_questions=True)


def test_an_interrupted_run_is_compared_with_a_loud_note(tmp_path, written, task_file, plan):
    record = record_of(plan, task_file, id="20261123T120000Z-half", settings=settings_of(plan))
    half = written_run(tmp_path / "runs", plan, task_file, answered(plan)[:7], record=record).path
    found = harness.compare(written("base"), half)
    assert (found.questions, found.left_out.only_base) == (7, 5)
    assert any(note.startswith("NEW is INTERRUPTED: 7 of 12 questions have a reply") for note in found.notes)
    assert verdict(found)[0].startswith("Incomplete, NEW has 7 of 12 replies: no difference is shown: ")


def test_runs_are_taken_by_folder_score_file_or_loaded(written):
    base, new = written("base"), written("new")
    assert harness.compare(base, new) == harness.compare(base / "score.json", str(new))
    assert harness.compare(base, new) == harness.compare(harness.load(base), harness.load(new))


def test_a_run_compared_with_itself_is_told_so(written):
    base = written("base")
    assert "BASE and NEW are the same run." in harness.compare(base, base).notes


def model_with(path, **changes):
    """Change what a score file says of the model."""
    model = json.loads((path / "score.json").read_bytes())["model"]
    return score_with(path, model={**model, **changes})


@pytest.mark.parametrize("name", ["served_model", "system_fingerprint"])
def test_a_run_that_was_not_of_one_model_is_named(written, name):
    new = model_with(written("new"), **{name: ["one", "two"]})
    found = harness.compare(written("base"), new)
    (said,) = [note for note in found.notes if "not answered by one model" in note]
    assert said.startswith("NEW was")
    assert f"{name.replace('_', ' ')} (one, two)" in said
    assert harness.gate(found).doubts == (said,)


GREEDY = {"routes": ["/v1/chat/completions"], "temperature": 0, "max_tokens": 2048}


def sampling(written, base, new):
    """The notes on how two runs were sampled."""
    runs = [model_with(written(name), settings=sent) for name, sent in (("base", base), ("new", new))]
    return [note for note in harness.compare(*runs).notes if "sampled differently" in note]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"temperature": 0.5}, "temperature 0 in BASE, 0.5 in NEW"),
        (
            {"temperature": None, "top_p": 0.9},
            "temperature 0 in BASE, none sent in NEW; top_p none sent in BASE, 0.9 in NEW",
        ),
        ({"max_tokens": 512}, "limit of tokens 2,048 in BASE, 512 in NEW"),
    ],
)
def test_what_was_sampled_differently_is_named(written, changes, said):
    assert sampling(written, GREEDY, {**GREEDY, **changes}) == [f"The two were sampled differently: {said}."]


OTHER_NAME = {"routes": ["/v1/chat/completions"], "temperature": 0.0, "max_completion_tokens": 2048}
IMPORTED = {"routes": ["vllm"], "batch_size": 8}
LETTERS = {"routes": ["/v1/completions"], "temperature": 0, "max_tokens": 1, "logprob_candidates": 20}
CHOICES = {"routes": ["/completion"], "temperature": None, "choice_route": "llama.cpp grammar"}


@pytest.mark.parametrize(
    ("base", "new"),
    [(GREEDY, OTHER_NAME), (GREEDY, IMPORTED), (LETTERS, CHOICES), (IMPORTED, IMPORTED)],
    ids=["another name of the limit", "not known", "logprobs by two routes", "neither known"],
)
def test_no_difference_in_sampling_is_made_up(written, base, new):
    assert sampling(written, base, new) == []
