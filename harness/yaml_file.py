"""YAML files that people write: read, checked against a model, and every error given its place.

Takes a path and a pydantic model; gives the model's object, or a UsageError that names the file,
the line and the field.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)

# What PyYAML raises of a value that looks like a date or a number and is none (2026-13-45), or is tagged as one.
_OF_CONSTRUCTORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_PLAIN_WORDS = {
    "Value error, ": "",
    "valid tuple": "list",
    "Tuple should": "List should",
    "valid dictionary": "mapping of fields",
    "dictionary": "mapping of fields",
    " after validation": "",
}
_INSTANCE_OF = re.compile(r" or instance of \w+")
_UNKNOWN = "extra_forbidden"
_DEEPEST = 50  # far more than any file of ours needs, and less than what exhausts Python's stack


Location = tuple[int | str, ...]
Change = Callable[[dict[str, Any]], dict[str, Any]]


def read_yaml(
    path: Path, model: type[Model], change: Change | None = None, called: Path | None = None
) -> Model:
    """Read one YAML file into `model`, whose validators find the file's path in their context.

    Args:
        path: the file.
        model: what it should hold.
        change: makes of the file's fields those that are checked.
        called: the path for the validators, where what is checked is called otherwise than the file.

    Raises:
        UsageError: the file is missing, is not UTF-8 or YAML, repeats a key, or does not fit the model.
    """
    root, document = _parse(_text(path), path)
    if change is not None and isinstance(document, dict):
        document = change(document)
    try:
        return model.model_validate(document, context={"path": called or path})
    except ValidationError as error:
        raise UsageError(_describe(error, root, path, model)) from error


def read_document(path: Path) -> dict[str, Any]:
    """The fields of one YAML file, unchecked.

    Raises:
        UsageError: the file is missing, is not UTF-8 or YAML, repeats a key, or holds no fields.
    """
    document = _parse(_text(path), path)[1]
    if not isinstance(document, dict):
        raise UsageError(f"{path} should hold fields, each with its value.")
    return document


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _parse(text: str, path: Path) -> tuple[yaml.Node, object]:
    """The document, and its nodes, which know their lines."""
    try:
        _refuse_deep_nesting(text, path)
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise UsageError(f"{path} is empty.")
            _refuse_repeated_keys(root, path, set())
            return root, _construct(loader, root, path)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise UsageError(f"{path}{_place(error)} is not YAML: {_first_words(error)}.") from error


def _construct(loader: yaml.CSafeLoader, root: yaml.Node, path: Path) -> object:
    try:
        return loader.construct_document(root)
    except _OF_CONSTRUCTORS as error:
        raise UsageError(
            f"{path}{_where_unreadable(loader, root)} holds a value that cannot be read ({error}); put it into quotes."
        ) from error


def _where_unreadable(loader: yaml.CSafeLoader, root: yaml.Node) -> str:
    """The line and field of the first value that PyYAML fails on; "" where it is none by itself."""
    loader.recursive_objects.clear()  # of the attempt that failed
    for node, field in _scalars(root, "", set()):
        try:
            loader.construct_object(node)
        except _OF_CONSTRUCTORS:
            return f", line {node.start_mark.line + 1}, field {field or 'the whole file'},"
    return ""


def _scalars(node: yaml.Node, field: str, visited: set[int]) -> Iterator[tuple[yaml.Node, str]]:
    """Every plain value with the name of its field; aliases lead to one node many times, or back to itself."""
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node, field
        return
    for key, value in node.value if isinstance(node, yaml.MappingNode) else enumerate(node.value):
        name = str(key.value if isinstance(key, yaml.Node) else key)
        yield from _scalars(value, f"{field}.{name}" if field else name, visited)


def _refuse_deep_nesting(text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise UsageError(f"{path}, line {line}, has more than {_DEEPEST} levels inside one another.")


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}," if mark else ""


def _first_words(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _refuse_repeated_keys(node: yaml.Node, path: Path, visited: set[int]) -> None:
    """YAML would silently keep the last of two equal keys.

    Args:
        node: where to look, and in all it holds.
        path: the file, for the message.
        visited: nodes that were looked at; aliases lead to one node many times, or back to itself.
    """
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                line = key.start_mark.line + 1
                raise UsageError(f"{path}, line {line}: the field {key.value!r} is there twice; keep one.")
            seen.add(str(key.value))
            _refuse_repeated_keys(value, path, visited)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, path, visited)


def _describe(error: ValidationError, root: yaml.Node, path: Path, model: type[BaseModel]) -> str:
    unknown = [one for one in error.errors() if one["type"] == _UNKNOWN]
    first, *others = [*unknown, *(one for one in error.errors() if one["type"] != _UNKNOWN)]
    location = first["loc"]
    field = ".".join(str(part) for part in location) or "the whole file"
    message = _in_plain_words(first["msg"])
    if first["type"] == "string_type" and isinstance(first["input"], int | float | date):
        message = f"is read as {first['input']}, which is no text; put it into quotes"
    if unknown:  # a misspelt field explains one that is missing
        message = f"there is no such field{_meant(location, others, model)}"
    more = f" ({len(others)} more after this one)" if others else ""
    return f"{path}, line {_line(root, location)}, field {field}: {message}.{more}"


def _meant(location: Location, others: Iterable[ErrorDetails], model: type[BaseModel]) -> str:
    """The field that a misspelt one may stand for: one that is missing beside it, or another of the whole file's."""
    *parent, name = location
    beside = [
        str(one["loc"][-1]) for one in others if one["type"] == "missing" and [*one["loc"][:-1]] == parent
    ]
    near = difflib.get_close_matches(str(name), [*beside, *([] if parent else model.model_fields)], n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _in_plain_words(message: str) -> str:
    for theirs, ours in _PLAIN_WORDS.items():
        message = message.replace(theirs, ours)
    return _INSTANCE_OF.sub("", message).rstrip(".")


def _line(node: yaml.Node, location: Sequence[int | str]) -> int:
    """The line where a field stands, or, where it is missing, the mapping that should hold it."""
    line: int = node.start_mark.line + 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
