"""Counted things in sentences: "1 question", "12,032 questions"."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """The number and what it counts.

    Args:
        number: of them.
        one: the word for one of them.
        many: for several, where it is not `one` and an s.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
