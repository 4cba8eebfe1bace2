"""Noise: how many answers differ between two runs of the same weights, which no change of weights can be blamed for.

Kept in noise.json beside a baseline's score file, so that later verdicts over that baseline can name it.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.answers import Outcome
from harness.baseline import Baseline
from harness.counted import counted
from harness.errors import UsageError
from harness.files import probe, write_whole
from harness.finished import Run
from harness.journal import read_last_lines
from harness.score_file import SETTINGS_OF_LOGPROBS, Count, ScoreFile, Sha256

_FILE = "noise.json"


class Noise(BaseModel):
    """A noise.json.

    Attributes:
        baseline: id of the run, and the hash of the answers that were held against those of `again`.
        again: id of the second run of the same weights.
        changed: questions whose answer, or the reason for none, was another one.
        lost: of these, right the first time alone.
        won: right the second time alone.
        temperature: of the text that the baseline's model wrote, None where it is not known; not in the file, since
            the score file beside it says so.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_: str = Field("harness-noise/1", alias="schema", pattern="^harness-noise/1$")
    baseline: str
    baseline_answers: Sha256
    again: str
    questions: Count
    changed: Count
    lost: Count
    won: Count
    temperature: float | None = Field(0.0, exclude=True)

    @property
    def sentence(self) -> str:
        """For people."""
        shown = f"{self.changed:,} of {counted(self.questions, 'answer')} ({100 * self.changed / self.questions:.1f} %)"
        return (
            f"Two runs of the baseline's own weights differ in {shown}, {self.lost:,} right the first time alone and "
            f"{self.won:,} the second: {self._cause}."
        )

    @property
    def _cause(self) -> str:
        """What is to blame: a model that samples answers otherwise the second time on an exact server too."""
        match self.temperature:
            case 0:
                return "so much is the server's noise"
            case None:
                return (
                    "so much is sampling, at a temperature that is not known, and the server's noise together"
                )
        return f"so much is sampling, at temperature {self.temperature:g}, and the server's noise together"


def measure(baseline: Baseline, second: Run) -> Noise:
    """Count what differs between a baseline and a second run of its weights; failed questions are left out.

    Raises:
        UsageError: the weights of the two are known, and not the same.
    """
    before, now = baseline.run.score.model.revision, second.score.model.revision
    if before and now and before != now:
        raise UsageError(
            f"{second.path} is of other weights than {baseline.run.path}, so its answers tell nothing of noise: "
            f"revision {now[:12]}, not {before[:12]}."
        )
    entries = read_last_lines(second.path / second.score.answers.file)
    pairs = [(baseline.said[entry.id], entry) for entry in entries if entry.outcome is not Outcome.FAILED]
    return Noise(
        baseline=baseline.run.score.run.id,
        baseline_answers=baseline.run.score.answers.sha256,
        again=second.score.run.id,
        questions=len(pairs),
        changed=sum(old.answer != (new.answer or new.outcome.value) for old, new in pairs),
        lost=sum(old.correct and new.outcome is not Outcome.CORRECT for old, new in pairs),
        won=sum(not old.correct and new.outcome is Outcome.CORRECT for old, new in pairs),
        temperature=_temperature(baseline.run.score),
    )


def kept_noise(baseline: Baseline) -> Noise | None:
    """What an earlier measurement found; a damaged one is worth nothing, and replaced."""
    try:
        return read_noise(baseline.run.path, baseline.run.score)
    except UsageError:
        return None


def prepare(baseline: Baseline, questions: int) -> None:
    """See, before anything is asked, that what so many questions tell can and should be kept.

    Raises:
        UsageError: the place cannot be written to, or has a measurement of more questions.
    """
    path = baseline.run.path / _FILE
    if path.is_dir():
        raise UsageError(f"{path} is a folder, where --noise keeps a file of this name: move it away.")
    kept = kept_noise(baseline)
    if kept and questions < kept.questions:
        raise UsageError(
            f"{path} tells of {kept.questions:,} questions, and {questions:,} tell less: leave --limit out, or remove "
            "that file first."
        )
    try:
        probe(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}; what --noise finds is kept beside the baseline, so make "
            "that folder writable, or copy it and name the copy."
        ) from error


def write_noise(folder: Path, noise: Noise) -> Path:
    """Keep it beside the baseline; gives the file.

    Raises:
        StorageError: it cannot be written.
    """
    path = folder / _FILE
    write_whole(path, (noise.model_dump_json(by_alias=True, indent=2) + "\n").encode())
    return path


def read_noise(folder: Path, score: ScoreFile) -> Noise | None:
    """What is known of a baseline's noise; None where nothing is, or where it is of other answers.

    Raises:
        UsageError: the file is damaged.
    """
    path = folder / _FILE
    try:
        noise = Noise.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise UsageError(
            f"{path} is damaged ({error.errors()[0]['msg']}); remove it, or measure again with `harness rescore "
            f"{folder} --noise`."
        ) from error
    if noise.baseline_answers != score.answers.sha256:
        return None
    return noise.model_copy(update={"temperature": _temperature(score)})


def _temperature(score: ScoreFile) -> float | None:
    sent = score.model.settings
    if sent.keys() & SETTINGS_OF_LOGPROBS:
        return 0.0
    return sent.get("temperature")
