"""Lettered choices: texts that hold their choices as "A. …", a line each, taken apart.

Takes a text, gives what stands before the choices, and the choices. Reads no replies: see harness/readers/.
"""

import re

_LABEL = re.compile(r"\s*(?:\(([A-Z])\)\s*|([A-Z])[.):](?:\s+|$))")
_HEADING = re.compile(r"\s*(?:answer )?(?:choices|options):?\s*", re.IGNORECASE)


def without_label(choice: str) -> str:
    """A choice without its label: "(A) red", "(A)red" and "A. red" are "red".

    Raises:
        ValueError: it has no label, so that cutting one off would damage it.
    """
    label = _LABEL.match(choice)
    if label is None:
        raise ValueError(f"{choice!r} does not begin with a label such as (A)")
    return choice[label.end() :]


def split_lettered(text: str) -> tuple[str, tuple[str, ...]]:
    """What stands before the choices, and the choices; none where the text has fewer than two.

    The choices are the last run of lines labelled A, B, C, …; a line without the next label goes on with the choice
    above it. A line that only says "Answer Choices:" belongs to neither.
    """
    lines = text.split("\n")
    start, choices = len(lines), list[list[str]]()
    for place, line in enumerate(lines):
        label = _LABEL.match(line)
        letter = (label[1] or label[2]) if label else None
        if label and letter == "A":
            start, choices = place, [[line[label.end() :]]]
        elif label and choices and letter == chr(ord("A") + len(choices)):
            choices.append([line[label.end() :]])
        elif choices:
            choices[-1].append(line)
    if len(choices) < 2:
        return text, ()
    before = lines[:start]
    while before and (not before[-1].strip() or _HEADING.fullmatch(before[-1])):
        before.pop()
    return "\n".join(before), tuple("\n".join(choice).strip() for choice in choices)
