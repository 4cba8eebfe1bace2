"""Summaries: a score file as a table for people."""

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.comparison_words import points
from harness.counted import counted
from harness.prompts import Generate
from harness.protocols import PROTOCOLS
from harness.published import figures_of, sentence
from harness.regrading import Difference
from harness.score_file import ScoreFile
from harness.stats import Interval
from harness.stops import StopKind

_OUTCOMES = ("correct", "wrong", "unparsed", "refused", "truncated", "failed")


def print_summary(score: ScoreFile, console: Console) -> None:
    """Accuracy with its interval, by group, every outcome, tokens, time, and what to know of the figures."""
    console.print()
    console.print(Text(_title(score), style="bold"), soft_wrap=True)
    console.print(_accuracies(score))
    for said in _sentences(score):  # on a terminal between words, in a log not at all
        console.print(said, soft_wrap=not console.is_terminal)


def print_published(score: ScoreFile, console: Console) -> None:
    """What others say that the model scores on the task, each with what is different about it."""
    for figure in figures_of(score.model.name, score.task.name):
        console.print(Text(f"{sentence(figure, score)}.", style="dim"), soft_wrap=not console.is_terminal)


def _sentences(score: ScoreFile) -> list[Text]:
    said = [Text(_outcomes(score)), Text(_resources(score))]
    if score.status != "complete":
        said.append(Text(f"Status: {_status(score)}", style="yellow"))
    return said + [Text(f"Note: {warning}", style="yellow") for warning in score.warnings]


def _title(score: ScoreFile) -> str:
    task = score.task
    published = " as published" if task.as_published else ""
    repeats = f", each question {task.repeats} times" if task.repeats > 1 else ""
    how = f"{task.protocol}{published}, {task.shots}-shot{repeats}, reader {task.reader}"
    imported = f", imported from {score.run.imported_from}" if score.run.imported_from else ""
    return f"{score.model.name} on {task.name} ({how}{imported})"


def _accuracies(score: ScoreFile) -> Table:
    table = Table(min_width=50)
    table.add_column("", overflow="fold")
    for column in ("questions", "accuracy", "95 % interval"):
        table.add_column(column, justify="right")
    for group in score.groups:
        table.add_row(Text(group.name), f"{group.questions:,}", percent(group.accuracy), interval(group.ci95))
    table.add_section()
    answered = score.counts.questions - score.counts.failed
    table.add_row(
        f"all ({score.score.average} average)",
        f"{answered:,}",
        percent(score.score.accuracy),
        interval(score.score.ci95),
        style="bold",
    )
    _add_expected(table, score.score.expected_with_guessing)
    average = " (micro average)" if score.score.average == "macro" else ""
    for other in score.score.other_readers:
        table.add_row(
            f"read by {other.reader}{average}", f"{answered:,}", percent(other.accuracy), interval(other.ci95)
        )
        _add_expected(table, other.expected_with_guessing)
    if (share := score.score.right_share) is not None:
        table.add_row("right choices' probability", f"{share.questions:,}", percent(share.mean), "")
    unparsed, asked = score.counts.unparsed, score.counts.questions
    table.add_row("unparsed", f"{unparsed:,}", percent(unparsed / asked if asked else None), "")
    table.add_row("guessing", "", percent(score.score.chance), "")
    return table


def print_differences(
    found: Sequence[Difference], regraded: ScoreFile, console: Console, listed: int
) -> None:
    """How many answers a regrading changed, which way, and the first `listed` of them."""
    said = f"{len(found):,} of {regraded.counts.questions:,} answers differ from run {regraded.run.regraded_from}"
    gained = sum(one.now in set(one.gold) for one in found)
    lost = sum(one.before in set(one.gold) for one in found)
    console.print()
    console.print(Text(f"{said}: {gained:,} are right only now, {lost:,} only before."), soft_wrap=True)
    if not found or not listed:
        return
    with_rule = any(difference.rule for difference in found)
    table = Table()
    for column in ("id", "before", "now", "gold", *(("rule",) if with_rule else ())):
        table.add_column(column, overflow="fold")
    for one in found[:listed]:
        cells = (one.id, one.before, one.now, one.gold, *((one.rule or "",) if with_rule else ()))
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(found) > listed:
        console.print(Text(f"… and {len(found) - listed:,} more; --differences N lists N."))


def _add_expected(table: Table, share: float | None) -> None:
    if share is not None:
        table.add_row("  missing letters guessed", "", percent(share), "")


def percent(share: float | None) -> str:
    """A share as per cent, "–" where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def interval(bounds: Interval | None) -> str:
    """An interval in per cent."""
    return "–" if bounds is None else f"{100 * bounds[0]:.1f} – {100 * bounds[1]:.1f}"


def _outcomes(score: ScoreFile) -> str:
    counts = score.counts
    return "Outcomes: " + ", ".join(f"{getattr(counts, name):,} {name}" for name in _OUTCOMES)


def _resources(score: ScoreFile) -> str:
    usage, latency = score.usage, score.latency
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    tokens = f"{usage.prompt_tokens:,} prompt{cached} and {usage.completion_tokens:,} completion tokens"
    retries = f" ({usage.retries:,} sent again)" if usage.retries else ""
    rate = f" ({latency.questions_per_second:.1f} questions/s)" if latency.questions_per_second else ""
    time = "" if latency.elapsed_s is None else f"in {timedelta(seconds=round(latency.elapsed_s))}{rate}"
    seconds = f"half of the replies within {latency.p50:.2f} s" if latency.p50 is not None else ""
    cost = f"{score.cost.usd:.4f} US dollars" if score.cost.usd is not None else ""
    used = (f"{counted(usage.requests, 'request')}{retries}", tokens, time, seconds, cost)
    return "Used: " + ", ".join(part for part in used if part)


def _status(score: ScoreFile) -> str:
    if score.stopped_early:
        return f"partial: {score.run.stopped_by}. {_early_stop(score)}"
    if score.status == "partial":
        return "partial: a chosen part of the task, comparable with runs of the same part."
    first_run = score.run.regraded_from
    way_out = "end it where it was asked, and import it anew" if score.run.imported_from else None
    way_out = f"end run {first_run}, whose replies these are, and read it again" if first_run else way_out
    if score.status == "incomplete":
        return f"incomplete: {_failed(score, way_out)}."
    stopped_by = (score.run.stopped_by or "killed").rstrip(".")
    answered = f"{score.counts.questions - score.counts.failed:,} of {score.task.questions:,}"
    if score.run.stop_kind is StopKind.ENDPOINT:
        answered = f"{answered}: the server gave no further answer"
    if score.run.stop_kind is StopKind.LIMIT:
        way_out = way_out or "the same command with a higher limit goes on"
    return f"interrupted after {answered} ({stopped_by}); {way_out or 'the same command goes on'}."


def _failed(score: ScoreFile, way_out: str | None) -> str:
    """Which questions have no answer, and what helps: to ask again those that are too long does not."""
    counts = score.counts
    again = f"some requests failed; {way_out or 'the same command asks those again'}"
    if not counts.too_long:
        return again
    they = counted(counts.too_long, "question does", "questions do")
    unfit = f"{they} not fit into the model's context, without examples either"
    if counts.too_long < counts.failed:
        return f"{again}. But {unfit}; {_room(score)}"
    return f"{unfit}; {way_out or _room(score)}"


def _room(score: ScoreFile) -> str:
    """What helps a question that is too long. Fewer examples do not: they were left out one by one."""
    ways = ["served with a larger one, the same command asks again"]
    if score.model.endpoint == "embedded":  # whose context is ours
        ways = ["ask a server that gives the model a larger one, by --base-url"]
    protocol = PROTOCOLS.get(score.task.protocol)
    if protocol is not None and protocol.wants is Generate:
        ways.append("a new run with a smaller --max-tokens wants less")
    return ", or ".join(ways)


def _early_stop(score: ScoreFile) -> str:
    """What an early stop saved, and what its figures are worth."""
    early_stop = score.early_stop
    if early_stop is None or early_stop.saved is None:
        return ""
    saved = early_stop.saved
    cost = f" and about {saved.usd:.4f} US dollars" if saved.usd is not None else ""
    which = "upwards" if early_stop.verdict == "not worse" else "away from zero"
    biased = "The accuracy is biased"
    if early_stop.difference is not None:
        difference = f"the difference of {points(early_stop.difference)} points to the baseline"
        biased = f"The accuracy, and {difference}, are biased {which}"
    return (
        f"Not asked: {saved.questions:,} questions, about {saved.requests:,} requests{cost}. {biased}: the run ended "
        "on a peak."
    )
