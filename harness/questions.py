"""Questions: what a benchmark asks, and which answer it holds to be right.

Loaded by harness/dataset.py from a task's dataset. Knows nothing of prompts, models or files.
"""

import hashlib
import json
import string
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

LETTERS = string.ascii_uppercase


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its file: its number, from 0, and how many rows there are."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Question:
    """One multiple-choice question.

    Attributes:
        id: the dataset's own identifier, else `<subject>/<place within the subject, from 0>`.
        gold: the letter of the right choice, or the letters where the task lets each of several be right.
        rationale: the worked answer that a few-shot example has, "" where it has none.
        alphabet: the letters that choices are named by, in order: "1234", "アイウエ"; as many as there are choices,
            or more.
        context: the beginning of the text that is to be read before the question proper, "" where there is none.
        cluster: the same for questions that share a passage, by `cluster_of`; None: it shares with none.
        place: of its row, where the order of the choices hangs on it.
    """

    id: str
    subject: str
    text: str
    choices: tuple[str, ...]
    gold: str
    rationale: str = ""
    alphabet: str = LETTERS
    context: str = ""
    cluster: str | None = None
    place: Place | None = None

    @property
    def letters(self) -> str:
        """The letters of the choices: "ABCD" for four."""
        return self.alphabet[: len(self.choices)]


class LaterShots(Mapping[str, Sequence[Question]]):
    """Subject to its examples, loaded when the first is wanted: those of another task are another dataset.

    Raises what the loading raises, then.
    """

    def __init__(self, load: Callable[[], Mapping[str, Sequence[Question]]]) -> None:
        self._load = load

    @cached_property
    def _held(self) -> Mapping[str, Sequence[Question]]:
        return self._load()

    def __getitem__(self, subject: str) -> Sequence[Question]:
        return self._held[subject]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """All questions of a task's split, and the few-shot examples that may precede them.

    Attributes:
        questions: in file order.
        shots: subject to its few-shot examples, in file order; empty where the task has none. Where all subjects
            share them, they are the same object. Those of another task are loaded when they are first looked at.
        groups: group to its subjects, where the rows say so; the task's own are not here.
        revision: the commit that the hub gave, None where it was not asked.
        left_out: what is wrong with the rows that were left out, a sentence each.
        stripped: ids of the questions of whose cells white space was taken off.
        notes: what a reader of the score should know of the questions, as sentences.
    """

    questions: tuple[Question, ...]
    shots: Mapping[str, Sequence[Question]]
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    revision: str | None = None
    left_out: tuple[str, ...] = ()
    stripped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the questions' content, whatever files held it."""
        return fingerprint(self.questions)


def cluster_of(shared: str) -> str | None:
    """What stands for a shared text or name in files, which must not hold it: 16 hex digits of its SHA-256.

    Returns:
        None for a blank text, which nobody shares.
    """
    return sys.intern(hashlib.sha256(shared.encode()).hexdigest()[:16]) if shared.strip() else None


def fingerprint(questions: Iterable[Question]) -> str:
    """SHA-256 over one JSON line a question: id, subject, text, choices, gold."""
    digest = hashlib.sha256()
    for q in questions:
        line = json.dumps([q.id, q.subject, q.text, q.choices, q.gold], ensure_ascii=False)
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
