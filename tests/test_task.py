"""Task files: found by name or path, and checked as a whole."""

import shutil

import pytest
from builders import inline, task_document, write_task

from harness.errors import UsageError
from harness.profiles import load_catalog
from harness.protocols import PROTOCOLS
from harness.task import find_task, load_task, task_files

DATASET = {"path": "someone/something", "split": "test"}
COLUMNS = {"question": "q", "choices": "c", "gold": {"column": "g", "form": "letter"}, "subject": "s"}


def refused(path):
    with pytest.raises(UsageError) as caught:
        load_task(path)
    return str(caught.value)


def test_mmlu_has_57_subjects_in_the_four_groups_of_the_paper():
    task = load_task(find_task("mmlu"))
    sizes = {group: len(subjects) for group, subjects in task.groups.items()}
    assert sizes == {"STEM": 18, "humanities": 13, "social sciences": 12, "other": 14}
    assert len(task.group_of) == 57


def test_mmlu_is_pinned_and_asked_by_simple_evals():
    task = load_task(find_task("mmlu"))
    assert task.dataset.path == "cais/mmlu"
    assert task.dataset.revision == "c30699e8356da336a370243923dbaf21066bb9fe"
    assert (task.dataset.split, task.dataset.shots_split) == ("test", "dev")
    assert task.protocol == "simple-evals"


@pytest.mark.parametrize("path", task_files().values(), ids=list(task_files()))
def test_every_task_of_ours_loads(path):
    task = load_task(path)
    assert task.protocol in task.protocols


def test_a_models_usual_protocol_is_a_protocol():
    assert {profile.protocol for profile in load_catalog({}).models.values()} - {None} <= set(PROTOCOLS)


def test_a_task_file_needs_nothing_but_itself(tmp_path):
    task = load_task(write_task(tmp_path))
    assert task.group_of == {"algebra": "science", "botany": "science", "chess": "games"}
    assert len(task.questions) == 12


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"licence": None}, "licence", "Field required"),
        ({"colour": "red"}, "colour", "Extra inputs are not permitted"),
        ({"version": 1}, "version", "put it into quotes"),
        ({"name": "../up"}, "name", "pattern"),
        ({"name": ".."}, "name", "pattern"),
        ({"title": ""}, "title", "at least 1 character"),
        ({"protocols": []}, "protocols", "at least 1 item"),
        ({"protocols": ["simple-eval"]}, "protocols", "did you mean simple-evals"),
        ({"protocol": "hendryks"}, "protocol", "'hendryks' is not among protocols"),
        ({"groups": {"a": ["chess"], "b": ["chess"]}}, "groups", "'chess' is in 'a' and again in 'b'"),
        ({"groups": {"a": []}}, "groups.a", "at least 1 item"),
        ({"questions": None, "shots": None}, "the whole file", "either a dataset or questions"),
        ({"dataset": DATASET, "columns": COLUMNS}, "the whole file", "and not both"),
        ({"columns": COLUMNS}, "the whole file", "columns need a dataset"),
        (
            {"questions": None, "dataset": DATASET, "columns": COLUMNS},
            "the whole file",
            "dataset.shots_split",
        ),
        ({"questions": None, "shots": None, "dataset": {"split": "test"}}, "dataset.path", "Field required"),
    ],
)
def test_a_task_file_that_does_not_fit_is_refused_by_field(tmp_path, changes, field, words):
    document = task_document(**changes)
    path = write_task(tmp_path, {**document, "name": "tiny"})
    path.write_text(path.read_text(encoding="utf-8").replace("name: tiny", f"name: '{document['name']}'"))
    sentence = refused(path)
    assert sentence.startswith(f"{path}, line ")
    assert f", field {field}: " in sentence
    assert words in sentence


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"answer": "E"}, "answer", "answer 'E' is none of A, B, C, D, the letters of its choices"),
        ({"answer": "b"}, "answer", "answer 'b' is none of A, B, C, D"),
        ({"answer": "AB"}, "answer", "answer 'AB' is none of A, B, C, D"),
        ({"answer": 1}, "answer", "put it into quotes"),
        ({"choices": [1, 2, 3, 4]}, "choices.0", "is read as 1, which is no text"),
        ({"choices": ["one"]}, "choices", "at least 2 items"),
        ({"choices": ["same", "same"], "answer": "A"}, "choices", "two choices are the same"),
        ({"choices": [str(n) for n in range(27)]}, "choices", "at most 26 items"),
        ({"subject": ""}, "subject", "at least 1 character"),
        ({"answers": "A"}, "answers", "Extra inputs"),
    ],
)
def test_a_question_that_does_not_fit_is_refused_by_its_line(tmp_path, changes, field, words):
    questions = [inline("chess", 0), {**inline("chess", 1), **changes}]
    path = write_task(tmp_path, task_document(questions=questions))
    sentence = refused(path)
    assert f"field questions.1.{field}: " in sentence
    assert words in sentence
    line = int(sentence.split("line ")[1].split(",")[0])
    text = path.read_text(encoding="utf-8").splitlines()[line - 1]
    assert field.split(".")[0] in text or text.strip().startswith("-")


def test_a_file_is_called_as_its_task(tmp_path):
    path = write_task(tmp_path).rename(tmp_path / "other.yaml")
    assert "'tiny' should be 'other'" in refused(path)


def test_an_unknown_task_is_refused_with_the_nearest_names():
    with pytest.raises(UsageError, match=r"unknown task 'mmul' \(did you mean mmlu\?\)"):
        find_task("mmul")


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"mine\.yaml does not exist"):
        find_task(str(tmp_path / "mine.yaml"))


def test_a_task_is_found_by_its_files_path(tmp_path):
    path = write_task(tmp_path)
    assert find_task(str(path)) == path


def test_a_users_folder_adds_tasks_and_hides_ours(tmp_path):
    write_task(tmp_path)
    shutil.copy(find_task("sample"), tmp_path / "sample.yaml")
    files = task_files(tmp_path)
    assert files["tiny"] == tmp_path / "tiny.yaml"
    assert find_task("sample", tmp_path) == tmp_path / "sample.yaml"
    assert files["mmlu"] == find_task("mmlu")


def test_a_folder_of_tasks_must_be_one(tmp_path):
    with pytest.raises(UsageError, match=r"--tasks .* is not a folder"):
        find_task("mmlu", tmp_path / "nowhere")


def test_a_group_of_a_subject_that_no_question_has_is_refused_with_the_nearest_name(tmp_path):
    path = write_task(tmp_path, task_document(groups={"all": ["algebra", "botani"]}))
    with pytest.raises(
        UsageError, match=r"'botani' of group 'all' has no question \(did you mean botany\?\)"
    ):
        load_task(path)
