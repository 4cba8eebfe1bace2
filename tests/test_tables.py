"""Files of rows: each format read as it is written, and each row's line known."""

import json
import time

import pyarrow
import pyarrow.parquet
import pytest

from harness.errors import UsageError
from harness.tables import read_table, read_tables


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_cells_stay_the_texts_that_are_written(tmp_path):
    table = read_table(written(tmp_path, "t.csv", "a,b,c\nNA,None,007\n1.50, x ,true\n"))
    assert table.rows == [{"a": "NA", "b": "None", "c": "007"}, {"a": "1.50", "b": " x ", "c": "true"}]


def test_a_rows_line_is_where_it_begins_in_the_file(tmp_path):
    table = read_table(written(tmp_path, "t.csv", 'a,b,c\n"1\n1",2,3\n\n4,5,6\n'))
    assert table.places == ["line 2", "line 5"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path, coding):
    table = read_table(written(tmp_path, "t.csv", "問,a,b\nは,1,2\n".encode(coding)))
    assert table.rows == [{"問": "は", "a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "q;a;b\n1,5?;x, y;z\n2,5?;v, w;u\n"),
        ("t.tsv", "q\ta\tb\n1,5?\tx, y\tz\n2,5?\tv, w\tu\n"),
        ("t.csv", "q|a|b\n1,5?|x, y|z\n2,5?|v, w|u\n"),
    ],
)
def test_the_separator_is_found(tmp_path, name, content):
    assert read_table(written(tmp_path, name, content)).rows[1] == {"q": "2,5?", "a": "v, w", "b": "u"}


def test_without_a_header_columns_are_called_by_their_place(tmp_path):
    table = read_table(written(tmp_path, "t.csv", "x,y,z\n1,2,3\n"), header=False)
    assert table.rows == [{"1": "x", "2": "y", "3": "z"}, {"1": "1", "2": "2", "3": "3"}]


def test_a_column_without_a_name_has_its_place(tmp_path):
    assert list(read_table(written(tmp_path, "t.csv", ",q,a\n0,x,y\n")).rows[0]) == ["column 1", "q", "a"]


def test_missing_cells_are_empty_and_cells_too_many_a_fault(tmp_path):
    table = read_table(written(tmp_path, "t.csv", "a,b,c\n1,2\n1,2,3,4\n"))
    assert table.rows[0] == {"a": "1", "b": "2", "c": None}
    assert table.faults == {1: "it has 4 cells, not 3"}


def test_json_lines_are_split_at_line_feeds_only(tmp_path):
    rows = [{"q": "a\u2028b"}, {"q": "c"}]
    content = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    table = read_table(written(tmp_path, "t.jsonl", content))
    assert (table.rows, table.places) == (rows, ["line 1", "line 3"])


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"version": 1, "data": rows}])
def test_json_is_a_list_of_rows_or_holds_one(tmp_path, wrap):
    rows = [{"q": "a"}, {"q": "b"}]
    assert read_table(written(tmp_path, "t.json", json.dumps(wrap(rows)))).rows == rows


INDENTED = """[
  {
    "q": "a, ] and }",
    "c": ["x", {"y": [1]}]
  },

  {"q": "b\\"\\n"}, {
    "q": "c"
  }
]
"""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (INDENTED, ["line 2", "row 2, line 7", "row 3, line 7"]),
        (INDENTED.replace("}, {", "},\n {"), ["line 2", "line 7", "line 8"]),
        ('{"version": [1],\n "data": [\n  {"q": 1},\n  {"q": 2}\n ]\n}', ["line 3", "line 4"]),
        ('{"data": 1,\n "data" : [\n{"q": 1}]}', ["line 3"]),
        (json.dumps([{"q": 1}, {"q": 2}]), ["row 1, line 1", "row 2, line 1"]),
    ],
    ids=["indented", "a line each", "in an object", "a field twice", "in one line"],
)
def test_a_row_of_json_is_named_by_the_line_where_it_begins(tmp_path, text, places):
    assert read_table(written(tmp_path, "t.json", text)).places == places


def test_the_lines_of_a_hundred_thousand_rows_of_json_are_counted_in_linear_time(tmp_path):
    path = written(tmp_path, "t.json", json.dumps([{"q": "a", "c": ["x", "y"]}] * 100_000, indent=1))
    began = time.process_time()
    assert read_table(path).places[-1] == "line 699995"
    assert time.process_time() - began < 5


def test_rows_of_several_json_files_are_named_by_file_and_line(tmp_path):
    paths = [written(tmp_path, f"{name}.json", '[\n {"q": 1}]') for name in "xy"]
    assert read_tables(paths).places == ["x.json, line 2", "y.json, line 2"]


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_parquet_and_arrow_keep_their_types(tmp_path, ending):
    rows = [{"q": "a", "c": ["x", "y"], "n": {"k": 1}}]
    table, path = pyarrow.Table.from_pylist(rows), tmp_path / f"t.{ending}"
    if ending == "parquet":
        pyarrow.parquet.write_table(table, path)
    else:
        with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table)
    assert read_table(path).rows == rows
    assert read_table(path).places == ["row 1"]


def test_a_line_that_is_no_json_object_is_a_row_at_fault(tmp_path):
    path = written(tmp_path, "t.jsonl", '{"q": 1}\n{"q"\n\n[1]\n{"q": 2}\n')
    table = read_table(path)
    assert [row["q"] for row in table.rows] == [1, None, None, 2]
    assert table.places == ["line 1", "line 2", "line 4", "line 5"]
    assert "is not JSON" in table.faults[1]
    assert "should be a JSON object" in table.faults[2]
    assert set(table.faults) == {1, 2}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"\x93\xfa\x96\x7b,a,b\n", "is not UTF-8 (byte 0); save it as UTF-8"),
        ("t.csv", "a,a,b\n1,2,3\n", "two columns are called 'a'"),
        ("t.jsonl", "\n<html>\n", "line 2: the line is not JSON"),
        ("t.jsonl", "[1]\n", "line 1: the line should be a JSON object"),
        ("t.jsonl", "[" * 100_000, "line 1: the line is not JSON"),
        ("t.json", "{", "is not JSON"),
        ("t.json", '{"a": 1}', "should hold a list of objects"),
        ("t.json", "[]", "should hold a list of objects"),
        ("t.parquet", b"PAR1", "cannot be read (ArrowInvalid"),
        ("t.arrow", b"", "cannot be read"),
        ("t.xlsx", b"", "is no table: its name should end in .csv"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, content, words):
    path = written(tmp_path, name, content)
    with pytest.raises(UsageError) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_parquet_with_a_text_that_is_no_utf_8_is_refused(tmp_path):
    path = tmp_path / "odd.parquet"
    texts = pyarrow.array([b"\xff"], pyarrow.binary()).view(pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table({"question": texts}), path)
    with pytest.raises(UsageError, match=r"odd\.parquet cannot be read \(UnicodeDecodeError"):
        read_table(path)


def test_an_open_quote_is_told_with_the_line_where_it_was_opened(tmp_path):
    with pytest.raises(UsageError, match=r"line 2, cannot be read .*is a quote left open\?"):
        read_table(written(tmp_path, "t.csv", 'a,b,c\n"1,2,3\n' + "4,5,6\n" * 40_000))


def test_several_files_are_one_table(tmp_path):
    paths = [written(tmp_path, f"{name}.csv", f"q,a,b\n{name},1,2\n") for name in "xy"]
    table = read_tables(paths)
    assert [row["q"] for row in table.rows] == ["x", "y"]
    assert table.places == ["x.csv, line 2", "y.csv, line 2"]
