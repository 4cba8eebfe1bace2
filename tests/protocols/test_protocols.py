"""What each protocol asks for, in full, on a question small enough to read."""

import pytest
from builders import question

from harness.prompts import Generate, Message, ScoreChoices, ScoreLetters
from harness.protocols import PROTOCOLS
from harness.readers import READERS

ASKED = question(subject="primary_maths", text=" What is 2 + 2? ")
SHOT = question(text="What is 1 + 1? ", choices=("2", "3", "4", "5"), gold="A")


def test_hendrycks_has_two_spaces_and_keeps_white_space():
    assert PROTOCOLS["hendrycks"].build(ASKED, (SHOT,)).content == (
        "The following are multiple choice questions (with answers) about  primary maths.\n\n"
        "What is 1 + 1? \nA. 2\nB. 3\nC. 4\nD. 5\nAnswer: A\n\n"
        " What is 2 + 2? \nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:"
    )


def test_lm_eval_has_one_space_and_strips_questions():
    assert PROTOCOLS["lm-eval"].build(ASKED, (SHOT,)).content == (
        "The following are multiple choice questions (with answers) about primary maths.\n\n"
        "What is 1 + 1?\nA. 2\nB. 3\nC. 4\nD. 5\nAnswer: A\n\n"
        "What is 2 + 2?\nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:"
    )


def test_lm_eval_does_not_strip_choices():
    prompt = PROTOCOLS["lm-eval"].build(question(choices=("3 ", "4", "5", "6")), ())
    assert "A. 3 \nB. 4" in prompt.content


def test_simple_evals_is_one_user_message_that_names_the_letters():
    prompt = PROTOCOLS["simple-evals"].build(question(choices=("3", "4", "5")), ())
    (message,) = prompt.content
    assert message == Message(
        "user",
        "Answer the following multiple choice question. The last line of your response should be of the following "
        "format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABC. Think step by step before answering."
        "\n\nWhat is 2 + 2?\n\nA) 3\nB) 4\nC) 5",
    )
    assert prompt.want == Generate(max_tokens=2048)


def test_simple_evals_asks_gpqa_by_the_prompt_of_mmlu():
    asked, of_mmlu = (PROTOCOLS[name].build(ASKED, ()) for name in ("simple-evals-gpqa", "simple-evals"))
    assert asked == of_mmlu


def test_olmes_cloze_has_olmes_header_and_scores_the_choices_texts():
    prompt = PROTOCOLS["olmes-cloze"].build(ASKED, (SHOT,))
    assert prompt.content == (
        "The following are multiple choice questions (with answers) about primary maths.\n\n"
        "Question: What is 1 + 1? \nAnswer: 2\n\nQuestion:  What is 2 + 2? \nAnswer:"
    )
    assert prompt.want == ScoreChoices({"A": " 3", "B": " 4", "C": " 5", "D": " 6"})


def test_zero_eval_keeps_its_sources_white_space():
    prompt = PROTOCOLS["zero-eval"].build(question(choices=("3", "4", "5")), ())
    (message,) = prompt.content
    assert message == Message(
        "user",
        "\n## Question: \n\nWhat is 2 + 2?\n\n## Choices:\n\n- (A) 3\n- (B) 4\n- (C) 5\n\n\n## Instruction \n\n"
        "Please answer this question by first reasoning and then selecting the correct choice. \n"
        "Present your reasoning and solution in the following json format. \n"
        'Please show your choice in the `answer` field with only the choice letter, e.g.,`"answer": "C"`.\n\n'
        '```json\n{\n    "reasoning": "___",\n    "answer": "___"\n}\n```\n',
    )
    assert prompt.want == Generate(max_tokens=4096)


def test_cloze_shows_no_letter_and_scores_the_choices_texts():
    prompt = PROTOCOLS["cloze"].build(question(), (SHOT,))
    assert prompt.content == "Question: What is 1 + 1? \nAnswer: 2\n\nQuestion: What is 2 + 2?\nAnswer:"
    assert prompt.want == ScoreChoices({"A": " 3", "B": " 4", "C": " 5", "D": " 6"})


@pytest.mark.parametrize("name", ["hendrycks", "lm-eval"])
def test_letters_are_scored_for_as_many_choices_as_there_are(name):
    assert PROTOCOLS[name].build(question(choices=("3", "4")), ()).want == ScoreLetters("AB")


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_every_reader_of_a_protocol_can_read_what_it_asks_for(protocol):
    assert protocol.readers
    assert {READERS[name].reads for name in protocol.readers} == {protocol.wants}
    assert isinstance(protocol.build(question(), ()).want, protocol.wants)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_best_is_shown_beside_the_reader_of_every_protocol_whose_reply_is_text(protocol):
    assert protocol.readers[0] != "best"
    assert ("best" in protocol.readers) is (protocol.wants is Generate)


@pytest.mark.parametrize(("name", "protocol"), PROTOCOLS.items(), ids=PROTOCOLS)
def test_a_protocol_is_listed_under_its_name_with_its_source(name, protocol):
    assert protocol.name == name
    assert protocol.source
    assert protocol.summary


def test_helm_publishes_mmlu_pro_at_temperature_1():
    assert PROTOCOLS["helm-mmlu-pro"].published == PROTOCOLS["helm-mmlu-pro-v2"].published
    assert PROTOCOLS["helm-mmlu-pro"].published.temperature == 1.0
