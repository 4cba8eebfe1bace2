"""Scores as Open LLM Leaderboard v2 shows them."""

import pytest
from builders import answered, plan_of, record_of, write_task
from hypothesis import given
from hypothesis.strategies import floats

from harness.errors import UsageError
from harness.journal import Journal
from harness.rescaling import rescaled, rescaled_score
from harness.run_folder import create, locked
from harness.scoring import score_run

SHARES = floats(0, 1)
CHANCES = floats(0.01, 0.99)
SUBJECTS = ("algebra", "botany", "chess")
WRONG = dict.fromkeys(
    ("algebra/0", "algebra/1", "botany/0", "chess/0", "chess/1", "chess/2", "chess/3"), "No."
)


@pytest.fixture
def score(tmp_path):
    """Of four questions a subject 2 are right in algebra, 3 in botany, none in chess."""
    path = write_task(tmp_path)
    plan = plan_of(path)
    folder = create(tmp_path / "runs", record_of(plan, path))
    with locked(folder), Journal(folder.answers) as journal:
        for line in answered(plan, WRONG):
            journal.append(line)
    return score_run(plan, folder, prices="no price is known")


def test_an_accuracy_of_55_for_mmlu_pro_is_shown_as_50():
    assert rescaled(0.55, 0.1) == pytest.approx(0.5)


@given(SHARES, CHANCES)
def test_it_is_a_share_0_at_chance_and_below_and_1_where_all_is_right(accuracy, chance):
    assert 0 <= rescaled(accuracy, chance) <= 1
    assert rescaled(chance, chance) == rescaled(chance / 2, chance) == 0
    assert rescaled(1, chance) == 1


@given(SHARES, SHARES, CHANCES)
def test_a_better_score_is_never_shown_below_a_worse_one(one, other, chance):
    worse, better = sorted((one, other))
    assert rescaled(worse, chance) <= rescaled(better, chance)


def test_a_task_is_rescaled_as_a_whole(score):
    assert score.score.accuracy == pytest.approx(5 / 12)
    assert rescaled_score(score, 0.25) == pytest.approx((5 / 12 - 0.25) / 0.75)


def test_sub_tasks_are_rescaled_each_and_then_averaged(score):
    """Chess is below chance, and takes nothing away from the others."""
    chance = {"algebra": 0.25, "botany": 0.5, "chess": 0.2}
    assert rescaled_score(score, chance) == pytest.approx((1 / 3 + 1 / 2 + 0) / 3)


def test_a_subject_without_a_chance_level_is_refused(score):
    with pytest.raises(
        UsageError, match=r"no chance level for subject 'botany' of task tiny; it gives algebra"
    ):
        rescaled_score(score, {"algebra": 0.25})


def test_what_has_no_score_has_no_rescaled_one(score):
    none = score.model_copy(update={"score": score.score.model_copy(update={"accuracy": None})})
    assert rescaled_score(none, 0.25) is None
