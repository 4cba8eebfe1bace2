"""Parsers of the endpoint, by properties: reasoning, Retry-After, candidates, prompt tokens."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.endpoint.candidates import candidates, letter_logprobs
from harness.endpoint.prompt_tokens import Token, sum_after, sum_by_text
from harness.endpoint.reasoning import split_reasoning
from harness.endpoint.retry_after import asked_wait_s, nothing_left_s

plain = st.text().filter(lambda text: "think>" not in text)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["content", "tokens", "token", "logprob", "top_logprobs", "token_logprobs", "bytes", " A"]
            ),
            inner,
        )
    ),
)


@given(reasoning=plain, answer=plain)
def test_reasoning_and_answer_are_told_apart_with_and_without_opening_tag(reasoning, answer):
    expected = (answer.lstrip(), reasoning.strip())
    assert split_reasoning(f"<think>{reasoning}</think>{answer}") == expected
    assert split_reasoning(f"{reasoning}</think>{answer}") == expected


@given(plain)
def test_reasoning_that_is_cut_off_leaves_no_answer(reasoning):
    assert split_reasoning(f"\n<think>{reasoning}") == ("", reasoning.strip())


@given(plain)
def test_a_text_without_tags_stays_as_it_is(text):
    assert split_reasoning(text) == (text, None)


def test_tags_in_the_middle_of_an_answer_are_part_of_it():
    text = "In HTML, <think>x</think> is no element. Answer: B"
    assert split_reasoning(text) == (text, None)


@pytest.mark.parametrize(
    ("headers", "body", "wait_s"),
    [
        ({"Retry-After": "7"}, b"", 7.0),
        ({"Retry-After": " 0.25 "}, b"", 0.25),
        ({"Retry-After": "-3"}, b"", 0.0),
        ({"retry-after-ms": "1500", "Retry-After": "60"}, b"", 1.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00"}, b"", 0.0),
        ({"Retry-After": "soon"}, b"", None),
        ({"Retry-After": "inf"}, b"", None),
        ({"Retry-After": "nan"}, b"", None),
        ({}, b'{"retryDelay": "17s"}', 17.0),
        ({}, b'{"retryDelay":"0.5s"}', 0.5),
        ({}, b'{"retryDelay":"soon"}', None),
        ({}, b"", None),
    ],
)
def test_the_pause_an_endpoint_asks_for(headers, body, wait_s):
    assert asked_wait_s(headers, body) == wait_s


def test_a_date_is_the_seconds_until_then():
    then = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    assert asked_wait_s({"Retry-After": then}, b"") == pytest.approx(120, abs=2)


@given(st.text(), st.binary())
def test_no_header_and_no_body_breaks_the_reading(text, body):
    wait_s = asked_wait_s({"Retry-After": text, "retry-after-ms": text}, body)
    assert wait_s is None or (wait_s >= 0 and math.isfinite(wait_s))


@given(anything)
def test_no_shape_of_logprobs_breaks_the_reading(logprobs):
    found = candidates({"logprobs": logprobs})
    assert found is None or all(math.isfinite(number) for number in found.values())


def test_the_form_with_the_space_goes_first_in_completions_only():
    found = {" A": -1.0, "A": -2.0, "B": -3.0, " C": -4.0}
    assert letter_logprobs(found, "ABCD", spaced_first=True) == {"A": -1.0, "C": -4.0}
    assert letter_logprobs(found, "ABCD", spaced_first=False) == {"A": -2.0, "B": -3.0}


def test_letters_of_one_form_are_not_compared_with_letters_of_the_other():
    found = {" A": -3.0, " B": -3.5, "D": -1.0}  # hendrycks/test looks at " A" to " D" alone, and reads A
    assert letter_logprobs(found, "ABCD", spaced_first=True) == {"A": -3.0, "B": -3.5}


def test_the_other_form_stands_in_where_the_first_is_nowhere():
    assert letter_logprobs({"A": -1.0, "B": -2.0}, "ABCD", spaced_first=True) == {"A": -1.0, "B": -2.0}


@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6),
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_both_ways_to_find_the_border_agree(context, continuation):
    tokens = [Token(text, -float(2**n), text) for n, text in enumerate(context + continuation)]
    expected = -float(sum(2 ** (len(context) + n) for n in range(len(continuation))))
    assert sum_by_text(tokens, "".join(context), "".join(context + continuation)) == expected
    assert sum_after(tokens, tokens[: len(context)]) == expected


def test_part_of_a_character_at_the_border_belongs_to_what_follows():
    tokens = [Token("x", -1.0, "1"), Token("", -2.0, "2"), Token("é", -4.0, "3")]
    assert sum_by_text(tokens, "x", "xé") == -6.0


def test_tokens_that_do_not_spell_the_text_are_not_guessed_at():
    tokens = [Token("x", -1.0, "1"), Token("\ufffd", -2.0, "2")]
    assert sum_by_text(tokens, "x", "xé") is None


@pytest.mark.parametrize(
    ("remaining", "reset", "wait_s"),
    [
        ("0", "1s", 1.0),
        ("0", "6m0s", 360.0),
        ("0", "200ms", 0.2),
        ("0", "2m59.56s", 179.56),
        ("0", "1h0m1s", 3601.0),
        ("3", "1s", None),
        ("0", "", None),
        ("0", "soon", None),
        ("", "1s", None),
    ],
)
def test_when_nothing_is_left_the_headers_say_until_when(remaining, reset, wait_s):
    headers = {"x-ratelimit-remaining-tokens": remaining, "x-ratelimit-reset-tokens": reset}
    assert nothing_left_s(headers) == wait_s
    assert asked_wait_s(headers, b"") == wait_s
