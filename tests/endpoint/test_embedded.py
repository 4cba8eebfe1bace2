import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import harness
from harness.endpoint.embedded import EmbeddedEngine, serve
from harness.errors import UsageError

CHECKOUT = Path(harness.__file__).parents[1]
ENGINE = CHECKOUT / "harness" / "endpoint" / "engine.py"

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has pidfd and sends SIGIO for pipes"
)


PARENT = """
import sys, time
from pathlib import Path
from harness.endpoint.embedded import serve
with serve(Path(sys.argv[1])) as engine:
    print(engine.pid, flush=True)
    time.sleep(600)
"""


def ask(engine: EmbeddedEngine, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """The reply to a GET, or to a POST of a body, with the headers of the reply under "headers"."""
    connection = http.client.HTTPConnection(urlsplit(engine.base_url).netloc, timeout=60)
    try:
        if body is None:
            connection.request("GET", f"/v1{path}", headers=headers)
        else:
            connection.request("POST", f"/v1{path}", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return json.loads(response.read()) | {"headers": dict(response.headers)}
    finally:
        connection.close()


def ended(pidfd: int) -> bool:
    """Wait until a process is no more, at most a minute."""
    return bool(select.select([pidfd], [], [], 60)[0])


def waited_for(pid: int) -> set[str]:
    """What the threads of a process wait for in the kernel."""
    return {path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/wchan")}


def test_a_missing_file_is_told(tmp_path):
    path = tmp_path / "no.gguf"
    with pytest.raises(UsageError, match=r"no\.gguf cannot be read: No such file"), serve(path):
        pass


def test_a_folder_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: Is a directory"), serve(tmp_path):
        pass


def test_a_file_that_is_no_gguf_is_told(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(UsageError, match=r"model\.safetensors is not a GGUF file"), serve(path):
        pass


def test_without_the_engines_package_the_way_to_install_it_is_told(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    done = subprocess.run(  # -S: without the installed packages
        [sys.executable, "-S", "-c", PARENT, str(path)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "needs the package xllamacpp: run `pip install 'harness[embedded]'`" in done.stderr


@pytest.mark.real
def test_a_header_without_a_model_is_told_in_the_engines_own_words(tmp_path, smollm2):
    path = tmp_path / "garbage.gguf"
    path.write_bytes(b"GGUF" + b"x" * 1000)
    with (
        pytest.raises(UsageError, match=r"cannot load .*garbage\.gguf: this GGUF file is version"),
        serve(path),
    ):
        pass


@pytest.mark.real
def test_a_truncated_model_is_told_in_the_engines_own_words(tmp_path, smollm2):
    path = tmp_path / "half.gguf"
    with smollm2.open("rb") as whole:
        path.write_bytes(whole.read(5_000_000))
    with pytest.raises(UsageError, match=r"half\.gguf: .*model is corrupted or incomplete"), serve(path):
        pass


@pytest.fixture(scope="module")
def engine(smollm2):
    with serve(smollm2) as engine:
        yield engine


@pytest.mark.real
def test_it_answers_and_names_the_model_by_its_file(engine, smollm2):
    assert [model["id"] for model in ask(engine, "/models")["data"]] == [smollm2.name]


@pytest.mark.real
def test_a_slot_holds_a_long_five_shot_prompt(engine):
    assert ask(engine, "/models")["data"][0]["meta"]["n_ctx"] >= 4096


@pytest.mark.real
def test_a_prefix_that_was_asked_before_is_not_computed_again(engine):
    shots = "Question: What is two and two?\nAnswer: four\n\n" * 20
    ask(engine, "/completions", {"prompt": f"{shots}Question: Who?\nAnswer:", "max_tokens": 1})
    reply = ask(engine, "/completions", {"prompt": f"{shots}Question: Where?\nAnswer:", "max_tokens": 1})
    usage = reply["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > 0.9 * usage["prompt_tokens"]


@pytest.mark.real
def test_the_same_prompt_gets_the_same_logprobs_again(engine):
    body = {
        "prompt": "Question: What is an apple?\nAnswer:",
        "max_tokens": 1,
        "logprobs": 5,
        "temperature": 0,
    }
    first, second = (ask(engine, "/completions", body)["choices"][0]["logprobs"] for _ in range(2))
    assert first == second


@pytest.mark.real
def test_only_loopback_is_listened_on(engine):
    # 127.0.0.2 is this machine too: a server on all interfaces would answer there.
    port = urlsplit(engine.base_url).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))


@pytest.mark.real
def test_a_web_page_may_not_use_the_server(engine):
    reply = ask(engine, "/models", Origin="https://example.org")
    assert "Access-Control-Allow-Origin" not in reply["headers"]


@pytest.mark.real
def test_ctrl_c_does_not_end_the_engine(engine):
    os.kill(engine.pid, signal.SIGINT)
    assert ask(engine, "/models")["data"]
    assert engine.died() is None


@pytest.mark.real
def test_nothing_is_left_when_the_block_ends_and_nothing_was_printed(smollm2, capfd):
    with serve(smollm2) as engine:
        ask(engine, "/completions", {"prompt": "Once", "max_tokens": 1})
    with pytest.raises(ProcessLookupError):
        os.kill(engine.pid, 0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.real
@on_linux
def test_a_crash_of_the_engine_is_a_sentence(smollm2):
    with serve(smollm2) as engine:
        assert engine.died() is None
        pidfd = os.pidfd_open(engine.pid)
        os.kill(engine.pid, signal.SIGSEGV)
        assert ended(pidfd)
        os.close(pidfd)
        assert engine.died() is not None
        assert engine.died().startswith("The embedded engine was ended by SIGSEGV")


@pytest.mark.real
@on_linux
def test_the_engine_does_not_outlive_a_parent_that_is_killed(smollm2):
    command = [sys.executable, "-c", PARENT, str(smollm2)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pidfd = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert ended(pidfd)
    os.close(pidfd)


@pytest.mark.real
@on_linux
@pytest.mark.skipif(find_spec("xllamacpp") is None, reason="xllamacpp is not installed")
def test_the_engine_ends_with_its_parent_even_while_it_loads_a_model(tmp_path):
    # A pipe into which nobody writes is a model that loads for ever: opening it waits for a writer.
    model = tmp_path / "slow.gguf"
    os.mkfifo(model)
    command = [sys.executable, str(ENGINE), str(model), "--slots=1", "--context=512"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        while "wait_for_partner" not in waited_for(process.pid):
            assert process.poll() is None
            time.sleep(0.02)
        process.stdin.close()
        assert process.wait(60) == -signal.SIGIO
