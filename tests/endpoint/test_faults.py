"""Faults over real HTTP: what each is called, whether it is tried again, and that no message holds a secret."""

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from asking import CHAT, CHOICES, KEY, LETTERS, ask, ask_all, failure_of, reply_to
from loopback import Answer, Loopback, chat, completion, completion_logprobs, error, reply
from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_fixed

from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.outage import Outage
from harness.endpoint.reply import Failure, FailureKind, Reply, Usage
from harness.endpoint.retry import _DOWN, stop_when_down


def bomb(window_bits):
    """A GiB of spaces in one MB: blocks that depend on nothing before them are alike."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    first, again = (packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 1023


OPENAI_TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the "
    "messages, 1000 in the completion). Please reduce the length of the messages or completion."
)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, OPENAI_TOO_LONG, code="context_length_exceeded"), FailureKind.TOO_LONG),
        (reply({"object": "error", "message": OPENAI_TOO_LONG, "code": 400}, 400), FailureKind.TOO_LONG),
        (
            reply(
                {
                    "error": {
                        "code": 400,
                        "message": "request (9000 tokens) exceeds the available context size (2560 tokens)",
                        "type": "exceed_context_size_error",
                    }
                },
                400,
            ),
            FailureKind.TOO_LONG,
        ),
        (
            error(400, "The input (61709 tokens) is longer than the model's context length (40960 tokens)."),
            FailureKind.TOO_LONG,
        ),
        (
            error(400, "The decoder prompt (length 3000) is longer than the maximum model length of 2048."),
            FailureKind.TOO_LONG,
        ),
        (reply({"error": "input length exceeds the context length"}, 400), FailureKind.TOO_LONG),
        (
            reply(
                {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"},
                422,
            ),
            FailureKind.TOO_LONG,
        ),
        (
            reply([{"error": {"message": "The input token count (9) exceeds the maximum number of tokens"}}], 400),
            FailureKind.TOO_LONG,
        ),
        (Answer(status=413, body=b"<html>Request Entity Too Large</html>"), FailureKind.TOO_LONG),
        (
            error(400, "max_tokens is too large: 100000. This model supports at most 16384 completion tokens."),
            FailureKind.BAD_REQUEST,
        ),
        (
            error(400, "the maximum value for `max_tokens` is less than the `context_window` for this model"),
            FailureKind.BAD_REQUEST,
        ),
        (error(400, "Unsupported parameter: 'messages'", code="unsupported_parameter"), FailureKind.BAD_REQUEST),
        (reply({"detail": [{"loc": ["body"], "msg": "field required"}]}, 422), FailureKind.BAD_REQUEST),
        (error(401, "Incorrect API key provided", code="invalid_api_key"), FailureKind.KEY),
        (Answer(status=403, body=b"<html>Forbidden</html>"), FailureKind.KEY),
        (error(400, "API key not valid. Please pass a valid API key."), FailureKind.KEY),
        (error(400, "No connected db.", code="no_db_connection"), FailureKind.KEY),
        (error(402, "Insufficient Balance"), FailureKind.QUOTA),
        (error(429, "You exceeded your current quota", code="insufficient_quota"), FailureKind.QUOTA),
        (error(404, "No access", code="model_not_found"), FailureKind.NO_MODEL),
        (error(404, 'model "m" not found, try pulling it first'), FailureKind.NO_MODEL),
        (error(404, "The model `org/models-7b` does not exist."), FailureKind.NO_MODEL),
        (error(404, "models/m is not found for API version v1beta"), FailureKind.NO_MODEL),
        (error(400, "Model Not Exist"), FailureKind.NO_MODEL),
        (error(400, "m is not a valid model ID"), FailureKind.NO_MODEL),
        (reply({"detail": "Not Found"}, 404), FailureKind.WRONG_URL),
        (Answer(status=404, body=b"404 page not found"), FailureKind.WRONG_URL),
        (Answer(status=405), FailureKind.WRONG_URL),
        (error(404, "This is a chat model and not supported in the v1/completions endpoint."), FailureKind.UNSUPPORTED),
    ],
    ids=lambda value: value.value if isinstance(value, FailureKind) else str(value.status),
)  # fmt: skip
def test_a_refusal_is_named_and_not_repeated(answer, kind):
    with Loopback(answer) as server:
        failure = failure_of(CHAT, server, kind)
    assert len(server.requests) == failure.attempts == 1
    assert failure.status == answer.status
    assert str(answer.status) in failure.message


@pytest.mark.parametrize("word", ["x", "x/models", "<", "四"])
def test_an_error_that_repeats_a_long_request_holds_nothing_up(word):
    with Loopback(reply({"detail": [{"msg": "no", "input": word * 500_000}]}, 400)) as server:
        began = time.process_time()
        failure_of(CHAT, server, FailureKind.BAD_REQUEST)
        assert time.process_time() - began < 5


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status):
    html = Answer(status=status, body=b"<html><title>Bad</title></html>", headers={"Retry-After": "0"})
    with Loopback(html, error(status, retry_after="0"), chat("4")) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.attempts, outcome.retries) == ("4", 3, 2)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Retry-After": "soon"}, {"Retry-After": "-1"}, {"x-ratelimit-reset-requests": "1h"}],
    ids=["none", "no number", "negative", "reset of a rate that is not used up"],
)
def test_a_rejection_that_names_no_pause_is_tried_again_soon(headers):
    with Loopback(Answer(status=429, body=b"{}", headers=headers), chat("4")) as server:
        start = time.monotonic()
        assert reply_to(CHAT, server).retries == 1
        assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, FailureKind.RATE_LIMITED), (409, FailureKind.SERVER_ERROR), (502, FailureKind.SERVER_ERROR)],
)
def test_what_does_not_pass_in_time_is_given_up(status, kind):
    with Loopback(error(status, "busy", retry_after="0")) as server:
        failure = failure_of(CHAT, server, kind, max_wait_s=0.5)
    assert failure.attempts == len(server.requests) > 1
    assert failure.retries == failure.attempts - 1
    assert '"busy"' in failure.message
    assert not failure.fatal


@pytest.mark.parametrize(
    "broken",
    [
        Answer(raw=b"", end="close"),
        Answer(raw=b"", end="reset"),
        Answer(body=b'{"id": "cut', length=5000, end="close"),
        Answer(body=b'{"id": "cut', length=5000, end="reset"),
        Answer(body=b'{"id": "cut'),
        Answer(body=b""),
        Answer(body=b"[1, 2]"),
        Answer(body=b"[" * 100_000),
        Answer(body=b"\xff\xfe\x00", headers={"Content-Type": "text/plain"}),
        Answer(body=b"not gzip", headers={"Content-Encoding": "gzip"}),
        Answer(body=gzip.compress(chat("lost").body)[:-20], headers={"Content-Encoding": "gzip"}),
        Answer(raw=b"what is HTTP?\r\n\r\n", end="close"),
        Answer(body=b"<html>Log in</html>", headers={"Content-Type": "text/html"}),
        reply({"id": "1", "object": "list"}),
        reply({"error": {"message": "Provider returned error", "code": 502}}),
        reply({"choices": [{"error": {"message": "lost", "code": 502}, "message": {"content": "ha"}}]}),
        reply({"choices": []}),
        reply({"choices": None}),
        reply({"choices": ["x"]}),
        chat(None),
        chat(None, finish_reason="content_filter"),
        chat("", usage=None),
        chat("", usage={"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 99}),
    ],
    ids=[
        "closed before", "reset before", "closed during", "reset during", "cut JSON", "nothing", "array",
        "nested too deep", "not UTF-8", "not gzip", "cut gzip", "not HTTP", "web page", "no choices field",
        "error in a 200", "error in a choice", "no choices", "choices null", "choice of no object", "content null",
        "filtered once", "empty without usage", "reasoning alone",
    ],
)  # fmt: skip
def test_a_broken_reply_is_tried_again(broken):
    with Loopback(broken, chat("4")) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.attempts, outcome.retries) == ("4", 2, 1)


def test_a_reset_after_the_body_does_not_matter():
    with Loopback(Answer(body=chat("4").body, end="reset")) as server:
        outcomes, _ = ask_all([CHAT, CHAT], server)
    assert [outcome.text for outcome in outcomes] == ["4", "4"]


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (Answer(raw=b"", end="close"), FailureKind.UNREACHABLE),
        (Answer(body=b'{"id": "cut'), FailureKind.BAD_REPLY),
        (Answer(body=b"{}", length=5000, end="close"), FailureKind.BAD_REPLY),
        (reply({"id": "1"}), FailureKind.BAD_REPLY),
    ],
    ids=["closed", "cut JSON", "cut body", "no choices"],
)
def test_a_reply_that_stays_broken_is_a_failure(broken, kind):
    with Loopback(broken) as server:
        failure_of(CHAT, server, kind, max_wait_s=0)


@pytest.mark.parametrize(
    "said", [chat(None), reply({"choices": []}), chat("", usage=None), chat(None, reasoning_content="Hm.")]
)
def test_an_empty_reply_is_asked_three_times_and_then_a_failure(said):
    with Loopback(said) as server:
        failure = failure_of(CHAT, server, FailureKind.EMPTY)
    assert failure.attempts == len(server.requests) == 3


@pytest.mark.parametrize("reason", ["insufficient_system_resource", "error", "abort"])
def test_what_the_server_broke_off_is_asked_again_and_never_scored(reason):
    with Loopback(chat("The answer", finish_reason=reason), chat("Answer: B")) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.retries) == ("Answer: B", 1)


def test_tokens_of_replies_that_could_not_be_used_are_counted():
    with Loopback(chat(None)) as server:
        failure = failure_of(CHAT, server, FailureKind.EMPTY)
    assert failure.usage == Usage(prompt_tokens=30, completion_tokens=9)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (403, "Your account has been flagged for suspicious activity and is suspended.", FailureKind.KEY),
        (403, "Access to moderation models is not enabled for this key", FailureKind.KEY),
        (404, "The model content_filter-7b does not exist", FailureKind.NO_MODEL),
        (200, "This model's maximum context length is 8192 tokens", FailureKind.TOO_LONG),
    ],
)
def test_what_is_about_the_account_or_the_context_is_no_refusal_of_the_question(status, message, kind):
    with Loopback(error(status, message)) as server:
        failure_of(CHAT, server, kind)


def test_a_server_that_is_unwell_is_not_waited_for_by_one_question_after_another():
    with Loopback(error(503)) as server:
        outcomes, _ = ask_all([LETTERS, CHOICES] * 5, server, max_wait_s=0.5)
    assert {outcome.kind for outcome in outcomes} == {FailureKind.SERVER_ERROR}
    assert len(server.requests) < 2 * 8  # one of each kind tries, the others get its failure


def test_a_filtered_reply_is_asked_three_times_and_then_refused():
    with Loopback(chat(None, finish_reason="content_filter")) as server:
        outcome = reply_to(CHAT, server)
    assert (outcome.text, outcome.finish_reason) == ("", "content_filter")
    assert outcome.attempts == len(server.requests) == 3


@pytest.mark.parametrize("prompt", [CHAT, LETTERS, CHOICES], ids=["text", "letters", "choices"])
def test_a_content_filters_400_is_a_refusal_by_the_model(prompt):
    with Loopback(error(400, "The response was filtered", code="content_filter")) as server:
        outcome = reply_to(prompt, server)
    assert (outcome.text, outcome.finish_reason, outcome.attempts) == ("", "content_filter", 1)


def test_a_web_page_for_every_request_is_a_wrong_url():
    with Loopback(Answer(body=b"<html><script>x()</script>Log in here</html>")) as server:
        failure = failure_of(CHAT, server, FailureKind.WRONG_URL)
    assert len(server.requests) == 3
    assert '"Log in here"' in failure.message


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "1"},
        {"Retry-After": "0.7"},
        {"retry-after-ms": "700", "Retry-After": "60"},
        {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=1))},
    ],
    ids=["seconds", "fraction", "milliseconds first", "date"],
)
def test_a_pause_longer_than_we_may_wait_ends_the_attempts_at_once(headers):
    with Loopback(Answer(status=429, body=b"{}", headers=headers), chat("4")) as server:
        start = time.monotonic()
        failure_of(CHAT, server, FailureKind.RATE_LIMITED, max_wait_s=0.6)
        assert time.monotonic() - start < 0.6
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Retry-After": "0.2"}, b"{}"),
        ({"retry-after-ms": "200"}, b"{}"),
        ({}, b'{"error": {"details": [{"@type": "x/google.rpc.RetryInfo", "retryDelay": "0.2s"}]}}'),
    ],
    ids=["Retry-After", "retry-after-ms", "RetryInfo"],
)
def test_the_pause_that_was_asked_for_is_kept(headers, body):
    with Loopback(Answer(status=429, body=body, headers=headers), chat("4")) as server:
        start = time.monotonic()
        reply_to(CHAT, server)
        assert 0.2 <= time.monotonic() - start < 5


def test_a_stalled_reply_is_a_timeout_and_is_tried_again():
    with Loopback(Answer(raw=b"", end="hang"), chat("4")) as server:
        assert reply_to(CHAT, server, timeout_s=0.2).attempts == 2
    with Loopback(Answer(raw=b"", end="hang")) as server:
        failure = failure_of(CHAT, server, FailureKind.TIMEOUT, timeout_s=0.2, max_wait_s=0)
    assert "0.2 s" in failure.message


def test_a_body_that_stops_in_its_middle_is_a_timeout_and_is_tried_again():
    with Loopback(Answer(body=b'{"choices"', length=5000, end="hang"), chat("4")) as server:
        assert reply_to(CHAT, server, timeout_s=0.2).retries == 1


def test_a_body_that_trickles_for_ever_is_a_timeout():
    with Loopback(Answer(length=10**9, end="trickle")) as server:
        failure_of(
            CHAT, server, FailureKind.TIMEOUT, timeout_s=2.2, max_wait_s=0
        )  # two bytes have come by then


@pytest.mark.parametrize(
    "endless",
    [
        Answer(length=10**10, end="flood"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", end="flood"),
        Answer(body=bomb(31), headers={"Content-Encoding": "gzip"}),
        Answer(body=bomb(15), headers={"Content-Encoding": "deflate"}),
        chat("x" * 100_000_000),
    ],
    ids=["flood", "flood without length", "gzip bomb", "deflate bomb", "100 MB of text"],
)
def test_a_body_beyond_all_measure_is_not_read(endless):
    with Loopback(endless) as server:
        tracemalloc.start()
        try:
            failure = failure_of(CHAT, server, FailureKind.BAD_REPLY, max_wait_s=0)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "32 MiB" in failure.message
    assert most < 400 * 2**20  # the buffers of the server, which has 100 MB to say, included


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/html; charset=utf-8", "application/octet-stream", ""]
)
def test_whole_json_is_read_whatever_its_content_type(content_type):
    with Loopback(Answer(body=chat("4").body, headers={"Content-Type": content_type})) as server:
        assert reply_to(CHAT, server).attempts == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays_here(status):
    with Loopback(chat("stolen")) as other:
        there = other.url.replace("127.0.0.1", "localhost")
        with Loopback(
            Answer(status=status, headers={"Location": f"{there}/chat/completions?k={KEY}"})
        ) as server:
            failure = failure_of(CHAT, server, FailureKind.WRONG_URL)
    assert "localhost" in failure.message
    assert other.requests == []


def test_a_redirect_to_nowhere_is_a_wrong_url():
    with Loopback(Answer(status=302, headers={"Location": "http://[::1"})) as server:
        failure_of(CHAT, server, FailureKind.WRONG_URL)


@pytest.mark.parametrize(
    ("base_url", "word"),
    [
        ("http://127.0.0.1:1/v1", "refused"),
        ("http://no-such-host.invalid/v1", "host name is unknown"),
        ("https://127.0.0.1:{port}/v1", "SSL"),
        ("http://user:hunter22@127.0.0.1:1/v1?k=hunter22", "refused"),
    ],
    ids=["refused", "unknown host", "no TLS", "credentials"],
)
def test_an_endpoint_that_is_not_there_is_unreachable(base_url, word):
    with Loopback(chat("4")) as server:
        failure = failure_of(
            CHAT, server, FailureKind.UNREACHABLE, base_url=base_url.format(port=server.port), max_wait_s=0
        )
    assert word.lower() in failure.message.lower()
    assert "hunter22" not in repr(failure)


def test_nobody_at_an_ipv6_address_is_unreachable():
    with Loopback(chat("4"), host="::1") as server:
        pass
    assert "refused" in failure_of(CHAT, server, FailureKind.UNREACHABLE, max_wait_s=0).message


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_that_nobody_signed_is_not_accepted_and_not_tried_again(host):
    with Loopback(chat("4"), tls=True) as server:
        url = server.url.replace("127.0.0.1", host)
        failure = failure_of(CHAT, server, FailureKind.UNREACHABLE, base_url=url)
    assert "certificate is not valid" in failure.message
    assert failure.attempts == 1
    assert server.requests == []


def test_an_unreachable_endpoint_is_given_up_after_a_while(monkeypatch):
    down = FailedAttempt(Failure(kind=FailureKind.UNREACHABLE, message="down"))
    busy = FailedAttempt(Failure(kind=FailureKind.RATE_LIMITED, message="busy"))
    outcomes = [down, busy, down, down, down]
    seen = []

    async def attempt():
        seen.append(outcomes[len(seen)])
        return seen[-1]

    # The pause of 0.3 s alone is less than the 0.5 s, two of them in a row are more.
    monkeypatch.setitem(_DOWN, FailureKind.UNREACHABLE, (0.5, 1))
    policy = AsyncRetrying(
        stop=stop_when_down(Outage(lambda: 0.0)),
        wait=wait_fixed(0.3),
        retry=retry_if_result(bool),
        retry_error_callback=lambda state: state.outcome.result(),
    )
    assert asyncio.run(policy(attempt)) is down
    assert seen == [down, busy, down, down]


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_no_message_holds_the_key(status):
    def parrot(request):
        words = "x" * 180 + request.headers["authorization"] + " http://me:hunter22@host/"
        return error(status, words, code=status)

    with Loopback(parrot) as server:
        outcome = ask(CHAT, server, max_wait_s=0)
    assert isinstance(outcome, Failure)
    assert KEY not in repr(outcome)
    assert KEY[:8] not in repr(outcome)
    assert "hunter22" not in repr(outcome)
    assert "[key]" in outcome.message
    assert len(outcome.message) < 400


def test_a_short_key_is_hidden_without_spoiling_the_words():
    with Loopback(error(401, "the key x is not known, try example")) as server:
        failure = failure_of(CHAT, server, FailureKind.KEY, api_key="x")
    assert '"the key [key] is not known, try example"' in failure.message


def test_without_a_key_the_way_to_give_one_is_named():
    with Loopback(error(401)) as server:
        failure = failure_of(CHAT, server, FailureKind.KEY, api_key=None)
    assert "--api-key-env" in failure.message


def test_faults_do_not_change_what_is_read():
    """The same replies with every third request faulty."""
    faults = [
        error(429, retry_after="0"),
        error(503, retry_after="0"),
        Answer(body=b'{"cut'),
        Answer(raw=b"", end="reset"),
    ]
    asked = 0

    def flaky(request):
        nonlocal asked
        asked += 1
        if asked % 3 == 0:
            return faults[asked // 3 % len(faults)]
        letter = "ABCD"[len(request.json["prompt"]) % 4]
        return completion(letter, logprobs=completion_logprobs({f" {letter}": -0.1, " A": -2.0}))

    prompts = [type(LETTERS)("x" * n + "\nAnswer:", LETTERS.want) for n in range(40)]
    with Loopback(flaky) as server:
        outcomes, _ = ask_all(prompts, server)
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    best = [max(outcome.letter_logprobs, key=outcome.letter_logprobs.get) for outcome in outcomes]
    assert best == ["ABCD"[len(prompt.content) % 4] for prompt in prompts]
    assert sum(outcome.attempts for outcome in outcomes) == len(server.requests)


@pytest.mark.parametrize(
    ("failed", "answered_others", "attempts"),
    [
        (FailedAttempt(Failure(kind=FailureKind.SERVER_ERROR, message="500")), False, 5),
        (FailedAttempt(Failure(kind=FailureKind.BAD_REPLY, message="garbage")), False, 5),
        (FailedAttempt(Failure(kind=FailureKind.SERVER_ERROR, message="500")), True, 20),
        (FailedAttempt(Failure(kind=FailureKind.SERVER_ERROR, message="loading"), will_come=True), False, 20),
        (FailedAttempt(Failure(kind=FailureKind.RATE_LIMITED, message="429")), False, 20),
    ],
    ids=["fails", "garbage", "answers others", "loads", "limits the rate"],
)
def test_a_server_that_only_fails_is_given_up_sooner(monkeypatch, failed, answered_others, attempts):
    for kind in (FailureKind.SERVER_ERROR, FailureKind.BAD_REPLY):
        monkeypatch.setitem(_DOWN, kind, (0.0, 5))
    seen = []
    outage = Outage(lambda: 0.0)

    async def attempt():
        if answered_others:
            outage.answered()
        seen.append(failed)
        return failed

    policy = AsyncRetrying(
        stop=stop_when_down(outage) | stop_after_attempt(20),
        wait=wait_fixed(0.001),
        retry=retry_if_result(bool),
        retry_error_callback=lambda state: state.outcome.result(),
    )
    asyncio.run(policy(attempt))
    assert len(seen) == attempts


def test_a_server_that_loads_its_model_says_that_it_will_come():
    judge = Judge("http://127.0.0.1:1/v1", "m", None)
    for message in ("Loading model", "Model m is currently loading", "the model is not yet loaded"):
        assert judge.response(503, {}, json.dumps({"error": message}).encode()).will_come
    assert judge.response(503, {"Retry-After": "3"}, b"").will_come


@pytest.mark.parametrize(
    "message", ["Service Unavailable", "model failed to load", "error loading model: no space", "overloaded"]
)
def test_a_server_that_cannot_load_its_model_is_not_waited_for(message):
    judge = Judge("http://127.0.0.1:1/v1", "m", None)
    assert not judge.response(500, {}, json.dumps({"error": message}).encode()).will_come
