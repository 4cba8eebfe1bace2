"""Printed lists: lists that a dataset holds as texts, as Python prints them.

Takes a cell, gives the list. Evaluates literals only: a dataset may come from anywhere.
"""

import ast

_MOST = 100_000
"""Characters; Python's parser takes time and memory for what is nested deeply."""


def printed_list(value: object) -> object:
    """What a text says as a literal of Python; anything else as it is."""
    if not isinstance(value, str) or len(value) > _MOST:
        return value
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
