"""An endpoint that says nothing: a slow one is waited for, a dead one is not."""

import asyncio
import time
from dataclasses import replace

import pytest
from endpoint.asking import CHAT, TEXT, settings
from loopback import Answer, Loopback, chat, completion, reply

from harness.endpoint.client import Endpoint
from harness.endpoint.reply import Failure, Reply
from harness.prompts import Message

SILENT = Answer(raw=b"", end="hang")
PATIENCE_S = 0.5  # a machine that is busy needs some of it


def ask_unless_dead(server, *prompts, **changed):
    """The outcome of each prompt; or the failure, where the endpoint was found dead before."""

    async def ask():
        async with Endpoint(settings(server, silence_s=PATIENCE_S, **changed)) as endpoint:
            asked = asyncio.gather(*(endpoint.ask(prompt) for prompt in prompts))
            dead = asyncio.create_task(endpoint.dead())
            await asyncio.wait({asked, dead}, return_when=asyncio.FIRST_COMPLETED)
            if asked.done():
                dead.cancel()
                return asked.result()
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            return await dead

    return asyncio.run(ask())


def late(answer, patiences):
    return replace(answer, delay_s=patiences * PATIENCE_S)


def is_knock(request):
    return 1 in (request.json.get("max_tokens"), request.json.get("max_completion_tokens"))


def knocks(server):
    return [request for request in server.requests if is_knock(request)]


def test_one_that_answers_nothing_is_found_dead_within_three_times_the_patience():
    with Loopback(SILENT) as server:
        began = time.monotonic()
        found = ask_unless_dead(server, CHAT, CHAT)
        took_s = time.monotonic() - began
    assert isinstance(found, Failure)
    assert "takes questions and answers none" in found.message
    assert took_s < 3 * PATIENCE_S + 2


def test_the_sentence_names_the_way_out_of_a_long_loading():
    with Loopback(SILENT) as server:
        assert "--timeout" in ask_unless_dead(server, CHAT).message


def test_a_slow_one_that_answers_a_knock_is_waited_for_and_asked_once():
    def slow(request):
        return chat("Hi") if is_knock(request) else late(chat("4"), 2)

    with Loopback(slow) as server:
        (found,) = ask_unless_dead(server, CHAT)
    assert isinstance(found, Reply)
    assert len(server.requests) - len(knocks(server)) == found.attempts == 1


def test_one_that_is_knocked_at_in_vain_waits_twice_as_long_before_the_next_knock():
    def slow(request):
        return chat("Hi") if is_knock(request) else late(chat("4"), 8)

    with Loopback(slow) as server:
        ask_unless_dead(server, CHAT)
    assert 2 <= len(knocks(server)) <= 4  # after 1, 2, 4 and perhaps 8 times the patience, not after each


def test_one_that_works_on_one_request_at_a_time_gets_its_question_again_after_the_knock():
    busy = [True, True]  # the question, and the knock behind it

    def one_at_a_time(_request):
        return SILENT if busy and busy.pop() else chat("4")

    with Loopback(one_at_a_time) as server:
        (found,) = ask_unless_dead(server, CHAT)
    assert isinstance(found, Reply)
    assert found.attempts == 2


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_whatever_is_answered_to_a_knock_shows_life(status):
    def slow(request):
        return Answer(status=status) if is_knock(request) else late(chat("4"), 2)

    with Loopback(slow) as server:
        (found,) = ask_unless_dead(server, CHAT)
    assert isinstance(found, Reply)


def test_the_knock_takes_the_route_of_the_questions():
    def slow(request):
        return completion("Hi") if is_knock(request) else late(completion("4"), 2)

    with Loopback(slow) as server:
        ask_unless_dead(server, TEXT)
    assert {request.path for request in knocks(server)} == {"/v1/completions"}


def test_the_knock_has_the_fields_that_the_entry_wants():
    def slow(request):
        return chat("Hi") if is_knock(request) else late(chat("4"), 2)

    with Loopback(slow) as server:
        ask_unless_dead(server, CHAT, max_tokens_field="max_completion_tokens", extra={"store": False})
    first = knocks(server)[0].json
    assert first["max_completion_tokens"] == 1
    assert first["store"] is False


def test_one_that_is_quick_is_not_knocked_at():
    with Loopback(chat("4")) as server:
        ask_unless_dead(server, *[CHAT] * 20)
    assert not knocks(server)


def test_one_that_answered_and_then_stops_is_found_dead():
    def stopping(_request):
        return chat("4") if len(server.requests) <= 3 else SILENT

    with Loopback(stopping) as server:
        found = ask_unless_dead(server, *[CHAT] * 8)
    assert isinstance(found, Failure)


class OneByOne:
    """Works on one request at a time, and lists its models beside that; freezes at the second question, or is slow."""

    def __init__(self, second):
        self._second = second
        self._busy = 2  # the first question, and the knock behind it
        self._frozen = False

    def __call__(self, request):
        if self._frozen:
            return SILENT
        if request.method == "GET":
            return reply({"data": []})
        if self._busy:
            self._busy -= 1
            return SILENT
        if b"3 + 3" not in request.body:
            return chat("4")
        self._frozen = self._second is SILENT
        return self._second


SECOND = replace(CHAT, content=(Message("user", "3 + 3?"),))


def test_one_that_works_on_one_request_at_a_time_and_then_freezes_is_found_dead():
    with Loopback(OneByOne(SILENT)) as server:
        found = ask_unless_dead(server, CHAT, SECOND, connections=1)
    assert isinstance(found, Failure)
    assert "takes questions and answers none" in found.message


def test_one_that_works_on_one_request_at_a_time_and_lists_its_models_meanwhile_is_waited_for():
    with Loopback(OneByOne(late(chat("6"), 4))) as server:
        first, second = ask_unless_dead(server, CHAT, SECOND, connections=1)
    assert (first.attempts, second.attempts) == (2, 1)
