"""meta-llama3-mmlu-pro: MMLU-Pro as Meta asks its Llama 3 instruct models, the examples as turns of a chat.

Source: eval_details.md of meta-llama/llama-models @ a9c89c4; the template is that of tasks/llama3/instruct/mmlu_pro in
EleutherAI/lm-evaluation-harness @ 4e7e0d47, which reproduces the prompts that Meta released. The question is stripped,
its options are not. Meta reports the mean over the subjects, lm-evaluation-harness that over all questions: one to two
points apart. Llama 4's figures are zero-shot: `--shots 0`.

Trap: `best answer is (B)` and `best answer is **B**` are not read.
"""

import re
from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, lettered
from harness.protocols.mmlu_pro import THOUGHT, worked
from harness.protocols.simple_evals import USUAL_TOKENS
from harness.questions import Question

MAX_TOKENS = 1024
_LETTER_OF_AN_EXAMPLE = re.compile(r"The answer is \(([A-Z])\)\.")


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """A user and an assistant turn for each example, then the question; no system message."""
    turns = [turn for shot in shots for turn in (_ask(shot), Message("assistant", _answer(shot)))]
    return Prompt((*turns, _ask(question)), Generate(MAX_TOKENS))


def _ask(question: Question) -> Message:
    return Message(
        "user",
        "Given the following question and candidate answers, choose the best answer.\n"
        f"Question: {question.text.strip()}\n{lettered(question)}\n\n"
        'Your response should end with "The best answer is [the_answer_letter]." where the [the_answer_letter] is a '
        f"letter from the provided choices.\n\n{THOUGHT}",
    )


def _answer(shot: Question) -> str:
    answer = worked(shot).removeprefix(f"A: {THOUGHT}").strip()
    return _LETTER_OF_AN_EXAMPLE.sub(r"The best answer is \1.", answer)


META_LLAMA3_MMLU_PRO = Protocol(
    name="meta-llama3-mmlu-pro",
    summary="Meta's for Llama 3 instruct: 5-shot chain of thought as turns, the last 'best answer is X' read",
    source="meta-llama/llama-models @ a9c89c4, eval_details.md; EleutherAI/lm-evaluation-harness @ 4e7e0d47, "
    "tasks/llama3/instruct/mmlu_pro",
    build=build,
    shots=5,
    wants=Generate,
    readers=("meta-llama3-mmlu-pro", "best"),
    usual_tokens=USUAL_TOKENS,
    average="macro",
)
