"""Validation: a score file that contradicts itself or its answers is found out."""

import json
import shutil

import pytest
from builders import answered, early_stop, passages_task, plan_of, task_document, write_task, written_run

from harness.errors import UsageError
from harness.stops import StopKind
from harness.validation import validate


@pytest.fixture
def folder(tmp_path):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    texts = {"algebra/0": "Answer: D", "botany/1": "no idea", "chess/2": None}
    return written_run(tmp_path / "runs", plan, task_file, answered(plan, texts))


def test_a_score_file_that_agrees_is_valid_by_its_folder_or_its_name(folder):
    assert validate(folder.path) == folder.score
    assert validate(folder.score) == folder.score


def test_a_copy_under_another_name_is_itself_checked(folder):
    copy = folder.path / "baseline.json"
    shutil.copy(folder.score, copy)
    assert validate(copy) == copy
    copy.write_text("{}")
    with pytest.raises(UsageError, match=r"baseline\.json"):
        validate(copy)


def test_a_run_without_a_single_answer_is_valid(tmp_path):
    task_file = write_task(tmp_path)
    folder = written_run(tmp_path / "runs", plan_of(task_file), task_file, [])
    assert validate(folder.path) == folder.score


def test_a_run_in_which_everything_failed_is_valid(tmp_path):
    task_file = write_task(tmp_path, task_document(groups={"all": ["algebra", "botany", "chess"]}))
    plan = plan_of(task_file)
    entries = answered(plan, {question.id: None for question in plan.questions})
    assert validate(written_run(tmp_path / "runs", plan, task_file, entries).path)


@pytest.fixture
def stopped(tmp_path):
    """A run that a test stopped, with replies that it had not come to."""
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    how = {"stop_kind": StopKind.VERDICT, "early_stop": early_stop()}
    return written_run(tmp_path / "runs", plan, task_file, answered(plan), **how)


def test_a_run_that_a_test_stopped_is_valid(stopped):
    assert validate(stopped.path) == stopped.score


def test_what_the_test_looked_at_is_what_a_stopped_run_must_count(stopped):
    made = json.loads(stopped.score.read_bytes())
    made["early_stop"]["asked"] = 9
    stopped.score.write_text(json.dumps(made))
    with pytest.raises(UsageError, match=r"field status: partial, but 8 of 9 questions have an outcome"):
        validate(stopped.path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"verdict": "not worse"}, "not worse, but ln_e shows no such thing"),
        (
            {"verdict": "not worse", "verdict_at_the_end": True},
            "not worse, but the answers make None",
        ),
    ],
)
def test_a_verdict_of_an_early_stop_that_its_evidence_does_not_show_is_found(stopped, changes, told):
    made = json.loads(stopped.score.read_bytes())
    made["early_stop"] |= changes
    stopped.score.write_text(json.dumps(made))
    with pytest.raises(UsageError, match=rf"field early_stop\.verdict: {told}"):
        validate(stopped.path)


def test_an_early_stop_of_no_question_that_has_a_verdict_is_found(folder):
    made = json.loads(folder.score.read_bytes())
    none = {"asked": 0, "lost": 0, "verdict_at_the_end": True}
    made["early_stop"] = early_stop(**none).model_dump(mode="json")
    folder.score.write_text(json.dumps(made))
    with pytest.raises(UsageError, match=r"field early_stop\.asked: 0, but 0 were lost and 0 won"):
        validate(folder.path)


def test_a_score_of_questions_that_share_passages_is_valid(tmp_path):
    task_file = passages_task(tmp_path, 3)
    plan = plan_of(task_file)
    entries = answered(plan, {"tiny/0": "Answer: B", "tiny/1": "Answer: B"})
    made = written_run(tmp_path / "runs", plan, task_file, entries)
    assert validate(made.path)
    changed = json.loads(made.score.read_text())
    changed["score"]["clusters"] = None
    made.score.write_text(json.dumps(changed))
    with pytest.raises(UsageError, match=r"field score\.clusters: None, but the answers make 3"):
        validate(made.path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("counts.questions", 13),
        ("counts.correct", 10),
        ("counts.unparsed", 0),
        ("counts.failed", 0),
        ("score.accuracy", 0.99),
        ("score.accuracy", None),
        ("score.micro", 0.99),
        ("score.macro", 0.99),
        ("score.stderr", 0.001),
        ("score.ci95", [0.6, 0.99]),
        ("score.ci95", None),
        ("score.bounds", [0.5, 1.0]),
        ("subjects.0.correct", 4),
        ("subjects.0.name", "astrology"),
        ("subjects.1.accuracy", 1.0),
        ("subjects.2.questions", 4),
        ("subjects.2.ci95", [0.0, 1.0]),
        ("groups.0.accuracy", 1.0),
        ("groups.1.correct", 1),
        ("answers.lines", 13),
        ("status", "complete"),
        ("task.shots", "0"),
        ("task.questions", "12"),
    ],
)
def test_a_changed_figure_is_found_by_its_field(folder, field, value):
    document = json.loads(folder.score.read_bytes())
    held = document
    *outer, last = field.split(".")
    for name in outer:
        held = held[int(name) if name.isdecimal() else name]
    assert held[last] != value
    held[last] = value
    folder.score.write_text(json.dumps(document))
    with pytest.raises(UsageError) as caught:
        validate(folder.path)
    assert str(caught.value).startswith(f"{folder.score}, field {field.split('.')[0]}")


def test_a_left_out_subject_is_found(folder):
    document = json.loads(folder.score.read_bytes())
    del document["subjects"][1]
    folder.score.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"field counts\.correct: \d+, but the file's other figures make"):
        validate(folder.path)


def test_changed_answers_are_found(folder):
    content = folder.answers.read_bytes()
    folder.answers.write_bytes(content.replace(b'"wrong"', b'"right"'))
    with pytest.raises(UsageError, match=r"answers\.jsonl is not the file that the score was made from"):
        validate(folder.path)


def test_missing_answers_are_found(folder):
    folder.answers.unlink()
    with pytest.raises(UsageError, match=r"its answers, answers\.jsonl, are not beside it"):
        validate(folder.path)


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere does not exist; name a run's folder or its score\.json"):
        validate(tmp_path / "nowhere")
