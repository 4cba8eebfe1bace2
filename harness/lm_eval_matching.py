"""Matching: which of our questions lm-evaluation-harness asked, and by which of our protocols.

Takes its Samples, and a Task with its questions where the samples may be ours; gives what was Asked. A question is
known by its text and choices in the sample's row, a protocol by the hash of every prompt: names and versions prove
nothing.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.errors import UsageError
from harness.examples import choose_examples
from harness.lm_eval_files import Sample
from harness.lm_eval_tasks import Form
from harness.prompts import Generate
from harness.protocols import PROTOCOLS, Protocol
from harness.questions import LETTERS, Question, QuestionSet
from harness.task import Task


@dataclass(frozen=True, slots=True)
class Asked:
    """A sample and the question that it asked, with the right answer that lm-evaluation-harness held."""

    question: Question
    sample: Sample


def as_ours(
    samples: Iterable[Sample], questions: Iterable[Question], form: Form | None
) -> tuple[tuple[Asked, ...], tuple[Sample, ...]]:
    """The samples that ask a question of ours, and the rest.

    Where a question is there twice, the one whose id or subject the sample names, then the first in file order.

    Raises:
        UsageError: a sample has not as many choices as its question, or its right answer is none of them.
    """
    known: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions:
        known[_core(question)].append(question)
    found, rest, taken = [], [], set[str]()
    for sample in samples:
        subject = form.subject_of(sample.task) if form else None
        near = [
            question
            for text in sample.texts
            for question in known.get(text, ())
            if question.id not in taken and _is_of(question, subject) and _fits(question, sample)
        ]
        if near:
            question = min(near, key=lambda one: _distance(one, sample))
            taken.add(question.id)
            found.append(Asked(replace(question, gold=_gold(sample, question.letters)), sample))
        else:
            rest.append(sample)
    return tuple(found), tuple(rest)


def as_theirs(samples: Iterable[Sample]) -> tuple[Asked, ...]:
    """The samples as questions that we know nothing of: named by task and place, told apart by their prompts.

    Raises:
        UsageError: text was generated, so that there are no choices to choose from, or too many of them.
    """
    found = []
    for sample in samples:
        if not 1 < len(sample.continuations) <= len(LETTERS):
            raise UsageError(
                f"{sample.task} of lm-evaluation-harness scores no choices, so what its replies choose cannot be told; "
                "where its questions are those of a task of ours, name that with --task."
            )
        question = Question(
            id=f"{sample.task}/{sample.number}",
            subject=sample.task,
            text=sample.prompt_sha256,  # stands for the text, which no file of ours shall hold
            choices=sample.continuations,
            gold=_gold(sample, LETTERS[: len(sample.continuations)]),
        )
        found.append(Asked(question, sample))
    return tuple(found)


def protocol_as_asked(
    asked: Sequence[Asked], task: Task, held: QuestionSet, form: Form | None, shots: int
) -> Protocol | None:
    """The protocol of ours whose prompts are those of the samples, every one; None where there is none."""
    if not {one.question.id for one in asked} <= {question.id for question in held.questions}:
        return None
    for name in _likely(task, form, asked[0].sample):
        if all(_have_its_prompts(PROTOCOLS[name], part, held, shots) for part in (asked[:1], asked)):
            return PROTOCOLS[name]
    return None


def _core(question: Question) -> str:
    """The question proper: rows hold what is read before it in a column of its own."""
    return question.text.removeprefix(question.context).strip()


def _is_of(question: Question, subject: str | None) -> bool:
    return not subject or question.subject.replace(" ", "_") == subject


def _distance(question: Question, sample: Sample) -> tuple[bool, bool]:
    """Smaller for the question that is meant among those of the same words: exports of ours have its id in the row."""
    subject = question.subject.replace(" ", "_")
    named = question.subject in sample.texts or sample.task.endswith(f"_{subject}")
    return question.id not in sample.texts, not named


def _fits(question: Question, sample: Sample) -> bool:
    if sample.continuations and len(sample.continuations) != len(question.choices):
        return False
    return all(choice.strip() in sample.texts for choice in question.choices)


def _gold(sample: Sample, letters: str) -> str:
    """The letter of the right answer: lm-evaluation-harness names the choice by its place, its label or its text."""
    said = sample.target.strip()
    if not sample.continuations:
        if (letter := said.strip("()")) in set(letters):
            return letter
    elif said.isdecimal() or said.startswith("["):
        places = ast.literal_eval(said)
        places = places if isinstance(places, list) else [places]
        if places and all(isinstance(place, int) and 0 <= place < len(letters) for place in places):
            return "".join(letters[place] for place in sorted(set(places)))
    else:
        texts = [continuation.strip() for continuation in sample.continuations]
        if said in texts:
            return letters[texts.index(said)]
    raise UsageError(
        f"{sample.task}, sample {sample.number}: its target {said[:60]!r} is none of {len(letters)} choices."
    )


def _likely(task: Task, form: Form | None, sample: Sample) -> list[str]:
    """The task's protocols that ask for such replies, the likeliest first."""
    generates = sample.text is not None
    fitting = [name for name in task.protocols if (PROTOCOLS[name].wants is Generate) == generates]
    usual = form.protocol if form else ""
    return sorted(fitting, key=lambda name: (name != usual, not name.startswith("lm-eval")))


def _have_its_prompts(protocol: Protocol, asked: Sequence[Asked], held: QuestionSet, shots: int) -> bool:
    try:
        examples = choose_examples(protocol, held, [one.question for one in asked], shots)
    except UsageError:  # there are not as many examples
        return False
    return all(
        protocol.build(one.question, examples.before(one.question, shots)).sha256 == one.sample.prompt_sha256
        for one in asked
    )
