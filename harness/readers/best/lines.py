"""Lines: replies without any phrase, which are a letter, or end in one.

Takes a Page, gives a letter and the rule that read it. In order of trust: a line that is a letter; a line that is a
letter and its choice's text; one letter called correct; a choice's text alone; the only letter in brackets, at the
end of the last sentences. Where two letters could be meant, none is read.
"""

import re
from functools import lru_cache
from itertools import accumulate, islice

from harness.readers.best.choices import begins_with_choice, letter_of_text
from harness.readers.best.everyday import CALLED_RIGHT
from harness.readers.best.page import Page
from harness.readers.best.sentences import choices_named, letter_begun_with, letter_ended_with
from harness.readers.best.signs import signs_of
from harness.readers.best.turns import BOTH, UNLESS
from harness.readers.best.values import value_at

_AROUND = 20  # lines looked at from either end
_LAST = 400  # characters in which the last sentences are
_VERDICTS = 200  # looked at; who gives more of them is in a loop
_BEFORE = 45  # characters before a letter in which it may be doubted
_ABOVE = 120  # characters before a line
_ANNOUNCED = re.compile(r"(?<!\bis)(?<!\bare)(?<!\bbe)(?<!\bwas)(?<!\bfor)[:：]$")
_NOTHING = re.compile(
    r"""(?:입니다|이다|예요|이에요|です|でしょう|だと思います)?[\s.:,;!*_"'”’)\]}]*(?:(?:because|since)\b.*)?"""
)


def lone_letter(page: Page) -> tuple[str, str] | None:
    """A letter and its rule, None where the reply has none or more than one."""
    rules = (
        ("letter", _letters),
        ("first", letter_begun_with),
        ("last", letter_ended_with),
        ("line", _lines),
        ("verdict", _verdicts),
        ("text", _texts),
        ("bracket", _brackets),
        ("named", choices_named),
    )
    for rule, read in rules:
        letters = read(page)
        if letters:
            return (letters.pop(), rule) if len(letters) == 1 else None
    return None


def _ends_of(page: Page, count: int) -> list[tuple[int, str]]:
    """The first and last lines, each with its place; blank ones do not count."""
    places = accumulate((len(line) + 1 for line in page.text.split("\n")), initial=0)
    lines = [
        (place, line) for place, line in zip(places, page.text.split("\n"), strict=False) if line.strip()
    ]
    return lines if len(lines) <= 2 * count else lines[:count] + lines[-count:]


def _letters(page: Page) -> set[str]:
    """The first and the last line, where they are a letter and nothing else."""
    ends = (_letter_with(page, place, line) for place, line in _whole(page, _ends_of(page, 1)))
    return {letter for letter, rest in filter(None, ends) if _NOTHING.fullmatch(rest)}


def _lines(page: Page) -> set[str]:
    """Lines that are a letter with its choice's text; a list of the choices has many, an answer one at an end."""
    ends = {place for place, _ in _ends_of(page, 1)}
    found = [
        (place, letter)
        for place, line in _ends_of(page, _AROUND)
        for letter, rest in filter(None, [_letter_with(page, place, line)])
        if begins_with_choice(page.question, letter, rest.lstrip(" .:)-–—"))
        and not _is_listed(page, place, letter)
    ]
    letters = {letter for _, letter in found}
    return letters if any(place in ends for place, _ in found) or len(letters) > 1 else set()


def _is_listed(page: Page, place: int, letter: str) -> bool:
    """Whether a line begins a list of the choices that may have been cut: a colon announced it, and no verb."""
    before = page.lowered[max(place - _ABOVE, 0) : place].rstrip()
    return letter == page.question.letters[0] and not page.ended and _ANNOUNCED.search(before) is not None


def _letter_with(page: Page, place: int, line: str) -> tuple[str, str] | None:
    """The letter with which a line begins, and the rest of the line."""
    value = value_at(page, place)
    if (
        value is None
        or value.letter is None
        or value.denied
        or value.by_text
        or value.end > place + len(line)
    ):
        return None
    return value.letter, page.text[value.end : place + len(line)]


def _verdicts(page: Page) -> set[str]:
    """Letters that are called correct, with no other beside them; two are as good as all."""
    signs, letters = signs_of(page.question.letters), set[str]()
    for found in islice(_verdict_pattern(signs.own).finditer(page.text), _VERDICTS):
        before = page.lowered[max(found.start() - _BEFORE, 0) : found.start()]
        if not UNLESS.search(before) and not BOTH.search(before):
            letters.add(signs.letter_of[found["sign"]])
        if len(letters) > 1:
            break
    return letters


def _texts(page: Page) -> set[str]:
    """The first or last line, where it is a choice's text and no other line is another's."""
    lines = _whole(page, _ends_of(page, _AROUND))
    texts = [letter_of_text(page.question, line) for _, line in lines]
    return (
        {letter for letter in texts if letter is not None}
        if texts[:1] + texts[-1:] != [None, None]
        else set()
    )


def _whole(page: Page, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Without the last of several lines, where it may be half of one: nobody said that the reply came to its end."""
    return lines if page.ended or page.text.endswith("\n") or len(lines) < 2 else lines[:-1]


def _brackets(page: Page) -> set[str]:
    """The only letter that stands in brackets, where it ends one of the last sentences."""
    signs = signs_of(page.question.letters)
    bracketed = {found["sign"] for found in re.finditer(rf"\((?P<sign>{signs.own})\)", page.text)}
    last = re.search(
        rf"\b(?:is|as|are|be|was|so|thus|hence|therefore),?\s\(({signs.own})\)(?:[.\n]|$)", page.text[-_LAST:]
    )
    return {signs.letter_of[last[1]]} if last and len(bracketed) == 1 else set()


@lru_cache(maxsize=64)
def _verdict_pattern(own: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?<![A-Za-z0-9'’_\\^])(?<!nor\s)(?<!or\s)(?<!and\s)(?<!if\s)(?<!If\s)
        (?:(?i:option|choice|answer)\s)?[("'“\[]{{0,2}}(?P<sign>{own})["'”)\]]{{0,2}}(?:,\s[^,\n.]{{1,40}},)?
        (?i:{CALLED_RIGHT})""",
        re.VERBOSE,
    )
