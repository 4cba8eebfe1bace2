"""Plans: what one run asks, fixed before the first request.

Takes a Task, its QuestionSet and the user's choices; gives a Plan, which can make every Prompt. Knows
nothing of endpoints, files or replies.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.answers import Reader
from harness.errors import UsageError
from harness.examples import Examples, choose_examples
from harness.prompts import Prompt
from harness.protocols import PROTOCOLS, Protocol
from harness.questions import Question, QuestionSet, fingerprint
from harness.readers import READERS
from harness.repeats import repeated
from harness.selection import ALL, Selection, select
from harness.task import Task, did_you_mean


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, in which way, and how it is read.

    Attributes:
        selection: the user's choice of questions.
        as_published: whether the source's own system message and sampling are sent.
        shots: few-shot examples before each question.
        repeats: how often each question is asked; each time it is one of `questions`.
        questions: the wanted ones, in the order in which they are asked: subject by subject, so that
            prompts that share a beginning follow each other and servers' prefix caches hit.
        examples: the few-shot examples of each question, in the order in which the protocol takes them.
        available: how many questions the task has in all, repeats included.
        fingerprint: of all the task's questions.
        prompt_hash: SHA-256 over the wanted questions' ids and prompt hashes, ordered by id.
        comparison_key: what two scores must share to be comparable: questions, prompts, reader.
        revision: the commit of the dataset that the hub gave, None where it was not asked.
        notes: what a reader of the score should know of the questions.
    """

    task: Task
    selection: Selection
    protocol: Protocol
    as_published: bool
    shots: int
    reader: Reader
    questions: tuple[Question, ...]
    examples: Examples
    available: int
    fingerprint: str
    prompt_hash: str
    comparison_key: str
    revision: str | None = None
    notes: tuple[str, ...] = ()
    repeats: int = 1

    def prompt(self, question: Question, dropped: int = 0) -> Prompt:
        """The prompt of a question, with the last `dropped` few-shot examples left out."""
        return self.protocol.build(question, self.examples.before(question, self.shots - dropped))


def make_plan(
    task: Task,
    question_set: QuestionSet,
    *,
    selection: Selection = ALL,
    protocol: str | None = None,
    shots: int | None = None,
    reader: str | None = None,
    as_published: bool = False,
    repeats: int | None = None,
) -> Plan:
    """Choose questions, protocol and reader.

    Args:
        task: the task.
        question_set: all its questions.
        selection: which of them are asked.
        protocol: by name; the task's default where None.
        shots: few-shot examples; the protocol's default where None.
        reader: by name; the protocol's first where None.
        as_published: with the protocol's own system message and sampling.
        repeats: how often each question is asked; once where None, or as published.

    Raises:
        UsageError: a name is unknown, does not fit, or there are too few examples; or an id is taken.
    """
    if question_set.groups:
        task = task.model_copy(update={"groups": question_set.groups})
    asked_by = _protocol(task, protocol or task.protocol)
    if as_published:
        asked_by = asked_by.as_published()
    times = repeats or (asked_by.published.repeats if as_published else 1)
    once = select(question_set.questions, task, selection)
    wanted = repeated(once, times, task.columns)
    count = _shots(asked_by, shots)
    examples = choose_examples(asked_by, question_set, once, count)
    read_by = _reader(asked_by, reader or asked_by.readers[0])
    prompts = {q.id: asked_by.build(q, examples.before(q, count)).sha256 for q in wanted}
    prompt_hash, comparison_key = keys_of(wanted, prompts, read_by.name)
    return Plan(
        task=task,
        selection=selection,
        protocol=asked_by,
        as_published=as_published,
        shots=count,
        reader=read_by,
        questions=wanted,
        examples=examples,
        available=len(question_set.questions) * times,
        fingerprint=question_set.fingerprint,
        prompt_hash=prompt_hash,
        comparison_key=comparison_key,
        revision=question_set.revision,
        notes=question_set.notes,
        repeats=times,
    )


def keys_of(questions: Iterable[Question], prompts: Mapping[str, str], reader: str) -> tuple[str, str]:
    """The prompt_hash and the comparison_key of questions, whoever asks them.

    Args:
        questions: the wanted ones.
        prompts: id to the SHA-256 of its prompt.
        reader: its name.
    """
    ordered = sorted(questions, key=lambda question: question.id)
    prompt_hash = _hash(f"{question.id} {prompts[question.id]}" for question in ordered)
    return prompt_hash, _hash((fingerprint(ordered), prompt_hash, reader))


def _protocol(task: Task, name: str) -> Protocol:
    if name not in PROTOCOLS:
        known = ", ".join(PROTOCOLS)
        raise UsageError(f"unknown protocol {name!r}{did_you_mean(name, PROTOCOLS)}; there are {known}.")
    if name not in task.protocols:
        raise UsageError(f"task {task.name} cannot be asked by {name}; it knows {', '.join(task.protocols)}.")
    return PROTOCOLS[name]


def _reader(protocol: Protocol, name: str) -> Reader:
    if name not in READERS:
        raise UsageError(
            f"unknown reader {name!r}{did_you_mean(name, READERS)}; there are {', '.join(READERS)}."
        )
    if READERS[name].reads is not protocol.wants:
        fitting = ", ".join(reader.name for reader in READERS.values() if reader.reads is protocol.wants)
        raise UsageError(f"reader {name} cannot read what {protocol.name} asks for; {fitting} can.")
    return READERS[name]


def _shots(protocol: Protocol, asked: int | None) -> int:
    shots = protocol.shots if asked is None else asked
    if shots < 0:
        raise UsageError(f"--shots {shots} is below 0.")
    if protocol.max_shots is not None and shots > protocol.max_shots:
        raise UsageError(
            f"{protocol.name} takes at most {protocol.max_shots} shots; leave --shots {shots} out."
        )
    return shots


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
