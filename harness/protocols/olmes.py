"""olmes, olmes-cloze: MMLU by AI2's Open Language Model Evaluation Standard, in its two forms.

Source: allenai/oe-eval @ cc62518 (2024-11-04); allenai/OLMo-Eval, olmo_eval/tasks/olmes_v0_1 @ f108d53, where the
standard began; Gu et al. 2024, arXiv 2406.08446. OLMES asks both ways and reports the better one of each model: the
letters (MCF), with a space before each in the choices, so that " A" there is the token that the answer is, or the texts
of the choices, without showing them (CF). The better one of two figures that chance moves is a little too high; it
is taken of the averages over subjects, so run both and quote the larger `macro`. Under both stands the same
description. White space of the questions is kept; OLMo-Eval strips it, and whether oe-eval does could not be looked up.

In MMLU's cloze form each logprob is divided by the choice's characters; AI2's code counts the space before it as one.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Prompt, ScoreChoices, ScoreLetters
from harness.protocols.base import Protocol, choice_texts, continued, gold_text
from harness.protocols.lm_eval import description
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Description, examples with their letter, then the question up to "Answer:"."""
    text = description(question.subject) + continued(question, shots, ask)
    return Prompt(text, ScoreLetters(question.letters))


def build_cloze(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same without choices; examples have the text of their answer."""
    text = description(question.subject) + continued(question, shots, ask_openly, gold_text)
    return Prompt(text, ScoreChoices(choice_texts(question)))


def ask(question: Question) -> str:
    """A question with its choices up to "Answer:"."""
    choices = "\n".join(
        f" {letter}. {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    )
    return f"Question: {question.text}\n{choices}\nAnswer:"


def ask_openly(question: Question) -> str:
    """A question without its choices up to "Answer:"."""
    return f"Question: {question.text}\nAnswer:"


OLMES = Protocol(
    name="olmes",
    summary="AI2's OLMES, multiple-choice form: 5-shot, the most probable of the letters, macro average",
    source="allenai/oe-eval @ cc62518; Gu et al. 2024, arXiv 2406.08446",
    build=build,
    shots=5,
    wants=ScoreLetters,
    readers=("letters",),
    average="macro",
)
OLMES_CLOZE = replace(
    OLMES,
    name="olmes-cloze",
    summary="AI2's OLMES, cloze form: 5-shot, the most probable text per character, macro average",
    source="allenai/OLMo-Eval @ f108d53, olmes_v0_1; Gu et al. 2024, arXiv 2406.08446",
    build=build_cloze,
    wants=ScoreChoices,
    readers=("olmes-per-char", "choices", "choices-per-char"),
)
