"""Fields: entries decide what is sent, and a field that an endpoint will not have is left out from then on."""

import json

import pytest
from asking import CHAT, CHOICES, KEY, LETTERS, TEXT, ask_all, failure_of, reply_to
from loopback import (
    Answer,
    Loopback,
    Request,
    chat,
    chat_logprobs,
    completion,
    completion_logprobs,
    error,
    reply,
)

from harness.endpoint.reply import Failure, FailureKind, Reply
from harness.prompts import Generate, Prompt

LETTERS_SAID = completion(
    " B", logprobs=completion_logprobs({" B": -0.1, " A": -2.0, " C": -3.0, " D": -4.0})
)


def posts(server: Loopback) -> list[dict[str, object]]:
    return [request.json for request in server.requests if request.method == "POST"]


def pydantic(name: str) -> Answer:
    words = [
        {
            "type": "extra_forbidden",
            "loc": ["body", name],
            "msg": "Extra inputs are not permitted",
            "input": 0,
        }
    ]
    return reply({"detail": words}, 422)


REFUSALS = {
    "openai": lambda name: reply(
        {"error": {"message": "Unsupported parameter.", "param": name, "code": "unsupported_parameter"}}, 400
    ),
    "openai, value": lambda name: error(
        400, f"Unsupported value: '{name}' does not support 0 with this model.", code="unsupported_value"
    ),
    "openai, unknown": lambda name: error(400, f"Unrecognized request argument supplied: {name}"),
    "gemini": lambda name: reply(
        [{"error": {"code": 400, "message": f'Invalid JSON payload. Unknown name "{name}": Cannot find field.'}}],
        400,
    ),
    "vllm": pydantic,
    "groq": lambda name: error(400, f"property '{name}' is unsupported: `{name}` is not supported with this model"),
    "xai": lambda name: reply({"error": f"Argument not supported on this model: {name}"}, 400),
    "moonshot": lambda name: error(400, f"invalid {name}: only 1 is allowed for this model"),
    "anthropic": lambda name: error(400, f"{name}: Extra inputs are not permitted"),
    "mistral": lambda name: reply({"object": "error", "message": json.loads(pydantic(name).body)}, 422),
}  # fmt: skip


def without(name: str, refusal: str, answer: Answer):
    """A server that will not have one field."""

    def script(request: Request) -> Answer:
        return REFUSALS[refusal](name) if name in request.json else answer

    return script


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_field_is_left_out_and_the_request_sent_again(refusal):
    with Loopback(without("temperature", refusal, chat("Answer: B"))) as server:
        answered = reply_to(CHAT, server)
    assert answered.text == "Answer: B"
    assert [set(body) for body in posts(server)] == [
        {"model", "messages", "max_tokens", "temperature"},
        {"model", "messages", "max_tokens"},
    ]


def test_it_stays_out_is_said_once_and_is_recorded():
    with Loopback(without("temperature", "openai", chat("Answer: B"))) as server:
        replies, endpoint = ask_all([CHAT] * 8, server, later=[CHAT] * 8)
    assert [isinstance(each, Reply) for each in replies] == [True] * 16
    assert sum("temperature" in body for body in posts(server)) == 8
    (warning,) = endpoint.warnings
    assert "takes no temperature for m at /chat/completions; it is left out" in warning
    assert endpoint.sent()["refused"] == ["temperature"]
    assert endpoint.sent()["temperature"] is None


def test_several_fields_go_one_after_another():
    def script(request: Request) -> Answer:
        for name in ("stop", "temperature"):
            if name in request.json:
                return REFUSALS["openai"](name)
        return completion("Answer: B")

    with Loopback(script) as server:
        _, endpoint = ask_all([TEXT], server)
    assert len(posts(server)) == 3
    assert endpoint.sent()["refused"] == ["stop", "temperature"]


@pytest.mark.parametrize("omit", [frozenset(), frozenset({"stop"})], ids=["refused", "omitted by its entry"])
def test_a_text_ends_at_its_stop_where_the_endpoint_takes_none(omit):
    prompt = Prompt("1 + 1?", Generate(64, ("Question:", "\n\n")))
    goes_on = completion("It is (B).\n\nQuestion: 2 + 2? It is (C).", finish_reason="length")
    with Loopback(without("stop", "openai", goes_on)) as server:
        outcome = reply_to(prompt, server, omit=omit)
    assert (outcome.text, outcome.finish_reason) == ("It is (B).", "stop")


def test_a_limit_is_given_its_other_name_and_never_left_out():
    with Loopback(without("max_tokens", "openai", chat("Answer: B"))) as server:
        _, endpoint = ask_all([CHAT], server)
    assert posts(server)[-1]["max_completion_tokens"] == 64
    assert endpoint.sent()["max_completion_tokens"] == 64
    assert "it is sent as max_completion_tokens" in endpoint.warnings[0]


def test_where_neither_name_is_taken_it_is_a_refusal():
    def script(request: Request) -> Answer:
        name = next(name for name in ("max_tokens", "max_completion_tokens") if name in request.json)
        return REFUSALS["openai"](name)

    with Loopback(script) as server:
        failure_of(CHAT, server, FailureKind.BAD_REQUEST)
    assert len(posts(server)) == 2


@pytest.mark.parametrize("name", ["messages", "model"])
def test_what_a_prompt_is_made_of_is_never_left_out(name):
    with Loopback(without(name, "openai", chat("Answer: B"))) as server:
        failure_of(CHAT, server, FailureKind.BAD_REQUEST)
    assert len(posts(server)) == 1


def test_the_fields_that_a_server_lists_instead_are_not_the_one_that_it_refuses():
    words = "unknown field `store`, expected one of `model`, `messages`, `temperature`, `max_tokens`, `stop`"

    def script(request: Request) -> Answer:
        return error(422, words) if "store" in request.json else chat("Answer: B")

    with Loopback(script) as server:
        _, endpoint = ask_all([CHAT], server, extra={"store": False})
    assert endpoint.sent()["refused"] == ["store"]


def test_a_field_that_another_is_at_odds_with_is_kept():
    with Loopback(error(400, "logprobs is not supported when temperature is 0")) as server:
        _, endpoint = ask_all([LETTERS], server)
    assert endpoint.warnings == []
    assert all(body["temperature"] == 0 for body in posts(server))


def test_a_prompt_that_is_refused_with_its_words_does_not_change_how_others_are_asked():
    hot = Prompt("What temperature is too hot?", TEXT.want)

    def script(request: Request) -> Answer:
        if request.json["prompt"] == hot.content:
            return error(400, f"This input is not allowed: {hot.content}")
        return completion("Answer: B")

    with Loopback(script) as server:
        (refused, answered), endpoint = ask_all([hot], server, later=[TEXT])
    assert isinstance(refused, Failure)
    assert isinstance(answered, Reply)
    assert "temperature" in posts(server)[-1]
    assert (endpoint.warnings, endpoint.sent().get("refused")) == ([], None)


def test_a_field_refused_on_one_route_is_still_sent_on_the_other():
    letters = chat("B")
    letters = reply(
        {
            "choices": [
                json.loads(letters.body)["choices"][0] | {"logprobs": chat_logprobs({"B": -0.1, "A": -2})}
            ]
        }
    )

    def script(request: Request) -> Answer:
        if request.path.endswith("/chat/completions"):
            return letters
        if "store" in request.json:
            return REFUSALS["openai, unknown"]("store")
        return error(404, "This is a chat model and not supported in the v1/completions endpoint")

    with Loopback(script) as server:
        _, endpoint = ask_all([LETTERS], server, extra={"store": False})
    assert posts(server)[-1]["store"] is False
    assert (endpoint.sent()["store"], endpoint.sent()["refused"]) == (False, ["store"])


def test_an_engines_own_interface_is_not_asked_again_without_a_field():
    def script(request: Request) -> Answer:
        if request.path == "/tokenize":
            return reply(
                {
                    "tokens": [
                        {"id": n, "piece": word} for n, word in enumerate(request.json["content"].split())
                    ]
                }
            )
        return error(400, "temperature is not supported") if request.path == "/completion" else error(404)

    with Loopback(script) as server:
        failure_of(CHOICES, server, FailureKind.UNSUPPORTED)
    assert sum(request.path == "/completion" for request in server.requests) == 1


def test_letters_and_choices_do_without_it_too():
    with Loopback(without("temperature", "openai", LETTERS_SAID)) as server:
        (letters,), endpoint = ask_all([LETTERS], server)
    assert isinstance(letters, Reply)
    assert endpoint.sent()["temperature"] is None

    def echo(request: Request) -> Answer:
        if "temperature" in request.json:
            return REFUSALS["openai"]("temperature")
        prompts = request.json["prompt"]
        choices = []
        for place, text in enumerate(prompts if isinstance(prompts, list) else [prompts]):
            halves = ["2 + 2 is", text.removeprefix("2 + 2 is")]
            logprobs = {"tokens": halves, "token_logprobs": [None, -1.0], "text_offset": [0, 8]}
            choices.append({"index": place, "text": text, "logprobs": logprobs, "finish_reason": "length"})
        return reply({"choices": choices})

    with Loopback(echo) as server:
        assert reply_to(CHOICES, server).choice_logprobs == {"A": -1.0, "B": -1.0, "C": -1.0}


def test_extra_fields_are_sent_and_recorded():
    extra = {"store": False, "chat_template_kwargs": {"enable_thinking": False}}
    with Loopback(chat("Answer: B")) as server:
        _, endpoint = ask_all([CHAT], server, extra=extra)
    (body,) = posts(server)
    assert {name: body[name] for name in extra} == extra
    assert {name: endpoint.sent()[name] for name in extra} == extra


def test_an_extra_field_that_is_omitted_or_refused_is_not_sent():
    with Loopback(without("store", "openai, unknown", chat("Answer: B"))) as server:
        _, endpoint = ask_all([CHAT], server, extra={"store": False, "seed": 1}, omit=frozenset({"seed"}))
    assert not {"store", "seed"} & posts(server)[-1].keys()
    assert not {"store", "seed"} & endpoint.sent().keys()
    assert endpoint.sent()["refused"] == ["store"]


def test_extra_fields_do_not_go_before_what_is_asked():
    with Loopback(chat("Answer: B")) as server:
        ask_all([CHAT], server, extra={"model": "another", "messages": [], "temperature": 1})
    (body,) = posts(server)
    assert (body["model"], body["temperature"], len(body["messages"])) == ("m", 0.0, 1)


AZURE_KEY = "azure-0123456789"


def azure(request: Request) -> Answer:
    """The deployment m at an Azure resource."""
    path, _, query = request.path.partition("?")
    if request.headers.get("api-key") != AZURE_KEY or "authorization" in request.headers:
        return error(401, "Access denied due to invalid subscription key")
    if query != "api-version=2024-10-21":
        return error(404, "Resource not found")
    if path == "/openai/deployments/m/chat/completions":
        return chat("Answer: B")
    return error(404, "Resource not found")


def test_azure_gets_its_own_route_version_and_key_header():
    with Loopback(azure) as server:
        (answered,), endpoint = ask_all(
            [CHAT], server, base_url=server.root, api_version="2024-10-21", api_key=AZURE_KEY
        )
    assert isinstance(answered, Reply)
    assert answered.text == "Answer: B"
    assert endpoint.sent()["routes"] == ["/openai/deployments/m/chat/completions"]
    assert endpoint.sent()["api_version"] == "2024-10-21"
    assert KEY not in json.dumps([request.headers for request in server.requests])


def test_azures_content_filter_is_a_refusal_by_the_model():
    filtered = error(
        400, "The response was filtered due to the prompt triggering the policy", code="content_filter"
    )
    with Loopback(filtered) as server:
        answered = reply_to(CHAT, server, base_url=server.root, api_version="2024-10-21")
    assert (answered.text, answered.finish_reason) == ("", "content_filter")
