"""Answers: the letter that a reply gives, or why it gives none.

What a Reader is: it takes a Reply and its Question, and gives an Answer. The readers themselves are in
harness/readers/. Knows nothing of endpoints, files or scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from harness.endpoint.reply import CUT_OFF, Reply
from harness.prompts import Generate, Want
from harness.questions import Question


class Outcome(StrEnum):
    """What became of one question."""

    CORRECT = "correct"
    WRONG = "wrong"
    UNPARSED = "unparsed"  # a reply without a readable letter
    REFUSED = "refused"  # the model or its provider declined
    TRUNCATED = "truncated"  # cut off by the token limit before a letter
    FAILED = "failed"  # no reply: neither right nor wrong


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read from one reply.

    Attributes:
        letter: as the reader read it, None where there is none.
        missing: why there is none.
        rule: the reader's rule that decided, None where a reader has one rule only.
    """

    letter: str | None
    missing: Outcome | None = None
    rule: str | None = None

    def outcome(self, gold: str) -> Outcome:
        """Correct or wrong, or the reason for no letter; `gold` may be several letters, each of which is right."""
        if self.missing is not None:
            return self.missing
        return Outcome.CORRECT if self.letter in set(gold) else Outcome.WRONG


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read a letter from a reply.

    Attributes:
        reads: the kind of reply it can read.
        letter: the reading itself; None where the reply has no letter, an Answer where the reader knows more.
    """

    name: str
    reads: type[Want]
    letter: Callable[[Reply, Question], str | Answer | None]

    def read(self, reply: Reply, question: Question) -> Answer:
        """The letter, or the reason why there is none."""
        found = self.letter(reply, question)
        if isinstance(found, Answer):
            return found
        if found is not None:
            return Answer(found)
        if self.reads is Generate and reply.finish_reason in CUT_OFF:
            return Answer(None, Outcome.TRUNCATED)
        if reply.finish_reason in ("content_filter", "refusal"):
            return Answer(None, Outcome.REFUSED)
        return Answer(None, Outcome.UNPARSED)
