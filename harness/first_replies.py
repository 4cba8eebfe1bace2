"""First replies: whether an endpoint still serves the baseline's weights, seen before the rest is paid for.

An adapter was not loaded, or a server not restarted: then the first replies are the baseline's, text and logprobs, to
the last digit. Takes a baseline's replies and hears of a run's, in any order. Knows nothing of endpoints or files.
"""

from collections.abc import Mapping, Sequence

from harness.baseline import Said, reply_sha256
from harness.journal import Entry

FIRST = 10
"""Replies that are held against the baseline's before another question is asked."""

_LONG = 200
"""Characters of a text that says more than which choice it takes: two models do not word their reasons alike."""

MANY = 100
"""Replies that must be alike where each is so short that many weights would give it."""


class FirstReplies:
    """The comparison of a run's first replies with the baseline's.

    Attributes:
        alike: whether all of the first replies are the baseline's; None until all of them have ended.
        same: how many replies are the baseline's so far.
        telling: whether one of these could hardly come of other weights: it has logprobs, or is a long text; a letter,
            or the choice that it stands for, is soon the same from any model.
    """

    def __init__(self, order: Sequence[str], said: Mapping[str, Said], *, questions: int) -> None:
        """
        Args:
            order: ids of what is asked now, in its order.
            said: id to what the baseline's model gave.
            questions: of the whole run. Short replies must be alike a hundred times, or in all of these: a few that an
                earlier session left would soon agree by chance.
        """
        first = order[:FIRST]
        self.alike: bool | None = None
        self.same = 0
        self.telling = False
        self._said = said
        self._waited_for = set(first)
        self._many = set(order[:MANY])
        self._enough = min(MANY, questions)
        self._differ = 0

    def heard(self, entry: Entry) -> None:
        """Hold one more reply against the baseline's; a failed one says nothing, though it ends the wait for it."""
        if entry.id not in self._many:
            return
        if entry.reply is not None:
            self._many.discard(entry.id)
            before = self._said[entry.id]
            if reply_sha256(entry) == before.reply:
                self.same += 1
                self.telling |= before.has_logprobs or before.written >= _LONG
            else:
                self._differ += 1
        self._waited_for.discard(entry.id)
        if not self._waited_for and self.alike is None:
            self.alike = self.same > 0 and not self._differ

    @property
    def certain(self) -> bool:
        """Whether by now no other weights could be meant."""
        return bool(self.alike) and not self._differ and (self.telling or self.same == self._enough)
