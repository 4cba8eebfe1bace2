"""Templates: texts made of a dataset's row, written in a task file as jinja2.

Takes a template and a row, gives a text. Runs in jinja2's sandbox: a task file may come from anywhere, and can
reach nothing but the row. Knows nothing of tasks or questions.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from harness.lettered import split_lettered, without_label
from harness.printed import printed_list

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_BRACKETED = re.compile(r"\[[^\]\n]*\]")
_BETWEEN_KEYS = re.compile(r",|\band\b|\bor\b")


def is_template(text: str) -> bool:
    """Whether a field of a task file is a template; else it names a column."""
    return "{{" in text or "{%" in text


def check_template(text: str) -> None:
    """Refuse what is no template.

    Raises:
        ValueError: saying what is wrong and in which line of the template.
    """
    import jinja2

    try:
        _environment().from_string(text)
    except jinja2.TemplateError as error:
        raise ValueError(f"the template cannot be read ({error})") from error


def columns_in(text: str) -> frozenset[str]:
    """The columns that a template names, beside those that it reaches through `row`."""
    from jinja2 import meta

    return frozenset(meta.find_undeclared_variables(_environment().parse(text)))


def compile_template(text: str) -> Callable[[Mapping[str, Any]], str]:
    """A function from a row to its text.

    It raises ValueError where the row lacks what the template names, or holds nothing there.
    """
    import jinja2

    template = _environment().from_string(text)

    def render(row: Mapping[str, Any]) -> str:
        try:
            return template.render({**row, "row": row})
        except (jinja2.TemplateError, AttributeError, TypeError, ArithmeticError, LookupError) as error:
            raise ValueError(f"the template fails: {error}") from error

    return render


def lm_eval_cleaned(text: str) -> str:
    """HellaSwag's and GPQA's texts as EleutherAI/lm-evaluation-harness @ 4e7e0d47 cleans them (utils.py of both)."""
    return _BRACKETED.sub("", text.strip().replace(" [title]", ". ")).replace("  ", " ")


def as_letter(value: object) -> str:
    """The letter of a key that is written as a letter or as a place from 0, in one column: "C", "2" or 2."""
    said = str(value).strip()
    if len(said) == 1 and "A" <= said <= "Z":
        return said
    if said.isascii() and said.isdecimal() and int(said) < 26:
        return chr(ord("A") + int(said))
    raise ValueError(f"{value!r} is neither a letter nor a place from 0")


def as_letters(value: object) -> str:
    """The letters of several keys in one text: "0,2", "A and C" or "(B, D)"."""
    keys = _BETWEEN_KEYS.split(str(value).strip().removeprefix("(").removesuffix(")"))
    return "".join(dict.fromkeys(as_letter(key) for key in keys))


def without_choices(text: str) -> str:
    """A question that holds its choices ("A. …", a line each), up to them."""
    return split_lettered(text)[0]


FILTERS: dict[str, Callable[..., object]] = {
    "lm_eval_cleaned": lm_eval_cleaned,
    "as_letter": as_letter,
    "as_letters": as_letters,
    "without_label": without_label,
    "without_choices": without_choices,
    "printed": printed_list,
}
"""What a template may use beside jinja2's own filters."""


@functools.cache
def _environment() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_not_empty)
    environment.filters.update(FILTERS)
    return environment


def _not_empty(value: object) -> object:
    """jinja2 would write an empty cell as the word None."""
    if value is None:
        raise ValueError("a column that it names is empty")
    return value
