"""What seven real models answered to MMLU-Pro, as runs on disk, and the figures known of them."""

from functools import cache
from pathlib import Path

import pyarrow.parquet
import pytest
from builders import answered, record_of, settings_of, written_run
from shared import SHARED, mmlu_pro

from harness.plan import make_plan

RECORDED = SHARED / "recorded" / "mmlu_pro"

needs_recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"{RECORDED} is not here")

LLAMA_70B = "Meta-Llama-3-70B"
LLAMA_8B = "Meta-Llama-3_1-8B"
LLAMA_8B_INSTRUCT = "Meta-Llama-3_1-8B-Instruct"
MIXTRAL = "Mixtral-8x7B-Instruct-v0.1"
PHI = "Phi-3-mini-4k-instruct"
QWEN = "Qwen1.5-72B-Chat"
GEMINI = "gemini-1.5-flash-002"
MODELS = (LLAMA_70B, LLAMA_8B_INSTRUCT, LLAMA_8B, MIXTRAL, PHI, QWEN, GEMINI)


@cache
def _plan():
    return make_plan(*mmlu_pro(), protocol="mmlu-pro-local", shots=0, reader="strict")


def recorded_run(model: str, home: Path) -> Path:
    """The folder of a run in which the model said what was recorded; written once."""
    plan, id_ = _plan(), f"20261123T120000Z-{model}"
    if (home / id_).exists():
        return home / id_
    rows = pyarrow.parquet.read_table(RECORDED / f"{model}.parquet").to_pylist()
    said = {str(row["question_id"]): row["response"] for row in rows}
    entries = answered(plan, {question.id: said.get(question.id) for question in plan.questions})
    record = record_of(plan, Path("mmlu_pro"), id=id_, settings=settings_of(plan, model=model))
    return written_run(home, plan, Path("mmlu_pro"), entries, record=record).path
