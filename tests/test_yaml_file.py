"""YAML files that people write: what is wrong with them is said with file, line and field."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from harness.errors import UsageError
from harness.yaml_file import read_yaml


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str
    lines: list[str] = []
    sizes: dict[str, int] = {}


def read(folder, content):
    path = folder / "page.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_yaml(path, Page)


def refused(folder, content):
    with pytest.raises(UsageError) as caught:
        read(folder, content)
    sentence = str(caught.value)
    assert sentence.startswith(str(folder / "page.yaml"))
    assert sentence.endswith((".", "one)"))
    return sentence


def test_a_file_that_fits_is_read(tmp_path):
    page = read(tmp_path, "title: Straße\nlines: [a, 'no']\nsizes: {wide: 3}\n")
    assert page == Page(title="Straße", lines=["a", "no"], sizes={"wide": 3})


def test_a_byte_order_mark_does_not_disturb(tmp_path):
    assert read(tmp_path, "\ufefftitle: x\n").title == "x"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lines: []\n", ["line 1", "field title", "Field required"]),
        ("title: x\ncolour: red\n", ["line 2", "field colour", "there is no such field"]),
        ("title: x\nlines:\n  - a\n  - 7\n", ["line 4", "field lines.1", "read as 7", "quotes"]),
        ("title: x\nlines: [a,\n  yes]\n", ["line 3", "field lines.1", "read as True", "quotes"]),
        ("title: 2026-11-23\n", ["line 1", "field title", "read as 2026-11-23", "quotes"]),
        ("title:\n", ["line 1", "field title", "valid string"]),
        ("title: x\nsizes:\n  wide: far\n", ["line 3", "field sizes.wide", "valid integer"]),
        ("title: x\nlines: a\n", ["line 2", "field lines", "valid list"]),
        ("title: [x]\nlines: 3\n", ["line 1", "field title", "(1 more after this one)"]),
        ("just words\n", ["line 1", "the whole file"]),
        ("- title: x\n", ["line 1", "the whole file"]),
        ("title: x\nlines: []\ntitle: y\n", ["line 3", "'title'", "twice"]),
        ("title: x\nsizes:\n  wide: 1\n  wide: 2\n", ["line 4", "'wide'", "twice"]),
        ("title: x\nlines: [a\n", ["line 3", "is not YAML"]),
        ("title: x\n\tlines: []\n", ["line 2", "is not YAML"]),
        ("title: x\n---\ntitle: y\n", ["is not YAML", "another document"]),
        ("title: 'x\n", ["is not YAML"]),
        ("title: *nowhere\n", ["line 1", "is not YAML", "alias"]),
        ("title: !!python/object:os.system x\n", ["line 1", "is not YAML"]),
        ("? [title]\n: x\n", ["line 1", "is not YAML", "unhashable"]),
        ('title: "\\ud800"\n', ["line 1", "is not YAML"]),
        ("title: 2026-13-45\n", ["line 1", "field title", "cannot be read", "quotes"]),
        ("title: x\nlines:\n  - a\n  - 2026-13-45\n", ["line 4", "field lines.1", "cannot be read"]),
        ("title: \x00\n", ["is not YAML"]),
        ("", ["is empty"]),
        ("# nothing but a comment\n", ["is empty"]),
        (b"title: caf\xe9\n", ["is not UTF-8", "byte 10"]),
        ("title: " + "[" * 900 + "]" * 900, ["line 1", "more than 50 levels"]),
        ("title: " + "[" * 100_000, ["line 1", "is not YAML", "nesting"]),
        ("title: &it\n  - *it\n", ["line 1", "field title"]),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, str | bytes) else "",
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, words):
    sentence = refused(tmp_path, content)
    assert [word for word in words if word not in sentence] == []


def test_aliases_that_multiply_are_not_followed_each_time(tmp_path):
    lines = ["a: &a [x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 99)}]" for before, name in pairwise("abcdefghi")]
    assert "field a: there is no such field" in refused(tmp_path, "\n".join(lines))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml", Page)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path, Page)


WORDS = ("title", ": ", "\n- ", "&a", "*a", "!!int", "2026-99-99", "<<", "é")
YAML_LIKE = st.lists(st.sampled_from([*"{}[],:-?&*!|>'\"%@`#~\n \t", *WORDS])).map("".join)


@given(content=st.binary() | YAML_LIKE.map(str.encode))
@example(b"<<: [x]\n")
@example(b"!!timestamp x: y\n")
@example(b"a: !!bool x\n")
@example(b"a: !!int ''\n")
@example(b"a: 9999-12-31T23:59:59-12:00\n")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_anything_but_a_usage_error(tmp_path, content):
    with suppress(UsageError):
        read(tmp_path, content)
