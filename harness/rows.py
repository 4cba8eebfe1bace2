"""Rows: one row of a dataset, made into a Question as a task's columns say.

Takes Columns and rows as dicts; gives Questions, or a ValueError that says what does not fit. Knows nothing of
files, hubs or other rows, but for counting them.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.lettered import split_lettered
from harness.mapping import Columns
from harness.orders import orders
from harness.printed import printed_list
from harness.questions import LETTERS, Place, Question, cluster_of
from harness.templates import compile_template, is_template

Row = Mapping[str, Any]
Value = Callable[[Row], object]


class RowReader:
    """Makes rows into questions.

    Attributes:
        stripped: ids of the questions of whose cells white space was taken off.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        subject: str,
        alphabet: str = LETTERS,
        careful: bool = False,
        several: bool = True,
    ) -> None:
        """Compile the columns.

        Args:
            columns: what the task file says.
            subject: of rows that have neither a subject nor a part.
            alphabet: the letters of choices.
            careful: refuse empty texts and a right choice that is there twice: nobody has looked over the rows.
            several: take rows with several right choices, where the columns say so; an example needs a single one.
        """
        self._columns = columns
        self._subject = subject
        self._alphabet = alphabet
        self._careful = careful
        self._several = several
        self._value_of = {spec: value_of(spec) for spec in columns.specs()}
        self._of_choice = compile_template(columns.choice) if columns.choice else None
        self._seen: Counter[str] = Counter()
        self.stripped: list[str] = []
        self._took_off = False

    def read(
        self,
        row: Row,
        part: str | None = None,
        fault: str | None = None,
        place: Place | None = None,
        *,
        number: int | None = None,
    ) -> Question:
        """The row's question.

        Args:
            row: the row.
            part: its subject where the row names none.
            fault: what is wrong with the row as such, where something is.
            place: where it stands; columns with an `order` need it.
            number: for the id of a row that has none; counted within the subject where None, so that rows must be
                read in file order.

        Raises:
            ValueError: the row does not fit; saying why.
        """
        columns, self._took_off = self._columns, False
        self._check_columns(row)
        if fault and all(value is None for value in row.values()):  # not even its subject is known
            raise ValueError(fault)
        subject = str(self._filled(row, columns.subject)) if columns.subject else part or self._subject
        if number is None:
            number = self._seen[subject]
            self._seen[subject] += 1  # also where the row does not fit: ids do not depend on what is left out
        if fault:
            raise ValueError(fault)
        id_ = str(self._filled(row, columns.id)) if columns.id else f"{subject}/{number}"
        choices = self._choices(row)
        right = self._right(row, choices)  # as the row has them: a gold text goes through no template
        if self._of_choice:
            choices = tuple(self._of_choice({**row, "choice": choice}) for choice in choices)
        if order := self._order(choices, id_, place):
            choices, right = tuple(choices[at] for at in order), tuple(sorted(map(order.index, right)))
        context = self._text(row, columns.context) if columns.context else ""
        text = self._text(row, columns.question)
        rationale = self._text(row, columns.rationale) if columns.rationale else ""
        _check_characters(id_, subject, context, text, rationale, *choices)
        if self._took_off:
            self.stripped.append(id_)
        return Question(
            id=id_,
            subject=subject,
            text=f"{context}\n{text}" if context else text,
            choices=choices,
            gold="".join(self._alphabet[place] for place in right),
            rationale=rationale,
            alphabet=self._alphabet,
            context=context,
            cluster=self._cluster(row, columns.cluster) if columns.cluster else None,
            place=place if columns.order else None,
        )

    def _cluster(self, row: Row, spec: str) -> str | None:
        """What the row shares with others; a row that has nothing there shares nothing."""
        value = self._value_of[spec](row)
        return None if value is None else cluster_of(str(value).strip())

    def _order(self, choices: Sequence[str], id_: str, place: Place | None) -> Sequence[int] | None:
        """The places of the choices in the order in which they are asked; None: as they are."""
        if self._columns.order is not None:
            assert place is not None  # noqa: S101 - whoever reads a file's rows knows
            return orders(self._columns.order, place.of)[place.number]
        if self._columns.shuffle_seed is not None:
            return shuffled(len(choices), self._columns.shuffle_seed, id_)
        return None

    def group(self, row: Row) -> str | None:
        """The group of the row's subject, where the row tells."""
        return str(self._filled(row, self._columns.group)) if self._columns.group else None

    def _check_columns(self, row: Row) -> None:
        """Before anything else is said of a row, that its columns are there."""
        for spec in self._columns.specs():
            if not is_template(spec) and spec not in row and spec.partition(".")[0] not in row:
                raise ValueError(f"there is no column {spec!r}; it has {', '.join(row)}")

    def _filled(self, row: Row, spec: str) -> object:
        value = self._value_of[spec](row)
        if value is None:
            raise ValueError(f"{spec!r} is empty")
        return self._bare(value) if isinstance(value, str) else value

    def _bare(self, text: str) -> str:
        if not self._columns.strip:
            return text
        bare = text.strip()
        self._took_off |= len(bare) < len(text)
        return bare

    def _text(self, row: Row, spec: str) -> str:
        text = self._filled(row, spec)
        if not isinstance(text, str):
            raise ValueError(f"{spec!r} should be a text")  # noqa: TRY004 - all that does not fit is a ValueError
        if self._careful and not text.strip():
            raise ValueError(f"{spec!r} is empty")
        return text

    def _choices(self, row: Row) -> tuple[str, ...]:
        found = [self._bare(choice) for choice in self._found_choices(row)]
        if self._careful and not all(choice.strip() for choice in found):
            raise ValueError(f"choice {_place_of_empty(found) + 1} is empty")
        if not 0 < len(found) <= len(self._alphabet):
            first, *more = map(repr, self._columns.choices)
            said = f"{first} … {more[-1]} hold" if more else f"{first} holds"
            raise ValueError(f"{said} {len(found)} texts, not 1 to {len(self._alphabet)}")
        return tuple(found)

    def _found_choices(self, row: Row) -> Sequence[str]:
        columns = self._columns
        if columns.fixed_choices:
            return columns.fixed_choices
        if len(columns.choices) > 1:
            return self._choices_of_columns(row)
        (spec,) = columns.choices
        value = self._filled(row, spec)
        if columns.choices_form == "printed":
            value = printed_list(value)
        elif columns.choices_form == "lettered" and isinstance(value, str):
            value = list(split_lettered(value)[1])
        if not isinstance(value, list) or not all(isinstance(choice, str) for choice in value):
            raise ValueError(f"{spec!r} should be a list of texts")
        return value

    def _choices_of_columns(self, row: Row) -> list[str]:
        """One a column; where they vary, without the empty ones at the end, which may be missing too."""
        vary = self._columns.choices_vary
        values = [(spec, self._of_column(row, spec, vary=vary)) for spec in self._columns.choices]
        while vary and values and _is_empty(values[-1][1]):
            values.pop()
        for spec, value in values:
            if value is None:
                raise ValueError(f"{spec!r} is empty")
        return [str(value) for _, value in values]

    def _of_column(self, row: Row, spec: str, *, vary: bool) -> object:
        try:
            return self._value_of[spec](row)
        except ValueError:
            if vary and not is_template(spec):
                return None
            raise

    def _right(self, row: Row, choices: Sequence[str]) -> tuple[int, ...]:
        """The places of the right choices: one, unless the task says that there may be several."""
        gold = self._columns.gold
        value = self._filled(row, gold.column)
        if gold.several and gold.form == "letter" and isinstance(value, str):
            value = list(value)  # "AC" is two letters
        among = self._filled(row, gold.labels) if gold.labels else choices
        places = _places(value, gold.form, among if isinstance(among, Sequence) else (), self._alphabet)
        fits = bool(places) and all(place is not None and place < len(choices) for place in places)
        if not fits or (len(places) > 1 and not (self._several and gold.several)):
            raise ValueError(
                f"the gold answer {_short(value)} in {gold.column!r} is none of its {len(choices)} choices "
                f"(form {gold.form})"
            )
        found = tuple(sorted({place for place in places if place is not None}))
        for place in found if self._careful else ():
            if choices.count(choices[place]) > 1:
                raise ValueError(f"the right choice {_short(choices[place])} is there twice")
        return found


def value_of(spec: str) -> Value:
    """What a column, a path or a template gives of a row; None where nothing is there."""
    if is_template(spec):
        return compile_template(spec)
    steps = spec.split(".")

    def find(row: Row) -> object:
        if spec in row:  # a column may have a dot in its name
            return row[spec]
        value: object = row
        for step in steps:
            if not isinstance(value, Mapping) or step not in value:
                raise ValueError(f"there is no {spec!r}")
            value = value[step]
        return value

    return find


def _places(value: object, form: str, among: Sequence[object], alphabet: str) -> list[int | None]:
    """The places that a key stands for, None for what stands for none. A list may hold several keys."""
    if form == "mask":
        if (
            not isinstance(value, list)
            or len(value) != len(among)
            or any(mark not in (0, 1) for mark in value)
        ):
            return []
        return [place for place, mark in enumerate(value) if mark]
    return [_place(key, form, among, alphabet) for key in (value if isinstance(value, list) else [value])]


def _place(key: object, form: str, among: Sequence[object], alphabet: str) -> int | None:
    match form:
        case "text" | "label":
            return among.index(key) if among.count(key) == 1 else None
        case "letter":
            return alphabet.index(key) if isinstance(key, str) and len(key) == 1 and key in alphabet else None
        case "bool":
            return int(not key) if isinstance(key, bool) else None
    number = _whole(key)
    first = 1 if form == "index1" else 0
    return None if number is None or number < first else number - first


def shuffled(count: int, seed: int, id_: str) -> list[int]:
    """An order of `count` choices that depends on the seed and the question's id only."""
    return sorted(range(count), key=lambda place: hashlib.sha256(f"{seed}\n{place}\n{id_}".encode()).digest())


def _check_characters(*texts: str) -> None:
    """JSON can write half of a character as \\ud83d, which no request or file can hold."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{error.object[error.start]!a} is half of a character") from error


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _place_of_empty(choices: Sequence[str]) -> int:
    return next(place for place, choice in enumerate(choices) if not choice.strip())


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return None


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= 100 else f"{said[:100]}…"
