"""model-index: a score as the Hugging Face hub has it in the front matter of a model's card.

Made by huggingface_hub's own EvalResult, so that what the hub reads is what it would write. Accuracies are shares.
"""

from collections.abc import Iterator
from typing import Any

from harness.errors import UsageError
from harness.finished import Run
from harness.origins import this_harness
from harness.score_file import GroupPart, ScoreFile, ScorePart
from harness.stopped_scores import refuse_stopped


def model_index_of(run: Run) -> bytes:
    """YAML with the key `model-index`, to be put into the card's front matter.

    Raises:
        UsageError: no question was answered, so that there is no accuracy; or a test stopped the run early.
    """
    import yaml
    from huggingface_hub.repocard_data import eval_results_to_model_index

    score = run.score
    refuse_stopped(score)
    if score.score.accuracy is None:
        raise UsageError(f"run {score.run.id} has no accuracy: no question was answered.")
    index = eval_results_to_model_index(score.model.name, list(_results(score)))
    return yaml.safe_dump({"model-index": index}, sort_keys=False, allow_unicode=True, width=100).encode()


def _results(score: ScoreFile) -> Iterator[Any]:
    task, answered = score.task, score.counts.questions - score.counts.failed
    yield _result(score, score.score, f"Accuracy ({score.score.average} average)", answered)
    for group in score.groups:
        if group.accuracy is not None:
            yield _result(score, group, f"Accuracy ({task.name}, {group.name})", group.questions)


def _result(score: ScoreFile, part: ScorePart | GroupPart, name: str, questions: int) -> Any:
    from huggingface_hub import EvalResult

    task = score.task
    on_hub = "/" in task.dataset.path
    return EvalResult(
        task_type="text-generation",
        task_name=f"{task.name} ({task.protocol}, {task.shots}-shot)",
        dataset_type=task.dataset.path if on_hub else task.name,
        dataset_name=task.name,
        dataset_config=task.dataset.name,
        dataset_split=task.dataset.split,
        dataset_revision=task.dataset.revision,
        dataset_args={
            "protocol": task.protocol,
            "shots": task.shots,
            "reader": task.reader,
            "questions": task.questions,
            "status": score.status,
            "measured_by": score.run.imported_from or this_harness(score.run.harness_version),
            "comparison_key": score.comparison_key,
        },
        metric_type="accuracy",
        metric_name=name,
        metric_value=part.accuracy,
        metric_args={
            "questions": questions,
            "stderr": part.stderr,
            "ci95": list(part.ci95) if part.ci95 else None,
        },
    )
