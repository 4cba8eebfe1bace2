"""How replies to MMLU-Pro are read: as their sources' own patterns read them, and in linear time."""

import re
import time

import pyarrow.parquet
import pytest
from builders import question, reply
from hypothesis import example, given
from hypothesis import strategies as st
from shared import SHARED, mmlu_pro, needs_shared

from harness.answers import Answer, Outcome
from harness.readers import READERS

ASKED = question(choices=("3", "4", "5"), gold="B")
PIECES = (
    "answer is ",
    "Answer:",
    "answer:",
    "[aA]nswer:",
    "correct ",
    "best ",
    "(",
    "A",
    "B",
    "J",
    "I",
    "K",
    "é",
)
SPACES = ("**", "*", "\n", "\r", "\u2028", " ", ".", "_", "7", "Answer: ")
RECORDINGS = sorted((SHARED / "recorded" / "mmlu_pro").glob("*.parquet"))


def letter(reader, text):
    return READERS[reader].read(reply(text), ASKED).letter


@pytest.mark.parametrize(
    ("text", "strict", "chain"),
    [
        ("The answer is (B).", "B", "B"),
        ("So the answer is B", "B", "B"),
        ("the answer is (C). No, the answer is (B).", "C", "C"),
        ("The answer is Because", "B", "B"),
        ("The **answer is (B)**", "B", "B"),
        ("The answer is **B**", None, "B"),
        ("The answer is **(C)**. A note.", None, "C"),
        ("answer is: B", None, "B"),
        ("the answer is b", None, None),
        ("Answer: C", None, "C"),
        ("Answer:\n\n  C or D?", None, "C"),
        ("Answer: A; answer: C\nAnswer: D", None, "C"),
        ("Answer:Answer:B", None, "B"),
        ("Answer: 4\nAnswer: C", None, "C"),
        ("ANSWER: C, not J", None, "J"),
        ("It is C, I think", None, "I"),
        ("A guess", None, "A"),
        ("K or AB or A_", None, None),
        ("", None, None),
    ],
)
def test_strict_reads_the_first_pattern_and_chain_all_three(text, strict, chain):
    assert (letter("strict", text), letter("chain", text)) == (strict, chain)


@pytest.mark.parametrize("reader", ["strict", "chain", "helm-mmlu-pro"])
def test_a_letter_beyond_the_options_is_read_and_wrong(reader):
    read = READERS[reader].read(reply("The answer is (J)."), ASKED)
    assert read == Answer("J")
    assert read.outcome(ASKED.gold) is Outcome.WRONG


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The correct answer is (B).", "B"),
        ("The answer is C. The correct answer is B.", "C"),
        ("[aA]nswer: (B)", "B"),
        ("Answer: B", None),
        ("The correct answer is **B**.", "B"),
        ("The correct answer is **b**, or B", "B"),
        ("The correct answer is to add Helium", "H"),
        ("The correct answer is Zinc", None),
        ("The correct answer is Zinc. No: the correct answer is so B", "B"),
    ],
)
def test_helm_reads_four_patterns_in_order(text, read):
    assert letter("helm-mmlu-pro", text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The best answer is B.", "B"),
        ("The best answer is B.\nNo, the best answer is C.", "C"),
        ("The best answer is (B).", None),
        ("The answer is B.", None),
        ("The best answer is Not given", "N"),
    ],
)
def test_meta_reads_the_last_capital_after_its_words(text, read):
    assert letter("meta-llama3-mmlu-pro", text) == read


def authors(text):
    text = text.replace("**", "")
    patterns = (r"answer is \(?([A-J])\)?", r".*[aA]nswer:\s*([A-J])", r"(?s)(\b[A-J]\b)(?!.*\b[A-J]\b)")
    return next((match[1] for pattern in patterns if (match := re.search(pattern, text))), None)


def helm(text):
    patterns = (
        r"answer is \(?([A-J])\)?",
        r"\.*\[aA\]nswer:\s*\(?([A-J])\)?",
        r"correct answer is [^A-Za-z]*([A-J])",
        r"correct answer is [^A-Z]*([A-J])",
    )
    return next((match[1] for pattern in patterns if (match := re.search(pattern, text))), None)


def meta(text):
    return (re.findall(r"best answer is ([A-Z])", text) or [None])[-1]


@given(text=st.lists(st.sampled_from(PIECES + SPACES), max_size=14).map("".join))
@example(text="Answer:Answer:B")
@example(text="correct answer is K correct answer is é")
def test_the_linear_forms_read_what_the_sources_patterns_read(text):
    wanted = {"chain": authors(text), "helm-mmlu-pro": helm(text), "meta-llama3-mmlu-pro": meta(text)}
    assert {reader: letter(reader, text) for reader in wanted} == wanted


@pytest.mark.parametrize("reader", ["strict", "chain", "helm-mmlu-pro", "meta-llama3-mmlu-pro"])
@pytest.mark.parametrize(
    "piece",
    [
        *("\n", "answer:", "Answer:\n", "answer is (", "correct answer is ", "correct answer is Z"),
        *("best answer is ", ".", "*", "**", "AA", "A_", "[aA]nswer: "),
    ],
    ids=repr,
)
def test_a_hostile_reply_of_a_megabyte_is_read_in_linear_time(reader, piece):
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    letter(reader, text)
    assert time.process_time() - began < 1.0  # 0.05 on a free machine; the sources' patterns take hours


@needs_shared
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_what_strict_reads_in_the_recordings_is_what_their_authors_read(recording):
    question_of = {question.id: question for question in mmlu_pro()[1].questions}
    read = []
    for row in pyarrow.parquet.read_table(recording).to_pylist():
        asked = question_of[str(row["question_id"])]
        if found := READERS["strict"].read(reply(row["response"]), asked).letter:
            read.append((found, row["authors_pred"]))
    assert len(read) > 9_000
    assert [found for found, _ in read] == [theirs for _, theirs in read]
