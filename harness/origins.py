"""Origins: who asked an imported run's questions, in the words that files have for it."""

_OURS = "harness "


def this_harness(version: str) -> str:
    """What an export names as the one who asked, where that was a run of this harness."""
    return f"{_OURS}{version}"


def is_an_export_of_ours(origin: str) -> bool:
    """Whether an imported run's files name this harness, in whatever version, as the one who asked."""
    return origin.startswith(_OURS)
