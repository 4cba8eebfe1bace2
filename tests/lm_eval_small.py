"""lm-evaluation-harness with a model whose answer depends on the prompt alone, as whole_runs.letter_for has it.

Run by the Python of an environment that has lm_eval, with its own arguments: run --model small --tasks …
"""

import zlib

from lm_eval.__main__ import cli_evaluate
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model


def letter_for(text):
    return "ABCD"[zlib.crc32(text.encode()) & 3]


@register_model("small")
class Small(LM):
    """Scores the letter, or of longer texts the one that is as long as the letter's place says."""

    def __init__(self, **_):
        super().__init__()

    def loglikelihood(self, requests, disable_tqdm=False):
        return [self._scored(*request.arguments) for request in requests]

    def generate_until(self, requests, disable_tqdm=False):
        return [f" {letter_for(request.arguments[0])}" for request in requests]

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        raise NotImplementedError

    def _scored(self, context, continuation):
        text = continuation.strip()
        if len(text) == 1:
            return (-0.1, True) if text == letter_for(context) else (-3.0, False)
        return -(zlib.crc32((context + text).encode()) % 1000) / 100 - 0.01, False


cli_evaluate()
