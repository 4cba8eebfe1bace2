"""Values: what stands where an answer is expected, after "the answer is" or inside a box.

Takes a Page and a place in it, gives a Value: a letter, or that there is none or more than one; None where
nothing there says either. Knows nothing of the phrases that lead there.
"""

import re
from dataclasses import dataclass, replace

from harness.readers.best.choices import begins_with_choice, letter_of_text
from harness.readers.best.page import Page
from harness.readers.best.signs import AND, BRACKETS, ENDS, LINE_ENDS, signs_of
from harness.readers.best.turns import BUT, RATHER

_LINE = 300  # characters in which a value has to end
_LISTED = 30  # letters of a list that are looked at
_LISTED_WITHIN = 60  # characters in which the next of them has to stand

_SPACE = re.compile(r"[ \t;]{1,4}")
_LETTERED = re.compile(r"[(\[](?:(?:option|choice|answer)\s)?(\w)[)\]]\W{0,3}$", re.IGNORECASE)
_GAP = re.compile(r"[\s.:)\-–—]{0,4}")
_NUMBERED = re.compile(r"\s?[번番号號项項]")  # "number 2", not "2"
_COUNTER = re.compile(r"[번番号號項项]?")
_INITIAL = re.compile(r"\.\s?\w")
_SENTENCE_ENDS = re.compile(
    r"[.!?。！？;；।](?:\s|$)|[。！？]|\s(?:because|since)\s|,\s(?:because|since|which|so)\s"
)
_BEFORE = re.compile(r"(?:[\s:：=→>–—]|-(?![\w\\])){0,12}")  # not the sign of a number
_SEVERAL = re.compile(
    r"(?:either|between|both|neither|one\sof|any\sof|any\sone\sof|among|entweder|weder|soit|ambos|ambas|entre|tra|antara)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"""[^\w\n]{0,6}(?:
        none | unknown | unclear | undetermined | indeterminate | ambiguous | impossible | missing | n/?a\b
      | (?:not|cannot|can't|could\snot|couldn't|can\snot)\s(?:be\s)?(?:\w{1,15}\s)?
        (?:listed|given|provided|available|present|among|in\sthe|one\sof|any\sof|shown|included|here
          |determined?|determinable|known|found|clear|possible|derived|calculated|computed|established|stated|answered)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """What is claimed.

    Attributes:
        letter: None where none of the choices is claimed, or several are.
        denied: the letter is said not to be the answer.
        by_text: the choice's text or number was written, not its letter.
        end: the place behind the letter.
    """

    letter: str | None
    denied: bool = False
    by_text: bool = False
    end: int = 0


def value_at(page: Page, place: int) -> Value | None:
    """What is claimed at a place; None where nothing is said of any choice."""
    found = signs_of(page.question.letters).leading.match(page.text, place, place + _LINE)
    if found and not _begins_choice(page, found) and (value := _letter(page, found)) is not None:
        return value
    begin = _end_of(_BEFORE, page.text, place)
    if (letter := _by_text(page, begin)) is not None:
        return Value(letter, by_text=True, end=begin)
    if _SEVERAL.match(page.text, begin) or _NONE.match(page.text, begin):
        return Value(None)
    return None


def in_place_of(page: Page, value: Value | None) -> Value | None:
    """The value, or the letter that is meant in its place: "not A but B"."""
    if value is None or value.letter is None:
        return value
    turn = RATHER.match(page.lowered, value.end) or (value.denied and BUT.match(page.lowered, value.end))
    if not turn:
        return value
    meant = value_at(page, turn.end())
    return replace(value, denied=True) if meant is None or meant.by_text else meant


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _letter(page: Page, found: re.Match[str]) -> Value | None:
    signs, sign, end = signs_of(page.question.letters), found["sign"], found.end()
    letter = signs.letter_of.get(sign)
    if (
        letter is None
        or _in_word(page.text, found)
        or page.text[end : end + 2].lstrip().startswith(("?", "？", "؟"))
    ):
        return None
    if others := _others(page, found, letter):
        # With a letter twice it lists what was answered to several questions, and says nothing of this one.
        return Value(None, end=end) if len({letter, *others}) == 1 + len(others) else None
    if not _stands_alone(page, found, letter):
        return None
    if _is_also_a_number(page, found, letter):
        return Value(None, end=end)
    return Value(letter, denied=bool(found["not"]), end=end)


def _is_closed(found: re.Match[str]) -> bool:
    return not BRACKETS.isdisjoint(found["close"])


def _stands_alone(page: Page, found: re.Match[str], letter: str) -> bool:
    """Whether a sign is a letter of a choice, not an article, a pronoun, a unit or a variable."""
    text, end, closed = page.text, found.end(), _is_closed(found)
    weak = found["sign"] in signs_of(page.question.letters).weak
    if closed and not weak:
        return True
    if page.cut and end == len(text) and not closed:
        return False  # the word may have gone on
    ends = LINE_ENDS if weak and not closed else ENDS
    return any(behind.match(text, end) for behind in (ends, RATHER, BUT)) or _own_text_follows(
        page, end, letter
    )


def _own_text_follows(page: Page, end: int, letter: str) -> bool:
    return begins_with_choice(page.question, letter, page.text[end : end + _LINE].lstrip(" .:)-–—"))


def _in_word(text: str, found: re.Match[str]) -> bool:
    """Whether a sign goes on as a word, a number or a formula; without spaces the next word may follow it."""
    sign, after, then = (
        found["sign"],
        text[found.end() : found.end() + 1],
        text[found.end() + 1 : found.end() + 2],
    )
    if sign.isdigit():
        return (
            after.isdigit()
            or (after in {"%", "°", "^", "/"})
            or (after in {".", ",", ":"} and then.isdigit())
        )
    if sign.isascii():
        return after in {"'", "’", "_", "^", "+", "="} or (after.isalnum() and after < "\u0250")
    return after.isalnum() and ENDS.match(text, found.end()) is None


def _others(page: Page, found: re.Match[str], letter: str) -> list[str]:
    """The letters that stand beside it: "A or B", "A, C", "(A) Paris or (B) London", "A. Paris B. London"."""
    end = found.end()
    behind = _behind_choice(page, end, letter)
    further = _next_letter(page, end, found) or _next_letter(page, behind, found)
    if further is None and behind > end:
        further = _next_choice(page, behind)
    others: list[str] = []
    while further is not None and len(others) < _LISTED:
        others.append(further[0])
        further = _next_letter(page, further[1], found)
    return others


def _next_letter(page: Page, place: int, first: re.Match[str]) -> tuple[str, int] | None:
    """The next letter of a list and the place behind it."""
    signs = signs_of(page.question.letters)
    joined = AND.match(page.text, _end_of(_COUNTER, page.text, place))
    other = joined and signs.following.match(page.text, joined.end(), joined.end() + _LISTED_WITHIN)
    letter = other and signs.letter_of.get(other["sign"])
    if not other or not letter or _in_word(page.text, other):
        return None
    if other["sign"] in signs.weak and first["sign"] not in signs.weak and not _is_closed(other):
        return None  # the article of "B or a mixture"
    ends = _is_closed(other) or ENDS.match(page.text, other.end()) or AND.match(page.text, other.end())
    return (letter, other.end()) if ends else None


def _next_choice(page: Page, place: int) -> tuple[str, int] | None:
    """The letter of a choice that is written out on the same line behind another one."""
    signs = signs_of(page.question.letters)
    begin = _end_of(_SPACE, page.text, place)
    other = signs.following.match(page.text, begin, begin + _LISTED_WITHIN)
    letter = other and signs.letter_of.get(other["sign"])
    if other and letter and _own_text_follows(page, other.end(), letter):
        return letter, other.end()
    return None


def _behind_choice(page: Page, place: int, letter: str) -> int:
    """The place behind the choice's own text, where that follows its letter as it is written in the question."""
    begin = _end_of(_GAP, page.text, place)
    own = page.question.choices[page.question.letters.index(letter)].strip()
    return begin + len(own) if page.text.startswith(own, begin) else place


def _is_also_a_number(page: Page, found: re.Match[str], letter: str) -> bool:
    """Whether a digit may be a choice's letter or another choice's text: nobody can tell which."""
    if not found["sign"].isdigit() or found["noun"] is not None or found["close"]:
        return False
    if _NUMBERED.match(page.text, found.end()):
        return False
    return letter_of_text(page.question, found["sign"]) not in {None, letter}


def _begins_choice(page: Page, found: re.Match[str]) -> bool:
    """Whether what looks like a letter begins another choice's text, as in "C. elegans"."""
    if found["close"] or not _INITIAL.match(page.text, found.end()):
        return False
    own = signs_of(page.question.letters).letter_of.get(found["sign"])
    return _by_text(page, found.start("sign")) not in {None, own}


def _by_text(page: Page, begin: int) -> str | None:
    """The choice whose text is the line from here, or its first sentence."""
    line = page.text[begin : begin + _LINE].split("\n", maxsplit=1)[0]
    whole = len(line) < _LINE and (begin + len(line) < len(page.text) or page.ended)
    ends = _SENTENCE_ENDS.search(line)
    pieces = ([line] if whole else []) + ([line[: ends.start()]] if ends else [])
    return next(filter(None, (_choice_of(page, piece) for piece in pieces)), None)


def _choice_of(page: Page, piece: str) -> str | None:
    """The choice whose text this is, its letter in brackets behind it or not."""
    if (letter := letter_of_text(page.question, piece)) is not None:
        return letter
    lettered = _LETTERED.search(piece)
    letter = lettered and signs_of(page.question.letters).letter_of.get(lettered[1])
    if lettered and letter == letter_of_text(page.question, piece[: lettered.start()]):
        return letter
    return None
