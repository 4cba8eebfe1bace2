"""zero-eval: what ZeroEval's own lines call right is read as the right letter, and in linear time."""

import json
import re
import time

import pytest
from builders import question, reply
from hypothesis import example, given
from hypothesis import strategies as st

from harness.answers import Outcome
from harness.readers import READERS

ASKED = question(choices=("3", "4", "5", "6"), gold="B")
REASONED = '```json\n{\n    "reasoning": "2 + 2 is 4.",\n    "answer": "B"\n}\n```'
PIECES = (
    *(
        "{",
        "}",
        '"answer"',
        '"reasoning"',
        "answer",
        ":",
        " : ",
        "\n",
        ",",
        '"',
        '"B"',
        '"A) or B)"',
        "B",
        "C",
    ),
    *("(B)", "(A)", "b", " ", "\\", '{"answer": "B"}', '{"answer": null}', '{"reasoning": "x"}', "D"),
)


def letter(text, asked=ASKED):
    return READERS["zero-eval"].read(reply(text), asked).letter


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (REASONED, "B"),
        ('{"answer": "C"}', "C"),
        ('{"answer": "(B)"}', "B"),
        ('{"answer": "B) 4"}', "B"),
        ('{"answer": "B. 4"}', None),
        ('{"answer": "b"}', None),
        ('{"answer": "E"}', None),
        ('{"answer": "A) or B)"}', "B"),
        ('{"answer": "A) or C)"}', "A"),
        ('{"answer": 1}', None),
        ('{"answer": null}', None),
        ('{"answer": ""}', None),
        ('{"reasoning": "x"} {"answer": "B"}', "B"),  # by the patterns: the first object has no answer
        ('{"reasoning": "x", "answer": "A"} {"answer": "B"}', "A"),
        ('By {2, 3}: {"answer": "B"}', "B"),
        ('By {2, 3}: {"answer": "B", "answer": "C"}', "B"),
        ('{"reasoning": "the "best" one", "answer": "B"}', "B"),
        ('{"reasoning": "cut", "answer": "B', None),  # the quotation mark stays on it
        ("answer: B", "B"),
        ("answer: B.", None),
        ("The answer: (B) as I said", "B"),
        ('"answer": , answer: B', None),
        ("Answer: B", None),
        ("", None),
    ],
)
def test_the_field_is_read_as_the_source_reads_it(text, read):
    assert letter(text) == read


def test_of_two_equal_choices_only_the_first_is_right():
    asked = question(choices=("4", "4", "5", "6"), gold="B")
    assert letter('{"answer": "A"}', asked) == "B"
    assert letter('{"answer": "B"}', asked) is None


def test_each_of_several_right_letters_is_read():
    asked = question(gold="BD")
    assert [letter(f'{{"answer": "{said}"}}', asked) for said in "ABCD"] == ["A", "B", "C", "D"]


def test_a_reply_that_was_cut_off_before_the_field_is_truncated():
    cut = reply('{"reasoning": "Let me', finish_reason="length")
    assert READERS["zero-eval"].read(cut, ASKED).missing is Outcome.TRUNCATED


def first_complete_json(text):
    """The source's extract_first_complete_json."""
    stack, start = [], None
    for place, char in enumerate(text):
        if char == "{":
            stack.append(place)
            start = place if start is None else start
        elif char == "}" and stack:
            stack.pop()
            if not stack:
                try:
                    return json.loads(text[start : place + 1].replace("\n", ""))
                except json.JSONDecodeError:
                    return None
    return None


def loose_values(text):
    """The source's extract_values_from_json, of `answer`, allow_no_quotes."""
    for pattern, flags in (
        (r'"answer"\s*:\s*"([^"]*?)"', 0),
        (r'"answer"\s*:\s*"(.*?)"', re.DOTALL),
        (r'"answer"\s*:\s*([^,\s]*)', 0),
        (r"answer\s*:\s*([^,\s]*)", 0),
    ):
        if match := re.search(pattern, text, flags):
            return {"answer": match[1]}
    return {}


def is_right(text, gold):
    """The source's eval_model, of one item."""
    found = first_complete_json(text)
    if found is None or "answer" not in found:
        found = loose_values(text)
    if found.get("answer") in (None, ""):
        return False
    return found["answer"] == gold or f"{gold})" in found["answer"]


@given(text=st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
@example(text='{"answer": "B"')
@example(text='}{"answer": "B"}')
@example(text='{"answer": "B\n"}')
def test_what_the_source_calls_right_is_right_and_nothing_else(text):
    assert (letter(text) == "B") == is_right(text, "B")


@pytest.mark.parametrize(
    "piece",
    ["{", "}", "{}", '{"a":', '"answer"', '"answer":', '"answer" ', '"answer": "', "answer", "answer ", " "],
)
def test_a_hostile_reply_of_a_megabyte_is_read_in_linear_time(piece):
    text = piece * (1_000_000 // len(piece))
    for hostile in (text, text + "}" * 200_000):
        began = time.process_time()
        letter(hostile)
        assert time.process_time() - began < 1.0
