"""Early stops: an anytime-valid test of two models' answers, which may be looked at after every question.

Takes differences, one question at a time in a seeded random order: 1 where only the new model is right, -1 where only
the baseline's is, else 0. Gives a claim as soon as one is shown. Arithmetic only; knows nothing of models or files.

Each claim bets against its opposite, and what the bets have grown to is E, which reaches 1/alpha with a probability of
alpha at most where the opposite holds, however often one looks (Ville 1939; Waudby-Smith & Ramdas 2024, JRSS-B 86:1).
"""

import math
from collections.abc import Iterable
from enum import StrEnum

from harness.selection import drawn_at

ALPHA_A_SIDE = 0.005
"""Spent while the run goes on: on "worse", and again on "better" and "not worse", which are one nested family."""

ALPHA_AT_THE_END = 0.04
"""Two-sided, for the test of all questions where nothing was shown before; 0.05 in all."""

ORDER = "ascending sha256(f'{seed}:{id}') in hex"
"""Uniformly random to whoever chose the seed before he saw an answer."""

_STAKES = 12
_LARGEST_STAKE = 0.9


class Claim(StrEnum):
    """What may be shown of the new model."""

    WORSE = "worse"
    BETTER = "better"
    NOT_WORSE = "not worse"  # by more than the margin


def in_order(ids: Iterable[str], seed: int) -> list[str]:
    """Ids in the random order of a seed."""
    return sorted(ids, key=lambda id_: drawn_at(seed, id_))


def stakes(questions: int) -> tuple[float, ...]:
    """The shares that the bets risk, fixed by the number of questions: small ones find small differences, later."""
    smallest = min(3 / math.sqrt(questions), _LARGEST_STAKE)
    ratio = _LARGEST_STAKE / smallest
    return tuple(smallest * ratio ** (place / (_STAKES - 1)) for place in range(_STAKES))


class Bets:
    """The bets for one claim: a mixture with equal weights.

    Two nulls are bet against at once: that questions like these have a mean of at most `null`, and that this very list
    has. What they allow next is the larger of the two, so neither is claimed against by mistake: without the first, two
    equal models would always end as different, as they are on any list; without the second the list's own difference
    might be claimed the wrong way.
    """

    def __init__(self, claim: Claim, questions: int, margin: float) -> None:
        """
        Args:
            claim: what is to be shown.
            questions: of the whole list.
            margin: the drop that "not worse" excludes, as a share.
        """
        self._sign = -1 if claim is Claim.WORSE else 1
        self._null = -margin if claim is Claim.NOT_WORSE else 0.0
        self._questions = questions
        self._stakes = stakes(questions)
        self._ln = [0.0] * len(self._stakes)
        self._seen = 0
        self._sum = 0

    def see(self, difference: int) -> None:
        """Bet on the next question of the order, and take what its difference pays."""
        left = self._questions - self._seen
        allowed = min(max(self._null, (self._questions * self._null - self._sum) / left), 1.0)
        gain = (self._sign * difference - allowed) / (1 + allowed)
        self._ln = [ln + math.log1p(stake * gain) for ln, stake in zip(self._ln, self._stakes, strict=True)]
        self._seen += 1
        self._sum += self._sign * difference

    @property
    def ln_e(self) -> float:
        """The natural logarithm of E; falls again where a claim loses ground."""
        largest = max(self._ln)
        return largest + math.log(sum(math.exp(ln - largest) for ln in self._ln) / len(self._ln))


class SequentialTest:
    """The three claims together, until one is shown.

    Attributes:
        shown: the first claim whose E reached 1/ALPHA_A_SIDE; it stays, whatever comes after.
        seen: questions up to it.
    """

    def __init__(self, questions: int, margin: float) -> None:
        self.shown: Claim | None = None
        self.seen = 0
        self._bets = {claim: Bets(claim, questions, margin) for claim in Claim}

    def see(self, difference: int) -> None:
        """The next question of the order; nothing more is heard once a claim is shown."""
        if self.shown:
            return
        self.seen += 1
        for claim, bets in self._bets.items():
            bets.see(difference)
            if not self.shown and bets.ln_e >= -math.log(ALPHA_A_SIDE):
                self.shown = claim

    @property
    def ln_e(self) -> dict[Claim, float]:
        """What speaks for each claim so far."""
        return {claim: bets.ln_e for claim, bets in self._bets.items()}
