"""Stops: why a run ended before its last question."""

from dataclasses import dataclass
from enum import StrEnum


class StopKind(StrEnum):
    """Who stopped it."""

    USER = "user"  # Ctrl-C, SIGTERM, hang-up
    LIMIT = "limit"  # the user's limit on cost or time
    ENDPOINT = "endpoint"  # it refuses, or is gone
    VERDICT = "verdict"  # an early stop has shown what it was to show
    GAP = "gap"  # a failed question holds an early stop up, which looks at no question behind it
    WRONG_WEIGHTS = "wrong weights"  # the replies are not of the weights that were meant


@dataclass(frozen=True, slots=True)
class Stop:
    """An early end.

    Attributes:
        why: one sentence, for the score file and for people.
    """

    kind: StopKind
    why: str


BY_THE_USER = Stop(StopKind.USER, "interrupted by the user")
