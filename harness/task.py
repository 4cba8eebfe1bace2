"""Tasks: YAML files that say where questions are, how they are grouped and how they may be asked.

Takes a name or a path, gives a Task. Loads no questions and knows nothing of models or prompts.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from harness.errors import UsageError
from harness.mapping import Columns, DatasetSource, Record, Text, list_to_mapping, replaced
from harness.protocols import PROTOCOLS
from harness.questions import LETTERS
from harness.tables import is_table
from harness.yaml_file import read_document, read_yaml

_PACKAGE = Path(__file__).parent

LANGUAGE = "{language}"
"""In `dataset` and texts of a task in several languages: stands for what the dataset calls one of them."""

BY_QUESTION = "by question"
"""In `chance`: guessing gives the mean of 1/choices over the questions, whatever it is; score files say it."""


class InlineQuestion(Record):
    """A question written into the task file itself; an example may have a worked answer, `rationale`."""

    subject: Text
    question: Text
    choices: Annotated[tuple[Text, ...], Field(min_length=2, max_length=len(LETTERS), strict=False)]
    answer: Text
    rationale: str = ""

    @field_validator("choices")
    @classmethod
    def _choices_differ(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(choices)) < len(choices):
            raise ValueError("two choices are the same")
        return choices

    @field_validator("answer")
    @classmethod
    def _answer_is_a_choice(cls, answer: str, info: ValidationInfo) -> str:
        alphabet: str = (info.context or {}).get("alphabet", LETTERS)
        letters = alphabet[: len(info.data.get("choices", alphabet))]
        if answer not in set(letters):
            raise ValueError(f"answer {answer!r} is none of {', '.join(letters)}, the letters of its choices")
        return answer


class Task(Record):
    """One benchmark.

    Its questions are in `dataset` (with `columns`), or written into the file as `questions`. Few-shot examples are in
    the dataset, or written into the file as `shots`.

    Attributes:
        language: what the questions are written in.
        languages: instead of `language`, where the dataset has the same questions in several: language to what the
            dataset calls it, put in the place of {language}. Each is a task by the name of this one and its own.
        size: questions where the task was written.
        chance: expected accuracy of guessing, which is checked against the choices; or that it is what they give, where
            their number varies and nobody published what guessing comes to.
        alphabet: the letters of choices, in order.
        groups: group to its subjects, which may be in several; `columns.group` reads them from the rows.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Text
    title: Text
    description: Text
    licence: Text
    language: Text | None = None
    languages: Annotated[dict[Text, Text], BeforeValidator(list_to_mapping)] = Field(default_factory=dict)
    citation: Text | None = None
    size: Annotated[int, Field(ge=1)] | None = None
    chance: float | Literal["by question"] | None = None
    alphabet: Annotated[str, Field(min_length=2, max_length=len(LETTERS))] = LETTERS
    groups: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]] = Field(
        default_factory=dict
    )
    protocols: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    protocol: Text
    dataset: DatasetSource | None = None
    columns: Columns | None = None
    questions: Annotated[tuple[InlineQuestion, ...], Field(strict=False)] = ()
    shots: Annotated[tuple[InlineQuestion, ...], Field(strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _alphabet_is_known_to_the_questions(cls, document: Any, info: ValidationInfo) -> Any:
        if (
            info.context is not None
            and isinstance(document, dict)
            and isinstance(document.get("alphabet"), str)
        ):
            info.context["alphabet"] = document["alphabet"]
        return document

    @model_validator(mode="after")
    def _has_one_source_of_questions(self) -> Self:
        if (self.dataset is None) == (not self.questions):
            raise ValueError("give either a dataset or questions: one of them, and not both")
        if (self.dataset is None) != (self.columns is None):
            raise ValueError("a dataset needs columns, and columns need a dataset")
        if self.shots and self.dataset and (self.dataset.shots_split or self.dataset.shots_from):
            raise ValueError(
                "give either shots, or dataset.shots_split or shots_from: examples come from one place"
            )
        if (self.language is None) == (not self.languages):
            raise ValueError("give either language or languages: one of them, and not both")
        if self.groups and self.columns and self.columns.group:
            raise ValueError("give either groups or columns.group: one of them, and not both")
        return self

    @model_validator(mode="after")
    def _groups_name_subjects_of_the_questions(self) -> Self:
        known = {question.subject for question in self.questions}
        placed = [(group, subject) for group, subjects in self.groups.items() for subject in subjects]
        for group, subject in placed if self.questions else ():
            if subject not in known:
                raise ValueError(
                    f"subject {subject!r} of group {group!r} has no question{did_you_mean(subject, known)}"
                )
        return self

    @field_validator("name")
    @classmethod
    def _name_is_the_files(cls, name: str, info: ValidationInfo) -> str:
        file = (info.context or {}).get("path")
        if file is not None and file.stem != name:
            raise ValueError(f"{name!r} should be {file.stem!r}, as the file is called")
        return name

    @field_validator("chance", mode="before")
    @classmethod
    def _chance_is_a_share(cls, chance: Any) -> Any:
        if chance in (None, BY_QUESTION):
            return chance
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 < chance <= 1:
            raise ValueError(
                f"should be a share above 0 and at most 1, such as 0.25, or `{BY_QUESTION}` where the number of "
                "choices varies"
            )
        return chance

    @field_validator("alphabet")
    @classmethod
    def _letters_differ(cls, alphabet: str) -> str:
        if len(set(alphabet)) < len(alphabet) or any(letter.isspace() for letter in alphabet):
            raise ValueError("should be letters that differ, without spaces")
        return alphabet

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
    def _groups_name_each_subject_once(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for group, subjects in groups.items():
            for subject in subjects:
                if subjects.count(subject) > 1:
                    raise ValueError(f"subject {subject!r} is in {group!r} twice")
        return groups


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


def is_file_name(name: str) -> bool:
    """Whether a task is named by its file, and not by its name."""
    return name.endswith((".yaml", ".yml")) or is_table(Path(name))


def find_task(name: str, own: Path | None = None) -> Path:
    """The file of a task that is named by its name or by its path.

    Raises:
        UsageError: there is none.
    """
    known = task_files(own)
    if not name:
        raise UsageError("the task's name is empty; see `python -m harness tasks`, or name a file.")
    if is_file_name(name):
        if not _home(Path(name))[0].is_file():
            raise UsageError(f"task file {name} does not exist.")
        return Path(name)
    family = next((family for family in _families(name) if family in known), None)
    if family is not None and name not in known:  # a language of it
        return known[family].with_name(f"{name}.yaml")
    if name not in known and Path(name).is_dir():
        raise UsageError(
            f"--task {name} is a folder: name a file in it, or a task by its name and the folder by --tasks."
        )
    if name not in known:
        hint = did_you_mean(name, known)
        raise UsageError(
            f"unknown task {name!r}{hint}; see `python -m harness tasks`, or name a file: --task my.yaml or my.csv."
        )
    return known[name]


def name_for_later(name: str, own: Path | None = None) -> str:
    """How to find a task again, wherever one is then: by its name where it is ours, else by its file.

    Raises:
        UsageError: there is none.
    """
    path = find_task(name, own)
    ours = path.parent in task_folders() and not is_table(path)
    return path.stem if ours else str(path.resolve())


def same_questions_again(task: Task, name: str) -> str:
    """What to do where a task, found by its name for later, has other questions than an earlier run asked."""
    if task.dataset is not None and task.dataset.file is None:
        return "give the same data with --data DIR"
    file = task.dataset.file if task.dataset else find_task(name)
    return f"{file} has changed since: restore it as it was then, or run the task anew"


def load_task(path: Path, say: Callable[[str], None] | None = None) -> Task:
    """Read and check one task, as `find_task` names it, so that it can be asked.

    Args:
        path: a task file, one of its languages, or a table of questions.
        say: told what the columns of a table were taken for.

    Raises:
        UsageError: naming file, line and field; or the task is in several languages and none was chosen.
    """
    if is_table(path):
        from harness.table_task import certain_task  # which makes Tasks

        made = certain_task(path)
        if say:
            say(made.said)
        return made.task
    task = read_task(path)
    if task.languages:
        names = ", ".join(f"{task.name}_{language}" for language in task.languages)
        raise UsageError(f"task {task.name} is in {len(task.languages)} languages: name one of {names}.")
    if task.dataset is not None and task.dataset.file is not None:  # beside the task file, wherever we are
        file = str(path.parent / task.dataset.file)
        return task.model_copy(update={"dataset": task.dataset.model_copy(update={"file": file})})
    return task


def read_task(path: Path) -> Task:
    """The same, where no language need be chosen: what the file as such says.

    A single language may be chosen all the same.

    Raises:
        UsageError: naming file, line and field.
    """
    if is_table(path):
        return load_task(path)
    home, language = _home(path)
    if language is not None:
        return read_yaml(home, Task, partial(_in_language, path, language), path)
    return read_yaml(path, Task, partial(_extended, path))


def at_revision(task: Task, revision: str | None) -> Task:
    """The task with its dataset at another commit or branch of the hub; as it is where that is None.

    Raises:
        UsageError: the task has no dataset on the hub.
    """
    if revision is None:
        return task
    if task.dataset is None or task.dataset.path is None:
        raise UsageError(
            f"--dataset-revision {revision} is for datasets of the hub; task {task.name} has none."
        )
    return task.model_copy(update={"dataset": task.dataset.model_copy(update={"revision": revision})})


def _home(path: Path) -> tuple[Path, str | None]:
    """The file that holds a task, and the language, where the file holds several: mmmlu_de is in mmmlu.yaml."""
    if not path.is_file():
        for family in _families(path.stem):
            home = path.with_name(f"{family}.yaml")
            if home.is_file():
                return home, path.stem[len(family) + 1 :]
    return path, None


def _families(name: str) -> Iterator[str]:
    """What may stand before the language: of a_b_c first a_b, then a."""
    family, cut, _ = name.rpartition("_")
    while cut:
        yield family
        family, cut, _ = family.rpartition("_")


def _in_language(path: Path, language: str, document: dict[str, Any]) -> dict[str, Any]:
    """One of a task's languages, as if it had a file of its own."""
    document = _extended(path, document)
    languages = list_to_mapping(document.pop("languages", {}))
    if not isinstance(languages, dict) or language not in languages:
        known = languages if isinstance(languages, dict) else {}
        raise UsageError(
            f"task {document.get('name')} is not in {language!r}{did_you_mean(language, known)}; it is in "
            f"{', '.join(known) or 'one language only'}."
        )
    for field in ("dataset", "title", "description"):
        if field in document:
            document[field] = replaced(document[field], LANGUAGE, str(languages[language]))
    return {**document, "name": path.stem, "language": language}


def _extended(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The document with what it leaves out taken from the task that it extends; a field that is null is left out.

    `dataset` and `columns` are taken field by field, all others whole.
    """
    if "tasks" in document:
        raise UsageError(
            f"{path} is a suite of several tasks: only `run` and `tasks` take one; else name one of its tasks."
        )
    parent = document.pop("extends", None)
    if parent is None:
        return document
    home = next((f for f in (path.parent / f"{parent}.yaml", *_ours(parent)) if f.is_file()), None)
    if home is None or home.stem == path.stem:
        raise UsageError(f"{path}, field extends: there is no task {parent!r} beside it, nor among ours.")
    whole = read_document(home)
    if "extends" in whole:
        raise UsageError(
            f"{path}, field extends: {home} extends {whole['extends']!r} itself; extend that one, since inheritance "
            "is one level deep."
        )
    for field, value in document.items():
        held = whole.get(field)
        if field in ("dataset", "columns") and isinstance(held, dict) and isinstance(value, dict):
            whole[field] = _present({**held, **value})
        else:
            whole[field] = value
    return _present(whole)


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in document.items() if value is not None}


def _ours(name: str) -> Iterator[Path]:
    return (folder / f"{name}.yaml" for folder in task_folders())
