"""Reader best: a megabyte of whatever is read within 50 ms, and twice as much takes no more than twice as long."""

import time

import pytest
from builders import question, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.readers import READERS
from harness.readers.best.page import READ

BEST = READERS["best"]
ASKED = question(choices=("London is a city with a long name" * 4, "Paris", "Rome", "4"))
MEGABYTE = 1_000_000
LIMIT_S = 0.05

# Each is repeated: what patterns are slow on, and what each rule looks for.
PIECES = [
    " ",
    "\n",
    "\t",
    "\r",
    "*",
    "**",
    "(",
    "[",
    "{",
    "}",
    "$",
    "\\",
    "<",
    "</",
    "`",
    "_",
    ".",
    "=",
    "x",
    "1",
    "1,",
    "é",
    "İ",
    "\u0301",
    "\u200b",
    "Ａ",
    "𝐀",
    "9" * 50 + " ",
    "a" * 30 + " ",
    "\\boxed{",
    "\\boxed{}",
    "\\text{",
    "\\(",
    "<b>",
    "answer is ",
    "answer is A or ",
    "Answer: ",
    "Answer: B? ",
    "answer\n",
    "answer -",
    "answer'*'*_`)",
    "is is ",
    "the answer is not A. ",
    '"answer": ',
    '{"answer": [',
    '"answer"',
    "answer is [[[[[[[[",
    "answer " + "x" * 60,
    "answer is " + "9" * 290,
    "answer is option ",
    "if the answer is ",
    "wrong ",
    "A ",
    "A, ",
    "(A) ",
    "A or B ",
    "A\n",
    "A. London\n",
    "Paris\n",
    "(B). ",
    "is (B). ",
    "is (B)\n",
    "B is ",
    "B is the ",
    "B is the best best ",
    'A" ',
    "option B is correct. ",
    "the best choice of ",
    "the only correct ",
    "correct option ",
    "I think ",
    "i choose ",
    "<think>",
    "</think>",
    "<think></think>",
    "it's B. ",
    "B it is ",
    "all but B are wrong ",
    "B, but it might also be ",
    "wait, no ",
    "not A but B ",
    "B是正确",
    "B ist richtig. ",
    "B, ",
    "\nQuestion:",
    "\nQuestion: What is 2 + 2?",
    "I cannot answer",
    "I cannot ",
    "正解は",
    "答案",
    "选",
    "选择",
    "정답은 ",
    "उत्तर ",
    "الإجابة ",
    "উত্তর ",
    "jibu ",
    "idahun ",
    "réponse ",
    "ì",
]


def seconds(text, finish_reason):
    """Processor time of one reading, the least of three: others use the machine too."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        BEST.read(reply(text, finish_reason=finish_reason), ASKED)
        taken.append(time.process_time() - began)
        if taken[-1] < LIMIT_S:
            break
    return min(taken)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: repr(piece[:14]))
@pytest.mark.parametrize("finish_reason", ["stop", None])
def test_a_hostile_megabyte_is_read_in_time(piece, finish_reason):
    text = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
    assert seconds(text, finish_reason) < LIMIT_S
    assert seconds(f"Answer: B\n{text}", finish_reason) < LIMIT_S
    assert seconds(f"{text}\nThe answer is C.", finish_reason) < LIMIT_S


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
@settings(max_examples=60, deadline=None)
def test_any_mixture_of_them_is_read_in_time(unit):
    assert seconds((unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE], "stop") < LIMIT_S


def test_the_end_of_a_long_reply_is_what_is_read():
    noise = "And so on. " * READ
    assert BEST.read(reply(f"{noise}\nThe answer is C."), ASKED).letter == "C"
    assert BEST.read(reply(f"The answer is C.\n{noise}"), ASKED).letter is None
