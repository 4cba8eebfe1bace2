"""simple-evals, simple-evals-gpqa: the letter after the first "Answer:", of MMLU in many languages.

Source: common.py, mmlu_eval.py and gpqa_eval.py of openai/simple-evals @ ee3b031 (2025-07-09).
"""

import re
from functools import cache

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question

# common.py: "Answer:" in many languages, in the order in which they are tried.
_SIMPLE_EVALS_WORDS = (
    r"Answer\s*:",
    r"Answer\s*:" + "\u200b" * 6,
    r"উত্তর\s*:",
    r"उत्तर\s*:",
    r"উত্তরঃ",
    r"Antwort\s*:",
    r"답변\s*:",
    r"정답\s*:",
    r"답\s*:",
    r"答案\s*：",
    r"答案\s*:",
    r"答\s*：",
    r"答\s*:",
    r"答复\s*：",
    r"答曰\s*：",
    "الإجابة:",
    "الجواب:",
    "إجابة:",
    "الإجابة النهائية:",
    "الإجابة الصحيحة:",
    "الإجابة الصحيحة هي:",
    "الإجابة هي:",
    "الجواب النهائي:",
    r"Respuesta\s*:",
    r"Risposta\s*:",
    r"答え\s*:",
    r"答え\s*：",
    r"回答\s*:",
    r"回答\s*：",
    r"解答\s*:",
    r"Jawaban\s*:",
    r"Réponse\s*:",
    r"Resposta\s*:",
    r"Jibu\s*:",
    r"Idahun\s*:",
    r"Ìdáhùn\s*:",
    r"Idáhùn\s*:",
    r"Àmọ̀nà\s*:",
    r"Àdáhùn\s*:",
    r"Ànúgọ\s*:",
    r"Àṣàyàn\s*:",
)
_SIMPLE_EVALS_DELETED = (
    *("**", "$\\boxed{", "}$", "\\$", "$\\text{", "$", "\\mathrm{"),
    *("\\{", "\\text", "\\(", "\\mathbf{", "{", "\\boxed"),
)
_SIMPLE_EVALS_LETTERS = str.maketrans("أبجدঅবডঢＡＢＣＤ", "ABCDABCDABCD")


@cache
def _simple_evals_patterns(letters: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each pattern, behind what a text has to hold, case folded, for it to find anything: most lack most of that."""
    letter = rf"([{re.escape(letters)}]|[أ-د]|[অবডঢＡＢＣＤ])"
    return tuple((_needle(word), re.compile(rf"(?i){word}[ \t]*{letter}")) for word in _SIMPLE_EVALS_WORDS)


def _needle(word: str) -> str:
    """The longest part without an i, since patterns that ignore case take ı for one and folding does not."""
    return max(re.split("i", word.partition(r"\s*")[0].casefold()), key=len)


def simple_evals_letter(reply: Reply, question: Question) -> str | None:
    """The letter after the first "Answer:" (openai/simple-evals @ ee3b031, mmlu_eval.py).

    Its traps are kept: a lower-case letter is read as it is and so is wrong, `Answer: (B)` and a letter
    on the next line are not read, and the first "Answer:" counts, not the last. The source knows four
    letters; where a question has more, fewer or others, those are looked for.
    """
    text = reply.text
    for deleted in _SIMPLE_EVALS_DELETED:
        text = text.replace(deleted, "")
    folded = text.casefold()
    for needle, pattern in _simple_evals_patterns(question.letters):
        if needle in folded and (match := pattern.search(text)):
            return match[1].translate(_SIMPLE_EVALS_LETTERS)
    return None


def simple_evals_gpqa_letter(reply: Reply, question: Question) -> str | None:
    """The letter after the first "Answer:" of the text as it is (gpqa_eval.py).

    Its traps are kept: `**Answer:** B`, `Answer: **B**`, `Answer: \\boxed{B}` and `Answer: (B)` are not read, and as
    with MMLU a lower-case letter is wrong and the first "Answer:" with a letter counts.
    """
    match = re.search(rf"(?i)Answer[ \t]*:[ \t]*\$?([{re.escape(question.letters)}])\$?", reply.text)
    return match[1] if match else None


SIMPLE_EVALS = Reader("simple-evals", Generate, simple_evals_letter)
SIMPLE_EVALS_GPQA = Reader("simple-evals-gpqa", Generate, simple_evals_gpqa_letter)
