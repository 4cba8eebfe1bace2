"""cloze, cloze-pmi: each choice's text scored by its logprobs after the question; no letters anywhere.

Ours, in the form that lm-evaluation-harness gives to ARC (`Question: …\\nAnswer:` and " " + choice). Small
models answer so what they cannot answer by letters: SmolLM2-135M does not know that "B" stands for a
choice, but finds the right text more probable. Read as the sum of the logprobs (lm-eval's acc), which
favours short choices, or divided by the choice's characters (its acc_norm) or bytes (its acc_bytes).

cloze-pmi asks twice as much: it scores the choices after "Answer:" alone too, and takes the one that the question makes
more probable (pointwise mutual information; Holtzman et al. 2021, arXiv 2104.08315).
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Prompt, ScoreChoices
from harness.protocols.base import Protocol, choice_texts, continued, gold_text
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples with the text of their answer, then the question up to "Answer:"."""
    return Prompt(continued(question, shots, _ask, gold_text), ScoreChoices(choice_texts(question)))


def build_pmi(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same, with the choices also scored after "Answer:" alone, as lighteval does."""
    prompt = build(question, shots)
    assert isinstance(prompt.want, ScoreChoices)  # noqa: S101 - for the type checker
    return replace(prompt, want=replace(prompt.want, baseline="Answer:"))


def _ask(question: Question) -> str:
    return f"Question: {question.text}\nAnswer:"


CLOZE = Protocol(
    name="cloze",
    summary="ours: each choice's text scored by its logprobs, for small and base models",
    source="this project; form of lm-evaluation-harness's arc_easy @ 4e7e0d47",
    build=build,
    shots=0,
    wants=ScoreChoices,
    readers=("choices", "choices-per-char", "choices-per-byte"),
)
CLOZE_PMI = replace(
    CLOZE,
    name="cloze-pmi",
    summary="ours: the text of a choice that the question makes more probable; twice as many requests",
    build=build_pmi,
    readers=("choices-pmi", *CLOZE.readers),
)
