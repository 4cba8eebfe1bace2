"""Keys: a server that repeats the one that it was sent finds it in no file, no log and no error, debugging included."""

import base64
import json
from itertools import cycle
from urllib.parse import quote

import pytest
from builders import write_task
from loopback import Answer, Loopback, chat, error, reply
from whole_runs import MODELS, bytes_of, clean_environment, done, left_behind, words

KEY = "sk-Se/cr+et=0123456789-ABCdef"
SIMPLE_KEY = "sk-0123456789abcdef"  # as a part of a host's name
DEBUGGING = {"OPENAI_LOG": "debug", "PYTHONASYNCIODEBUG": "1"}


def forms(key):
    """The key as it is, and as a server may have encoded it."""
    raw = base64.b64encode(key.encode()).decode()
    bearer = base64.b64encode(f"Bearer {key}".encode()).decode()
    return (key, quote(key), quote(key, safe=""), key.replace("/", "\\/"), raw, raw.rstrip("="), bearer)


SAID = " and ".join(forms(KEY))
ESCAPED = "".join(f"\\u{ord(char):04x}" for char in KEY)


def to_questions(*answers, models=MODELS):
    """A server that lists its models and gives the questions these answers, in turn."""
    turn = cycle(answers)
    return lambda request: models if request.method == "GET" else next(turn)


def named(**fields):
    return reply(json.loads(chat("Answer: A").body) | fields)


SERVERS = {
    "replies": to_questions(
        chat(f"Answer: A {SAID}", reasoning_content=SAID, finish_reason=KEY),
        Answer(body=chat("Answer: A @").body.replace(b"@", ESCAPED.encode())),
        named(model=SAID, system_fingerprint=SAID),
        models=reply({"data": [{"id": KEY}, {"id": SAID}]}),
    ),
    "errors": to_questions(
        chat("Answer: A"),
        error(400, SAID, code=KEY),
        error(500, SAID),
        Answer(status=429, body=b"{}", headers={"Retry-After": KEY, "Set-Cookie": KEY, "Content-Type": KEY}),
        Answer(body=json.dumps({"you sent": SAID}).encode()[:-1]),
        Answer(raw=f"HTTP/1.1 {KEY} {KEY}\r\n\r\n".encode(), end="close"),
        Answer(raw=f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n".encode(), end="close"),
    ),
    "refused key": error(401, SAID, code=KEY),
    "web page": to_questions(Answer(body=f"<html>{SAID}</html>".encode())),
    "redirects": to_questions(
        Answer(status=302, headers={"Location": f"http://{SIMPLE_KEY}.example/?k={KEY}"})
    ),
}


def found(key, *places):
    """The forms of the key that stand in what was written and shown."""
    return [form for form in forms(key) if any(form.encode() in place for place in places)]


@pytest.mark.parametrize("name", SERVERS)
def test_a_key_that_a_server_repeats_is_in_no_file_and_no_output(tmp_path, name):
    key = SIMPLE_KEY if name == "redirects" else KEY
    results = tmp_path / "results"
    with Loopback(SERVERS[name]) as server:
        command = words(server, write_task(tmp_path), results, "--api-key-env=K", "--max-wait=0.5")
        made = done("--debug", *command, environment={"K": key, "OPENAI_API_KEY": key, **DEBUGGING})
        assert server.requests[-1].headers["authorization"] == f"Bearer {key}"
    assert made.returncode == {"replies": 0, "errors": 3}.get(name, 4)
    assert found(key, bytes_of(left_behind(results)), made.stdout.encode(), made.stderr.encode()) == []


def test_a_check_shows_no_key_that_the_server_repeats():
    answer = Answer(body=named(model=SAID, system_fingerprint=SAID).body, headers={"Server": KEY})
    with Loopback(to_questions(answer)) as server:
        command = ["check", "--model", "m", "--base-url", server.url, "--api-key-env", "K"]
        made = done("--debug", *command, environment={"K": KEY, **DEBUGGING})
    assert "[key]" in made.stdout
    assert found(KEY, made.stdout.encode(), made.stderr.encode()) == []


def test_debugging_reaches_the_run_that_is_tested(tmp_path):
    """So that the tests above are no weaker than they look."""
    with Loopback(SERVERS["refused key"]) as server:
        command = words(server, write_task(tmp_path), tmp_path / "results", "--api-key-env=K")
        made = done("--debug", *command, environment={"K": KEY, **DEBUGGING})
    assert "Traceback" in made.stderr
    assert "[key]" in made.stderr
    assert "OPENAI_LOG" not in clean_environment()
