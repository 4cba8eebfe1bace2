"""Candidates: the tokens that an endpoint gives with their logprobs, and the letters among them.

Takes a reply's choice, gives text to logprob. Knows every shape in which servers write logprobs,
whatever the route: llama.cpp answers completions as others answer chats, some hosts the other way round.
"""

import math
from collections.abc import Mapping
from typing import Any


def candidates(choice: Mapping[str, Any]) -> dict[str, float] | None:
    """The candidates for the first token, by their text.

    Returns:
        Text to natural logprob, the higher where a text comes twice; None where the reply has no
        logprobs at all. A logprob that is not a finite number is left out.
    """
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, dict):
        return None
    found: dict[str, float] = {}
    for text, logprob in _chat_shape(logprobs) or _completion_shape(logprobs):
        number = logprob if isinstance(logprob, float) else as_logprob(logprob)  # a thousand calls a reply
        if math.isfinite(number) and number > found.get(text, -math.inf):
            found[text] = number
    there = isinstance(logprobs.get("content"), list) or isinstance(logprobs.get("tokens"), list)
    return found if found or there else None


def letter_logprobs(found: Mapping[str, float], letters: str, *, spaced_first: bool) -> dict[str, float]:
    """The letters that are among the candidates.

    A completion's letter comes after a space, so " A" is what is meant; in a chat it is the other way round.
    The other spelling stands in where no letter at all has the first: one beside the other would be compared
    with letters that it does not compete with. Lower case is another token and is not looked at.
    """
    spaced = {letter: found[f" {letter}"] for letter in letters if f" {letter}" in found}
    bare = {letter: found[letter] for letter in letters if letter in found}
    return (spaced or bare) if spaced_first else (bare or spaced)


def token_text(token: object, raw: object = None) -> str:
    """A token's text, from its bytes where they are given and are whole characters.

    Some servers show the vocabulary's own spelling, in which Ġ or ▁ stands for a space.
    """
    if isinstance(raw, list) and raw:
        try:
            return bytes(raw).decode()
        except (ValueError, TypeError):
            pass
    return token.replace("Ġ", " ").replace("▁", " ") if isinstance(token, str) else ""


def as_logprob(value: object) -> float:
    """A server's number; NaN where it is none, so that no sum can hide it."""
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:  # a whole number of hundreds of digits
        return math.nan


def whole_number(value: object) -> int:
    """A server's rank or place; 0 where it is none."""
    return value if isinstance(value, int) else 0


def _chat_shape(logprobs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """`content: [{token, logprob, bytes, top_logprobs: [{token, logprob, bytes}, …]}, …]`."""
    content = logprobs.get("content")
    if not (isinstance(content, list) and content and isinstance(content[0], dict)):
        return []
    entries = [content[0], *_list(content[0].get("top_logprobs"))]
    return [
        (token_text(entry.get("token"), entry.get("bytes")), entry.get("logprob"))
        for entry in entries
        if isinstance(entry, dict)
    ]


def _completion_shape(logprobs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """`tokens: […], token_logprobs: […], top_logprobs: [{token: logprob, …}, …]`."""
    tokens, token_logprobs = _list(logprobs.get("tokens")), _list(logprobs.get("token_logprobs"))
    pairs = list(zip(tokens[:1], token_logprobs[:1], strict=False))
    top = _list(logprobs.get("top_logprobs"))
    if top and isinstance(top[0], dict):
        pairs += top[0].items()
    return [(token_text(token), logprob) for token, logprob in pairs]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
