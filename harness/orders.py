"""Orders: how each source of GPQA puts the choices in order, since the data has the right one in a column of its own.

Takes how many rows a file has; gives an order of the four choices for each, as places in the columns `Correct Answer`,
`Incorrect Answer 1`, `2`, `3`. Knows nothing of rows or tasks.

A source shuffles row after row with one random generator, so its order is that of a row's place in the whole file,
whatever of it is asked. What could not be read is not here: Meta's order, that of evalscope (it goes by a hash of the
question), and lighteval's, which goes on with a global generator after whatever ran before.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice
from itertools import repeat as always
from random import Random
from typing import Literal

OrderName = Literal[
    "simple-evals", "lm-eval", "lm-eval-n-shot", "helm", "inspect-evals", "opencompass", "openbench"
]
Order = tuple[int, ...]
"""Places: which of the columns comes first, second, third and fourth."""

CHOICES = 4
_RIGHT_FIRST = (0, 1, 2, 3)
_RIGHT_LAST = (1, 2, 3, 0)


@cache
def orders(name: OrderName, rows: int, repeat: int = 1) -> tuple[Order, ...]:
    """The order of the choices of each row of a file that has so many, as the source by that name puts them.

    Args:
        name: of the source.
        rows: how many.
        repeat: the how manieth time all of them are asked, from 1.
    """
    begin = (repeat - 1) * rows if name in _GO_ON else 0
    return tuple(islice(_SOURCES[name](rows), begin, begin + rows))


def _sampled(_: int) -> Iterator[Order]:
    """simple-evals @ ee3b031, gpqa_eval.py: the list of all rows, as often as they are asked, row after row."""
    random = Random(0)  # noqa: S311 - the source's own, here and below
    while True:
        yield tuple(random.sample(range(CHOICES), CHOICES))


def _shuffled(_: int, *, seed: int, start: Order) -> Iterator[Order]:
    """One generator that shuffles row after row.

    lm-evaluation-harness @ 4e7e0d47: tasks/gpqa/{zeroshot,cot_zeroshot,cot_n_shot} and tasks/leaderboard/gpqa shuffle
    with the global generator, which its evaluator has seeded with 0. So this holds for a GPQA task that is asked alone,
    or first, with the default --seed; run on made-up rows with 0.4.13. HELM @ 63754d0, scenarios/gpqa_scenario.py, and
    inspect_evals 0.26.0 (shuffle_choices of inspect_ai) both shuffle by seed 42, and so alike.
    """
    random = Random(seed)  # noqa: S311
    while True:
        order = list(start)
        random.shuffle(order)
        yield tuple(order)


def _fourth_time(rows: int) -> Iterator[Order]:
    """lm-evaluation-harness's tasks/gpqa/n_shot: a generator of its own, by seed 42.

    Version 0.4.13 makes the rows ready four times before it asks, each time with what the generator gives next.
    """
    return islice(_shuffled(rows, seed=42, start=_RIGHT_LAST), 3 * rows, None)


def _turned(_: int) -> Iterator[Order]:
    """OpenCompass @ a5acc4b, datasets/gpqa.py: turned by the row's number, which it counts from 1. No chance."""
    row = 0
    while True:
        row += 1
        yield tuple((row + place) % CHOICES for place in range(CHOICES))


def _always_the_same(rows: int) -> Iterator[Order]:
    """openbench @ d03922c: seeded with 0 anew for every question, so that the right choice is always B."""
    return always(next(_shuffled(rows, seed=0, start=_RIGHT_FIRST)))


_GO_ON = ("simple-evals",)
"""Sources that ask again in orders which the same generator gives next; the others keep each row's order."""
_SOURCES: dict[OrderName, Callable[[int], Iterator[Order]]] = {
    "simple-evals": _sampled,
    "lm-eval": partial(_shuffled, seed=0, start=_RIGHT_LAST),
    "lm-eval-n-shot": _fourth_time,
    "helm": partial(_shuffled, seed=42, start=_RIGHT_FIRST),
    "inspect-evals": partial(_shuffled, seed=42, start=_RIGHT_FIRST),
    "opencompass": _turned,
    "openbench": _always_the_same,
}
