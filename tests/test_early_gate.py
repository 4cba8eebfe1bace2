"""Early gates: what is said of a run that was to stop early."""

import pytest
from builders import early_stop

from harness.early_gate import reason
from harness.early_stopping import EarlyStop


def at_the_end(verdict, p, p_not_worse):
    """The reason of a test that came to its end."""
    how = {"verdict_at_the_end": True, "asked": 12, "p_at_the_end": p, "p_not_worse_at_the_end": p_not_worse}
    return reason(early_stop(verdict=verdict, **how))


@pytest.mark.parametrize(
    ("verdict", "decided"),
    [
        ("worse", "McNemar's exact p = 0.031"),
        ("not worse", "one-sided p of a drop of 2 points or more = 0.012"),
        (None, "McNemar's exact p = 0.031, one-sided p of a drop of 2 points or more = 0.012"),
    ],
)
def test_the_p_that_decided_at_the_end_is_named(verdict, decided):
    assert at_the_end(verdict, 0.031, 0.012).endswith(f"lost 3 and won 0 of 12, {decided}")


def test_a_p_at_its_level_is_not_rounded_to_the_other_side():
    said = at_the_end(None, 0.04003, 0.02004)
    assert "exact p = 0.04003" in said
    assert said.endswith("= 0.02004")


def test_the_rule_names_both_tests_of_the_end_with_their_levels():
    rule = EarlyStop(0.03).rule
    assert "worse or better by exact McNemar at 0.04" in rule
    assert "not worse by a one-sided test of that margin at 0.02" in rule
