"""A row and what a task file says of it, made into a question: every form that datasets have."""

import hashlib

import pytest

from harness.mapping import Columns
from harness.questions import Question
from harness.rows import RowReader, shuffled

ABCD = {"question": "q", "choices": ["A", "B", "C", "D"]}
ROW = {"q": "2 + 2?", "A": "3", "B": "4", "C": "5", "D": "6"}


def read(row, columns, *, part=None, **how):
    reader = RowReader(Columns.model_validate(columns), subject="task", **how)
    return reader.read(row, part)


def gold(value, form, choices=("x", "y", "z"), **how):
    columns = {"question": "q", "choices": "c", "gold": {"column": "g", "form": form, **how.pop("gold", {})}}
    return read({"q": "?", "c": list(choices), "g": value, **how.pop("row", {})}, columns, **how).gold


def refused(row, columns, **how):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is looked at
        read(row, columns, **how)
    return str(caught.value)


@pytest.mark.parametrize(
    ("form", "value", "letter"),
    [
        ("index0", 0, "A"),
        ("index0", "2", "C"),
        ("index0", [1], "B"),
        ("index1", 1, "A"),
        ("index1", "3", "C"),
        ("letter", "B", "B"),
        ("letter", ["C"], "C"),
        ("text", "z", "C"),
        ("mask", [0, 1, 0], "B"),
        ("mask", [True, False, False], "A"),
    ],
)
def test_every_form_of_the_gold_becomes_a_letter(form, value, letter):
    assert gold(value, form) == letter


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("index0", 3),
        ("index0", -1),
        ("index0", "B"),
        ("index0", 1.0),
        ("index0", True),
        ("index0", "²"),
        ("index0", [0, 1]),
        ("index0", []),
        ("index1", 0),
        ("index1", 4),
        ("index1", "0"),
        ("letter", "D"),
        ("letter", "b"),
        ("letter", " B"),
        ("letter", "AB"),
        ("letter", ""),
        ("letter", ["A", "B"]),
        ("text", "w"),
        ("mask", [0, 0, 0]),
        ("mask", [1, 1, 0]),
        ("mask", [1, 0]),
        ("mask", [1, 0, 2]),
        ("mask", "100"),
    ],
)
def test_a_gold_that_does_not_fit_its_form_is_refused(form, value):
    with pytest.raises(ValueError, match=rf"the gold answer .* is none of its 3 choices \(form {form}\)"):
        gold(value, form)


@pytest.mark.parametrize(
    ("form", "value", "letters"),
    [
        ("mask", [1, 0, 1], "AC"),
        ("index0", [2, 1], "BC"),
        ("letter", ["A", "B"], "AB"),
        ("letter", "CA", "AC"),
        ("index0", 1, "B"),
    ],
)
def test_several_choices_are_right_only_where_the_task_says_so(form, value, letters):
    assert gold(value, form, gold={"several": True}) == letters
    with pytest.raises(ValueError, match="the gold answer"):
        gold([0, 3] if form == "index0" else [], form, gold={"several": True})
    if len(letters) > 1:
        with pytest.raises(ValueError, match="the gold answer"):
            gold(value, form)


def test_a_gold_text_that_is_there_twice_stands_for_no_choice():
    with pytest.raises(ValueError, match="the gold answer 'x'"):
        gold("x", "text", ("x", "y", "x"))


def test_a_label_is_looked_up_in_the_rows_own_labels():
    """As in ai2_arc: a struct of lists, labels letters in most rows and digits in some."""
    columns = {
        "question": "question",
        "choices": "choices.text",
        "gold": {"column": "answerKey", "form": "label", "labels": "choices.label"},
        "id": "id",
    }
    row = {"id": "MCAS_1", "question": "Why?", "answerKey": "3"}
    choices = {"text": ["a", "b", "c"], "label": ["1", "2", "3"]}
    assert read({**row, "choices": choices}, columns) == Question(
        "MCAS_1", "task", "Why?", ("a", "b", "c"), "C"
    )
    assert "the gold answer '4'" in refused({**row, "choices": choices, "answerKey": "4"}, columns)
    assert "there is no 'choices.text'" in refused({**row, "choices": {"label": ["1"]}}, columns)


def test_a_boolean_gold_goes_with_choices_of_the_task_file():
    columns = {
        "question": "question",
        "context": "passage",
        "fixed_choices": ["yes", "no"],
        "gold": {"column": "answer", "form": "bool"},
    }
    row = {"question": "is ice cold", "passage": "Ice is cold.", "answer": False}
    asked = read(row, columns)
    assert (asked.choices, asked.gold) == (("yes", "no"), "B")
    assert read({**row, "answer": True}, columns).gold == "A"


def test_the_context_stands_before_the_text_on_lines_of_its_own():
    columns = {**ABCD, "context": "passage", "gold": {"column": "g", "form": "letter"}}
    asked = read({**ROW, "passage": "Numbers are given.", "g": "B"}, columns)
    assert asked.text == "Numbers are given.\n2 + 2?"
    assert asked.context == "Numbers are given."


def test_choices_may_be_several_columns():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    assert read({**ROW, "g": "D"}, columns).choices == ("3", "4", "5", "6")
    assert refused({**ROW, "D": None, "g": "A"}, columns) == "'D' is empty"


@pytest.mark.parametrize("empty", [None, "", " "])
def test_where_choices_vary_the_last_columns_may_be_empty(empty):
    columns = {**ABCD, "choices_vary": True, "gold": {"column": "g", "form": "letter"}}
    assert read({**ROW, "C": empty, "D": empty, "g": "B"}, columns).choices == ("3", "4")
    assert "the gold answer 'D'" in refused({**ROW, "D": empty, "g": "D"}, columns)


def test_a_hole_among_choices_that_vary_is_refused():
    columns = {**ABCD, "choices_vary": True, "gold": {"column": "g", "form": "letter"}}
    assert refused({**ROW, "C": None, "g": "B"}, columns) == "'C' is empty"


def test_choices_may_be_a_list_printed_as_a_text():
    """As in MuSR, where the CSV holds Python's own form."""
    columns = {
        "question": "q",
        "choices": "c",
        "choices_form": "printed",
        "gold": {"column": "g", "form": "index0"},
    }
    assert read({"q": "?", "c": "['it\\'s', \"no\"]", "g": "1"}, columns).choices == ("it's", "no")
    for printed in ("__import__('os')", "['a'", "[1, 2]", "[" * 10_000, "['a'] * 9", "4"):
        assert refused({"q": "?", "c": printed, "g": "1"}, columns) == "'c' should be a list of texts"


def test_choices_may_stand_in_the_text_of_the_question():
    columns = {
        "question": "{{ question | without_choices }}",
        "choices": "question",
        "choices_form": "lettered",
        "gold": {"column": "answer", "form": "letter"},
    }
    row = {"question": "Which?\n\nAnswer Choices:\nA. one\nB. two\nor three", "answer": "B"}
    assert read(row, columns) == Question("task/0", "task", "Which?", ("one", "two\nor three"), "B")
    assert "holds 0 texts" in refused({**row, "question": "How many?"}, columns)


def test_every_choice_may_go_through_a_template():
    columns = {
        "question": "q",
        "choices": "c",
        "choice": "{{ choice | without_label }}",
        "gold": {"column": "g", "form": "index0"},
    }
    row = {"q": "?", "c": ["A.red", "(B) blue"], "g": [1]}
    assert refused(row, columns).endswith("'A.red' does not begin with a label such as (A)")
    assert read({**row, "c": ["(A)red", "(B) blue"]}, columns).choices == ("red", "blue")


def test_a_gold_text_is_compared_before_choices_go_through_a_template():
    """As gpqa, whose texts lm-eval cleans."""
    columns = {
        "question": "q",
        "choices": ["right", "wrong"],
        "choice": "{{ choice | lm_eval_cleaned }}",
        "gold": {"column": "right", "form": "text"},
    }
    asked = read({"q": "?", "right": " yes [x]", "wrong": "no"}, columns)
    assert (asked.choices, asked.gold) == (("yes ", "no"), "A")


SHUFFLED = {
    "question": "q",
    "choices": ["right", "w1", "w2", "w3"],
    "gold": {"column": "right", "form": "text"},
    "id": "id",
    "shuffle_seed": 7,
}


def shuffled_row(id_):
    return {"q": "?", "right": "true", "w1": "false", "w2": "wrong", "w3": "no", "id": id_}


def test_the_gold_follows_its_choice_through_the_shuffle():
    golds = set()
    for place in range(40):
        asked = read(shuffled_row(f"q{place}"), SHUFFLED)
        assert asked.choices[asked.letters.index(asked.gold)] == "true"
        assert sorted(asked.choices) == ["false", "no", "true", "wrong"]
        golds.add(asked.gold)
    assert golds == set("ABCD")


def test_the_order_of_choices_depends_on_the_seed_and_the_id_only():
    reader = RowReader(Columns.model_validate(SHUFFLED), subject="task")
    in_order = [reader.read(shuffled_row(id_)).choices for id_ in "abcdef"]
    backwards = [read(shuffled_row(id_), SHUFFLED).choices for id_ in "fedcba"]
    assert in_order == backwards[::-1]
    assert in_order != [read(shuffled_row(id_), {**SHUFFLED, "shuffle_seed": 8}).choices for id_ in "abcdef"]


def test_the_order_of_choices_stays_what_it_was():
    """Scores of earlier versions would not be comparable."""
    assert [shuffled(4, 42, id_) for id_ in ("a", "rec06pnAkLOr2t2mp")] == [[3, 1, 2, 0], [2, 1, 0, 3]]


def test_a_subject_is_the_column_else_the_part_else_the_task():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    row = {**ROW, "g": "B", "field": "maths"}
    assert read(row, columns).id == "task/0"
    assert read(row, columns, part="algebra").id == "algebra/0"
    assert read(row, {**columns, "subject": "field"}, part="algebra").id == "maths/0"


def test_a_row_that_does_not_fit_takes_its_number_with_it():
    reader = RowReader(
        Columns.model_validate({**ABCD, "gold": {"column": "g", "form": "letter"}}), subject="t"
    )
    with pytest.raises(ValueError, match="gold"):
        reader.read({**ROW, "g": "E"})
    assert reader.read({**ROW, "g": "A"}).id == "t/1"


def test_letters_are_those_of_the_tasks_alphabet():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    asked = read({**ROW, "g": "イ"}, columns, alphabet="アイウエ")
    assert (asked.gold, asked.letters) == ("イ", "アイウエ")
    assert (
        read({**ROW, "g": 3}, {**ABCD, "gold": {"column": "g", "form": "index0"}}, alphabet="1234").gold
        == "4"
    )


def test_more_choices_than_letters_are_refused():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    assert refused({**ROW, "g": "1"}, columns, alphabet="123").endswith("'A' … 'D' hold 4 texts, not 1 to 3")


def test_white_space_stays_unless_the_task_strips_it():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    row = {**ROW, "q": " 2 + 2?\n", "A": " 3 ", "g": "B "}
    assert "the gold answer 'B '" in refused(row, columns)
    asked = read(row, {**columns, "strip": True})
    assert (asked.text, asked.choices[0], asked.gold) == ("2 + 2?", "3", "B")


def test_a_file_of_ones_own_is_looked_at_with_more_care():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    row = {**ROW, "g": "B"}
    assert read({**row, "C": "4"}, columns).gold == "B"
    assert refused({**row, "C": "4"}, columns, careful=True) == "the right choice '4' is there twice"
    assert refused({**row, "C": " "}, columns, careful=True) == "choice 3 is empty"
    assert refused({**row, "q": ""}, columns, careful=True) == "'q' is empty"


@pytest.mark.parametrize("column", ["q", "C", "passage", "why", "id"])
def test_a_text_that_cannot_be_sent_is_refused(column):
    """JSON may hold half of a surrogate pair."""
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}}
    columns |= {"context": "passage", "rationale": "why", "id": "id"}
    row = {**ROW, "g": "B", "passage": "Long ago.", "why": "It is.", "id": "1"}
    assert read(row, columns).gold == "B"
    assert refused({**row, column: "a \ud83d b"}, columns) == r"'\ud83d' is half of a character"


def test_a_column_with_a_space_or_a_dot_in_its_name_is_found():
    columns = {
        "question": "The Question",
        "choices": ["v1.a", "v1.b"],
        "gold": {"column": "Correct Answer", "form": "text"},
    }
    assert read({"The Question": "?", "v1.a": "x", "v1.b": "y", "Correct Answer": "y"}, columns).gold == "B"


def test_a_corrected_gold_is_a_template():
    """As MMLU-Redux is corrected: another answer where the original one is wrong, written as a letter or an index."""
    key = "{{ (correct_answer if error_type == 'wrong_groundtruth' else answer) | as_letter }}"
    columns = {"question": "q", "choices": "c", "gold": {"column": key, "form": "letter"}}
    row = {"q": "?", "c": ["x", "y", "z"], "answer": 0, "correct_answer": None, "error_type": "ok"}
    assert read(row, columns).gold == "A"
    for said, letter in (("2", "C"), ("C", "C"), (" B ", "B")):
        wrong = {**row, "error_type": "wrong_groundtruth", "correct_answer": said}
        assert read(wrong, columns).gold == letter
    for said in ("A and C", "0,2", "", "none", None):
        wrong = {**row, "error_type": "wrong_groundtruth", "correct_answer": said}
        assert "is neither a letter nor a place from 0" in refused(wrong, columns)


def test_rows_that_share_a_passage_share_a_cluster_that_does_not_tell_it():
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}, "cluster": "passage"}
    row = {**ROW, "g": "B", "passage": "Long ago."}
    one, other = read(row, columns).cluster, read({**row, "q": "3 + 3?"}, columns).cluster
    assert one == other == hashlib.sha256(b"Long ago.").hexdigest()[:16]
    assert read({**row, "passage": " Long ago.\n"}, columns).cluster == one
    assert read({**row, "passage": "Later."}, columns).cluster != one


@pytest.mark.parametrize("passage", [None, "", " "])
def test_a_row_with_nothing_to_share_is_in_no_cluster(passage):
    columns = {**ABCD, "gold": {"column": "g", "form": "letter"}, "cluster": "passage"}
    assert read({**ROW, "g": "B", "passage": passage}, columns).cluster is None
