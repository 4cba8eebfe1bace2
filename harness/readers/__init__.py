"""The readers, by name.

Each is exact about its source, traps included, so that scores stay comparable; `best` is our own.
"""

from harness.answers import Reader
from harness.readers.best import BEST
from harness.readers.helm_mmlu_pro import HELM_MMLU_PRO
from harness.readers.logprobs import CHOICES, CHOICES_PER_CHAR, LETTERS
from harness.readers.meta_mmlu_pro import META_LLAMA3_MMLU_PRO
from harness.readers.mmlu_pro import CHAIN, STRICT
from harness.readers.simple_evals import SIMPLE_EVALS

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        LETTERS,
        CHOICES,
        CHOICES_PER_CHAR,
        SIMPLE_EVALS,
        STRICT,
        CHAIN,
        HELM_MMLU_PRO,
        META_LLAMA3_MMLU_PRO,
        BEST,
    )
}

__all__ = ["READERS"]
