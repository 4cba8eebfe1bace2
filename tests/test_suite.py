"""Suites: several tasks by one name, each run in turn."""

import pytest
from builders import task_document, write_task
from loopback import Loopback
from whole_runs import refusing, small_model

from harness.errors import UsageError
from harness.suite import read_suite, tasks_of
from harness.task import load_task


@pytest.fixture
def suite(tmp_path):
    """A suite of two small tasks beside it."""
    for name in ("one", "two"):
        write_task(tmp_path, task_document(name=name))
    return write_task(tmp_path, {"name": "both", "tasks": ["one", "two"]})


def test_a_suite_names_its_tasks_those_beside_it_by_their_files(suite, tmp_path):
    assert tasks_of("both", tmp_path) == (str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"))
    write_task(tmp_path, {"name": "ours", "tasks": ["mmlu"]})
    assert tasks_of(str(tmp_path / "ours.yaml")) == ("mmlu",)
    assert tasks_of("mmlu") == ("mmlu",)


def test_each_task_of_a_suite_is_run_and_its_path_printed(suite, here):
    with Loopback(small_model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}")
    assert done.returncode == 0
    assert [line.split("/")[2] for line in done.stdout.splitlines()] == ["one", "two"]


def test_the_exit_code_is_the_worst_of_its_tasks(suite, here):
    """One question of the first task is refused: incomplete, and the second is run all the same."""
    refuse = refusing(400)

    def model(request):
        return (
            refuse(request)
            if "number 0?" in request.body.decode() and len(server.requests) < 6
            else small_model(request)
        )

    with Loopback(model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", "--concurrency=1")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2


def test_a_suite_without_tasks_is_refused(tmp_path):
    path = write_task(tmp_path, {"name": "none", "tasks": []})
    with pytest.raises(
        UsageError, match=r"none\.yaml, line 2, field tasks: List should have at least 1 item"
    ):
        read_suite(path)


def test_a_suite_is_no_task(suite):
    with pytest.raises(UsageError, match="is a suite of several tasks: only `run` takes one"):
        load_task(suite)


def test_suites_are_listed_with_their_tasks(suite, here):
    assert "one, two" in here("tasks", "--tasks=.").stdout


def test_a_task_is_printed_with_all_that_it_inherits(tmp_path, here):
    write_task(tmp_path, {"name": "hard", "extends": "mmlu", "title": "Hard", "dataset": {"split": "dev"}})
    printed = here("tasks", "hard", "--tasks=.", "--resolved").stdout
    (tmp_path / "hard.yaml").write_text(printed)
    task = load_task(tmp_path / "hard.yaml")
    assert "extends" not in printed
    assert (task.title, task.dataset.split, task.dataset.path) == ("Hard", "dev", "cais/mmlu")
