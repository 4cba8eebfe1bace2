"""Reasoning: what a model thought aloud inside its text, set apart from what it answered.

Takes a text, gives the answer and the reasoning. DeepSeek R1 and Qwen 3 write `<think>…</think>` before
their answer where the server does not take it out; chat templates often write the opening tag
themselves, so that it is missing from the reply, and a reply that is cut off has no closing one.
"""

_OPEN = "<think>"
_CLOSE = "</think>"


def split_reasoning(text: str, *, cut_in_thought: bool = False) -> tuple[str, str | None]:
    """The text after the reasoning, and the reasoning, None where there is none.

    Args:
        text: as it came.
        cut_in_thought: without any tag it is all reasoning, which was cut off before its closing one.
    """
    before, close, after = text.partition(_CLOSE)
    opens = before.lstrip().startswith(_OPEN)
    if not close:
        thought = before.lstrip().removeprefix(_OPEN).strip()
        return ("", thought) if opens or cut_in_thought else (text, None)
    if not opens and _OPEN in before:
        return text, None  # tags in the middle of an answer are part of it
    return after.lstrip(), before.lstrip().removeprefix(_OPEN).strip()
