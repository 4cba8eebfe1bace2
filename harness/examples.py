"""Examples: which few-shot examples stand before which question.

Takes a Protocol and a QuestionSet; gives Examples. Most protocols take the first of a subject's; some draw anew for
each question. Knows nothing of prompts.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from harness.errors import UsageError
from harness.protocols.base import Draw, Protocol
from harness.questions import Question, QuestionSet
from harness.repeats import first_id


@dataclass(frozen=True, slots=True)
class Examples:
    """The chosen examples, in the order in which they stand in a prompt.

    Attributes:
        of_subject: subject to the examples of all its questions.
        of_question: id to the question's own examples, where the protocol draws them; it goes first.
    """

    of_subject: Mapping[str, Sequence[Question]]
    of_question: Mapping[str, Sequence[Question]]

    def before(self, question: Question, count: int) -> Sequence[Question]:
        """The first `count` examples of a question; fewer where it has fewer."""
        own = self.of_question.get(question.id) or self.of_question.get(first_id(question.id))
        return (self.of_subject.get(question.subject, ()) if own is None else own)[:count]


def choose_examples(
    protocol: Protocol, held: QuestionSet, wanted: Iterable[Question], count: int
) -> Examples:
    """Choose `count` examples for each question.

    Args:
        protocol: says how.
        held: all questions, whose order in the file decides what is drawn for each, and their examples.
        wanted: those that will be asked.
        count: of examples.

    Raises:
        UsageError: there are too few, or one of them does not fit.
    """
    if not count:  # and those of another task need not be loaded
        return Examples({}, {})
    wanted = tuple(wanted)
    if protocol.draw is not None:
        _check(held.shots, wanted, count)
        return Examples({}, _drawn(protocol.draw, held, {question.id for question in wanted}, count))
    order = protocol.order  # which may have to read them all
    taken = {name: order(shots) if order else shots for name, shots in held.shots.items()}
    _check(taken, wanted, count, f" that {protocol.name} takes" if order else "")
    return Examples({name: tuple(shots[:count]) for name, shots in taken.items()}, {})


def _check(
    shots: Mapping[str, Sequence[Question]], wanted: Iterable[Question], count: int, which: str = ""
) -> None:
    for subject in dict.fromkeys(question.subject for question in wanted):
        there = len(shots.get(subject, ()))
        if there < count:
            raise UsageError(
                f"{count} shots are wanted, and the dataset has {there} few-shot examples for {subject}{which}; "
                f"ask with --shots {there}{' or --shots 0' if there else ''}."
            )


def _drawn(draw: Draw, held: QuestionSet, wanted: Set[str], count: int) -> dict[str, Sequence[Question]]:
    """Id to examples; drawn for all questions, since what one gets depends on how many were drawn for before it."""
    drawn: dict[str, Sequence[Question]] = {}
    for questions, pool in _pools(held):
        for question, places in zip(questions, draw(len(questions), len(pool), count), strict=True):
            if question.id in wanted:
                shots = [pool[place] for place in places]
                if len(shots) > count:  # one to spare, in case that it is the question itself
                    shots = [shot for shot in shots if not _same(shot, question)]
                drawn[question.id] = tuple(shots[:count])
    return drawn


def _pools(held: QuestionSet) -> Iterable[tuple[list[Question], Sequence[Question]]]:
    """All questions, in file order, with the examples that they draw from: their subject's, or those of all."""
    pools: dict[int, tuple[list[Question], Sequence[Question]]] = {}
    for question in held.questions:
        pool = held.shots.get(question.subject, ())
        if pool:
            pools.setdefault(id(pool), ([], pool))[0].append(question)
    return pools.values()


def _same(example: Question, question: Question) -> bool:
    return (example.text, example.choices, example.gold) == (question.text, question.choices, question.gold)
