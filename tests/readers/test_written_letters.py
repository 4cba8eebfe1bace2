"""What the readers of lm-eval, Meta, HELM, lighteval, OpenCompass and our JSON read in a text, and what not."""

import pytest
from builders import question, reply
from hypothesis import given
from hypothesis import strategies as st

from harness.answers import Answer, Outcome
from harness.readers import READERS

ASKED = question(choices=("Three.", "four", "Five of them", "6"))


def letter_by(name, text, asked=ASKED):
    return READERS[name].letter(reply(text), asked)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("B", "B"),
        (" B ", "B"),
        ("(B)", "B"),
        ("b.", "B"),
        ("**B**", "B"),
        ("B\nbecause", "B"),
        ("( B )", None),
        ("B. four", None),
        ("The answer is B", None),
        ("\nB", None),
        ("E", None),
        ("", None),
    ],
)
def test_lm_eval_generative_reads_a_first_line_that_is_a_letter(text, letter):
    assert letter_by("lm-eval-generative", text) == letter


@pytest.mark.parametrize(("text", "letter"), [("(B)", "B"), (" (B)", None), ("(B).", None), ("B", None)])
def test_lm_eval_flan_n_shot_strict_reads_a_bracketed_letter_without_a_space(text, letter):
    assert letter_by("lm-eval-flan-n-shot-strict", text) == letter


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (" (C), not (B)", "C", "B"),
        ("It is FOUR, or three", "B", "A"),
        ("Answer: B or: C", "B", "C"),
        ("four, so (A)", "A", "A"),
        ("(X) or four", None, None),
        ("it's five of them!", "C", "C"),
        ("B", None, None),
        ("", None, None),
    ],
)
def test_lm_eval_flan_flexible_reads_brackets_then_texts_then_colons(text, first, last):
    assert letter_by("lm-eval-flan-n-shot-flexible", text) == first
    assert letter_by("lm-eval-flan-cot-flexible", text) == last


def test_lm_eval_flan_flexible_looks_for_the_longer_of_two_choices_first():
    asked = question(choices=("Five", "Five of them", "x", "y"))
    assert letter_by("lm-eval-flan-n-shot-flexible", "five of them", asked) == "B"


@given(st.lists(st.text(st.characters(categories=["P"])), min_size=4, max_size=4))
def test_lm_eval_flan_flexible_reads_a_text_through_any_punctuation(marks):
    text = "".join(mark + letter for mark, letter in zip(marks, "four", strict=True))
    assert letter_by("lm-eval-flan-n-shot-flexible", text + " é 𝐀 \ud800") == "B"


def test_lm_eval_flan_flexible_takes_the_last_of_equal_choices():
    assert letter_by("lm-eval-flan-n-shot-flexible", "no", question(choices=("no", "No!", "x", "y"))) == "B"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("So the answer is (B).", "B"),
        ("So the answer is B.", "B"),
        ("The final answer: b!", "B"),
        ("The answer: B.\nThe answer is C.", "B"),
        ("The answer is \nThe answer is C.", "C"),
        ("The answer is B", None),
        ("The answer is B. Because", None),
        ("The answer is: B.", None),
        ("answer: B.", None),
        ("", None),
    ],
)
def test_lm_eval_flan_cot_strict_loses_the_last_character_of_the_line(text, letter):
    assert letter_by("lm-eval-flan-cot-strict", text) == letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The best answer is B.", "B"),
        ("The best answer is B. No: the best answer is C.", "C"),
        ("The best answer is Because", "B"),
        ("The best answer is The", "T"),
        ("The best answer is (B)", None),
        ("The best answer is **B**", None),
        ("The Best Answer Is B", None),
        ("The best answer is b", None),
    ],
)
def test_meta_llama3_cot_reads_the_last_capital_after_best_answer_is(text, letter):
    assert letter_by("meta-llama3-cot", text) == letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [(" B", "B"), (" B.", "B"), ("$B$", "B"), (" b", "B"), ("The best answer is B", None), (" B four", None)],
)
def test_meta_llama3_chat_reads_a_text_that_is_a_letter(text, letter):
    assert letter_by("meta-llama3-chat", text) == letter


@pytest.mark.parametrize(
    ("text", "letter"), [("The best answer is B", "B"), (" B, unlike A", "A"), ("B", None), (" E", None)]
)
def test_llama_cookbook_reads_the_last_letter_behind_a_space(text, letter):
    assert letter_by("llama-cookbook", text) == letter


@pytest.mark.parametrize(
    ("text", "letter"), [("B", "B"), (" B\n", "B"), ("B.", None), ("b", None), ("E", None), ("AB", None), ("", None)]
)  # fmt: skip
@pytest.mark.parametrize("name", ["helm", "lighteval"])
def test_helm_and_lighteval_read_one_letter_and_nothing_else(name, text, letter):
    assert letter_by(name, text) == letter


def test_helm_takes_either_letter_of_two_choices_with_the_gold_text():
    asked = question(choices=("4", "4", "5", "6"), gold="B")
    assert letter_by("helm", "A", asked) == "B"
    assert letter_by("helm", "C", asked) == "C"
    assert letter_by("lighteval", "A", asked) == "A"


def test_helm_takes_each_of_several_right_letters():
    asked = question(choices=("3", "4", "4", "5"), gold="AB")
    assert [letter_by("helm", letter, asked) for letter in "ABCD"] == ["A", "B", "B", "D"]


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("B", "B"),
        ("Let me see. The answer is (C).", "C"),
        ("The answer is **C**", "C"),
        ("ANSWER: D, it seems", "D"),
        ("ANSWER: D, not A", "A"),
        ("The correct answer is $\\boxed{C}$, A being odd", "C"),
        ("答案是：C", "C"),
        ("答案是四。", None),
        ("正确的是答案是甲 乙 答案是 B。A", "B"),
        ("所以B", "B"),
        ("B: four", "B"),
        ("I think D", "D"),
        ("no letter here", None),
        ("", None),
        ("As an AI, I cannot answer this.", "A"),
        ("1. Paris is B, not A", "A"),
        ("1A is B", "B"),
        ("answer: b, C", "C"),
        ("故选B。", "B"),
    ],
)
def test_opencompass_reads(text, letter):
    assert letter_by("opencompass", text) == letter


def test_opencompass_tries_its_patterns_in_order_wherever_they_stand():
    assert letter_by("opencompass", "The answer is A. ANSWER: C") == "C"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ('{"letter": "B"}', "B"),
        ('```json\n{\n  "letter": "B"\n}\n```', "B"),
        ('{"letter": "b"}', None),
        ('{"letter": "E"}', None),
        ('{"letter": "AB"}', None),
        ('{"letter": ["B"]}', None),
        ('["B"]', None),
        ("B", None),
        ('{"letter": "B"', None),
        ("}{", None),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_json_reads_the_letter_of_an_object(text, letter):
    assert letter_by("json", text) == letter


def test_a_text_without_a_letter_is_unparsed():
    assert READERS["lm-eval-generative"].read(reply("It is four"), ASKED) == Answer(None, Outcome.UNPARSED)


@pytest.mark.parametrize(
    "name", [name for name, reader in READERS.items() if reader.reads.__name__ == "Generate"]
)
@pytest.mark.parametrize(
    "again",
    ["The correct answer is ", "答案是", "答案是 ", "Answer ", "answer is \n", "best answer is ", "{", "(A", ": ", "1"],
)  # fmt: skip
def test_a_megabyte_that_says_the_same_again_and_again_is_read(name, again):
    letter_by(
        name, again * (1_000_000 // len(again)) + "!"
    )  # a second at most, or the time limit of all tests


def test_per_byte_divides_by_utf_8():
    asked = question(choices=("яя", "abc"))
    said = reply(choice_logprobs={"A": -4.0, "B": -4.5})
    assert READERS["choices-per-char"].letter(said, asked) == "B"
    assert READERS["choices-per-byte"].letter(said, asked) == "A"


def test_pmi_takes_the_choice_that_gains_most():
    said = reply(choice_logprobs={"A": -2.0, "B": -5.0}, choice_baselines={"A": -1.0, "B": -9.0})
    assert READERS["choices"].letter(said, ASKED) == "A"
    assert READERS["choices-pmi"].letter(said, ASKED) == "B"


def test_pmi_without_a_baseline_reads_nothing():
    assert READERS["choices-pmi"].letter(reply(choice_logprobs={"A": -2.0}), ASKED) is None


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is (B).", "B"),
        ("The answer is B.", "B"),
        ("The answer is (B)", "B"),
        ("The answer is B", None),
        ("The answer is (A).\nThe answer is (B).", "A"),
        ("the answer is (B).", None),
        ("The correct answer is (B).", None),
        ("The answer is (B). So it is.", None),
    ],
)
def test_lm_eval_gpqa_cot_strict_reads_after_the_answer_is_with_a_capital(text, letter):
    assert letter_by("lm-eval-gpqa-cot-strict", text) == letter


def test_lm_eval_gpqa_cot_flexible_reads_the_last_letter_in_brackets():
    assert letter_by("lm-eval-gpqa-cot-flexible", "(A) or (B)? It is (C) then") == "C"
