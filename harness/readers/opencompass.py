"""opencompass: the letter found by the first of some fifty patterns that finds one.

Source: first_option_postprocess in utils/text_postprocessors.py of open-compass/opencompass @ a5acc4b (0.5.4), with its
`cushion`. Patterns that the source has twice, or that read nothing which another does not, stand here once; those
that would go back over the text again and again are written so that they do not. The result is the same.
"""

import re
from collections.abc import Callable
from functools import cache

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

Find = Callable[[str], str]
"""The stretch of a text in which a pattern sees the answer, "" where there is none."""

# L stands for the letters. Each is tried on the whole text before the next.
_CHINESE = (
    r"答案是?\s*(L)",
    r"答案是?\s*：\s*(L)",
    r"答案是?\s*:\s*(L)",
    r"答案选项应?该?是\s*(L)",
    r"答案选项应?该?为\s*(L)",
    r"答案应该?是\s*(L)",
    r"答案应该?选\s*(L)",
    r"答案选项为?\s*：\s*(L)",
    r"答案选项为?\s+\(?\*?\*?(L)",
    r"答案选项是?\s*:\s*(L)",
    r"答案为\s*(L)",
    r"答案选\s*(L)",
    r"选择?\s*(L)",
    r"故选?\s*(L)只有选?项?\s?L\s?是?对",  # a comma is missing between two patterns of the source
    r"只有选?项?\s?(L)\s?是?错",
    r"只有选?项?\s?(L)\s?不?正确",
    r"只有选?项?\s?(L)\s?错误",
    r"说法不?对选?项?的?是\s?(L)",
    r"说法不?正确选?项?的?是\s?(L)",
    r"说法错误选?项?的?是\s?(L)",
    r"(L)\s?是正确的",
    r"(L)\s?是正确答案",
    r"选项\s?(L)\s?正确",
    r"所以答\s?(L)",
    r"所以\s?(L)[.。$]?\Z",
    r"所有\s?(L)[.。$]?\Z",
    r"[\s，：:,](L)[。，,.]?\Z",
    r"[\s，,：:][故即](L)[。.]?\Z",
    r"[\s，,：:]因此(L)[。.]?\Z",
    r"[是为。]\s?(L)[。.]?\Z",
    r"因此\s?(L)[。.]?\Z",
    r"显然\s?(L)[。.]?\Z",
)
_CHINESE_WORDS = ("答案是", "答案应该是", "答案为")
_ENGLISH = (
    r"(?i)ANSWER\s*:\s*(L)",
    r"[Tt]he answer is:?\s+\(?(L)",
    r"[Tt]he answer is:?\s+\(?\*?\*?(L)",
    r"[Tt]he answer is option:?\s+\(?(L)",
    r"[Tt]he correct answer is:?\s+\(?(L)",
    r"[Tt]he correct answer is option:?\s+\(?(L)",
)
_NEEDLES = re.compile(r"[一-鿿](?!\?)|(?<=\[Tt\])[a-z ]+(?=:\?)|:(?=\\s|\Z)|1(?=\.)")
"""What a text has to hold for one of these patterns to find anything, but for those that are bound to its end."""
_LONGEST_END = 8  # characters, more than any that is bound to the end can match
_BOXED_AFTER = ("he correct answer is", "he correct option is", "he correct answer option is")
_LAST = (
    r"[Tt]he answer to the question is:?\s+\(?(L)",
    r"\A选项\s?(L)",
    r"\A(L)\s?选?项",
    r"\A(L)[\s。，,：:.$]",
    r"(?s)1.\s?(.*)\Z",
    r"(L):",
    r"(L)",
)


def opencompass_letter(reply: Reply, question: Question) -> str | None:
    """The first letter, in the order of the choices, in what the first pattern finds that finds a letter.

    Traps kept: `As an AI, I cannot answer this.` reads A, the first capital of a choice anywhere; after a `1` the
    whole rest of the text is what was found, so `1. Paris is B, not A` reads A; `answer: b` is passed over by the
    pattern that matches it; `故选B` is read only by the last one.
    """
    text = reply.text.strip()
    stretches = (find(text) for find in _patterns(question.letters))
    return next((letter for found in stretches for letter in question.letters if letter in found), None)


@cache
def _patterns(letters: str) -> tuple[Find, ...]:
    return (
        *(_pattern(pattern, letters) for pattern in _CHINESE),
        *map(_word_after, _CHINESE_WORDS),
        *(_pattern(pattern, letters) for pattern in _ENGLISH),
        *(_boxed_after(phrase, letters) for phrase in _BOXED_AFTER),
        *(_pattern(pattern, letters) for pattern in _LAST),
    )


def _pattern(pattern: str, letters: str) -> Find:
    """What the group holds, the whole match where the group is empty; looked for where it can be alone."""
    compiled = re.compile(pattern.replace("L", f"[{re.escape(letters)}]"))
    search = compiled.match if pattern.startswith(r"\A") else compiled.search
    at_the_end = pattern.endswith(r"\Z") and not pattern.startswith("(?s)")
    needles = () if at_the_end else tuple(_NEEDLES.findall(pattern))

    def find(text: str) -> str:
        if not all(needle in text for needle in needles):
            return ""
        match = search(text[-_LONGEST_END:] if at_the_end else text)
        return (match[1] or match[0]) if match else ""

    return find


def _word_after(phrase: str) -> Find:
    r"""The source's `phrase\s?(\S+)(?:。|$)`: the word after it, up to its last full stop or the end of the text.

    Where a word has neither, the next phrase is looked for behind it; one within it would find no more than it did.
    """
    compiled = re.compile(rf"{phrase}\s?(\S+)")

    def find(text: str) -> str:
        begin = 0
        while match := compiled.search(text, begin):
            word = match[1]
            if match.end() == len(text):
                return word
            if (stop := word.rfind("。", 1)) > 0:
                return word[:stop]
            begin = match.end() - (len(phrase) if word.endswith(phrase) else 0)
        return ""

    return find


def _boxed_after(phrase: str, letters: str) -> Find:
    r"""The source's `[Tt]phrase:?.*?boxed{(L)}`: the first boxed letter after the first phrase."""
    said, boxed = re.compile(f"[Tt]{phrase}"), re.compile(rf"boxed\{{([{re.escape(letters)}])\}}")

    def find(text: str) -> str:
        match = said.search(text) if phrase in text else None
        letter = match and boxed.search(text, match.end())
        return letter[1] if letter else ""

    return find


OPENCOMPASS = Reader("opencompass", Generate, opencompass_letter)
