"""The table under a suite's last run."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.suite import figure_in_words
from harness.suite_scores import SuiteScore
from harness.summary import percent
from harness.terminal import print_whole


def print_suite(score: SuiteScore, console: Console) -> None:
    """Each task's figure, rescaled where the suite says from what, and their average."""
    with_rescaled = any(task.rescaled is not None for task in score.tasks)
    table = Table()
    for name in ("task", "asked by"):
        table.add_column(name, overflow="fold")
    for name in ("score", *(("rescaled",) if with_rescaled else ()), "unparsed"):
        table.add_column(name, justify="right")
    for task in score.tasks:
        how = f"{task.protocol}\n{task.shots}-shot, {figure_in_words(task.figure, task.reader)}"
        rescaled = [percent(task.rescaled)] if with_rescaled else []
        table.add_row(*map(Text, (task.task, how, percent(task.score), *rescaled, percent(task.unparsed))))
    table.add_section()
    rescaled = [percent(score.rescaled_average)] if with_rescaled else []
    averaged = f"average of these {len(score.tasks)}" if score.missing else "average of tasks"
    table.add_row(averaged, "", percent(score.average), *rescaled, style="bold")
    console.print()
    console.print(Text(f"{score.model} on {score.title}", style="bold"), soft_wrap=True)
    print_whole(console, table)
    for sentence in _sentences(score, with_rescaled=with_rescaled):
        console.print(Text(sentence), soft_wrap=not console.is_terminal)


def _sentences(score: SuiteScore, *, with_rescaled: bool) -> list[str]:
    said = []
    if with_rescaled:
        said.append("Rescaled: 0 % is guessing and below, 100 % is all right.")
    if score.no_average:
        said.append(f"There is no average: {score.no_average}.")
    elif partial := [task.task for task in score.tasks if task.status == "partial"]:
        said.append(f"Asked in part only: {', '.join(partial)}.")
    if score.missing:
        parts = "; ".join(f"{name} ({why})" for name, why in score.missing.items())
        said.append(
            f"Not in this average, though in its source's: {parts}; so it is not the one that the source publishes."
        )
    return said
