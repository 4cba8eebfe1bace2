"""Stops: why a run ended before its last question."""

from dataclasses import dataclass
from enum import StrEnum


class StopKind(StrEnum):
    """Who stopped it."""

    USER = "user"  # Ctrl-C, SIGTERM, hang-up
    LIMIT = "limit"  # the user's limit on cost or time
    ENDPOINT = "endpoint"  # it refuses, or is gone


@dataclass(frozen=True, slots=True)
class Stop:
    """An early end.

    Attributes:
        why: one sentence, for the score file and for people.
    """

    kind: StopKind
    why: str


BY_THE_USER = Stop(StopKind.USER, "interrupted by the user")
