"""lm-eval-…: how lm-evaluation-harness's generative tasks read a letter from a text.

Source: tasks/mmlu/{generative,flan_n_shot,flan_cot_zeroshot}, tasks/gpqa/cot_zeroshot, filters/extraction.py and
api/metrics.py of EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13).
It compares texts: what is no letter then is wrong there, and unparsed here, which counts the same.
"""

import re
import string
import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

if TYPE_CHECKING:
    import numpy.typing

# The source's four lookbehinds end in three texts. The last character of the line is left out, as there.
_AFTER_ANSWER_IS = re.compile(r"(?:answer is |The (?:final )?answer: )(.*).")
_AFTER_THE_ANSWER_IS = re.compile(r"The answer is (.*).")
_BRACKETED = re.compile(r"\([A-Z]\)")


def generative_letter(reply: Reply, question: Question) -> str | None:
    """The letter that the first line is, whatever its case and punctuation (mmlu_generative, version 3).

    Traps kept: `B. Paris` and `The answer is B` are wrong, `(B)` and `b.` are right; `( B )` is wrong.
    """
    return letter_equal_to(reply.text.partition("\n")[0].strip(), question)


def flan_n_shot_strict_letter(reply: Reply, question: Question) -> str | None:
    """The letter of a text that is `(B)` to the character (strict-match of mmlu_flan_n_shot_generative).

    Trap kept: most models write a space first, and ` (B)` is wrong.
    """
    return next((letter for letter in question.letters if reply.text == f"({letter})"), None)


def flan_n_shot_flexible_letter(reply: Reply, question: Question) -> str | None:
    """The first `(B)`, else the first text of a choice, else the first `: B` (its flexible-extract)."""
    found = _extracted(reply.text, question, place=0)
    return next((letter for letter in question.letters if found == f"({letter})"), None)


def flan_cot_strict_letter(reply: Reply, question: Question) -> str | None:
    """What follows the first `answer is ` on its line, but for the line's last character (strict-match).

    Traps kept: `The answer is B` loses its letter, `The answer is B. Because x` is more than a letter; both are
    wrong, and so is a later right answer.
    """
    return _letter_after(_AFTER_ANSWER_IS, reply, question)


def gpqa_cot_strict_letter(reply: Reply, question: Question) -> str | None:
    """The same after the first `The answer is `, with its capital letter (strict-match of gpqa_…_cot_zeroshot).

    Traps kept: as above; and `the answer is (B).` or `The correct answer is (B).` is not read.
    """
    return _letter_after(_AFTER_THE_ANSWER_IS, reply, question)


def flan_cot_flexible_letter(reply: Reply, question: Question) -> str | None:
    """The last `(B)`, else the last text of a choice, else the last `: B` (its flexible-extract, GPQA's too)."""
    found = _extracted(reply.text, question, place=-1)
    return letter_equal_to(found, question) if found else None


def _letter_after(pattern: re.Pattern[str], reply: Reply, question: Question) -> str | None:
    match = pattern.search(reply.text)
    return letter_equal_to(match[1].strip(), question) if match else None


def letter_equal_to(text: str, question: Question) -> str | None:
    """exact_match with ignore_case and ignore_punctuation (ASCII's)."""
    plain = text.strip(string.punctuation)  # within a letter there is none
    if len(plain) > 1:
        return None
    return next((letter for letter in question.letters if plain.lower() == letter.lower()), None)


def _extracted(text: str, question: Question, *, place: int) -> str | None:
    """multi_choice_regex with ignore_case and ignore_punctuation; `place` among several matches.

    Choices are looked for without case and punctuation, the longest first. Of equal choices the last one counts.
    """
    if found := _BRACKETED.findall(text):
        return str(found[place])
    letter_of = {
        _plain(choice.strip()): f"({letter})"
        for letter, choice in zip(question.letters, question.choices, strict=True)
    }
    escaped = sorted(map(re.escape, letter_of), key=len, reverse=True)
    if (found := re.findall("|".join(escaped), _plain(text))) and (match := str(found[place]).strip()):
        return letter_of.get(match, match)
    if found := re.findall(rf":\s*([{re.escape(question.letters)}])", text):
        return f"({found[place]})"
    return None


def _plain(text: str) -> str:
    """Small letters, without what Unicode calls punctuation; numpy's, as str.translate takes five times as long."""
    import numpy

    codes = numpy.frombuffer(text.lower().encode("utf-32-le", "surrogatepass"), "<u4")
    kept: bytes = codes[~_is_punctuation()[codes]].tobytes()
    return kept.decode("utf-32-le", "surrogatepass")


@cache
def _is_punctuation() -> "numpy.typing.NDArray[numpy.bool_]":
    """For each code point, whether its category is one of punctuation."""
    import numpy

    return numpy.array([unicodedata.category(chr(code))[0] == "P" for code in range(sys.maxunicode + 1)])


LM_EVAL_GENERATIVE = Reader("lm-eval-generative", Generate, generative_letter)
LM_EVAL_FLAN_N_SHOT_STRICT = Reader("lm-eval-flan-n-shot-strict", Generate, flan_n_shot_strict_letter)
LM_EVAL_FLAN_N_SHOT_FLEXIBLE = Reader("lm-eval-flan-n-shot-flexible", Generate, flan_n_shot_flexible_letter)
LM_EVAL_FLAN_COT_STRICT = Reader("lm-eval-flan-cot-strict", Generate, flan_cot_strict_letter)
LM_EVAL_FLAN_COT_FLEXIBLE = Reader("lm-eval-flan-cot-flexible", Generate, flan_cot_flexible_letter)
LM_EVAL_GPQA_COT_STRICT = Reader("lm-eval-gpqa-cot-strict", Generate, gpqa_cot_strict_letter)
LM_EVAL_GPQA_COT_FLEXIBLE = Reader("lm-eval-gpqa-cot-flexible", Generate, flan_cot_flexible_letter)
