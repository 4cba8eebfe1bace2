"""Exporting: a run's score or answers, written in the format of another tool."""

from pathlib import Path
from typing import Any

from harness.baseline import files_of_baseline
from harness.errors import StorageError, UsageError
from harness.exports import FORMATS, Format
from harness.exports.answers import answers_of
from harness.exports.lm_eval import date_of, folder_of, json_of, results_document
from harness.exports.lm_eval_samples import samples_of, task_hash
from harness.files import write_whole
from harness.finished import Run, load
from harness.journal import read_last_lines
from harness.lm_eval_unfinished import FIELD, unfinished_of, without_reply
from harness.output_places import refuse_loss
from harness.plan import Plan
from harness.protocols import PROTOCOLS
from harness.regrading import plan_again
from harness.run_folder import read_record
from harness.task import did_you_mean


def export(path: Path | str, format_name: str) -> bytes:
    """A run in another format, as one file: of lm-eval's, the results without samples.

    Args:
        path: the run's folder, or its score.json.
        format_name: one of FORMATS.

    Raises:
        UsageError: there is no such format or run, or the run has not what the format wants, or its answers are
            written and were changed since they were scored.
    """
    return _format(format_name).make(load(path))


def export_to(path: Path | str, format_name: str, out: Path, *, data: Path | None = None) -> Path:
    """The same, written whole.

    Args:
        path: the run's folder, or its score.json.
        format_name: one of FORMATS.
        out: the file; of lm-eval's format the folder that holds a folder for each model, samples included.
        data: a folder laid out like the hub, for the questions that samples hold; where the run found them, if None.

    Returns:
        What was written: of lm-eval's files that of the results.

    Raises:
        UsageError: as in `export`; or `out` is a file of a run's own; or samples are wanted, and the questions are not
            the run's any more.
        StorageError: it cannot be written.
    """
    if _format(format_name) is FORMATS["lm-eval"]:
        return _write_lm_eval(load(path), out, data)
    content = export(path, format_name)
    if out.is_dir():
        raise UsageError(f"--out {out} is a folder; name a file.")
    refuse_loss("--out", out, files_of_baseline(Path(path)))
    _make_folder(out.parent)
    write_whole(out, content)
    return out


def is_text(format_name: str) -> bool:
    """Whether a format can be read on a terminal.

    Raises:
        UsageError: there is no such format.
    """
    return _format(format_name).is_text


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(
            f"unknown format {name!r}{did_you_mean(name, FORMATS)}; there are {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def _write_lm_eval(run: Run, out: Path, data: Path | None) -> Path:
    """The results and, beside them, the samples of each task, the results last: they stand for all."""
    made, record = results_document(run.score), read_record(run.path)
    if record.imported_from and run.score.task.protocol not in PROTOCOLS:
        raise UsageError(
            f"run {record.id} was imported from {record.imported_from}, and its prompts are those of no protocol of "
            "ours: its samples are where it was imported from; without --out its results alone are printed."
        )
    if run.score.task.repeats > 1:
        raise UsageError(
            f"run {record.id} asked each question {run.score.task.repeats} times, and samples are of one reply each; "
            "without --out its results alone are printed."
        )
    answers_of(run)
    plan = plan_again(record, data=data)
    unfinished = _unfinished(run, plan)
    samples = samples_of(run.score, plan, read_last_lines(run.path / run.score.answers.file))
    folder, date = out / folder_of(run.score), date_of(run.score)
    _make_folder(folder)
    for task, content in samples.items():
        write_whole(folder / f"samples_{task}_{date}.jsonl", content)
    hashes = {task: task_hash(content) for task, content in samples.items()}
    results = folder / f"results_{date}.json"
    write_whole(results, json_of({**made, "task_hashes": hashes, **unfinished}))
    return results


def _unfinished(run: Run, plan: Plan) -> dict[str, Any]:
    """The field that names the questions without a reply, for a run that has not come to its end."""
    unfinished = unfinished_of(run.score)
    if unfinished is None:
        return {}
    if plan.comparison_key != run.score.comparison_key:  # of an import that no options of ours choose
        raise UsageError(
            f"run {run.score.run.id} is {run.score.status}, and which questions were to be asked cannot be told any "
            "more; its answers can be had as csv or parquet, and its score as markdown."
        )
    entries = read_last_lines(run.path / run.score.answers.file)
    whole = unfinished.model_copy(update={"without_reply": without_reply(plan, entries)})
    return {FIELD: whole.model_dump(mode="json")}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be made: {error.strerror}; choose another place with --out."
        ) from error
