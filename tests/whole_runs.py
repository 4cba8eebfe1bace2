"""Whole runs for tests: a server that answers like a small model, the harness as a process, the tools in shared/."""

import collections
import json
import os
import socket
import subprocess
import sys
import urllib.request
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders import inline, task_document, write_task
from loopback import Answer, Loopback, Request, chat, completion, completion_logprobs, error, reply
from shared import SHARED

import harness
from harness.prompts import Message, hashed_text
from harness.score_file import ScoreFile

MODELS = reply({"object": "list", "data": [{"id": "m"}]})
PATIENCE_S = 120
"""What a process may take on a busy machine; nothing is measured by it."""

_LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))  # Python ignores the signal: a write is an OSError
runpy.run_module("harness", run_name="__main__", alter_sys=True)
"""


def letter_for(text: str) -> str:
    """What the small model answers: it depends on the prompt alone."""
    return "ABCD"[zlib.crc32(text.encode()) & 3]


def sent_text(request: Request) -> str:
    """The prompt of a request, as `prompt_sha256` takes it."""
    if "prompt" in request.json:
        return str(request.json["prompt"])
    return hashed_text(tuple(Message(**message) for message in request.json["messages"]))


def small_model(request: Request, *, delay_s: float = 0.0, served: str = "m", **more: Any) -> Answer:
    """Lists its models, answers chats with "Answer: X" and completions with the letters' logprobs."""
    if request.method == "GET":
        return MODELS
    letter = letter_for(sent_text(request))
    if request.path.endswith("/chat/completions"):
        said = json.loads(chat(f"Let me see.\nAnswer: {letter}").body)
    else:
        candidates = {f" {each}": -0.1 if each == letter else -3.0 for each in "ABCD"}
        ordered = dict(sorted(candidates.items(), key=lambda pair: -pair[1]))
        said = json.loads(completion(f" {letter}", logprobs=completion_logprobs(ordered)).body)
    return Answer(body=json.dumps({**said, "model": served, **more}).encode(), delay_s=delay_s)


class Metered:
    """The small model behind a till: it counts, as a host does that sends a bill.

    Attributes:
        prompt_tokens, completion_tokens: of all replies, sent or on their way.
    """

    def __init__(self, *, delay_s: float = 0.002) -> None:
        self.prompt_tokens = self.completion_tokens = 0
        self._delay_s = delay_s

    def __call__(self, request: Request) -> Answer:
        answer = small_model(request, delay_s=self._delay_s)
        if request.method == "GET":
            return answer
        text = sent_text(request)
        prompt = len(text.encode()) // 3
        completion = 1 + zlib.crc32(text.encode()) % request.json["max_tokens"]
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        return replace(answer, body=json.dumps({**json.loads(answer.body), "usage": usage}).encode())


def slow_model(request: Request) -> Answer:
    """The same in a hundredth of a second, so that a run can be caught in its middle."""
    return small_model(request, delay_s=0.01)


def echoing(request: Request) -> Answer:
    """Scores given texts: short ones are probable, and each of their characters as its text decides."""
    if request.method == "GET":
        return MODELS
    if not request.json.get("echo"):
        return error(404, "no such route")
    return reply({"choices": [_echoed(*pair) for pair in enumerate(request.json["prompt"])], "usage": None})


def _echoed(index: int, text: str) -> dict[str, Any]:
    border = text.rindex("Answer:") + len("Answer:")
    continuation = text[border:]
    logprob = -len(continuation) - (zlib.crc32(text.encode()) & 7) * 0.1
    logprobs = {"tokens": [text[:border], continuation, " x"], "token_logprobs": [None, logprob, -1.0]}
    return {"index": index, "text": f"{text} x", "logprobs": logprobs, "finish_reason": "length"}


def refusing(status: int, message: str = "scripted", **more: Any) -> Any:
    """A server that lists its models and refuses every question."""

    def answer(request: Request) -> Answer:
        return MODELS if request.method == "GET" else error(status, message, **more)

    return answer


def times_asked(server: Loopback) -> collections.Counter[str]:
    """Prompt to how often it was sent."""
    return collections.Counter(sent_text(r) for r in server.requests if r.method == "POST")


def questions_sent(server: Loopback) -> int:
    """Requests that asked something."""
    return sum(request.method == "POST" for request in server.requests)


def big_task(folder: Path, a_subject: int = 50) -> Path:
    """A task file with three subjects of so many questions each."""
    subjects = ("algebra", "botany", "chess")
    questions = [inline(subject, place) for subject in subjects for place in range(a_subject)]
    return write_task(folder, task_document(name="big", questions=questions))


def run(server: Loopback | str, task_file: Path, results: Path, **choices: Any) -> harness.Run:
    """A run by the library, in this process."""
    url = server if isinstance(server, str) else server.url
    settings = {"model": "m", "task": str(task_file), "base_url": url, "results": results, **choices}
    return harness.run(harness.RunSettings(**settings), environment={})


def words(server: Loopback | str, task_file: Path, results: Path, *more: str) -> list[str]:
    """The words of a run's command."""
    url = server if isinstance(server, str) else server.url
    fixed = ["run", "--model", "m", "--task", str(task_file), "--base-url", url, "--results", str(results)]
    return [*fixed, *more]


def command(*said: str, file_limit: int | None = None) -> list[str]:
    """The harness as a program of its own; its files may hold `file_limit` bytes."""
    if file_limit is None:
        return [sys.executable, "-m", "harness", *said]
    return [sys.executable, "-c", _LIMITED.format(limit=file_limit), *said]


@contextmanager
def started(*said: str, **how: Any) -> Iterator["subprocess.Popen[str]"]:
    """The harness running in the background; killed at the end of the block if it still runs."""
    with subprocess.Popen(
        command(*said),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
        **how,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def done(
    *said: str, file_limit: int | None = None, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """The harness run to its end."""
    return subprocess.run(
        command(*said, file_limit=file_limit),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=clean_environment() | dict(environment or {}),
    )


def clean_environment() -> dict[str, str]:
    """Ours, without what would choose an endpoint, a key or data, or tell that GitHub runs us."""
    chosen = ("OPENAI_", "HARNESS_", "GITHUB_")
    return {name: value for name, value in os.environ.items() if not name.startswith(chosen)}


def repeatable(score: ScoreFile) -> dict[str, Any]:
    """What must be the same for the same replies."""
    return score.model_dump(include={"task", "comparison_key", "score", "groups", "subjects", "counts"})


def only_run(results: Path) -> Path:
    """The folder of the only run there is."""
    (path,) = results.glob("*/*/*")
    return path


def left_behind(results: Path) -> list[Path]:
    """Every file and folder under the results."""
    return sorted(results.rglob("*"))


def is_one_sentence(stderr: str) -> bool:
    """Whether the last line is the error, no other line is, and no traceback was shown."""
    lines = stderr.strip().splitlines()
    errors = [line for line in lines if line.startswith("Error: ")]
    return errors == lines[-1:] and "Traceback" not in stderr


def bytes_of(paths: Iterable[Path]) -> bytes:
    """All the files' content, one after another."""
    return b"".join(path.read_bytes() for path in paths if path.is_file())


@contextmanager
def shared_tool(name: str, *said: str) -> Iterator[str]:
    """One of shared/tools as a server; gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, str(SHARED / "tools" / name), f"--port={port}", *said]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[0]
        finally:
            process.kill()


def stats(base_url: str) -> dict[str, Any]:
    """What such a server counted."""
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/stats") as answer:
        counted: dict[str, Any] = json.load(answer)
        return counted
