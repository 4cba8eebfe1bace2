"""Counted things: one of them has no s."""

import pytest

from harness.counted import counted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((0, "question"), "0 questions"),
        ((1, "question"), "1 question"),
        ((12_032, "question"), "12,032 questions"),
        ((1, "reply", "replies"), "1 reply"),
        ((2, "reply", "replies"), "2 replies"),
    ],
)
def test_one_is_named_in_the_singular(words, said):
    assert counted(*words) == said
