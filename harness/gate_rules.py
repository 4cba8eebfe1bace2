"""Gate rules as people write them: options of the command line, `[tool.harness.gate]` in pyproject.toml, a YAML file.

Takes what was typed and a file, gives Rules. Thresholds are typed in points or per cent, and shares from here on.
An option goes before the same rule in a file; a file that is named goes before pyproject.toml.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from harness.errors import UsageError
from harness.gating import Limits, Rules
from harness.mapping import Record
from harness.task import did_you_mean
from harness.yaml_file import Change, read_yaml

PYPROJECT = Path("pyproject.toml")
_TABLE = "tool.harness.gate"

Drop = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]
Floor = Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Increase = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Called = Callable[..., str]
"""Names a place in what was written."""


def _dashed(name: str) -> str:
    return name.replace("_", "-")


class _Written(Record):
    model_config = ConfigDict(alias_generator=_dashed)


class WrittenLimits(_Written):
    """What one group or subject has to keep, in points and per cent."""

    max_drop: Drop | None = None
    min_accuracy: Floor | None = None


class WrittenRules(_Written):
    """All rules, called as on the command line; in points and per cent."""

    max_drop: Drop | None = None
    each: Literal["groups", "subjects"] | None = None
    min_accuracy: Floor | None = None
    max_unparsed: Percent | None = None
    max_cost_increase: Increase | None = None
    max_latency_increase: Increase | None = None
    undecided: Literal["pass", "fail"] | None = None
    parts: dict[str, WrittenLimits] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """Rules, and where they come from.

    Attributes:
        source: the file that some of them come from, None where none does: there is no file, or options went before all
            of its rules.
    """

    rules: Rules
    source: Path | None


def typed_rules(typed: Mapping[str, Any], parts: Mapping[str, Mapping[str, float]]) -> WrittenRules:
    """The rules of the command line.

    Args:
        typed: rule to its value, called as on the command line; None where it was not given.
        parts: group or subject to the limits that were typed for it.

    Raises:
        UsageError: a value is none of ours.
    """
    options = {name: value for name, value in typed.items() if value is not None}
    return _checked({**options, "parts": parts}, _option)


def read_rules(typed: WrittenRules, file: Path | None = None) -> Given:
    """The rules that hold.

    Args:
        typed: those of the command line.
        file: a YAML file of rules; None for `[tool.harness.gate]` in the pyproject.toml of this folder, if there.

    Raises:
        UsageError: a file cannot be read, or a key or value is none of ours.
    """
    from_file = _from_pyproject() if file is None else read_yaml(file, WrittenRules, _known_keys(file))
    rules = rules_of(from_file, typed)
    return Given(rules, None if rules == rules_of(typed) else file or PYPROJECT)


def limits_in(name: str, values: Sequence[str]) -> tuple[float | None, dict[str, dict[str, float]]]:
    """What `--max-drop 1 --max-drop STEM=2` says: the threshold for all questions, and for groups and subjects.

    Raises:
        UsageError: a value is no number, or there are two for the same.
    """
    found: dict[str | None, float] = {}
    for value in values:
        part, equals, figure = value.rpartition("=")
        where = part.strip() if equals else None
        try:
            threshold = float(figure)
        except ValueError:
            raise UsageError(
                f"--{name} {value!r} should be a number, or NAME=number for a group or subject."
            ) from None
        if where in found:
            raise UsageError(f"--{name} is there twice for {where or 'all questions'}; keep one.")
        found[where] = threshold
    whole = found.pop(None, None)
    return whole, {where: {name: threshold} for where, threshold in found.items() if where is not None}


def rules_of(*written: WrittenRules) -> Rules:
    """What the last one says goes before what those before it say."""
    parts: dict[str, dict[str, float]] = {}
    chosen: dict[str, Any] = {}
    for one in written:
        chosen |= one.model_dump(exclude_none=True, exclude={"parts"})
        for name, limits in one.parts.items():
            parts[name] = parts.get(name, {}) | limits.model_dump(exclude_none=True)
    limits_of = {name: Limits(**_shares(limits)) for name, limits in parts.items()}
    return Rules(**_shares(chosen), parts=limits_of)


def _from_pyproject() -> WrittenRules:
    """The rules in `[tool.harness.gate]` of the pyproject.toml here; none where there is no such table."""
    document = _pyproject()
    for name in _TABLE.split("."):
        if isinstance(document, dict) and name not in document:
            return WrittenRules()
        document = document[name] if isinstance(document, dict) else None
    if not isinstance(document, dict):
        raise UsageError(f"{PYPROJECT}: {_TABLE} should be a table of rules.")

    def called(*place: str) -> str:
        return f"{PYPROJECT}, [{_TABLE}]{', ' if place else ''}{'.'.join(place)}"

    _refuse_blanks(document, called)
    return _checked(document, called)


def _pyproject() -> Any:
    try:
        return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{PYPROJECT}, where rules of the gate may stand, cannot be read: {error}."
        ) from error


def _known_keys(file: Path) -> Change:
    """Names a key that is no rule, and what it may have meant, or one without a value."""

    def called(*place: str) -> str:
        return f"{file}, field {'.'.join(place)}" if place else str(file)

    def checked(document: dict[str, Any]) -> dict[str, Any]:
        _refuse_unknown(document, called)
        _refuse_blanks(document, called)
        return document

    return checked


def _refuse_blanks(document: Mapping[str, Any], called: Called) -> None:
    """A rule that was begun and has no value would be no rule at all, and nobody told."""
    if not document:
        raise UsageError(f"{called()} holds no rule; write one, such as max-drop, or take it out.")
    for place, value in _values((), document):
        if value is None or value in ("", [], {}):
            raise UsageError(f"{called(*place)}, has no value; give it one, or take it out.")


def _values(place: tuple[str, ...], held: Mapping[Any, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in held.items():
        yield (*place, str(name)), value
        if isinstance(value, dict):
            yield from _values((*place, str(name)), value)


def _checked(document: Mapping[str, Any], called: Called) -> WrittenRules:
    _refuse_unknown(document, called)
    try:
        return WrittenRules.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place, message = tuple(map(str, first["loc"])), first["msg"].removeprefix("Input ").rstrip(".")
        raise UsageError(f"{called(*place)} {first['input']!r} {message}.") from error


def _refuse_unknown(document: Mapping[str, Any], called: Called) -> None:
    written: list[tuple[tuple[str, ...], Any, type[_Written]]] = [((), document, WrittenRules)]
    parts = document.get("parts")
    if isinstance(parts, dict):
        written += [(("parts", str(name)), part, WrittenLimits) for name, part in parts.items()]
    for place, fields, model in written:
        known = [_dashed(name) for name in model.model_fields]
        for key in fields if isinstance(fields, dict) else ():
            if key not in known:
                raise UsageError(
                    f"{called(*place, str(key))}: there is no such rule{did_you_mean(str(key), known)}; there are "
                    f"{', '.join(known)}."
                )


def _option(*place: str) -> str:
    """A rule as it was typed: --max-drop, or --max-drop STEM=."""
    *above, name = place
    return f"--{name} {above[1]}=" if len(above) > 1 else f"--{name}"


def _shares(written: Mapping[str, Any]) -> dict[str, Any]:
    """Points and per cent as shares; words as they are."""
    return {name: value / 100 if isinstance(value, float) else value for name, value in written.items()}
