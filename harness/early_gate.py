"""Early gates: the verdict of a run that was to stop early, by the rule that it went by and the answers of both runs.

Takes the two runs and the rules of a gate; gives a Gate. Nothing else can be judged of a run that stopped on a peak.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from harness.comparison_notes import changes_of_model, differences_of_sampling
from harness.comparison_words import no_answer_differs
from harness.early_recount import recount
from harness.early_stopping import EarlyStop, in_points
from harness.errors import UsageError
from harness.finished import Run
from harness.gate_checks import RuleResult
from harness.gating import DEFAULT, Gate, Outcome, Rules, refuse_unfinished
from harness.score_file import EarlyStopPart, ScoreFile
from harness.thresholds import as_typed

_PASSED: Mapping[str | None, bool | None] = {"worse": False, "better": True, "not worse": True, None: None}
_OUTCOMES = {True: Outcome.PASSED, False: Outcome.REGRESSION, None: Outcome.UNDECIDED}
_OF_ITS_OWN = ("max_drop", "undecided")  # what a rule of an early stop can be told


@dataclass(frozen=True, slots=True)
class EarlyGate:
    """A verdict, and the account of the test that it is of."""

    gate: Gate
    early_stop: EarlyStopPart


def early_stop_of(rules: Rules, seed: int) -> EarlyStop:
    """The early stop that a gate's rules ask for.

    Raises:
        UsageError: there are others than --max-drop and --undecided.
    """
    if others := _others(rules):
        raise UsageError(
            f"an early stop tells worse, better, or not worse by --max-drop, and nothing of {', '.join(others)}; leave "
            "that out, or --early-stop."
        )
    return EarlyStop(seed=seed) if rules.max_drop is None else EarlyStop(rules.max_drop, seed)


def is_judged_early(new: ScoreFile, rules: Rules) -> bool:
    """Whether NEW's own rule decides: it was stopped, or it came to its end, and no other rule is asked for."""
    early_stop = new.early_stop
    if early_stop is None:
        return False
    return new.stopped_early or (rules.max_drop in (None, early_stop.margin) and not _others(rules))


def early_gate(base: Run, new: Run, rules: Rules) -> EarlyGate:
    """The verdict that NEW's score file has, made anew from the answers.

    Raises:
        UnfinishedError: one of the scores is incomplete or interrupted.
        UsageError: it is over another baseline, the rules ask for what it does not tell, or as `recount`.
    """
    for run in (base, new):
        refuse_unfinished(run.score, str(run.path))
    early_stop = new.score.early_stop
    assert early_stop is not None  # noqa: S101 - as `is_judged_early` has seen
    if early_stop.baseline_answers != base.score.answers.sha256:
        raise UsageError(
            f"the verdict in {new.path} is over run {early_stop.baseline}, or its answers as they were, and not over "
            f"{base.path}; name that one."
        )
    if rules.max_drop not in (None, early_stop.margin) or _others(rules):
        asked = ", ".join(_others(rules)) or f"--max-drop {as_typed(rules.max_drop or 0)}"
        raise UsageError(
            f"{new.path} was stopped early by a rule of its own ({early_stop.rule}) and tells nothing of {asked}; "
            "leave that out, or rescore without --early-stop."
        )
    recounted = recount(base, new, early_stop)
    passed = _PASSED[recounted.early_stop.verdict]
    result = RuleResult(recounted.rule, passed, reason(recounted.early_stop))
    doubts = (
        *changes_of_model(base.score, new.score),
        *differences_of_sampling(base.score, new.score),
        *recounted.doubts,
        *([no_answer_differs(recounted.early_stop.asked)] if recounted.alike else []),
    )
    return EarlyGate(Gate(_OUTCOMES[passed], (result,), rules.undecided, doubts), recounted.early_stop)


def reason(early_stop: EarlyStopPart) -> str:
    """What was shown, and after how many questions."""
    counted = f"lost {early_stop.lost:,} and won {early_stop.won:,} of {early_stop.asked:,}"
    margin = f"not worse by {in_points(early_stop.margin)}"
    said = margin if early_stop.verdict == "not worse" else early_stop.verdict
    if early_stop.verdict_at_the_end:
        shown = said or f"neither worse, nor better, nor {margin}"
        return f"{shown} by the test of all questions: {counted}, {_at_the_end(early_stop)}"
    return f"{said}, shown after {early_stop.asked:,} of {early_stop.of:,} questions: {counted}"


def _at_the_end(early_stop: EarlyStopPart) -> str:
    """The p that decided; both, where neither did."""
    level = early_stop.alpha_at_the_end
    differs = f"McNemar's exact p = {_p(early_stop.p_at_the_end, level)}"
    drop = f"one-sided p of a drop of {in_points(early_stop.margin)} or more = "
    drop += _p(early_stop.p_not_worse_at_the_end, level / 2)
    match early_stop.verdict:
        case "worse" | "better":
            return differs
        case "not worse":
            return drop
        case None:
            return f"{differs}, {drop}"


def _p(p: float | None, level: float) -> str:
    """In two digits, or in as many as tell it from the level."""
    if p is None:
        return "unknown"
    shown = f"{p:.2g}"
    return shown if (float(shown) <= level) == (p <= level) else f"{p:.4g}"


def _others(rules: Rules) -> list[str]:
    """The rules that are not about the whole difference, as options."""
    chosen = [
        field.name for field in fields(Rules) if getattr(rules, field.name) != getattr(DEFAULT, field.name)
    ]
    return [f"--{name.replace('_', '-')}" for name in chosen if name not in _OF_ITS_OWN]
