"""lm-eval…: MMLU as EleutherAI's lm-evaluation-harness asks it, in four of its forms.

Source: tasks/mmlu/{default,continuation,generative} of EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13).
One space after "about"; the question is stripped, its choices are not. Its default is 0-shot, while nearly every
published figure is 5-shot: `--shots 5`. The chat form is what `--apply_chat_template` makes of the first (the
description is the system message, each example a turn), with the letter scored as the first token of the reply.

Traps: until August 2024 (version 1) the description lacked its line break, so that older figures are of another prompt.
A prompt that is too long is cut from its beginning there; here examples are left out. lm-eval-continuation: `acc`, the
sum of the logprobs, favours short choices, so say which reading is quoted. lm-eval-generative: `B. Paris` and
`The answer is B` are wrong, `(B)` and `b.` are right.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters
from harness.protocols.base import (
    Protocol,
    choice_texts,
    continued,
    gold_letter,
    gold_text,
    lettered,
    spoken,
    turns,
)
from harness.questions import Question

MAX_TOKENS = 256  # what its model classes send where a task's file has no limit


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Description, examples with their letter, then the question up to "Answer:"."""
    return Prompt(_text(question, shots), ScoreLetters(question.letters))


def build_generative(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same text, with the letter to be written."""
    return Prompt(_text(question, shots), Generate(MAX_TOKENS, ("</s>", "\n")))


def build_chat(question: Question, shots: Sequence[Question]) -> Prompt:
    """The description as system message, with the line breaks at its end; an example is a turn."""
    system = Message("system", description(question.subject))
    messages = turns(_ask, gold_letter, question, shots)
    return Prompt((system, *messages), ScoreLetters(question.letters))


def build_continuation(question: Question, shots: Sequence[Question]) -> Prompt:
    """No letters: examples with the text of their answer, and the choices' texts scored."""
    header = f"The following are questions (with answers) about {spoken(question.subject)}.\n\n"
    text = header + continued(question, shots, _ask_openly, gold_text)
    return Prompt(text, ScoreChoices(choice_texts(question)))


def description(subject: str) -> str:
    """What stands before the examples."""
    return f"The following are multiple choice questions (with answers) about {spoken(subject)}.\n\n"


def _text(question: Question, shots: Sequence[Question]) -> str:
    return description(question.subject) + continued(question, shots, _ask)


def _ask(question: Question) -> str:
    return f"{question.text.strip()}\n{lettered(question)}\nAnswer:"


def _ask_openly(question: Question) -> str:
    return f"Question: {question.text.strip()}\nAnswer:"


LM_EVAL = Protocol(
    name="lm-eval",
    summary="lm-evaluation-harness's mmlu: the most probable of the letters (published figures: --shots 5)",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/default",
    build=build,
    shots=0,
    wants=ScoreLetters,
    readers=("letters",),
)
LM_EVAL_CHAT = Protocol(
    name="lm-eval-chat",
    summary="the same under --apply_chat_template: description as system message, examples as turns",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/default with apply_chat_template",
    build=build_chat,
    shots=0,
    wants=ScoreLetters,
    readers=("letters",),
)
LM_EVAL_CONTINUATION = Protocol(
    name="lm-eval-continuation",
    summary="lm-evaluation-harness's mmlu_continuation: the most probable text of a choice, no letters",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/continuation",
    build=build_continuation,
    shots=0,
    wants=ScoreChoices,
    readers=("choices", "choices-per-char", "choices-per-byte"),
)
LM_EVAL_GENERATIVE = Protocol(
    name="lm-eval-generative",
    summary="lm-evaluation-harness's mmlu_generative: the prompt of lm-eval, the letter written as text",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/generative, version 3",
    build=build_generative,
    shots=0,
    wants=Generate,
    readers=("lm-eval-generative", "best"),
    usual_tokens=(1, 16),
)
