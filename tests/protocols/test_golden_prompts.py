"""The prompts of MMLU are, byte for byte, those that the protocols' own code makes."""

import pyarrow.parquet
import pytest
from shared import SHARED, mmlu, needs_shared

from harness.plan import make_plan


@needs_shared
@pytest.mark.parametrize(
    ("protocol", "shots", "entry"),
    [
        ("hendrycks", 0, "hendrycks-0shot"),
        ("hendrycks", 5, "hendrycks-5shot"),
        ("lm-eval", 0, "lm-eval-0shot"),
        ("lm-eval", 5, "lm-eval-5shot"),
        ("simple-evals", 0, "simple-evals"),
    ],
)
def test_all_prompts_of_mmlu_equal_the_golden_ones(protocol, shots, entry):
    task, questions = mmlu()
    plan = make_plan(task, questions, protocol=protocol, shots=shots)
    golden = pyarrow.parquet.read_table(
        SHARED / "golden" / "mmlu_prompts.parquet", filters=[("protocol", "=", entry)]
    ).to_pylist()
    wanted = {f"{row['subject']}/{row['index']}": row["sha256"] for row in golden}
    assert len(wanted) == 14_042
    assert {question.id: plan.prompt(question).sha256 for question in plan.questions} == wanted
