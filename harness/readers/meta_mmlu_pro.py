"""meta-llama3-mmlu-pro: the letter of a reply to MMLU-Pro, as Meta reads it.

Source: the filter of mmlu_pro_5shot_cot_instruct.yaml in meta-llama/llama-cookbook @ 0e00335.
"""

import re

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

_BEST_ANSWER_IS = re.compile(r".*best answer is ([A-Z])", re.DOTALL)


def meta_mmlu_pro_letter(reply: Reply, question: Question) -> str | None:  # noqa: ARG001 - A to Z, whatever it has
    """The capital after the last "best answer is".

    Its trap is kept: `best answer is (B)` and `best answer is **B**` are not read, "The best answer is Not given" is N.
    """
    match = _BEST_ANSWER_IS.match(reply.text)
    return match[1] if match else None


META_LLAMA3_MMLU_PRO = Reader("meta-llama3-mmlu-pro", Generate, meta_mmlu_pro_letter)
