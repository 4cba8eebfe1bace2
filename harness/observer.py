"""Observers: who is told how a run goes along. The library tells nobody; the command line shows it."""

from typing import Protocol

from harness.answers import Outcome
from harness.journal import Entry
from harness.plan import Plan


class Observer(Protocol):
    """What a run tells while it goes along."""

    def say(self, sentence: str) -> None:
        """Something a person should know: what is used, a warning, what goes on where."""

    def fetching(self, done: int, total: int) -> None:
        """`done` of `total` bytes of a model's weights have come."""

    def begin(self, plan: Plan, earlier: tuple[Outcome, ...]) -> None:
        """The questions are about to be asked; `earlier` are the outcomes of those that have their replies already."""

    def answered(self, entry: Entry) -> None:
        """One entry is in the journal."""

    def end(self) -> None:
        """Nothing more is fetched, or asked."""


class Silent:
    """Tells nobody."""

    def say(self, sentence: str) -> None:
        """Nothing."""

    def fetching(self, done: int, total: int) -> None:
        """Nothing."""

    def begin(self, plan: Plan, earlier: tuple[Outcome, ...]) -> None:
        """Nothing."""

    def answered(self, entry: Entry) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""
