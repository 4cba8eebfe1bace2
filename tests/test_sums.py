"""Sums: a score file whose own figures contradict each other is taken for a score nowhere."""

import json

import pytest
from builders import answered, plan_of, task_document, write_task, written_run
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import UsageError
from harness.score_file import read_score


@pytest.fixture
def score(tmp_path):
    """The score file of a finished run; its answers are not needed."""
    task_file = write_task(tmp_path, task_document())
    plan = plan_of(task_file)
    run = written_run(tmp_path / "results", plan, task_file, answered(plan))
    (run.path / "answers.jsonl").unlink()
    return run.score


def edit(score, field, value):
    document = json.loads(score.read_bytes())
    held = document
    *outer, last = field.split(".")
    for name in outer:
        held = held[int(name) if name.isdecimal() else name]
    assert held[last] != value
    held[last] = value
    score.write_text(json.dumps(document))


def test_what_was_written_holds(score):
    assert read_score(score).status == "complete"


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("counts.correct", 7, "counts.questions"),
        ("counts.unparsed", 1, "counts.questions"),
        ("counts.questions", 11, "counts.questions"),
        ("score.accuracy", 0.5, "score.accuracy"),
        ("score.micro", 0.5, "score.micro"),
        ("score.macro", None, "score.macro"),
        ("subjects.0.accuracy", 0.5, "subjects.0.accuracy"),
        ("subjects.1.correct", 0, "subjects.1.accuracy"),
        ("groups.0.questions", 1, "groups.0.accuracy"),
        ("task.questions", 13, "status"),
    ],
)
def test_a_figure_that_the_others_contradict_is_named(score, field, value, named):
    edit(score, field, value)
    with pytest.raises(
        UsageError, match=rf"score\.json, field {named}: .*: it was changed since it was written"
    ):
        read_score(score)


@pytest.mark.parametrize(
    "command",
    [
        ["gate", "{}", "{}"],
        ["compare", "{}", "{}"],
        ["export", "--format", "markdown", "{}"],
        ["validate", "{}"],
    ],
)
def test_no_command_goes_by_such_a_file(score, command):
    edit(score, "score.accuracy", 0.99)
    edit(score, "score.micro", 0.99)
    ended = CliRunner().invoke(app, [part.format(score) for part in command])
    assert (ended.exit_code, "field score.micro: 0.99" in ended.stderr) == (2, True)
