"""How lm-evaluation-harness draws few-shot examples for tasks that have no examples of their own.

Source: ContextSampler in api/samplers.py, and ConfigurableTask.fewshot_context in api/task.py, of
EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13). One generator, seeded with 1234 for each task, draws anew for
every question in the order of the split, from the whole training split. So the examples of a question depend on its
place in the split, and on the size of both splits, which a dataset of another revision may not have.

Not reproduced: another `--seed`; several processes, each of which has a generator of its own and every so-manieth
question; `--samples`; and a training split in which a question stands twice, where both copies are drawn for it.
"""

from collections.abc import Sequence
from random import Random

SEED = 1234


def drawn(questions: int, examples: int, shots: int) -> Sequence[Sequence[int]]:
    """As for tasks whose scored split is their test split."""
    return _drawn(questions, examples, shots)


def drawn_with_one_to_spare(questions: int, examples: int, shots: int) -> Sequence[Sequence[int]]:
    """As for tasks without a test split, where the source takes care not to show a question to itself.

    It compares the name of the split that examples come from, which these tasks do not give, with that of the test
    split: none is equal to none, and one more is drawn.
    """
    return _drawn(questions, examples, min(shots + 1, examples))


def _drawn(questions: int, examples: int, count: int) -> list[list[int]]:
    random = Random(SEED)  # noqa: S311 - the source's own
    return [random.sample(range(examples), count) for _ in range(questions)]
