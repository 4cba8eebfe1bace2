"""Files of questions without a task file: what is taken for what, what is refused, and what becomes of wrong rows."""

import json
import time

import pyarrow
import pyarrow.parquet
import pytest
import yaml
from builders import reply
from loopback import Loopback
from shared import SHARED, needs_shared
from whole_runs import small_model

import harness
from harness.dataset import load_questions
from harness.errors import UsageError
from harness.plan import make_plan
from harness.prompts import Generate
from harness.questions import Question
from harness.table_task import guess, write_task_file
from harness.task import find_task, load_task


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def loaded(path, **how):
    return load_questions(load_task(find_task(str(path))), **how).questions


def refused(path):
    with pytest.raises(UsageError) as caught:
        loaded(path)
    return str(caught.value)


WANTED = (
    Question("7", "maths", "2 + 2?", ("3", "4"), "B"),
    Question("9", "nature", "Warm?", ("sun", "ice", "snow"), "A"),
)
HEADERS = {  # and how the two right answers are written
    "letters": ("id,subject,question,A,B,C,answer", "B", "A"),
    "small letters": ("ID,Topic,Question,option_a,option_b,option_c,Answer", "b", " a"),
    "from 1": ("qid,category,query,option1,option2,option3,correct", "2", "1"),
    "from 0": ("qid,category,query,choice0,choice1,choice2,label", "1", "0"),
    "texts": ("uuid,domain,prompt,ending0,ending1,ending2,gold", "4", "sun"),
    "spaces": ("id, subject , question,A, B,C,answer ", "B ", "A"),
    "Chinese": ("id,科目,问题,A,B,C,答案", "B", "A"),
    "Japanese": ("id,分野,問題,選択肢1,選択肢2,選択肢3,正解", "2", "1"),
}
TABLES = {
    name: f"{header}\n7,maths, 2 + 2? ,3,4 ,,{first}\n9,nature,Warm?,sun,ice,snow,{second}\n"
    for name, (header, first, second) in HEADERS.items()
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_is_understood_by_the_names_of_its_columns(tmp_path, content, coding):
    assert loaded(written(tmp_path, "mine.csv", content.encode(coding))) == WANTED


ROWS = [
    {"id": 7, "subject": "maths", "question": "2 + 2?", "choices": ["3", "4"], "answer": 1},
    {"id": 9, "subject": "nature", "question": "Warm?", "choices": ["sun", "ice", "snow"], "answer": 0},
]


def test_a_first_row_without_choices_is_a_wrong_row_and_no_other_kind_of_table(tmp_path):
    rows = [{**ROWS[0], "choices": None}, *ROWS, {**ROWS[1], "id": 10}]
    path = written(tmp_path, "mine.jsonl", "\n".join(map(json.dumps, rows)))
    assert "mine.jsonl, line 1: 'choices' is empty" in refused(path)
    assert loaded(path, skip_bad_rows=True)[:2] == WANTED


@pytest.mark.parametrize("key", ["ABCD", "アイウエ", "甲乙丙丁"])
def test_a_table_can_be_asked_by_every_protocol_that_it_offers(tmp_path, key):
    rows = "".join(f"{n},Was?,x{n},y{n},z{n},w{n},{key[n]}\n" for n in range(4))
    task = load_task(written(tmp_path, "mine.csv", f"id,question,A,B,C,D,answer\n{rows}"))
    questions = load_questions(task)
    assert {"letter", "json", "cloze", "hendrycks", "zero-eval"} <= set(task.protocols)
    for name in task.protocols:
        plan = make_plan(task, questions, protocol=name, shots=0)
        if plan.protocol.wants is Generate:
            read = make_plan(task, questions, protocol=name, shots=0, reader="best").reader.read
            assert read(reply(f"Answer: {key[2]}"), plan.questions[0]).letter == key[2]


@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
def test_json_lines_json_and_parquet_hold_lists_of_choices(tmp_path, ending):
    path = tmp_path / f"mine.{ending}"
    if ending == "parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    else:
        path.write_text("\n".join(map(json.dumps, ROWS)) if ending == "jsonl" else json.dumps(ROWS))
    assert loaded(path) == WANTED


def test_choices_by_letter_are_found_though_some_rows_have_more(tmp_path):
    """As medqa's `options`; and the same spread over columns of JSON lines."""
    nested = [
        {"question": "2 + 2?", "options": {"A": "3", "B": "4"}, "answer": "B"},
        {"question": "Warm?", "options": {"A": "sun", "B": "ice", "C": "snow"}, "answer": "A"},
    ]
    flat = [{"question": row["question"], **row["options"], "answer": row["answer"]} for row in nested]
    for rows in (nested, flat):
        path = written(tmp_path, "mine.jsonl", "\n".join(map(json.dumps, rows)))
        assert [(q.choices, q.gold) for q in loaded(path)] == [
            (("3", "4"), "B"),
            (("sun", "ice", "snow"), "A"),
        ]


def test_a_word_for_an_answer_among_the_choices_makes_no_header(tmp_path):
    path = written(tmp_path, "mine.csv", "What is brine?,solution,salt,water,A\nWhat is salt?,x,y,z,B\n")
    assert [q.gold for q in loaded(path)] == ["A", "B"]


def test_letters_of_another_alphabet_are_kept(tmp_path):
    path = written(tmp_path, "mine.csv", "問題,ア,イ,ウ,正解\n水は?,氷,火,土,イ\n火は?,氷,熱,土,ア\n")
    assert [(q.gold, q.letters) for q in loaded(path)] == [("イ", "アイウ"), ("ア", "アイウ")]


def test_a_right_answer_beside_wrong_ones_is_put_among_them(tmp_path):
    """As sciq and gpqa: the right one is always in its own column, so the order has to be made."""
    rows = "".join(f"q{n},right,wrong,false,no\n" for n in range(20))
    questions = loaded(
        written(tmp_path, "mine.csv", f"question,correct_answer,distractor1,distractor2,distractor3\n{rows}")
    )
    assert {q.choices[q.letters.index(q.gold)] for q in questions} == {"right"}
    assert len({q.gold for q in questions}) > 1


def test_what_was_taken_for_what_is_said(tmp_path):
    said = []
    load_task(
        written(tmp_path, "mine.csv", "question,A,B,passage,answer,note\nWhy?,x,y,z,B,n\n"), say=said.append
    )
    (sentence,) = said
    assert sentence == (
        "mine.csv is taken so: the question from 'question', what is read before it from 'passage', the choices from "
        "'A', 'B', the right answer from 'answer' (a letter); not used: 'note'."
    )


def test_rows_that_share_a_passage_are_a_cluster(tmp_path):
    rows = "Why?,x,y,Long ago.,B\nWho?,x,y,Long ago.,A\nWhen?,x,y,Later.,A\n"
    questions = loaded(written(tmp_path, "mine.csv", f"question,A,B,passage,answer\n{rows}"))
    one, other, third = (question.cluster for question in questions)
    assert one == other != third


def test_what_stands_before_every_question_makes_no_cluster(tmp_path):
    rows = "Why?,x,y,Choose.,B\nWho?,x,y,Choose.,A\n"
    questions = loaded(written(tmp_path, "mine.csv", f"question,A,B,context,answer\n{rows}"))
    assert {(question.context, question.cluster) for question in questions} == {("Choose.", None)}


REFUSED = {
    "no question": ("text1,A,B,answer\nWhy?,x,y,B\n", "no column is called like a question's text"),
    "no choices": ("question,answer\nWhy?,B\n", "no columns are called like choices"),
    "no answer": ("question,A,B\nWhy?,x,y\n", "no column is called like a right answer"),
    "no header": (
        "Why is it so?,because,no,it is not so\nHow?,well,badly,it is\n",
        "names no question and no answer",
    ),
    "other answers": (
        "question,A,B,answer\nWhy?,x,y,perhaps\n",
        "'answer' holds no letter, place or text of a choice",
    ),
    "from 0 or 1": (
        "question,A,B,C,answer\nWhy?,x,y,z,1\nHow?,x,y,z,2\n",
        "a place from 1 or a place from 0 cannot be told",
    ),
    "place or text": ("question,A,B,answer\nHow many?,2,1,1\n", "cannot be told from the rows"),
    "27 choices": (
        f"question,{','.join(f'option{n}' for n in range(1, 28))},answer\nWhy?,{','.join(map(str, range(27)))},3\n",
        "line 2, 'option1' … 'option27' hold 27 texts, not 1 to 26",
    ),
    "no texts": ("question,choices,answer\nWhy?,x,A\n", "no columns are called like choices"),
    "a template": ("id{%,question,A,B,answer\n1,Why?,x,y,B\n", "rename 'id{%'"),
    "no rows": ("question,A,B,answer\n", "holds no rows"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_told_is_refused_in_one_sentence(tmp_path, content, words):
    path = written(tmp_path, "mine.csv", content)
    sentence = refused(path)
    assert sentence.startswith(str(path))
    assert words in sentence


GOOD = "".join(f"Number {n}?,one,two,three,{'ABC'[n % 3]}\n" for n in range(9))
BAD_ROWS = {
    "two right answers": ('Which?,x,y,z,"A,C"', "the gold answer 'A,C' in 'answer' is none of its 3 choices"),
    "the right choice twice": ("Which?,x,x,z,A", "the right choice 'x' is there twice"),
    "an empty choice": ("Which?,x, ,z,A", "choice 2 is empty"),
    "a right answer that is empty": ("Which?,x,y,z,", "the gold answer ''"),
    "a right answer that is none": ("Which?,x,y,z,E", "the gold answer 'E'"),
    "no question": (",x,y,z,A", "'question' is empty"),
    "cells too many": ("Which?,x,y,z,A,B", "it has 6 cells, not 5"),
    "cells too few": ("Which?,x", "'answer' is empty"),
}


@pytest.mark.parametrize(("row", "words"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_wrong_row_is_named_by_its_line_and_can_be_left_out(tmp_path, row, words):
    path = written(tmp_path, "mine.csv", f'question,A,B,C,answer\n{GOOD}{row}\n"Number\n9?",a,b,c,B\n')
    sentence = refused(path)
    assert f"mine.csv, line 11: {words}" in sentence
    assert sentence.endswith("; --skip-bad-rows leaves out and counts such rows.")
    said = []
    questions = load_questions(load_task(path), say=said.append, skip_bad_rows=True).questions
    assert len(questions) == 10
    assert questions[-1].id == "mine/10"
    assert said[0].startswith("1 of 11 rows do not fit and are left out, the first being mine.csv, line 11: ")


def test_a_wrong_row_of_indented_json_is_named_by_the_line_where_it_begins(tmp_path):
    text = json.dumps([*ROWS, {**ROWS[0], "id": 10, "answer": 5}], indent=2)
    line = text[: text.rindex("{")].count("\n") + 1
    assert f"mine.json, line {line}: the gold answer 5 in 'answer'" in refused(
        written(tmp_path, "mine.json", text)
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [('{"question"', "the line is not JSON"), ("[1]", "the line should be a JSON object")],
    ids=["cut", "no object"],
)
def test_a_wrong_line_of_json_lines_is_named_and_can_be_left_out(tmp_path, line, words):
    rows = [json.dumps(row) for row in ROWS]
    path = written(tmp_path, "mine.jsonl", "\n".join([rows[0], line, *rows[1:]]))
    assert f"mine.jsonl, line 2: {words}" in refused(path)
    assert len(load_questions(load_task(path), skip_bad_rows=True).questions) == len(ROWS)


def test_a_wide_table_is_taken_where_only_some_rows_have_too_many_choices(tmp_path):
    names = [f"option{number}" for number in range(1, 29)]
    few, many = ["x", "y", *[""] * 26], [str(number) for number in range(100, 128)]
    rows = [["Why?", *few, "x"], ["How?", *few, "y"], ["Who?", *many, "100"]]
    content = "\n".join(",".join(row) for row in [["question", *names, "answer"], *rows])
    path = written(tmp_path, "mine.csv", content)
    assert "mine.csv, line 4: 'option1' … 'option28' hold 28 texts, not 1 to 26" in refused(path)
    assert len(load_questions(load_task(path), skip_bad_rows=True).questions) == 2


def test_choices_that_are_no_texts_are_told_as_such(tmp_path):
    path = written(tmp_path, "mine.json", json.dumps([{**row, "choices": [1, 2, 3]} for row in ROWS]))
    assert "in row 1, line 1, 'choices' should be a list of texts" in refused(path)


def test_where_most_answers_are_wrong_the_first_is_named_by_its_line(tmp_path):
    rows = "Why?,x,y,A\nHow?,x,y,perhaps\nWho?,x,y,never\nWhat?,x,y,none\n"
    sentence = refused(written(tmp_path, "mine.csv", f"question,A,B,answer\n{rows}"))
    assert "line 3: the gold answer 'perhaps' in 'answer' is none of its 2 choices" in sentence
    assert "in 3 of the 4 rows that were tried" in sentence


def test_the_first_wrong_row_is_found_though_only_some_of_many_are_tried(tmp_path):
    rows = "Why?,x,y,A\n" + "How?,x,y,perhaps\n" * 20_000
    assert "line 3: the gold answer 'perhaps'" in refused(
        written(tmp_path, "mine.csv", f"question,A,B,answer\n{rows}")
    )


def test_a_list_of_27_choices_is_a_wrong_row(tmp_path):
    rows = [*ROWS, {**ROWS[0], "id": 10, "choices": [str(n) for n in range(27)]}]
    path = written(tmp_path, "mine.jsonl", "\n".join(map(json.dumps, rows)))
    assert "mine.jsonl, line 3: 'choices' holds 27 texts, not 1 to 26" in refused(path)


def test_a_hundred_thousand_rows_load_in_seconds(tmp_path):
    rows = "".join(f"Number {n}?,one,two,three,four,{'ABCD'[n % 4]}\n" for n in range(100_000))
    path = written(tmp_path, "mine.csv", f"question,A,B,C,D,answer\n{rows}")
    began = time.process_time()
    assert len(loaded(path)) == 100_000
    assert time.process_time() - began < 10


def test_a_csv_runs_without_a_task_file(tmp_path, here):
    written(tmp_path, "my questions.csv", TABLES["letters"])
    with Loopback(small_model) as server:
        done = here("run", "--model=m", "--task=my questions.csv", f"--base-url={server.url}")
    assert done.returncode == 0
    assert "my questions.csv is taken so: the question from 'question'" in done.stderr
    task = json.loads((tmp_path / done.stdout.strip()).read_text())["task"]
    assert (task["name"], task["dataset"]["path"], task["questions"]) == (
        "my_questions",
        "my questions.csv",
        2,
    )


def test_the_score_says_how_many_rows_were_left_out_and_can_be_made_again(tmp_path, here):
    written(tmp_path, "mine.csv", f"question,A,B,C,answer\n{GOOD}Which?,x,y,z,E\n")
    with Loopback(small_model) as server:
        done = here("run", "--model=m", "--task=mine.csv", f"--base-url={server.url}", "--skip-bad-rows")
    run = harness.load(tmp_path / done.stdout.strip())
    assert run.score.status == "complete"
    assert run.score.warnings[0].startswith("1 of 10 rows do not fit and are left out")
    assert harness.regrade(run.path).score.comparison_key == run.score.comparison_key


def test_prompts_are_shown_without_the_rows_that_do_not_fit(tmp_path, here):
    written(tmp_path, "mine.csv", f"question,A,B,C,answer\n{GOOD}Which?,x,y,z,E\n")
    assert len(here("prompts", "--task=mine.csv", "--skip-bad-rows", "--jsonl").stdout.splitlines()) == 9


def test_a_task_file_is_written_beside_a_table_and_asks_the_same(tmp_path, here):
    path = written(tmp_path, "mine.csv", TABLES["from 0"])
    done = here("tasks", "new", "mine.csv")
    assert (done.returncode, done.stdout) == (0, "mine.yaml\n")
    assert loaded(tmp_path / "mine.yaml") == loaded(path)
    assert yaml.safe_load((tmp_path / "mine.yaml").read_text())["dataset"] == {"file": "mine.csv"}
    again = here("tasks", "new", "mine.csv")
    assert again.returncode == 2
    assert "mine.yaml is there already" in again.stderr


def test_a_doubt_is_written_into_the_task_file_that_settles_it(tmp_path):
    path = written(tmp_path, "mine.csv", "question,A,B,C,answer\nWhy?,x,y,z,1\nHow?,x,y,z,2\n")
    target, made = write_task_file(path)
    assert made.doubt == "whether 'answer' is a place from 1 or a place from 0 cannot be told from the rows"
    text = target.read_text()
    assert f"# Look at this first: {made.doubt}.\n" in text
    target.write_text(text.replace("index1", "index0"))
    assert [q.gold for q in loaded(target)] == ["B", "C"]


def test_a_task_is_written_for_tables_only(tmp_path, here):
    assert "is no table that exists" in here("tasks", "new", "nothing.csv").stderr
    assert "only new takes a file" in here("tasks", "mmlu", "x.csv").stderr
    assert "new takes a table of questions: harness tasks new" in here("tasks", "new").stderr


def test_a_table_is_shown_as_the_task_that_it_makes(tmp_path, here):
    written(tmp_path, "mine.csv", TABLES["from 0"])
    shown = here("tasks", "mine.csv")
    assert shown.stdout.startswith("mine.csv (mine, version 1)"), shown.stderr
    whole = yaml.safe_load(here("tasks", "mine.csv", "--resolved").stdout)
    assert whole["columns"]["gold"] == {"column": "label", "form": "index0"}


def test_a_table_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"mine\.csv does not exist"):
        find_task(str(tmp_path / "mine.csv"))


@needs_shared
@pytest.mark.parametrize(
    ("name", "questions", "first"),
    [
        ("jmmlu/anatomy.csv", 132, ("「皿状顔貌(dished face)」の輪郭", "B")),
        ("jmmlu/machine_learning.csv", 111, ("文1| RoBERTaは", "C")),
        ("jmmlu/japanese_history.csv", 150, ("「1252年，６代将軍に", "B")),
        ("cmmlu/test/agronomy.csv", 169, ("在农业生产中", "B")),
        ("cmmlu/dev/college_mathematics.csv", 5, ("若f(x) 在", "A")),
        ("bbq/Age.jsonl", 3_680, ("I saw a grandson and their grandfather", "C")),
    ],
)
def test_files_as_they_are_found_are_understood(name, questions, first):
    path = SHARED / "data" / "messy" / name
    assert guess(path).doubt is None
    found = loaded(path)
    assert len(found) == questions
    assert found[0].text.startswith(first[0])
    assert found[0].gold == first[1]
    assert all(text == text.strip() for q in found for text in (q.text, *q.choices))
