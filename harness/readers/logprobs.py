"""letters, choices…: the most probable of the letters, or of the choices' texts."""

import math
from collections.abc import Mapping, Sequence

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import ScoreChoices, ScoreLetters
from harness.questions import Question


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
    return _highest(_divided(reply, question, [len(choice) for choice in question.choices]), question)


def most_probable_choice_per_byte(reply: Reply, question: Question) -> str | None:
    """The same, divided by the choice's number of bytes in UTF-8 (lm-eval's `acc_bytes`)."""
    return _highest(
        _divided(reply, question, [len(choice.encode()) for choice in question.choices]), question
    )


def most_probable_choice_per_char_and_space(reply: Reply, question: Question) -> str | None:
    """The same per character, the space before a choice being one (AI2's catwalk, `acc_per_char`)."""
    return _highest(_divided(reply, question, [len(choice) + 1 for choice in question.choices]), question)


def choice_gaining_most(reply: Reply, question: Question) -> str | None:
    """The choice that the question makes more probable than all others: its logprob less that after the baseline.

    lm-eval's `acc_mutual_info` takes an empty text as baseline, lighteval's PMI takes "Answer:".
    """
    logprobs, baselines = reply.choice_logprobs or {}, reply.choice_baselines or {}
    there = [letter for letter in question.letters if letter in logprobs and letter in baselines]
    return _highest({letter: logprobs[letter] - baselines[letter] for letter in there}, question)


def share_of_right(reply: Reply, question: Question) -> float | None:
    """The probability of the right choices' texts over that of all (lm-eval's `acc` of TruthfulQA's MC2); 0..1.

    None where some choice has no logprob.
    """
    logprobs = reply.choice_logprobs or {}
    if any(letter not in logprobs for letter in question.letters):
        return None
    most = max(logprobs[letter] for letter in question.letters)  # else all may be too small for a float
    each = {letter: math.exp(logprobs[letter] - most) for letter in question.letters}
    return math.fsum(each[letter] for letter in question.gold) / math.fsum(each.values())


def _divided(reply: Reply, question: Question, lengths: Sequence[int]) -> dict[str, float]:
    logprobs = reply.choice_logprobs or {}
    pairs = zip(question.letters, lengths, strict=True)
    return {letter: logprobs[letter] / max(length, 1) for letter, length in pairs if letter in logprobs}


def _highest(logprobs: Mapping[str, float | None], question: Question) -> str | None:
    """The letter of the greatest value; one of unknown value, a forced letter, is alone and so is it."""
    there = [(letter, logprobs[letter]) for letter in question.letters if letter in logprobs]
    return max(there, key=lambda pair: -math.inf if pair[1] is None else pair[1])[0] if there else None


LETTERS = Reader("letters", ScoreLetters, most_probable_letter)
CHOICES = Reader("choices", ScoreChoices, most_probable_choice)
CHOICES_PER_CHAR = Reader("choices-per-char", ScoreChoices, most_probable_choice_per_char)
CHOICES_PER_BYTE = Reader("choices-per-byte", ScoreChoices, most_probable_choice_per_byte)
OLMES_PER_CHAR = Reader("olmes-per-char", ScoreChoices, most_probable_choice_per_char_and_space)
CHOICES_PMI = Reader("choices-pmi", ScoreChoices, choice_gaining_most)
