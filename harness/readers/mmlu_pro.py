"""strict, chain: the letter of a reply to MMLU-Pro, as its authors read it.

Source: extract_answer, extract_again and extract_final in evaluate_from_local.py and evaluate_from_api.py of
TIGER-AI-Lab/MMLU-Pro @ f418b11. Their patterns 2 and 3 take quadratic time; these give the same letters in linear time.
Their letters are A to J, whatever the question has: one beyond its options is read, and wrong. Where there is none they
draw one at random; we read none, and the score says beside it what drawing would be expected to bring.
"""

import re

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

# Pattern 1, in the words of the source.
_ANSWER_IS = re.compile(r"answer is \(?([A-J])\)?")

# Of pattern 2, `.*[aA]nswer:\s*([A-J])`, which begins with "nswer:" to be found fast. The letter is looked ahead for,
# as it may begin the next "Answer:".
_ANSWER_COLON = re.compile(r"nswer:(?<=[aA]nswer:)(?=\s*+([A-J]))")

# Of pattern 3, `\b[A-J]\b(?!.*\b[A-J]\b)` over all lines. As `\b[A-J]\b` it would take thirty times as long.
_ALONE = re.compile(r"[A-J]\b(?<!\w[A-J])")


def strict_letter(reply: Reply, question: Question) -> str | None:  # noqa: ARG001 - A to J, whatever it has
    """The letter of the first "answer is (X)": pattern 1 on the text as it is.

    lm-evaluation-harness's mmlu_pro reads the same. A later answer does not count, nor does `answer is **X**`.
    """
    match = _ANSWER_IS.search(reply.text)
    return match[1] if match else None


def chain_letter(reply: Reply, question: Question) -> str | None:  # noqa: ARG001 - A to J, whatever it has
    """The letter by the first of the three patterns that matches, `**` removed (as evaluate_from_api.py does).

    Its trap is kept: pattern 3 takes the pronoun "I" or the article "A" for an answer.
    """
    text = reply.text.replace("**", "")
    if match := _ANSWER_IS.search(text):
        return match[1]
    return _after_colon(text) or _last_alone(text)


def _after_colon(text: str) -> str | None:
    """The last letter that stands after an "Answer:" of the first line that has one; the letter may be further down."""
    letter, line_end = None, len(text)
    for match in _ANSWER_COLON.finditer(text):
        if match.start() > line_end:
            break
        if letter is None and (newline := text.find("\n", match.start())) >= 0:
            line_end = newline
        letter = match[1]
    return letter


def _last_alone(text: str) -> str | None:
    """The last letter that is a word of its own."""
    match = _ALONE.search(text[::-1])  # what is the last one in the text is the first one from its end
    return match[0] if match else None


STRICT = Reader("strict", Generate, strict_letter)
CHAIN = Reader("chain", Generate, chain_letter)
