"""olmes: MMLU by AI2's Open Language Model Evaluation Standard, in its multiple-choice form.

Source: allenai/oe-eval @ cc62518 (2024-11-04); Gu et al. 2024, arXiv 2406.08446. Before each letter stands a space, so
that " A" in the choices is the token that the answer is. White space of the questions is kept. OLMES reports the
better of two forms for each model; the other one scores the choices' texts, as `lm-eval-continuation` does.
"""

from collections.abc import Sequence

from harness.prompts import Prompt, ScoreLetters
from harness.protocols.base import Protocol, continued
from harness.protocols.lm_eval import description
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Description, examples with their letter, then the question up to "Answer:"."""
    text = description(question.subject) + continued(question, shots, _ask)
    return Prompt(text, ScoreLetters(question.letters))


def _ask(question: Question) -> str:
    choices = "\n".join(
        f" {letter}. {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    )
    return f"Question: {question.text}\n{choices}\nAnswer:"


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
