"""Published figures: what others say that models score, to stand beside what was measured here.

Takes harness/published.yaml, a model and a task; gives Figures, and what is different about how each came about. None
of them was measured by this harness, and every sentence made here says so.
"""

import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.profiles import our_catalog
from harness.score_file import ScoreFile
from harness.yaml_file import read_yaml

PUBLISHED_FILE = Path(__file__).with_name("published.yaml")
NOT_OURS = "published, not measured here"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Record):
    """Where figures stand."""

    name: str
    date: datetime.date | None = None


class Figure(_Record):
    """One published figure, in per cent; the head of published.yaml says what each field is."""

    model: str
    of: str
    task: str
    figure: Annotated[float, Field(ge=0, le=100)]
    source: Source
    by: Literal["its maker", "the benchmark's authors", "another lab", "the press"] = "its maker"
    average: Literal["micro", "macro"] | None = None
    protocol: str | None = None
    shots: Annotated[int, Field(ge=0)] | None = None
    as_published: bool = False
    asked: str | None = None
    note: str | None = None

    @property
    def shown(self) -> str:
        """The figure with as many digits as it was published with, though one at least."""
        return f"{self.figure:.2f}".removesuffix("0") + " %"

    @property
    def where(self) -> str:
        """Who says so, of which version, and where it stands."""
        return f"{self.of}, by {self.by} ({self.source.name}, {self.source.date or 'date not known'})"

    @property
    def how(self) -> str:
        """How it was asked, as far as the source says."""
        shots = None if self.shots is None else f"{self.shots}-shot"
        published = "as published" if self.as_published else None
        way = " ".join(filter(None, (self.protocol, shots, published)))
        average = self.average and f"{self.average} average"
        return ", ".join(filter(None, (way, average, self.asked))) or "how it was asked is not known"


class _File(_Record):
    sources: tuple[Source, ...]
    figures: tuple[Figure, ...]


@cache
def load_published() -> tuple[Figure, ...]:
    """All figures, in the file's order."""
    return read_yaml(PUBLISHED_FILE, _File).figures


def figures_of(model: str, task: str | None = None) -> tuple[Figure, ...]:
    """What is published of a model, by its name or an id in our models.yaml; on one task, or on all where None."""
    return tuple(
        figure
        for figure in load_published()
        if figure.model in _names_of(model) and task in (None, figure.task)
    )


@cache
def _names_of(model: str) -> frozenset[str]:
    return frozenset({model, *(name for id_, name, _ in our_catalog().ids() if id_ == model)})


def difference(figure: Figure, score: ScoreFile) -> str:
    """What is different about a score's way of asking, as far as the figure's is known."""
    task = score.task
    if figure.protocol is None:
        part = "" if score.status == "complete" else f", {score.status}"
        return f"{task.protocol} {task.shots}-shot here{part}; there: {figure.how}"
    average = score.score.average
    differs = {
        f"protocol {task.protocol} here, {figure.protocol} there": figure.protocol != task.protocol,
        f"{task.shots} shots here, {figure.shots} there": figure.shots not in (None, task.shots),
        "its system message and sampling not sent here": figure.as_published and not task.as_published,
        f"{average} average here, {figure.average} there": figure.average not in (None, average),
        f"{score.status} here": score.status != "complete",
        f"there: {figure.asked}": figure.asked is not None,
    }
    named = [words for words, is_so in differs.items() if is_so]
    return "; ".join(named) or "asked in the same way, as far as the source says"


def sentence(figure: Figure, score: ScoreFile | None = None) -> str:
    """All of it in one line; beside a score, with what is different about that one's way of asking."""
    how = figure.how if score is None else difference(figure, score)
    note = f" ({figure.note})" if figure.note else ""
    return f"{NOT_OURS}: {figure.shown} on {figure.task}, {figure.where}; {how}{note}"
