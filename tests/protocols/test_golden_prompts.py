"""The prompts of MMLU and MMLU-Pro are, byte for byte, those that the protocols' own code makes."""

import pyarrow.parquet
import pytest
from shared import SHARED, mmlu, mmlu_pro, needs_shared

from harness.plan import make_plan


def golden_hashes(file, entry):
    """Subject and index to the SHA-256 of the prompt."""
    rows = pyarrow.parquet.read_table(
        SHARED / "golden" / file, filters=[("protocol", "=", entry)]
    ).to_pylist()
    return {(row["subject"], row["index"]): row["sha256"] for row in rows}


@needs_shared
@pytest.mark.parametrize(
    ("protocol", "shots", "entry"),
    [
        ("hendrycks", 0, "hendrycks-0shot"),
        ("hendrycks", 5, "hendrycks-5shot"),
        ("lm-eval", 0, "lm-eval-0shot"),
        ("lm-eval", 5, "lm-eval-5shot"),
        ("simple-evals", 0, "simple-evals"),
        ("lm-eval-chat", 5, "lm-eval-5shot-chat"),
        ("lm-eval-generative", 5, "lm-eval-5shot"),
        ("lm-eval-continuation", 0, "lm-eval-continuation-0shot"),
        ("lm-eval-continuation", 5, "lm-eval-continuation-5shot"),
        ("meta-llama3-cot", 0, "meta-llama3-mmlu-0shot-cot"),
        ("helm", 5, "helm-mmlu-5shot"),
        ("lighteval-0.10-leaderboard", 5, "lighteval-0.10-leaderboard-5shot"),
        ("lighteval-0.13", 0, "lighteval-0.13-mmlu-0shot"),
        ("lighteval-0.13", 5, "lighteval-0.13-mmlu-5shot"),
    ],
)
def test_all_prompts_of_mmlu_equal_the_golden_ones(protocol, shots, entry):
    task, questions = mmlu()
    plan = make_plan(task, questions, protocol=protocol, shots=shots)
    golden = golden_hashes("mmlu_prompts.parquet", entry) | golden_hashes("more_prompts.parquet", entry)
    wanted = {f"{subject}/{index}": sha256 for (subject, index), sha256 in golden.items()}
    assert len(wanted) == 14_042
    assert {question.id: plan.prompt(question).sha256 for question in plan.questions} == wanted


@needs_shared
@pytest.mark.parametrize("protocol", ["mmlu-pro-api", "mmlu-pro-local", "lm-eval-mmlu-pro"])
def test_all_prompts_of_mmlu_pro_equal_the_golden_ones(protocol):
    task, questions = mmlu_pro()
    plan = make_plan(task, questions, protocol=protocol, shots=0)
    golden = golden_hashes("more_prompts.parquet", f"{protocol}-0shot")
    wanted = {(subject, str(index)): sha256 for (subject, index), sha256 in golden.items()}
    assert len(wanted) == 12_032
    assert {(q.subject, q.id): plan.prompt(q).sha256 for q in plan.questions} == wanted
