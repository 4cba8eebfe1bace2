"""What is odd about questions, found and counted."""

import json

import pytest
from builders import question, task_document, write_task
from scipy import stats
from shared import mmlu, mmlu_pro, needs_shared

from harness.lint import chi_square_tail, lint
from harness.questions import QuestionSet


def numbered(*changes):
    """Questions that differ, but for what is changed."""
    return tuple(
        question(**{"id": f"m/{n}", "text": f"What is {n}?", **change}) for n, change in enumerate(changes)
    )


def found(*changes, shots=()):
    return {
        finding.what: finding.examples
        for finding in lint(QuestionSet(numbered(*changes), {"m": tuple(shots)}))
    }


def test_questions_that_are_well_have_no_findings():
    assert found({}, {"gold": "A"}, {"gold": "C"}, {"gold": "D"}) == {}


SAME = {"text": "Same?"}
ODDITIES = {
    "repeats of an earlier question, word for word": ((SAME, {}, SAME), ("m/2",)),
    "the same question with another right answer": ((SAME, {}, {"text": " same? ", "gold": "C"}), ("m/2",)),
    "two choices that are the same": (({}, {"choices": ("3", "4", "3", "6")}), ("m/1",)),
    "an empty question or choice": (({"text": " "}, {"choices": ("3", "4", "", "6")}), ("m/0", "m/1")),
    "one choice only": (({"choices": ("3",), "gold": "A"},), ("m/0",)),
    "white space at an end of the question or a choice": (
        ({"text": "Why?\n"}, {"choices": (" 3", "4")}),
        ("m/0", "m/1"),
    ),
    "more than 16,000 characters": (({"text": "x" * 16_001},), ("m/0",)),
    "right letters out of balance among 4 choices": (
        ({},) * 40,
        ("A 0.0 %", "B 100.0 %", "C 0.0 %", "D 0.0 %"),
    ),
}


@pytest.mark.parametrize("what", ODDITIES)
def test_an_oddity_is_found(what):
    changes, examples = ODDITIES[what]
    assert found(*changes)[what] == examples


def test_the_same_question_with_its_choices_in_another_order_is_no_contradiction():
    assert found(SAME, {**SAME, "choices": ("4", "3", "5", "6"), "gold": "A"}) == {}


def test_an_example_that_is_asked_too_is_found():
    shot = question(id="dev/0", text="what is  1?")
    assert found({}, {}, shots=[shot]) == {"examples that are questions too": ("m/1",)}


def test_an_example_with_the_same_words_and_other_choices_is_another_question():
    """ "Which of these is right?" is what many a question says."""
    shot = question(text="What is 0?", choices=("7", "8", "9", "10"))
    assert found({}, {"gold": "A"}, shots=[shot]) == {}


def test_letters_are_compared_among_questions_with_equally_many_choices():
    three = {"choices": ("3", "4", "5"), "gold": "C"}
    assert list(found(*({"gold": letter} for letter in "ABCD" * 10), *((three,) * 20))) == [
        "right letters out of balance among 3 choices"
    ]


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 25])
@pytest.mark.parametrize("statistic", [0.0, 0.5, 3.0, 30.0, 300.0])
def test_the_chi_square_is_that_of_scipy(statistic, freedom):
    assert chi_square_tail(statistic, freedom) == pytest.approx(stats.chi2.sf(statistic, freedom), rel=1e-9)


def test_lint_prints_a_table_or_a_document_and_ends_well(tmp_path, here):
    (tmp_path / "mine.csv").write_text(
        "question,A,B,answer\nWhy?,x,y,A\nHow?,x,y,B\nWhy?,x,y,A\nWho?,x,y,C\n"
    )
    done = here("lint", "mine.csv", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["questions"] == 3
    assert [(finding["what"], finding["count"]) for finding in document["findings"]] == [
        ("rows that do not fit", 1),
        ("repeats of an earlier question, word for word", 1),
    ]
    assert "mine.csv, line 5: the gold answer 'C'" in document["findings"][0]["examples"][0]
    assert "3 questions, 2 kinds of findings." in here("lint", "mine.csv").stdout


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_white_space_that_is_taken_off_a_tables_cells_is_found_all_the_same(tmp_path, here, ending):
    rows = [
        ("Why? ", "x", "y", "A"),
        ("How?", "x", "\ty", "B"),
        ("Who?", "x", "y", " A"),
        ("When?", "x", "y", "B"),
    ]
    names = ("question", "A", "B", "answer")
    lines = [",".join(cells) + "\n" for cells in (names, *rows)]
    text = (
        "".join(lines)
        if ending == "csv"
        else json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    )
    (tmp_path / f"mine.{ending}").write_text(text)
    (finding,) = json.loads(here("lint", f"mine.{ending}", "--json").stdout)["findings"]
    assert finding == {
        "count": 3,
        "what": "white space at an end of a cell, taken off",
        "examples": ["mine/0", "mine/1", "mine/2"],
    }


def test_white_space_that_a_task_file_has_taken_off_is_found(tmp_path, here):
    (tmp_path / "rows.jsonl").write_text(
        '{"q": "Why?", "c": ["x ", "y"], "g": 0}\n{"q": "Who?", "c": ["x", "y"], "g": 1}\n'
    )
    columns = {"question": "q", "choices": "c", "gold": {"column": "g", "form": "index0"}, "strip": True}
    write_task(
        tmp_path,
        task_document(
            dataset={"file": "rows.jsonl"}, columns=columns, questions=None, shots=None, groups=None
        ),
    )
    (finding,) = json.loads(here("lint", "tiny.yaml", "--json").stdout)["findings"]
    assert (finding["what"], finding["examples"]) == (
        "white space at an end of a cell, taken off",
        ["tiny/0"],
    )


@needs_shared
def test_mmlu_repeats_questions_and_choices():
    _, held = mmlu()
    counts = {finding.what: finding.count for finding in lint(held)}
    assert counts["two choices that are the same"] == 9
    assert counts["right letters out of balance among 4 choices"] == 14_042


@needs_shared
def test_mmlu_pro_repeats_questions_word_for_word():
    _, held = mmlu_pro()
    counts = {finding.what: finding.count for finding in lint(held)}
    assert counts["repeats of an earlier question, word for word"] > 100
    assert counts["one choice only"] == 5
