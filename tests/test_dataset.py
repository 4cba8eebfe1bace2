"""Rows made into questions: parquet files laid out like the hub, good and bad."""

import json
import os
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest
from builders import inline, task_document, write_task
from loopback import Loopback
from shared import mmlu, mmlu_pro, needs_shared
from whole_runs import run, small_model

import harness
from harness.answers import Answer
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


def with_examples(folder, *subjects, **source):
    """Questions of ROWS, with examples of these subjects that stand in the task file."""
    place = folder / "data" / "someone" / "something" / "all"
    place.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), place / "test-00000-of-00001.parquet")
    shots = [{**inline(subject, 1), "rationale": "Count."} for subject in subjects]
    dataset = {"path": "someone/something", "name": "all", "split": "test", **source}
    document = task_document(dataset=dataset, columns=COLUMNS, questions=None, shots=shots, groups=None)
    return load_questions(load_task(write_task(folder, document)), folder / "data")


def test_examples_in_the_task_file_stand_before_a_datasets_questions_of_their_subject(tmp_path):
    shots = with_examples(tmp_path, "maths", "maths").shots
    assert {subject: len(examples) for subject, examples in shots.items()} == {"maths": 2}
    assert (shots["maths"][0].text, shots["maths"][0].gold) == ("Which is number 1?", "B")
    assert shots["maths"][0].rationale == "Count."


def test_examples_in_the_task_file_may_be_for_all_subjects(tmp_path):
    shots = with_examples(tmp_path, "anything", shots_by="all").shots
    assert {subject: len(examples) for subject, examples in shots.items()} == {"maths": 1, "chemistry": 1}


def test_examples_of_a_subject_that_nobody_asks_are_refused(tmp_path):
    with pytest.raises(
        UsageError, match=r"no question is of subject 'math' \(did you mean maths\?\); `shots_by: all`"
    ):
        with_examples(tmp_path, "math")


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


def test_the_worked_answer_may_be_a_column_which_only_examples_fill(load):
    columns = {**COLUMNS, "rationale": "worked"}
    rows = [{**row, "worked": ""} for row in ROWS]
    found = load(rows, shots=[{**ROWS[0], "worked": "Count. The answer is B."}], columns=columns)
    assert {question.rationale for question in found.questions} == {""}
    assert found.shots["maths"][0].rationale == "Count. The answer is B."


@pytest.mark.parametrize(
    ("rows", "words"),
    [(ROWS, "row 1: there is no column 'worked'"), ([{**ROWS[0], "worked": 4}], "'worked' should be a text")],
)
def test_a_worked_answer_that_does_not_fit_is_named(load, rows, words):
    with pytest.raises(UsageError, match=words):
        load(rows, columns={**COLUMNS, "rationale": "worked"})


def test_a_single_choice_is_a_question_too(load):
    assert load(changed(choices=["neon"], answer=0)).questions[1].letters == "A"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (changed(answer=3), "row 2: the gold answer 3 in 'answer' is none of its 3 choices"),
        (changed(answer=-1), "row 2: the gold answer -1"),
        (changed(answer=None), "row 2: 'answer' is empty"),
        (changed(question=None), "row 2: 'question' is empty"),
        (changed(choices=None), "row 2: 'choices' is empty"),
        (changed(subject=None), "row 2: 'subject' is empty"),
        (changed(choices=["iron", None, "neon"]), "row 2: 'choices' should be a list of texts"),
        (changed(choices=[]), "row 2: 'choices' holds 0 texts, not 1 to 26"),
        (changed(choices=["x"] * 27), "row 2: 'choices' holds 27 texts"),
        ([{**row, "choices": "abc"} for row in ROWS], "row 1: 'choices' should be a list of texts"),
        ([{**row, "choices": 4} for row in ROWS], "row 1: 'choices' should be a list of texts"),
        ([{**row, "choices": [1, 2, 3]} for row in ROWS], "row 1: 'choices' should be a list of texts"),
        ([{**row, "question": 4} for row in ROWS], "row 1: 'question' should be a text"),
        ([{**row, "answer": float(row["answer"])} for row in ROWS], "row 1: the gold answer 1.0"),
        (
            [{**row, "answer": "B"} for row in ROWS],
            "row 1: the gold answer 'B' in 'answer' is none of its 2 choices",
        ),
        ([{"answer": 1, "subject": "x"}], "row 1: there is no column 'question'; it has answer, subject"),
    ],
)
def test_a_row_that_does_not_fit_is_named(load, rows, words):
    with pytest.raises(UsageError) as caught:
        load(rows)
    assert f"dataset someone/something, split test, {words}" in str(caught.value)


@pytest.mark.parametrize("letter", ["C", "b", "", "AB", "1"])
def test_a_gold_letter_beyond_the_choices_is_refused(load, letter):
    columns = {**COLUMNS, "gold": {"column": "answer", "form": "letter"}}
    with pytest.raises(UsageError, match=rf"row 1: the gold answer '{letter}' .* \(form letter\)"):
        load([{**ROWS[0], "answer": letter}], columns=columns)


def test_a_bad_example_is_named_with_its_split(load):
    with pytest.raises(UsageError, match="split dev, row 2: the gold answer 9"):
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


@pytest.fixture
def hub(tmp_path):
    """A folder laid out like the hub; gives a function that writes a table's file into it."""

    def write(path, rows):
        file = tmp_path / "hub" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, str):
            file.write_text(rows, encoding="utf-8")
        elif file.suffix == ".jsonl":
            file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        else:
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
        return tmp_path / "hub"

    return write


def loaded(folder, dataset, columns, *, said=None, skip=False, **fields):
    """The questions of a task with this dataset and these columns."""
    document = task_document(
        dataset=dataset, columns=columns, questions=None, shots=None, groups=None, **fields
    )
    task = load_task(write_task(folder, document))
    return load_questions(task, folder / "hub", (said if said is not None else []).append, skip_bad_rows=skip)


FOUR = {
    "question": "Question",
    "choices": ["A", "B", "C", "D"],
    "gold": {"column": "Answer", "form": "letter"},
}
CSV = ",Question,A,B,C,D,Answer\n0,2 + 2?,3,4,NA,6,B\n1,None?,None,x,y,z,A\n"


def test_parts_may_be_configurations_and_are_the_subjects(hub, tmp_path):
    """As cmmlu: a CSV for each subject, its first column without a name."""
    hub("lmlmcat/cmmlu/botany/test.csv", CSV)
    hub("lmlmcat/cmmlu/agronomy/test.csv", CSV)
    hub("lmlmcat/cmmlu/anatomy/test.csv", CSV)
    hub("lmlmcat/cmmlu/anatomy/dev.csv", CSV)
    dataset = {"path": "lmlmcat/cmmlu", "name": "{part}", "split": "test", "shots_split": "dev"}
    said = []
    found = loaded(tmp_path, {**dataset, "parts": ["botany", "agronomy", "anatomy"]}, FOUR, said=said)
    assert [q.id for q in found.questions] == [
        f"{part}/{n}" for part in ("botany", "agronomy", "anatomy") for n in (0, 1)
    ]
    assert found.questions[0].choices == ("3", "4", "NA", "6")
    assert list(found.shots) == ["anatomy"]
    (sentence,) = said
    assert sentence.endswith(
        "has no lmlmcat/cmmlu/botany/dev-*.parquet and 1 more, so there are no few-shot examples there."
    )


def test_parts_may_be_splits(hub, tmp_path):
    """As mmlu_cf: `Biology_val` and `Biology_dev`."""
    row = {"Question": "?", "A": "1", "B": "2", "C": "3", "D": "4", "Answer": "C"}
    for split in ("Biology_val", "Biology_dev", "Law_val", "Law_dev"):
        hub(f"microsoft/MMLU-CF/data/{split}-00000-of-00001.parquet", [{**row, "Question": split}])
    dataset = {"path": "microsoft/MMLU-CF", "split": "{part}_val", "shots_split": "{part}_dev"}
    found = loaded(tmp_path, {**dataset, "parts": {"biology": "Biology", "law": "Law"}}, FOUR)
    assert [(q.subject, q.text) for q in found.questions] == [("biology", "Biology_val"), ("law", "Law_val")]
    assert found.shots["law"][0].text == "Law_dev"


def test_parts_may_be_repositories(hub, tmp_path):
    """As agieval, whose gold is a list, and whose choices begin with their labels."""
    row = {"query": "Q: ? Answer Choices: (A)x (B)y\nA: ", "choices": ["(A) x", "(B) y"], "gold": [1]}
    for part in ("sat-en", "lsat-ar"):
        hub(f"hails/agieval-{part}/data/test-00000-of-00001.parquet", [row])
    columns = {
        "question": "{{ query.split(' Answer Choices: ')[0].removeprefix('Q: ') }}",
        "choices": "choices",
        "choice": "{{ choice | without_label }}",
        "gold": {"column": "gold", "form": "index0"},
    }
    dataset = {"path": "hails/agieval-{part}", "split": "test", "parts": ["sat-en", "lsat-ar"]}
    assert loaded(tmp_path, dataset, columns).questions == (
        Question("sat-en/0", "sat-en", "?", ("x", "y"), "B"),
        Question("lsat-ar/0", "lsat-ar", "?", ("x", "y"), "B"),
    )


def test_parts_may_be_files_without_a_header(hub, tmp_path):
    """As jmmlu on GitHub: a byte-order mark, stray spaces, line breaks inside a cell."""
    hub("nlp-waseda/JMMLU/JMMLU/anatomy.csv", '\ufeff"問い\n一", 甲 ,乙,丙,丁,C\n')
    columns = {
        "question": "1",
        "choices": ["2", "3", "4", "5"],
        "gold": {"column": "6", "form": "letter"},
        "strip": True,
    }
    dataset = {"path": "nlp-waseda/JMMLU", "files": "JMMLU/{part}.csv", "split": "test", "header": False}
    origin = {"origin": "https://github.com/nlp-waseda/JMMLU", "parts": ["anatomy"]}
    (question,) = loaded(tmp_path, {**dataset, **origin}, columns).questions
    assert question == Question("anatomy/0", "anatomy", "問い\n一", ("甲", "乙", "丙", "丁"), "C")
    with pytest.raises(
        UsageError, match=r"fetch it from https://github.com/nlp-waseda/JMMLU, and give --data DIR"
    ):
        loaded(tmp_path, {**dataset, **origin, "parts": ["botany"]}, columns)


def test_a_copy_of_a_whole_repository_says_itself_where_its_splits_are(hub, tmp_path):
    """As `hf download` makes it: file names are whatever the README says."""
    hub("openai/MMMLU/test/mmlu_DE-DE.csv", CSV)
    hub(
        "openai/MMMLU/README.md",
        "---\nconfigs:\n- config_name: DE_DE\n  data_files:\n  - split: test\n    path: test/mmlu_DE-DE.csv\n---\n",
    )
    dataset = {"path": "openai/MMMLU", "name": "DE_DE", "split": "test", "format": "csv"}
    assert len(loaded(tmp_path, dataset, FOUR).questions) == 2


def test_only_rows_that_the_task_chooses_are_asked(hub, tmp_path):
    """As the choice part of hle, and mmlu_redux's rows without an error."""
    rows = [{**ROWS[0], "error_type": kind} for kind in ("ok", "expert", "ok", "no_correct_answer")]
    hub("a/b/data/test-0.parquet", rows)
    dataset = {"path": "a/b", "split": "test", "where": {"error_type": ["ok"]}}
    assert len(loaded(tmp_path, dataset, COLUMNS).questions) == 2
    with pytest.raises(UsageError, match="row 1: there is no 'kind'"):
        loaded(tmp_path, {**dataset, "where": {"kind": ["ok"]}}, COLUMNS)


def test_examples_from_the_scored_split_are_the_rows_that_are_not_asked(hub, tmp_path):
    """As pubmedqa, whose questions are 500 of 1,000 ids."""
    hub("a/b/data/train-0.parquet", [{**ROWS[0], "pubid": 10 + place} for place in range(4)])
    dataset = {"path": "a/b", "split": "train", "shots_split": "train", "where": {"pubid": [11, 13]}}
    columns = {**COLUMNS, "id": "pubid"}
    found = loaded(tmp_path, dataset, columns)
    assert [q.id for q in found.questions] == ["11", "13"]
    assert [q.id for q in found.shots["maths"]] == ["10", "12"]


def test_examples_may_be_for_all_subjects(hub, tmp_path):
    hub("a/b/data/test-0.parquet", ROWS)
    hub("a/b/data/train-0.parquet", [{**ROWS[0], "subject": "else"}] * 200)
    dataset = {"path": "a/b", "split": "test", "shots_split": "train", "shots_by": "all"}
    found = loaded(tmp_path, dataset, COLUMNS)
    assert {subject: len(shots) for subject, shots in found.shots.items()} == {"maths": 200, "chemistry": 200}
    assert found.shots["maths"] is found.shots["chemistry"]


def test_examples_for_all_subjects_are_read_when_they_are_wanted(hub, tmp_path):
    """A row that does not fit, far down in a large split, is nobody's trouble until it is taken."""
    hub("a/b/data/test-0.parquet", ROWS)
    hub("a/b/data/train-0.parquet", [*ROWS, {**ROWS[0], "answer": 9}])
    dataset = {"path": "a/b", "split": "test", "shots_split": "train", "shots_by": "all"}
    examples = loaded(tmp_path, dataset, COLUMNS).shots["maths"]
    assert [shot.text for shot in examples[:2]] == [row["question"] for row in ROWS[:2]]
    with pytest.raises(UsageError, match="split train, row 4: the gold answer 9"):
        examples[-1]


def test_examples_may_be_those_of_another_task(hub, tmp_path):
    """As mmlu_redux and mmmlu take MMLU's."""
    row = {"question": "?", "choices": ["1", "2", "3", "4"], "answer": 2}
    hub("edinburgh-dawg/mmlu-redux-2.0/anatomy/test-0.parquet", [row])
    hub("cais/mmlu/all/dev-00000-of-00001.parquet", [{**row, "question": "example", "subject": "anatomy"}])
    dataset = {
        "path": "edinburgh-dawg/mmlu-redux-2.0",
        "name": "{part}",
        "split": "test",
        "parts": ["anatomy"],
    }
    columns = {"question": "question", "choices": "choices", "gold": COLUMNS["gold"]}
    found = loaded(tmp_path, {**dataset, "shots_from": "mmlu"}, columns)
    assert [shot.text for shot in found.shots["anatomy"]] == ["example"]


def test_examples_are_no_questions_that_another_task_scores(hub, tmp_path):
    """pubmedqa's examples are the rest of its scored split."""
    hub("a/b/data/test-0.parquet", ROWS)
    scored = {"pubid": 12377809, "question": "?", "context": {"contexts": ["So."]}, "final_decision": "no"}
    hub("qiaojin/PubMedQA/pqa_labeled/train-0.parquet", [scored])
    held = loaded(tmp_path, {"path": "a/b", "split": "test", "shots_from": "pubmedqa"}, COLUMNS)
    with pytest.raises(UsageError, match="task pubmedqa has no few-shot split that another task could use"):
        len(held.shots)


def test_groups_may_come_from_the_rows(hub, tmp_path):
    """As supergpqa: a field belongs to a discipline."""
    rows = [{**row, "discipline": "science"} for row in ROWS]
    hub("a/b/data/test.jsonl", rows)
    found = loaded(tmp_path, {"path": "a/b", "split": "test"}, {**COLUMNS, "group": "discipline"})
    assert found.groups == {"science": ("maths", "chemistry")}
    hub("a/b/data/test.jsonl", [*rows[:2], {**rows[2], "discipline": "arts"}])
    with pytest.raises(
        UsageError, match=r"line 3: subject 'maths' is in group 'arts' here, and in 'science'"
    ):
        loaded(tmp_path, {"path": "a/b", "split": "test"}, {**COLUMNS, "group": "discipline"})


def test_rows_that_do_not_fit_are_left_out_and_counted_where_one_says_so(hub, tmp_path):
    hub("a/b/data/test.jsonl", changed(answer=9))
    dataset, said = {"path": "a/b", "split": "test"}, []
    with pytest.raises(UsageError, match="line 2: the gold answer 9"):
        loaded(tmp_path, dataset, COLUMNS)
    for found in (
        loaded(tmp_path, dataset, COLUMNS, said=said, skip=True),
        loaded(tmp_path, {**dataset, "bad_rows": "leave out"}, COLUMNS),
    ):
        assert [q.id for q in found.questions] == ["maths/0", "maths/1"]
        (note,) = found.notes
        assert note.startswith(
            "1 of 3 rows do not fit and are left out, the first being dataset a/b, split test, line 2:"
        )
    assert found.notes[0] in said


def test_a_stated_chance_level_is_checked(hub, tmp_path):
    hub("a/b/data/test.jsonl", ROWS)  # (1/2 + 1/3 + 1/2) / 3
    dataset = {"path": "a/b", "split": "test"}
    assert loaded(tmp_path, dataset, COLUMNS, chance=0.444)
    assert loaded(tmp_path, dataset, COLUMNS, chance="by question")
    with pytest.raises(UsageError, match=r"says that guessing gives 0\.25, but .* it gives 0\.444"):
        loaded(tmp_path, dataset, COLUMNS, chance=0.25)


def test_a_stated_chance_level_is_checked_of_questions_in_the_task_file_too(tmp_path):
    task = load_task(write_task(tmp_path, task_document(chance=0.5)))
    with pytest.raises(UsageError, match=r"says that guessing gives 0\.5, but .* it gives 0\.250\."):
        load_questions(task)


def test_another_number_of_questions_than_the_task_file_knows_is_told(hub, tmp_path):
    hub("a/b/data/test.jsonl", ROWS)
    said = []
    loaded(tmp_path, {"path": "a/b", "split": "test"}, COLUMNS, said=said, size=14_042)
    assert said == ["a/b has 3 questions here, and 14,042 where task tiny was written."]


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
    assert (
        {question.subject for question in found.questions}
        == set().union(*task.groups.values())
        == set(found.shots)
    )
    assert {len(shots) for shots in found.shots.values()} == {5}
    assert found.questions[17].id == "abstract_algebra/17"


def test_several_right_answers_are_each_right_and_told_so(hub, tmp_path):
    """As truthfulqa's mc2 by letters; guessing is right as often as there are right choices."""
    targets = {"choices": ["a", "b", "c", "d"], "labels": [1, 0, 1, 0]}
    hub("a/b/c/validation-0.parquet", [{"question": "?", "mc2_targets": targets}])
    columns = {
        "question": "question",
        "choices": "mc2_targets.choices",
        "gold": {"column": "mc2_targets.labels", "form": "mask", "several": True},
    }
    (question,) = loaded(
        tmp_path, {"path": "a/b", "name": "c", "split": "validation"}, columns, chance=0.5
    ).questions
    assert question.gold == "AC"
    assert [Answer(letter).outcome(question.gold).value for letter in "ABC"] == [
        "correct",
        "wrong",
        "correct",
    ]


@needs_shared
def test_mmlu_pro_has_12032_questions_with_one_to_ten_options_and_can_do_without_its_examples():
    task, found = mmlu_pro()
    assert len(found.questions) == 12_032
    assert {question.subject for question in found.questions} == {
        subject for subjects in task.groups.values() for subject in subjects
    }
    assert {len(question.choices) for question in found.questions} == set(range(1, 11))
    assert found.shots == {}


def test_a_run_counts_each_of_several_right_answers_and_can_be_read_again(tmp_path):
    rows = [{"question": f"{n}?", "choices": ["a", "b", "c", "d"], "answer": [0, 1, 2]} for n in range(12)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    columns = {
        "question": "question",
        "choices": "choices",
        "gold": {"column": "answer", "form": "index0", "several": True},
    }
    document = task_document(
        dataset={"file": "rows.json"}, columns=columns, questions=None, shots=None, groups=None
    )
    with Loopback(small_model) as server:
        done = run(server, write_task(tmp_path, document), tmp_path / "results")
    answers = harness.regrade(done.path).answers()
    assert set(answers.gold) == {"ABC"}
    assert done.score.counts.correct == sum(letter in "ABC" for letter in answers.answer) > 0
    assert done.score.score.chance == 0.75
