"""First replies: whether an endpoint still serves the baseline's weights, seen before the rest is paid for.

An adapter was not loaded, or a server not restarted: then the first replies are the baseline's, text and logprobs, to
the last digit. Takes a baseline's replies and hears of a run's, in any order, and of those that an earlier session
left: one that was killed may have ended before it could tell. Knows nothing of endpoints or files.
"""

import math
from collections.abc import Mapping, Sequence

from harness.baseline import Said, reply_sha256
from harness.journal import Entry

FIRST = 10
"""Replies that are held against the baseline's before another question is asked."""

_LONG = 200
"""Characters of a text that says more than which choice it takes: two models do not word their reasons alike."""

MANY = 100
"""Replies that must be alike where each is so short that many weights would give it."""


class Likeness:
    """How many replies are the baseline's.

    Attributes:
        same: how many are, so far.
        telling: whether one of these could hardly come of other weights: it has logprobs, or is a long text; a letter,
            or the choice that it stands for, is soon the same from any model.
    """

    def __init__(self, said: Mapping[str, Said]) -> None:
        self.same = 0
        self.telling = False
        self._said = said
        self._differ = 0

    def see(self, entry: Entry) -> None:
        """Hold one more reply against the baseline's."""
        before = self._said[entry.id]
        if reply_sha256(entry) == before.reply:
            self.same += 1
            self.telling |= before.has_logprobs or before.written >= _LONG
        else:
            self._differ += 1

    @property
    def seen(self) -> int:
        """How many replies there were."""
        return self.same + self._differ

    @property
    def without_exception(self) -> bool:
        """Whether there are replies, and all of them are the baseline's."""
        return self.same > 0 and not self._differ


class FirstReplies(Likeness):
    """The comparison of a run's first replies with the baseline's.

    Attributes:
        alike: whether all of the first replies are the baseline's; None until all of them have ended.
    """

    def __init__(self, order: Sequence[str], said: Mapping[str, Said], *, questions: int) -> None:
        """
        Args:
            order: ids of what is asked now, in its order.
            said: id to what the baseline's model gave.
            questions: of the whole run. Short replies must be alike a hundred times, or in all of these: a few that an
                earlier session left would soon agree by chance.
        """
        super().__init__(said)
        self.alike: bool | None = None
        self._waited_for = set(order[:FIRST])
        self._many = set(order[:MANY])
        self._enough = min(MANY, questions)

    def heard(self, entry: Entry) -> None:
        """Hold one more reply against the baseline's; a failed one says nothing, though it ends the wait for it."""
        if entry.id not in self._many:
            return
        if entry.reply is not None:
            self._many.discard(entry.id)
            self.see(entry)
        self._waited_for.discard(entry.id)
        if not self._waited_for and self.alike is None:
            self.alike = self.without_exception

    @property
    def certain(self) -> bool:
        """Whether by now no other weights could be meant."""
        return bool(self.alike) and self.without_exception and (self.telling or self.same == self._enough)


class EarlierReplies:
    """The same of what one earlier session left, in the order in which it came.

    Attributes:
        first: its first replies, all that there are where it was killed before it had more.
        whole: all that it left.
    """

    def __init__(self, said: Mapping[str, Said], *, questions: int) -> None:
        self.first, self._many, self.whole = Likeness(said), Likeness(said), Likeness(said)
        self._enough = min(MANY, questions)

    def heard(self, entry: Entry) -> None:
        """Hold one more reply against the baseline's."""
        for likeness, most in ((self.first, FIRST), (self._many, MANY), (self.whole, math.inf)):
            if likeness.seen < most:
                likeness.see(entry)

    @property
    def certain(self) -> bool:
        """Whether no other weights could have given them."""
        many = self._many
        return (self.first.without_exception and self.first.telling) or (
            many.without_exception and many.same == self._enough
        )

    @property
    def untold(self) -> bool:
        """Whether the session ended too soon to say so itself, and all that it left are the baseline's."""
        return self.first.seen < FIRST and self.first.without_exception
