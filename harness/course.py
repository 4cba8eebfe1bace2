"""Courses: the order in which a run asks its questions, and what may end it before the last one.

A run tells a Course what earlier sessions have, asks it for the order of the rest, tells it every entry, and stops when
it says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.journal import Entry
from harness.plan import Plan
from harness.questions import Question
from harness.score_file import EarlyStopPart
from harness.stops import Stop


class Course(Protocol):
    """How a run goes along.

    Attributes:
        first: so many questions of the order have ended before another is begun.
        agreed: settings that a resumed run must agree with, beside those that every run has.
    """

    first: int
    agreed: Mapping[str, Any]

    def is_used(self, run: str) -> bool:
        """Whether nothing is left to do with a finished run of this id, so that another is begun."""

    def recalled(self, entry: Entry, session: int) -> Stop | None:
        """Why there is nothing more to ask, once there is not, by the replies of earlier sessions; before `begin`.

        Args:
            entry: the last line of a question that has a reply, in the journal's order.
            session: number of the session that wrote it.
        """

    def begin(self, questions: Sequence[Question]) -> Sequence[Question]:
        """Begin a session with what has no reply yet; gives it in the order in which it is asked.

        Raises:
            UsageError: what was recalled should not be gone on with.
        """

    def heard(self, entry: Entry) -> Stop | None:
        """Why the run should end, once it should; entries come in any order."""

    def early_stop(self) -> EarlyStopPart | None:
        """What the score file says of the test that may have ended the run; None where there is none."""


class InOrder:
    """The plan's own order, to the end."""

    first = 0
    agreed: Mapping[str, Any] = {}

    def is_used(self, run: str) -> bool:  # noqa: ARG002 - any
        """Its score is all that was wanted."""
        return True

    def recalled(self, entry: Entry, session: int) -> Stop | None:
        """Nothing ends it."""

    def begin(self, questions: Sequence[Question]) -> Sequence[Question]:
        """As they are."""
        return questions

    def heard(self, entry: Entry) -> Stop | None:
        """Nothing ends it."""

    def early_stop(self) -> EarlyStopPart | None:
        """There is no test."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What of a run is still to be asked.

    Attributes:
        questions: those without a reply, in their order.
        heard: told of each entry; gives why the asking should end, once it should.
        first: so many of the questions have ended before another is begun.
    """

    questions: Sequence[Question]
    heard: Callable[[Entry], Stop | None]
    first: int = 0


CourseOf = Callable[[Plan], Course]
