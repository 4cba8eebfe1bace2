"""Redaction: takes secrets out of what a server says, in whatever form it repeats them.

Takes an endpoint's secrets, gives texts and bodies without them. Knows the forms that a request carries or that a
server would make of one: as it is, in another case, escaped as in JSON or a URL, and in base64 within longer texts.
"""

import base64
import json
import re
from collections.abc import Iterable

_HIDDEN = "[key]"
_LONG, _SHORTEST = 8, 4
_FEWEST_DIGITS = 6  # of base64: fewer may stand in any word
_MARKS = (b"\\u00", b"\\/", b"%")
_ESCAPE = re.compile(rb"\\u00([0-9a-f]{2})|%([0-9a-f]{2})")
_NOTHING = "(?!)"


class Redaction:
    """What must not be repeated of one endpoint."""

    def __init__(self, secrets: Iterable[str]) -> None:
        texts = set(secrets) - {""}
        words = {text for text in texts if _is_a_word(text)}
        forms = {form for text in texts - words for form in (text, *_in_base64(text))}
        spellings = [_in_any_spelling(form) for form in sorted(forms)]
        alone = [rf"(?<!\w){re.escape(text)}(?!\w)" for text in sorted(words)]
        sent = [rf"(?<=Bearer\ ){re.escape(text)}(?!\w)" for text in sorted(words)]
        self._folded = [
            *(written.lower().encode() for form in forms for written in _in_json(form)),
            *(f"bearer {text}".lower().encode() for text in words),
        ]
        self._in_bodies = re.compile("|".join(spellings + sent).encode() or _NOTHING.encode(), re.IGNORECASE)
        self._in_texts = re.compile("|".join(spellings + alone) or _NOTHING, re.IGNORECASE)

    def of_text(self, text: str) -> str:
        """A text for people, without secrets."""
        return self._in_texts.sub(_HIDDEN, text)

    def of_body(self, body: bytes) -> bytes:
        """A reply's body, without secrets; a mere word is hidden as it was sent alone, since models write words."""
        plain = body.lower()
        if any(mark in plain for mark in _MARKS):
            plain = _ESCAPE.sub(_unescaped, plain).replace(b"\\", b"")
        if any(form in plain for form in self._folded):  # the pattern would take as long as a request
            return self._in_bodies.sub(_HIDDEN.encode(), body)
        return body


def _is_a_word(secret: str) -> bool:
    """A placeholder such as "x", "none", "EMPTY" or "1234", which replies may hold for reasons of their own."""
    return len(secret) < _SHORTEST or (len(secret) < _LONG and (secret.isalpha() or secret.isdecimal()))


def _in_json(text: str) -> set[str]:
    """A text as it may stand in JSON: as it is, its quotation marks and backslashes escaped, or without these."""
    return {text, json.dumps(text)[1:-1], text.replace("\\", "")}


def _in_base64(text: str) -> list[str]:
    """What stands in the base64 of every text that holds this one, at each of the three places in a group of bytes."""
    forms = []
    for before in range(3):
        raw = b"\0" * before + text.encode()
        first, last = -(-8 * before // 6), 8 * len(raw) // 6  # digits that depend on the text alone
        forms += [encode(raw).decode()[first:last] for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    return [form for form in forms if len(form) >= _FEWEST_DIGITS]


def _in_any_spelling(text: str) -> str:
    """A pattern for a text of which any character may be escaped, once or twice over."""
    return "".join(rf"(?:\\*{re.escape(char)}|\\+u{ord(char):04x}|%{ord(char):02x})" for char in text)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex((escape[1] or escape[2]).decode()).lower()
