"""Replies that are begun for the model, and replies that have to be JSON."""

import pytest
from asking import CHAT, failure_of, reply_to
from loopback import Loopback, chat, error

from harness.endpoint.reply import FailureKind
from harness.prompts import Generate, Message, Prompt

BEGUN = Prompt((Message("user", "2 + 2?"), Message("assistant", "The answer is")), Generate(8))
CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}


def test_a_server_is_told_to_go_on_with_a_begun_reply():
    with Loopback(chat(" 4")) as server:
        reply_to(BEGUN, server)
    assert server.requests[0].json.items() >= CONTINUE.items()


def test_a_prompt_that_ends_with_the_user_asks_for_nothing_of_the_kind():
    with Loopback(chat("4")) as server:
        reply_to(CHAT, server)
    assert not server.requests[0].json.keys() & CONTINUE


@pytest.mark.parametrize("said", [" 4", "The answer is 4"], ids=["as vLLM does", "as llama.cpp does"])
def test_the_beginning_is_no_part_of_the_reply(said):
    with Loopback(chat(said)) as server:
        assert reply_to(BEGUN, server).text == " 4"


def test_what_a_model_says_without_being_begun_stays():
    with Loopback(chat("The answer is 4")) as server:
        assert reply_to(CHAT, server).text == "The answer is 4"


def test_a_server_that_cannot_go_on_is_not_asked_to_begin_anew():
    refusal = error(400, "Unrecognized request argument supplied: continue_final_message")
    with Loopback(refusal) as server:
        failure = failure_of(BEGUN, server, FailureKind.BAD_REQUEST)
    assert "continue_final_message" in failure.message
    assert len(server.requests) == 1


def test_an_entry_can_leave_out_what_its_host_refuses():
    with Loopback(chat(" 4")) as server:
        reply_to(BEGUN, server, omit=frozenset(CONTINUE))
    assert not server.requests[0].json.keys() & CONTINUE


def test_a_json_reply_is_held_to_the_letters():
    prompt = Prompt((Message("user", "2 + 2?"),), Generate(8, letters="ABC"))
    with Loopback(chat('{"letter": "B"}')) as server:
        assert reply_to(prompt, server).text == '{"letter": "B"}'
    schema = server.requests[0].json["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["letter"]["enum"] == ["A", "B", "C"]
    assert schema["required"] == ["letter"]
