"""Rescaling: how far a score lies between guessing and all right, as Open LLM Leaderboard v2 shows scores.

Source: the leaderboard's documentation, "Scores normalization": (score - chance) / (1 - chance), and 0 below chance. A
task with sub-tasks is rescaled by sub-task, then averaged over them, whatever their sizes. lm-evaluation-harness itself
prints scores as they are. Arithmetic only.
"""

from collections.abc import Mapping
from statistics import fmean

from harness.errors import UsageError
from harness.score_file import ScoreFile


def rescaled(accuracy: float, chance: float) -> float:
    """Share of the way from guessing, 0, to all right, 1; both arguments are shares."""
    return max(0.0, (accuracy - chance) / (1 - chance))


def rescaled_score(score: ScoreFile, chance: float | Mapping[str, float]) -> float | None:
    """A score file's accuracy, rescaled; None where it has none, in whole or for some subject.

    Args:
        score: the score file.
        chance: of the whole, or of each subject.

    Raises:
        UsageError: `chance` lacks a subject.
    """
    if not isinstance(chance, Mapping):
        accuracy = score.score.accuracy
        return None if accuracy is None else rescaled(accuracy, chance)
    shares = []
    for subject in score.subjects:
        if subject.name not in chance:
            raise UsageError(
                f"the suite gives no chance level for subject {subject.name!r} of task {score.task.name}; it gives "
                f"{', '.join(chance)}."
            )
        if subject.accuracy is None:
            return None
        shares.append(rescaled(subject.accuracy, chance[subject.name]))
    return fmean(shares) if shares else None
