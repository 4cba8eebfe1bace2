"""Mappings: where a task's rows are, and which part of a row becomes which part of a Question.

What a task file says under `dataset` and `columns`, read and checked. Reads no rows: see harness/rows.py.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from harness.orders import CHOICES, OrderName
from harness.templates import check_template, is_template

PART = "{part}"
"""In `path`, `name`, `split`, `shots_split`, `files` and `file`: stands for each of `parts` in turn."""

_WITH_PART = ("path", "name", "split", "shots_split", "files", "file")

Text = Annotated[str, Field(min_length=1)]


def list_to_mapping(parts: Any) -> Any:
    """`parts: [a, b]` is short for `parts: {a: a, b: b}`."""
    return {part: part for part in parts} if isinstance(parts, list | tuple) else parts


def _one_or_several(choices: object) -> object:
    if isinstance(choices, str):
        return (choices,) if choices else ()
    if not isinstance(choices, list | tuple):
        raise ValueError("should be the column of a list, or a list of columns")  # noqa: TRY004 - pydantic's
    return choices


class Record(BaseModel):
    """A part of a task file: no unknown fields, no conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DatasetSource(Record):
    """A dataset on the hub or in a folder laid out like it, or a file of the user's own.

    Attributes:
        path: its name on the hub.
        file: instead of `path`, a table: CSV, TSV, JSON lines, JSON or Parquet, beside the task file.
        name: the configuration.
        revision: the commit; where there is none, the one that the hub gives is recorded in the score file.
        split: the split to score.
        shots_split: the split that few-shot examples come from, None where there is none. Where it is `split` itself,
            the examples are the rows that `where` leaves out.
        shots_from: another task, whose few-shot examples are used.
        shots_by: whether an example is for questions of its subject only, or for all.
        parts: subject to the part of the dataset that holds it, put in the place of {part}.
        files: pattern of the split's files within the dataset, where they are not called as usual.
        format: csv where the hub keeps it as such, so that cells stay the texts that are written there.
        header: whether a CSV names its columns; else they are called "1", "2" and so on.
        origin: where to fetch the dataset by hand, as the hub does not have it in a form that can be loaded.
        where: column to the values that a row must have one of there; other rows are not the task's.
        bad_rows: what becomes of rows that do not fit: a refusal of the whole, or left out and counted.
        gated: whether the hub gives it only to those who accepted its terms.
    """

    path: Text | None = None
    file: Text | None = None
    name: Text | None = None
    revision: Text | None = None
    split: Text | None = None
    shots_split: Text | None = None
    shots_from: Text | None = None
    shots_by: Literal["subject", "all"] = "subject"
    parts: Annotated[dict[Text, Text], BeforeValidator(list_to_mapping)] = {}
    files: Text | None = None
    format: Literal["csv"] | None = None
    header: bool = True
    origin: Text | None = None
    where: dict[Text, Annotated[tuple[str | int | bool, ...], Field(min_length=1, strict=False)]] = {}
    bad_rows: Literal["refuse", "leave out"] = "refuse"
    gated: bool = False

    @property
    def called(self) -> str:
        """What it is called in messages and score files."""
        return self.path or (self.file or "").replace("\\", "/").rpartition("/")[2]

    @model_validator(mode="after")
    def _is_on_the_hub_or_a_file(self) -> Self:
        if (self.path is None) == (self.file is None):
            raise ValueError("give either path, a dataset on the hub, or file: one of them, and not both")
        if self.path is not None and self.split is None:
            raise ValueError("a dataset of the hub needs split, the split to score")
        if self.file is not None:
            alien = ("name", "revision", "split", "shots_split", "files", "format", "origin", "gated")
            if found := [name for name in alien if getattr(self, name)]:
                raise ValueError(f"{found[0]} does not go with file")
        if self.shots_split is not None and self.shots_from is not None:
            raise ValueError("give either shots_split or shots_from: examples come from one place")
        return self

    @model_validator(mode="after")
    def _parts_have_a_place(self) -> Self:
        placed = any(PART in (getattr(self, name) or "") for name in _WITH_PART)
        if self.parts and not placed:
            raise ValueError(f"parts needs {PART} in one of {', '.join(_WITH_PART)}")
        if placed and not self.parts:
            raise ValueError(f"{PART} needs parts, which say what it stands for")
        return self

    def each(self) -> dict[str | None, "DatasetSource"]:
        """Subject to the source of that part alone; the subject is None where there are no parts."""
        if not self.parts:
            return {None: self}
        return {subject: self._of(part) for subject, part in self.parts.items()}

    def _of(self, part: str) -> "DatasetSource":
        placed = {
            name: value.replace(PART, part)
            for name in _WITH_PART
            if (value := getattr(self, name)) is not None
        }
        return self.model_copy(update={**placed, "parts": {}})


def _template_is_readable(spec: str) -> str:
    if is_template(spec):
        check_template(spec)
    return spec


Column = Annotated[Text, Field(description="a column, a path such as choices.text, or a jinja2 template")]


class Gold(Record):
    """Where the right answer is, and how it is written there.

    index0, index1: the place of the choice, from 0 or from 1, as a number or in digits. letter: of the task's
    alphabet. label: equal to one of the row's own labels, in `labels`. text: equal to one of the choices. mask: a list
    with a 1 for the right choice and a 0 for each other. bool: true is the first choice, false the second.
    """

    column: Column
    form: Literal["index0", "index1", "letter", "label", "text", "mask", "bool"]
    labels: Text | None = None
    several: bool = False

    _column_is_readable = field_validator("column")(_template_is_readable)

    @model_validator(mode="after")
    def _labels_go_with_their_form(self) -> Self:
        if (self.form == "label") != (self.labels is not None):
            raise ValueError("labels, the column of the row's own labels, goes with form: label")
        return self


class Columns(Record):
    """Which part of a row becomes which part of a question.

    Each is a column, a path into nested ones (`choices.text`), or a jinja2 template over the row.

    Attributes:
        question: the question's text.
        context: what is read before it; put before the text, on lines of its own.
        choices: the column of a list, or several columns, one a choice.
        choices_form: how a single column holds them: a list, a list printed as a text, or lines "A. …" in a text.
        choices_vary: whether the last of several columns may be empty: that row has fewer choices.
        choice: a template that each choice goes through, as `choice`.
        fixed_choices: the choices of every question, where the dataset has none.
        shuffle_seed: put the choices into an order that depends on this number and the question's id only.
        order: instead of `shuffle_seed`, put them as a source of GPQA does; the right one's column is the first.
        strip: take white space off both ends of texts, choices and gold.
        subject: the dataset's part where None, or the task's name.
        group: subjects to groups, by the rows themselves.
        id: the dataset's own identifier; subject and place within it where None.
        cluster: what questions share that are not independent of each other: a passage, or its name.
        rationale: the worked answer of few-shot examples.
    """

    question: Column
    context: Column | None = None
    choices: Annotated[tuple[Text, ...], BeforeValidator(_one_or_several), Field(strict=False)] = ()
    choices_form: Literal["list", "printed", "lettered"] = "list"
    choices_vary: bool = False
    choice: Text | None = None
    fixed_choices: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    shuffle_seed: int | None = None
    order: OrderName | None = None
    strip: bool = False
    gold: Gold
    subject: Column | None = None
    group: Column | None = None
    id: Column | None = None
    cluster: Column | None = None
    rationale: Column | None = None

    @field_validator("question", "context", "choice", "subject", "group", "id", "cluster", "rationale")
    @classmethod
    def _templates_are_readable(cls, spec: str | None) -> str | None:
        return spec if spec is None else _template_is_readable(spec)

    @field_validator("choices")
    @classmethod
    def _choices_are_readable(cls, specs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_template_is_readable(spec) for spec in specs)

    @model_validator(mode="after")
    def _has_one_source_of_choices(self) -> Self:
        if bool(self.choices) == bool(self.fixed_choices):
            raise ValueError("give either choices or fixed_choices: one of them, and not both")
        if len(self.choices) != 1 and self.choices_form != "list":
            raise ValueError(f"choices_form {self.choices_form} is for a single column of choices")
        if len(self.choices) < 2 and self.choices_vary:
            raise ValueError("choices_vary is for several columns of choices")
        if self.order is not None and self.shuffle_seed is not None:
            raise ValueError("give either order or shuffle_seed: one of them, and not both")
        if self.order is not None and (len(self.choices) != CHOICES or self.choices_vary):
            raise ValueError(f"order {self.order} is for {CHOICES} columns of choices, none of them empty")
        if self.choice is not None and not is_template(self.choice):
            raise ValueError("choice should be a template, such as {{ choice | trim }}")
        return self

    @property
    def choices_order(self) -> str | None:
        """How choices are put in order, for score files; None: as the rows have them."""
        return self.order or (None if self.shuffle_seed is None else f"seed {self.shuffle_seed}")

    def specs(self) -> tuple[str, ...]:
        """All that is read of a row."""
        texts = (self.question, self.context, self.rationale)
        names = (self.subject, self.group, self.id, self.cluster)
        right = (self.gold.column, self.gold.labels)
        return tuple(spec for spec in (*texts, *names, *self.choices, *right) if spec is not None)


def replaced(held: object, placeholder: str, word: str) -> Any:
    """A part of a document with a placeholder replaced in every text."""
    if isinstance(held, str):
        return held.replace(placeholder, word)
    if isinstance(held, Mapping):
        return {key: replaced(value, placeholder, word) for key, value in held.items()}
    if isinstance(held, list):
        return [replaced(value, placeholder, word) for value in held]
    return held
