"""Sentences: replies whose first or last sentence, or only one, names a single choice in whatever words.

Takes a Page, gives letters. They are looked at where nothing says that it is the answer, so one that denies, doubts
or sets a condition is not read, nor one with a second letter.
"""

import re
from functools import lru_cache

from harness.readers.best.choices import names_choice
from harness.readers.best.doubts import is_joined, is_taken_back
from harness.readers.best.everyday import CONCLUDES, LED
from harness.readers.best.page import Page
from harness.readers.best.signs import BRACKETS, ENDS, signs_of
from harness.readers.best.turns import INSTEAD, NEGATIVE
from harness.readers.best.values import value_at

_SHORT = 120  # characters of a sentence that says little else
_BESIDE = 12  # characters behind a letter in which another makes a list of it
_NUMERALS = "IVX"  # at the beginning of a reply the first of a question's statements, or a pronoun
_WHOLE = re.compile(r"[^.!?。！？।\n]+[.!。！।]*")
_ENDED = re.compile(r"[.!。।！]$")
_LAST = re.compile(r"(?:^|(?<=[\n.!?。！？।؟:：]))[^\n.!?。！？।؟:：]+[.!。！।…\s\"'”)*]*$")
_CONCLUSION = 220  # characters of one that draws the conclusion
_LAST_OF_SEVERAL = re.compile(r"(?<=[\n.!?。！？।])[^\n.!?。！？।]+[.!。！।…\s\"'”*]*$")
_FORMULA = re.compile(r"[$\\^=_{}°<>+|]")
_REASONS = re.compile(r"\s?(?:[.)\]:](?!\s?[a-z0-9])|[,;!—–。，、！-]\s?|\s[—–-]\s)")


def letter_begun_with(page: Page) -> set[str]:
    """The letter that a reply begins with and gives reasons for: "B, because …"; two where others are beside it."""
    begin = len(page.text) - len(page.text.lstrip())
    value = value_at(page, begin)
    if value is None or value.letter is None or value.denied or value.by_text:
        return set()
    # "(B)" begins a part of a question more often than an answer, and "option B" a list of the choices.
    written = page.text[begin : value.end].strip("\"'“”*_ ").rstrip(".)]:")
    closed = page.text[value.end - 1] in BRACKETS
    if (
        written != value.letter
        or written in _NUMERALS
        or not (closed or _REASONS.match(page.text, value.end))
    ):
        return set()
    own = signs_of(page.question.letters).own
    if _mentioned(own).search(page.text[value.end : value.end + _BESIDE]):
        return {"", value.letter}
    doubtful = is_joined(page, value.letter, value.end) or is_taken_back(page, value.end)
    return {"", value.letter} if doubtful else {value.letter}


def choices_named(page: Page) -> set[str]:
    """The choices whose texts stand in a reply of one sentence, or in a last sentence that draws the conclusion."""
    text = page.lowered.strip()
    last = _LAST_OF_SEVERAL.search(text, max(len(text) - _CONCLUSION, 0))
    if last is not None and CONCLUDES.search(last[0]):
        text = last[0]
    elif len(text) > _SHORT or not _WHOLE.fullmatch(text):
        return set()
    if not (page.ended or _ENDED.search(text)) or NEGATIVE.search(text):
        return set()
    return {letter for letter in page.question.letters if names_choice(page.question, letter, text)}


def letter_ended_with(page: Page) -> set[str]:
    """The only letter in the last sentence, or in what it says in place of what it denies."""
    text = page.text.rstrip()
    found = _LAST.search(text, max(len(text) - _SHORT, 0))
    if found is None or not (page.ended or _ENDED.search(text)) or _FORMULA.search(found[0]):
        return set()
    turns = list(INSTEAD.finditer(found[0].lower()))
    sentence = found[0][turns[-1].end() :] if turns else found[0]
    if NEGATIVE.search(sentence.lower()) or len(sentence.strip(" .!*_()[]")) < 2:
        return set()
    signs = signs_of(page.question.letters)
    alone = _alone(signs.own, LED if sentence.isascii() else "").finditer(sentence)
    letters = {
        signs.letter_of[each["bracketed"] or each["sign"]] for each in alone if _is_sign(sentence, each)
    }
    others = {signs.letter_of[each["sign"]] for each in _mentioned(signs.own).finditer(sentence)}
    return letters if len(letters | others) == 1 else set()


def _is_sign(sentence: str, found: re.Match[str]) -> bool:
    """Whether a letter of another script stands for itself: 乙 begins other words, too."""
    return found["sign"] is None or found["sign"].isascii() or ENDS.match(sentence, found.end()) is not None


@lru_cache(maxsize=64)
def _alone(own: str, led: str) -> re.Pattern[str]:
    """Letters in round brackets, and those that are no word, no part of a formula and no mark of a list.

    Args:
        own: the letters.
        led: what has to stand before those without brackets; where all signs are Latin a bare one may be a unit.
    """
    return re.compile(
        rf"""\((?P<bracketed>{own})\)
        |(?<![A-Za-z0-9'’_\\^$=+*/<>(\[{{-])(?<!\d\s)(?<![=+*/<>-]\s){led}["'“]?(?P<sign>(?!I){own})["'”]?
            (?![A-Za-z0-9'’_^=+*/<>()\[{{:]|-[A-Za-z]|\s?[=+*/<>]|\s[a-z]|\.\s?\w)""",
        re.VERBOSE,
    )


@lru_cache(maxsize=64)
def _mentioned(own: str) -> re.Pattern[str]:
    """Letters of whatever use, but English's article and pronoun."""
    return re.compile(rf"(?<![A-Za-z0-9'’])(?P<sign>(?!I|A\s[a-z]{{2}}){own})(?![A-Za-z0-9'’])")
