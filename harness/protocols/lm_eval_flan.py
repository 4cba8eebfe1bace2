"""lm-eval-flan…: MMLU in the form of the FLAN collection, as EleutherAI's lm-evaluation-harness asks it.

Source: tasks/mmlu/{flan_n_shot,flan_cot_zeroshot} of EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13), versions
2 and 3. The source runs the chain of thought on the validation split, and its 256 tokens, which are no choice of the
task's but a default, cut longer reasoning off before its answer. Here both are the user's: the split is the task's,
`--max-tokens` the limit.

Traps of the strict readers: most models begin with a space, and ` (B)` is wrong in the n-shot form; that of the chain
of thought loses the last character of the line, so that `The answer is B` is wrong, and `The answer is B. Because`
too. The source's groups sum a figure that these tasks do not give: look at its subjects.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Prompt, ScoreChoices
from harness.protocols.base import Protocol, continued
from harness.protocols.lm_eval import MAX_TOKENS, description
from harness.questions import Question

_STOP = ("</s>", "Q:", "<|im_end|>")


def build_n_shot(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples with their letter in brackets, then the question up to "A:"; the bracketed letters are scored."""
    return Prompt(
        _text(question, shots), ScoreChoices({letter: f" ({letter})" for letter in question.letters})
    )


def build_n_shot_generative(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same text, with the letter to be written."""
    return Prompt(_text(question, shots), Generate(MAX_TOKENS, (*_STOP, "\n")))


def build_cot_zeroshot(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - zero-shot
    """The question up to "Let's think step by step."."""
    text = f"{description(question.subject)}{_ask(question)} Let's think step by step."
    return Prompt(text, Generate(MAX_TOKENS, _STOP))


def _text(question: Question, shots: Sequence[Question]) -> str:
    return description(question.subject) + continued(question, shots, _ask, lambda shot: f"({shot.gold})")


def _ask(question: Question) -> str:
    choices = " ".join(
        f"({letter}) {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    )
    return f"Q: {question.text.strip()}\n{choices}\nA:"


LM_EVAL_FLAN_N_SHOT = Protocol(
    name="lm-eval-flan-n-shot",
    summary="lm-evaluation-harness's mmlu_flan_n_shot_loglikelihood: the most probable of (A), (B), …",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/flan_n_shot/loglikelihood, version 2",
    build=build_n_shot,
    shots=0,
    wants=ScoreChoices,
    readers=("choices",),
)
LM_EVAL_FLAN_N_SHOT_GENERATIVE = Protocol(
    name="lm-eval-flan-n-shot-generative",
    summary="lm-evaluation-harness's mmlu_flan_n_shot_generative: the same prompt, (B) written as text",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/flan_n_shot/generative, version 3",
    build=build_n_shot_generative,
    shots=0,
    wants=Generate,
    readers=("lm-eval-flan-n-shot-strict", "lm-eval-flan-n-shot-flexible", "best"),
    usual_tokens=(1, 16),
)
LM_EVAL_FLAN_COT_ZEROSHOT = Protocol(
    name="lm-eval-flan-cot-zeroshot",
    summary="lm-evaluation-harness's mmlu_flan_cot_zeroshot: chain of thought, read from 'answer is …'",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/flan_cot_zeroshot, version 3",
    build=build_cot_zeroshot,
    max_shots=0,
    shots=0,
    wants=Generate,
    readers=("lm-eval-flan-cot-strict", "lm-eval-flan-cot-flexible", "best"),
    usual_tokens=(50, MAX_TOKENS),
)
