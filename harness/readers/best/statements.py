"""Statements: what a reply says its answer is, the last time that it says so.

Takes a Page, gives a Statement. The phrases are in harness/readers/best/languages.py; what stands behind one is read
by harness/readers/best/values.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.readers.best.languages import DENIED, PHRASES, PREDICATES, REJECTED, UNLESS, WRONG
from harness.readers.best.page import Page
from harness.readers.best.signs import signs_of
from harness.readers.best.values import Value, value_at

_TRIED = 48  # phrases looked at, from the last one back: a reply with more has no answer that one could find
_COPULAS_TRIED = 3
_BEFORE = 45  # characters before a phrase in which something may turn it


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


_COPULA = re.compile(r"\b(?:is|are|was|be|ist|est|es|é|è|adalah|ni)\b|[:：=]")
_SENTENCE = re.compile(r"[^\n.;!?。；！？]{0,100}")
_THIS = re.compile(r"(?<!\n)\n{1,3}(?:this|that|which)\s(?:is|would\sbe)\sthe\s(?:correct|right|best)\b")

# Before a letter and its predicate: "neither (A) nor", "(A) or".
_NEITHER = re.compile(r"\b(?:nor|neither|not)\s(?:option\s|choice\s)?$")
_ALSO = re.compile(r"""\b\w["')\]]{0,2},?\s{0,2}(?:(?:or|and)\b|[,/&])\s{0,2}(?:option\s|choice\s)?$""")


def last_statement(page: Page) -> Statement:
    """What a reply states last; a letter that it denies later on is no longer stated."""
    denied: set[str] = set()
    for _, rule, value in _backwards(page):
        if value.denied and value.letter:
            denied.add(value.letter)
        elif value.letter is None:
            return Statement(None, "hedge", frozenset(denied))
        elif value.letter not in denied:
            return Statement(value.letter, f"{rule}, text" if value.by_text else rule, frozenset(denied))
    return Statement(None, None, frozenset(denied))


def _backwards(page: Page) -> Iterator[tuple[int, str, Value]]:
    """The values stated, from the last to the first."""
    found_all = [*_phrases_in(page), *_predicates_in(page), *_lines_meant(page)]
    for place, rule, found in sorted(found_all, key=lambda item: item[0], reverse=True)[:_TRIED]:
        value = found if isinstance(found, Value) else _behind(page, found)
        if value is not None:
            yield place, rule, value


def _phrases_in(page: Page) -> Iterator[tuple[int, str, re.Match[str] | Value]]:
    for phrase in PHRASES:
        if any(needle in page.lowered for needle in phrase.needles):
            for found in phrase.pattern.finditer(page.lowered):
                yield found.end(), phrase.rule, found


def _behind(page: Page, found: re.Match[str]) -> Value | None:
    """The value behind a phrase, or behind a later verb of its sentence."""
    before = page.lowered[max(found.start() - _BEFORE, 0) : found.start()]
    if UNLESS.search(before) or WRONG.search(found.group()):
        return None
    place = found.end()
    sentence = _SENTENCE.match(page.lowered, place)
    limit = sentence.end() if sentence else place
    for _ in range(_COPULAS_TRIED):
        if (value := value_at(page, place)) is not None:
            return _as_meant(value, page.lowered[found.start() : place])
        copula = _COPULA.search(page.lowered, place, limit)
        if copula is None:
            return None
        place = copula.end()
    return None


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
    for found in pattern.finditer(page.text):
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


@lru_cache(maxsize=64)
def _predicate_pattern(own: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?<![A-Za-z0-9'’_\\^])["'“(\[{{*`]{{0,4}}(?P<sign>{own})["'”)\]}}*`.:]{{0,4}}(?i:{PREDICATES})""",
        re.VERBOSE,
    )
