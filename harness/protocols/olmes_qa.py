"""olmes-qa, olmes-qa-cloze, olmes-qa-pmi: ARC, CommonsenseQA and OpenBookQA by AI2's OLMES, in its two forms.

Source: allenai/OLMo-Eval, olmo_eval/tasks/olmes_v0_1 @ f108d53; Gu et al. 2024, arXiv 2406.08446. The same as MMLU
without a description, and with five examples that its authors chose from each training split, which are known by their
ids. Of the cloze form ARC-Easy is read per character (olmes-qa-cloze), the other three by what the question adds to a
choice's logprob after "Answer:" alone (olmes-qa-pmi). As with MMLU the better of the two forms is quoted. The source
asks 1,000 questions of ARC-Easy, drawn at random; here all are asked unless told otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Prompt, ScoreChoices, ScoreLetters
from harness.protocols.base import Protocol, choice_texts, continued, gold_text
from harness.protocols.olmes import ask, ask_openly
from harness.questions import Question

_CHOSEN = (
    *("MCAS_2007_8_5189", "Mercury_SC_401169", "MCAS_2004_8_27", "NYSEDREGENTS_2006_8_10", "Mercury_7013388"),
    *("Mercury_SC_415702", "MCAS_2009_5_6516", "Mercury_7233695", "Mercury_7041615", "MCAS_1998_4_3"),
    *("61fe6e879ff18686d7552425a36344c8", "02e821a3e53cb320790950aab4489e85"),
    *("23505889b94e880c3e89cff4ba119860", "a76403b4921a9281b6ee2a7241a5ec9f"),
    "6dc921840aa1e5dda3333b79007f630b",
    *("7-584", "7-870", "9-732", "9-782", "8-72"),
)
"""Ids of the examples: of ARC-Easy, ARC-Challenge, CommonsenseQA and OpenBookQA, five each."""


def chosen(examples: Sequence[Question]) -> Sequence[Question]:
    """Those of a task's examples that the authors chose, in their order."""
    with_id = {example.id: example for example in examples if example.id in _CHOSEN}
    return tuple(with_id[id_] for id_ in _CHOSEN if id_ in with_id)


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples with their letter, then the question up to "Answer:"."""
    return Prompt(continued(question, shots, ask), ScoreLetters(question.letters))


def build_cloze(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same without choices; examples have the text of their answer."""
    return Prompt(continued(question, shots, ask_openly, gold_text), ScoreChoices(choice_texts(question)))


def build_pmi(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same, with the choices also scored after "Answer:" alone."""
    text = continued(question, shots, ask_openly, gold_text)
    return Prompt(text, ScoreChoices(choice_texts(question), baseline="Answer:"))


OLMES_QA = Protocol(
    name="olmes-qa",
    summary="AI2's OLMES of other tasks, multiple-choice form: its authors' 5 shots, the most probable of the letters",
    source="allenai/OLMo-Eval @ f108d53, olmes_v0_1; Gu et al. 2024, arXiv 2406.08446",
    build=build,
    shots=5,
    max_shots=5,
    order=chosen,
    wants=ScoreLetters,
    readers=("letters",),
)
OLMES_QA_CLOZE = replace(
    OLMES_QA,
    name="olmes-qa-cloze",
    summary="AI2's OLMES of ARC-Easy, cloze form: its authors' 5 shots, the most probable text per character",
    build=build_cloze,
    wants=ScoreChoices,
    readers=("olmes-per-char", "choices", "choices-per-char"),
)
OLMES_QA_PMI = replace(
    OLMES_QA_CLOZE,
    name="olmes-qa-pmi",
    summary="AI2's OLMES of the other three, cloze form: the text that the question makes more probable",
    build=build_pmi,
    readers=("choices-pmi", "choices", "olmes-per-char"),
)
