"""Forcing: the ways in which servers hold a model to a few given texts.

Takes the texts, gives the fields to add to a request's body. Which way an endpoint knows is found out by
whoever sends it.
"""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from harness.endpoint.exchange import Document, text_of
from harness.endpoint.fields import CHAT, COMPLETIONS


class Force(NamedTuple):
    """A way to hold the model to the letters.

    Attributes:
        name: for the score file.
        fields: what it adds to the body, for these texts.
        true_logprob: whether the letter's logprob is the model's own, not that among the letters alone.
        tokens: how many the forced text may take.
    """

    name: str
    fields: Callable[[list[str]], Document]
    true_logprob: bool = False
    tokens: int = 1


def letter_schema(texts: Sequence[str]) -> Document:
    """Structured output: a JSON object `{"letter": …}` with one of the texts, and nothing else."""
    letter = {"type": "string", "enum": [text.strip() for text in texts]}
    schema = {
        "type": "object",
        "properties": {"letter": letter},
        "required": ["letter"],
        "additionalProperties": False,
    }
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": schema},
        }
    }


# llama.cpp takes texts for tokens, and gives logprobs as they were before the bias. Not its `grammar`: held to
# " A" the model would rather write " " and then "A", whose probability is another.
_BIAS = Force("logit_bias", lambda texts: {"logit_bias": [[text, 100] for text in texts]}, true_logprob=True)
STRUCTURED = Force("structured_outputs", lambda texts: {"structured_outputs": {"choice": texts}})  # vLLM
_GUIDED = Force("guided_choice", lambda texts: {"guided_choice": texts})  # vLLM before 0.12, SGLang
SCHEMA = Force("response_format", letter_schema, tokens=32)  # room for {"letter": "A"} in any layout
FORCES = {COMPLETIONS: (_BIAS, STRUCTURED, _GUIDED), CHAT: (_BIAS, STRUCTURED, _GUIDED, SCHEMA)}


def letter_written(choice: Document) -> str | None:
    """What a forced reply says: the letter alone, in quotes, or as `{"letter": …}`."""
    message = choice.get("message")
    text = text_of(message.get("content") if isinstance(message, dict) else choice.get("text"))
    if text is None:
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()
    return text_of(answer.get("letter") if isinstance(answer, dict) else answer)
