"""lm-eval: a score as the results file of lm-evaluation-harness, which holds no question.

Each subject is a task, groups are groups, and standard errors are by its formulas: of the sample's standard deviation,
pooled for groups.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UsageError
from harness.exports.lm_eval_names import Naming
from harness.finished import Run
from harness.lm_eval_unfinished import FIELD, unfinished_of
from harness.origins import this_harness
from harness.score_file import ScoreFile
from harness.stopped_scores import refuse_stopped

_UNSAFE_IN_MODEL = re.compile(r"[\"<>:/|\\?*\[\]]+")  # as its own sanitize_model_name has it


def results_of(run: Run) -> bytes:
    """The results file without samples."""
    return json_of(results_document(run.score))


def json_of(made: Mapping[str, Any]) -> bytes:
    """A results file's bytes, as lm-evaluation-harness lays them out."""
    return (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode()


def results_document(score: ScoreFile) -> dict[str, Any]:
    """What the results file says.

    Raises:
        UsageError: no question was answered, or a test stopped the run early.
    """
    refuse_stopped(score)
    naming = Naming(score)
    leaves, groups = naming.leaves(), naming.groups()
    if not leaves:
        raise UsageError(f"run {score.run.id} has no accuracy: no question was answered.")
    made = {name: _result(naming, name, parts) for name, parts in leaves.items()}
    held = {
        **groups,
        naming.root: list(leaves),
    }  # a subject may be in several groups: the whole counts it once
    above = {
        name: _result(naming, name, [_sum(leaves[task]) for task in held[name]], pooled=True)
        for name in groups
    }
    version = naming.form.version if naming.form else f"{score.task.version}"
    everything = [*leaves, *groups]
    unfinished = unfinished_of(score)
    return {
        "results": {**made, **above},
        **({"groups": above} if above else {}),
        "group_subtasks": groups,
        "configs": {name: _config(naming, name) for name in leaves},
        "versions": dict.fromkeys(leaves, version),
        "n-shot": dict.fromkeys(everything, score.task.shots),
        "higher_is_better": {name: {naming.metric: True} for name in everything},
        "n-samples": {name: {"effective": _total(parts)} for name, parts in leaves.items()},
        "config": {"model": "harness", "model_args": {"model": score.model.name}, "limit": _limit(score)},
        "git_hash": None,
        "date": score.run.started_at.timestamp(),
        "measured_by": score.run.imported_from or this_harness(score.run.harness_version),
        "model_source": "harness",
        "model_name": score.model.name,
        "model_name_sanitized": folder_of(score),
        "system_instruction": None,
        "chat_template": None,
        "total_evaluation_time_seconds": str(score.latency.elapsed_s or 0.0),
        **({FIELD: unfinished.model_dump(mode="json")} if unfinished else {}),
    }


def _limit(score: ScoreFile) -> int | None:
    return score.task.sample.limit if score.task.sample else None


def folder_of(score: ScoreFile) -> str:
    """The folder that lm-evaluation-harness puts a model's files into."""
    return _UNSAFE_IN_MODEL.sub("__", score.model.name).strip(".") or "model"


def date_of(score: ScoreFile) -> str:
    """The time in the names of its files."""
    return f"{score.run.finished_at:%Y-%m-%dT%H-%M-%S.%f}"


def _sum(parts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(correct for correct, _ in parts), _total(parts)


def _result(
    naming: Naming, name: str, parts: Sequence[tuple[int, int]], *, pooled: bool = False
) -> dict[str, Any]:
    correct, questions = _sum(parts)
    stderr = _pooled_stderr(parts) if pooled else _stderr(correct, questions)
    value, error = f"{naming.metric},{naming.filter}", f"{naming.metric}_stderr,{naming.filter}"
    return {
        "name": name,
        "alias": name,
        "sample_len": questions,
        value: correct / questions,
        error: "N/A" if stderr is None else stderr,
    }


def _total(parts: Sequence[tuple[int, int]]) -> int:
    return sum(questions for _, questions in parts)


def _stderr(correct: int, n: int) -> float | None:
    """Of a mean by the sample's standard deviation, as its mean_stderr."""
    share = correct / n
    return math.sqrt(share * (1 - share) / (n - 1)) if n > 1 else None


def _pooled_stderr(parts: Sequence[tuple[int, int]]) -> float | None:
    """As its pooled_sample_stderr; None where a task has one question, of which there is no standard error."""
    stderrs = [_stderr(*part) for part in parts]
    total = _total(parts)
    if None in stderrs or total <= len(parts):
        return None
    squares = math.fsum(
        (n - 1) * n * (stderr or 0.0) ** 2 for (_, n), stderr in zip(parts, stderrs, strict=True)
    )
    return math.sqrt(squares / (total - len(parts)) / total)


def _config(naming: Naming, name: str) -> dict[str, Any]:
    task = naming.score.task
    return {
        "task": name,
        "dataset_path": task.dataset.path,
        "dataset_name": task.dataset.name,
        "test_split": task.dataset.split,
        "num_fewshot": task.shots,
        "output_type": "generate_until" if naming.generates else "multiple_choice",
        "metadata": {
            "version": naming.form.version if naming.form else task.version,
            "protocol": task.protocol,
            "reader": task.reader,
            "comparison_key": naming.score.comparison_key,
        },
    }
