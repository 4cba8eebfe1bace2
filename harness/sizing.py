"""Sizings: how many questions it takes to see a difference between two runs, and what asking them takes.

Takes shares of questions on which the two disagree, an Estimate of the whole task and a Speed; gives a Sizing. Knows
nothing of runs or files: harness/speed.py finds what was measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import UsageError
from harness.estimate import Estimate
from harness.paired_stats import FEWEST, detectable, questions_needed
from harness.prices import GpuHours

Tokens = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """On how many questions two runs disagree about being right: what decides how many it takes.

    Attributes:
        shares: of the questions, 0..1; several where it is not known.
        source: where it comes from, as a sentence.
        worth: how many independent questions one question is worth, below 1 where questions share passages.
    """

    shares: Sequence[float]
    source: str
    worth: float = 1.0


NOT_KNOWN = Disagreement(
    (0.05, 0.10, 0.20, 0.30, 0.40),
    "How often they disagree is not known, and decides how many it takes: different models disagreed on 26 to 40 % of "
    "MMLU-Pro, a fine-tune and its base do on far fewer. --base RUN --new RUN takes it from an earlier pair.",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model answers.

    Attributes:
        source: where that comes from, in words.
    """

    questions_per_second: float
    source: str


@dataclass(frozen=True, slots=True)
class Size:
    """What one share of disagreement asks for.

    Attributes:
        disagreement: the share, 0..1.
        needed: questions that show the difference; None where two that disagree so little cannot differ by so much.
        asked: those, or all there are where they are fewer.
        shows: the smallest true difference that `asked` questions show, a share; None where two that disagree so little
            cannot differ by so much, or too few are asked to show any.
        prompt_tokens: of asking them once, from and to; None without a model.
        output_tokens: likewise.
        cost_usd: likewise; None where it is not known.
        took_s: likewise, seconds.
    """

    disagreement: float
    needed: int | None
    asked: int
    shows: float | None
    prompt_tokens: Tokens | None
    output_tokens: Tokens | None
    cost_usd: Tokens | None
    took_s: float | None

    @property
    def enough(self) -> bool:
        """Whether there are as many questions as it takes."""
        return self.needed is not None and self.needed <= self.asked


@dataclass(frozen=True, slots=True)
class Sizing:
    """How many questions it takes.

    Attributes:
        detect: the difference, a share.
        available: how many questions there are.
        estimate: of asking all of them; None without a model.
        speed: None where it is not known.
        notes: what else to know, as sentences.
    """

    task: str
    protocol: str
    detect: float
    available: int
    disagreement: Disagreement
    sizes: tuple[Size, ...]
    estimate: Estimate | None
    speed: Speed | None
    notes: tuple[str, ...] = ()


def size(
    task: str,
    protocol: str,
    *,
    detect: float,
    available: int,
    disagreement: Disagreement,
    estimate: Estimate | None = None,
    speed: Speed | None = None,
    notes: tuple[str, ...] = (),
) -> Sizing:
    """How many questions show a true difference with 80 % power, two-sided at 5 %, by Connor's formula.

    The verdict asks for the exact test as well as the interval, and so has a little less: tests/test_sizing.py.

    Raises:
        UsageError: two that disagree so little cannot differ by so much.
    """
    most = max(disagreement.shares)
    if most < detect:
        raise UsageError(
            f"two runs that disagree on {100 * most:g} % of the questions cannot differ by {100 * detect:g} points; "
            "name a smaller difference with --detect, or a larger share with --disagreement."
        )
    sizes = tuple(
        _size(share, detect, available, disagreement.worth, estimate, speed) for share in disagreement.shares
    )
    return Sizing(task, protocol, detect, available, disagreement, sizes, estimate, speed, notes)


def _size(
    share: float, detect: float, available: int, worth: float, estimate: Estimate | None, speed: Speed | None
) -> Size:
    needed = None if share < detect else max(math.ceil(questions_needed(share, detect) / worth), FEWEST)
    asked = available if needed is None else min(needed, available)
    part = asked / available
    shows = detectable(share, asked * worth)
    took_s = asked / speed.questions_per_second if speed else None
    return Size(
        disagreement=share,
        needed=needed,
        asked=asked,
        shows=shows if asked >= FEWEST and shows <= share else None,
        prompt_tokens=_scaled(estimate.prompt_tokens, part) if estimate else None,
        output_tokens=_scaled(estimate.output_tokens, part) if estimate else None,
        cost_usd=_cost_usd(estimate, part, took_s),
        took_s=took_s,
    )


def _scaled(whole: Sequence[float], part: float) -> Tokens:
    """A part's share: a stratified sample has as long prompts as the whole, on average."""
    return whole[0] * part, whole[1] * part


def _cost_usd(estimate: Estimate | None, part: float, took_s: float | None) -> Tokens | None:
    if estimate is None:
        return None
    if isinstance(estimate.prices, GpuHours) and took_s is not None:
        usd = estimate.prices.cost_usd(took_s)
        return usd, usd
    return _scaled(estimate.cost_usd, part) if estimate.cost_usd else None
