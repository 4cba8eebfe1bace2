"""Keys: which API key a request carries, from environment variables alone. No error quotes one."""

from collections.abc import Mapping

from harness.errors import UsageError


def key_of(variable: str | None, environment: Mapping[str, str]) -> str | None:
    """The key in a variable that an entry names; None where it is not set.

    Raises:
        UsageError: it holds what no key holds.
    """
    return _sendable(environment.get(variable or "", "").strip()) or None


def key_that_the_user_names(variable: str, environment: Mapping[str, str]) -> str:
    """The key in a variable that the user names.

    Raises:
        UsageError: no such variable is set. The name is not quoted, since it may be a key, pasted where its
            variable's name belongs.
    """
    key = environment.get(variable, "").strip()
    if not key:
        raise UsageError(
            "--api-key-env names no environment variable that is set; give the variable's name, not the key."
        )
    return _sendable(key)


def _sendable(key: str) -> str:
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "the API key holds characters that no key has (a line break?); set its variable anew."
        )
    return key
