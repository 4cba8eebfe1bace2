"""The readers, by name.

Each is exact about its source, traps included, so that scores stay comparable; `best` is our own.
"""

from harness.answers import Reader
from harness.readers.best import BEST
from harness.readers.logprobs import CHOICES, CHOICES_PER_CHAR, LETTERS
from harness.readers.simple_evals import SIMPLE_EVALS

READERS: dict[str, Reader] = {
    reader.name: reader for reader in (LETTERS, CHOICES, CHOICES_PER_CHAR, SIMPLE_EVALS, BEST)
}

__all__ = ["READERS"]
