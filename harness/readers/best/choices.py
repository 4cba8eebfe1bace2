"""Choices' texts: the letter of the choice whose own text or number somebody wrote.

Takes a Question and a piece of plain text; gives a letter only where one choice alone fits.
"""

import re
from decimal import Decimal
from functools import lru_cache

from harness.questions import Question
from harness.readers.best.page import plain

_SAME = str.maketrans("−–—×·’", "---x*'")
_MARKS = r"""[\s_!"#&()\[\]{}:;?@\\`~$“”‘«»„…。、，；：！？「」『』【】《》।،؛؟]"""
_DROPPED = re.compile(f"{_MARKS}+")
_APART = re.compile(rf"(?<=\d)(?!\s\d{{3}}(?!\d)){_MARKS}++(?=\d)")  # "8 4" is not 84, but "10 000" is 10,000
_LEAST = 2  # signs of a choice's text that can be told from another word
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(r"[-+]?\d{1,30}(?:\.\d{1,30})?")


def squeezed(text: str) -> str:
    """A text as it is compared: lower case, without spaces and the punctuation that no formula needs."""
    return _DROPPED.sub("", _APART.sub("|", text.translate(_SAME).casefold())).strip(".,'*")


def letter_of_text(question: Question, text: str) -> str | None:
    """The letter of the only choice whose text, or whose number, this is."""
    written = squeezed(text)
    if not written:
        return None
    texts = _texts(question.choices)
    same = [place for place, choice in enumerate(texts) if choice == written]
    if not same and (value := _number(written)) is not None:
        same = [place for place, choice in enumerate(texts) if _number(choice) == value]
    return question.letters[same[0]] if len(same) == 1 else None


def begins_with_choice(question: Question, letter: str, text: str) -> bool:
    """Whether a text begins with the text of this letter's choice."""
    choice = _texts(question.choices)[question.letters.index(letter)]
    return bool(choice) and squeezed(text[: 2 * len(choice) + 60]).startswith(choice)


def names_choice(question: Question, letter: str, text: str) -> bool:
    """Whether the text of this letter's choice, in words, stands in a short text in lower case."""
    choice = plain(question.choices[question.letters.index(letter)]).casefold().strip(" .")
    if len(choice) < _LEAST or not re.search(r"[^\W\d]{2}", choice):
        return False
    apart = "" if _CJK.search(choice) else r"(?<!\w)"
    return re.search(apart + re.escape(choice) + apart.replace("<", ""), text.casefold()) is not None


@lru_cache(maxsize=256)
def _texts(choices: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(squeezed(plain(choice)) for choice in choices)


def _number(squeezed_text: str) -> Decimal | None:
    """3,000 and 3000.0 are one number; what has a unit is a text."""
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", squeezed_text).strip("€£")
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None
