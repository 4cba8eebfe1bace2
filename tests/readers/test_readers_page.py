"""docs/readers.md names every reader, a line each, and no other."""

import re
from pathlib import Path

from harness.readers import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "readers.md").read_text(encoding="utf-8")


def test_every_reader_has_its_line():
    (table,) = re.findall(r"^\| reader \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert sorted(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == sorted(READERS)
    assert table.count("\n") == len(READERS)
