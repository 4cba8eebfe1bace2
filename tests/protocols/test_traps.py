"""What a protocol gets wrong is told where it is made, in its docstring, as well as in the docs."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from harness import protocols
from harness.protocols import PROTOCOLS, Protocol

PAGE = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")
TABLE = re.compile(r"^\| protocol(?: or reader)? \| (?:trap|what) \|\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")


def docstrings():
    """Protocol to the docstrings of the modules that hold it, without their line breaks."""
    found = {}
    for info in pkgutil.iter_modules(protocols.__path__):
        module = importlib.import_module(f"{protocols.__name__}.{info.name}")
        for held in vars(module).values():
            for one in held if isinstance(held, tuple) else (held,):
                if isinstance(one, Protocol):
                    found[one.name] = found.get(one.name, "") + " ".join(module.__doc__.split())
    return found


def traps():
    """Protocol and a text that its row in the docs quotes."""
    for table in TABLE.findall(PAGE):
        for row in table.splitlines():
            named, told = row.strip("| ").split(" | ", maxsplit=1)
            patterns = [re.escape(name).replace("…", ".*") for name in QUOTED.findall(named)]
            for protocol in PROTOCOLS:
                if any(re.fullmatch(pattern, protocol) for pattern in patterns):
                    yield from ((protocol, text) for text in QUOTED.findall(told) if text not in PROTOCOLS)


DOCSTRINGS = docstrings()


def test_traps_are_found_in_the_docs():
    assert len({protocol for protocol, _ in traps()}) > 10
    assert set(DOCSTRINGS) == set(PROTOCOLS)


@pytest.mark.parametrize(("protocol", "quoted"), list(traps()))
def test_what_the_docs_quote_as_a_trap_stands_in_the_docstring(protocol, quoted):
    assert quoted in DOCSTRINGS[protocol]
