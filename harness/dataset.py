"""Datasets: a task's rows, made into Questions.

Takes a Task and perhaps a folder laid out like the hub; gives a QuestionSet. Knows nothing of
prompts, models or runs.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from harness.errors import EndpointError, UsageError
from harness.questions import LETTERS, Question, QuestionSet
from harness.task import Columns, DatasetSource, InlineQuestion, Task

Row = dict[str, Any]

_QUOTED_CHARS = 200


def load_questions(
    task: Task, data: Path | None = None, say: Callable[[str], None] | None = None
) -> QuestionSet:
    """Load all questions and few-shot examples of a task.

    Args:
        task: the task.
        data: a folder laid out like the hub; where it holds the dataset, no network is asked.
        say: told where the hub is asked, which may take a while.

    Raises:
        UsageError: a row does not fit, or there are no rows.
        EndpointError: the dataset is not in `data` and the hub does not give it.
    """
    if data is not None and not data.is_dir():
        raise UsageError(f"--data {data} is not a folder.")
    if task.dataset is None or task.columns is None:
        return QuestionSet(_inline(task.questions), _by_subject(_inline(task.shots)))
    splits = _load_splits(task.dataset, data, say)
    source = f"{task.dataset.path}, split {task.dataset.split}"
    questions = _read_rows(splits[task.dataset.split], task.columns, source)
    if not questions:
        raise UsageError(f"dataset {source} is empty: there is nothing to ask.")
    repeated = [id_ for id_, times in Counter(q.id for q in questions).items() if times > 1]
    if repeated:
        raise UsageError(f"dataset {source}: the id {repeated[0]!r} is there twice; ids must differ.")
    shots: Sequence[Question] = ()
    if task.dataset.shots_split in splits:
        shots = _read_rows(
            splits[task.dataset.shots_split],
            task.columns,
            f"{task.dataset.path}, split {task.dataset.shots_split}",
        )
    return QuestionSet(tuple(questions), _by_subject(shots))


def _inline(rows: Iterable[InlineQuestion]) -> tuple[Question, ...]:
    number = _numbered()
    return tuple(
        Question(number(row.subject), row.subject, row.question, row.choices, row.answer) for row in rows
    )


def _numbered() -> Callable[[str], str]:
    """Ids for rows without one: the subject and the place within it, from 0."""
    seen: Counter[str] = Counter()

    def next_id(subject: str) -> str:
        seen[subject] += 1
        return f"{subject}/{seen[subject] - 1}"

    return next_id


def _by_subject(questions: Iterable[Question]) -> dict[str, tuple[Question, ...]]:
    grouped: dict[str, list[Question]] = {}
    for question in questions:
        grouped.setdefault(question.subject, []).append(question)
    return {subject: tuple(members) for subject, members in grouped.items()}


def _load_splits(
    source: DatasetSource, data: Path | None, say: Callable[[str], None] | None
) -> dict[str, list[Row]]:
    """Rows of the split to score and, where it is there, of the few-shot split."""
    wanted = [split for split in (source.split, source.shots_split) if split]
    files = _local_files(source, data, wanted) if data else {}
    if source.split in files:
        if say and source.shots_split and source.shots_split not in files:
            say(f"{data} has no {_pattern(source, source.shots_split)}, so there are no few-shot examples.")
        return {split: _local_rows(paths) for split, paths in files.items()}
    if Path(source.path).exists():
        raise UsageError(
            f"the folder {source.path} here would be taken for the hub's dataset of that name: run the command "
            "elsewhere, or give --data . if that folder is what you want."
        )
    import httpx2  # what the hub is asked with

    if say:
        say(f"Loading {source.path} from the hub, or from what was loaded before.")
    try:
        return {
            split: _rows(path=source.path, name=source.name, revision=source.revision, split=split)
            for split in wanted
        }
    except ValueError as error:  # what datasets raises where a dataset has no such configuration or split
        raise UsageError(
            f"dataset {source.path} cannot be loaded as the task file says ({_reason(error)})."
        ) from error
    # What datasets and huggingface_hub raise is an OSError: no network, no such dataset; a broken connection is not.
    except (OSError, httpx2.HTTPError) as error:
        looked = f"is not in {data} (looked for {_pattern(source, source.split)}) and " if data else ""
        raise EndpointError(
            f"dataset {source.path} {looked}could not be loaded from the hub ({_reason(error)}); "
            f"connect to the network, or give --data DIR with {_pattern(source, source.split)} in it."
        ) from error


def _local_files(source: DatasetSource, data: Path, splits: Iterable[str]) -> dict[str, list[str]]:
    folder = data / source.path / (source.name or "data")
    found = {split: sorted(str(path) for path in folder.glob(f"{split}-*.parquet")) for split in splits}
    return {split: paths for split, paths in found.items() if paths}


def _pattern(source: DatasetSource, split: str) -> str:
    """Where the hub keeps a split: in the configuration's folder, or in data/ where there is only one."""
    return f"{source.path}/{source.name or 'data'}/{split}-*.parquet"


def _local_rows(paths: list[str]) -> list[Row]:
    from pyarrow.parquet import read_metadata

    try:
        held = [
            path for path in paths if read_metadata(path).num_rows
        ]  # datasets fails on a file without rows
        return _rows(path="parquet", data_files=held, split="train") if held else []
    except (OSError, ValueError) as error:
        raise UsageError(f"{', '.join(paths)} cannot be read ({_reason(error)}).") from error


def _rows(*, path: str, **where: Any) -> list[Row]:
    import datasets  # a second of start-up, only where rows are read

    datasets.disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of each repeat; we tell the end
    try:
        loaded = datasets.load_dataset(path, **where)
    except datasets.exceptions.DatasetGenerationError as error:
        held = ", ".join(where.get("data_files", ())) or f"dataset {path}"
        raise UsageError(
            f"{held} cannot be read ({_reason(error.__cause__ or error)}): is a file of it damaged?"
        ) from error
    rows: list[Row] = loaded.to_list()
    return rows


def _reason(error: BaseException) -> str:
    said = str(error).strip().partition("\n")[0].rstrip(".")
    short = f"{said[:_QUOTED_CHARS]}…" if len(said) > _QUOTED_CHARS else said
    return f"{type(error).__name__}: {short}" if short else type(error).__name__


def _read_rows(rows: Iterable[Row], columns: Columns, source: str) -> list[Question]:
    number = _numbered()
    return [
        _read_row(row, columns, number, f"dataset {source}, row {place}") for place, row in enumerate(rows)
    ]


def _read_row(row: Row, columns: Columns, number: Callable[[str], str], place: str) -> Question:
    wanted = (columns.question, columns.choices, columns.gold.column, columns.subject, columns.id)
    for name in wanted:
        if name is not None and name not in row:
            raise UsageError(f"{place}: there is no column {name!r}; it has {', '.join(row)}.")
        if name is not None and row[name] is None:
            raise UsageError(f"{place}: {name!r} is empty.")
    text, subject = row[columns.question], str(row[columns.subject])
    if not isinstance(text, str):
        raise UsageError(f"{place}: {columns.question!r} should be a text.")
    choices = _choices(row[columns.choices], columns, place)
    return Question(
        id=str(row[columns.id]) if columns.id else number(subject),
        subject=subject,
        text=text,
        choices=choices,
        gold=_gold(row[columns.gold.column], columns, len(choices), place),
    )


def _choices(value: object, columns: Columns, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(choice, str) for choice in value):
        raise UsageError(f"{place}: {columns.choices!r} should be a list of texts.")
    if not 0 < len(value) <= len(LETTERS):
        raise UsageError(f"{place}: {columns.choices!r} holds {len(value)} texts, not 1 to {len(LETTERS)}.")
    return tuple(value)


def _gold(value: object, columns: Columns, choices: int, place: str) -> str:
    letters = LETTERS[:choices]
    if columns.gold.form == "index0" and isinstance(value, int) and 0 <= value < choices:
        return letters[value]
    if columns.gold.form == "letter" and isinstance(value, str) and len(value) == 1 and value in letters:
        return value
    raise UsageError(
        f"{place}: the gold answer {value!r} in {columns.gold.column!r} is none of its {choices} choices "
        f"(form {columns.gold.form})."
    )
