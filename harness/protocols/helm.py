"""helm: MMLU as Stanford's HELM asks it (Lite, and the MMLU leaderboard): one written token.

Source: run_specs/lite_run_specs.py, adapters/in_context_learning_adapter.py of stanford-crfm/helm @ 63754d0 (0.5.16),
without output_format_instructions. The examples' order is HELM's own (`balanced`), another in each subject. HELM opens
the files in text mode, so that `\\r\\n` is `\\n`. The average is over subjects: Lite has five of them, the leaderboard
all.

Traps: a reply that begins with `The` or a line break is wrong, as it has used up its one token; and since the texts of
choices are compared, of two equal ones either letter is right.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from random import Random

from harness.prompts import Generate, Prompt
from harness.protocols.base import Protocol, continued, gold_text, to_the_answer
from harness.protocols.lm_eval import description
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Header, examples with their letter, then the question up to "Answer:"."""
    text = continued(_in_text_mode(question), tuple(map(_in_text_mode, shots)), ask)
    return Prompt(description(question.subject) + text, Generate(max_tokens=1))


def ask(question: Question) -> str:
    """One question up to "Answer:"."""
    return f"Question: {to_the_answer(question)}"


def balanced(examples: Sequence[Question]) -> Sequence[Question]:
    """The examples of a subject in the order in which HELM takes them, lighteval's too.

    Grouped by the text of the right choice, the larger groups first and equal ones shuffled; then one of each group in
    turn, by chance. The chance is that of seed 0, and the same in every subject.
    """
    random = Random(0)  # noqa: S311 - the source's own
    with_answer: dict[str, list[Question]] = {}
    for example in examples:
        with_answer.setdefault(gold_text(example), []).append(example)
    answers: list[str] = []
    for size in sorted({len(group) for group in with_answer.values()}, reverse=True):
        equal = [answer for answer in sorted(with_answer) if len(with_answer[answer]) == size]
        random.shuffle(equal)
        answers += equal
    order: list[Question] = []
    for answer in cycle(answers):
        if len(order) == len(examples):
            break
        if group := with_answer[answer]:
            order.append(group.pop(random.randrange(len(group))))
    return order


def _in_text_mode(question: Question) -> Question:
    return replace(
        question, text=_unix(question.text), choices=tuple(_unix(choice) for choice in question.choices)
    )


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


HELM = Protocol(
    name="helm",
    summary="HELM's: 5-shot in its own order, one written token, macro average",
    source="stanford-crfm/helm @ 63754d0, lite_run_specs.py and in_context_learning_adapter.py",
    build=build,
    shots=5,
    order=balanced,
    wants=Generate,
    readers=("helm", "best"),
    usual_tokens=(1, 1),
    brief=True,
    average="macro",
)
