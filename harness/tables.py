"""Tables: files of rows as people and hubs have them, CSV, TSV, JSON lines, JSON, Parquet and Arrow.

Takes a path, gives its rows and where each stands in the file. Every cell of CSV and TSV is the text that is
written there: "NA", "None" and "007" stay what they are. Knows nothing of tasks or questions.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.json_places import after_space, fields, lines_of_elements

Row = dict[str, Any]

TABLE_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow")

_WITHOUT_LINES = (".parquet", ".arrow")
_SEPARATORS = ",;\t|"
_QUOTED_CHARS = 200
_SNIFFED_CHARS = 50_000
_FEWEST_CELLS = 3  # a question, a choice, an answer


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one file, or of several.

    Attributes:
        places: where each row stands, for people, counted from 1: "line 17" or "row 3".
        faults: place in `rows` to what is wrong with that row as such.
    """

    rows: Sequence[Row]
    places: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=dict)


def is_table(path: Path) -> bool:
    """Whether a file is called like a table."""
    return path.suffix.lower() in TABLE_ENDINGS


def read_table(path: Path, *, header: bool = True) -> Table:
    """Read one file.

    Args:
        path: the file; its ending says what it is.
        header: whether the first row of a CSV or TSV names the columns; else they are called "1", "2" and so on.

    Raises:
        UsageError: it cannot be read, or is not what its ending says.
    """
    ending = path.suffix.lower()
    try:
        if ending in (".parquet", ".arrow"):
            return _read_columnar(path, ending)
        text = _text(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({reason(error)}).") from error
    if ending in (".jsonl", ".ndjson"):
        return _read_json_lines(path, text)
    if ending == ".json":
        return _read_json(path, text)
    if ending in (".csv", ".tsv"):
        return _read_separated(path, text, header=header)
    raise UsageError(f"{path} is no table: its name should end in {', '.join(TABLE_ENDINGS)}.")


def read_tables(paths: Sequence[Path], *, header: bool = True) -> Table:
    """Read several files as one, in this order; rows without lines are numbered through."""
    rows: list[Row] = []
    places: list[str] = []
    faults: dict[int, str] = {}
    for path in paths:
        table = read_table(path, header=header)
        faults.update({len(rows) + place: fault for place, fault in table.faults.items()})
        rows += table.rows
        places += [f"{path.name}, {place}" for place in table.places]
    if len(paths) == 1:
        return table
    if paths[0].suffix.lower() in _WITHOUT_LINES:
        return _numbered(rows)
    return Table(rows, places, faults)


def reason(error: BaseException) -> str:
    """What an error of a library says, in a few words."""
    said = str(error).strip().partition("\n")[0].rstrip(".")
    short = f"{said[:_QUOTED_CHARS]}…" if len(said) > _QUOTED_CHARS else said
    return f"{type(error).__name__}: {short}" if short else type(error).__name__


def separated_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The cells of a CSV or TSV, each row with the line where it begins; rows without a single character are left out.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return _cells(path, _text(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({reason(error)}).") from error


def _text(path: Path) -> str:
    content = path.read_bytes()
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(coding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _read_columnar(path: Path, ending: str) -> Table:
    import pyarrow
    from pyarrow import ipc, parquet

    try:
        if ending == ".parquet":
            held = parquet.read_table(path)
        else:
            with pyarrow.memory_map(str(path)) as source:
                held = _arrow_table(ipc, source)
        return _numbered(held.to_pylist())  # where texts that are no UTF-8 are found
    except (pyarrow.ArrowException, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({reason(error)}).") from error


def _arrow_table(ipc: Any, source: Any) -> Any:
    """A stream, as `datasets` writes it, or a file."""
    import pyarrow

    try:
        return ipc.open_stream(source).read_all()
    except pyarrow.ArrowInvalid:
        source.seek(0)
        return ipc.open_file(source).read_all()


def _numbered(rows: Sequence[Row]) -> Table:
    return Table(rows, [f"row {number}" for number in range(1, len(rows) + 1)])


def _read_json_lines(path: Path, text: str) -> Table:
    rows: list[Row] = []
    places: list[str] = []
    faults: dict[int, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):  # not splitlines: U+2028 may stand in a text
        if not line.strip():
            continue
        row: Any = {}
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            faults[len(rows)] = f"the line is not JSON ({reason(error)})"
        if not isinstance(row, dict):
            row, faults[len(rows)] = {}, "the line should be a JSON object of a row's columns"
        rows.append(row)
        places.append(f"line {number}")
    if rows and len(faults) == len(rows):
        raise UsageError(f"{path}, {places[0]}: {faults[0]}.")
    return Table(_filled(rows), places, faults)


def _read_json(path: Path, text: str) -> Table:
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON ({reason(error)}).") from error
    begins = after_space(text, 0)
    if isinstance(held, dict):  # {"version": …, "data": [rows]}
        lists = [name for name, value in held.items() if _is_rows(value)]
        if len(lists) == 1:
            held, begins = held[lists[0]], fields(text, begins)[lists[0]]
    if not _is_rows(held):
        raise UsageError(f"{path} should hold a list of objects, one for each row.")
    return Table(_filled(held), _json_places(lines_of_elements(text, begins)))


def _json_places(lines: Sequence[int]) -> list[str]:
    """Each row's line, and its number too where others begin in the same line."""
    times = Counter(lines)
    return [
        f"line {line}" if times[line] == 1 else f"row {number}, line {line}"
        for number, line in enumerate(lines, start=1)
    ]


def _filled(rows: Sequence[Row]) -> Sequence[Row]:
    """With None for what a row leaves out and another has, so that every row has every column."""
    blank = dict.fromkeys(name for row in rows for name in row)
    return [row if len(row) == len(blank) else {**blank, **row} for row in rows]


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _read_separated(path: Path, text: str, *, header: bool) -> Table:
    cells = _cells(path, text)
    if not cells:
        return Table((), ())
    if header:
        names = _names(path, cells.pop(0)[1])
    else:
        names = [
            str(place + 1) for place in range(Counter(len(row) for _, row in cells).most_common(1)[0][0])
        ]
    blank = dict.fromkeys(names)
    return Table(
        [{**blank, **dict(zip(names, row, strict=False))} for _, row in cells],
        [f"line {line}" for line, _ in cells],
        {
            place: f"it has {len(row)} cells, not {len(names)}"
            for place, (_, row) in enumerate(cells)
            if len(row) > len(names)
        },
    )


def _names(path: Path, header: Sequence[str]) -> list[str]:
    names = [name.strip() or f"column {place}" for place, name in enumerate(header, start=1)]
    for name, times in Counter(names).items():
        if times > 1:
            raise UsageError(f"{path}: two columns are called {name!r}; rename one.")
    return names


def _cells(path: Path, text: str) -> list[tuple[int, list[str]]]:
    separator = "\t" if path.suffix.lower() == ".tsv" else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path}, line {line}, cannot be read ({error}): is a quote left open?") from error
    return found


def _separator(text: str) -> str:
    """The one that cuts the first rows into equally many cells; European spreadsheets write semicolons."""
    beginning = text[:_SNIFFED_CHARS]
    return max(
        _SEPARATORS, key=lambda separator: _evenness(beginning, separator)
    )  # a comma where two are equal


def _evenness(text: str, separator: str) -> float:
    """Share of rows that have as many cells as most; 0 where those are too few for a question."""
    widths = Counter[int]()
    with suppress(csv.Error):
        widths.update(
            len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row
        )
    width, rows = max(widths.items(), key=itemgetter(1), default=(0, 0))
    return rows / widths.total() if width >= _FEWEST_CELLS else 0.0
