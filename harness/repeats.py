"""Repeats: each question asked several times, since a model that samples answers differently each time.

A repeat is a question of its own, so that whatever asks, reads, scores and compares questions need not know of it:
its id is "<id>#2" and so on, and all repeats of a question are one cluster. Texts are shared, not copied.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.errors import UsageError
from harness.mapping import Columns
from harness.orders import orders
from harness.questions import Question, cluster_of
from harness.rows import shuffled


def repeated(questions: Sequence[Question], times: int, columns: Columns | None) -> tuple[Question, ...]:
    """All questions once, then all again: who is stopped early has asked as many as possible.

    Args:
        questions: as they are asked first.
        times: how often each is asked; once: as it is.
        columns: of the task. Where its choices are shuffled each repeat has its own order, so that the place of the
            right choice is averaged over too; a source's order is what that source does when it asks again.

    Raises:
        UsageError: a repeat would have the id of another question.
    """
    if times == 1:
        return tuple(questions)
    taken = {question.id for question in questions}
    first = [replace(q, cluster=q.cluster or cluster_of(q.id)) for q in questions]
    again = [_again(q, number, columns) for number in range(2, times + 1) for q in first]
    for question in again:
        if question.id in taken:
            raise UsageError(
                f"the dataset has a question called {question.id!r}, which would be the id of a repeat: ask without "
                "repeats."
            )
    return (*first, *again)


def first_id(id_: str) -> str:
    """The id that a repeat's question has when it is asked first."""
    return id_.rpartition("#")[0]


def _again(question: Question, number: int, columns: Columns | None) -> Question:
    id_ = f"{question.id}#{number}"
    order = _order(question, id_, number, columns)
    if order is None:
        return replace(question, id=id_)
    right = sorted(order.index(question.alphabet.index(letter)) for letter in question.gold)
    return replace(
        question,
        id=id_,
        choices=tuple(question.choices[place] for place in order),
        gold="".join(question.alphabet[place] for place in right),
    )


def _order(question: Question, id_: str, number: int, columns: Columns | None) -> Sequence[int] | None:
    """The places that the choices had the first time, in their order this time; None: as they were."""
    if columns and columns.order and question.place:
        first, now = (
            orders(columns.order, question.place.of, time)[question.place.number] for time in (1, number)
        )
        return [first.index(column) for column in now]
    if columns and columns.shuffle_seed is not None:
        return shuffled(len(question.choices), columns.shuffle_seed, id_)
    return None
