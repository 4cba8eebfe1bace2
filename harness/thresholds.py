"""Thresholds: shares inside, and in all that is shown the points or per cent that were typed, to the last digit."""

import re

_EXPONENT = re.compile(r"e\+?(-?)0*(?=\d)")


def as_typed(share: float) -> str:
    """In points or per cent: 1, 2.5, 1e-9. Twelve digits are more than anybody types, and hide a float's noise."""
    return _EXPONENT.sub(r"e\1", f"{100 * share:.12g}")


def in_points(share: float) -> str:
    """A size in points, with their name."""
    return f"{_with_a_digit(share)} points"


def percent(share: float) -> str:
    """A share as per cent."""
    return f"{_with_a_digit(share)} %"


def _with_a_digit(share: float) -> str:
    """With one digit at least, as the figures that stand beside it."""
    typed = as_typed(share)
    return f"{typed}.0" if typed.isdecimal() else typed
