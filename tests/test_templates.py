"""Templates over a row, and the filters that we give them."""

import pytest

from harness.lettered import split_lettered
from harness.templates import as_letter, as_letters, check_template, compile_template, lm_eval_cleaned


def test_a_template_joins_columns():
    made = compile_template("{{ passage }}\nQuestion: {{ row['The Question'] }}")
    assert made({"passage": "Ice.", "The Question": "cold?"}) == "Ice.\nQuestion: cold?"


@pytest.mark.parametrize(
    ("template", "row", "words"),
    [
        ("{{ passage }}", {}, "'passage' is undefined"),
        ("{{ passage }}", {"passage": None}, "a column that it names is empty"),
        ("{{ a.b }}", {"a": {}}, "has no attribute 'b'"),
        ("{{ a + 1 }}", {"a": "x"}, "the template fails"),
        ("{{ a | lm_eval_cleaned }}", {"a": None}, "the template fails"),
        ("{{ a | without_choices }}", {"a": 7}, "the template fails"),
        ("{{ ''.__class__.__mro__ }}", {}, "unsafe"),
        ("{{ row.update({}) }}", {}, "unsafe"),
        ("{% for i in range(10000000) %}{% endfor %}", {}, "Range too big"),
    ],
)
def test_what_a_row_lacks_or_the_sandbox_forbids_is_an_error(template, row, words):
    with pytest.raises(ValueError, match=words):
        compile_template(template)(row)


@pytest.mark.parametrize("template", ["{{ a", "{% if a %}", "{{ a | nothing }}"])
def test_what_is_no_template_is_refused(template):
    with pytest.raises(ValueError, match="the template cannot be read"):
        check_template(template)


def test_hellaswag_is_cleaned_as_lm_eval_cleans_it():
    """Its own code, over the shapes that its texts have."""
    ctx = "{{ (activity_label ~ ': ' ~ ctx_a ~ ' ' ~ ctx_b.capitalize()) | lm_eval_cleaned }}"
    row = {"activity_label": "Baking", "ctx_a": "[header] How to bake [title] Mix it.", "ctx_b": "then he"}
    assert compile_template(ctx)(row) == "Baking: How to bake. Mix it. Then he"
    assert lm_eval_cleaned("  a [step] b [x [y] z") == "a b z"


@pytest.mark.parametrize(("value", "letter"), [(0, "A"), ("3", "D"), (" C\n", "C")])
def test_a_key_is_a_letter_or_a_place(value, letter):
    assert as_letter(value) == letter


@pytest.mark.parametrize("value", [26, "-1", "a", "AB", "²", 1.0, None, ""])
def test_a_key_that_is_neither_is_refused(value):
    with pytest.raises(ValueError, match="neither a letter nor a place"):
        as_letter(value)


@pytest.mark.parametrize(
    ("value", "letters"), [("0,2", "AC"), ("A and C", "AC"), (" (B, D)", "BD"), ("3 or A", "DA"), (1, "B")]
)
def test_several_keys_in_one_text_are_letters(value, letters):
    assert as_letters(value) == letters


@pytest.mark.parametrize("value", ["AC", "A; C", "none", "A,", "", "both A and C"])
def test_several_keys_that_cannot_be_told_apart_are_refused(value):
    with pytest.raises(ValueError, match="neither a letter nor a place"):
        as_letters(value)


@pytest.mark.parametrize(
    ("text", "before", "choices"),
    [
        ("Which?\nA. x\nB. y", "Which?", ("x", "y")),
        ("Which?\n(A) x\n(B) y", "Which?", ("x", "y")),
        ("Which?\n(A)x\n(B)y", "Which?", ("x", "y")),
        ("Which?\nOptions:\nA) x\nB) y\nC) z", "Which?", ("x", "y", "z")),
        ("A. Smith asks:\nA. x\nB. y", "A. Smith asks:", ("x", "y")),
        ("A. x\nC. y", "A. x\nC. y", ()),
        ("no choices", "no choices", ()),
    ],
)
def test_choices_in_a_text_are_its_last_run_of_lettered_lines(text, before, choices):
    assert split_lettered(text) == (before, choices)
