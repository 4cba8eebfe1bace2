"""Answers: the letter that a reply gives, or why it gives none.

Takes a Reply and its Question, gives an Answer. Each reader is exact about the source it follows, its
traps included, so that scores stay comparable. Knows nothing of endpoints, files or scores.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from harness.endpoint.reply import CUT_OFF, Reply
from harness.prompts import Generate, ScoreChoices, ScoreLetters, Want
from harness.questions import Question


class Outcome(StrEnum):
    """What became of one question."""

    CORRECT = "correct"
    WRONG = "wrong"
    UNPARSED = "unparsed"  # a reply without a readable letter
    REFUSED = "refused"  # the model or its provider declined
    TRUNCATED = "truncated"  # cut off by the token limit before a letter
    FAILED = "failed"  # no reply: neither right nor wrong


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read from one reply.

    Attributes:
        letter: as the reader read it, None where there is none.
        missing: why there is none.
    """

    letter: str | None
    missing: Outcome | None = None

    def outcome(self, gold: str) -> Outcome:
        """Correct or wrong, or the reason for no letter."""
        if self.missing is not None:
            return self.missing
        return Outcome.CORRECT if self.letter == gold else Outcome.WRONG


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read a letter from a reply.

    Attributes:
        reads: the kind of reply it can read.
        letter: the reading itself; None where the reply has no letter.
    """

    name: str
    reads: type[Want]
    letter: Callable[[Reply, Question], str | None]

    def read(self, reply: Reply, question: Question) -> Answer:
        """The letter, or the reason why there is none."""
        letter = self.letter(reply, question)
        if letter is not None:
            return Answer(letter)
        if self.reads is Generate and reply.finish_reason in CUT_OFF:
            return Answer(None, Outcome.TRUNCATED)
        if reply.finish_reason in ("content_filter", "refusal"):
            return Answer(None, Outcome.REFUSED)
        return Answer(None, Outcome.UNPARSED)


def most_probable_letter(reply: Reply, question: Question) -> str | None:
    """The letter with the highest logprob, the first of equals (np.argmax of hendrycks/test and lm-eval).

    A letter missing from the candidates is less probable than all that are there, so it matters only
    where none is there; then there is no answer.
    """
    return _highest(reply.letter_logprobs or {}, question)


def most_probable_choice(reply: Reply, question: Question) -> str | None:
    """The choice whose text has the highest summed logprob (lm-eval's `acc`)."""
    return _highest(reply.choice_logprobs or {}, question)


def most_probable_choice_per_char(reply: Reply, question: Question) -> str | None:
    """The same, divided by the choice's number of characters (lm-eval's `acc_norm`)."""
    logprobs = reply.choice_logprobs or {}
    lengths = zip(question.letters, map(len, question.choices), strict=True)
    per_char = {letter: logprobs[letter] / max(n, 1) for letter, n in lengths if letter in logprobs}
    return _highest(per_char, question)


def _highest(logprobs: Mapping[str, float | None], question: Question) -> str | None:
    """The letter of the greatest value; one of unknown value, a forced letter, is alone and so is it."""
    there = [(letter, logprobs[letter]) for letter in question.letters if letter in logprobs]
    return max(there, key=lambda pair: -math.inf if pair[1] is None else pair[1])[0] if there else None


# openai/simple-evals @ ee3b031, common.py: "Answer:" in many languages, in the order in which they are tried.
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
def _simple_evals_patterns(last_letter: str) -> tuple[re.Pattern[str], ...]:
    letter = rf"([A-{last_letter}]|[أ-د]|[অবডঢＡＢＣＤ])"
    return tuple(re.compile(rf"(?i){word}[ \t]*{letter}") for word in _SIMPLE_EVALS_WORDS)


def simple_evals_letter(reply: Reply, question: Question) -> str | None:
    """The letter after the first "Answer:" (openai/simple-evals @ ee3b031, mmlu_eval.py).

    Its traps are kept: a lower-case letter is read as it is and so is wrong, `Answer: (B)` and a letter
    on the next line are not read, and the first "Answer:" counts, not the last. The source knows four
    letters; where a question has more or fewer, that many are looked for.
    """
    text = reply.text
    for deleted in _SIMPLE_EVALS_DELETED:
        text = text.replace(deleted, "")
    for pattern in _simple_evals_patterns(question.letters[-1]):
        if match := pattern.search(text):
            return match[1].translate(_SIMPLE_EVALS_LETTERS)
    return None


READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader("letters", ScoreLetters, most_probable_letter),
        Reader("choices", ScoreChoices, most_probable_choice),
        Reader("choices-per-char", ScoreChoices, most_probable_choice_per_char),
        Reader("simple-evals", Generate, simple_evals_letter),
    )
}
