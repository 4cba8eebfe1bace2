"""Markdown text: names and sentences that a reader of Markdown sees as they are, on GitHub and GitLab.

A model's or a subject's name may hold anything: a link, a tag, a table's border, somebody's name.
"""

import re

_SPECIAL = re.compile(
    r"""[\\`*_{}<>#|~&]
    | \[(?![\d+−])    # an interval is no link: [−8.3, +4.4]
    | \](?=[(\[:])    # which makes a link of what is before it
    | :(?=//)        # an address that would become a link by itself
    """,
    re.VERBOSE,
)
_MENTION = re.compile(r"@[@\w/-]*(?:\.[@\w/-]+)*")  # two side by side in one: `a``b` is not twice code
_MARKER = re.compile(r"(\d*)([-+.)])(?=\s|$|[-+])")  # of a list, or a line across the page
_TICKS = re.compile(r"`+")


def plain(text: str) -> str:
    """Text that Markdown takes for text, in a table too.

    @somebody becomes code: whoever is named elsewhere in a comment is called to it, escaped or not.
    """
    line, escaped, at = " ".join(text.split()), "", 0
    if marker := _MARKER.match(line):
        escaped, at = f"{marker[1]}\\{marker[2]}", marker.end()
    for mention in _MENTION.finditer(line, at):
        escaped += f"{_escaped(line[at : mention.start()])}`{mention[0]}`"
        at = mention.end()
    return escaped + _escaped(line[at:])


def code(text: str) -> str:
    """The same as code, for what is an id; in a table a border in it is escaped besides."""
    line = " ".join(text.split())
    fence = "`" * (1 + max(map(len, _TICKS.findall(line)), default=0))
    padded = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return f"{fence}{padded}{fence}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
