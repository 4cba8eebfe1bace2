"""Rows made into questions: parquet files laid out like the hub, good and bad."""

import os
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest
from builders import task_document, write_task
from shared import mmlu, needs_shared

from harness.dataset import load_questions
from harness.errors import EndpointError, UsageError
from harness.questions import Question
from harness.task import load_task

ROWS = [
    {"question": "2 + 2?", "choices": ["3", "4"], "answer": 1, "subject": "maths"},
    {"question": "A gas?", "choices": ["iron", "gold", "neon"], "answer": 2, "subject": "chemistry"},
    {"question": "3 + 3?", "choices": ["6", "7"], "answer": 0, "subject": "maths"},
]
COLUMNS = {
    "question": "question",
    "choices": "choices",
    "gold": {"column": "answer", "form": "index0"},
    "subject": "subject",
}


@pytest.fixture
def load(tmp_path):
    """Write rows as the hub keeps them, and load them by a task file."""

    def load_(rows=ROWS, *, shots=None, columns=COLUMNS, name="all", schema=None):
        folder = tmp_path / "data" / "someone" / "something" / (name or "data")
        folder.mkdir(parents=True)
        for split, held in (("test", rows), ("dev", shots)):
            if held is not None:
                table = pyarrow.Table.from_pylist(held, schema=schema)
                pyarrow.parquet.write_table(table, folder / f"{split}-00000-of-00001.parquet")
        return load_questions(task_of(tmp_path, columns, name), tmp_path / "data")

    return load_


def task_of(folder, columns=COLUMNS, name="all", **source):
    dataset = {"path": "someone/something", "name": name, "split": "test", "shots_split": "dev", **source}
    document = task_document(dataset=dataset, columns=columns, questions=None, shots=None)
    return load_task(write_task(folder, document))


def changed(**changes):
    return [ROWS[0], {**ROWS[1], **changes}, ROWS[2]]


def test_rows_become_questions_numbered_within_their_subject(load):
    assert load().questions == (
        Question("maths/0", "maths", "2 + 2?", ("3", "4"), "B"),
        Question("chemistry/0", "chemistry", "A gas?", ("iron", "gold", "neon"), "C"),
        Question("maths/1", "maths", "3 + 3?", ("6", "7"), "A"),
    )


def test_examples_come_by_subject_in_file_order(load):
    shots = load(shots=ROWS).shots
    assert [shot.text for shot in shots["maths"]] == ["2 + 2?", "3 + 3?"]
    assert [shot.text for shot in shots["chemistry"]] == ["A gas?"]


def test_without_a_file_of_examples_there_are_none(load):
    assert load().shots == {}


def test_a_dataset_with_a_single_configuration_lies_in_data(load):
    assert len(load(name=None).questions) == 3


def test_gold_may_be_a_letter_and_the_id_a_column(load):
    rows = [{**row, "answer": "ABC"[row["answer"]], "key": 70 + place} for place, row in enumerate(ROWS)]
    columns = {**COLUMNS, "gold": {"column": "answer", "form": "letter"}, "id": "key"}
    questions = load(rows, columns=columns).questions
    assert [(question.id, question.gold) for question in questions] == [("70", "B"), ("71", "C"), ("72", "A")]


def test_a_single_choice_is_a_question_too(load):
    assert load(changed(choices=["neon"], answer=0)).questions[1].letters == "A"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (changed(answer=3), "row 1: the gold answer 3 in 'answer' is none of its 3 choices"),
        (changed(answer=-1), "row 1: the gold answer -1"),
        (changed(answer=None), "row 1: 'answer' is empty"),
        (changed(question=None), "row 1: 'question' is empty"),
        (changed(choices=None), "row 1: 'choices' is empty"),
        (changed(subject=None), "row 1: 'subject' is empty"),
        (changed(choices=["iron", None, "neon"]), "row 1: 'choices' should be a list of texts"),
        (changed(choices=[]), "row 1: 'choices' holds 0 texts, not 1 to 26"),
        (changed(choices=["x"] * 27), "row 1: 'choices' holds 27 texts"),
        ([{**row, "choices": "abc"} for row in ROWS], "row 0: 'choices' should be a list of texts"),
        ([{**row, "choices": 4} for row in ROWS], "row 0: 'choices' should be a list of texts"),
        ([{**row, "choices": [1, 2, 3]} for row in ROWS], "row 0: 'choices' should be a list of texts"),
        ([{**row, "question": 4} for row in ROWS], "row 0: 'question' should be a text"),
        ([{**row, "answer": float(row["answer"])} for row in ROWS], "row 0: the gold answer 1.0"),
        (
            [{**row, "answer": "B"} for row in ROWS],
            "row 0: the gold answer 'B' in 'answer' is none of its 2 choices",
        ),
        ([{"answer": 1, "subject": "x"}], "row 0: there is no column 'question'; it has answer, subject"),
    ],
)
def test_a_row_that_does_not_fit_is_named(load, rows, words):
    with pytest.raises(UsageError) as caught:
        load(rows)
    assert f"dataset someone/something, split test, {words}" in str(caught.value)


@pytest.mark.parametrize("letter", ["C", "b", "", "AB", "1"])
def test_a_gold_letter_beyond_the_choices_is_refused(load, letter):
    columns = {**COLUMNS, "gold": {"column": "answer", "form": "letter"}}
    with pytest.raises(UsageError, match=rf"row 0: the gold answer '{letter}' .* \(form letter\)"):
        load([{**ROWS[0], "answer": letter}], columns=columns)


def test_a_bad_example_is_named_with_its_split(load):
    with pytest.raises(UsageError, match="split dev, row 1: the gold answer 9"):
        load(shots=changed(answer=9))


def test_an_id_that_comes_twice_is_refused(load):
    rows = [{**row, "key": "same"} for row in ROWS]
    with pytest.raises(UsageError, match="the id 'same' is there twice"):
        load(rows, columns={**COLUMNS, "id": "key"})


def test_an_empty_dataset_is_refused(load):
    schema = pyarrow.Table.from_pylist(ROWS).schema
    with pytest.raises(UsageError, match="someone/something, split test is empty"):
        load([], schema=schema)


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_damaged_file_is_named(tmp_path, content):
    folder = tmp_path / "someone" / "something" / "all"
    folder.mkdir(parents=True)
    path = folder / "test-00000-of-00001.parquet"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_questions(task_of(tmp_path), tmp_path)
    assert str(caught.value).startswith(f"{path} cannot be read (")


def test_questions_of_a_task_file_need_no_dataset(tmp_path):
    found = load_questions(load_task(write_task(tmp_path)))
    assert [question.id for question in found.questions[:5]] == [
        "algebra/0",
        "algebra/1",
        "algebra/2",
        "algebra/3",
        "botany/0",
    ]
    assert {subject: len(shots) for subject, shots in found.shots.items()} == {
        "algebra": 2,
        "botany": 2,
        "chess": 2,
    }


def test_data_must_be_a_folder(tmp_path):
    with pytest.raises(UsageError, match=r"--data .*nowhere is not a folder"):
        load_questions(task_of(tmp_path), tmp_path / "nowhere")


def test_a_dataset_that_is_neither_in_the_folder_nor_on_the_hub_is_one_sentence(tmp_path):
    """In a process of its own, since datasets looks once at HF_HUB_OFFLINE, as it is imported."""
    write_task(
        tmp_path,
        task_document(
            questions=None,
            shots=None,
            columns=COLUMNS,
            dataset={"path": "someone/something", "name": "all", "split": "test"},
        ),
    )
    program = (
        "import sys; from pathlib import Path\n"
        "from harness.dataset import load_questions; from harness.task import load_task\n"
        "try: load_questions(load_task(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        f"except {EndpointError.__module__}.EndpointError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import harness.errors\n{program}", tmp_path / "tiny.yaml", tmp_path],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(
        f"dataset someone/something is not in {tmp_path} (looked for someone/something/all/"
    )
    assert "could not be loaded from the hub" in done.stdout
    assert done.stdout.endswith("give --data DIR with someone/something/all/test-*.parquet in it.\n")


@needs_shared
def test_mmlu_has_14042_questions_and_five_examples_a_subject():
    task, found = mmlu()
    assert len(found.questions) == 14_042
    assert {question.subject for question in found.questions} == set(task.group_of) == set(found.shots)
    assert {len(shots) for shots in found.shots.values()} == {5}
    assert found.questions[17].id == "abstract_algebra/17"
