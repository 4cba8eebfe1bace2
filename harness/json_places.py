"""JSON places: where the parts of a JSON text begin, so that a wrong row can be named by its line.

Takes a text that is known to be JSON, whose values the standard library gives without their places. Each value is
read once more, and no character is looked at more often than that.
"""

import json
import re

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def lines_of_elements(text: str, begins: int) -> list[int]:
    """The lines, from 1, in which the elements of the list begin that begins at `begins`."""
    lines: list[int] = []
    line, counted = 1, 0
    at = after_space(text, begins + 1)
    while text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        lines.append(line)
        at = _after_value(text, at)
    return lines


def fields(text: str, begins: int) -> dict[str, int]:
    """Where the value of each field begins, of the object that begins at `begins`; of two of a name the last counts."""
    places: dict[str, int] = {}
    at = after_space(text, begins + 1)
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        places[name] = after_space(text, after_space(text, end) + 1)  # behind the colon
        at = _after_value(text, places[name])
    return places


def after_space(text: str, at: int) -> int:
    """The first place from `at` on that holds no white space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after_value(text: str, at: int) -> int:
    """Where what follows a value begins: the next one, or the bracket that closes."""
    end = after_space(text, _DECODER.raw_decode(text, at)[1])
    return after_space(text, end + 1) if text[end] == "," else end
