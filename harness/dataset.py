"""Datasets: a task's rows, made into Questions.

Takes a Task and perhaps a folder laid out like the hub; gives a QuestionSet. Knows nothing of
prompts, models or runs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import overload

from harness.errors import EndpointError, UsageError
from harness.mapping import Columns, DatasetSource
from harness.questions import LaterShots, Place, Question, QuestionSet
from harness.rows import Row, RowReader, value_of
from harness.sources import load_splits
from harness.tables import Table, read_table
from harness.task import InlineQuestion, Task, at_revision, did_you_mean, find_task, load_task
from harness.templates import columns_in, is_template

Say = Callable[[str], None]

_CHANCE_TOLERANCE = 0.005  # a stated chance level is rounded


def load_questions(
    task: Task, data: Path | None = None, say: Say | None = None, *, skip_bad_rows: bool = False
) -> QuestionSet:
    """Load all questions and few-shot examples of a task.

    Args:
        task: the task.
        data: a folder laid out like the hub; where it holds the dataset, no network is asked.
        say: told where the hub is asked, which may take a while, and what is odd about the questions.
        skip_bad_rows: leave out and count rows that do not fit.

    Raises:
        UsageError: a row does not fit, or there are no rows.
        EndpointError: the dataset is not in `data` and the hub does not give it.
    """
    if data is not None and not data.is_dir():
        raise UsageError(f"--data {data} is not a folder.")
    say = say or _silent
    if task.dataset is None or task.columns is None:
        questions = _inline(task, task.questions)
        _check_chance(task, f"task {task.name}", questions)
        return QuestionSet(questions, _by_subject(_inline(task, task.shots)))
    loading = _Loading(task, task.dataset, task.columns, data, say, skip_bad_rows)
    loading.read_all()
    _check(task, task.dataset, loading.questions)
    notes = tuple(_notes(task, task.dataset, loading))
    for note in notes:
        say(note)
    return QuestionSet(
        tuple(loading.questions),
        _shots_of(task, task.dataset, loading),
        groups=loading.groups(),
        revision=loading.revision(),
        left_out=tuple(loading.left_out),
        stripped=tuple(loading.stripped),
        notes=notes,
    )


def load_at(
    revision: str | None, task: Task, data: Path | None = None, say: Say | None = None, *, skip_bad_rows: bool
) -> tuple[Task, QuestionSet]:
    """The task with its dataset at another commit or branch of the hub, and its questions; as it is where that is None.

    Raises:
        UsageError: as `load_questions`; or the dataset is not on the hub, or in `data`.
        EndpointError: as `load_questions`.
    """
    task = at_revision(task, revision)
    questions = load_questions(task, data, say, skip_bad_rows=skip_bad_rows)
    if revision and data and questions.revision is None:
        raise UsageError(
            f"--dataset-revision {revision}: the dataset is in --data {data}, and of a folder nobody knows the commit; "
            "leave one of the two out."
        )
    return task, questions


def load_examples(task: Task, data: Path | None, say: Say) -> list[Question]:
    """Only the few-shot examples of a task whose dataset has a split of them; none where `data` lacks it."""
    if task.dataset is None or task.columns is None or task.dataset.shots_split in (None, task.dataset.split):
        raise UsageError(f"task {task.name} has no few-shot split that another task could use.")
    as_questions = task.dataset.model_copy(update={"split": task.dataset.shots_split, "shots_split": None})
    loading = _Loading(task, as_questions, task.columns, data, say, skip_bad_rows=False)
    loading.read_all()
    return loading.questions


def _shots_of(task: Task, dataset: DatasetSource, loading: "_Loading") -> Mapping[str, Sequence[Question]]:
    """Subject to its examples, wherever they come from."""
    if (other := dataset.shots_from) is not None:
        return LaterShots(
            lambda: _shots(dataset, loading.questions, _examples_of(other, loading.data, loading.say))
        )
    examples: Sequence[Question] = loading.unread or loading.examples
    if task.shots:
        examples = _examples_in_the_file(task, dataset, loading.questions)
    return _shots(dataset, loading.questions, examples)


def _examples_of(name: str, data: Path | None, say: Say) -> list[Question]:
    """The examples of another task; none, and why, where they cannot be had: lint goes without."""
    try:
        return load_examples(load_task(find_task(name)), data, say)
    except EndpointError as error:
        say(f"There are no few-shot examples: {error}")
        return []


def _examples_in_the_file(
    task: Task, dataset: DatasetSource, questions: Iterable[Question]
) -> list[Question]:
    examples = list(_inline(task, task.shots))
    subjects = {question.subject for question in questions}
    for example in examples if dataset.shots_by == "subject" else ():
        if example.subject not in subjects:
            raise UsageError(
                f"task {task.name}, field shots: no question is of subject {example.subject!r}"
                f"{did_you_mean(example.subject, subjects)}; `shots_by: all` has them before all questions."
            )
    return examples


def _silent(sentence: str) -> None:
    """Where nobody is told."""


def _inline(task: Task, rows: Iterable[InlineQuestion]) -> tuple[Question, ...]:
    seen = Counter[str]()
    made = []
    for row in rows:
        id_ = f"{row.subject}/{seen[row.subject]}"
        seen[row.subject] += 1
        made.append(
            Question(
                id_,
                row.subject,
                row.question,
                row.choices,
                row.answer,
                rationale=row.rationale,
                alphabet=task.alphabet,
            )
        )
    return tuple(made)


def _by_subject(questions: Iterable[Question]) -> dict[str, tuple[Question, ...]]:
    grouped: dict[str, list[Question]] = {}
    for question in questions:
        grouped.setdefault(question.subject, []).append(question)
    return {subject: tuple(members) for subject, members in grouped.items()}


def _shots(
    dataset: DatasetSource, questions: Iterable[Question], examples: Sequence[Question]
) -> Mapping[str, Sequence[Question]]:
    if dataset.shots_by == "subject":
        return _by_subject(examples)
    return dict.fromkeys((question.subject for question in questions), examples) if examples else {}


class _Unread(Sequence[Question]):
    """Examples that all subjects share, each read when it is first wanted: a train split may have 100,000 rows.

    Raises UsageError on reading a row that does not fit.
    """

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._rows: list[tuple[_Placed, str | None]] = []
        self._read: dict[int, Question] = {}

    def add(self, rows: Iterable["_Placed"], subject: str | None) -> None:
        self._rows += ((row, subject) for row in rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Question: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Question]: ...
    def __getitem__(self, place: int | slice) -> Question | Sequence[Question]:
        if isinstance(place, slice):
            return tuple(self[at] for at in range(*place.indices(len(self))))
        if place not in self._read:
            row, subject = self._rows[place]
            self._read[place] = _read(self._reader, row, subject, place)
        return self._read[place]


@dataclass(slots=True)
class _Loading:
    """The reading of one dataset, part by part.

    Attributes:
        examples: few-shot examples of single subjects.
        unread: those that all subjects share.
        group_of: subject to its group, as the rows say.
        left_out: what is wrong with the rows that were left out.
        stripped: questions of whose cells white space was taken off.
        revisions: dataset to the commit that the hub gave; None where it gave none of some part.
        missing: where few-shot splits were looked for in vain.
    """

    task: Task
    dataset: DatasetSource
    columns: Columns
    data: Path | None
    say: Say
    skip_bad_rows: bool
    questions: list[Question] = field(default_factory=list)
    examples: list[Question] = field(default_factory=list)
    unread: _Unread | None = None
    group_of: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    stripped: list[str] = field(default_factory=list)
    revisions: dict[str, str | None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    def read_all(self) -> None:
        """Every part, the few-shot split too."""
        questions, examples = self._reader(several=True), self._reader(several=False)
        if self.dataset.shots_by == "all":
            self.unread = _Unread(examples)
        for subject, source in self.dataset.each().items():
            splits = self._splits(source)
            for row in _rows(splits[source.split or ""], source, source.split, subject):
                if row.chosen:
                    self._read_question(questions, row, subject)
            if source.shots_split in splits:  # of a split that is scored too, the rows that are not
                rows = _rows(splits[source.shots_split], source, source.shots_split, subject)
                self._read_examples(
                    examples, (r for r in rows if r.chosen != (source.shots_split == source.split)), subject
                )
        self.stripped = questions.stripped
        if self.missing:
            more = f" and {len(self.missing) - 1} more" if len(self.missing) > 1 else ""
            self.say(f"{self.data} has no {self.missing[0]}{more}, so there are no few-shot examples there.")

    def _reader(self, *, several: bool) -> RowReader:
        return RowReader(
            self.columns,
            subject=self.task.name,
            alphabet=self.task.alphabet,
            careful=self.dataset.file is not None,  # nobody has looked over the rows
            several=several,
        )

    def _splits(self, source: DatasetSource) -> dict[str, Table]:
        if source.file is not None:
            return {"": read_table(Path(source.file), header=source.header)}
        wanted = tuple(dict.fromkeys(split for split in (source.split, source.shots_split) if split))
        known = self.revisions.get(source.called)
        if known is not None:  # the newest commit may be another one by now
            source = source.model_copy(update={"revision": known})
        read = _columns_read((*self.columns.specs(), *source.where))
        held = load_splits(source, wanted, self.data, self._say_once, read)
        alike = self.revisions.setdefault(source.called, held.revision) == held.revision
        self.revisions[source.called] = held.revision if alike else None
        if held.missing:
            self.missing.append(held.missing)
        return dict(held.splits)

    def _say_once(self, sentence: str) -> None:
        """What is the same for every part of a dataset is said for the first."""
        if sentence not in self.said:
            self.said.add(sentence)
            self.say(sentence)

    def _read_question(self, reader: RowReader, row: "_Placed", subject: str | None) -> None:
        try:
            question = _read(reader, row, subject)
        except UsageError as error:
            if not self.skip_bad_rows and self.dataset.bad_rows == "refuse":
                said = str(error).rstrip(".")
                raise UsageError(f"{said}; --skip-bad-rows leaves out and counts such rows.") from error
            self.left_out.append(str(error))
            return
        self.questions.append(question)
        group = reader.group(row.row)
        if group is not None and self.group_of.setdefault(question.subject, group) != group:
            raise UsageError(
                f"{row.said}: subject {question.subject!r} is in group {group!r} here, and in "
                f"{self.group_of[question.subject]!r} before."
            )

    def _read_examples(self, reader: RowReader, rows: Iterable["_Placed"], subject: str | None) -> None:
        if self.unread is not None:
            self.unread.add(rows, subject)
        else:
            self.examples += (_read(reader, row, subject) for row in rows)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group to its subjects, in the order of the rows."""
        subjects: dict[str, list[str]] = {}
        for subject, group in self.group_of.items():
            subjects.setdefault(group, []).append(subject)
        return {group: tuple(members) for group, members in subjects.items()}

    def revision(self) -> str | None:
        """The commit that the hub gave; where the parts lie in several repositories, each with its own."""
        given = {path: commit for path, commit in self.revisions.items() if commit}
        if len(self.revisions) == 1:
            return next(iter(given.values()), None)
        return ", ".join(f"{path}@{commit}" for path, commit in given.items()) or None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row, where it stands, what is wrong with it as such, and whether the task's `where` chooses it.

    Attributes:
        said: where it stands, for people.
    """

    row: Row
    place: Place
    said: str
    fault: str | None
    chosen: bool


def _rows(table: Table, source: DatasetSource, split: str | None, subject: str | None) -> Iterator[_Placed]:
    named = ", ".join(
        (
            f"dataset {source.called}" if source.path else source.called,
            *([f"part {subject}"] if subject else []),
            *([f"split {split}"] if split else []),
        )
    )
    wanted = {column: {str(value) for value in values} for column, values in source.where.items()}
    value = {column: value_of(column) for column in wanted}
    for number, row in enumerate(table.rows):
        said = f"{named}, {table.places[number]}"
        try:
            chosen = all(str(value[column](row)) in values for column, values in wanted.items())
        except ValueError as error:
            raise UsageError(f"{said}: {error}.") from error
        yield _Placed(row, Place(number, len(table.rows)), said, table.faults.get(number), chosen)


def _read(reader: RowReader, row: _Placed, subject: str | None, number: int | None = None) -> Question:
    try:
        return reader.read(row.row, subject, row.fault, row.place, number=number)
    except ValueError as error:
        raise UsageError(f"{row.said}: {error}.") from error


def _columns_read(specs: Sequence[str]) -> frozenset[str]:
    """The names of all columns that are read, those in templates included."""
    named = frozenset(spec for spec in specs if not is_template(spec))
    return named.union(*(columns_in(spec) for spec in specs if is_template(spec)))


def _check(task: Task, dataset: DatasetSource, questions: list[Question]) -> None:
    """What must hold of all questions together."""
    named = f"{dataset.called}, split {dataset.split}" if dataset.split else dataset.called
    if not questions:
        raise UsageError(f"dataset {named} is empty: there is nothing to ask.")
    repeated = [id_ for id_, times in Counter(q.id for q in questions).items() if times > 1]
    if repeated:
        raise UsageError(f"dataset {named}: the id {repeated[0]!r} is there twice; ids must differ.")
    _check_chance(task, f"dataset {named}", questions, ": is it another version of the dataset?")


def _check_chance(task: Task, named: str, questions: Sequence[Question], doubt: str = ".") -> None:
    if task.chance is None or isinstance(task.chance, str):
        return
    chance = fsum(len(question.gold) / len(question.choices) for question in questions) / len(questions)
    if abs(task.chance - chance) > _CHANCE_TOLERANCE:
        raise UsageError(
            f"task {task.name} says that guessing gives {task.chance:g}, but by the choices of {named} it gives "
            f"{chance:.3f}{doubt}"
        )


def _notes(task: Task, dataset: DatasetSource, loading: _Loading) -> Iterator[str]:
    """What a reader of the score should know of the questions."""
    asked, left_out = len(loading.questions), len(loading.left_out)
    if left_out:
        yield (
            f"{left_out:,} of {asked + left_out:,} rows do not fit and are left out, the first being "
            f"{loading.left_out[0]}"
        )
    if task.size is not None and task.size != asked + left_out:
        yield (
            f"{dataset.called} has {asked + left_out:,} questions here, and {task.size:,} where task {task.name} was "
            "written."
        )
