"""The wheel: that it holds what a user needs besides the code, and finds it where it is installed."""

import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

import harness
from harness.task import task_files

ROOT = Path(__file__).parents[1]
NO_BUILDER = ("No matching distribution found for hatchling", "Could not find a version that satisfies the")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """This checkout as a wheel."""
    if find_spec("pip") is None:
        pytest.skip("pip is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", f"--wheel-dir={folder}", str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    if any(words in built.stderr for words in NO_BUILDER):
        pytest.skip("pip cannot fetch hatchling, which builds the wheel")
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("harness-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder that the wheel was unpacked into."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def python(installed, *said):
    """A Python that finds the unpacked wheel before this checkout, and stands in neither."""
    elsewhere = installed.parent
    return subprocess.run(
        [sys.executable, *said],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel):
    package = Path(harness.__file__).parent
    files = (path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc")
    ours = {path.relative_to(package.parent).as_posix() for path in files}
    assert {"harness/py.typed", "harness/score.schema.json", "harness/models.yaml"} <= ours
    assert ours <= names_in(wheel)


def test_the_wheel_holds_every_task_of_the_checkout(wheel):
    tasks = {f"harness/_tasks/{path.name}" for path in (ROOT / "tasks").glob("*.yaml")}
    assert {"harness/_tasks/mmlu.yaml", "harness/_tasks/sample.yaml"} <= tasks
    assert tasks == {name for name in names_in(wheel) if name.startswith("harness/_tasks/")}


def test_the_wheel_holds_the_licence_and_nothing_beside_the_package(wheel):
    names = names_in(wheel)
    (information,) = {name.split("/")[0] for name in names} - {"harness"}
    assert information.endswith(".dist-info")
    assert f"{information}/licenses/LICENSE" in names


def test_the_wheel_has_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        assert "harness = harness.cli:main" in archive.read(name).decode().splitlines()


def test_an_installed_harness_finds_its_own_tasks(installed):
    program = "from harness.task import task_files; print(*task_files().values(), sep='\\n')"
    found = {Path(line) for line in python(installed, "-c", program).splitlines()}
    assert found == {installed / "harness" / "_tasks" / f"{name}.yaml" for name in task_files()}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["tasks"], ["mmlu", "sample"]),
        (["models"], ["smollm2-135m", "llama3-70b"]),
        (["prompts", "--task=sample", "--limit=1", "--jsonl"], ["animals/0"]),
    ],
    ids=["tasks", "models", "prompts"],
)
def test_an_installed_harness_works_from_anywhere(installed, said, words):
    told = python(installed, "-m", "harness", *said)
    assert [word for word in words if word not in told] == []
