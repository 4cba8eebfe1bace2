"""What each reader reads, and what it must not read."""

import pytest
from builders import question, reply
from hypothesis import example, given
from hypothesis import strategies as st

from harness.answers import Answer, Outcome
from harness.prompts import Generate
from harness.readers import READERS

ASKED = question()
SIMPLE_EVALS, LETTERS = READERS["simple-evals"], READERS["letters"]
CHOICES, PER_CHAR = READERS["choices"], READERS["choices-per-char"]
ZERO_WIDTH = "\u200b" * 6


def letter_in(text, asked=ASKED):
    return SIMPLE_EVALS.read(reply(text), asked).letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Answer: B", "B"),
        ("answer:B", "B"),
        ("ANSWER \n : \t B", "B"),
        ("**Answer:** B", "B"),
        ("**Answer: B**", "B"),
        ("Answer: $B$", "B"),
        (r"Answer: $\boxed{B}$", "B"),
        (r"Answer: \boxed{B}", "B"),
        (r"Answer: $\text{B}$", "B"),
        (r"Answer: $\mathrm{B}$", "B"),
        (r"Answer: \(B\)", "B"),
        (r"Answer: \text{B}", "B"),
        ("Answer: Because I say so", "B"),
        (f"Answer:{ZERO_WIDTH}C", "C"),
        (f"Answer:{ZERO_WIDTH} \t C", "C"),
        ("উত্তর: খ; উত্তরঃ ব", "B"),
        ("উত্তর: অ", "A"),
        ("उत्तर: D", "D"),
        ("Antwort: C", "C"),
        ("정답: D", "D"),
        ("答案：A", "A"),
        ("答案 : Ｃ", "C"),
        ("答え：Ｄ", "D"),
        ("الإجابة: أ", "A"),
        ("الإجابة: ب", "B"),
        ("الجواب: ج", "C"),
        ("الإجابة الصحيحة هي: د", "D"),
        ("Respuesta: B", "B"),
        ("Réponse : B", "B"),
        ("RÉPONSE: B", "B"),
        ("Anſwer: B", "B"),  # what ignores case takes ſ for an s, and ı for an i
        ("Rısposta: B", "B"),
        ("Ìdáhùn: B", "B"),
    ],
)
def test_simple_evals_reads(text, letter):
    assert letter_in(text) == letter


@pytest.mark.parametrize(
    "text",
    [
        "",
        "B",
        "The answer is B.",
        "Answer: (B)",
        "Answer:\nB",
        "Answer: [B]",
        "Answer: E",
        "Answer: 2",
        "Answer: *B*",
        "Answer:\u200bB",
        "Answer:\u00a0B",
        "Answer - B",
        "Ans: B",
        "답변 B",
    ],
)
def test_simple_evals_does_not_read(text):
    assert SIMPLE_EVALS.read(reply(text), ASKED) == Answer(None, Outcome.UNPARSED)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Answer: b", "b"),
        ("My answer: a number, so\nAnswer: B", "a"),
        ("Answer: ａ", "ａ"),
        ("الإجابة: ح", "ح"),
    ],
    ids=["lower case", "an article", "full-width lower case", "another Arabic letter of the range"],
)
def test_what_simple_evals_reads_wrongly_is_wrong_here_too(text, letter):
    read = SIMPLE_EVALS.read(reply(text), ASKED)
    assert read == Answer(letter)
    assert read.outcome("B") is Outcome.WRONG


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Answer: B", "B"),
        ("so\nANSWER\t:\t$B$", "B"),
        ("Answer: C\nNo, wait.\nAnswer: B", "C"),
        ("Answer: 42\nAnswer: B", "B"),
        ("Answer: b", "b"),
        ("Answer: E", None),
        ("Answer\n: B", None),
        ("**Answer:** B", None),
        ("Answer: **B**", None),
        (r"Answer: $\boxed{B}$", None),
        ("Answer: (B)", None),
        ("Antwort: B", None),
    ],
)
def test_simple_evals_reads_gpqa_from_the_text_as_it_is(text, letter):
    assert READERS["simple-evals-gpqa"].read(reply(text), ASKED).letter == letter


def test_simple_evals_reads_the_first_of_several_answers():
    assert letter_in("Answer: C\nNo, wait.\nAnswer: B") == "C"


def test_simple_evals_tries_its_words_in_order_wherever_they_stand():
    assert letter_in("Antwort: C\nAnswer: B") == "B"


def test_simple_evals_skips_a_word_without_a_letter():
    assert letter_in("Answer: 42\nAnswer: B") == "B"


@pytest.mark.parametrize(("choices", "letter"), [(3, None), (4, "D"), (10, "D")])
def test_simple_evals_reads_as_many_letters_as_the_question_has(choices, letter):
    asked = question(choices=tuple("abcdefghij"[:choices]))
    assert letter_in("Answer: D", asked) == letter


def test_simple_evals_reads_the_tenth_letter():
    assert letter_in("Answer: J", question(choices=tuple("abcdefghij"))) == "J"


@pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))
@given(text=st.text(), finish=st.none() | st.text())
@example(text="Answer: " + "\udcff", finish="stop")
def test_no_text_makes_a_reader_fail(reader, text, finish):
    read = reader.read(reply(text, finish_reason=finish), ASKED)
    assert (read.letter is None) == (read.missing is not None)


@given(
    before=st.text(alphabet="Answer:টউত্তরÀéR\u200b*${}\\ \n(", max_size=60),
    letter=st.sampled_from("ABCD"),
    after=st.text(max_size=20),
)
def test_simple_evals_reads_some_letter_wherever_an_answer_stands(before, letter, after):
    assert letter_in(f"{before}\nAnswer: {letter}{after}") is not None


@pytest.mark.parametrize(
    "text",
    [
        "Answer" * 170_000,
        "Answer" + " " * 1_000_000,
        "Answer:" + "\t" * 1_000_000,
        "Answer :;" * 110_000,
        "Answer:" + "\u200b" * 300_000,
        r"\boxed{" * 150_000,
        "{$" * 500_000,
        "উত্তর " * 60_000,
    ],
    ids=lambda text: repr(text[:9]),
)
def test_a_hostile_reply_of_a_megabyte_is_read(text):
    assert letter_in(text) is None
    assert letter_in(text + "\nAnswer: B") == "B"


@pytest.mark.parametrize(
    ("finish", "outcome"),
    [
        ("length", Outcome.TRUNCATED),
        ("content_filter", Outcome.REFUSED),
        ("stop", Outcome.UNPARSED),
        ("a new reason", Outcome.UNPARSED),
        (None, Outcome.UNPARSED),
    ],
)
def test_why_there_is_no_letter_is_told_by_the_finish_reason(finish, outcome):
    read = SIMPLE_EVALS.read(reply("Let me see", finish_reason=finish), ASKED)
    assert read == Answer(None, outcome)
    assert read.outcome("B") is outcome


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_letter_counts_even_where_the_reply_was_ended(finish):
    assert (
        SIMPLE_EVALS.read(reply("Answer: B. Bec", finish_reason=finish), ASKED).outcome("B")
        is Outcome.CORRECT
    )


def test_reasoning_is_not_read():
    cut = reply("", reasoning="Let me see. Answer: C, or", finish_reason="length")
    assert SIMPLE_EVALS.read(cut, ASKED) == Answer(None, Outcome.TRUNCATED)


def test_one_token_ended_by_its_limit_is_not_truncated():
    assert LETTERS.read(reply(letter_logprobs={}, finish_reason="length"), ASKED).missing is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("logprobs", "letter"),
    [
        ({"A": -3.0, "B": -0.1, "C": -2.0, "D": -9.0}, "B"),
        ({"C": -7.0, "A": -8.0}, "C"),
        ({"D": -1.0, "B": -1.0, "C": -1.0}, "B"),
        ({"E": -0.1, "A": -5.0}, "A"),
        ({"A": -5.0, "B": float("-inf")}, "A"),
        ({"C": None}, "C"),
        ({}, None),
        (None, None),
    ],
    ids=["all", "some", "first of equals", "not a choice", "impossible", "forced", "none", "no logprobs"],
)
def test_the_most_probable_letter_is_read(logprobs, letter):
    assert LETTERS.read(reply(letter_logprobs=logprobs), ASKED).letter == letter


def test_the_most_probable_choice_is_read_as_a_sum_or_per_character():
    asked = question(choices=("no", "certainly not", "", "x"))
    said = reply(choice_logprobs={"A": -4.0, "B": -6.5, "C": -7.0, "D": -9.0})
    assert CHOICES.read(said, asked).letter == "A"
    assert PER_CHAR.read(said, asked).letter == "B"


@pytest.mark.parametrize("alphabet", ["1234", "アイウエ", "甲乙丙丁", "αβγδ", "]^-\\"])
def test_simple_evals_reads_the_letters_that_the_task_has(alphabet):
    asked = question(alphabet=alphabet)
    assert [letter_in(f"Answer: {letter}", asked) for letter in alphabet] == list(alphabet)
    assert letter_in("Answer: Z", asked) is None


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if reader.reads is Generate])
def test_every_reader_of_text_bears_letters_of_any_alphabet(name):
    for alphabet in ("1234", "甲乙丙丁", "]^-\\"):
        READERS[name].read(reply("Answer: boxed{Z}: The correct answer is Z"), question(alphabet=alphabet))


def test_ai2_counts_the_space_before_a_choice_as_a_character():
    asked = question(choices=("x", "xxx"))
    said = reply(
        choice_logprobs={"A": -2.0, "B": -5.0}
    )  # -2 and -1.67 a character; -1 and -1.25 with the space
    assert PER_CHAR.read(said, asked).letter == "B"
    assert READERS["olmes-per-char"].read(said, asked).letter == "A"


@pytest.mark.parametrize("reader", [CHOICES, PER_CHAR], ids=["sum", "per character"])
@pytest.mark.parametrize("logprobs", [None, {}, {"Z": -1.0}], ids=["none", "empty", "a stranger"])
def test_without_logprobs_of_its_choices_there_is_no_letter(reader, logprobs):
    assert reader.read(reply(choice_logprobs=logprobs), ASKED) == Answer(None, Outcome.UNPARSED)
