"""Prompt tokens: a prompt's own tokens with their logprobs, and what its last part adds up to.

Takes what servers write of a prompt that they were asked to score, gives tokens and sums. A token that
lies across the border between context and continuation counts as continuation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.endpoint.candidates import as_logprob, token_text, whole_number


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a prompt.

    Attributes:
        text: as decoded; part of a character may be "" or U+FFFD.
        logprob: natural; NaN where the server gives none, as for the first token.
        id: what tells it from others: the server's number, else its text.
    """

    text: str
    logprob: float
    id: str


def echoed(choice: dict[str, Any], prompt: str) -> list[Token] | None:
    """The prompt's tokens in a completion that was asked with `echo`; None where it does not repeat it."""
    logprobs = choice.get("logprobs")
    text = choice.get("text")
    if not (isinstance(logprobs, dict) and isinstance(text, str) and text.startswith(prompt)):
        return None
    texts, numbers = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if not (isinstance(texts, list) and isinstance(numbers, list) and len(texts) == len(numbers) > 1):
        return None
    tokens = [
        Token(token_text(token), as_logprob(n), str(token)) for token, n in zip(texts, numbers, strict=True)
    ]
    # One token was generated after the prompt; only an end of text may be left out of the list.
    last = tokens[-1].text
    generated = text != prompt or not last or not prompt.endswith(last)
    return tokens[:-1] if generated else tokens


def prompt_logprobs(choice: dict[str, Any], prompt: str) -> list[Token] | None:  # noqa: ARG001 - as `echoed`
    """The prompt's tokens in vLLM's `prompt_logprobs`; None where there are none.

    Each place maps the ids of the likeliest tokens, and of the prompt's own, to their logprobs. With one
    candidate asked for the own token is the one of the highest rank number: the likeliest has rank 1.
    """
    places = choice.get("prompt_logprobs")
    if not (isinstance(places, list) and len(places) > 1 and any(places)):
        return None
    tokens = []
    for place in places:
        ranked = place.items() if isinstance(place, dict) else ()
        entries = [(id_, entry) for id_, entry in ranked if isinstance(entry, dict)]
        if not entries:
            tokens.append(Token("", math.nan, ""))
            continue
        id_, own = max(entries, key=lambda entry: whole_number(entry[1].get("rank")))
        tokens.append(Token(token_text(own.get("decoded_token")), as_logprob(own.get("logprob")), str(id_)))
    return tokens


def sum_by_text(tokens: Sequence[Token], context: str, text: str) -> float | None:
    """The summed logprob of what follows `context` in `text`; None where the tokens do not spell it.

    They are laid against the end of the text, without the first: some servers show a begin-of-text token
    there, vLLM shows nothing.
    """
    rest = tokens[1:]
    position = len(text) - sum(len(token.text) for token in rest)
    if position > len(context) or not text.endswith("".join(token.text for token in rest)):
        return None
    total = 0.0
    for token in rest:
        start, position = position, position + len(token.text)
        # A token without text at the border is the first part of a character that comes after it.
        if start >= len(context) or position > len(context):
            total += token.logprob
    return total


def sum_after(tokens: Sequence[Token], context: Sequence[Token]) -> float:
    """The summed logprob of the tokens that the context alone does not begin with; NaN where there are none.

    A server that gave the beginning of its prompt alone would else find every continuation certain.
    """
    shared = 0
    for token, other in zip(tokens, context, strict=False):
        if token.id != other.id:
            break
        shared += 1
    return sum(token.logprob for token in tokens[shared:]) if shared < len(tokens) else math.nan
