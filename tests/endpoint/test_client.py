"""Generated text over real HTTP: what is sent, and what is read from the reply."""

import asyncio
import json

import pytest
from asking import CHAT, KEY, LETTERS, TEXT, ask_all, failure_of, reply_to, settings
from loopback import Answer, Loopback, chat, completion, error, reply

from harness.endpoint.client import Endpoint, EndpointSettings
from harness.endpoint.reply import FailureKind, Reply, Usage
from harness.prompts import Generate, Message, Prompt


def test_messages_go_to_the_chat_route_byte_for_byte():
    prompt = Prompt((Message("system", "Be brief."), Message("user", "Né\u2028“x”")), Generate(64))
    with Loopback(chat("4")) as server:
        reply_to(prompt, server)
    request = server.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.json == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Né\u2028“x”"}],
        "max_tokens": 64,
        "temperature": 0.0,
    }


def test_a_text_goes_to_the_completions_route_with_its_stops():
    with Loopback(completion(" there was")) as server:
        assert reply_to(TEXT, server).text == " there was"
    request = server.requests[0]
    assert request.path == "/v1/completions"
    assert request.json == {
        "model": "m",
        "prompt": "Once upon a time",
        "max_tokens": 64,
        "temperature": 0.0,
        "stop": ["\n"],
    }


def test_settings_decide_which_fields_are_sent():
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, temperature=None, max_tokens=9, max_tokens_field="max_completion_tokens")
        reply_to(CHAT, server, omit=frozenset({"temperature", "max_tokens"}))
    messages = [{"role": "user", "content": "What is 2 + 2?"}]
    assert [request.json for request in server.requests] == [
        {"model": "m", "messages": messages, "max_completion_tokens": 9},
        {"model": "m", "messages": messages},
    ]


def test_the_key_is_a_bearer_token():
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_without_a_key_no_authorization_is_sent_whatever_the_environment_holds(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, api_key=None)
    assert "authorization" not in server.requests[0].headers
    assert KEY not in repr(server.requests)


@pytest.mark.parametrize("api_version", [None, "2024-10-21"], ids=["OpenAI", "Azure"])
def test_headers_that_the_environment_adds_for_openai_go_to_nobody(monkeypatch, api_version):
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "X-Gateway: hunter22\nAuthorization: Bearer hunter22\napi-key: hunter22"
    )
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "hunter22")
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, api_version=api_version)
        reply_to(CHAT, server, api_version=api_version, api_key=None)
    assert "hunter22" not in repr(server.requests)
    assert "authorization" not in server.requests[1].headers


@pytest.mark.parametrize("account", [False, True])
def test_the_account_that_the_environment_names_goes_to_hosts_that_it_is_meant_for(monkeypatch, account):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ours")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-ours")
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, account=account)
    sent = server.requests[0].headers
    assert (sent.get("openai-organization") == "org-ours") is account
    assert ("proj-ours" in repr(sent)) is account


def test_a_proxy_is_never_used_for_loopback(monkeypatch):
    with Loopback(chat("4")) as server, Loopback(chat("from the proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.root)
        monkeypatch.delenv("no_proxy", raising=False)
        assert reply_to(CHAT, server).text == "4"
    assert proxy.requests == []


def test_a_proxy_is_used_for_other_hosts(monkeypatch):
    with Loopback(chat("from the proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.root)
        monkeypatch.delenv("no_proxy", raising=False)
        assert reply_to(CHAT, proxy, base_url="http://models.invalid/v1").text == "from the proxy"
    assert proxy.requests[0].path == "http://models.invalid/v1/chat/completions"


@pytest.mark.parametrize(("status", "attempts"), [(407, 1), (403, 1), (502, 2)])
def test_a_proxy_that_does_not_connect_is_named_and_not_taken_for_the_endpoint(monkeypatch, status, attempts):
    with Loopback(Answer(status=status)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.root.replace("//", "//user:hunter22@"))
        monkeypatch.delenv("no_proxy", raising=False)
        there = {"base_url": "https://models.invalid/v1", "max_wait_s": 1.0}
        failure = failure_of(CHAT, proxy, FailureKind.UNREACHABLE, **there)
    assert f"Cannot reach https://models.invalid/v1: the proxy does not connect ({status})" in failure.message
    assert "check the proxy 127.0.0.1, which the environment names" in failure.message
    assert "hunter22" not in repr(failure)
    assert min(failure.attempts, 2) == attempts


@pytest.mark.parametrize("named", ["proxy.invalid:3128", "http://proxy.invalid:3128"])
def test_a_proxy_that_is_not_there_is_named_with_and_without_its_scheme(monkeypatch, named):
    monkeypatch.setenv("http_proxy", named)
    monkeypatch.delenv("no_proxy", raising=False)
    with Loopback(chat("4")) as server:
        there = {"base_url": "http://models.invalid/v1", "max_wait_s": 0}
        failure = failure_of(CHAT, server, FailureKind.UNREACHABLE, **there)
    assert "check the proxy proxy.invalid, which the environment names" in failure.message


@pytest.mark.parametrize("named", ["socks5://user:hunter22@proxy.invalid:1080", "http://[::1", "http://"])
def test_a_proxy_that_speaks_no_http_ends_the_run_with_a_sentence(monkeypatch, named):
    monkeypatch.setenv("http_proxy", named)
    monkeypatch.delenv("no_proxy", raising=False)
    with Loopback(chat("4")) as server:
        failure = failure_of(CHAT, server, FailureKind.WRONG_URL, base_url="http://models.invalid/v1")
    assert (
        "is no HTTP proxy; write HTTP_PROXY or HTTPS_PROXY like http://proxy.example:3128" in failure.message
    )
    assert "hunter22" not in repr(failure)


def test_credentials_in_the_url_are_sent_where_there_is_no_key():
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, api_key=None, base_url=server.url.replace("//", "//user:secret@"))
        reply_to(CHAT, server, base_url=server.url.replace("//", "//user:secret@"))
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Basic dXNlcjpzZWNyZXQ=", f"Bearer {KEY}"]


def test_a_query_in_the_base_url_stays_behind_the_route():
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server, base_url=f"{server.url}/?api-version=2026-01")
    assert server.requests[0].path == "/v1/chat/completions?api-version=2026-01"


def test_ipv6():
    with Loopback(chat("4"), host="::1") as server:
        assert "[::1]" in server.url
        assert reply_to(CHAT, server).text == "4"


def test_a_reply_says_who_served_it_and_what_was_counted():
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 40,
        "prompt_tokens_details": {"cached_tokens": 60},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    document = json.loads(chat("4", usage=usage).body) | {"system_fingerprint": "fp_1"}
    with Loopback(reply(document)) as server:
        outcome = reply_to(CHAT, server)
    assert outcome.usage == Usage(100, 60, 40, 30)
    assert (outcome.served_model, outcome.system_fingerprint) == ("served", "fp_1")
    assert (outcome.attempts, outcome.retries) == (1, 0)
    assert 0 < outcome.latency_s < 10


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (..., None),
        (None, None),
        ("many", None),
        ({}, Usage()),
        ({"prompt_tokens": None, "completion_tokens": "3", "prompt_tokens_details": None}, Usage()),
        ({"prompt_tokens": 10**400, "completion_tokens": 3}, Usage(0, 0, 3)),
        ({"prompt_tokens": 5, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}, Usage(5, 4, 1)),
        ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}, Usage(20, 0, 603, 405)),
        ({"total_tokens": 9}, Usage()),
    ],
    ids=[
        "missing",
        "null",
        "no object",
        "empty",
        "odd values",
        "400 digits",
        "DeepSeek's cache",
        "Gemini's reasoning",
        "a total",
    ],
)
def test_usage_may_be_missing_or_odd(usage, counted):
    document = json.loads(chat("4").body) | {"usage": usage}
    if usage is ...:
        del document["usage"]
    with Loopback(reply(document)) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.usage) == ("4", counted)


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": "B", "reasoning_content": "Hm."}, "B", "Hm."),
        ({"content": "B", "reasoning": "Hm."}, "B", "Hm."),
        ({"content": "<think>\nHm.\n</think>\n\nB"}, "B", "Hm."),
        ({"content": "Hm.\n</think>\n\nB"}, "B", "Hm."),
        ({"content": "<think>Hm. (C) might"}, "", "Hm. (C) might"),
        ({"content": "<think>\n\n</think>\n\nB"}, "B", None),
        ({"content": [{"type": "text", "text": "It is "}, {"type": "text", "text": "B"}]}, "It is B", None),
        (
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                    {"type": "text", "text": "B"},
                ]
            },
            "B",
            "Hm.",
        ),
        ({"content": None, "refusal": "I cannot."}, "I cannot.", None),
        ({"content": "half a pair: \ud83d"}, "half a pair: ?", None),
    ],
    ids=[
        "reasoning_content", "reasoning", "think", "think without opening tag", "think cut off", "empty think",
        "parts", "thinking part", "refusal", "lone surrogate",
    ],
)  # fmt: skip
def test_text_and_reasoning_are_told_apart(message, text, reasoning):
    with Loopback(chat(**message)) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("content", "finish_reason", "text", "reasoning"),
    [
        ("Were it so, Answer: A? No,", "length", "", "Were it so, Answer: A? No,"),
        ("Hm.\n</think>\n\nAnswer: B, bec", "length", "Answer: B, bec", "Hm."),
        ("<think>\n\n</think>\n\nAnswer: B, bec", "length", "Answer: B, bec", None),
        ("Answer: B", "stop", "Answer: B", None),
    ],
    ids=["neither tag", "closing tag", "empty think", "not cut"],
)
def test_what_a_thinking_model_wrote_before_it_was_cut_off_is_no_answer(
    content, finish_reason, text, reasoning
):
    with Loopback(chat(content, finish_reason=finish_reason)) as server:
        outcome = reply_to(CHAT, server, reasons_in_text=True)
    assert (outcome.text, outcome.reasoning) == (text, reasoning)


def test_thinking_parts_inside_thinking_parts_are_no_crash():
    nested = "x"
    for _ in range(400):
        nested = [{"type": "thinking", "thinking": nested}]
    with Loopback(chat([*nested, {"type": "text", "text": "B"}])) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.reasoning) == ("B", None)


def test_a_refusal_in_a_field_of_its_own_is_told_from_a_text():
    with Loopback(chat(None, refusal="I cannot.")) as server:
        assert reply_to(CHAT, server).finish_reason == "refusal"


@pytest.mark.parametrize("content", [None, "", []])
def test_a_reply_cut_off_before_any_text_is_a_reply(content):
    with Loopback(chat(content, finish_reason="length")) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.finish_reason, outcome.attempts) == ("", "length", 1)


def test_an_empty_text_whose_tokens_were_counted_is_what_the_model_said():
    with Loopback(chat("")) as server:
        assert reply_to(CHAT, server).text == ""
    assert len(server.requests) == 1


def test_blank_lines_before_the_body_are_read_over():
    with Loopback(
        Answer(body=b"\n\n  \n" + chat("4").body, headers={"Content-Type": "text/plain"})
    ) as server:
        assert reply_to(CHAT, server).text == "4"


def test_a_long_text_is_read_whole():
    with Loopback(chat("é" * 3_000_000)) as server:
        assert len(reply_to(CHAT, server).text) == 3_000_000


def test_models_are_listed():
    with Loopback(
        reply({"data": [{"id": "a"}, {"id": "b/c"}, {"name": "?"}, None]}), reply([{"id": "d"}])
    ) as server:
        assert models(server) == ("a", "b/c")
        assert models(server) == ("d",)
    assert (server.requests[0].method, server.requests[0].path) == ("GET", "/v1/models")


def test_listing_models_is_tried_twice_at_most():
    with Loopback(error(500, retry_after="0")) as server:
        outcome = models(server)
    assert len(server.requests) == 2
    assert outcome.kind is FailureKind.SERVER_ERROR


def test_a_missing_list_of_models_is_not_a_missing_model():
    with Loopback(error(404, "GET /v1/models was not found on this server")) as server:
        assert models(server).kind is FailureKind.WRONG_URL


def models(server):
    async def list_models():
        async with Endpoint(settings(server)) as endpoint:
            return await endpoint.models()

    return asyncio.run(list_models())


def test_no_more_requests_at_once_than_connections():
    with Loopback(Answer(body=chat("4").body, delay_s=0.01)) as server:
        outcomes, _ = ask_all([CHAT] * 30, server, connections=4)
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert server.most_at_once == 4
    assert server.connections == 4
    assert all(outcome.latency_s < 0.1 for outcome in outcomes), "waiting for a connection is no latency"


def test_what_was_sent_is_said():
    with Loopback(lambda request: chat("4") if "chat" in request.path else completion("x")) as server:
        endpoint = ask_all([CHAT, TEXT], server)[1]
        assert endpoint.sent()["temperature"] == 0.0
        assert endpoint.sent()["max_tokens"] == 64
        assert endpoint.sent()["routes"] == ["/v1/chat/completions", "/v1/completions"]
        unset = ask_all([CHAT], server, temperature=None, max_tokens_field="max_completion_tokens")[1]
        assert unset.sent() == {
            "routes": ["/v1/chat/completions"],
            "temperature": None,
            "max_completion_tokens": 64,
        }
    assert KEY not in repr(endpoint.sent())


def test_nothing_is_said_to_be_sent_before_it_is():
    assert Endpoint(EndpointSettings(base_url="http://127.0.0.1:1/v1", model="m")).sent() == {"routes": []}


def test_settings_do_not_show_the_key():
    assert KEY not in repr(EndpointSettings(base_url="http://127.0.0.1:1/v1", model="m", api_key=KEY))


def test_cancelling_passes_through():
    async def cancel() -> None:
        with Loopback(Answer(raw=b"", end="hang")) as server:
            async with Endpoint(settings(server)) as endpoint:
                task = asyncio.create_task(endpoint.ask(CHAT))
                await asyncio.to_thread(server.wait_for, 1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    asyncio.run(cancel())


@pytest.mark.parametrize(
    "base_url", ["127.0.0.1:8000/v1", "localhost/v1", "ftp://x/v1", "http://", "http://[::1/v1"]
)
def test_a_base_url_that_is_none_is_said_to_be_wrong(base_url):
    with Loopback(chat("4")) as server:
        failure = failure_of(CHAT, server, FailureKind.WRONG_URL, base_url=base_url)
    assert "http://127.0.0.1:8000/v1" in failure.message
    assert failure.fatal


@pytest.mark.parametrize("key", ["sk-1\n", "sk 1", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_said_to_be_wrong(key):
    with Loopback(chat("4")) as server:
        failure = failure_of(CHAT, server, FailureKind.KEY, api_key=key)
    assert key not in failure.message
    assert server.requests == []


def test_a_prompt_that_wants_letters_of_a_chat_alone_asks_the_chat_route():
    prompt = Prompt((Message("user", "Which?"),), LETTERS.want)
    logprobs = {
        "content": [{"token": "B", "logprob": -0.5, "top_logprobs": [{"token": "B", "logprob": -0.5}]}]
    }
    document = {"choices": [{"message": {"content": "B"}, "logprobs": logprobs}]}
    with Loopback(reply(document)) as server:
        assert reply_to(prompt, server).letter_logprobs == {"B": -0.5}
    assert {request.path for request in server.requests} == {"/v1/chat/completions"}
