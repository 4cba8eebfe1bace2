"""Reader best: what a careful person reads in a reply, and where that person reads nothing."""

import pytest
from builders import question, reply
from hypothesis import given
from hypothesis import strategies as st

from harness.answers import Answer, Outcome
from harness.readers import READERS

BEST = READERS["best"]
ASKED = question(text="What is the capital of France?", choices=("London", "Paris", "Rome", "4"))


def letter_in(text, asked=ASKED, **reply_fields):
    return BEST.read(reply(text, **reply_fields), asked).letter


@pytest.mark.parametrize(
    "text",
    [
        "B",
        " b\n",
        "(B)",
        "B.",
        "**B**",
        "$B$",
        "`B`",
        "B) Paris",
        "B. Paris, of course",
        "B because Paris",
        "Paris",
        "paris.",
        "Option B",
        "Thus, option B",
        "Let me see.\n\n**(B)**\n",
        "B\n\nBecause of the Louvre.",
        "Answer: B",
        "ANSWER: B",
        "Answer:B",
        "**Answer:** B",
        "**Answer: B**",
        "### Answer\n\nB",
        "Answer - B",
        "Answer: [B]",
        'Answer: "B"',
        "Answer: Option B",
        "Answer: B (Paris)",
        "answer=B",
        "Answer: b",
        "The answer is B.",
        "The answer is (B) because of it",
        "THE ANSWER IS B",
        "The answer is *B*",
        "The answer is B (Paris).",
        "The answer is ( B ).",
        "The answer is:\n\n(B) Paris",
        "The answer must be B!",
        "The answer is probably B",
        "The answer is most likely to be (B)",
        "The answer to the last question is (B)",
        "The correct option is **B) Paris**.",
        "The best choice would be B.",
        "The option that fits best is (B).",
        "The only statement that is true is (B).",
        "None fits exactly; the closest is (B).",
        "I would choose B.",
        "I'd go with (B).",
        "I'm going with B",
        "I believe it is B.",
        "So it is B.",
        "(B) is the correct answer.",
        "Among these, B is the best choice.",
        "A is too far west, and B is the correct answer.",
        "If you look at a map of the country, the answer is B.",
        "Option B is correct.",
        "So it will be:\n\nB. Paris\n\nThis is the correct answer.",
        "The capital is best given as (B).",
        r"So \boxed{B}",
        r"\boxed{\text{(B)}}",
        r"\boxed{B. 12}",
        r"$\boxed{\textbf{(B)}\ Paris}$",
        r"\fbox{B}",
        r"\boxed{\text{Paris}}",
        r"Answer: $\boxed{\mathrm{B}}$",
        r"The answer is \textbf{B}",
        '{"answer": "B"}',
        "{'answer': 'B'}",
        '```json\n{"why": "A is no", "answer": "b"}\n```',
        '{"choice": ["B"]}',
        '{"answer": "Paris"}',
        "<answer>B</answer>",
        "<final_answer>(B)</final_answer>",
        "Ｂ",
        "Answer: Ⓑ",
        "Answer: 𝐁",
        "Answer：Ｂ",
        "Answer:\u200b B",
        "The answer is Paris.",
        "The final answer is Paris (B).",
        "Answer: Paris",
    ],
)
def test_one_letter_is_read_however_it_is_written(text):
    assert letter_in(text) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I don't know.",
        "Let me think about A and B.",
        "A. B. C. D.",
        "A good question.",
        "I think so.",
        "A. London\nB. Paris\nC. Rome\nD. 4",
        "A: no\nB: yes",
        "Everything except B",
        "Vitamin B is good.",
        "The answer is either A or B.",
        "The answer is A or B",
        "A and B",
        "The answer is A, B",
        "Answer: A/B",
        "The answer is both (A) and (B).",
        "The answer is (A) London or (B) Paris.",
        '{"answer": ["A", "C"]}',
        "Answer: A) London B) Paris",
        "A or B is the correct answer.",
        "The answer is one of A, B and C.",
        "The answer is not B.",
        "The answer isn't B.",
        "Not B",
        "B is wrong.",
        "B is incorrect",
        "B is not correct.",
        "The wrong answer is B.",
        "Neither A nor B is the correct answer.",
        "Option B is correct. Option C is correct.",
        "If the answer is B, then it is odd.",
        "Is the answer B?",
        "The answer could be B",
        "The answer is a city.",
        "The answer is A good one",
        "The answer is I",
        "The answer is B-cells",
        "The correct answer should be A's share",
        "The answer is B = 5",
        "The answer is B12",
        "The answer is none of these.",
        "The answer cannot be determined.",
        "Answer: N/A",
        "The answer is not listed.",
        "The answer is 40.",
        "The answer is 4.2",
        '{"answer": null}',
        r"\boxed{}",
    ],
)
def test_where_a_careful_person_reads_no_letter_none_is_read(text):
    assert BEST.read(reply(text), ASKED).missing is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Answer: B\nNo, wait.\nAnswer: C", "C"),
        ("The answer is A. But the answer is not A. The answer is C.", "C"),
        (r"\boxed{A} is too small, so the answer is C.", "C"),
        ("The answer is C, not A.", "C"),
        ("A is incorrect, so the answer is C", "C"),
        ("The answer is C because (A) and (B) are wrong.", "C"),
        ("Answer: C, B is wrong, it is in France", "C"),
        ("The answer is C. (A) is the capital of England.", "C"),
        ("A. London\nB. Paris\nC. Rome\nD. 4\n\nC", "C"),
        ("A or B? I'd say C.", "C"),
        ("1. The answer is (C).\nThe answers to all six are A, C, A, B, C, A.", "C"),
        ("The answer is (C). So the final answer is: The answer is C, A, C, B.", "C"),
    ],
)
def test_the_last_committed_answer_counts(text, letter):
    assert letter_in(text) == letter


@pytest.mark.parametrize(
    "text",
    ["The answer is B. Hm, the answer is either A or C.", "The answer is A. Wait, the answer is not A."],
)
def test_an_answer_that_is_taken_back_does_not_count(text):
    assert letter_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<think>Answer: A</think>\nAnswer: B",
        "Perhaps. Answer: A</think>Answer: B",
        "<think>one</think> and <think>Answer: A</think> Answer: B",
        "<thinking>Answer: A</thinking>Answer: B",
        "[THINK]Answer: A[/THINK]B",
        "◁think▷Answer: A◁/think▷B",
        "<|channel|>analysis<|message|>Answer: A<|end|><|start|>assistant<|channel|>final<|message|>B",
        "Answer: B\n<think>Answer: A",
    ],
)
def test_reasoning_is_cut_away(text):
    assert letter_in(text) == "B"


def test_an_answer_in_reasoning_that_does_not_end_is_none():
    cut = reply("<think>It is A. Answer: A", finish_reason="length")
    assert BEST.read(cut, ASKED) == Answer(None, Outcome.TRUNCATED)


def test_a_question_that_the_model_asks_itself_is_not_read():
    assert (
        letter_in("The answer is (B).\n\nQuestion:\nWhat is the capital of Italy?\nThe answer is (C).") == "B"
    )


@pytest.mark.parametrize("before", ["", "Sure.\n", "\n"])
def test_the_question_itself_may_be_repeated(before):
    assert letter_in(f"{before}Question: What is the capital of France?\nAnswer: B") == "B"


@pytest.mark.parametrize(
    ("choices", "text", "letter"),
    [
        (("2", "0.5", "10", "4"), "The answer is 2.0.", "A"),
        (("2", "0.5", "10", "4"), r"\boxed{0.50}", "B"),
        (("2", "0.5", "10", "4"), "The answer is 20.", None),
        (("$3,000", "$300", "10²", "102"), "The answer is $3,000.", "A"),
        (("$3,000", "$300", "10²", "102"), r"The answer is \$3{,}000", "A"),
        (("$3,000", "$300", "10²", "102"), "The answer is 102.", "D"),
        (("$3,000", "$300", "10²", "102"), "The answer is 10²", "C"),
        (("5 cm", "5 m", "7", "7"), "The answer is 5 m.", "B"),
        (("5 cm", "5 m", "7", "7"), "The answer is 7.", None),
        (("5 cm", "5 m", "7", "7"), "The answer is 5.", None),
        (("None of the above", "It depends", "x", "y"), "The answer is none of the above.", "A"),
        (("C. elegans", "E. coli", "B. subtilis", "yeast"), "The answer is C. elegans.", "A"),
        (("C. elegans", "E. coli", "B. subtilis", "yeast"), "The answer is C.", "C"),
        ((r"\frac{1}{2}", "1/3", "x", "y"), r"The answer is $\frac{1}{2}$.", "A"),
    ],
)
def test_a_choices_text_or_number_is_its_letter_where_it_is_one_choices_alone(choices, text, letter):
    assert letter_in(text, question(choices=choices)) == letter


@pytest.mark.parametrize(
    ("alphabet", "text", "letter"),
    [
        ("1234", "정답은 2번입니다.", "2"),
        ("1234", "The answer is 2.", "2"),
        ("1234", "答え：②", "2"),
        ("1234", "2) Paris", "2"),
        ("1234", "The answer is 2.5", None),
        ("1234", "The answer is 20", None),
        ("1234", "The answer is 2 and 3", None),
        ("1234", r"\boxed{8:4}", None),
        ("1234", "It takes 2 days.", None),
        ("アイウエ", "正解はイです。", "イ"),
        ("アイウエ", "答え：ｲ", "イ"),
        ("アイウエ", "イが正解です", "イ"),
        ("アイウエ", "答えはイギリスです", None),
        ("甲乙丙丁", "答案是乙。", "乙"),
        ("甲乙丙丁", "正确答案：（乙）", "乙"),
        ("甲乙丙丁", "答案是乙或丙", None),
        ("甲乙丙丁", "答案是乙醇", None),
        ("αβγδ", "The answer is β.", "β"),
        ("αβγδ", "The answer is β-carotene", None),
        ("abcd", "B", "b"),
        ("abcd", "The answer is (b).", "b"),
        ("ＡＢＣＤ", "Answer: B", "Ｂ"),
    ],
)
def test_letters_of_any_alphabet_are_read(alphabet, text, letter):
    asked = question(choices=("London", "Paris", "Rome", "Oslo"), alphabet=alphabet, gold=alphabet[1])
    assert letter_in(text, asked) == letter


def test_the_first_line_of_a_list_that_breaks_off_is_no_letter():
    text = "Let us look at each option:\n\nA. London"
    assert BEST.read(reply(text, finish_reason=None), ASKED).letter is None
    assert BEST.read(reply("The capital is:\n\nA. London", finish_reason=None), ASKED).letter == "A"


@pytest.mark.parametrize(
    ("text", "letter"), [("The answer is 2.", None), ("정답은 2번입니다.", "2"), ("Answer: (2)", "2")]
)
def test_a_digit_that_may_be_a_letter_or_another_choices_number_is_none(text, letter):
    assert letter_in(text, question(choices=("2", "3", "4", "5"), alphabet="1234", gold="1")) == letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is I.", "I"),
        ("Answer: I", "I"),
        ("I think it is B", "B"),
        ("I would say that the answer is hard to know.", None),
    ],
)
def test_the_pronoun_is_no_letter_where_i_is_one(text, letter):
    assert letter_in(text, question(choices=tuple("qrstuvwxyz"))) == letter


@pytest.mark.parametrize(
    ("text", "finish", "outcome"),
    [
        ("I cannot help with that.", "stop", Outcome.REFUSED),
        ("I'm sorry, but I can't assist with this request.", "stop", Outcome.REFUSED),
        ("The text lacks the data. Therefore, I cannot provide an answer.\n", None, Outcome.REFUSED),
        ("Since we can't have half a foot, we round up.", "stop", Outcome.UNPARSED),
        ("Either way", "content_filter", Outcome.REFUSED),
        ("So the last of them, which is (B)", "length", Outcome.TRUNCATED),
        ("The answer is A", "length", Outcome.TRUNCATED),
        ("First,\nB", "length", Outcome.TRUNCATED),
    ],
)
def test_why_there_is_no_letter(text, finish, outcome):
    assert BEST.read(reply(text, finish_reason=finish), ASKED).missing is outcome


def test_an_excuse_before_an_answer_is_no_refusal():
    assert letter_in("I cannot answer with certainty, but the answer is B.") == "B"


@pytest.mark.parametrize("text", ["The answer is (B)", "The answer is B. Because of", "B", "(B"])
def test_an_answer_before_the_cut_counts(text):
    assert letter_in(text, finish_reason="length") == "B"


def test_the_last_line_of_a_reply_that_may_have_been_cut_is_no_letter():
    assert letter_in("A. is London\nB", finish_reason=None) is None
    assert letter_in("It is Paris.\nB\n", finish_reason=None) == "B"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The answer is B.", "phrase"),
        ("The answer is Paris.", "phrase, text"),
        (r"\boxed{B}", "boxed"),
        ('{"answer": "B"}', "json"),
        ("<answer>B</answer>", "tag"),
        ("B is the correct answer.", "predicate"),
        ("B", "letter"),
        ("B. Paris", "first"),
        ("It lies in France.\nB. Paris", "line"),
        ("Its capital, then, should be B.", "last"),
        ("It's B.", "everyday"),
        ("It is Paris that one thinks of.", "named"),
        ("The answer is B. Wait, no.", "withdrawn"),
        ("Option B is right.", "verdict"),
        ("Paris", "text"),
        ("word " * 40 + "is (B).", "bracket"),
        ("The answer is A or B.", "hedge"),
        ("I cannot help.", "refusal"),
    ],
)
def test_the_rule_that_decided_is_named(text, rule):
    assert BEST.read(reply(text), ASKED).rule == rule


PIECES = st.sampled_from(
    [
        "The answer is ",
        "not ",
        "A",
        "B",
        " or ",
        "(",
        ")",
        "\n",
        "\\boxed{",
        "}",
        "**",
        "<think>",
        "</think>",
        "Paris",
        "4",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_an_answer_at_the_end_counts_whatever_came_before(before):
    assert letter_in(f"{before}</think>\nThe final answer is (C).\n") == "C"


@given(st.lists(PIECES | st.text(max_size=3)).map("".join), st.sampled_from(["stop", "length", None]))
def test_what_is_read_is_one_of_the_letters(text, finish):
    assert letter_in(text, finish_reason=finish) in {None, *ASKED.letters}
