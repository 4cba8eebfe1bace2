"""Notes: what to know of a comparison's figures before believing them, as sentences.

Takes a Comparison and the Pairing that it was made from. Changes in how many replies give a letter come first: a drop
is often one of form; then whether each run was of one model, and both were sampled alike.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from harness.answers import Outcome
from harness.clustered_stats import FEW
from harness.comparison_words import (
    compared,
    no_answer_differs,
    p_value,
    points,
    points_interval,
    repeats,
)
from harness.counted import counted
from harness.noise import read_noise
from harness.origins import is_an_export_of_ours
from harness.paired_stats import Table, mcnemar_exact
from harness.pairing import Given, Pairing
from harness.score_file import SETTINGS_OF_LOGPROBS, ScoreFile

if TYPE_CHECKING:
    from harness.comparison import Comparison, Side

UNREAD = (Outcome.UNPARSED, Outcome.REFUSED, Outcome.TRUNCATED)
"""Replies that give no letter; each counts as wrong."""

OF_FORM = ("How often replies give a letter has changed", "Replies without a letter decide what is shown")
"""How notes begin that are to be read before all others."""

_ALPHA = 0.05


def notes_on(found: "Comparison", pairing: Pairing) -> tuple[str, ...]:
    """The notes, the most important first."""
    return (
        *_form(found, pairing),
        *changes_of_model(found.base.score, found.new.score),
        *differences_of_sampling(found.base.score, found.new.score),
        *_status(found.base, "BASE"),
        *_status(found.new, "NEW"),
        *_origin(found.base, "BASE"),
        *_origin(found.new, "NEW"),
        *_left_out(found, pairing),
        *_sameness(found, pairing),
        *_edge(found),
        *_macro(found),
        *_clusters(found),
        *_noise(found),
    )


def has_no_letter(given: Given) -> bool:
    """Whether the reply gave none."""
    return given.outcome in UNREAD


def _form(found: "Comparison", pairing: Pairing) -> list[str]:
    """Whether the replies of NEW give a letter as often as those of BASE, and whether what is shown hangs on it."""
    changed = [name for name in UNREAD if _has_changed(pairing, {name})]
    turned = _is_turned(found)
    if changed or _has_changed(pairing, UNREAD):
        said = OF_FORM[0]
    elif turned:
        said = OF_FORM[1]
    else:
        return []
    ended = {name: found.outcomes[name.value] for name in changed or UNREAD}
    kinds = [f"{name.value} {new:,} against {base:,}" for name, (base, new) in ended.items() if base or new]
    unread, part = found.whole.unread, found.lettered
    said += (
        f" ({', '.join(kinds)} in BASE): {unread.lost:,} of the {counted(found.whole.table.lost, 'lost question')} "
        f"{'is' if unread.lost == 1 else 'are'} lost because no letter was read, {unread.won:,} of the "
        f"{found.whole.table.won:,} won because none was read before"
    )
    if part is not None:
        difference = f"{points(part.difference)} points {points_interval(part.ci95)}"
        said += (
            f"; over the {part.table.questions:,} to which both gave a letter, the difference is {difference}"
        )
        said += f", which is {'not ' if part.shown.is_open else ''}shown" if turned else ""
    return [f"{said}."]


def _has_changed(pairing: Pairing, outcomes: Collection[Outcome]) -> bool:
    """Whether replies that ended in one of these are shown to have become more, or fewer."""
    ended = [(old.outcome in outcomes, new.outcome in outcomes) for old, new in pairing.pairs.values()]
    fewer, more = ended.count((True, False)), ended.count((False, True))
    return mcnemar_exact(Table(0, fewer, more, 0)) < _ALPHA


def _is_turned(found: "Comparison") -> bool:
    """Whether another difference, or none, would be shown of the questions to which both gave a letter."""
    if not found.whole.unread.lost and not found.whole.unread.won:
        return False
    if found.lettered is None:
        return not found.whole.shown.is_open
    return found.lettered.shown is not found.whole.shown


def changes_of_model(base: ScoreFile, new: ScoreFile) -> Iterable[str]:
    """Which of the runs was answered by more than one model, or by one that was served in more than one way."""
    for score, name in ((base, "BASE"), (new, "NEW")):
        model = score.model
        changed = {"served model": model.served_model, "system fingerprint": model.system_fingerprint}
        if told := " and ".join(f"{what} ({', '.join(of)})" for what, of in changed.items() if len(of) > 1):
            yield f"{name} was not answered by one model throughout, by its replies' {told}: run it again."


def differences_of_sampling(base: ScoreFile, new: ScoreFile) -> Iterable[str]:
    """What was sent that decides which text a model writes; what another program sent is not known."""
    settings = (base.model.settings, new.model.settings)
    if any("temperature" not in sent or sent.keys() & SETTINGS_OF_LOGPROBS for sent in settings):
        return
    before, now = map(_sampled, settings)
    differing = [
        f"{name} {_as_sent(before[name])} in BASE, {_as_sent(now[name])} in NEW"
        for name in before
        if before[name] != now[name]
    ]
    if differing:
        yield f"The two were sampled differently: {'; '.join(differing)}."


def _sampled(sent: Mapping[str, Any]) -> dict[str, Any]:
    """By the name in words, under whichever name it was sent; None where it was not."""
    return {
        "temperature": sent["temperature"],
        "top_p": sent.get("top_p"),
        "limit of tokens": sent.get("max_tokens", sent.get("max_completion_tokens")),
    }


def _as_sent(value: object) -> str:
    match value:
        case None:
            return "none sent"
        case float():
            return f"{value:g}"
        case int():
            return f"{value:,}"
    return str(value)


def _status(side: "Side", name: str) -> Iterable[str]:
    score = side.score
    if score.status in ("incomplete", "interrupted"):
        replied = score.counts.questions - score.counts.failed
        of = counted(score.task.questions, "question")
        yield (
            f"{name} is {score.status.upper()}: {replied:,} of {of} {'has' if replied == 1 else 'have'} a reply; what "
            "is missing is not a random part, so finish the run before you believe the difference."
        )


def _origin(side: "Side", name: str) -> Iterable[str]:
    if origin := side.score.run.imported_from:
        ours = is_an_export_of_ours(origin)
        come = f"an export of {origin}" if ours else f"{origin} and not measured by this harness"
        yield f"{name} was imported from {come}: its prompts are known, how it was sampled and served is not."


def _left_out(found: "Comparison", pairing: Pairing) -> Iterable[str]:
    base, new = found.base.score.task.name, found.new.score.task.name
    if base != new:
        yield f"The tasks differ, {base} in BASE and {new} in NEW: compared is what both asked alike."
    left = pairing.left_out
    why = {
        "failed in BASE": left.failed_base,
        "failed in NEW": left.failed_new,
        "only in BASE": left.only_base,
        "only in NEW": left.only_new,
        "asked differently": left.differing,
    }
    if told := ", ".join(f"{count:,} {reason}" for reason, count in why.items() if count):
        yield f"{compared(found.questions, 'both')}; left out: {told}."
    if pairing.prompts_changed:
        asked = counted(pairing.prompts_changed, "question was", "questions were")
        yield f"{asked} asked with fewer examples in one of the runs, to fit its context."


def _sameness(found: "Comparison", pairing: Pairing) -> Iterable[str]:
    if found.base.score.run.id == found.new.score.run.id:
        yield "BASE and NEW are the same run."
    elif all((old.answer, old.outcome) == (new.answer, new.outcome) for old, new in pairing.pairs.values()):
        yield no_answer_differs(found.questions)


def _edge(found: "Comparison") -> Iterable[str]:
    (low, high), p = found.whole.ci95, found.whole.p
    outside, below = low > 0 or high < 0, p < _ALPHA
    if outside == below:
        return
    shows, does_not = "the interval leaves 0 out", f"the exact test does not (p = {p_value(p)})"
    if below:
        shows, does_not = f"the exact test shows a difference (p = {p_value(p)})", "the interval holds 0"
    yield f"This is the edge: {shows} and {does_not}; a difference counts as shown where both show it."


def _macro(found: "Comparison") -> Iterable[str]:
    if found.base.score.score.average == "macro":
        interval = f" {points_interval(found.macro.ci95)}" if found.macro.ci95 else ""
        yield (
            "The protocol's own headline is the plain mean over subjects, whose difference is "
            f"{points(found.macro.difference)} points{interval}; verdict and tests are over questions."
        )


def _clusters(found: "Comparison") -> Iterable[str]:
    if found.clusters is None:
        return
    if found.clusters == 1:
        yield (
            "All questions are in one cluster, such as those on one passage: how clusters differ cannot be told, so "
            "all of them are taken for one question."
        )
        return
    clusters = f"The questions come in {found.clusters:,} clusters, such as those on one passage"
    if (times := repeats(found)) > 1:
        replies = f"Each question was asked {times} times, so the {found.questions:,} replies"
        clusters = f"{replies} come in {found.clusters:,} clusters"
    yield f"{clusters}; standard errors, intervals and the exact test allow for that."
    if found.clusters < FEW:
        yield f"With fewer than {FEW} clusters it is not well known how these differ: intervals may be too narrow."


def _noise(found: "Comparison") -> Iterable[str]:
    """What two runs of BASE's own weights differ by, where that was measured."""
    if noise := read_noise(found.base.path, found.base.score):
        yield noise.sentence
