"""Markdown: a score as a short page, for a pull request or a README."""

from collections.abc import Iterator

from harness.finished import Run
from harness.markdown_text import plain
from harness.origins import is_an_export_of_ours, this_harness
from harness.score_file import ScoreFile
from harness.stats import Interval

_OUTCOMES = ("correct", "wrong", "unparsed", "refused", "truncated", "failed")


def markdown_of(run: Run) -> bytes:
    """A heading, how it was asked, a table of accuracies, outcomes, and what to know of the figures."""
    return ("\n".join(_lines(run.score)) + "\n").encode()


def _lines(score: ScoreFile) -> Iterator[str]:
    task, answered = score.task, score.counts.questions - score.counts.failed
    yield f"### {plain(score.model.name)} on {plain(task.name)}"
    yield ""
    yield _how(score)
    yield ""
    yield "| | questions | accuracy | 95 % interval |"
    yield "|---|---:|---:|---:|"
    for group in score.groups:
        yield _row(plain(group.name), group.questions, group.accuracy, group.ci95)
    whole = f"**all ({score.score.average} average)**"
    yield _row(whole, answered, score.score.accuracy, score.score.ci95)
    if (share := score.score.right_share) is not None:
        yield f"| right choices' probability | {share.questions:,} | {100 * share.mean:.1f} % | |"
    unparsed, asked = score.counts.unparsed, score.counts.questions
    if asked:
        yield f"| unparsed | {unparsed:,} | {100 * unparsed / asked:.1f} % | |"
    if score.score.chance is not None:
        yield f"| guessing | | {100 * score.score.chance:.1f} % | |"
    yield ""
    counts = score.counts.model_dump()
    yield "Outcomes: " + ", ".join(f"{counts[name]:,} {name}" for name in _OUTCOMES) + "."
    if score.cost.usd is not None:
        yield f"Cost: {score.cost.usd:.4f} US dollars."
    if score.warnings:
        yield ""
    for warning in score.warnings:
        yield f"- {plain(warning)}"


def _how(score: ScoreFile) -> str:
    task, run = score.task, score.run
    published = " as published" if task.as_published else ""
    revision = f", revision {plain(score.model.revision)}" if score.model.revision else ""
    part = f", {score.status}" if score.status != "complete" else ""
    if score.stopped_early:
        part = ", stopped early by a test, so biased"
    origin = this_harness(run.harness_version)
    if run.imported_from:
        ours = is_an_export_of_ours(run.imported_from)
        origin = f"imported from {run.imported_from}, {'read again here' if ours else 'not measured here'}"
    return (
        f"{plain(task.protocol)}{published}, {task.shots}-shot, reader {plain(task.reader)}{revision}{part}; "
        f"{origin}, {run.finished_at:%Y-%m-%d}; run {run.id}, comparable with scores of key "
        f"`{score.comparison_key[:12]}`."
    )


def _row(name: str, questions: int, accuracy: float | None, ci95: Interval | None) -> str:
    share = "–" if accuracy is None else f"{100 * accuracy:.1f} %"
    ends = "–" if ci95 is None else f"{100 * ci95[0]:.1f} – {100 * ci95[1]:.1f}"
    return f"| {name} | {questions:,} | {share} | {ends} |"
