"""Runs that earlier versions wrote: one for each shape that a score file ever had, and all of them still of use.

tests/golden/runs/01 and so on were each written by the package as it was then. `--update-golden` adds another when the
shape has changed; none is ever rewritten.
"""

import json
import shutil
from pathlib import Path

import pytest
from builders import answered, early_stop, plan_of, write_task, written_run
from test_score_file import TEXTS

import harness
from harness.score_file import document, read_score
from harness.stops import StopKind
from harness.validation import validate

RUNS = Path(__file__).parent / "golden" / "runs"
WRITTEN = sorted(RUNS.iterdir())
each = pytest.mark.parametrize("written", WRITTEN, ids=lambda path: path.name)


STOPPED = {
    "stop_kind": StopKind.VERDICT,
    "stopped_by": "worse is shown after 8 of 12 questions",
    "early_stop": early_stop(),
}
each_end = pytest.mark.parametrize("ended", [{}, STOPPED], ids=["at its end", "stopped by a test"])


@pytest.fixture
def todays(tmp_path, monkeypatch):
    """Writes the same small run as it is written now, in a folder that has its task."""
    monkeypatch.chdir(tmp_path)
    task_file = write_task(Path())
    plan = plan_of(task_file)
    return lambda ended: written_run(Path("runs"), plan, task_file, answered(plan, TEXTS), **ended)


def fields(made, name=""):
    """The names of all fields of a document, with those that hold them: run.git, groups.name."""
    if isinstance(made, dict):
        here = {f"{name}.{key}".lstrip(".") for key in made if name not in ("run.packages", "model.settings")}
        return here.union(*(fields(value, f"{name}.{key}".lstrip(".")) for key, value in made.items()))
    if isinstance(made, list):
        return set().union(*(fields(value, name) for value in made))
    return set()


def fields_of(path):
    return fields(json.loads((path / "score.json").read_bytes()))


def holds(whole, part):
    """Whether everything that `part` says is in `whole` too."""
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return whole == part


@each
def test_it_is_read_and_nothing_of_it_is_lost(written):
    file = written / "score.json"
    assert holds(json.loads(document(read_score(file))), json.loads(file.read_bytes()))


@each
def test_it_is_valid(written):
    assert validate(written) == written / "score.json"


@each
def test_its_answers_are_read(written):
    outcomes = harness.load(written).answers().outcome.value_counts().to_dict()
    assert outcomes == {"correct": 8, "wrong": 2, "unparsed": 1, "failed": 1}


@each
def test_its_replies_are_read_again_and_score_as_today(written, todays):
    made = todays(STOPPED if "early_stop" in fields_of(written) else {})
    shutil.copytree(written, made.path.with_name("earlier"))
    again = harness.regrade(made.path.with_name("earlier")).score
    now = read_score(made.score)
    assert again.comparison_key == now.comparison_key
    assert (again.score, again.counts, again.subjects) == (now.score, now.counts, now.subjects)


def test_no_two_have_the_same_shape():
    shapes = [frozenset(fields_of(path)) for path in WRITTEN]
    assert len(set(shapes)) == len(shapes) >= 7


@each_end
def test_todays_shape_is_among_them(todays, ended, update_golden):
    path = todays(ended).path
    made = fields_of(path)
    if update_golden and all(fields_of(written) != made for written in RUNS.iterdir()):
        shutil.copytree(path, RUNS / f"{len(list(RUNS.iterdir())) + 1:02}")
        return
    assert any(fields_of(path) == made for path in WRITTEN), (
        "the score file's shape has changed: pytest --update-golden keeps a run of it, for later versions to read"
    )
