"""Early stopping: a run that ends as soon as its answers have shown something against a baseline's.

Takes a baseline's outcomes and hears of a run's, in any order; gives why to stop, and the score file's account of it.
Looks only at the gap-free beginning of its order: replies come as fast as they are, and quick ones are not a random
sample. Knows nothing of endpoints or files.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from harness.answers import Outcome
from harness.errors import UsageError
from harness.journal import Entry
from harness.paired_stats import Table, mcnemar_exact, not_worse_p
from harness.score_file import EarlyStopPart
from harness.sequential import (
    ALPHA_A_SIDE,
    ALPHA_AT_THE_END,
    ORDER,
    Claim,
    SequentialTest,
    in_order,
)
from harness.stops import Stop, StopKind
from harness.thresholds import as_typed


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """What was chosen before the first question.

    Attributes:
        margin: the drop that "not worse" excludes, as a share above 0.
        seed: of the order.

    Raises:
        UsageError: the margin is no share.
    """

    margin: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise UsageError(
                f"the margin {self.margin} should be a share above 0 and below 1, as 0.02 for 2 points."
            )

    @property
    def rule(self) -> str:
        """In words."""
        return (
            f"stop as soon as worse, better, or not worse by {in_points(self.margin)} is shown by an anytime-valid "
            f"test at {ALPHA_A_SIDE:g} a side, else test all questions: worse or better by exact McNemar at "
            f"{ALPHA_AT_THE_END:g}, else not worse by a one-sided test of that margin at {ALPHA_AT_THE_END / 2:g}"
        )


class EarlyStopping:
    """The test of one run, told of its entries."""

    def __init__(
        self, chosen: EarlyStop, ids: Collection[str], right: Mapping[str, bool], *, of: int | None = None
    ) -> None:
        """
        Args:
            chosen: margin and seed.
            ids: of all questions that are to be asked, or of all that were, where the others are not known.
            right: id to whether the baseline had it right.
            of: how many are to be asked; as many as there are ids where None.
        """
        self.order: Sequence[str] = in_order(ids, chosen.seed)
        self._chosen = chosen
        self._right = right
        self._now_right: dict[str, bool] = {}
        self._failures: dict[str, str] = {}
        self._of = len(self.order) if of is None else of
        self._test = SequentialTest(self._of, chosen.margin)

    def heard(self, entry: Entry) -> Stop | None:
        """Take one more answer, and say why to stop, once there is a reason."""
        if entry.failure is not None:
            self._failures[entry.id] = entry.failure.message
        else:
            self._failures.pop(entry.id, None)
            self._now_right[entry.id] = entry.outcome is Outcome.CORRECT
        self._look()
        if self._test.shown:
            return Stop(StopKind.VERDICT, self._sentence(self._test.shown))
        if (id_ := self._next()) in self._failures:
            return Stop(
                StopKind.GAP,
                f"question {id_} failed, and the test looks at no question behind it: {self._failures[id_]}",
            )
        return None

    def told(self, right: Mapping[str, bool]) -> None:
        """Take the answers of a whole run at once, by id to whether it had it right; failed questions are left out."""
        self._now_right.update(right)
        self._look()

    def part(self, *, baseline: str, baseline_answers: str) -> EarlyStopPart:
        """The account of it, by run id and hash of the baseline; what was saved is for others to say."""
        asked = self._test.seen
        table = self._table()
        ended = asked == self._of and not self._test.shown
        return EarlyStopPart(
            rule=self._chosen.rule,
            seed=self._chosen.seed,
            order=ORDER,
            alpha_a_side=ALPHA_A_SIDE,
            alpha_at_the_end=ALPHA_AT_THE_END,
            margin=self._chosen.margin,
            baseline=baseline,
            baseline_answers=baseline_answers,
            verdict=shown_at_the_end(table, self._chosen.margin) if ended else self._test.shown,
            verdict_at_the_end=ended,
            asked=asked,
            of=self._of,
            lost=table.lost,
            won=table.won,
            difference=table.difference if asked else None,
            ln_e={claim.value: ln for claim, ln in self._test.ln_e.items()},
            p_at_the_end=mcnemar_exact(table) if ended else None,
            p_not_worse_at_the_end=not_worse_p(table, self._chosen.margin) if ended else None,
        )

    def _look(self) -> None:
        """Go as far along the order as there is no gap."""
        while (id_ := self._next()) in self._now_right and not self._test.shown:
            self._test.see(self._now_right[id_] - self._right[id_])

    def _next(self) -> str | None:
        return self.order[self._test.seen] if self._test.seen < len(self.order) else None

    def _sentence(self, claim: Claim) -> str:
        asked, of = self._test.seen, self._of
        more = f" by {in_points(self._chosen.margin)}" if claim is Claim.NOT_WORSE else ""
        return f"{claim.value}{more} is shown after {asked:,} of {of:,} questions"

    def _table(self) -> Table:
        """The paired counts of the questions that the test has seen."""
        pairs = [(self._right[id_], self._now_right[id_]) for id_ in self.order[: self._test.seen]]
        return Table(
            both_correct=pairs.count((True, True)),
            lost=pairs.count((True, False)),
            won=pairs.count((False, True)),
            both_wrong=pairs.count((False, False)),
        )


def in_points(margin: float) -> str:
    """A margin in points, with their name."""
    return f"{as_typed(margin)} point{'' if margin == 0.01 else 's'}"


def shown_at_the_end(table: Table, margin: float) -> Claim | None:
    """What all questions show; "better" and "not worse" share one side here too."""
    if mcnemar_exact(table) <= ALPHA_AT_THE_END:
        return Claim.WORSE if table.lost > table.won else Claim.BETTER
    if not_worse_p(table, margin) <= ALPHA_AT_THE_END / 2:
        return Claim.NOT_WORSE
    return None
