"""The protocols, by name. A new one is a module of its own beside these and a line here."""

from harness.protocols.base import Average, Protocol
from harness.protocols.cloze import CLOZE
from harness.protocols.helm_mmlu_pro import HELM_MMLU_PRO, HELM_MMLU_PRO_V2
from harness.protocols.hendrycks import HENDRYCKS
from harness.protocols.lm_eval import LM_EVAL
from harness.protocols.lm_eval_mmlu_pro import LM_EVAL_LEADERBOARD_MMLU_PRO, LM_EVAL_MMLU_PRO
from harness.protocols.meta_mmlu_pro import META_LLAMA3_MMLU_PRO
from harness.protocols.mmlu_pro import MMLU_PRO_API, MMLU_PRO_LOCAL
from harness.protocols.simple_evals import SIMPLE_EVALS

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        SIMPLE_EVALS,
        HENDRYCKS,
        LM_EVAL,
        CLOZE,
        MMLU_PRO_API,
        MMLU_PRO_LOCAL,
        LM_EVAL_MMLU_PRO,
        LM_EVAL_LEADERBOARD_MMLU_PRO,
        HELM_MMLU_PRO,
        HELM_MMLU_PRO_V2,
        META_LLAMA3_MMLU_PRO,
    )
}

__all__ = ["PROTOCOLS", "Average", "Protocol"]
