"""The readers, by name: each exact about its source, traps included, so that scores stay comparable."""

from harness.answers import Reader
from harness.readers.logprobs import CHOICES, CHOICES_PER_CHAR, LETTERS
from harness.readers.simple_evals import SIMPLE_EVALS

READERS: dict[str, Reader] = {
    reader.name: reader for reader in (LETTERS, CHOICES, CHOICES_PER_CHAR, SIMPLE_EVALS)
}

__all__ = ["READERS"]
