"""History tables: a model's scores on a task over time, on standard output for people.

Takes a History, prints. Decides nothing.
"""

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from harness.counted import counted
from harness.history import History, Measured, Series, how_to_go_on
from harness.published import sentence
from harness.summary import interval, percent
from harness.terminal import print_whole

_COLUMNS = 100


def print_history(history: History) -> None:
    """A table for each model and task, what is published of them below it, and what was left out."""
    console = Console(highlight=False, markup=False, emoji=False)
    for series in history.series:
        print_whole(console, _table(series), least=_COLUMNS)
        for figure in series.published:
            said = f"{sentence(figure, series.scores[-1].score)}."
            console.print(Text(said, style="dim"), soft_wrap=not console.is_terminal)
    for folder in history.unfinished:
        console.print(f"No score yet: {how_to_go_on(folder)}", soft_wrap=not console.is_terminal)


def _table(series: Series) -> Table:
    table = Table(
        Column("when (UTC)", no_wrap=True),
        Column("asked by", overflow="fold", min_width=12),
        Column("weights, code", overflow="fold", min_width=13),
        Column("accuracy", justify="right", no_wrap=True),
        Column("unparsed", justify="right", no_wrap=True),
        Column("note", overflow="fold", min_width=14),
        title=Text(f"{series.model} on {series.task}"),
        title_justify="left",
    )
    for one in series.scores:
        table.add_row(*map(Text, _cells(one)))
    return table


def _cells(one: Measured) -> tuple[str, ...]:
    score, counts = one.score, one.score.counts
    return (
        f"{score.run.started_at:%Y-%m-%d\n%H:%M}",
        f"{score.task.protocol}\n{score.task.shots}-shot",
        _made_with(one),
        f"{percent(score.score.accuracy)}\n{interval(score.score.ci95)}",
        f"{counts.unparsed:,}\n{percent(counts.unparsed / counts.questions if counts.questions else None)}",
        "\n".join(_remarks(one)),
    )


def _made_with(one: Measured) -> str:
    """The weights' revision, shortened as git does, the branch and commit of the code, or who else asked."""
    revision, run = one.score.model.revision, one.score.run
    code = " @ ".join(filter(None, (run.git_branch, run.git and f"{run.git[:7]}{run.git[12:]}")))
    imported = run.imported_from and f"imported from {run.imported_from}"
    return "\n".join(filter(None, (revision and revision[:12], code, imported)))


def _remarks(one: Measured) -> list[str]:
    """What a reader of the row must know; a complete score that is comparable with the one above needs nothing."""
    score = one.score
    remarks = [f"≠ above: {'; '.join(one.differs)}"] if one.differs else []
    if score.status != "complete":
        remarks.append(f"{score.status}, {counted(score.counts.questions, 'question')}")
    if score.stopped_early:
        remarks.append("stopped early, so biased")
    if score.run.regraded_from:
        remarks.append(f"replies of {score.run.regraded_from} read again")
    return remarks
