"""lm-eval-arc-chat, lm-eval-gpqa-cot-zeroshot: tasks of lm-evaluation-harness whose answers are written.

Source: tasks/arc/arc_challenge_chat.yaml (1.0) and tasks/gpqa/cot_zeroshot (2.2) of EleutherAI/lm-evaluation-harness
@ 4e7e0d47 (0.4.13). Traps kept: the first one's file has its line breaks in single quotes, so that models see a
backslash and an n; it names A to D and shows at most four choices, whatever the question has. The second one's prompt
ends with a space, and its 256 tokens, a default that the task does not set, cut longer reasoning off; `--max-tokens`.
Its strict reader loses the last character of the line, and wants a capital T. The order of the choices is the task's;
`order: lm-eval` in a task file makes it the source's.

Under --apply_chat_template, for which the first is made, its reply is begun with "The best answer is", as
`meta-llama3-chat`'s is: see there for the servers that go on with it.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, turns
from harness.protocols.lm_eval import MAX_TOKENS
from harness.protocols.lm_eval_draws import drawn
from harness.protocols.lm_eval_forms import Form, gpqa_cleaned
from harness.questions import Question

_BEGUN = "The best answer is"
_SHOWN = 4
_REASONED = Form(
    name="gpqa-cot-zeroshot",
    folder="gpqa/cot_zeroshot",
    ask="What is the correct answer to this question:{text}\nChoices:\n{bracketed}\nLet's think step by step: ",
    clean=gpqa_cleaned,
)


def build_arc_chat(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples as turns, the question, and the beginning of the reply."""
    messages = turns(_ask, lambda shot: f"{_BEGUN} {shot.gold}", question, shots)
    return Prompt((*messages, Message("assistant", _BEGUN)), Generate(100, ("\n\n", ".")))


def build_gpqa_cot(question: Question, shots: Sequence[Question]) -> Prompt:
    """The question, up to the first words of the reasoning."""
    return replace(_REASONED.build(question, shots), want=Generate(MAX_TOKENS, ("</s>",)))


def _ask(question: Question) -> str:
    choices = "".join(
        rf"\n{letter}. {choice}"
        for letter, choice in list(zip("ABCD", question.choices, strict=False))[:_SHOWN]
    )
    return (
        r"Given the following question and four candidate answers (A, B, C and D), choose the best answer.\n"
        rf"Question: {question.text.strip()}{choices}\n"
        'Your response should end with "The best answer is [the_answer_letter]" where the [the_answer_letter] is one '
        "of A, B, C or D."
    )


LM_EVAL_ARC_CHAT = Protocol(
    name="lm-eval-arc-chat",
    summary="lm-evaluation-harness's arc_challenge_chat: the reply begun with 'The best answer is'",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/arc/arc_challenge_chat.yaml",
    build=build_arc_chat,
    shots=0,
    draw=drawn,
    wants=Generate,
    readers=("meta-llama3-chat", "llama-cookbook", "best"),
    usual_tokens=(1, 10),
)
LM_EVAL_GPQA_COT_ZEROSHOT = Protocol(
    name="lm-eval-gpqa-cot-zeroshot",
    summary="lm-evaluation-harness's gpqa_…_cot_zeroshot: chain of thought, read from 'The answer is …'",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/gpqa/cot_zeroshot",
    build=build_gpqa_cot,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("lm-eval-gpqa-cot-strict", "lm-eval-gpqa-cot-flexible", "best"),
    usual_tokens=(50, MAX_TOKENS),
)
