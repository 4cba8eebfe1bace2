"""The protocols, by name. A new one is a module of its own beside these and a line here."""

from harness.protocols.base import Average, Protocol, Published
from harness.protocols.cloze import CLOZE, CLOZE_PMI
from harness.protocols.direct import JSON, LETTER
from harness.protocols.helm import HELM
from harness.protocols.helm_mmlu_pro import HELM_MMLU_PRO, HELM_MMLU_PRO_V2
from harness.protocols.hendrycks import HENDRYCKS
from harness.protocols.lighteval import LIGHTEVAL_0_10_LEADERBOARD, LIGHTEVAL_0_13
from harness.protocols.lm_eval import LM_EVAL, LM_EVAL_CHAT, LM_EVAL_CONTINUATION, LM_EVAL_GENERATIVE
from harness.protocols.lm_eval_flan import (
    LM_EVAL_FLAN_COT_ZEROSHOT,
    LM_EVAL_FLAN_N_SHOT,
    LM_EVAL_FLAN_N_SHOT_GENERATIVE,
)
from harness.protocols.lm_eval_forms import LM_EVAL_FORMS
from harness.protocols.lm_eval_mmlu_pro import LM_EVAL_LEADERBOARD_MMLU_PRO, LM_EVAL_MMLU_PRO
from harness.protocols.lm_eval_winogrande import LM_EVAL_WINOGRANDE
from harness.protocols.lm_eval_written import LM_EVAL_ARC_CHAT, LM_EVAL_GPQA_COT_ZEROSHOT
from harness.protocols.meta_llama3 import META_LLAMA3_CHAT, META_LLAMA3_COT
from harness.protocols.meta_mmlu_pro import META_LLAMA3_MMLU_PRO
from harness.protocols.mmlu_pro import MMLU_PRO_API, MMLU_PRO_LOCAL
from harness.protocols.olmes import OLMES, OLMES_CLOZE
from harness.protocols.olmes_qa import OLMES_QA, OLMES_QA_CLOZE, OLMES_QA_PMI
from harness.protocols.opencompass import OPENCOMPASS_GEN, OPENCOMPASS_PPL
from harness.protocols.simple_evals import DEEPSEEK_R1, SIMPLE_EVALS, SIMPLE_EVALS_GPQA
from harness.protocols.zero_eval import ZERO_EVAL

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        SIMPLE_EVALS,
        SIMPLE_EVALS_GPQA,
        DEEPSEEK_R1,
        ZERO_EVAL,
        HENDRYCKS,
        LM_EVAL,
        LM_EVAL_CHAT,
        LM_EVAL_CONTINUATION,
        LM_EVAL_GENERATIVE,
        LM_EVAL_FLAN_N_SHOT,
        LM_EVAL_FLAN_N_SHOT_GENERATIVE,
        LM_EVAL_FLAN_COT_ZEROSHOT,
        META_LLAMA3_COT,
        META_LLAMA3_CHAT,
        HELM,
        LIGHTEVAL_0_10_LEADERBOARD,
        LIGHTEVAL_0_13,
        OPENCOMPASS_PPL,
        OPENCOMPASS_GEN,
        OLMES,
        OLMES_CLOZE,
        OLMES_QA,
        OLMES_QA_CLOZE,
        OLMES_QA_PMI,
        CLOZE,
        CLOZE_PMI,
        LETTER,
        JSON,
        MMLU_PRO_API,
        MMLU_PRO_LOCAL,
        LM_EVAL_MMLU_PRO,
        LM_EVAL_LEADERBOARD_MMLU_PRO,
        HELM_MMLU_PRO,
        HELM_MMLU_PRO_V2,
        META_LLAMA3_MMLU_PRO,
        *LM_EVAL_FORMS,
        LM_EVAL_WINOGRANDE,
        LM_EVAL_ARC_CHAT,
        LM_EVAL_GPQA_COT_ZEROSHOT,
    )
}

__all__ = ["PROTOCOLS", "Average", "Protocol", "Published"]
