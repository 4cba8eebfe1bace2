"""Protocols: how a benchmark's questions are put, and how the replies are read.

A Protocol makes a Prompt of a Question and its few-shot examples, byte for byte as its source does,
and names the readers of harness/readers/. Knows nothing of files, models or HTTP.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from harness.prompts import Message, Prompt, Want
from harness.questions import Question

Average = Literal["micro", "macro"]
Build = Callable[[Question, Sequence[Question]], Prompt]
Draw = Callable[[int, int, int], Sequence[Sequence[int]]]
"""Of the numbers of questions, of examples and of shots: for each question in file order the places of its examples.

They may be more than the shots: then an example that is the question itself is passed over.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a source sends besides the prompt; ours are the defaults.

    Attributes:
        temperature: of generated text.
        top_p: likewise; None: none is sent.
        system: a message before all others; "" for none.
        repeats: how often it asks each question, to average over the replies.
    """

    temperature: float = 0.0
    top_p: float | None = None
    system: str = ""
    repeats: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One published way to ask multiple-choice questions.

    Attributes:
        name: as typed; says whose it is.
        summary: one line for tables.
        source: the paper, or the repository and its version, that it follows.
        build: a question and its few-shot examples to the prompt.
        shots: few-shot examples unless told otherwise.
        max_shots: the most it can take; None where only the dataset sets a limit.
        wants: the kind of reply that its prompts ask for.
        order: puts a subject's few-shot examples into the order in which they are taken; None: file order.
        draw: draws the examples of each question by chance; None: all questions of a subject have the same.
        readers: names of the readers that fit; the first gives the score, the others are shown beside it.
        usual_tokens: what a reply of generated text usually takes, from and to; None where that is not known, or
            where the reply is a letter or logprobs.
        brief: it leaves room for the letter alone, so that a reply cut off did not begin with it.
        average: which average its source reports.
        guesses: its source draws a letter at random for a reply without one; we count it as wrong, and say beside
            the score what drawing would be expected to bring.
        published: what its source's published figures were made with, beside the prompt.
    """

    name: str
    summary: str
    source: str
    build: Build
    shots: int
    max_shots: int | None = None
    order: Callable[[Sequence[Question]], Sequence[Question]] | None = None
    draw: Draw | None = None
    wants: type[Want]
    readers: tuple[str, ...]
    usual_tokens: tuple[int, int] | None = None
    brief: bool = False
    average: Average = "micro"
    guesses: bool = False
    published: Published = Published()

    def as_published(self) -> "Protocol":
        """The same, with its source's system message before its messages."""
        return replace(self, build=partial(_build_with_system, self.build, self.published.system))


def _build_with_system(build: Build, system: str, question: Question, shots: Sequence[Question]) -> Prompt:
    prompt = build(question, shots)
    if not system or isinstance(prompt.content, str):
        return prompt
    return replace(prompt, content=(Message("system", system), *prompt.content))


def gold_letter(question: Question) -> str:
    """The letter of the right choice."""
    return question.gold


def gold_text(question: Question) -> str:
    """The text of the right choice."""
    return question.choices[question.letters.index(question.gold)]


def continued(
    question: Question,
    shots: Sequence[Question],
    ask: Callable[[Question], str],
    answer: Callable[[Question], str] = gold_letter,
    *,
    end: str = "\n\n",
) -> str:
    """Examples, each with its answer after a space and `end` after that, then the question, to be gone on with."""
    return "".join(f"{ask(shot)} {answer(shot)}{end}" for shot in shots) + ask(question)


def turns(
    asked: Callable[[Question], str],
    answer: Callable[[Question], str],
    question: Question,
    shots: Sequence[Question],
) -> tuple[Message, ...]:
    """Examples as turns of user and assistant, then the question as the user's last."""
    examples = [
        message
        for shot in shots
        for message in (Message("user", asked(shot)), Message("assistant", answer(shot)))
    ]
    return (*examples, Message("user", asked(question)))


def to_the_answer(question: Question) -> str:
    """Question and choices up to "Answer:"."""
    return f"{question.text}\n{lettered(question)}\nAnswer:"


def choice_texts(question: Question) -> dict[str, str]:
    """Letter to the text of its choice, after a space."""
    return {letter: f" {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)}


def spoken(subject: str) -> str:
    """A subject's name in running text: `abstract_algebra` is "abstract algebra"."""
    return subject.replace("_", " ")


def lettered(question: Question) -> str:
    """The choices, a line each: "A. …"."""
    return "\n".join(
        f"{letter}. {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    )


def named(letters: str) -> str:
    """The letters in running text: "A, B, C or D"."""
    return " or ".join(filter(None, (", ".join(letters[:-1]), letters[-1])))
