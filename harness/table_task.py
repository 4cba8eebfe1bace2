"""Table tasks: a task made of a file of questions alone, without YAML.

Takes a CSV, TSV, JSON lines, JSON or Parquet file; gives a Task, and says what was taken for what. What cannot be told
for certain is refused, since a wrong guess would be a wrong score.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.mapping import PART, Columns
from harness.questions import LETTERS
from harness.rows import RowReader
from harness.table_columns import Roles, alphabets, by_name, by_order, is_header, value_or_none
from harness.tables import Row, Table, is_table, read_table, separated_rows
from harness.task import Task
from harness.templates import is_template

_PROTOCOLS = (
    *("simple-evals", "deepseek-r1", "zero-eval", "letter", "json", "cloze", "cloze-pmi"),
    *("hendrycks", "lm-eval", "lm-eval-chat", "lm-eval-continuation", "lm-eval-generative"),
)
"""Those that fit any question and any letters, and can do without examples."""
_FORMS = {
    "letter": "a letter",
    "index0": "a place from 0",
    "index1": "a place from 1",
    "text": "the choice's text",
    "label": "a label of the row's own",
    "mask": "a 1 among 0s",
    "bool": "true for the first choice",
}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_TRIED = 2_000
"""Rows, spread over the file, by which it is decided how right answers are written."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A task, and how it was arrived at.

    Attributes:
        said: one sentence, for people.
        doubt: what cannot be told for certain; None where nothing.
    """

    task: Task
    said: str
    doubt: str | None


def guess(path: Path) -> Guess:
    """Make a task of a table.

    Raises:
        UsageError: the file cannot be read, or its columns cannot be told apart.
    """
    header = path.suffix.lower() not in (".csv", ".tsv") or _has_header(path)
    table = read_table(path, header=header)
    if not table.rows:
        raise UsageError(f"{path} holds no rows: there is nothing to ask.")
    for name in (str(path), *table.rows[0]):
        if is_template(name) or PART in name:
            raise UsageError(f"{path}: rename {name!r}; braces stand for something else in task files.")
    try:
        roles = _roles(table, header=header)
        key, doubt = _key(table, roles)
    except ValueError as error:
        raise UsageError(
            f"{path} cannot be taken for questions as it is: {error}; its columns are "
            f"{', '.join(map(repr, table.rows[0]))}. Rename them, or write a task file (docs/tasks.md)."
        ) from error
    task = Task.model_validate(_document(path, table, roles, key, header=header))
    return Guess(task, _sentence(path, table, roles, key), doubt)


def certain_task(path: Path) -> Guess:
    """The same, for asking: nothing may be in doubt.

    Raises:
        UsageError: something is.
    """
    made = guess(path)
    if made.doubt:
        raise UsageError(
            f"{path}: {made.doubt}. `harness tasks new {path}` writes a task file in which you can say it."
        )
    return made


def write_task_file(path: Path) -> tuple[Path, Guess]:
    """Write a task file beside a table; gives its path, and what was guessed.

    Raises:
        UsageError: it is no table that can be guessed, or the task file is there already.
    """
    if not is_table(path) or not path.is_file():
        raise UsageError(
            f"{path} is no table that exists: name a CSV, TSV, JSON lines, JSON or Parquet file."
        )
    made = guess(path)
    target = path.with_name(f"{made.task.name}.yaml")
    document = made.task.model_dump(mode="json", exclude_unset=True)
    document["dataset"]["file"] = path.name
    comments = [f"# {made.said}", *([f"# Look at this first: {made.doubt}."] if made.doubt else [])]
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write("\n".join(comments) + f"\n{body}")
    except FileExistsError as error:
        raise UsageError(f"{target} is there already: remove it, or change it by hand.") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    return target, made


def _has_header(path: Path) -> bool:
    rows = separated_rows(path)
    return bool(rows) and is_header(rows[0][1])


def _roles(table: Table, *, header: bool) -> Roles:
    return by_name(table.rows) if header else by_order(list(table.rows[0]), table.rows)


@dataclass(frozen=True, slots=True)
class _Key:
    """One way to write the right answer, and which choice it gives for each row that was tried; None where none.

    Attributes:
        complaint: what else than the right answer does not fit in the first row.
    """

    column: str
    form: str
    alphabet: str
    places: tuple[int | None, ...]
    complaint: str | None

    @property
    def fits(self) -> int:
        """Rows for which it gives a choice."""
        return sum(place is not None for place in self.places)


def _key(table: Table, roles: Roles) -> tuple[_Key, str | None]:
    """The way in which most rows fit, and what speaks against it."""
    rows = table.rows[:: max(1, len(table.rows) // _TRIED)]
    keys = [_tried(rows, roles, *way) for way in _ways(roles)]
    best = max(keys, key=lambda key: key.fits)
    if best.fits == 0 and best.complaint:
        raise ValueError(f"in {table.places[0]}, {best.complaint}")
    if best.fits < len(rows) / 2:
        raise ValueError(
            f"{roles.gold!r} holds no letter, place or text of a choice in {len(rows) - best.fits:,} of the "
            f"{len(rows):,} rows that were tried, the first being {_first_wrong(table, roles, best)}"
        )
    rival = next((key for key in keys if key.fits == best.fits and key.places != best.places), None)
    if rival is None:
        return best, None
    either, other = _FORMS[best.form], _FORMS[rival.form]
    return best, f"whether {roles.gold!r} is {either} or {other} cannot be told from the rows"


def _ways(roles: Roles) -> Iterator[tuple[str, str, str]]:
    """Column or template, form and alphabet of every way; of two that give the same, the first is taken."""
    column = roles.gold
    if roles.right_first:
        yield column, "text", LETTERS
        return
    if roles.labels:
        yield column, "label", LETTERS
    for alphabet in alphabets():
        yield column, "letter", alphabet
    yield f"{{{{ row[{column!r}] | string | upper }}}}", "letter", LETTERS
    for form in ("index1", "index0", "text", "mask", "bool"):
        yield column, form, LETTERS


def _tried(rows: Sequence[Row], roles: Roles, column: str, form: str, alphabet: str) -> _Key:
    reader = _reader(roles, column, form, alphabet)
    found = [_place(reader, row) for row in rows]
    complaint = found[0] if isinstance(found[0], str) and not found[0].startswith("the gold answer") else None
    places = tuple(place if isinstance(place, int) else None for place in found)
    return _Key(column, form, alphabet, places, complaint)


def _reader(roles: Roles, column: str, form: str, alphabet: str) -> RowReader:
    gold = {"column": column, "form": form, **({"labels": roles.labels} if form == "label" else {})}
    document = {"question": roles.question, "choices": list(roles.choices), "gold": gold, "strip": True}
    if len(roles.choices) > 1:
        document["choices_vary"] = True
    return RowReader(Columns.model_validate(document), subject="", alphabet=alphabet)


def _first_wrong(table: Table, roles: Roles, key: _Key) -> str:
    """Where the first row of all stands that does not fit, and why it does not."""
    reader = _reader(roles, key.column, key.form, key.alphabet)
    found = ((place, _place(reader, row)) for place, row in zip(table.places, table.rows, strict=True))
    return next(f"{place}: {wrong}" for place, wrong in found if isinstance(wrong, str))


def _place(reader: RowReader, row: Row) -> int | str:
    """The place of the right choice, or what does not fit."""
    try:
        question = reader.read(row)
    except ValueError as error:
        return str(error)
    return question.letters.index(question.gold)


def _document(path: Path, table: Table, roles: Roles, key: _Key, *, header: bool) -> dict[str, Any]:
    name = _NOT_IN_NAMES.sub("_", path.stem).strip("._-") or "questions"
    columns = {
        "question": roles.question,
        "context": roles.context,
        "cluster": _passage(table, roles),
        "choices": list(roles.choices) if len(roles.choices) > 1 else roles.choices[0],
        "choices_vary": _vary(table, roles) or None,
        "gold": {
            "column": key.column,
            "form": key.form,
            **({"labels": roles.labels} if key.form == "label" else {}),
        },
        "shuffle_seed": 0 if roles.right_first else None,
        "strip": True,
        "subject": roles.subject,
        "id": roles.id,
    }
    return {
        "name": name,
        "version": "1",
        "title": path.name,
        "description": f"The questions of {path.name}.",
        "licence": "not stated",
        "language": "not stated",
        **({"alphabet": key.alphabet} if key.alphabet != LETTERS else {}),
        "protocols": list(_PROTOCOLS),
        "protocol": _PROTOCOLS[0],
        "dataset": {"file": str(path), **({} if header else {"header": False})},
        "columns": {field: value for field, value in columns.items() if value is not None},
    }


def _passage(table: Table, roles: Roles) -> str | None:
    """The column of passages that questions may share; None where all have the same, an instruction."""
    if roles.context is None:
        return None
    passage = value_or_none(roles.context)
    first = passage(table.rows[0])
    return roles.context if any(passage(row) != first for row in table.rows) else None


def _vary(table: Table, roles: Roles) -> bool:
    """Whether some row has fewer choices than others."""
    last = value_or_none(roles.choices[-1])
    return len(roles.choices) > 1 and any(not str(last(row) or "").strip() for row in table.rows)


def _sentence(path: Path, table: Table, roles: Roles, key: _Key) -> str:
    """What was taken for what, so that a wrong guess is seen."""
    parts = [
        f"the question from {roles.question!r}",
        *([f"what is read before it from {roles.context!r}"] if roles.context else []),
        f"the choices from {', '.join(map(repr, roles.choices))}",
        f"the right answer from {roles.gold!r} ({_FORMS[key.form]})",
        *([f"subjects from {roles.subject!r}"] if roles.subject else []),
        *([f"ids from {roles.id!r}"] if roles.id else []),
    ]
    unused = [repr(name) for name in table.rows[0] if name not in roles.used()]
    left = f"; not used: {', '.join(unused)}" if unused else ""
    return f"{path.name} is taken so: {', '.join(parts)}{left}."
