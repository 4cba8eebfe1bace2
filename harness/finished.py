"""A finished or interrupted run, as the library gives it: its score and its answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.counted import counted
from harness.errors import UnfinishedError, UsageError
from harness.journal import Entry, read_journal
from harness.score_file import ScoreFile, read_score

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "id",
    "subject",
    "gold",
    "answer",
    "outcome",
    "rule",
    "cluster",
    "text",
    "reasoning",
    "finish_reason",
    "letter_logprobs",
    "choice_logprobs",
    "prompt_tokens",
    "completion_tokens",
    "latency_s",
    "attempts",
    "served_model",
    "failure",
    "prompt_sha256",
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        path: its folder.
        score: what score.json says.
    """

    path: Path
    score: ScoreFile

    def answers(self) -> "pd.DataFrame":
        """One row a question, its id as the index; the columns of answers.jsonl, those of `reply` beside them.

        Raises:
            UsageError: the answers are not beside the score, or are damaged.
        """
        import pandas as pd  # half a second of start-up, only where a table is wanted

        path = self.path / self.score.answers.file
        if not path.exists():
            raise UsageError(f"{path} does not exist: the score is here, its answers are not.")
        rows = [_row(entry) for entry in read_journal(path)]
        return pd.DataFrame(rows, columns=_COLUMNS).set_index("id")


def load(path: Path | str) -> Run:
    """Load a run from its folder or its score.json.

    Raises:
        UsageError: there is no readable score file.
        UnfinishedError: its run has not ended.
    """
    file = score_path(path)
    return Run(file.parent, read_score(file))


def how_to_finish(score: ScoreFile) -> str:
    """What to do with a run that is incomplete or interrupted."""
    if score.run.imported_from:
        return "end it where it was asked, and import it anew"
    return "run its command again, which asks only what is missing"


def score_path(path: Path | str) -> Path:
    """The score file that a folder or a file's own name stands for.

    Raises:
        UsageError: there is no such folder or file.
        UnfinishedError: the folder is that of a run that has not ended.
    """
    named = Path(path)
    folder = named if named.is_dir() else named.parent
    file = folder / "score.json" if named.is_dir() else named
    if file.name == "score.json" and not file.exists() and (folder / "run.json").exists():
        raise UnfinishedError(
            f"the run in {folder} has not ended, and so has no score.json; run the same command again, or score what "
            f"there is with `harness regrade {folder}`."
        )
    if not named.exists():
        raise UsageError(f"{path} does not exist; name a run's folder or its score.json.")
    if not file.exists():
        _refuse_folder_of_runs(named)
    return file


def _refuse_folder_of_runs(folder: Path) -> None:
    if runs := sorted(folder.glob("**/score.json")):
        raise UsageError(
            f"{folder} is no run's folder but holds {counted(len(runs), 'run')}; name one, such as {runs[-1].parent}."
        )
    if begun := sorted(folder.glob("**/run.json")):
        have = "has" if len(begun) == 1 else "have"
        raise UsageError(
            f"{folder} is no run's folder but holds {counted(len(begun), 'run')} that {have} not ended, such as "
            f"{begun[-1].parent}."
        )


def _row(entry: Entry) -> dict[str, Any]:
    reply, usage = entry.reply, entry.reply.usage if entry.reply else None
    result = entry.reply or entry.failure
    return {
        "id": entry.id,
        "subject": entry.subject,
        "gold": entry.gold,
        "answer": entry.answer,
        "outcome": entry.outcome.value,
        "rule": entry.rule,
        "cluster": entry.cluster,
        "text": reply.text if reply else None,
        "reasoning": reply.reasoning if reply else None,
        "finish_reason": reply.finish_reason if reply else None,
        "letter_logprobs": reply.letter_logprobs if reply else None,
        "choice_logprobs": reply.choice_logprobs if reply else None,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "latency_s": reply.latency_s if reply else None,
        "attempts": result.attempts if result else None,
        "served_model": reply.served_model if reply else None,
        "failure": entry.failure.message if entry.failure else None,
        "prompt_sha256": entry.prompt_sha256,
    }
