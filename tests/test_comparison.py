"""Comparisons: what two runs of the same questions show, from their files."""

import pytest
from builders import answered, plan_of, record_of, settings_of, write_task, written_run

import harness
from harness.comparison import Verdict
from harness.errors import UsageError

WRONG = "Answer: {}"


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def plan(task_file):
    return plan_of(task_file)


@pytest.fixture
def written(tmp_path, task_file, plan):
    """The folder of a run whose replies to some questions are others than the right answer."""

    def written_(name, texts=None, *, asked=plan, **settings):
        record = record_of(
            asked,
            task_file,
            id=f"20261123T120000Z-{name}",
            settings=settings_of(asked, model=name, **settings),
        )
        return written_run(tmp_path / "runs", asked, task_file, answered(asked, texts), record=record).path

    return written_


def wrong(plan, *ids):
    """Replies with a wrong letter to these questions."""
    return {q.id: f"Answer: {'B' if q.gold == 'A' else 'A'}" for q in plan.questions if q.id in ids}


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


def test_other_shots_are_refused_in_words(written, task_file, plan):
    other = plan_of(task_file, shots=0, protocol="hendrycks")
    five = plan_of(task_file, shots=2, protocol="hendrycks")
    with pytest.raises(UsageError, match=r"are not comparable: prompts differ: 2 shots against 0\."):
        harness.compare(written("base", asked=five), written("new", asked=other))
