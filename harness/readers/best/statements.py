"""Statements: what a reply says its answer is, the last time that it says so.

Takes a Page, gives a Statement. The phrases are in harness/readers/best/languages.py; what stands behind one is read
by harness/readers/best/values.py.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.readers.best.doubts import is_joined, is_taken_back
from harness.readers.best.everyday import ALL_BUT, EXCLUDES, LEADS
from harness.readers.best.languages import PHRASES, PREDICATES
from harness.readers.best.page import Page
from harness.readers.best.signs import signs_of
from harness.readers.best.turns import CONDITION, DENIED, REJECTED, UNLESS, WRONG
from harness.readers.best.values import Value, in_place_of, value_at

_TRIED = 48  # phrases looked at, from the last one back: a reply with more has no answer that one could find
_COPULAS_TRIED = 3
_BEFORE = 45  # characters before a phrase in which something may turn it
_CONCLUDING = 2_000  # characters before the end in which all other choices may be called wrong
_CASE = 90  # characters before a letter in which its condition stands
_SOON = 30  # characters from a beginning in which everyday words say what the answer is
_LATE = 150  # characters before the end in which they may stand, with the letter that ends the reply


@dataclass(frozen=True, slots=True)
class Statement:
    """What a reply states.

    Attributes:
        letter: None where it states that there is none, or more than one.
        rule: what was read.
        denied: letters that it says are not the answer, after all that it states.
    """

    letter: str | None
    rule: str | None
    denied: frozenset[str]


_COPULA = re.compile(r"\b(?:is|are|was|be|ist|est|es|é|è|adalah|ni)\b|(?<!\d)[:：]|[:：](?!\d)|=")
_SPACES = re.compile(r"\s*")
_NOTHING_MORE = re.compile(r"""[\s"'”’)\]*_`]*+(?P<end>[.!。।！…]*+)[\s"'”’)\]*_`]*+""")
_SENTENCE = re.compile(r"[^\n.;!?。；！？]{0,100}")
_THIS = re.compile(r"(?<!\n)\n{1,3}(?:this|that|which)\s(?:is|would\sbe)\sthe\s(?:correct|right|best)\b")

_BOX_BEFORE = re.compile(
    r"boxed\s?\{[^{}\n]{1,20}\}{1,2}\$?[,;]?\s?(?:(?:or|and|oder|ou|o|或|または|또는)\s?)?\$?$"
)

# Before a letter and its predicate: "neither (A) nor", "(A) or".
_NEITHER = re.compile(r"\b(?:nor|neither|not)\s(?:option\s|choice\s)?$")
_ALSO = re.compile(r"""\b\w["')\]]{0,2},?\s{0,2}(?:(?:or|and)\b|[,/&])\s{0,2}(?:option\s|choice\s)?$""")


def last_statement(page: Page) -> Statement:
    """What a reply states last; a letter that it denies or takes back later on is no longer stated."""
    denied: set[str] = set()
    stated = list(_backwards(page))
    for place, rule, value in stated:
        if value.denied and value.letter:
            denied.add(value.letter)
        elif value.letter is None or is_joined(page, value.letter, value.end):
            return Statement(None, "hedge", frozenset(denied))
        elif value.letter not in denied:
            if _is_one_case(page, place, value.letter, stated):
                return Statement(None, "hedge", frozenset(denied))
            if is_taken_back(page, value.end):
                letter = _everyday(page, value.end, denied)
                return Statement(letter, "everyday" if letter else "withdrawn", frozenset(denied))
            return Statement(value.letter, f"{rule}, text" if value.by_text else rule, frozenset(denied))
    letter = _everyday(page, 0, denied)
    return Statement(letter, "everyday" if letter else None, frozenset(denied))


def _is_one_case(page: Page, place: int, letter: str, stated: Sequence[tuple[int, str, Value]]) -> bool:
    """Whether this and another letter are each stated under a condition: "if it grows, A; if it shrinks, B"."""
    if not _under_condition(page, place):
        return False
    others = (
        at
        for at, _, value in stated
        if at < place and value.letter not in (None, letter) and not value.denied
    )
    return any(_under_condition(page, at) for at in others)


def _under_condition(page: Page, place: int) -> bool:
    return CONDITION.search(page.lowered[max(place - _CASE, 0) : place]) is not None


def _everyday(page: Page, begin: int, denied: Collection[str]) -> str | None:
    """The letter that everyday words lead to, at the end of a reply or at its beginning: "it's B", "therefore B".

    Anywhere else they are a step of the reasoning, and a letter is more often a variable.

    Args:
        page: the reply.
        begin: where it begins, or goes on after it took an answer back.
        denied: letters that it says are not the answer.
    """
    first = _SPACES.match(page.text, begin)
    begun = first.end() if first else begin
    near, last = begun + _SOON, max(len(page.text) - _LATE, begun + _SOON)
    spans = ((max(begin, begun - 1), near + _SOON), (last, len(page.text)))
    soon, late = (LEADS.finditer(page.lowered, *span) for span in spans)
    for found in reversed([*soon, *late]):
        value = value_at(page, found.end())
        if (
            value is None
            or value.by_text
            or value.denied
            or DENIED.search(page.lowered[max(found.end() - _BEFORE, 0) : found.end()])
            or _under_condition(page, found.end())
        ):
            continue
        if found.start() > near and not _ends_there(page, value):
            continue
        letter, end = value.letter, value.end
        doubtful = (
            letter is None or letter in denied or is_joined(page, letter, end) or is_taken_back(page, end)
        )
        return None if doubtful else letter
    return None


def _ends_there(page: Page, value: Value) -> bool:
    """Whether nothing follows a letter, and its sentence came to an end."""
    rest = _NOTHING_MORE.fullmatch(page.text, value.end)
    return rest is not None and (page.ended or bool(rest["end"]))


def _backwards(page: Page) -> Iterator[tuple[int, str, Value]]:
    """The values stated, from the last to the first."""
    found_all = [*_phrases_in(page), *_predicates_in(page), *_lines_meant(page), *_all_but(page)]
    for place, rule, found in sorted(found_all, key=lambda item: item[0], reverse=True)[:_TRIED]:
        value = found if isinstance(found, Value) else _behind(page, found)
        if (
            rule == "boxed"
            and value is not None
            and isinstance(found, re.Match)
            and _is_beside_a_box(page, found)
        ):
            value = replace(value, letter=None)
        if value is not None:
            yield place, rule, value


def _phrases_in(page: Page) -> Iterator[tuple[int, str, re.Match[str] | Value]]:
    text = page.lowered
    for phrase in PHRASES:
        for (
            needle
        ) in phrase.needles:  # `any` takes twice as long, and most of what a short reply takes is this
            if needle in text:
                for found in phrase.pattern.finditer(text):
                    yield found.end(), phrase.rule, found
                break


def _behind(page: Page, found: re.Match[str]) -> Value | None:
    """The value behind a phrase, or behind a later verb of its sentence.

    Where something before the phrase turns it, nothing is stated; at the end of a reply its letter is not the answer.
    """
    before = page.lowered[max(found.start() - _BEFORE, 0) : found.start()]
    turned = UNLESS.search(before) or WRONG.search(found.group())
    place = found.end()
    sentence = _SENTENCE.match(page.lowered, place)
    limit = sentence.end() if sentence else place
    for _ in range(_COPULAS_TRIED):
        if (value := value_at(page, place)) is not None:
            if turned:
                return replace(value, denied=True) if value.letter and _ends_there(page, value) else None
            return in_place_of(page, _as_meant(value, page.lowered[found.start() : place]))
        copula = _COPULA.search(page.lowered, place, limit)
        if copula is None:
            return None
        place = copula.end()
    return None


def _is_beside_a_box(page: Page, found: re.Match[str]) -> bool:
    """Whether another box stands right before this one, as in two that are joined by "or"."""
    return _BOX_BEFORE.search(page.lowered[max(found.start() - _BEFORE, 0) : found.start()]) is not None


def _as_meant(value: Value, phrase: str) -> Value | None:
    """The value, which a verb of the phrase before it may deny."""
    if REJECTED.search(phrase):
        return None
    denied = any(DENIED.search(phrase[: verb.start()]) for verb in _COPULA.finditer(phrase))
    return replace(value, denied=True) if denied else value


def _predicates_in(page: Page) -> Iterator[tuple[int, str, Value]]:
    """Letters with their predicate behind them: "(B) is the correct answer"."""
    signs = signs_of(page.question.letters)
    pattern = _predicate_pattern(signs.own)
    for found in deque(pattern.finditer(page.text), maxlen=_TRIED):
        before = page.lowered[max(found.start() - _BEFORE, 0) : found.start()]
        if UNLESS.search(before) or _NEITHER.search(before):
            continue
        letter = None if _ALSO.search(before) else signs.letter_of[found["sign"]]
        yield found.end(), "predicate", Value(letter, end=found.end())


def _lines_meant(page: Page) -> Iterator[tuple[int, str, Value]]:
    """The line before "This is the correct answer"."""
    for found in _THIS.finditer(page.lowered):
        value = value_at(page, page.lowered.rfind("\n", 0, found.start()) + 1)
        if value is not None and value.letter is not None:
            yield found.end(), "predicate", value


def _all_but(page: Page) -> Iterator[tuple[int, str, Value]]:
    """Letters beside which all others are called wrong: "all but B are wrong"."""
    signs, begin = signs_of(page.question.letters), max(len(page.text) - _CONCLUDING, 0)
    if EXCLUDES.search(page.lowered, begin) is None:
        return
    for pattern in _all_but_patterns(signs.own):
        for found in pattern.finditer(page.text, begin):
            yield found.end(), "predicate", Value(signs.letter_of[found["sign"]], end=found.end())


@lru_cache(maxsize=64)
def _all_but_patterns(own: str) -> tuple[re.Pattern[str], ...]:
    sign = rf"(?<![A-Za-z0-9])(?P<sign>{own})(?![A-Za-z0-9'’])"
    letter = rf"(?-i:(?:option\s|la\s|le\s|a\s|die\s|الخيار\s)?[(\"“]?{sign}[)\"”]?)"
    return tuple(re.compile(pattern.replace("@", letter), re.IGNORECASE) for pattern in ALL_BUT)


@lru_cache(maxsize=64)
def _predicate_pattern(own: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?<![A-Za-z0-9'’_\\^])["'“(\[{{*`]{{0,4}}(?P<sign>{own})["'”)\]}}*`.:]{{0,4}}(?i:{PREDICATES})""",
        re.VERBOSE,
    )
