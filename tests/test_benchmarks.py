"""Benchmarks: each program starts, and benchmarks/README.md has the command that makes its figures."""

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
PROGRAMS = sorted(path for path in FOLDER.glob("*.py") if path.name != "pinned.py")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="they pin processes to cores")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_benchmark_starts_and_its_command_stands_beside_its_figures(program, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(program), "--help"])
    monkeypatch.syspath_prepend(FOLDER)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(program), run_name="__main__")
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out
    assert f"python benchmarks/{program.name}" in (FOLDER / "README.md").read_text(encoding="utf-8")
