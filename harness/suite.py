"""Suites: task files that name several tasks, to be run one after another, each perhaps by a protocol of its own.

Takes a path, gives a Suite where the file is one. Loads no tasks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from harness.mapping import Record, Text
from harness.protocols import PROTOCOLS
from harness.readers import READERS
from harness.task import did_you_mean, find_task, is_file_name
from harness.yaml_file import read_document, read_yaml

Chance = Annotated[float, Field(gt=0, lt=1, strict=False)]


class Member(Record):
    """One task of a suite, and how it is asked there; what is not said is as usual.

    Attributes:
        task: its name, or a file.
        figure: what its source quotes: the accuracy, or the right choices' share of probability.
        chance: the share that its score is rescaled from, since guessing gives it; or one for each subject, whose
            rescaled scores are averaged.
    """

    task: Text
    protocol: Text | None = None
    shots: Annotated[int, Field(ge=0)] | None = None
    reader: Text | None = None
    figure: Literal["accuracy", "right_share"] = "accuracy"
    chance: Chance | dict[Text, Chance] | None = None

    @model_validator(mode="after")
    def _chance_is_of_an_accuracy(self) -> Self:
        if self.chance is not None and self.figure != "accuracy":
            raise ValueError(f"chance is for the accuracy, not for {self.figure}: leave one of the two out")
        return self

    @field_validator("protocol")
    @classmethod
    def _protocol_is_known(cls, name: str | None) -> str | None:
        return _known("protocol", name, PROTOCOLS)

    @field_validator("reader")
    @classmethod
    def _reader_is_known(cls, name: str | None) -> str | None:
        return _known("reader", name, READERS)


def _known(what: str, name: str | None, known: Mapping[str, object]) -> str | None:
    if name is not None and name not in known:
        raise ValueError(f"unknown {what} {name!r}{did_you_mean(name, known)}")
    return name


def _task_alone(member: Any) -> Any:
    """`mmlu` is short for `{task: mmlu}`."""
    return {"task": member} if isinstance(member, str) else member


class Suite(Record):
    """Several tasks under one name; its file has `tasks` where a task's has questions.

    Attributes:
        missing: what its source has beside these, and why it is not here.
    """

    name: Text
    title: Text
    tasks: Annotated[
        tuple[Annotated[Member, BeforeValidator(_task_alone)], ...], Field(min_length=1, strict=False)
    ]
    missing: dict[Text, Text] = Field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its tasks."""
        return tuple(member.task for member in self.tasks)


def figure_in_words(figure: str, reader: str) -> str:
    """Which figure a suite quotes of a task that is read by this reader."""
    return "right choices' probability" if figure == "right_share" else f"read by {reader}"


def read_suite(path: Path) -> Suite | None:
    """The suite that a file holds; None where it holds a task.

    Raises:
        UsageError: it is a suite and does not fit.
    """
    if not path.is_file() or path.suffix not in (".yaml", ".yml") or "tasks" not in read_document(path):
        return None
    return read_yaml(path, Suite, lambda document: {"name": path.stem, "title": path.stem, **document})


def find_suite(name: str, own: Path | None = None) -> Suite | None:
    """The suite of that name or path, its tasks named by their files where these lie beside it; None: it is a task.

    Raises:
        UsageError: there is no such task or suite.
    """
    path = find_task(name, own)
    suite = read_suite(path)
    if suite is None:
        return None

    def placed(member: Member) -> Member:
        beside = path.parent / (member.task if is_file_name(member.task) else f"{member.task}.yaml")
        return member.model_copy(update={"task": str(beside)}) if beside.is_file() else member

    return suite.model_copy(update={"tasks": tuple(map(placed, suite.tasks))})
