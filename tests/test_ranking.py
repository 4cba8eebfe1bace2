"""Rankings: several models' sets of ranks, and intervals that hold together."""

import math

import pytest
from compared import Written, large, wrong, wrong_in
from hypothesis import given
from hypothesis import strategies as st
from recorded_runs import (
    GEMINI,
    LLAMA_8B,
    LLAMA_8B_INSTRUCT,
    LLAMA_70B,
    MIXTRAL,
    MODELS,
    PHI,
    QWEN,
    needs_recordings,
    recorded_run,
)
from scipy.stats import norm, studentized_range

from harness.answers import Outcome
from harness.comparison import Verdict
from harness.errors import UsageError
from harness.pairing import Given
from harness.ranking import rank, simultaneous


@pytest.fixture
def written(tmp_path):
    return Written(tmp_path)


def given_by(rights, clusters=None):
    """What models gave whose answers are right (1) or wrong (0), a row each."""
    return [
        [
            Given("", "", place if clusters is None else clusters[place], "", None, OUTCOMES[right])
            for place, right in enumerate(row)
        ]
        for row in rights
    ]


OUTCOMES = {0: Outcome.WRONG, 1: Outcome.CORRECT}
ROWS = st.integers(2, 12).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 1), min_size=n, max_size=n), min_size=3, max_size=4)
)


@given(ROWS)
def test_an_interval_that_holds_together_with_others_is_no_narrower_than_one_alone(rows):
    critical, pairs = simultaneous(given_by(rows))
    assert critical >= norm.isf(0.025) - 1e-9
    assert all(low <= pair.difference <= high for pair in pairs for low, high in [pair.interval])


def test_models_that_are_equally_far_apart_have_tukeys_critical_value():
    rights = [[int(place % 4 != model) for place in range(400)] for model in range(4)]
    critical, _ = simultaneous(given_by(rights))
    assert critical == pytest.approx(studentized_range.ppf(0.95, 4, math.inf) / math.sqrt(2), abs=0.02)


def test_two_models_that_answer_alike_do_not_widen_the_rest():
    rights = [[int(place % 3 != 0) for place in range(300)], [int(place % 3 != 1) for place in range(300)]]
    critical, pairs = simultaneous(given_by([*rights, rights[1]]))
    assert critical == pytest.approx(norm.isf(0.025), abs=0.02)
    assert (pairs[2].difference, pairs[2].table.discordance) == (0, 0)


def test_clusters_widen_every_interval():
    rights = [
        [int(place % 5 != 0) for place in range(400)],
        [int(place // 4 % 4 != 0) for place in range(400)],
    ]
    rights.append([1] * 400)
    _, alone = simultaneous(given_by(rights))
    _, clustered = simultaneous(given_by(rights, clusters=[place // 4 for place in range(400)]))
    assert clustered[2].interval[0] < alone[2].interval[0]


def test_a_model_shown_to_be_worse_has_the_last_rank_and_the_others_share_theirs(written, tmp_path):
    plan = large(tmp_path)
    base = written("base", wrong_in(plan, "chess", range(3)), asked=plan)
    near = written("near", wrong_in(plan, "chess", range(2, 5)), asked=plan)
    poor = written("poor", wrong_in(plan, "chess", range(60)), asked=plan)
    found = rank(base, [near, poor])
    assert [model.ranks for model in found.models] == [(1, 2), (1, 2), (3, 3)]
    assert [model.verdict for model in found.models] == [None, Verdict.NOT_SHOWN, Verdict.WORSE]


def test_a_difference_that_the_exact_test_does_not_show_ranks_nobody(written, tmp_path):
    many = large(tmp_path)
    few = wrong(many, *(f"algebra/{place}" for place in range(5)))
    runs = [written(name, texts, asked=many) for name, texts in (("base", {}), ("copy", {}), ("new", few))]
    found = rank(runs[0], runs[1:])
    assert found.models[2].against_base.interval[1] < 0
    assert found.models[2].verdict is found.comparisons[1].verdict is Verdict.NOT_SHOWN
    assert [model.ranks for model in found.models] == [(1, 3)] * 3


def test_only_questions_that_all_answered_are_ranked_by(written, plan_of_written):
    base = written("base", {"algebra/0": None})
    found = rank(
        base, [written("one", {"chess/0": None}), written("two", wrong(plan_of_written, "botany/0"))]
    )
    assert found.questions == 10
    assert found.models[0].side.accuracy == 1.0
    assert found.models[2].side.accuracy == 0.9
    assert "Compared are the 10 questions that all answered." in found.notes


@pytest.fixture
def plan_of_written(written):
    return written.plan


def test_notes_name_the_model_that_they_are_about(written):
    found = rank(written("base"), [written("same"), written("fails", {"chess/0": None})])
    assert any(note.startswith("same: All 12 answers are the same") for note in found.notes)
    assert any(note.startswith("fails: NEW is INCOMPLETE") for note in found.notes)


def test_changes_in_replies_without_a_letter_are_called_out_before_what_is_true_of_all(written, tmp_path):
    many = large(tmp_path)
    unread = {f"chess/{place}": "I like it." for place in range(30)}
    runs = [written(name, texts, asked=many) for name, texts in (("base", {}), ("same", {}), ("new", unread))]
    found = rank(runs[0], runs[1:])
    assert found.notes[0].startswith("new: How often replies give a letter has changed")
    assert len(found.notes) > 1


def test_a_note_on_base_is_given_once(written, plan_of_written):
    base = written("base", {"algebra/0": None})
    others = [
        written(name, wrong(plan_of_written, f"chess/{at}"))
        for at, name in enumerate(("one", "two", "three"))
    ]
    said = [note for note in rank(base, others).notes if "BASE is INCOMPLETE" in note]
    assert [note.partition(": ")[0] for note in said] == ["all models"]


def test_models_without_a_question_that_all_answered_are_refused(written):
    plan = written.plan
    halves = [{q.id: None for q in plan.questions if (q.subject == "chess") is way} for way in (True, False)]
    runs = [written("base"), written("one", halves[0]), written("two", halves[1])]
    with pytest.raises(UsageError, match="have no question that all of them answered"):
        rank(runs[0], runs[1:])


@needs_recordings
@pytest.mark.slow
def test_the_ranks_of_seven_recorded_models(tmp_path):
    runs = [recorded_run(model, tmp_path) for model in MODELS]
    found = rank(runs[0], runs[1:])
    assert found.questions == 12_012
    assert found.critical == pytest.approx(2.9506, abs=0.015)  # by 200,000 draws, another seed
    assert studentized_range.ppf(0.95, 7, math.inf) / math.sqrt(2) == pytest.approx(2.9483, abs=5e-5)
    assert {model.side.model: model.ranks for model in found.models} == {
        GEMINI: (1, 1),
        LLAMA_70B: (2, 2),
        QWEN: (3, 3),
        LLAMA_8B_INSTRUCT: (4, 4),
        MIXTRAL: (5, 6),
        PHI: (5, 6),
        LLAMA_8B: (7, 7),
    }
    names = [model.side.model for model in found.models]
    (closest,) = [
        pair
        for pair in found.pairs
        if {names[pair.first], names[pair.second]} == {MIXTRAL, LLAMA_8B_INSTRUCT}
    ]
    ends = sorted(abs(end) for end in closest.interval)
    assert ends == pytest.approx([0.00035, 0.02879], abs=1e-4)
    bonferroni = norm.isf(0.025 / len(found.pairs))
    assert bonferroni == pytest.approx(3.0381, abs=5e-5)
    assert abs(closest.difference) < bonferroni * closest.stderr
