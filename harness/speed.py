"""Speeds and disagreements: what earlier runs tell of runs to come.

Takes folders of runs; gives a Speed or a Disagreement of harness/sizing.py. Asks nothing.
"""

from pathlib import Path

from harness.comparison import compare
from harness.counted import counted
from harness.errors import UsageError
from harness.finished import load
from harness.plan import Plan
from harness.run_folder import runs_of
from harness.score_file import ScoreFile, read_score
from harness.sizing import Disagreement, Speed
from harness.stats import wilson_interval


def measured_speed(results: Path, model: str, plan: Plan) -> Speed | None:
    """How fast the newest run of this model on this task, asked in the same way, was; None where there is none."""
    home = runs_of(results, model, plan.task.name)
    alike = (score for path in home.glob("*/score.json") if (score := _asked_alike(path, plan)))
    newest = max(alike, key=lambda score: score.run.started_at, default=None)  # names tell the second alone
    if newest is None or not newest.latency.questions_per_second:
        return None
    source = f"as in run {newest.run.id}, {counted(newest.counts.questions, 'question')}"
    return Speed(newest.latency.questions_per_second, source)


def _asked_alike(path: Path, plan: Plan) -> ScoreFile | None:
    """A score whose time is that of these prompts; reading replies again takes none, and damaged files tell nothing."""
    try:
        score = read_score(path)
    except UsageError:
        return None
    task = score.task
    there = (task.protocol, task.shots, task.as_published)
    asked = score.run.regraded_from is None and score.latency.questions_per_second
    return score if asked and there == (plan.protocol.name, plan.shots, plan.as_published) else None


def measured_disagreement(base: Path, new: Path, *, task: str, detect: float) -> Disagreement:
    """On how many questions an earlier pair of runs disagreed.

    Args:
        base: a run's folder or score file.
        new: another's.
        task: what the disagreement shall be used for.
        detect: the difference that shall be seen, a share: no pair that differs so much disagrees on less.

    Raises:
        UsageError: the two are not comparable, or cannot be read, or asked each question several times.
    """
    asked = load(base).score.task
    if asked.repeats > 1:
        raise UsageError(
            f"{base} asked each question {asked.repeats} times, and a plan is for questions that are asked once; name "
            "a pair that was asked so, or --disagreement."
        )
    whole = compare(base, new).whole
    table, share = whole.table, whole.table.discordance
    low, high = wilson_interval(table.won + table.lost, table.questions)
    elsewhere = f", on {asked.name}," if asked.name != task else ""
    of = f"{table.won + table.lost:,} of {counted(table.questions, 'question')}"
    said = [
        f"The earlier pair{elsewhere} disagrees on {of}: {100 * share:.1f} % [{100 * low:.1f}, {100 * high:.1f}]."
    ]
    if share < detect:
        said.append(
            f"Two that differ by {100 * detect:g} points disagree on as many per cent at least, as here."
        )
    if whole.worth != 1:
        said.append(
            f"Its questions share passages: each tells as much as {whole.worth:.2f} independent ones."
        )
    return Disagreement((max(share, detect),), " ".join(said), whole.worth)
