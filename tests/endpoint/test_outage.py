"""Outages: an endpoint that takes long over each failure is found to be down by all requests' failures together."""

import pytest
from asking import CHAT, ask_all
from loopback import Answer, Loopback

from harness.endpoint import outage as outage_module
from harness.endpoint.failures import FailedAttempt
from harness.endpoint.outage import FAILURES, Outage
from harness.endpoint.reply import Failure, FailureKind

BROKEN = FailedAttempt(Failure(kind=FailureKind.SERVER_ERROR, message="504"))
LOADING = FailedAttempt(Failure(kind=FailureKind.SERVER_ERROR, message="loading"), will_come=True)
TOO_SOON = FailedAttempt(Failure(kind=FailureKind.RATE_LIMITED, message="429"))


@pytest.fixture
def outage(monkeypatch):
    monkeypatch.setattr(outage_module, "SECONDS", 0.0)
    return Outage(lambda: 0.0)


def fail(outage, *failures):
    for failure in failures:
        outage.failed(failure)


def test_so_many_failures_in_a_row_are_an_outage(outage):
    fail(outage, *[BROKEN] * (FAILURES - 1))
    assert not outage.is_over_all(0.0)
    fail(outage, BROKEN)
    assert outage.is_over_all(0.0)


@pytest.mark.parametrize("life", [LOADING, TOO_SOON, None], ids=["loads", "limits the rate", "answers"])
def test_a_sign_of_life_ends_one(outage, life):
    fail(outage, *[BROKEN] * FAILURES)
    outage.answered() if life is None else fail(outage, life)
    assert not outage.is_over_all(0.0)


def test_a_short_one_is_none_and_the_pause_before_the_next_attempt_counts():
    outage = Outage(lambda: 0.0)
    fail(outage, *[BROKEN] * FAILURES)
    assert not outage.is_over_all(0.0)
    assert outage.is_over_all(outage_module.SECONDS)


def test_whoever_has_waited_for_long_may_yet_be_answered(monkeypatch):
    monkeypatch.setattr(outage_module, "SECONDS", 0.0)
    outage = Outage(lambda: 21.0)
    fail(outage, *[BROKEN] * FAILURES)
    assert not outage.is_over_all(0.0)


def test_a_gateway_that_fails_slowly_is_given_up_before_each_question_has_failed_five_times(monkeypatch):
    monkeypatch.setattr(outage_module, "SECONDS", 0.5)
    with Loopback(lambda _: Answer(status=504, delay_s=0.1)) as server:
        outcomes, _ = ask_all([CHAT] * 8, server, connections=1)
    assert all(isinstance(outcome, Failure) for outcome in outcomes)
    assert len(server.requests) < 5 * 8
