"""score.json: its published schema, its bytes, and what is said of a file that is none."""

import json
from pathlib import Path

import jsonschema
import pytest
from builders import answered, plan_of, record_of, settings_of, write_task, written_run

import harness
from harness.errors import UsageError
from harness.score_file import document, read_score, schema

GOLDEN = Path(__file__).parent / "golden" / "score.json"
SCHEMA = Path(harness.__file__).with_name("score.schema.json")
TEXTS = {
    "algebra/0": "Answer: D",
    "algebra/1": "I cannot tell.",
    "botany/0": "Answer: b",
    "chess/0": None,
    "chess/1": "Réponse : B",
}


@pytest.fixture
def folder(tmp_path):
    """A small run with some of everything."""
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    return written_run(tmp_path / "runs", plan, task_file, answered(plan, TEXTS))


def at_rest(content):
    """The document without what differs between machines and days."""
    made = json.loads(content)
    for name in ("finished_at", "harness_version", "python", "platform", "git", "git_branch", "packages"):
        made["run"][name] = f"<{name}>"
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def test_the_published_schema_is_the_one_that_is_checked():
    assert SCHEMA.read_text(encoding="utf-8") == schema(), (
        "run: python -m harness.score_file > harness/score.schema.json"
    )


def test_a_score_file_is_valid_against_the_published_schema(folder):
    published = json.loads(SCHEMA.read_bytes())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(json.loads(folder.score.read_bytes()))


def test_the_schema_refuses_what_is_no_score_file(folder):
    published = json.loads(SCHEMA.read_bytes())
    made = json.loads(folder.score.read_bytes())
    made["score"]["accuracy"] = 55
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(published).validate(made)


def test_a_small_runs_score_file_is_as_it_was(folder, update_golden):
    made = at_rest(folder.score.read_bytes())
    if update_golden:
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8"), (
        "if it is meant: pytest --update-golden, and read the difference"
    )


def test_a_score_file_is_read_as_it_was_written(folder):
    content = folder.score.read_bytes()
    assert document(read_score(folder.score)) == content
    assert content.endswith(b"}\n")


def test_fields_of_later_versions_are_kept(folder):
    made = json.loads(folder.score.read_bytes())
    made["score"]["new"] = [1, 2]
    folder.score.write_text(json.dumps(made))
    assert json.loads(document(read_score(folder.score)))["score"]["new"] == [1, 2]


def test_names_with_line_separators_are_kept(tmp_path):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    name = "a\u2028b\u2029c\u0085d"
    record = record_of(plan, task_file, settings=settings_of(plan, model=name))
    folder = written_run(tmp_path / "runs", plan, task_file, answered(plan), record=record)
    assert read_score(folder.score).model.name == name
    assert json.loads(folder.score.read_text(encoding="utf-8"))["model"]["name"] == name


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("schema", "harness-score/2", "field schema"),
        ("status", "finished", "field status"),
        ("comparison_key", "abc", "field comparison_key"),
        ("score.accuracy", 1.5, "field score.accuracy"),
        ("score.accuracy", "high", "field score.accuracy"),
        ("score.stderr", float("nan"), "field score.stderr"),
        ("counts.failed", -1, "field counts.failed"),
        ("answers.file", "../../other.jsonl", "field answers.file"),
        ("subjects", [{}], "field subjects.0.name"),
        ("groups", None, "field groups"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_field(folder, field, value, words):
    made = json.loads(folder.score.read_bytes())
    *outer, last = field.split(".")
    held = made
    for name in outer:
        held = held[name]
    held[last] = value
    folder.score.write_text(json.dumps(made))
    with pytest.raises(UsageError) as caught:
        read_score(folder.score)
    assert str(caught.value).startswith(f"{folder.score}, {words}, is not a score file of this harness: ")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_json_object_is_refused(tmp_path, content):
    path = tmp_path / "score.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is not a score file of this harness"):
        read_score(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_score(tmp_path / "score.json")
