"""Probes over real HTTP: what is found at servers of several kinds, in how many requests, and within what time."""

import asyncio
import time

import pytest
from asking import KEY, settings
from loopback import Answer, Loopback, chat, completion, error, reply
from server_kinds import bare, gemini, listing, o3, openai, vllm

from harness.endpoint.embedded import serve
from harness.endpoint.findings import Finding, Findings
from harness.endpoint.probe import MOST_REQUESTS, probe
from harness.endpoint.settings import EndpointSettings

HAS_LOGPROBS = ("chat_logprobs", "completion_logprobs")
KINDS = {"bare": bare, "openai": openai, "vllm": vllm, "gemini": gemini}


def look(server, *, deadline_s=9.0, **changed) -> Findings:
    return asyncio.run(probe(settings(server, **changed), deadline_s=deadline_s))


def at(kind, **changed) -> Findings:
    with Loopback(kind) as server:
        return look(server, **changed)


def but(kind, path, answer):
    """The same server with another answer on one route."""

    def serve_(request):
        if not request.path.endswith(path):
            return kind(request)
        return answer if isinstance(answer, Answer) else answer(request)

    return serve_


def bodies(server):
    return [request.json for request in server.requests if request.method == "POST"]


def works(findings, *names):
    return {name: getattr(findings, name).works for name in names}


def test_a_vllm_has_everything():
    found = at(vllm)
    abilities = (
        *("reachable", "key", "model", "chat", "completions", *HAS_LOGPROBS),
        *("given_texts", "echo", "forced_letters", "structured_output", "begun_reply", "seed", "images"),
    )
    assert works(found, *abilities) == dict.fromkeys(abilities, True)
    assert (found.completion_logprobs.value, found.chat_logprobs.value) == (20, 20)
    assert (found.given_texts.value, found.forced_letters.value) == ("echo", "structured_outputs")
    assert (found.reasoning, found.context, found.version) == ("reasoning_content", 8192, "0.17.1")
    assert found.refusal is None


def test_an_openai_model_has_chat_logprobs_only():
    found = at(openai)
    assert works(found, "chat", "completions", *HAS_LOGPROBS, "given_texts") == {
        "chat": True,
        "completions": False,
        "chat_logprobs": True,
        "completion_logprobs": False,
        "given_texts": False,
    }
    assert found.chat_logprobs.value == 20
    assert found.forced_letters.value == "response_format"
    assert works(found, "structured_output", "begun_reply", "seed") == {
        "structured_output": True,
        "begun_reply": False,
        "seed": True,
    }
    assert (found.served_model, found.system_fingerprint) == ("served", "fp_1")


def test_echo_is_told_of_by_itself():
    assert at(bare).echo == Finding(False, "no completions")
    assert at(vllm, omit=frozenset({"logprobs"})).echo == Finding(False, "its entry says so")
    with Loopback(but(vllm, "completions", completion(" B"))) as server:
        found = look(server)
        assert sum("echo" in body for body in bodies(server)) == 1
    assert found.echo == Finding(False, "does not give the logprobs of its prompt")


def test_an_image_is_not_sent_where_the_model_is_listed_as_reading_text_alone():
    listed = listing("m", owned_by="vllm", architecture={"input_modalities": ["text"]})
    with Loopback(but(vllm, "models", listed)) as server:
        assert look(server).images == Finding(False, "listed as reading text only")
        assert not any("image_url" in request.body.decode() for request in server.requests)


def test_a_bare_chat_server_has_chat():
    found = at(bare)
    assert works(found, "model", "chat", "completions", *HAS_LOGPROBS, "given_texts") == {
        "model": True,
        "chat": True,
        "completions": False,
        "chat_logprobs": False,
        "completion_logprobs": False,
        "given_texts": False,
    }
    assert found.model.note == "the endpoint does not list its models"
    assert found.context is None


def test_what_the_entry_rules_out_is_not_sent_and_a_reply_without_text_is_a_sign_of_life():
    o3_entry = {
        "model": "o3",
        "api_key": "sk-o3-0123456789",
        "omit": frozenset({"temperature", "top_p", "logprobs", "top_logprobs", "logit_bias", "stop"}),
        "max_tokens_field": "max_completion_tokens",
        "max_tokens": 32768,
    }
    with Loopback(o3) as server:
        found = look(server, **o3_entry)
        assert {body["max_completion_tokens"] for body in bodies(server) if "messages" in body} == {16, 32}
        assert all(o3_entry["omit"].isdisjoint(body) for body in bodies(server))
    assert works(found, "key", "model", "chat", *HAS_LOGPROBS) == {
        "key": True,
        "model": True,
        "chat": True,
        "chat_logprobs": False,
        "completion_logprobs": False,
    }
    assert found.chat_logprobs.note == "its entry says so"
    assert (found.seed.works, found.reasoning) == (None, "only counted")


def test_a_seed_that_the_entry_rules_out_is_not_sent():
    omit = frozenset({"seed", "logprobs", "top_logprobs", "logit_bias"})
    with Loopback(gemini) as server:
        found = look(server, omit=omit)
        assert not any("seed" in body for body in bodies(server))
    assert (found.seed.works, found.seed.note) == (False, "its entry says so")
    assert found.chat.works


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_more_than_a_dozen_requests_are_sent(kind):
    with Loopback(kind) as server:
        found = look(server)
    assert len(server.requests) == found.requests <= MOST_REQUESTS


def test_what_there_are_no_requests_left_for_is_said_to_be_not_tried():
    def unwilling(request):
        """Refuses every request for logprobs as if fewer would do, and needs the repeat of its list."""
        if request.method == "GET":
            return error(500)
        if "logprob" in str(request.json.keys()) or "completions" not in request.path:
            return error(400, "too many")
        return chat("four") if "messages" in request.json else completion(" Paris")

    with Loopback(unwilling) as server:
        found = look(server)
        assert len(server.requests) == MOST_REQUESTS
    assert works(found, "chat", "images") == {"chat": True, "images": None}
    assert found.images.note == "not tried: a check sends no more than 12 requests"


def test_nobody_there_is_a_refusal_after_one_repeat():
    with Loopback(bare) as server:
        pass
    found = look(server)
    assert found.refusal.startswith(f"Cannot reach {server.url}: Connection refused")
    assert (found.reachable.works, found.chat.works, found.requests) == (False, None, 2)
    assert found.chat.note == "not tried"


def test_a_wrong_key_is_seen_at_the_list_and_nothing_more_is_sent():
    with Loopback(error(401, f"Incorrect API key provided: {KEY}")) as server:
        found = look(server)
        assert [request.path for request in server.requests] == ["/v1/models"]
    assert works(found, "reachable", "key", "model") == {"reachable": True, "key": False, "model": None}
    assert "refuses the API key" in found.refusal
    assert KEY not in repr(found)


def test_a_wrong_key_is_seen_at_the_first_prompts_where_everybody_may_list():
    found = at(but(openai, "completions", error(401, "No auth credentials found")), api_key=None)
    assert (found.key.works, found.key.note) == (False, "none was sent, and one is wanted")
    assert "wants an API key" in found.refusal


def test_a_model_that_is_refused_is_told_the_nearest_names():
    refused = error(404, "The model `m` does not exist", code="model_not_found")

    def without_it(request):
        return listing("llama3-70b", "m3", "m2") if request.method == "GET" else refused

    found = at(without_it)
    assert found.model.works is False
    assert found.refusal.endswith("check its name. It lists m3, m2, llama3-70b.")


def test_a_model_that_is_answered_for_though_not_listed_is_there():
    found = at(vllm, model="m-instruct")
    assert (found.model.works, found.model.note) == (True, "not listed; nearest: m")
    assert found.refusal is None


def test_a_wrong_path_is_a_refusal():
    found = at(error(404, "Not Found"))
    assert "has no such route" in found.refusal


NO_ROUTE, NO_KEY, NO_TEMPLATE = error(404, "Not Found"), error(401, "no"), error(400, "no template")


@pytest.mark.parametrize(
    ("chats", "completions", "sentence"),
    [
        (NO_KEY, NO_ROUTE, "refuses the API key"),
        (NO_ROUTE, NO_KEY, "refuses the API key"),
        (NO_TEMPLATE, NO_ROUTE, "no template"),
    ],
    ids=["key at chats", "key at completions", "neither"],
)
def test_what_any_route_would_refuse_is_told_before_what_one_lacks(chats, completions, sentence):
    found = at(but(but(vllm, "/v1/completions", completions), "/chat/completions", chats))
    assert sentence in found.refusal


def test_the_context_of_another_model_is_not_ours():
    def several(request):
        return listing("other", "another", max_model_len=1) if request.method == "GET" else bare(request)

    assert at(several).context is None


def test_a_server_of_one_model_says_its_context_by_whatever_name_it_lists_it():
    def one(request):
        return listing("/models/m.gguf", max_model_len=1) if request.method == "GET" else bare(request)

    assert at(one).context == 1


def test_a_server_that_says_nothing_is_left_at_the_deadline():
    with Loopback(Answer(raw=b"", end="hang")) as server:
        began = time.monotonic()
        found = look(server, deadline_s=0.5)
        assert time.monotonic() - began < 10  # and not for ever
    assert found.refusal == f"{server.url} gave no whole reply within 0.5 s."
    assert (found.reachable.works, found.chat.note) == (False, "no reply within 0.5 s")


def test_a_server_that_lists_and_then_hangs_answered_no_prompt():
    found = at(but(vllm, "completions", Answer(raw=b"", end="hang")), deadline_s=0.5)
    assert "answered no prompt within 0.5 s" in found.refusal
    assert (found.reachable.works, found.chat.works) == (True, None)


def test_a_list_that_hangs_is_no_reason_not_to_ask():
    found = at(but(vllm, "models", Answer(raw=b"", end="hang")), deadline_s=3)
    assert found.refusal is None
    assert found.chat.works


def test_what_has_not_answered_by_the_deadline_is_not_known_and_the_rest_is():
    def slow_with_images(request):
        return Answer(raw=b"", end="hang") if b"image_url" in request.body else vllm(request)

    found = at(slow_with_images, deadline_s=2)
    assert (found.images.works, found.images.note) == (None, "no reply within 2 s")
    assert works(found, "chat", "chat_logprobs", "given_texts") == {
        "chat": True,
        "chat_logprobs": True,
        "given_texts": True,
    }
    assert found.refusal is None


def test_a_prompt_that_fails_once_is_asked_again():
    failed = []

    def fails_once(request):
        if request.path.endswith("/chat/completions") and not failed:
            failed.append(request)
            return error(503, retry_after="0")
        return vllm(request)

    assert at(fails_once).chat.works


def test_a_seed_that_is_refused_is_not_honoured():
    found = at(gemini)
    assert (found.seed.works, found.seed.note) == (False, "refused")
    assert found.refused_fields == ()


def test_fields_that_a_run_would_leave_out_are_named_and_the_rest_is_found():
    with Loopback(o3) as server:
        found = look(server, model="o3", api_key="sk-o3-0123456789")
    assert found.chat.works
    assert found.refused_fields == ("max_tokens", "temperature")
    assert found.requests <= MOST_REQUESTS


def test_replies_that_differ_show_that_the_seed_is_not_honoured():
    turn = iter(range(100))
    found = at(but(vllm, "chat/completions", lambda _: chat(f"word {next(turn)}")))
    assert found.seed.works is False


def test_a_seed_is_sent_at_a_temperature_that_lets_replies_differ():
    with Loopback(vllm) as server:
        look(server)
        seeded = [body for body in bodies(server) if "seed" in body]
    assert [(body["seed"], body["temperature"]) for body in seeded] == [(7, 1.0)] * 2


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({"reasoning_content": "Let me"}, "reasoning_content"),
        ({"reasoning": "Let me"}, "reasoning"),
        ({"content": "<think>Let me"}, "<think> tags"),
        ({"content": "Let me</think>42"}, "<think> tags"),
        ({"content": [{"type": "thinking", "thinking": "Let me"}]}, "thinking parts of content"),
        ({"content": "42"}, "none"),
    ],
    ids=str,
)
def test_reasoning_is_found_wherever_it_comes(message, reasoning):
    said = {"content": ""} | message
    answer = chat(said.pop("content"), finish_reason="length", **said)
    assert at(but(bare, "chat/completions", answer)).reasoning == reasoning


@pytest.mark.parametrize(
    ("entry", "context"),
    [
        ({"max_model_len": 1}, 1),
        ({"context_length": 2}, 2),
        ({"context_window": 3}, 3),
        ({"max_context_length": 4}, 4),
        ({"meta": {"n_ctx": 5, "n_ctx_train": 9}}, 5),
        ({"owned_by": "llamacpp", "meta": {"n_ctx_train": 9}}, 6),
        ({}, None),
    ],
    ids=str,
)
def test_the_context_limit_is_read_wherever_a_server_says_it(entry, context):
    def serve_(request):
        if request.path == "/props":
            return reply({"default_generation_settings": {"n_ctx": 6}})
        return listing("m", **entry) if request.method == "GET" else bare(request)

    assert at(serve_).context == context


def test_images_that_a_server_says_it_does_not_support_are_refused_whatever_the_status():
    def no_images(request):
        return error(500, "image input is not supported") if b"image_url" in request.body else vllm(request)

    assert at(no_images).images.works is False


def test_a_refusal_for_want_of_room_to_reason_is_a_sign_of_life():
    message = "Could not finish the message because max_tokens or model output limit was reached."
    found = at(but(bare, "chat/completions", error(400, message)))
    assert found.chat.works
    assert found.refusal is None


def test_a_base_model_that_only_continues_texts_is_no_refusal():
    found = at(but(vllm, "chat/completions", error(400, "the model has no chat template")))
    assert works(found, "model", "chat", "completions", *HAS_LOGPROBS) == {
        "model": True,
        "chat": False,
        "completions": True,
        "chat_logprobs": False,
        "completion_logprobs": True,
    }
    assert "the model has no chat template" in found.chat.note


def test_completions_that_ignore_logprobs_are_there():
    found = at(but(vllm, "/v1/completions", completion("four")))
    assert works(found, "completions", "completion_logprobs") == {
        "completions": True,
        "completion_logprobs": False,
    }


def test_a_server_that_ignores_the_ways_to_force_a_letter_does_not_force_it():
    def ignoring(request):
        answer = vllm(request)
        fields = {"structured_outputs", "guided_choice", "logit_bias"} & request.json.keys()
        return completion(" B") if fields else answer

    found = at(but(vllm, "/v1/completions", ignoring))
    assert (found.forced_letters.works, found.forced_letters.value) == (False, None)


def test_a_schema_that_is_ignored_is_no_structured_output():
    found = at(bare)
    assert (found.structured_output.works, found.structured_output.note) == (
        False,
        "accepted, but not kept to",
    )


@pytest.mark.parametrize(
    ("said", "works_"),
    [
        ("5926, quokka", True),
        ("Here they are: 31415926, 31415926, 31415926, 31415926, quokka", True),
        ("31415926, quokka", False),
        ("Here they are: quokka", False),
    ],
    ids=["goes on", "repeats the beginning and goes on", "begins another", "begins another alike"],
)
def test_a_begun_reply_is_gone_on_with_where_the_digits_are(said, works_):
    assert at(but(bare, "chat/completions", chat(said))).begun_reply.works is works_


def test_where_only_reasoning_comes_nothing_is_said_of_structure_and_begun_replies():
    found = at(but(bare, "chat/completions", chat("", reasoning_content="Let me", finish_reason="length")))
    assert works(found, "chat", "structured_output", "begun_reply") == {
        "chat": True,
        "structured_output": None,
        "begun_reply": None,
    }


@pytest.mark.real
def test_the_embedded_model_has_all_but_images_within_the_limits(smollm2):
    with serve(smollm2) as engine:
        found = asyncio.run(probe(EndpointSettings(base_url=engine.base_url, model=smollm2.name)))
    assert works(found, "chat", "completions", "seed", "images") == {
        "chat": True,
        "completions": True,
        "seed": True,
        "images": False,
    }
    assert min(found.chat_logprobs.value, found.completion_logprobs.value) > 500
    assert (found.given_texts.value, found.forced_letters.value) == ("llama.cpp grammar", "logit_bias")
    assert (found.echo.works, found.images.note) == (False, "listed as reading text only")
    assert "prompt" in found.echo.note
    assert (found.context, found.server, found.model.note) == (4096, "llama.cpp", "listed")
    assert found.requests <= MOST_REQUESTS
    assert found.took_s < 10
