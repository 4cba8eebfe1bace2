"""Redaction: in which forms a secret is taken out, and what is left alone."""

import base64
import json
from urllib.parse import quote

import pytest

from harness.endpoint.redaction import Redaction

KEY = "sk-Se/cr+et=0123456789-ABCdef~x"
REDACTION = Redaction([KEY, ""])


def in_base64(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        KEY.lower(),
        KEY.upper(),
        quote(KEY),
        quote(KEY, safe="").lower(),
        "".join(f"%{ord(char):02X}" for char in KEY),
        KEY.replace("/", "\\/"),
        json.dumps(KEY.replace("/", "\\/")).strip('"'),
        "".join(f"\\u{ord(char):04X}" for char in KEY),
        in_base64(KEY),
        base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
        in_base64(f"Bearer {KEY}"),
        in_base64(f"user:{KEY}"),
        in_base64(f"me:{KEY}"),
        in_base64(f"{KEY}, and more"),
        json.dumps(in_base64(KEY)).replace("/", "\\/"),
    ],
    ids=[
        "as it is", "lower case", "upper case", "URL", "URL, all", "URL, every character", "JSON of PHP",
        "escaped twice", "JSON, every character", "base64", "base64 for URLs", "Bearer in base64",
        "Basic, one place on", "Basic, two places on", "base64 of a longer text", "base64 in JSON of PHP",
    ],
)  # fmt: skip
def test_every_form_of_a_key_is_taken_out(form):
    said = f'{{"message": "é – you sent <{form}>."}}'
    for redacted in (REDACTION.of_text(said), REDACTION.of_body(said.encode()).decode()):
        assert "[key]" in redacted
        assert form not in redacted
        assert KEY[4:] not in redacted
        assert redacted.startswith('{"message": "é – you sent <')
        assert redacted.endswith('>."}')


@pytest.mark.parametrize("body", [b'{"text": "50 % of it\\n \\u00e9 a\\/b %zz"}', b"\xff\x00", b""])
def test_what_holds_no_secret_is_left_as_it_is(body):
    assert REDACTION.of_body(body) is body


@pytest.mark.parametrize("key", ['sk-"0123456789', "sk-\\0123456789", 'a"b\\c-0123456789'])
@pytest.mark.parametrize("more", ["", " and 100%", " and \u00e9"])
def test_a_key_that_json_has_to_escape_is_taken_out(key, more):
    body = json.dumps({"text": f"You sent {key}{more}"}).encode()
    assert json.loads(Redaction([key]).of_body(body))["text"] == f"You sent [key]{more}"


def test_a_placeholder_is_hidden_where_it_stands_alone_and_only_from_people():
    redaction = Redaction(["x"])
    assert redaction.of_text("the key x is no example") == "the key [key] is no example"
    assert redaction.of_body(b"the key x") == b"the key x"


def test_a_placeholder_is_hidden_in_a_body_where_it_stands_as_it_was_sent():
    assert Redaction(["EMPTY"]).of_body(b"EMPTY, Bearer EMPTY") == b"EMPTY, Bearer [key]"


@pytest.mark.parametrize("key", ["sk-a", "sk-abc", "hunter2", "k3y!"])
def test_a_short_key_that_is_no_word_is_taken_out_of_everything(key):
    redaction = Redaction([key])
    for said in (f"<{key}>", f"my{key}s", quote(f"={key}="), *([in_base64(key)] if len(key) > 4 else [])):
        assert "[key]" in redaction.of_text(said)
        assert b"[key]" in redaction.of_body(said.encode())


@pytest.mark.parametrize("key", ["x", "none", "EMPTY", "ollama", "1234", "A1"])
def test_a_placeholder_changes_no_reply(key):
    body = f'{{"content": "{key}: not {key}s. Answer: {key}"}}'.encode()
    assert Redaction([key]).of_body(body) is body


def test_without_secrets_nothing_is_taken_out():
    assert Redaction([]).of_text("a text") == "a text"
    assert Redaction([]).of_body(b"a body") == b"a body"
