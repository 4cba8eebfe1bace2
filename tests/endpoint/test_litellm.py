"""The endpoint and whole runs against a second real server: LiteLLM's proxy, in front of the embedded engine."""

import asyncio
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from asking import LETTERS, ask_all, failure_of, reply_to, settings
from whole_runs import PATIENCE_S, clean_environment, done, is_one_sentence

import harness
from harness.endpoint.client import Endpoint
from harness.endpoint.embedded import serve
from harness.endpoint.reply import FailureKind
from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters

PROGRAM = os.environ.get("HARNESS_TEST_LITELLM")
MASTER_KEY = "sk-the-master-key-of-the-proxy"
MODEL = "small"
KNOWN = {"model": MODEL, "api_key": MASTER_KEY}

# Nothing is fetched or reported: neither prices nor usage.
OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "HF_HUB_OFFLINE": "1"}

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not PROGRAM, reason="HARNESS_TEST_LITELLM names no litellm program: see CONTRIBUTING.md"
    ),
]


@pytest.fixture(scope="module")
def engine(smollm2: Path) -> Iterator[SimpleNamespace]:
    with serve(smollm2, slots=4, context=2048) as served:
        yield SimpleNamespace(url=served.base_url)


@pytest.fixture(scope="module")
def proxy(engine: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    config = {
        "model_list": [
            {
                "model_name": MODEL,
                "litellm_params": {"model": "openai/smollm2", "api_base": engine.url, "api_key": "none"},
            }
        ],
        "general_settings": {"master_key": MASTER_KEY},
        "litellm_settings": {"telemetry": False},
    }
    with running(config, tmp_path_factory.mktemp("litellm")) as root:
        yield SimpleNamespace(url=f"{root}/v1")


@contextmanager
def running(config: dict[str, object], folder: Path) -> Iterator[str]:
    """The proxy, once it answers; gives its address."""
    path, log = folder / "config.yaml", folder / "log.txt"
    path.write_text(json.dumps(config))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(PROGRAM), f"--config={path}", "--host=127.0.0.1", f"--port={port}"]
    environment = clean_environment() | OFFLINE
    environment.pop("PYTHONPATH", None)  # it has packages of its own
    root = f"http://127.0.0.1:{port}"
    with (
        log.open("w") as said,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not is_alive(root):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield root
        finally:
            process.kill()


def is_alive(root: str) -> bool:
    try:
        with urllib.request.urlopen(f"{root}/health/liveliness", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def refused(proxy: SimpleNamespace, results: Path, *, model: str = MODEL, key: str | None) -> str:
    """Standard error of a run that ends with exit 4 and one sentence, and leaves nothing."""
    said = ("run", "--model", model, "--task", "sample", "--base-url", proxy.url, "--results", str(results))
    with_key = ("--api-key-env", "PROXY_KEY") if key else ()
    ended = done(*said, *with_key, environment={"PROXY_KEY": key or ""})
    assert ended.returncode == 4, ended.stderr
    assert is_one_sentence(ended.stderr)
    assert not list(results.rglob("*.json*"))
    return ended.stderr


def test_its_models_are_listed(proxy):
    async def models() -> object:
        async with Endpoint(settings(proxy, **KNOWN)) as endpoint:
            return await endpoint.models()

    assert list(asyncio.run(models())) == [MODEL]


def test_text_is_generated_on_both_routes(proxy):
    chat = reply_to(Prompt((Message("user", "Say hi"),), Generate(4)), proxy, **KNOWN)
    text = reply_to(Prompt("Once upon a", Generate(4)), proxy, **KNOWN)
    assert chat.text
    assert text.text
    for reply in (chat, text):
        assert (reply.finish_reason, reply.usage.completion_tokens) == ("length", 4)


@pytest.mark.parametrize(
    "prompt", [LETTERS, Prompt((Message("user", LETTERS.content),), LETTERS.want)], ids=["completion", "chat"]
)
def test_all_letters_come_with_one_request_and_the_engines_own_logprobs(proxy, engine, prompt):
    reply = reply_to(prompt, proxy, **KNOWN)
    assert reply.attempts == 1
    assert set(reply.letter_logprobs) == set("ABCD")
    assert reply.letter_logprobs == pytest.approx(reply_to(prompt, engine).letter_logprobs, abs=0.05)


def test_a_letter_that_is_no_candidate_is_forced_by_a_bias_because_grammars_do_not_pass(proxy):
    (reply,), endpoint = ask_all([Prompt("Once upon a", ScoreLetters("QXZJ"))], proxy, **KNOWN)
    assert reply.letter_forced
    assert endpoint.sent()["letters_forced_by"] == "logit_bias"


def test_given_texts_cannot_be_scored_and_the_sentence_says_what_can_be_done(proxy):
    prompt = Prompt("The sky is", ScoreChoices({"A": " blue", "B": " a herring"}))
    failure = failure_of(prompt, proxy, FailureKind.UNSUPPORTED, **KNOWN)
    assert "use --protocol simple-evals" in failure.message


@pytest.mark.parametrize("want", [Generate(4), ScoreLetters("ABCD")], ids=["text", "letters"])
def test_a_prompt_beyond_the_context_is_too_long(proxy, want):
    failure_of(Prompt("word " * 3000, want), proxy, FailureKind.TOO_LONG, **KNOWN)


def test_a_wrong_key_ends_the_run_with_exit_4(proxy, tmp_path):
    wrong = "sk-another-key-than-the-proxys"
    said = refused(proxy, tmp_path, key=wrong)
    assert said.splitlines()[-1].startswith(f"Error: {proxy.url} refuses the API key (400: ")
    assert wrong not in said


def test_no_key_ends_the_run_with_exit_4_and_names_the_option(proxy, tmp_path):
    last = refused(proxy, tmp_path, key=None).splitlines()[-1]
    assert last.startswith(f"Error: {proxy.url} wants an API key (401: ")
    assert last.endswith("name its variable with --api-key-env.")


def test_an_unknown_model_ends_the_run_with_exit_4_and_the_names_there_are(proxy, tmp_path):
    said = refused(proxy, tmp_path, model="smal", key=MASTER_KEY)
    assert f"The endpoint does not list 'smal' (nearest: {MODEL})" in said
    assert f"Error: {proxy.url} does not serve the model 'smal' (400: " in said


def test_a_run_through_the_proxy_has_the_answers_of_one_that_asks_the_engine_itself(proxy, engine, tmp_path):
    def run(url: str, model: str) -> harness.Run:
        chosen = harness.RunSettings(
            model=model,
            task="sample",
            base_url=url,
            api_key_env="PROXY_KEY",
            protocol="lm-eval",
            subjects=("animals",),
            concurrency=1,
            results=tmp_path,
        )
        return harness.run(chosen, environment={"PROXY_KEY": MASTER_KEY})

    direct, through = run(engine.url, "smollm2"), run(proxy.url, MODEL)
    assert through.score.status == direct.score.status == "partial"
    assert through.score.counts == direct.score.counts
    assert through.answers()["answer"].equals(direct.answers()["answer"])
