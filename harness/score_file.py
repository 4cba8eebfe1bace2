"""Score files: score.json, the small, documented, comparable result of a run.

Takes a Plan, the journal's entries and what is known of the run; gives a ScoreFile. Everything in it that
does not name a time, an attempt or the command is the same for the same replies. The schema is published
as harness/score.schema.json, which `python -m harness.score_file` prints.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.errors import UsageError
from harness.scores import Part, Score
from harness.selection import Sample
from harness.stats import Interval
from harness.stops import StopKind
from harness.sums import ContradictionError, check_sums

Status = Literal["complete", "partial", "incomplete", "interrupted"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]

SETTINGS_OF_LOGPROBS = frozenset({"logprob_candidates", "choice_route"})
"""Of the settings sent, those of runs that sample nothing, whatever their temperature."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="allow", allow_inf_nan=False)


class RunPart(_Record):
    """When, where and with what the run was made. `command` holds no secrets."""

    id: str
    started_at: datetime
    finished_at: datetime
    harness_version: str
    python: str
    platform: str
    command: tuple[str, ...]
    git: str | None
    git_branch: str | None = Field(None, description="as CI or git names it, or null")
    packages: dict[str, str]
    stopped_by: str | None = Field(description="why the run ended before its last question, or null")
    stop_kind: StopKind | None = Field(None, description="who stopped it, or null")
    regraded_from: str | None = Field(
        None, description="id of the run whose replies were read again, or null"
    )
    imported_from: Annotated[str | None, Field(exclude_if=lambda name: name is None)] = Field(
        None,
        description="the program that asked, where the run was imported: it was not measured here; 'harness' and a "
        "version: it is an export of another run of ours",
    )


class ModelPart(_Record):
    """Which model answered, and what was sent to it."""

    name: str = Field(description="as typed")
    endpoint: str = Field(description="base URL without credentials, or 'embedded'")
    served_model: tuple[str, ...] = Field(
        description="names that the replies gave; more than one: it changed"
    )
    system_fingerprint: tuple[str, ...]
    revision: str | None = Field(
        description="what the user says the weights are; an embedded model's SHA-256"
    )
    settings: dict[str, Any] = Field(description="settings actually sent")


class DatasetPart(_Record):
    """Where the questions came from. `fingerprint` is over their content, not over files."""

    path: str
    name: str | None
    revision: str | None = Field(
        description="the commit that the hub gave; null where it gave none, as of a folder named by --data"
    )
    split: str | None
    fingerprint: Sha256
    choices_order: str | None = Field(
        None,
        description="how choices were put in order: as the source by that name does, or by the task's seed and the "
        "question's id; null: as they are in the data",
    )


class SamplePart(_Record):
    """How `--limit` chose the questions."""

    limit: Count
    by: Sample
    seed: int | None = Field(description="of a stratified sample, else null")


class TaskPart(_Record):
    """What was asked, and how."""

    name: str
    version: str
    protocol: str
    as_published: bool = Field(
        False, description="with the system message and sampling of the protocol's source"
    )
    shots: Count
    repeats: int = Field(
        1, ge=1, description="how often each question was asked; each time counts as a question of its own"
    )
    reader: str
    dataset: DatasetPart
    questions: Count = Field(description="all that were wanted, repeats included")
    sample: SamplePart | None = Field(None, description="null without a limit")
    prompt_hash: Sha256


class OtherReading(_Record):
    """The same replies read by another reader that fits the protocol; micro average."""

    reader: str
    accuracy: Share | None
    stderr: float | None
    ci95: Interval | None
    expected_with_guessing: Share | None = Field(None, description="as in score")


class RightSharePart(_Record):
    """The mean, over questions with several right choices, of those choices' share of the probability of all."""

    mean: Share
    stderr: float | None
    questions: Count


class ScorePart(_Record):
    """Accuracy: correct / (questions - failed), or the mean of that over subjects. Shares are 0..1."""

    accuracy: Share | None
    stderr: float | None
    ci95: Interval | None
    average: Literal["micro", "macro"] = Field(description="which of the two `accuracy` is")
    chance: Share | None
    micro: Share | None
    macro: Share | None
    bounds: Interval | None = Field(description="accuracy if all without a letter were wrong, and if right")
    expected_with_guessing: Share | None = Field(
        None,
        description="micro, if each reply without a letter were given one at random, as the protocol's source does; "
        "null for other protocols",
    )
    clusters: Count | None = Field(
        None,
        description="where questions share passages or are repeats: how many clusters the answered ones come in; every "
        "stderr and ci95 in the file is then cluster-robust. null: the questions are independent",
    )
    other_readers: tuple[OtherReading, ...] = ()
    right_share: RightSharePart | None = Field(
        None,
        description="where the texts of choices were scored and several are right, as in TruthfulQA's MC2: the right "
        "ones' share of the probability of all. No outcome is made of it",
    )


class NamedPart(_Record):
    """Accuracy over a group or subject; micro, with a Wilson interval. `questions` leaves failed ones out."""

    name: str
    questions: Count
    correct: Count
    accuracy: Share | None
    stderr: float | None
    ci95: Interval | None


class GroupPart(NamedPart):
    """The same over a group."""

    subjects: tuple[str, ...] = Field((), description="its subjects; older files do not say")


class CountsPart(_Record):
    """Questions with a final outcome, and how they ended."""

    questions: Count
    correct: Count
    wrong: Count
    unparsed: Count
    refused: Count
    truncated: Count
    failed: Count
    shots_dropped: Count = Field(0, description="asked with fewer examples, which did not fit the context")
    letters_missing: Count = Field(0, description="some letter was not among the endpoint's candidates")
    letters_forced: Count = Field(0, description="none was, and the model was held to the letters")
    too_long: Annotated[Count, Field(exclude_if=lambda count: count == 0)] = Field(
        0, description="of the failed, those that did not fit the context, without examples either"
    )


class UsagePart(_Record):
    """Tokens as the endpoint counted them, and requests sent."""

    prompt_tokens: Count
    cached_tokens: Count
    completion_tokens: Count
    reasoning_tokens: Count
    requests: Count
    retries: Count


class CostPart(_Record):
    """US dollars, the prices used and where they come from; or null and why."""

    usd: float | None
    prices: dict[str, Any] | None = None
    why: str | None = None


class LatencyPart(_Record):
    """Seconds that replies took, and questions a second over the whole run."""

    p50: float | None
    p90: float | None
    p99: float | None
    questions_per_second: float | None
    elapsed_s: float | None = Field(
        None, description="seconds that the run worked, all its parts together; the first files lack it"
    )


class AnswersPart(_Record):
    """The journal that the score was made from."""

    file: Annotated[str, Field(pattern=r"^[^/\\]+$", description="its name, in the score file's folder")]
    sha256: Sha256
    lines: Count


class SavedPart(_Record):
    """What an early stop did not ask, and what it would have taken if the rest were like what was asked."""

    questions: Count
    requests: Count
    usd: float | None = Field(description="null where no price is known")


class EarlyStopPart(_Record):
    """The test that was to end the run as soon as it had shown something. `margin` and `difference` are shares.

    Where it did, all figures of the file count the `asked` questions alone, and are biased away from no difference: the
    run ended on a peak. There is no interval or p value for them.
    """

    rule: str = Field(description="in words, with its error rates")
    seed: int
    order: str = Field(description="how the seed orders the questions")
    alpha_a_side: Share = Field(description="spent while the run went on: on worse; on better and not worse")
    alpha_at_the_end: Share = Field(description="two-sided, for the test of all questions")
    margin: Share = Field(description="the drop that 'not worse' excludes")
    baseline: str = Field(description="id of the run that the answers were held against")
    baseline_answers: Sha256
    verdict: Literal["worse", "better", "not worse"] | None = Field(description="null: nothing was shown")
    verdict_at_the_end: bool = Field(description="by the test of all questions, not before")
    asked: Count = Field(description="questions of the order, without a gap, that were looked at")
    of: Count
    lost: Count = Field(description="of these, right in the baseline alone")
    won: Count = Field(description="right in this run alone")
    difference: float | None = Field(description="(won - lost) / asked")
    ln_e: dict[str, float] = Field(description="claim to the logarithm of the evidence for it")
    p_at_the_end: Share | None = Field(None, description="exact McNemar, where the run came to its end")
    p_not_worse_at_the_end: Share | None = Field(
        None,
        description="one-sided, of a drop as large as the margin or larger, where the run came to its end; the first "
        "files lack it",
    )
    saved: SavedPart | None = None

    @property
    def stopped(self) -> bool:
        """Whether the run ended before its last question."""
        return self.asked < self.of


class ScoreFile(_Record):
    """A whole score.json."""

    schema_: Literal["harness-score/1"] = Field("harness-score/1", alias="schema")
    status: Status
    run: RunPart
    model: ModelPart
    task: TaskPart
    comparison_key: Sha256 = Field(description="equal in two scores that may be compared")
    score: ScorePart
    groups: tuple[GroupPart, ...]
    subjects: tuple[NamedPart, ...]
    counts: CountsPart
    usage: UsagePart
    cost: CostPart
    latency: LatencyPart
    answers: AnswersPart
    warnings: tuple[str, ...] = ()
    early_stop: EarlyStopPart | None = Field(
        None, description="where a test could end the run", exclude_if=lambda early_stop: early_stop is None
    )

    @property
    def stopped_early(self) -> bool:
        """Whether a test ended the run, so that its figures are biased."""
        return self.early_stop is not None and self.early_stop.stopped and self.status == "partial"


def read_score(path: Path) -> ScoreFile:
    """Read a score file.

    Raises:
        UsageError: it is missing, no JSON, does not fit the schema, or contradicts itself; naming the field.
    """
    try:
        score = ScoreFile.model_validate_json(path.read_bytes(), strict=True)
        check_sums(score)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        place = f"{path}, field {field}," if field else f"{path}"
        raise UsageError(f"{place} is not a score file of this harness: {first['msg']}.") from error
    except ContradictionError as error:
        raise UsageError(f"{path}, {error}: it was changed since it was written.") from error
    return score


def document(score: ScoreFile) -> bytes:
    """The bytes of score.json."""
    return (score.model_dump_json(by_alias=True, indent=2) + "\n").encode()


def schema() -> str:
    """The JSON Schema of score files."""
    published = ScoreFile.model_json_schema(by_alias=True)
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **published}, indent=2) + "\n"
    )


def score_part(
    score: Score, others: tuple[OtherReading, ...], right_share: RightSharePart | None, *, guesses: bool
) -> ScorePart:
    """A Score as the file has it; `guesses` as in Protocol."""
    return ScorePart(
        accuracy=score.accuracy,
        stderr=score.stderr,
        ci95=score.ci95,
        average=score.average,
        chance=score.chance,
        micro=score.micro,
        macro=score.macro,
        bounds=score.bounds,
        expected_with_guessing=score.expected_with_guessing if guesses else None,
        clusters=score.clusters,
        other_readers=others,
        right_share=right_share,
    )


def named_parts(parts: tuple[Part, ...]) -> tuple[NamedPart, ...]:
    """Subjects or groups as the file has them."""
    return tuple(
        NamedPart(
            name=part.name,
            questions=part.questions,
            correct=part.correct,
            accuracy=part.accuracy,
            stderr=part.stderr,
            ci95=part.ci95,
        )
        for part in parts
    )


def group_parts(parts: tuple[Part, ...], groups: Mapping[str, tuple[str, ...]]) -> tuple[GroupPart, ...]:
    """Groups as the file has them, each with its subjects."""
    return tuple(GroupPart(**named.model_dump(), subjects=groups[named.name]) for named in named_parts(parts))


if __name__ == "__main__":
    print(schema(), end="")  # noqa: T201 - that is what this is for
