"""letter, json: the letter at once, in chat, by its logprob or as a JSON object.

Ours. One question costs one token, or a dozen, where a chain of thought costs hundreds: for quick comparisons of a
model with itself. Neither needs a text to be read: `letter` asks endpoints that give logprobs in chats, `json` those
that hold a model to a schema. Examples are turns.
"""

import json
from collections.abc import Sequence

from harness.prompts import Generate, Prompt, ScoreLetters
from harness.protocols.base import Protocol, gold_letter, lettered, named, turns
from harness.questions import Question


def build_letter(question: Question, shots: Sequence[Question]) -> Prompt:
    """Asks for the letter alone."""
    return Prompt(turns(_ask_for_letter, gold_letter, question, shots), ScoreLetters(question.letters))


def build_json(question: Question, shots: Sequence[Question]) -> Prompt:
    """Asks for an object with one field."""
    messages = turns(_ask_for_json, lambda shot: json.dumps({"letter": shot.gold}), question, shots)
    return Prompt(messages, Generate(64, letters=question.letters))


def _ask_for_letter(question: Question) -> str:
    instruction = (
        "Answer the following multiple choice question with the letter of the right choice alone, one of "
        f"{named(question.letters)}."
    )
    return f"{instruction}\n\n{question.text}\n\n{lettered(question)}"


def _ask_for_json(question: Question) -> str:
    instruction = (
        'Answer the following multiple choice question with a JSON object that has one field, "letter": the letter of '
        f"the right choice, one of {named(question.letters)}."
    )
    return f"{instruction}\n\n{question.text}\n\n{lettered(question)}"


LETTER = Protocol(
    name="letter",
    summary="ours: the most probable of the letters as the first token of a chat's reply",
    source="this project",
    build=build_letter,
    shots=0,
    wants=ScoreLetters,
    readers=("letters",),
)
JSON = Protocol(
    name="json",
    summary="ours: a JSON object with the letter, to which the endpoint holds the model (structured output)",
    source="this project",
    build=build_json,
    shots=0,
    wants=Generate,
    readers=("json", "best"),
    usual_tokens=(6, 16),
)
