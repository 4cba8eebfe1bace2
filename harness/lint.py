"""Lint: what is odd about a task's questions, before anybody asks them.

Takes a QuestionSet, gives Findings. Knows nothing of models or prompts, and changes nothing: some benchmarks repeat
questions, and their published scores count them.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harness.questions import Question, QuestionSet

_LONG_CHARS = 16_000
"""Some 4,000 tokens of English: what fills the context of small models."""

_SURE = 0.001
"""A chance of less than this is called an imbalance: a benchmark is looked at once, and has many questions."""

_SHOWN = 3

_EXAMPLES = 100
"""Looked at of each subject: few prompts hold more, and a train split may have 100,000."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of oddity.

    Attributes:
        count: questions, rows or examples that have it.
        what: the oddity, in a few words.
        examples: the first of them, by id; or, of rows that do not fit, what is wrong with them.
    """

    count: int
    what: str
    examples: tuple[str, ...]


def lint(held: QuestionSet) -> tuple[Finding, ...]:
    """Everything odd, the gravest first; nothing where all is well."""
    questions = held.questions
    found = [
        _finding("rows that do not fit", held.left_out),
        _finding("the same question with another right answer", _contradicting(questions)),
        _finding("repeats of an earlier question, word for word", _repeated(questions)),
        _finding("examples that are questions too", _overlapping(held)),
        _finding("two choices that are the same", _with(questions, _repeats_a_choice)),
        _finding("an empty question or choice", _with(questions, _is_empty)),
        _finding("one choice only", _with(questions, lambda question: len(question.choices) == 1)),
        _finding("white space at an end of the question or a choice", _with(questions, _is_ragged)),
        _finding("white space at an end of a cell, taken off", held.stripped),
        _finding(
            f"more than {_LONG_CHARS:,} characters", _with(questions, lambda q: _length(q) > _LONG_CHARS)
        ),
        *_imbalances(questions),
    ]
    return tuple(finding for finding in found if finding.count)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The chance of a chi-square of so many degrees of freedom, 1 or more, to be this large or larger."""
    half = statistic / 2
    tail, degrees = (math.exp(-half), 2) if freedom % 2 == 0 else (math.erfc(math.sqrt(half)), 1)
    while degrees < freedom:  # Abramowitz and Stegun 26.4.8
        if half > 0:
            tail += math.exp(degrees / 2 * math.log(half) - half - math.lgamma(degrees / 2 + 1))
        degrees += 2
    return min(tail, 1.0)


def _finding(what: str, having: Iterable[str]) -> Finding:
    ids = tuple(having)
    return Finding(len(ids), what, ids[:_SHOWN])


def _with(questions: Iterable[Question], is_odd: Callable[[Question], bool]) -> Iterator[str]:
    return (question.id for question in questions if is_odd(question))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _asked(question: Question) -> tuple[str, tuple[str, ...]]:
    """What makes two questions the same: their words, the order of choices aside."""
    return _plain(question.text), tuple(sorted(map(_plain, question.choices)))


def _right(question: Question) -> frozenset[str]:
    return frozenset(_plain(question.choices[question.letters.index(letter)]) for letter in question.gold)


def _contradicting(questions: Iterable[Question]) -> Iterator[str]:
    first: dict[object, frozenset[str]] = {}
    for question in questions:
        if first.setdefault(_asked(question), _right(question)) != _right(question):
            yield question.id


def _repeated(questions: Iterable[Question]) -> Iterator[str]:
    seen: set[object] = set()
    for question in questions:
        key = (question.text, question.choices, question.gold)
        if key in seen:
            yield question.id
        seen.add(key)


def _overlapping(held: QuestionSet) -> Iterator[str]:
    examples = {_asked(shot) for shots in held.shots.values() for shot in shots[:_EXAMPLES]}
    return (question.id for question in held.questions if _asked(question) in examples)


def _repeats_a_choice(question: Question) -> bool:
    return len(set(question.choices)) < len(question.choices)


def _texts(question: Question) -> Iterator[str]:
    yield question.text
    yield from question.choices


def _is_empty(question: Question) -> bool:
    return not all(text.strip() for text in _texts(question))


def _is_ragged(question: Question) -> bool:
    return any(text != text.strip() for text in _texts(question))


def _length(question: Question) -> int:
    return sum(map(len, _texts(question)))


def _imbalances(questions: Iterable[Question]) -> Iterator[Finding]:
    """Letters that are right more often than chance allows, among questions with equally many choices."""
    golds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for question in questions:
        if len(question.gold) == 1 < len(question.choices):
            golds[question.letters][question.gold] += 1
    for letters, counted in sorted(golds.items()):
        asked = counted.total()
        expected = asked / len(letters)
        statistic = math.fsum((counted[letter] - expected) ** 2 / expected for letter in letters)
        if chi_square_tail(statistic, len(letters) - 1) < _SURE:
            shares = tuple(f"{letter} {100 * counted[letter] / asked:.1f} %" for letter in letters)
            yield Finding(asked, f"right letters out of balance among {len(letters)} choices", shares)
