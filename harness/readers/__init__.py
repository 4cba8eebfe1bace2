"""The readers, by name.

Each is exact about its source, traps included, so that scores stay comparable; `best` is our own.
"""

from harness.answers import Reader
from harness.readers.best import BEST
from harness.readers.helm_mmlu_pro import HELM_MMLU_PRO
from harness.readers.lm_eval import (
    LM_EVAL_FLAN_COT_FLEXIBLE,
    LM_EVAL_FLAN_COT_STRICT,
    LM_EVAL_FLAN_N_SHOT_FLEXIBLE,
    LM_EVAL_FLAN_N_SHOT_STRICT,
    LM_EVAL_GENERATIVE,
    LM_EVAL_GPQA_COT_FLEXIBLE,
    LM_EVAL_GPQA_COT_STRICT,
)
from harness.readers.logprobs import (
    CHOICES,
    CHOICES_PER_BYTE,
    CHOICES_PER_CHAR,
    CHOICES_PMI,
    LETTERS,
    OLMES_PER_CHAR,
)
from harness.readers.meta_llama3 import (
    LLAMA_COOKBOOK,
    META_LLAMA3_CHAT,
    META_LLAMA3_COT,
    META_LLAMA3_MMLU_PRO,
)
from harness.readers.mmlu_pro import CHAIN, STRICT
from harness.readers.opencompass import OPENCOMPASS
from harness.readers.simple_evals import SIMPLE_EVALS, SIMPLE_EVALS_GPQA
from harness.readers.structured import JSON
from harness.readers.written_letter import HELM, LIGHTEVAL
from harness.readers.zero_eval import ZERO_EVAL

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        LETTERS,
        CHOICES,
        CHOICES_PER_CHAR,
        CHOICES_PER_BYTE,
        CHOICES_PMI,
        OLMES_PER_CHAR,
        SIMPLE_EVALS,
        SIMPLE_EVALS_GPQA,
        LM_EVAL_GENERATIVE,
        LM_EVAL_FLAN_N_SHOT_STRICT,
        LM_EVAL_FLAN_N_SHOT_FLEXIBLE,
        LM_EVAL_FLAN_COT_STRICT,
        LM_EVAL_FLAN_COT_FLEXIBLE,
        LM_EVAL_GPQA_COT_STRICT,
        LM_EVAL_GPQA_COT_FLEXIBLE,
        META_LLAMA3_COT,
        META_LLAMA3_CHAT,
        LLAMA_COOKBOOK,
        HELM,
        LIGHTEVAL,
        OPENCOMPASS,
        ZERO_EVAL,
        JSON,
        STRICT,
        CHAIN,
        HELM_MMLU_PRO,
        META_LLAMA3_MMLU_PRO,
        BEST,
    )
}

__all__ = ["READERS"]
