"""Suites: task files that name several tasks, to be run one after another.

Takes a path, gives a Suite where the file is one. Loads no tasks.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness.mapping import Record, Text
from harness.task import find_task
from harness.yaml_file import read_document, read_yaml


class Suite(Record):
    """Several tasks under one name; its file has `tasks` where a task's has questions."""

    name: Text
    title: Text
    tasks: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]


def read_suite(path: Path) -> Suite | None:
    """The suite that a file holds; None where it holds a task.

    Raises:
        UsageError: it is a suite and does not fit.
    """
    if not path.is_file() or path.suffix not in (".yaml", ".yml") or "tasks" not in read_document(path):
        return None
    return read_yaml(path, Suite, lambda document: {"name": path.stem, "title": path.stem, **document})


def tasks_of(name: str, own: Path | None = None) -> tuple[str, ...]:
    """The names of a suite's tasks; the name itself where it is a task's.

    Raises:
        UsageError: there is no such task or suite.
    """
    path = find_task(name, own)
    suite = read_suite(path)
    if suite is None:
        return (name,)
    beside = {member: path.with_name(f"{member}.yaml") for member in suite.tasks}
    return tuple(str(beside[member]) if beside[member].is_file() else member for member in suite.tasks)
