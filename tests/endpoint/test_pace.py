"""Paces over real HTTP and real time: how many at once, in whose turn, and what headers say."""

import asyncio
import time

import pytest
from asking import CHAT, ask_all, settings
from loopback import Answer, Loopback, chat, error

from harness.endpoint.client import Endpoint
from harness.endpoint.level import Level
from harness.endpoint.pace import End, Ended, Pace
from harness.endpoint.rate import Rate
from harness.endpoint.reply import Reply


def slow(request):
    return Answer(body=chat("4").body, delay_s=0.02)


def test_by_itself_a_run_begins_with_four_at_once_and_grows():
    with Loopback(slow) as server:
        outcomes, _ = ask_all([CHAT] * 120, server)
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert 4 < server.most_at_once <= 64


def test_a_fixed_number_at_once_is_never_exceeded():
    with Loopback(slow) as server:
        ask_all([CHAT] * 40, server, connections=3)
    assert server.most_at_once == 3


def test_what_is_rejected_is_asked_again_after_the_pause():
    rejected = iter([error(429, "slow down", retry_after="0.2")] * 3)
    with Loopback(lambda _: next(rejected, chat("4"))) as server:
        began = time.monotonic()
        outcomes, _ = ask_all([CHAT] * 8, server)
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert len(server.requests) == 11
    assert time.monotonic() - began >= 0.2


def test_a_reply_that_says_nothing_is_left_holds_the_next_request_until_there_is():
    spent = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}

    async def ask_twice(server):
        async with Endpoint(settings(server)) as endpoint:
            await endpoint.ask(CHAT)
            began = time.monotonic()
            await endpoint.room()
            return time.monotonic() - began

    with Loopback(Answer(body=chat("4").body, headers=spent)) as server:
        assert asyncio.run(ask_twice(server)) == pytest.approx(0.3, abs=0.15)


@pytest.mark.parametrize(
    "ended", [Ended(End.REJECTED, pause_s=3600.0), Ended(End.REPLIED, nothing_left_s=86_400.0)]
)
def test_an_endpoint_that_asks_for_hours_is_asked_again_after_the_longest_pause(ended):
    async def ask_again():
        pace = Pace(Level(1), Rate(), longest_pause_s=0.1)
        pace.leave(await pace.enter(), ended, 0.0)
        began = time.monotonic()
        await asyncio.wait_for(pace.room(), 10)
        return time.monotonic() - began

    assert asyncio.run(ask_again()) >= 0.1


def test_a_shorter_pause_that_is_asked_for_later_goes_before_the_longer_one():
    async def ask_again():
        pace = Pace(Level(2), Rate())
        epochs = [await pace.enter(), await pace.enter()]
        waiting = asyncio.create_task(pace.enter())
        await asyncio.sleep(0)
        for epoch, pause_s in zip(epochs, (60.0, 0.1), strict=True):
            pace.leave(epoch, Ended(End.REJECTED, pause_s=pause_s), 0.0)
        await asyncio.wait_for(waiting, 10)

    asyncio.run(ask_again())


def test_whoever_waits_first_goes_first_and_who_is_cancelled_holds_nobody_up():
    async def in_order():
        pace, seen = Pace(Level(1), Rate()), []

        async def go(name):
            epoch = await pace.enter()
            seen.append(name)
            pace.leave(epoch, Ended(End.REPLIED), 0.0)

        held = await pace.enter()
        waiting = [asyncio.create_task(go(name)) for name in "abc"]
        await asyncio.sleep(0)
        waiting[1].cancel()
        pace.leave(held, Ended(End.REPLIED), 0.0)
        await asyncio.gather(*waiting, return_exceptions=True)
        return seen

    assert asyncio.run(in_order()) == ["a", "c"]


def test_a_turn_that_comes_while_its_waiter_is_cancelled_goes_to_the_next():
    async def cancelled_in_turn():
        pace = Pace(Level(1), Rate())
        held = await pace.enter()
        first, second = (asyncio.create_task(pace.enter()) for _ in range(2))
        await asyncio.sleep(0)
        pace.leave(held, Ended(End.REPLIED), 0.0)  # it is the first one's turn now
        first.cancel()
        return await asyncio.wait_for(second, 5)

    assert asyncio.run(cancelled_in_turn()) == 0
