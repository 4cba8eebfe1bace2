"""Doubts: whether an answer is taken back, or another put beside it, in the words behind it.

Takes a Page and the place behind a letter. The words are in harness/readers/best/turns.py.
"""

import re
from functools import lru_cache

from harness.readers.best.page import Page
from harness.readers.best.signs import signs_of
from harness.readers.best.turns import AS_WELL, DISMISSED, OR_ELSE, TAKEN_BACK

_AFTER = 220  # characters in which an answer may be taken back
_LATE = 120  # and at a reply's end
_BESIDE = 70  # and in which another may be put beside it


def is_taken_back(page: Page, place: int) -> bool:
    """Whether an answer that ends at this place is withdrawn: "B. Wait, no."; or another's: "B, but he is wrong"."""
    if DISMISSED.match(page.lowered, place):
        return True
    soon, late = page.lowered[place : place + _AFTER], page.lowered[place + _AFTER :][-_LATE:]
    return TAKEN_BACK.search(soon) is not None or TAKEN_BACK.search(late) is not None


def is_joined(page: Page, letter: str, place: int) -> bool:
    """Whether another letter is put beside one that ends at this place: "B, but it might also be C"."""
    signs = signs_of(page.question.letters)
    beside = page.text[place : place + _BESIDE].partition("\n")[0]
    others = (found["after"] or found["before"] for found in _or_else(signs.own).finditer(beside))
    return any(signs.letter_of[other] != letter for other in others)


@lru_cache(maxsize=64)
def _or_else(own: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?i:{OR_ELSE})(?:(?i:option|choice|answer)\s)?[("'“\[]{{0,2}}(?P<after>{own})(?![\w'’])
        |(?<![\w'’])(?P<before>{own})["'”)\]]{{0,2}}(?i:{AS_WELL})""",
        re.VERBOSE,
    )
