"""Settings: what a user can choose for a run, each with its default.

Built once, by the command line or by whoever calls `harness.run`.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.selection import Sample, Selection

_ABOVE_0 = {
    "timeout_s": "--timeout",
    "rpm": "--rpm",
    "tpm": "--tpm",
    "gpu_hour_usd": "--gpu-hour-usd",
    "max_cost_usd": "--max-cost",
    "max_time_s": "--max-time",
}
"""Options that are numbers above 0 where they are given, by their field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The choices of one run.

    Attributes:
        model: a name of models.yaml, the path of a GGUF file, or any name with a base URL.
        task: a task's name, or the path of a task file.
        host: where the model is served, by the name of an entry; its usual host where None.
        base_url: where the model is served, with its /v1; goes before the host's address.
        api_key_env: the environment variable that holds the key.
        protocol: how to ask; the model's default where None, else the task's.
        shots: few-shot examples; the protocol's default where None.
        reader: how to read replies; the protocol's default where None.
        limit: ask so many questions in all.
        sample: how the limit takes them: "first", in turn from each subject, or "stratified".
        seed: of a stratified sample; 0 where None.
        subjects: ask these subjects or groups only.
        concurrency: requests at once; None: as many as suits the endpoint, found while asking.
        rpm: requests a minute; None: as many as the endpoint takes without rejecting.
        tpm: tokens a minute, of prompts and replies together; likewise.
        results: the folder that runs are written into.
        revision: what the user says the weights are, for the score file.
        data: a folder laid out like the hub.
        tasks: a folder with task files of the user's own.
        dataset_revision: the dataset's commit or branch on the hub, instead of the task file's.
        skip_bad_rows: leave out and count the dataset's rows that do not fit, instead of stopping.
        as_published: send the system message and sampling that the protocol's source publishes with, and repeat
            questions as it does.
        repeats: how often each question is asked, and the score averaged over; once where None, or as published.
        temperature: sent with requests for text; 0 where None, or as published. Letters and choices are always
            scored at 0.
        max_tokens: token limit of a reply; the protocol's where None.
        timeout_s: seconds that one request may take; where None, 600, unless the endpoint is found dead before.
        max_wait_s: how long a request is tried again after its first failure.
        prices: a file of prices of tokens, which go before those that are known.
        gpu_hour_usd: what one GPU costs an hour, where one pays for a server so; goes before prices of tokens.
        gpus: how many of them; 1 where None.
        max_cost_usd: the whole run, resumed parts included, may cost so much.
        max_time_s: likewise, it may ask for so many seconds.
        local_only: ask loopback and private addresses alone, and through no proxy.
        fresh: start over, even where an unfinished run could go on.
    """

    model: str
    task: str
    host: str | None = None
    base_url: str | None = None
    api_key_env: str | None = None
    protocol: str | None = None
    shots: int | None = None
    reader: str | None = None
    limit: int | None = None
    sample: Sample = Sample.FIRST
    seed: int | None = None
    subjects: tuple[str, ...] = ()
    concurrency: int | None = None
    rpm: float | None = None
    tpm: float | None = None
    results: Path = Path("results")
    revision: str | None = None
    data: Path | None = None
    tasks: Path | None = None
    dataset_revision: str | None = None
    skip_bad_rows: bool = False
    as_published: bool = False
    repeats: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    timeout_s: float | None = None
    max_wait_s: float = 300.0
    prices: Path | None = None
    gpu_hour_usd: float | None = None
    gpus: int | None = None
    max_cost_usd: float | None = None
    max_time_s: float | None = None
    local_only: bool = False
    fresh: bool = False

    def __post_init__(self) -> None:
        """Take texts for paths, and refuse what no endpoint or file can take.

        Raises:
            UsageError: naming the option.
        """
        for name in ("results", "data", "tasks", "prices"):
            if getattr(self, name) == "":  # Python takes it for the folder where one is
                raise UsageError(f"--{name} is empty; name a file or folder, or leave it out.")
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, Path(getattr(self, name)))
        if isinstance(self.task, Path):
            object.__setattr__(self, "task", str(self.task))
        object.__setattr__(self, "sample", _sample(self.sample))
        self._check_types()
        _ = self.selection  # which refuses what contradicts itself
        wrong = {
            f"--temperature {self.temperature} should be 0 or more": (
                self.temperature is not None and not 0 <= self.temperature < math.inf
            ),
            f"--max-tokens {self.max_tokens} should be 1 or more": not _is_count(self.max_tokens),
            f"--concurrency {self.concurrency} should be 1 or more": not _is_count(self.concurrency),
            f"--gpus {self.gpus} should be 1 or more": not _is_count(self.gpus),
            f"--repeats {self.repeats} should be 1 or more": not _is_count(self.repeats),
            f"--max-wait {self.max_wait_s} should be seconds, 0 or more": not 0 <= self.max_wait_s < math.inf,
            "--gpus counts what --gpu-hour-usd pays for; give that too, or leave it out": (
                self.gpus is not None and self.gpu_hour_usd is None
            ),
        }
        for field, option in _ABOVE_0.items():
            value = getattr(self, field)
            wrong[f"{option} {value} should be above 0"] = value is not None and not 0 < value < math.inf
        for name in (
            "model",
            "task",
            "revision",
            "data",
            "tasks",
            "dataset_revision",
        ):  # these are written into files
            wrong[f"--{name.replace('_', '-')} holds bytes that are not UTF-8"] = not _is_text(
                str(getattr(self, name))
            )
        for sentence, is_so in wrong.items():
            if is_so:
                raise UsageError(f"{sentence}.")

    @property
    def selection(self) -> Selection:
        """Which questions are asked."""
        return Selection(self.limit, self.subjects, self.sample, self.seed)

    def _check_types(self) -> None:
        """Whoever writes a script may not run a type checker."""
        texts = (self.model, self.task)
        if not all(isinstance(text, str) for text in texts):
            raise UsageError("model and task should be texts.")
        if isinstance(self.subjects, str) or not all(isinstance(name, str) for name in self.subjects):
            raise UsageError("subjects should be a tuple of names, such as ('anatomy', 'virology').")
        for name in ("shots", "limit", "seed", "concurrency", "max_tokens", "gpus", "repeats"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise UsageError(f"{name} {value!r} should be a whole number.")
        for name in ("temperature", "max_wait_s", *_ABOVE_0):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise UsageError(f"{name} {value!r} should be a number.")


def _sample(name: str) -> Sample:
    try:
        return Sample(name)
    except ValueError:
        raise UsageError(f"sample {name!r} should be one of {', '.join(Sample)}.") from None


def _is_count(value: int | None) -> bool:
    return value is None or value > 0


def _is_text(word: str) -> bool:
    """Whether it can be written: a word of the command line may hold any bytes."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
