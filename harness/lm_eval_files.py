"""lm-eval's files: results_*.json and the samples_*.jsonl beside it, read as lm-evaluation-harness writes them.

Takes a path, gives Results and Samples one at a time: a whole benchmark's samples, each with its prompt four times
over, do not fit into the memory of a laptop. Knows nothing of our tasks, protocols and runs.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.prompts import Message, hashed_text

_WAY_OUT = "`harness import` reads what lm-evaluation-harness 0.4.3 and later write"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Results:
    """One results file.

    Attributes:
        document: all of it.
        named: the tasks that were asked, groups of them not among them, each with the file that its samples belong in.
        tasks: those of them whose samples are there.
    """

    path: Path
    sha256: str
    document: Mapping[str, Any]
    named: Mapping[str, Path]
    tasks: Mapping[str, Path]

    @property
    def version(self) -> str:
        """The version of lm-evaluation-harness, "of unknown version" where the file does not say."""
        return str(self.document.get("lm_eval_version") or "of unknown version")

    @property
    def origin(self) -> str:
        """Who asked: lm-evaluation-harness, or whoever wrote a file like its own and says so."""
        return str(self.document.get("measured_by") or f"lm-eval {self.version}")

    @property
    def model(self) -> str:
        """The model's name as its user gave it."""
        return str(self.document.get("model_name") or "unnamed")

    def config(self, task: str) -> Mapping[str, Any]:
        """What the file says of how a task was asked."""
        return _mapping(_mapping(self.document.get("configs")).get(task))

    def shots(self, task: str) -> int:
        """Few-shot examples before each question."""
        said = _mapping(self.document.get("n-shot")).get(task) or 0
        return said if isinstance(said, int) else 0

    def version_of(self, task: str) -> str:
        """The task's version, "" where it has none."""
        said = _mapping(self.document.get("versions")).get(task)
        return "" if said is None else str(said)

    def held(self, task: str) -> int | None:
        """How many questions its split has; None where the file does not say."""
        said = _mapping(_mapping(self.document.get("n-samples")).get(task)).get("original")
        return said if isinstance(said, int) else None

    def asked(self, task: str) -> int | None:
        """How many of them were asked; None where the file does not say."""
        said = _mapping(_mapping(self.document.get("n-samples")).get(task)).get("effective")
        return said if isinstance(said, int) else None

    def root(self, task: str) -> str:
        """The outermost group that a task was asked as part of; itself where there is none."""
        parents = {
            child: group
            for group, children in _mapping(self.document.get("group_subtasks")).items()
            for child in children
            if child != group
        }
        seen = {task}
        while task in parents and parents[task] not in seen:
            task = parents[task]
            seen.add(task)
        return task


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question as it was asked, and what came back.

    Attributes:
        number: its place in the dataset's split, from 0.
        texts: every text in the dataset's row, without white space at its ends.
        target: the right answer: the choice's place from 0 where choices were scored, else a text.
        prompt_sha256: as in Prompt; where each choice had a prompt of its own, of all of them as a JSON list.
        continuations: the texts that were scored after it; none where text was generated.
        logprobs: theirs, None where it is not finite.
        text: what was generated; None where continuations were scored.
        right: whether lm-evaluation-harness counted it as right; None where the file does not say.
    """

    task: str
    number: int
    texts: frozenset[str]
    target: str
    prompt_sha256: str
    continuations: tuple[str, ...]
    logprobs: tuple[float | None, ...]
    text: str | None
    right: bool | None


def read_results(path: Path) -> Results:
    """Read a results file, and find its samples.

    Args:
        path: the file, or the folder that holds one.

    Raises:
        UsageError: there is none or there are several, it is no such file, or no task's samples are beside it.
    """
    file = _results_file(path)
    try:
        content = file.read_bytes()
        document = json.loads(content)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}.") from error
    configs = document.get("configs") if isinstance(document, dict) else None
    if not isinstance(configs, dict) or not isinstance(document.get("results"), dict):
        raise UsageError(f"{file} has no results and configs: {_WAY_OUT}.")
    if not configs:
        raise UsageError(f"{file} names no task that was asked.")
    date = file.stem.rpartition("_")[2]
    named = {task: file.with_name(f"samples_{task}_{date}.jsonl") for task in configs}
    tasks = {task: samples for task, samples in named.items() if samples.is_file()}
    if not tasks:
        raise no_samples(file, [samples.name for samples in named.values()])
    return Results(file, hashlib.sha256(content).hexdigest(), document, named, tasks)


def no_samples(results: Path, missing: Sequence[str]) -> UsageError:
    """The refusal of tasks whose samples' files are not there."""
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return UsageError(
        f"{results} has no {missing[0]}{more} beside it: a score without its answers can be neither checked nor "
        "compared question by question; run lm_eval with --log_samples."
    )


def shortened(tasks: Iterable[str]) -> str:
    """The names of tasks, each once; of many the first few."""
    names = list(dict.fromkeys(tasks))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def read_samples(results: Results, task: str) -> Iterator[Sample]:
    """A task's samples, in the file's order; of several readings of the same replies, the first.

    Raises:
        UsageError: a line is damaged or of another form, a question was asked several times, or lines are missing.
    """
    path, read, first = results.tasks[task], 0, None
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                row = _row(line, f"{path}, line {number}")
                first = first or row.get("filter")
                if row.get("filter") == first:
                    read += 1
                    yield _sample(task, row, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    asked = results.asked(task)
    if asked is not None and read != asked:
        raise UsageError(
            f"{path} holds {read:,} samples, and {results.path.name} says that {asked:,} were asked: a part is missing."
        )


def _results_file(path: Path) -> Path:
    if not path.is_dir():
        if not path.exists():
            raise UsageError(
                f"{path} does not exist; name lm-evaluation-harness's results_….json or its folder."
            )
        return path
    found = sorted(path.rglob("results_*.json"))
    if not found:
        raise UsageError(f"{path} holds no results_….json of lm-evaluation-harness.")
    if len(found) > 1:
        raise UsageError(
            f"{path} holds {len(found)} results; name one of them, the newest being {found[-1]}."
        )
    return found[0]


def _row(line: str, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{place}, is no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise UsageError(f"{place}, is no sample: {_WAY_OUT}.")
    return row


def _sample(task: str, row: Mapping[str, Any], place: str) -> Sample:
    try:
        pairs = zip(_arguments(row["arguments"]), row["resps"], strict=True)
        asked = [(words, reply) for words, (reply, *more) in pairs if _is_asked(words, more, place)]
        arguments, replies = [words for words, _ in asked], [reply for _, reply in asked]
        scored = all(isinstance(words[1], str) for words in arguments)
        contexts = list(dict.fromkeys(_prompt_text(words[0]) for words in arguments))
        return Sample(
            task=task,
            number=int(row["doc_id"]),
            texts=frozenset(_texts(row["doc"])),
            target=str(row["target"]),
            prompt_sha256=_sha256(contexts[0] if len(contexts) == 1 else _compact(contexts)),
            continuations=tuple(words[1] for words in arguments) if scored else (),
            logprobs=tuple(_finite(reply[0]) for reply in replies) if scored else (),
            text=None if scored else str(replies[0]),
            right=_right(row),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UsageError(f"{place}, is no sample as expected ({error!r}): {_WAY_OUT}.") from error


def _is_asked(words: Sequence[Any], more: Sequence[object], place: str) -> bool:
    """Whether a request is the question's: for acc_mutual_info each choice is scored after an empty text too."""
    if more:
        raise UsageError(
            f"{place}: the question was asked {len(more) + 1} times; only one reply each is read."
        )
    return bool(words[0] != "")


def _arguments(held: object) -> list[Sequence[Any]]:
    """The arguments of each request, which are named since 0.4.3 and were lists before."""
    if isinstance(held, dict):
        return [list(words.values()) for words in held.values()]
    if isinstance(held, list):
        return held
    raise TypeError("arguments")


def _prompt_text(said: object) -> str:
    """The text that stands for a prompt in hashes: a chat is logged as its JSON, in a list of one."""
    if isinstance(said, list):
        (said,) = said
    text = str(said)
    if text.startswith('[{"role"'):
        messages = json.loads(text)
        return hashed_text(tuple(Message(each["role"], each["content"]) for each in messages))
    return text


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held.strip()
    elif isinstance(held, Mapping):
        for part in held.values():
            yield from _texts(part)
    elif isinstance(held, list):
        for part in held:
            yield from _texts(part)


def _finite(said: object) -> float | None:
    logprob = float(str(said))
    return logprob if math.isfinite(logprob) else None


def _right(row: Mapping[str, Any]) -> bool | None:
    for metric in ("acc", "exact_match"):
        if isinstance(row.get(metric), int | float):
            return bool(row[metric] >= 0.5)
    return None


def _compact(contexts: Sequence[str]) -> str:
    return json.dumps(contexts, ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mapping(held: object) -> Mapping[str, Any]:
    return held if isinstance(held, Mapping) else {}
