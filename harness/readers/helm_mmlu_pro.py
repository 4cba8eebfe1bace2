"""helm-mmlu-pro: the letter of a reply to MMLU-Pro, as HELM Capabilities reads it.

Source: metrics/gpqa_chain_of_thought_metric.py of stanford-crfm/helm @ 63754d0 (0.5.16): four patterns in order, the
first match of the first that has one.
"""

import re

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

_FIRST_THREE = (
    re.compile(r"answer is \(?([A-J])\)?"),
    # Broken in the source, which means "answer:" or "Answer:" and escapes the brackets. It begins there with `\.*`,
    # which takes quadratic time and changes nothing.
    re.compile(r"\[aA\]nswer:\s*+\(?([A-J])\)?"),
    re.compile(r"correct answer is [^A-Za-z]*+([A-J])"),
)

# The source's fourth, `correct answer is [^A-Z]*([A-J])`, reads a text without capitals over and over. What follows
# the words is the next capital, or the end of the text, and is the same for all that stand before it.
_NEXT_CAPITAL = re.compile(r"correct answer is [^A-Z]*+([A-Z]|\Z)")


def helm_mmlu_pro_letter(reply: Reply, question: Question) -> str | None:  # noqa: ARG001 - A to J, whatever it has
    """The letter after "answer is" or, at any distance, after "correct answer is".

    Its traps are kept: the second pattern matches a literal `[aA]nswer:` only, and the fourth takes the first letter
    of any word for one: "The correct answer is to add Helium" is H.
    """
    for pattern in _FIRST_THREE:
        if match := pattern.search(reply.text):
            return match[1]
    capitals = (match[1] for match in _NEXT_CAPITAL.finditer(reply.text))
    return next((capital for capital in capitals if "A" <= capital <= "J"), None)


HELM_MMLU_PRO = Reader("helm-mmlu-pro", Generate, helm_mmlu_pro_letter)
