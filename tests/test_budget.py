"""Budgets: whatever the replies cost and in whatever order they come, the limit is not passed."""

import asyncio
import math
from dataclasses import replace

import pytest
from builders import question, reply
from hypothesis import given
from hypothesis import strategies as st

from harness.budget import Allowance, Budget
from harness.demand import Demand
from harness.endpoint.reply import Failure, FailureKind, Usage
from harness.prices import GpuHours, Prices

A_DOLLAR = Prices(input=1e6, cached_input=1e6, output=1e6, as_of="", source="")  # a dollar a token
LATER = FailureKind.TIMEOUT


def numbered(place):
    return question(id=f"maths/{place}")


def budget(max_usd=None, worst=10, *, prices=A_DOLLAR, learning=0, **more):
    demand = Demand(worst, 0, learning, 0)
    return Budget(Allowance(prices=prices, max_usd=max_usd, demand=lambda _: demand, **more))


def took(tokens):
    return reply(usage=Usage(prompt_tokens=tokens))


def failure(kind, usage=None):
    return Failure(kind=kind, message="no", usage=usage)


def begun(held, *places):
    """Which of the questions may be begun, one after another, with none coming back."""

    async def begin():
        return [await asyncio.wait_for(held.begin(numbered(place)), 0.01) for place in places]

    return asyncio.run(begin())


@given(st.data())
def test_the_limit_is_never_passed(data):
    limit = data.draw(st.integers(1, 300))
    worsts = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=30))
    learning = data.draw(st.integers(0, 40))
    demands = {f"maths/{n}": Demand(worst, 0, learning, 0) for n, worst in enumerate(worsts)}
    held = Budget(Allowance(prices=A_DOLLAR, max_usd=limit, demand=lambda asked: demands[asked.id]))
    in_flight, spent, charged, learned = [], 0, 0, False
    for n, worst in enumerate(worsts):
        while not held.fits(numbered(n)) and in_flight:
            place = in_flight.pop(data.draw(st.integers(0, len(in_flight) - 1)))
            most = demands[f"maths/{place}"]
            known = data.draw(st.booleans())
            cost = data.draw(st.integers(1, most.prompt_tokens + (0 if learned else learning)))
            learned = learned or cost > most.prompt_tokens
            spent += cost if known else min(cost, most.prompt_tokens)
            charged += cost if known else most.prompt_tokens
            held.ended(numbered(place), took(cost) if known else failure(LATER))
        if not held.fits(numbered(n)):
            assert charged + worst + learning > limit  # it did not stop for nothing
            break
        assert asyncio.run(held.begin(numbered(n)))
        in_flight.append(n)
    worst_left = sum(demands[f"maths/{place}"].prompt_tokens for place in in_flight)
    assert spent + worst_left + (0 if learned or not in_flight else learning) <= limit


def test_a_question_is_begun_only_where_its_worst_case_fits_beside_those_in_flight():
    held = budget(25)
    assert begun(held, 1, 2) == [True, True]
    with pytest.raises(TimeoutError):  # it waits for what those in flight turn out to cost
        begun(held, 3)


def test_a_reply_gives_back_what_it_did_not_take():
    async def third():
        held = budget(25)
        await held.begin(numbered(1))
        await held.begin(numbered(2))
        waiting = asyncio.create_task(held.begin(numbered(3)))
        await asyncio.sleep(0)
        held.ended(numbered(1), took(2))
        return await waiting

    assert asyncio.run(third())


def test_it_ends_where_nothing_in_flight_could_make_room():
    held = budget(15)
    begun(held, 1)
    held.ended(numbered(1), took(10))
    assert begun(held, 2) == [False]


@pytest.mark.parametrize(
    ("result", "charged"),
    [
        (took(3), 3),
        (reply(usage=None), 10),
        (reply(usage=Usage(completion_tokens=5)), 10),
        (failure(FailureKind.TIMEOUT), 10),
        (failure(FailureKind.EMPTY, Usage(prompt_tokens=30)), 30),
        (failure(FailureKind.TIMEOUT, Usage(prompt_tokens=4)), 10),
        (failure(FailureKind.RATE_LIMITED), 0),
        (failure(FailureKind.TOO_LONG), 0),
        (failure(FailureKind.UNSUPPORTED, Usage(prompt_tokens=4)), 4),
        (None, 10),
    ],
    ids=["counted", "uncounted", "half", "lost", "empty", "partly", "rejected", "long", "unable", "given up"],
)
def test_what_is_not_known_counts_as_its_worst_case(result, charged):
    held = budget(100)
    begun(held, 1)
    held.ended(numbered(1), result)
    assert f"{charged:.4f} US dollars are spent" in held.sentence(1)


def test_what_was_given_up_in_flight_is_told_for_the_next_session():
    held = budget(100)
    begun(held, 1, 2)
    held.ended(numbered(1), None)
    held.ended(numbered(2), took(1))
    assert held.given_up_usd == 10


def test_room_is_kept_for_finding_out_what_the_endpoint_can_do_once():
    held = budget(45, learning=20)
    assert begun(held, 1, 2) == [True, True]
    assert not held.fits(numbered(3))


def test_what_earlier_parts_spent_counts():
    assert begun(budget(25, spent_usd=16), 1) == [False]


def test_no_question_is_begun_once_less_time_is_left_than_the_longest_reply_took():
    assert begun(budget(max_s=100, worked_s=80, longest_s=15), 1) == [True]
    assert begun(budget(max_s=100, worked_s=80, longest_s=25), 1) == [False]


def test_the_longest_reply_of_the_session_counts_too():
    held = budget(max_s=100, worked_s=80)
    begun(held, 1)
    held.ended(numbered(1), replace(took(1), latency_s=30.0))
    assert begun(held, 2) == [False]


def test_with_hours_of_gpus_the_limit_on_cost_is_one_on_time():
    two_dollars_a_second = GpuHours(gpu_hour_usd=3600.0, gpus=2)
    held = budget(100.0, prices=two_dollars_a_second, worked_s=40)
    assert held.left_s == pytest.approx(10, abs=1)
    assert begun(held, 1) == [True]
    spent = budget(100.0, prices=two_dollars_a_second, worked_s=50)
    assert begun(spent, 1) == [False]
    assert spent.sentence(7).startswith(
        "--max-cost 100 leaves no time for one more question: 50.0 s are used"
    )


def test_without_a_limit_nothing_is_held_back():
    held = budget(worked_s=1e9)
    assert held.left_s == math.inf
    assert begun(held, *range(50)) == [True] * 50
