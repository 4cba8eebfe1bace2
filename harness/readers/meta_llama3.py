"""meta-llama3-…, llama-cookbook: how the replies of Meta's instruct models are read.

Source: tasks/llama3/instruct of EleutherAI/lm-evaluation-harness @ 4e7e0d47; meta-llama/llama-cookbook @ 0e00335,
whose mmlu_pro_5shot_cot_instruct.yaml reads MMLU-Pro by the pattern that reads MMLU's chain of thought.
"""

import re
from dataclasses import replace

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question
from harness.readers.lm_eval import letter_equal_to

_BEST_ANSWER = re.compile(r"best answer is ([A-Z])")


def cot_letter(reply: Reply, question: Question) -> str | None:  # noqa: ARG001 - any capital is read
    """The last `best answer is B`.

    Traps kept: `best answer is: B`, `best answer is (B)` and `best answer is **B**` are not read, while
    `best answer is Because` reads B and `best answer is The` reads T.
    """
    found = _BEST_ANSWER.findall(reply.text)
    return found[-1] if found else None


def chat_letter(reply: Reply, question: Question) -> str | None:
    """The letter that the text is, whatever its case and punctuation.

    Trap kept: a reply that does not go on with `The best answer is` but says it again is wrong.
    """
    return letter_equal_to(reply.text.strip(), question)


def cookbook_letter(reply: Reply, question: Question) -> str | None:
    """The last capital letter of a choice with a space before it.

    Traps kept: ` A` is read in `B, unlike A`, and a letter without a space is not read.
    """
    found = re.findall(rf" ([{re.escape(question.letters)}])", reply.text)
    return found[-1] if found else None


META_LLAMA3_COT = Reader("meta-llama3-cot", Generate, cot_letter)
META_LLAMA3_MMLU_PRO = replace(META_LLAMA3_COT, name="meta-llama3-mmlu-pro")
META_LLAMA3_CHAT = Reader("meta-llama3-chat", Generate, chat_letter)
LLAMA_COOKBOOK = Reader("llama-cookbook", Generate, cookbook_letter)
