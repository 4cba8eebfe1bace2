"""The anytime-valid test of early stops, held against the reference's stop points on recorded pairs of models."""

import math
import random
from functools import cache

import pyarrow.parquet
import pytest
from builders import reply
from scipy.special import betaln, logsumexp
from shared import SHARED, mmlu_pro, needs_shared

from harness.readers import READERS
from harness.sequential import ALPHA_A_SIDE, Bets, Claim, SequentialTest, in_order, stakes

PAIRS = {
    "A": ("Meta-Llama-3-70B", "Meta-Llama-3_1-8B"),
    "B": ("Qwen1.5-72B-Chat", "Mixtral-8x7B-Instruct-v0.1"),
    "C": ("Mixtral-8x7B-Instruct-v0.1", "Phi-3-mini-4k-instruct"),
    "D": ("Meta-Llama-3_1-8B", "Meta-Llama-3_1-8B-Instruct"),
    "E": ("Meta-Llama-3_1-8B-Instruct", "Mixtral-8x7B-Instruct-v0.1"),
    "F": ("gemini-1.5-flash-002", "Meta-Llama-3-70B"),
}
STOPS = {  # questions up to E >= 1/0.025 and E >= 1/0.005
    ("A", Claim.WORSE): (82, 109),
    ("B", Claim.WORSE): (294, 356),
    ("C", Claim.NOT_WORSE): (906, None),
    ("D", Claim.BETTER): (110, 124),
    ("D", Claim.NOT_WORSE): (104, 114),
    ("E", Claim.WORSE): (7937, None),
    ("F", Claim.WORSE): (352, 436),
}
LN_BETA = {"A": 512.2989, "B": 58.1060, "C": -3.4117, "D": 124.4634, "E": 0.6747, "F": 282.8782}
LN_E = {  # at the end, worse and better, by the sign test's closed form
    "A": (511.1628, -56.7557),
    "B": (59.2763, -21.0189),
    "C": (-1.7443, -4.7843),
    "D": (-27.9433, 124.0730),
    "E": (2.9984, -8.4470),
    "F": (278.8052, -42.0158),
}


@cache
def right(model):
    """Question id to whether a recorded reply was right."""
    asked = {question.id: question for question in mmlu_pro()[1].questions}
    rows = pyarrow.parquet.read_table(SHARED / "recorded" / "mmlu_pro" / f"{model}.parquet").to_pylist()
    questions = [(asked[str(row["question_id"])], reply(row["response"] or "")) for row in rows]
    return {q.id: READERS["strict"].read(said, q).letter == q.gold for q, said in questions}


@cache
def differences(pair):
    """Question id to new minus base."""
    base, new = map(right, PAIRS[pair])
    return {id_: new[id_] - base[id_] for id_ in base if id_ in new}


def first(bets, drawn, alpha):
    """Questions up to the first E of 1/alpha; None where it never comes so far."""
    for asked, difference in enumerate(drawn, start=1):
        bets.see(difference)
        if bets.ln_e >= -math.log(alpha):
            return asked
    return None


@needs_shared
@pytest.mark.parametrize("alpha", [0.025, ALPHA_A_SIDE])
@pytest.mark.parametrize("claim", Claim)
@pytest.mark.parametrize("pair", PAIRS)
def test_claims_on_recorded_pairs_come_where_the_reference_has_them(pair, claim, alpha):
    of = differences(pair)
    drawn = [of[id_] for id_ in in_order(of, seed=0)]
    expected = STOPS.get((pair, claim), (None, None))[alpha == ALPHA_A_SIDE]
    assert first(Bets(claim, len(of), margin=0.02), drawn, alpha) == expected


@needs_shared
def test_the_order_of_a_seed_is_the_references():
    assert in_order(differences("A"), seed=0)[:3] == ["9977", "4506", "9079"]


@needs_shared
@pytest.mark.parametrize("pair", PAIRS)
def test_the_stakes_give_the_references_evidence_at_the_end(pair):
    changes = list(differences(pair).values())
    lost, won = changes.count(-1), changes.count(1)
    risked = stakes(len(changes))

    def ln_e(for_, against):
        grown = [for_ * math.log1p(stake) + against * math.log1p(-stake) for stake in risked]
        return logsumexp(grown) - math.log(len(grown))

    assert (ln_e(lost, won), ln_e(won, lost)) == pytest.approx(LN_E[pair], abs=5e-5)


@needs_shared
@pytest.mark.parametrize("pair", PAIRS)
def test_another_test_of_the_signs_has_the_references_evidence(pair):
    changes = list(differences(pair).values())
    lost, won = changes.count(-1), changes.count(1)
    ln_e = betaln(1 + lost, 1 + won) + (lost + won) * math.log(2)  # two-sided, by a Beta(1, 1) mixture
    assert ln_e == pytest.approx(LN_BETA[pair], abs=5e-5)


def test_what_differs_by_seed_is_the_order_alone():
    ids = [str(number) for number in range(100)]
    assert sorted(in_order(ids, seed=1)) == sorted(in_order(ids, seed=2))
    assert in_order(ids, seed=1) != in_order(ids, seed=2)


def test_the_order_does_not_depend_on_the_order_in_which_ids_are_given():
    ids = [str(number) for number in range(100)]
    assert in_order(reversed(ids), seed=0) == in_order(ids, seed=0)


def shown(drawn, margin=0.02):
    test = SequentialTest(len(drawn), margin)
    for difference in drawn:
        test.see(difference)
    return test


def test_losses_alone_are_soon_shown_as_worse():
    test = shown([-1] * 50)
    assert (test.shown, test.seen) == (Claim.WORSE, 11)


def test_a_model_that_answers_alike_is_soon_shown_as_not_worse():
    test = shown([0] * 14_042)
    assert test.shown is Claim.NOT_WORSE
    assert test.seen < 450


def test_a_claim_stays_whatever_comes_after():
    test = shown([-1] * 20 + [1] * 500)
    assert test.shown is Claim.WORSE
    assert test.seen < 20


def test_the_difference_on_a_list_is_no_claim_where_it_may_be_chance():
    drawn = [-1] * 110 + [1] * 90 + [0] * 100
    random.Random(0).shuffle(drawn)
    assert shown(drawn, margin=0.001).shown is None


def test_a_list_that_has_lost_too_much_is_not_shown_as_better_by_a_lucky_start():
    ahead = [1] * 8 + [0] * 20
    small = Bets(Claim.BETTER, len(ahead), margin=0.0)
    large = Bets(Claim.BETTER, 10_000, margin=0.0)
    for difference in [-1] * 12 + ahead[:8]:
        small.see(difference)
        large.see(difference)
    assert small.ln_e < large.ln_e  # what was lost must come back on the few that are left


@pytest.mark.parametrize("questions", [1, 2, 9, 10])
def test_a_list_of_few_questions_can_be_tested(questions):
    test = shown([1, -1] * (questions // 2) + [0] * (questions % 2))
    assert test.shown is None
    assert test.seen == questions
