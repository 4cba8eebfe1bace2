"""Task files: found by name or path, and checked as a whole."""

import re
import shutil
from pathlib import Path

import pytest
from builders import inline, task_document, write_task

from harness.errors import UsageError
from harness.mapping import Columns, DatasetSource, Gold
from harness.profiles import load_catalog
from harness.protocols import PROTOCOLS
from harness.suite import read_suite
from harness.task import Task, find_task, load_task, read_task, task_files
from harness.templates import FILTERS

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
    assert len(set().union(*task.groups.values())) == 57


def test_mmlu_is_pinned_and_asked_by_simple_evals():
    task = load_task(find_task("mmlu"))
    assert task.dataset.path == "cais/mmlu"
    assert task.dataset.revision == "c30699e8356da336a370243923dbaf21066bb9fe"
    assert (task.dataset.split, task.dataset.shots_split) == ("test", "dev")
    assert task.protocol == "simple-evals"


def test_mmlu_pro_is_pinned_and_takes_worked_examples_of_its_validation_split():
    task = load_task(find_task("mmlu_pro"))
    assert task.dataset.revision == "527feea0afed1de15a8c115abf7be4c912123315"
    assert (task.dataset.split, task.dataset.shots_split) == ("test", "validation")
    assert task.columns.rationale == "cot_content"
    assert task.protocol == "mmlu-pro-api"
    assert len(set().union(*task.groups.values())) == 14


@pytest.mark.parametrize("path", task_files().values(), ids=list(task_files()))
def test_every_task_of_ours_loads(path):
    if suite := read_suite(path):
        assert all(find_task(name) for name in suite.names)
    else:
        task = read_task(path)
        assert task.protocol in task.protocols


def test_a_models_usual_protocol_is_a_protocol():
    assert {profile.protocol for profile in load_catalog({}).models.values()} - {None} <= set(PROTOCOLS)


def test_a_task_file_needs_nothing_but_itself(tmp_path):
    task = load_task(write_task(tmp_path))
    assert task.groups == {"science": ("algebra", "botany"), "games": ("chess",)}
    assert len(task.questions) == 12


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"licence": None}, "licence", "Field required"),
        ({"colour": "red"}, "colour", "there is no such field"),
        ({"version": 1}, "version", "put it into quotes"),
        ({"name": "../up"}, "name", "pattern"),
        ({"name": ".."}, "name", "pattern"),
        ({"title": ""}, "title", "at least 1 character"),
        ({"protocols": []}, "protocols", "at least 1 item"),
        ({"protocols": ["simple-eval"]}, "protocols", "did you mean simple-evals"),
        ({"protocol": "hendryks"}, "protocol", "'hendryks' is not among protocols"),
        ({"groups": {"a": ["chess", "chess"]}}, "groups", "subject 'chess' is in 'a' twice"),
        ({"groups": {"a": []}}, "groups.a", "at least 1 item"),
        ({"questions": None, "shots": None}, "the whole file", "either a dataset or questions"),
        ({"dataset": DATASET, "columns": COLUMNS}, "the whole file", "and not both"),
        ({"columns": COLUMNS}, "the whole file", "columns need a dataset"),
        (
            {"questions": None, "dataset": {**DATASET, "shots_split": "dev"}, "columns": COLUMNS},
            "the whole file",
            "examples come from one place",
        ),
        ({"questions": None, "shots": None, "dataset": {"split": "test"}}, "dataset", "give either path"),
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
        ({"answers": "A"}, "answers", "there is no such field"),
        ({"anwser": "A", "answer": None}, "anwser", "there is no such field (did you mean answer?)"),
    ],
)
def test_a_question_that_does_not_fit_is_refused_by_its_line(tmp_path, changes, field, words):
    changed = {name: value for name, value in {**inline("chess", 1), **changes}.items() if value is not None}
    path = write_task(tmp_path, task_document(questions=[inline("chess", 0), changed]))
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
    with pytest.raises(UsageError, match=r"unknown task 'mmul' \(did you mean mmlu or"):
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


def hub_task(**changes):
    dataset = {"path": "someone/something", "name": "all", "split": "test"}
    return task_document(
        **{
            "dataset": dataset,
            "columns": COLUMNS,
            "questions": None,
            "shots": None,
            "groups": None,
            **changes,
        }
    )


def test_a_task_that_extends_another_changes_what_it_names(tmp_path):
    write_task(tmp_path, hub_task(name="base", citation="somebody"))
    child = {"name": "tiny", "extends": "base", "citation": None, "dataset": {"name": "hard"}}
    task = load_task(write_task(tmp_path, child))
    assert (task.name, task.citation, task.title) == ("tiny", None, "Tiny")
    assert (task.dataset.path, task.dataset.name) == ("someone/something", "hard")
    assert task.columns.question == "q"


def test_a_task_of_ours_can_be_extended_from_anywhere(tmp_path):
    task = load_task(
        write_task(tmp_path, {"name": "mmlu_dev", "extends": "mmlu", "dataset": {"split": "dev"}})
    )
    assert (task.dataset.path, task.dataset.split) == ("cais/mmlu", "dev")


def test_inheritance_is_one_level_deep(tmp_path):
    write_task(tmp_path, hub_task(name="base"))
    write_task(tmp_path, {"name": "middle", "extends": "base"})
    assert "extends 'base' itself; extend that one" in refused(
        write_task(tmp_path, {"name": "tiny", "extends": "middle"})
    )


def test_a_task_in_another_folder_can_be_extended(tmp_path):
    write_task(tmp_path, hub_task(name="base"))
    (tmp_path / "more").mkdir()
    task = load_task(write_task(tmp_path / "more", {"name": "tiny", "extends": "../base"}))
    assert task.dataset.path == "someone/something"


@pytest.mark.parametrize("name", ["nothing", "tiny", "../nothing"])
def test_what_is_extended_must_be_another_task(tmp_path, name):
    assert f"there is no task {name!r} beside it, nor among ours" in refused(
        write_task(tmp_path, {"name": "tiny", "extends": name})
    )


def test_a_mistake_in_a_task_that_extends_is_told_with_its_line(tmp_path):
    write_task(tmp_path, hub_task(name="base"))
    sentence = refused(write_task(tmp_path, {"name": "tiny", "extends": "base", "licence": 4}))
    assert "tiny.yaml, line 3, field licence: is read as 4" in sentence


@pytest.fixture
def many_languages(tmp_path):
    """A task in two languages."""
    dataset = {"path": "openai/MMMLU", "name": "{language}", "split": "test"}
    languages = {"de": "DE_DE", "zh_cn": "ZH_CN"}
    return write_task(
        tmp_path, hub_task(dataset=dataset, language=None, languages=languages, title="In {language}")
    )


def test_each_language_of_a_task_is_a_task(many_languages):
    folder = many_languages.parent
    for name, config in (("tiny_de", "DE_DE"), ("tiny_zh_cn", "ZH_CN")):
        assert find_task(name, folder) == folder / f"{name}.yaml"
        task = load_task(find_task(str(folder / f"{name}.yaml")))
        assert (task.name, task.dataset.name, task.title) == (name, config, f"In {config}")
        assert task.language == name.removeprefix("tiny_")


def test_a_task_in_several_languages_is_not_asked_without_naming_one(many_languages):
    assert "is in 2 languages: name one of tiny_de, tiny_zh_cn" in refused(many_languages)
    assert read_task(many_languages).languages == {"de": "DE_DE", "zh_cn": "ZH_CN"}


def test_a_language_that_a_task_is_not_in_is_refused(many_languages):
    assert "task tiny is not in 'zh' (did you mean zh_cn?); it is in de, zh_cn" in refused(
        many_languages.with_name("tiny_zh.yaml")
    )


def test_answers_may_be_letters_of_another_alphabet(tmp_path):
    questions = [{**inline("chess", place), "answer": "アイウエ"[place]} for place in range(4)]
    document = task_document(alphabet="アイウエ", questions=questions, shots=None, groups=None)
    assert load_task(write_task(tmp_path, document)).questions[2].answer == "ウ"
    assert "'B' is none of ア, イ, ウ, エ" in refused(
        write_task(tmp_path, {**document, "questions": [inline("chess", 1)]})
    )


DATASETS = {
    "no split": ({"split": None}, "a dataset of the hub needs split"),
    "two places": ({"file": "x.csv"}, "give either path, a dataset on the hub, or file"),
    "parts without a place": ({"parts": ["a"]}, "parts needs {part} in one of"),
    "a place without parts": ({"name": "{part}"}, "{part} needs parts"),
    "two kinds of examples": (
        {"shots_split": "dev", "shots_from": "mmlu"},
        "give either shots_split or shots_from",
    ),
    "a file on the hub": ({"path": None, "file": "x.csv"}, "split does not go with file"),
}


@pytest.mark.parametrize(("changes", "words"), DATASETS.values(), ids=DATASETS)
def test_a_dataset_that_does_not_fit_is_refused(tmp_path, changes, words):
    dataset = {**DATASET, **changes}
    document = hub_task(dataset={name: value for name, value in dataset.items() if value is not None})
    assert f"field dataset: {words}" in refused(write_task(tmp_path, document))


MAPPINGS = {
    "no choices": ({"choices": []}, "columns", "give either choices or fixed_choices"),
    "choices of a kind": (
        {"choices": 4},
        "columns.choices",
        "should be the column of a list, or a list of columns",
    ),
    "two kinds of choices": ({"fixed_choices": ["a", "b"]}, "columns", "and not both"),
    "a form of several": (
        {"choices": ["a", "b"], "choices_form": "printed"},
        "columns",
        "is for a single column",
    ),
    "one that varies": ({"choices_vary": True}, "columns", "is for several columns"),
    "labels of a letter": (
        {"gold": {"column": "g", "form": "letter", "labels": "l"}},
        "columns.gold",
        "goes with form: label",
    ),
    "no labels": ({"gold": {"column": "g", "form": "label"}}, "columns.gold", "goes with form: label"),
    "a broken template": ({"question": "{{ q"}, "columns.question", "the template cannot be read"),
    "a broken choice": ({"choice": "choice"}, "columns", "choice should be a template"),
    "an unknown form": ({"gold": {"column": "g", "form": "number"}}, "columns.gold.form", "'index0'"),
}


@pytest.mark.parametrize(("changes", "field", "words"), MAPPINGS.values(), ids=MAPPINGS)
def test_columns_that_do_not_fit_are_refused(tmp_path, changes, field, words):
    sentence = refused(write_task(tmp_path, hub_task(columns={**COLUMNS, **changes})))
    assert f"field {field}: " in sentence
    assert words in sentence


def test_the_task_files_that_the_docs_show_are_task_files(tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "tasks.md").read_text(encoding="utf-8")
    shown = {name: text for text, name in re.findall(r"```yaml\n(name: (\w+).*?)```", page, re.DOTALL)}
    for name, text in shown.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    shutil.copy(find_task("gpqa_diamond"), tmp_path)
    exam, helm, short = (load_task(tmp_path / f"{name}.yaml") for name in shown)
    assert helm.columns.choices_order == "helm"
    assert exam.columns.choices == ("A", "B", "C", "D")
    assert (short.dataset.name, short.dataset.revision, short.size) == ("short", None, None)


def test_the_docs_name_every_field_form_and_filter():
    page = (Path(__file__).parents[1] / "docs" / "tasks.md").read_text(encoding="utf-8")
    forms = Gold.model_fields["form"].annotation.__args__
    for word in (*DatasetSource.model_fields, *Columns.model_fields, *Task.model_fields, *forms, *FILTERS):
        assert re.search(rf"\b{word}\b", page), word


@pytest.mark.parametrize("chance", [0, 1.5, "varies", True, [0.25]])
def test_a_chance_level_is_a_share_or_by_question(tmp_path, chance):
    message = refused(write_task(tmp_path, task_document(chance=chance)))
    assert re.search(r"line \d+, field chance: should be a share above 0 .* or `by question` where", message)


def test_a_chance_level_may_be_by_question(tmp_path):
    assert load_task(write_task(tmp_path, task_document(chance="by question"))).chance == "by question"
