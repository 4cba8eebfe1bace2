"""Our task files, each on a small dataset that has the columns of the hub's, and what all of them must say."""

import re
from itertools import cycle
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hub_tables import HUB

from harness.dataset import load_questions
from harness.suite import read_suite
from harness.task import load_task, read_task, task_files
from harness.yaml_file import read_document

TASKS = {name: read_task(path) for name, path in task_files().items() if read_suite(path) is None}
OF_DATASETS = sorted(name for name, task in TASKS.items() if task.dataset is not None)
SHUFFLED = sorted(name for name in OF_DATASETS if TASKS[name].columns.shuffle_seed is not None)
COMMIT = re.compile(r"[0-9a-f]{40}")


@pytest.fixture
def loaded(tmp_path):
    """The task's questions, from a folder laid out like the hub."""

    def load(name):
        held = HUB[name]
        for path in held.files:
            for part in TASKS[name].dataset.parts.values() or [""]:
                write(tmp_path / path.replace("{part}", part), held.files[path])
        called = f"{name}_{held.language}" if held.language else name
        return load_questions(load_task(task_files()[name].with_name(f"{called}.yaml")), tmp_path)

    return load


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(rows, str):
        path.write_text(rows, encoding="utf-8")
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


@pytest.mark.parametrize("name", OF_DATASETS)
def test_a_dataset_with_the_hubs_columns_becomes_questions(loaded, name):
    questions = loaded(name).questions
    parts = HUB[name].gold.split(" | ")
    if len(parts) == 1:
        parts *= len(TASKS[name].dataset.parts) or 1
    assert [question.gold for question in questions] == " ".join(parts).split()


@pytest.mark.parametrize("name", OF_DATASETS)
def test_examples_come_from_where_the_task_says(loaded, name):
    assert max(map(len, loaded(name).shots.values()), default=0) == HUB[name].shots


@pytest.mark.parametrize("name", SHUFFLED)
def test_the_right_choice_is_still_right_where_choices_are_shuffled(loaded, name):
    for question, right in zip(loaded(name).questions, cycle(("eight", "iron")), strict=False):
        letters = [
            letter for letter, text in zip(question.letters, question.choices, strict=True) if text == right
        ]
        assert set(letters) <= set(question.gold)
        assert letters


def test_mmlu_reduxs_corrections_are_as_evalscopes(loaded):
    questions = loaded("mmlu_redux").questions
    assert questions[3].choices == ("3 a", "3 b", "3 c", "none of these")
    assert questions[0].choices == ("0 a", "0 b", "0 c", "0 d")


def test_mmlu_redux_is_asked_by_zero_eval_where_no_error_is_left(loaded):
    """A wrong key is replaced where the right one is a letter; a digit is left out there, and so is everything else."""
    found = [
        question.id for question in loaded("mmlu_redux_zero_eval").questions if question.subject == "anatomy"
    ]
    assert found == ["anatomy/0", "anatomy/1"]
    texts = [question.text for question in loaded("mmlu_redux_zero_eval").questions[:2]]
    assert texts == ["Question 0?", "Question 2?"]


def test_agieval_asks_what_stands_before_the_choices(loaded):
    found = loaded("agieval_en").questions[:2]
    assert [question.text for question in found] == ["Ann sat left of Ben.Q: Who sat right?", "2 + 2?"]
    assert found[0].choices == ("Ann", "Ben", "nobody")
    assert loaded("agieval_zh").questions[0].text == "2 + 2?"


def test_agieval_as_lm_eval_has_it_is_the_papers_whole_prompt(loaded):
    found = loaded("agieval_en_lm_eval").questions[1]
    assert found.text == "Q: 2 + 2? Answer Choices: (A)3 (B)4\nA: Among A through B, the answer is"
    assert found.choices == ("(A)3", "(B)4")


def test_race_as_lm_eval_has_it_answers_all_questions_but_the_last(loaded):
    texts = [question.text for question in loaded("race_lm_eval").questions]
    assert texts == [
        "Article: Spiders have eight legs.\n\nSpiders have eight\nHow many legs has a spider?",
        "Article: Knives are made of iron.\n\nWhich of these is a metal?",
    ]


def test_hellaswag_is_cleaned_as_in_lm_eval(loaded):
    texts = [question.text for question in loaded("hellaswag").questions]
    assert texts == ["Cutting wood: A man lifts an axe. He", "Baking: Mix. it."]


def test_hles_choices_are_read_from_the_text_and_what_cannot_be_read_is_counted(loaded):
    found = loaded("hle_choice")
    assert [(question.text, question.choices) for question in found.questions] == [
        ("Which is a metal?", ("wood", "glass", "iron"))
    ]
    assert len(found.left_out) == 1


def test_bbq_tells_ambiguous_questions_from_others(loaded):
    assert loaded("bbq").groups == {"ambig": ("Age, ambig",), "disambig": ("Age, disambig",)}


def test_the_columns_of_choices_say_what_guessing_gives():
    for name in OF_DATASETS:
        columns = TASKS[name].columns
        choices = len(columns.fixed_choices or columns.choices)
        if choices > 1 and not columns.choices_vary:
            assert TASKS[name].chance == pytest.approx(1 / choices, abs=1e-4), name


@pytest.mark.parametrize("name", TASKS)
def test_every_task_says_whose_it_is_how_it_is_asked_and_what_guessing_gives(name):
    task = TASKS[name]
    assert task.citation
    assert task.licence
    assert task.language or task.languages
    assert "{" not in task.title + task.description
    assert task.protocol in task.protocols
    assert task.chance


@pytest.mark.parametrize("name", OF_DATASETS)
def test_a_task_of_a_dataset_says_which_one_at_which_commit_and_where_examples_are(name):
    """Where no commit is pinned, or there are no examples, the file says so by null."""
    said, columns = stated(name), TASKS[name].columns
    assert {"path", "revision", "split"} <= set(said["dataset"])
    assert ({"shots_split", "shots_from"} & set(said["dataset"])) or said.get("shots")
    assert columns.gold.form
    by_place = (columns.gold.form == "text" and not columns.fixed_choices) or columns.gold.form == "mask"
    assert not by_place or columns.choices_order, "the right choice comes first in every row"


@pytest.mark.parametrize("name", [name for name in TASKS if name not in OF_DATASETS])
def test_a_task_of_our_own_has_its_examples_in_the_file(name):
    assert TASKS[name].shots


def stated(name):
    """What a task's file and the one that it extends say, null included."""
    whole = read_document(task_files()[name])
    if parent := whole.pop("extends", None):
        below = read_document(task_files()[parent])
        return {**below, **whole, "dataset": {**below["dataset"], **whole.get("dataset", {})}}
    return whole


def test_a_revision_is_a_commit():
    revisions = {task.dataset.revision for task in TASKS.values() if task.dataset} - {None}
    assert all(COMMIT.fullmatch(revision) for revision in revisions)


def test_groups_hold_all_parts_and_nothing_else():
    for name in OF_DATASETS:
        task = TASKS[name]
        if task.groups and task.dataset.parts:
            assert set().union(*task.groups.values()) == set(task.dataset.parts), name


def row(name):
    """A task's line in the docs."""
    task = TASKS[name]
    count = f"{task.size or len(task.questions):,}" if task.size or task.questions else ""
    languages = f"{len(task.languages)} languages" if len(task.languages) > 1 else task.language
    return f"| `{name}` | {task.title} | {count} | {languages} | {task.licence} | {task.protocol} |"


def test_the_docs_list_every_task_as_it_is():
    page = (Path(__file__).parents[1] / "docs" / "tasks.md").read_text(encoding="utf-8")
    listed = [line for line in page.split("\n") if re.match(r"\| `\w+` \|.*\|.*\|.*\|.*\|", line)]
    assert "\n".join(listed) == "\n".join(row(name) for name in TASKS)


def test_the_docs_list_every_suite():
    page = (Path(__file__).parents[1] / "docs" / "tasks.md").read_text(encoding="utf-8")
    suites = [suite for path in task_files().values() if (suite := read_suite(path))]
    for suite in suites:
        assert f"| `{suite.name}` | {', '.join(suite.names)} |" in page


def test_a_suite_asks_its_tasks_as_they_can_be_asked():
    for suite in filter(None, map(read_suite, task_files().values())):
        for member in suite.tasks:
            task = TASKS[member.task]
            assert member.protocol is None or member.protocol in task.protocols, (suite.name, member.task)
            if isinstance(member.chance, dict):
                assert set(member.chance) == set(task.dataset.parts)
