"""zero-eval: the letter from the field `answer` of the first JSON object in a reply.

Source: src/evaluation/mcqa_eval.py and eval_utils.py of WildEval/ZeroEval @ 8c1485e. Where that object cannot be read,
the source looks for the field by patterns; where those find nothing, it takes a `\\boxed{…}` of models that are called
Llama-3.1, which we do not: what a model is called decides nothing here.
"""

import json
import re

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

_LOOSE = (
    re.compile(r'"answer"\s*+:\s*+"([^"]*)"'),
    re.compile(r'"answer"\s*+:\s*+([^,\s]*)'),  # value without quotation marks, or without their end
    re.compile(r"answer\s*+:\s*+([^,\s]*)"),  # name without them
)


def zero_eval_letter(reply: Reply, question: Question) -> str | None:
    """The right letter, where the field is that letter or holds it with a bracket behind it; else another such letter.

    Traps kept: `"B. Paris"` and `"b"` are wrong, `"(A) or (B)"` is right whichever of the two is; of two equal choices
    only the first is right; a brace in the reasoning before the object, and a quotation mark within it, hide it.
    """
    answer = _answer(reply.text)
    if not answer:
        return None
    text_of = dict(zip(question.letters, question.choices, strict=True))
    for gold in question.gold:
        if _is_named(next(letter for letter, text in text_of.items() if text == text_of[gold]), answer):
            return gold
    others = (letter for letter in question.letters if letter not in question.gold)
    return next((letter for letter in others if _is_named(letter, answer)), None)


def _is_named(letter: str, answer: str) -> bool:
    return answer == letter or f"{letter})" in answer


def _answer(text: str) -> str | None:
    """What the field holds; None where there is none, or where it holds no text."""
    held = _first_object(text)
    if "answer" in held:
        return held["answer"] if isinstance(held["answer"], str) else None
    return next((match[1] for pattern in _LOOSE if (match := pattern.search(text))), None)


def _first_object(text: str) -> dict[str, object]:
    """What stands from the first brace to the one that closes it, braces counted; empty where that is no JSON."""
    import numpy

    _, brace, rest = text.partition("{")
    if not brace:
        return {}
    data = (brace + rest).encode("utf-8", "surrogatepass")
    codes = numpy.frombuffer(data, numpy.uint8)
    depths = numpy.cumsum((codes == ord("{")).astype(int) - (codes == ord("}")))
    ends = numpy.flatnonzero(depths == 0)
    if not ends.size:
        return {}
    return _parsed(data[: int(ends[0]) + 1].decode("utf-8", "surrogatepass").replace("\n", ""))


def _parsed(text: str) -> dict[str, object]:
    try:
        held: dict[str, object] = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return held


ZERO_EVAL = Reader("zero-eval", Generate, zero_eval_letter)
