"""The endpoint against a real server: llama.cpp with SmolLM2-135M."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from asking import ask_all, failure_of, reply_to

from harness.endpoint.embedded import serve
from harness.endpoint.reply import FailureKind
from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters

pytestmark = pytest.mark.real

QUESTION = "What colour is the sky on a clear day?\nA. Red\nB. Blue\nC. Green\nD. Black\nAnswer:"
CONTEXT = "Question: What colour is the sky on a clear day?\nAnswer:"


@pytest.fixture(scope="module")
def server(smollm2: Path) -> Iterator[SimpleNamespace]:
    with serve(smollm2, slots=4, context=2048) as engine:
        yield SimpleNamespace(url=engine.base_url)


def test_text_is_generated_on_both_routes(server):
    chat = reply_to(Prompt((Message("user", "Say hi"),), Generate(4)), server)
    text = reply_to(Prompt("Once upon a", Generate(4)), server)
    assert chat.text
    assert text.text
    assert (chat.finish_reason, chat.usage.completion_tokens) == ("length", 4)


def test_all_letters_come_with_one_request(server):
    outcomes, endpoint = ask_all([Prompt(QUESTION, ScoreLetters("ABCD"))] * 4, server)
    assert all(set(outcome.letter_logprobs) == set("ABCD") for outcome in outcomes)
    assert [outcome.attempts for outcome in outcomes] == [1] * 4
    assert endpoint.sent()["logprob_candidates"] == 1000
    assert endpoint.warnings == []


def test_letters_come_from_chats_too(server):
    outcome = reply_to(Prompt((Message("user", QUESTION),), ScoreLetters("ABCD")), server)
    assert set(outcome.letter_logprobs) == set("ABCD")


def test_a_letter_that_is_no_candidate_is_forced_with_the_models_own_logprob(server):
    prompt, letters = "Once upon a", "QXZJ"  # "time" comes next, and these are not among a thousand others
    outcome = reply_to(Prompt(prompt, ScoreLetters(letters)), server)
    texts = {letter: f" {letter}" for letter in letters}
    choices = reply_to(Prompt(prompt, ScoreChoices(texts)), server).choice_logprobs
    likeliest = max(choices, key=choices.get)
    assert outcome.letter_forced
    assert outcome.letter_logprobs == pytest.approx({likeliest: choices[likeliest]}, abs=0.05)


def test_a_letters_logprob_is_the_same_by_candidates_and_by_grammar(server):
    letters = reply_to(Prompt(QUESTION, ScoreLetters("ABCD")), server).letter_logprobs
    texts = {letter: f" {letter}" for letter in "ABCD"}
    choices = reply_to(Prompt(QUESTION, ScoreChoices(texts)), server).choice_logprobs
    assert choices == pytest.approx(letters, abs=0.05)


@pytest.mark.parametrize(
    "text",
    [
        " Blue",
        ' "Né" →\n\\n\tx',
        " 中文 ½ \u2028 \x85 \u200b",
        " 𝒳 √x ≤ ∫ π",
        " ",
        " " * 40,
        " a|b' OR root ::= x",
    ],
)
def test_any_text_can_be_scored(server, text):
    outcome = reply_to(Prompt(CONTEXT, ScoreChoices({"A": text})), server)
    assert outcome.choice_logprobs["A"] < 0


def test_the_right_text_is_likelier_than_nonsense(server):
    scores = reply_to(Prompt(CONTEXT, ScoreChoices({"A": " Blue", "B": " Elephant"})), server).choice_logprobs
    assert scores["A"] > scores["B"] + 3


def test_choice_logprobs_do_not_depend_on_how_many_are_asked_at_once(server):
    prompts = [
        Prompt(f"Question: {n} + {n} =\nAnswer:", ScoreChoices({"A": f" {2 * n}", "B": " none of these"}))
        for n in range(8)
    ]
    alone = [reply_to(prompt, server).choice_logprobs for prompt in prompts]
    together, _ = ask_all(prompts, server)
    for outcome, expected in zip(together, alone, strict=True):
        assert outcome.choice_logprobs == pytest.approx(expected, abs=0.1)


def test_a_prompt_beyond_the_context_is_too_long_however_it_is_asked(server):
    wants = (Generate(4), ScoreLetters("ABCD"), ScoreChoices({"A": " x"}))
    for want in wants:
        failure_of(Prompt("word " * 3000, want), server, FailureKind.TOO_LONG)
