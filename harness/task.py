"""Tasks: YAML files that say where questions are, how they are grouped and how they may be asked.

Takes a name or a path, gives a Task. Loads no questions and knows nothing of models or prompts.
"""

import difflib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from harness.errors import UsageError
from harness.protocols import PROTOCOLS
from harness.questions import LETTERS
from harness.yaml_file import read_yaml

_PACKAGE = Path(__file__).parent

Text = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DatasetSource(_Record):
    """A dataset on the hub, or in a folder laid out like it.

    `shots_split` is the split that few-shot examples come from, None where there is none.
    """

    path: Text
    name: Text | None = None
    revision: Text | None = None
    split: Text
    shots_split: Text | None = None


class Gold(_Record):
    """The column of the right answer, and how it is written there."""

    column: Text
    form: Literal["index0", "letter"]


class Columns(_Record):
    """Which column of the dataset holds what."""

    question: Text
    choices: Text
    gold: Gold
    subject: Text
    id: Text | None = None


class InlineQuestion(_Record):
    """A question written into the task file itself."""

    subject: Text
    question: Text
    choices: Annotated[tuple[Text, ...], Field(min_length=2, max_length=len(LETTERS), strict=False)]
    answer: Text

    @field_validator("choices")
    @classmethod
    def _choices_differ(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(choices)) < len(choices):
            raise ValueError("two choices are the same")
        return choices

    @field_validator("answer")
    @classmethod
    def _answer_is_a_choice(cls, answer: str, info: ValidationInfo) -> str:
        letters = LETTERS[: len(info.data.get("choices", LETTERS))]
        if answer not in set(letters):
            raise ValueError(f"answer {answer!r} is none of {', '.join(letters)}, the letters of its choices")
        return answer


class Task(_Record):
    """One benchmark.

    Its questions are in `dataset` (with `columns`), or written into the file as `questions`, with
    few-shot examples in `shots`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Text
    title: Text
    description: Text
    licence: Text
    language: Text
    citation: Text | None = None
    groups: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]] = {}
    protocols: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    protocol: Text
    dataset: DatasetSource | None = None
    columns: Columns | None = None
    questions: Annotated[tuple[InlineQuestion, ...], Field(strict=False)] = ()
    shots: Annotated[tuple[InlineQuestion, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _has_one_source_of_questions(self) -> Self:
        if (self.dataset is None) == (not self.questions):
            raise ValueError("give either a dataset or questions: one of them, and not both")
        if (self.dataset is None) != (self.columns is None):
            raise ValueError("a dataset needs columns, and columns need a dataset")
        if self.dataset is not None and self.shots:
            raise ValueError("shots go with questions; with a dataset, name dataset.shots_split")
        return self

    @model_validator(mode="after")
    def _groups_name_subjects_of_the_questions(self) -> Self:
        known = {question.subject for question in self.questions}
        for subject in self.group_of if self.questions else ():
            if subject not in known:
                hint = did_you_mean(subject, known)
                raise ValueError(
                    f"subject {subject!r} of group {self.group_of[subject]!r} has no question{hint}"
                )
        return self

    @field_validator("name")
    @classmethod
    def _name_is_the_files(cls, name: str, info: ValidationInfo) -> str:
        file = (info.context or {}).get("path")
        if file is not None and file.stem != name:
            raise ValueError(f"{name!r} should be {file.stem!r}, as the file is called")
        return name

    @field_validator("protocols")
    @classmethod
    def _protocols_are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in PROTOCOLS:
                raise ValueError(f"unknown protocol {name!r}{did_you_mean(name, PROTOCOLS)}")
        return names

    @field_validator("protocol")
    @classmethod
    def _usual_protocol_is_among_protocols(cls, name: str, info: ValidationInfo) -> str:
        if name not in info.data.get("protocols", (name,)):
            raise ValueError(f"protocol {name!r} is not among protocols")
        return name

    @field_validator("groups")
    @classmethod
    def _groups_do_not_overlap(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        placed: dict[str, str] = {}
        for group, subjects in groups.items():
            for subject in subjects:
                if subject in placed:
                    raise ValueError(f"subject {subject!r} is in {placed[subject]!r} and again in {group!r}")
                placed[subject] = group
        return groups

    @cached_property
    def group_of(self) -> dict[str, str]:
        """Subject to its group."""
        return {subject: group for group, subjects in self.groups.items() for subject in subjects}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' where a known name is near, else ''."""
    near = difflib.get_close_matches(name, tuple(known), n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def task_folders(own: Path | None = None) -> tuple[Path, ...]:
    """Where task files are looked for: the user's own folder first, then ours.

    Raises:
        UsageError: `own` is not a folder.
    """
    if own is not None and not own.is_dir():
        raise UsageError(f"--tasks {own} is not a folder.")
    installed, checkout = _PACKAGE / "_tasks", _PACKAGE.parent / "tasks"
    ours = installed if installed.is_dir() else checkout
    return (own, ours) if own else (ours,)


def task_files(own: Path | None = None) -> dict[str, Path]:
    """Name of every known task to its file; a user's file hides ours of the same name."""
    found: dict[str, Path] = {}
    for folder in task_folders(own):
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find_task(name: str, own: Path | None = None) -> Path:
    """The file of a task that is named by its name or by its path.

    Raises:
        UsageError: there is none.
    """
    known = task_files(own)
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise UsageError(f"task file {name} does not exist.")
        return Path(name)
    if name not in known:
        hint = did_you_mean(name, known)
        raise UsageError(
            f"unknown task {name!r}{hint}; see `python -m harness tasks`, or name a file: --task my.yaml."
        )
    return known[name]


def load_task(path: Path) -> Task:
    """Read and check one task file.

    Raises:
        UsageError: naming file, line and field.
    """
    return read_yaml(path, Task)
