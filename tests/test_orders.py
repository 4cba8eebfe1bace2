"""GPQA's choices in the order of each source, on twelve rows of our own.

What lm-evaluation-harness 0.4.13 and inspect_ai 0.3.285 made of these rows stands here as it came out; the other
sources' lines are written out again.
"""

import csv
import random

import pytest
from builders import answered, plan_of, task_document, write_task, written_run

from harness.dataset import load_questions
from harness.errors import UsageError
from harness.mapping import Columns
from harness.orders import orders
from harness.repeats import repeated
from harness.score_file import read_score
from harness.task import load_task

NAMES = (
    "Question",
    "Correct Answer",
    "Incorrect Answer 1",
    "Incorrect Answer 2",
    "Incorrect Answer 3",
    "Record ID",
)
ROWS = [(f"Question {n}?", f"r {n}", f"1 {n}", f"2 {n}", f"3 {n}", f"rec{n}") for n in range(12)]
COLUMNS = {
    "question": "Question",
    "choices": list(NAMES[1:5]),
    "gold": {"column": "Correct Answer", "form": "text"},
    "id": "Record ID",
}


@pytest.fixture
def asked(tmp_path):
    """Questions of the rows; columns as given."""

    def asked_(columns, rows=ROWS, **dataset):
        with (tmp_path / "gpqa.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([NAMES, *rows])
        document = task_document(
            dataset={"file": "gpqa.csv", **dataset},
            columns={**COLUMNS, **columns},
            questions=None,
            shots=None,
            groups=None,
        )
        return load_questions(load_task(write_task(tmp_path, document))).questions

    return asked_


def first_words(questions):
    """The choices of each question by the first characters of their texts: r is the right one."""
    return " ".join("".join(choice[0] for choice in question.choices) for question in questions)


def simple_evals(repeat=0):
    """gpqa_eval.py: a permutation for each of the examples times n_repeats; here those of one repeat."""
    rng = random.Random(0)
    examples = [row[1:5] for row in ROWS] * 4
    made = [[choices[place] for place in rng.sample(range(4), 4)] for choices in examples]
    return " ".join(
        "".join(choice[0] for choice in choices) for choices in made[repeat * len(ROWS) :][: len(ROWS)]
    )


def helm():
    """gpqa_scenario.py: the global generator, seeded before the first row."""
    state = random.getstate()
    random.seed(42)
    made = []
    for row in ROWS:
        references = list(row[1:5])
        random.shuffle(references)
        made.append("".join(reference[0] for reference in references))
    random.setstate(state)
    return " ".join(made)


def opencompass():
    """datasets/gpqa.py: four patterns by the row's number, counted from 1."""
    patterns = ["ABCD", "BCDA", "CDAB", "DABC"]
    return " ".join(
        "".join(row[1 + ord(letter) - ord("A")][0] for letter in patterns[number % 4])
        for number, row in enumerate(ROWS, start=1)
    )


@pytest.mark.parametrize(
    ("order", "choices"),
    [
        ("simple-evals", simple_evals()),
        ("lm-eval", "312r 12r3 132r 21r3 31r2 r231 31r2 r231 213r 1r23 1r32 123r"),
        ("lm-eval-n-shot", "213r 132r 21r3 r231 r213 321r r231 r132 21r3 31r2 r231 231r"),
        ("helm", helm()),
        ("inspect-evals", "213r 32r1 132r 12r3 123r 132r 21r3 13r2 r213 23r1 213r 321r"),
        ("opencompass", opencompass()),
        ("openbench", " ".join(["2r13"] * len(ROWS))),
    ],
)
def test_choices_come_in_the_order_in_which_the_source_puts_them(asked, order, choices):
    questions = asked({"order": order})
    assert first_words(questions) == choices
    assert [question.gold for question in questions] == ["ABCD"[row.index("r")] for row in choices.split()]


def test_the_order_of_a_row_is_that_of_its_place_in_the_file_whatever_is_left_out(asked):
    whole = {question.id: question for question in asked({"order": "helm"})}
    some = asked({"order": "helm"}, where={"Record ID": ["rec3", "rec7"]})
    assert some == (whole["rec3"], whole["rec7"])
    holed = [*ROWS[:5], ("", *ROWS[5][1:]), *ROWS[6:]]
    rest = asked({"order": "helm"}, holed, bad_rows="leave out")
    assert rest == tuple(question for id_, question in whole.items() if id_ != "rec5")


@pytest.mark.parametrize(
    ("order", "choices"), [("simple-evals", [simple_evals(n) for n in range(4)]), ("helm", [helm()] * 4)]
)
def test_repeats_come_in_the_order_in_which_the_source_asks_again(asked, order, choices):
    columns = Columns.model_validate({**COLUMNS, "order": order})
    made = repeated(asked({"order": order}), 4, columns)
    assert first_words(made) == " ".join(choices)
    assert {each.choices["ABCD".index(each.gold)][0] for each in made} == {"r"}


def test_an_order_is_for_four_columns_of_choices_and_goes_without_a_seed(asked):
    with pytest.raises(UsageError, match="order helm is for 4 columns of choices"):
        asked({"order": "helm", "choices": ["Correct Answer", "Incorrect Answer 1"]})
    with pytest.raises(UsageError, match="give either order or shuffle_seed"):
        asked({"order": "helm", "shuffle_seed": 0})


def test_an_unknown_order_is_refused_with_the_known_ones(asked):
    with pytest.raises(UsageError, match=r"order.*'simple-evals', 'lm-eval'"):
        asked({"order": "alphabetical"})


@pytest.mark.parametrize(
    ("columns", "told"), [({"order": "helm"}, "helm"), ({"shuffle_seed": 7}, "seed 7"), ({}, None)]
)
def test_the_score_file_says_how_choices_were_put_in_order(asked, tmp_path, columns, told):
    asked(columns)
    task_file = tmp_path / "tiny.yaml"
    plan = plan_of(task_file)
    run = written_run(tmp_path / "results", plan, task_file, answered(plan))
    assert read_score(run.score).task.dataset.choices_order == told


def test_an_order_is_there_for_each_row_and_holds_each_choice_once():
    assert [sorted(order) for order in orders("lm-eval-n-shot", 448)] == [[0, 1, 2, 3]] * 448
