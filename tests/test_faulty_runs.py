"""Whole runs at endpoints that are faulty or dead: no answer changes, and nobody is waited for in vain."""

import collections
import gzip
import json
import re
import time
import zlib

import pytest
from builders import write_task
from loopback import Answer, Loopback, chat, error, reply
from shared import needs_shared
from whole_runs import (
    MODELS,
    big_task,
    done,
    is_one_sentence,
    left_behind,
    only_run,
    refusing,
    repeatable,
    run,
    shared_tool,
    small_model,
    started,
    stats,
    times_asked,
    words,
)

import harness
from harness.endpoint.reply import FailureKind
from harness.endpoint.retry import _DOWN
from harness.errors import EndpointError
from harness.score_file import read_score
from harness.stops import StopKind

WORD = re.compile(r" ?[^\s]+|\s")
TIMEOUT_S = 2.0


def scorer(request):
    """The small model, which also repeats prompts with the logprobs of their words."""
    if request.path.endswith(("/tokenize", "/completion")):
        return error(404, "Not Found")
    if request.method == "GET" or not request.json.get("echo"):
        return small_model(request)
    return reply({"model": "m", "choices": [echoed(*each) for each in enumerate(request.json["prompt"])]})


def echoed(index, prompt):
    words = WORD.findall(prompt)
    numbers = [-(zlib.crc32(f"{prompt}{place}".encode()) % 1000) / 100 for place in range(len(words))]
    logprobs = {"tokens": [*words, " x"], "token_logprobs": [None, *numbers[1:], -1.0]}
    return {"index": index, "text": f"{prompt} x", "logprobs": logprobs, "finish_reason": "length"}


def without_logprobs(said):
    """The same reply, with logprobs null."""
    document = json.loads(said.body)
    for choice in document["choices"]:
        choice["logprobs"] = None
    return reply(document)


def cut(said):
    return Answer(body=said.body[: len(said.body) // 2], length=len(said.body), end="close")


WEB_PAGE = Answer(
    status=502, body=b"<html><title>Bad gateway</title></html>", headers={"Content-Type": "text/html"}
)
FAULTS = {
    **{f"{status}": lambda _, status=status: error(status) for status in (408, 409, 425, 500, 503, 504, 529)},
    "429": lambda _: error(429),
    "429 for a time": lambda _: error(429, retry_after="0.1"),
    "429 for milliseconds": lambda _: error(429, retry_after_ms="50"),
    "502 of a gateway": lambda _: WEB_PAGE,
    "web page": lambda _: Answer(body=WEB_PAGE.body),
    "closed before": lambda _: Answer(raw=b"", end="close"),
    "reset before": lambda _: Answer(raw=b"", end="reset"),
    "closed during": cut,
    "reset during": lambda said: Answer(body=said.body[:40], length=5000, end="reset"),
    "reset after": lambda said: Answer(body=said.body, end="reset"),
    "nothing comes": lambda _: Answer(raw=b"", end="hang"),
    "stops in the middle": lambda said: Answer(body=said.body[:40], length=5000, end="hang"),
    "cut JSON": lambda said: Answer(body=said.body[:40]),
    "nothing": lambda _: Answer(),
    "not JSON": lambda _: Answer(body=b"\xff\xfe\x00", headers={"Content-Type": "text/plain"}),
    "cut gzip": lambda said: Answer(
        body=gzip.compress(said.body)[:-20], headers={"Content-Encoding": "gzip"}
    ),
    "not HTTP": lambda _: Answer(raw=b"what is HTTP?\r\n\r\n", end="close"),
    "array": lambda _: Answer(body=b"[1, 2]"),
    "error in a 200": lambda _: reply({"error": {"message": "Provider returned error", "code": 502}}),
    "error in a choice": lambda _: reply({"choices": [{"error": {"message": "lost", "code": 502}}]}),
    "no choices": lambda _: reply({"choices": []}),
    "choices null": lambda _: reply({"choices": None}),
}  # fmt: skip
OF_CHATS = {
    "content null": lambda _: chat(None),
    "filtered once": lambda _: chat(None, finish_reason="content_filter"),
    "empty": lambda _: chat("", usage=None),
    "broken off": lambda _: chat("Answer: A", finish_reason="abort"),
}
OF_COMPLETIONS = {"logprobs null": without_logprobs}


class Faulty:
    """The scorer, with a fault in every fifth request; which one depends on what is asked, and how often it was."""

    def __init__(self, faults):
        self._faults = sorted(faults.items())
        self._asked = collections.Counter()
        self.dealt = collections.Counter()

    def __call__(self, request):
        said = scorer(request)
        self._asked[request.body] += 1
        dice = zlib.crc32(request.body + b"%d" % self._asked[request.body])
        if dice % 5:
            return said
        name, fault = self._faults[dice // 5 % len(self._faults)]
        self.dealt[name] += 1
        return fault(said)


@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        *(
            ("hendrycks", name)
            for name in ("logprobs null", "no choices", "choices null", "array", "cut JSON", "429")
        ),
        *(
            ("cloze", name)
            for name in ("logprobs null", "no choices", "choices null", "array", "cut JSON", "429")
        ),
    ],
)
def test_one_odd_reply_at_the_first_question_does_not_change_how_the_rest_is_asked(tmp_path, protocol, name):
    fault = (FAULTS | OF_COMPLETIONS)[name]
    first = iter([fault])

    def odd_once(request):
        said = scorer(request)
        return said if request.method == "GET" else next(first, lambda same: same)(said)

    task_file = write_task(tmp_path)
    with Loopback(scorer) as server:
        clean = run(server, task_file, tmp_path / "clean", protocol=protocol, shots=0)
    with Loopback(odd_once) as server:
        made = run(server, task_file, tmp_path / "odd", protocol=protocol, shots=0)
    assert made.score.status == "complete"
    assert made.score.model.settings == clean.score.model.settings
    assert repeatable(made.score) == repeatable(clean.score)


@pytest.mark.parametrize(
    ("protocol", "own"),
    [("simple-evals", OF_CHATS), ("hendrycks", OF_COMPLETIONS), ("cloze", OF_COMPLETIONS)],
)
def test_a_fault_in_every_fifth_reply_changes_no_answer(tmp_path, protocol, own):
    task_file = big_task(tmp_path, 70)
    faulty = Faulty(FAULTS | own)
    choices = {"protocol": protocol, "shots": 0}
    with Loopback(scorer) as server:
        clean = run(server, task_file, tmp_path / "clean", **choices)
    with Loopback(faulty) as server:
        made = run(server, task_file, tmp_path / "faulty", timeout_s=TIMEOUT_S, **choices)
    assert made.score.status == "complete"
    assert repeatable(made.score) == repeatable(clean.score)
    asked = len(server.requests) - 1  # without the list of models
    assert asked <= made.score.usage.requests <= asked + 5, (
        "a few may find their connection closed, and never arrive"
    )
    columns = [name for name in clean.answers() if name in ("answer", "outcome", "text")]
    assert made.answers().sort_index()[columns].equals(clean.answers().sort_index()[columns])
    assert len(clean.answers()["answer"].value_counts()) == 4
    assert faulty.dealt.total() > 30
    assert len(faulty.dealt) > 15


# Dead endpoints


def silent(request):
    """Takes connections and requests, and says nothing."""
    return Answer(raw=b"", end="hang")


def mute(request):
    """Lists its models, and says nothing more."""
    return MODELS if request.method == "GET" else silent(request)


def test_an_endpoint_that_lists_its_models_and_answers_nothing_ends_the_run_at_the_second_question(tmp_path):
    with Loopback(mute) as server:
        command = words(server, big_task(tmp_path), tmp_path / "results", "--timeout=1", "--max-wait=1")
        ended = done(*command)
    assert ended.returncode == 4
    assert is_one_sentence(ended.stderr)
    assert "no whole reply within 1 s" in ended.stderr.splitlines()[-1]
    assert len(times_asked(server)) <= 8, (
        "the four that are in flight at first, and those let in while they pause"
    )
    assert left_behind(tmp_path / "results") == []


def test_a_question_that_is_never_answered_does_not_end_a_run_whose_others_are(tmp_path):
    def answer(request):
        never = request.method == "POST" and any(
            f"chess {place} one" in str(request.json) for place in range(4)
        )
        return silent(request) if never else small_model(request)

    with Loopback(answer) as server:
        made = run(server, write_task(tmp_path), tmp_path / "results", timeout_s=0.5, max_wait_s=0.2)
    assert (made.score.status, made.score.counts.failed) == ("incomplete", 4)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [silent, mute])
def test_a_silent_endpoint_ends_the_run_within_a_minute_at_the_usual_settings(tmp_path, answer):
    began = time.monotonic()
    with Loopback(answer) as server:
        ended = done(*words(server, big_task(tmp_path), tmp_path / "results"))
        took_s = time.monotonic() - began
    assert ended.returncode == 4
    assert is_one_sentence(ended.stderr)
    assert took_s < 60
    assert left_behind(tmp_path / "results") == []


def test_an_endpoint_that_asks_for_a_pause_of_hours_ends_the_run_with_its_words(tmp_path, monkeypatch):
    monkeypatch.setattr("harness.endpoint.client.LONGEST_PAUSE_S", 0.1)
    tomorrow = refusing(429, "Daily limit reached", retry_after="36000")
    with Loopback(tomorrow) as server, pytest.raises(EndpointError, match=r"limits the rate .*Daily limit"):
        run(server, big_task(tmp_path), tmp_path / "results", concurrency=1, max_wait_s=0.2)
    assert left_behind(tmp_path / "results") == []


@pytest.fixture
def sooner(monkeypatch):
    """A server that only fails is down after a second, not after 25, by which a run ends well within a minute."""
    assert _DOWN[FailureKind.SERVER_ERROR][0] <= 25
    monkeypatch.setitem(_DOWN, FailureKind.SERVER_ERROR, (1.0, 3))


@pytest.mark.parametrize("status", [500, 502])
def test_an_endpoint_that_only_fails_ends_the_run_once_it_is_down(tmp_path, sooner, status):
    with Loopback(refusing(status)) as server, pytest.raises(EndpointError, match=f"failed .{status}"):
        run(server, big_task(tmp_path), tmp_path / "results", max_wait_s=60.0)
    assert len(times_asked(server)) < 50


def test_an_endpoint_that_fails_for_good_in_the_middle_ends_the_run_once_it_is_down(tmp_path, sooner):
    def dying(request):
        return small_model(request) if len(server.requests) < 60 else refusing(500)(request)

    with Loopback(dying) as server:
        made = run(server, big_task(tmp_path, 400), tmp_path / "results", max_wait_s=60.0)
    assert (made.score.status, made.score.run.stop_kind) == ("interrupted", StopKind.ENDPOINT)


@pytest.mark.slow
def test_an_endpoint_that_falls_silent_in_the_middle_ends_the_run_within_a_minute(tmp_path):
    def freezing(request):
        return small_model(request) if len(server.requests) < 60 else silent(request)

    began = time.monotonic()
    with Loopback(freezing) as server:
        ended = done(*words(server, big_task(tmp_path, 400), tmp_path / "results"))
    assert ended.returncode == 4
    assert time.monotonic() - began < 60
    assert read_score(only_run(tmp_path / "results") / "score.json").run.stop_kind is StopKind.ENDPOINT


@needs_shared
@pytest.mark.slow
def test_a_server_that_is_killed_in_the_middle_ends_the_run_within_a_minute(tmp_path):
    task_file, results = big_task(tmp_path, 400), tmp_path / "results"
    with shared_tool("fast_endpoint.py", "--latency", "0.05") as url:
        running = started(*words(url, task_file, results, "--concurrency=2"))
        process = running.__enter__()
        while stats(url)["requests"] < 20:
            pass
    began = time.monotonic()  # shared_tool has killed it
    try:
        _, shown = process.communicate(timeout=60)
    finally:
        running.__exit__(None, None, None)
    assert time.monotonic() - began < 60
    assert process.returncode == 4
    assert shown.splitlines()[-1].startswith("Error: Cannot reach")
    assert harness.load(only_run(results)).score.status == "interrupted"
