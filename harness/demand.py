"""Demands: the requests and tokens that one prompt may take of an endpoint.

Takes a Prompt, knows by which requests harness/endpoint answers each kind. Counts no tokens itself: what it gives
for certain is the most, by bytes, since no token is shorter than one byte of the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters

_TEMPLATE_TOKENS = 100
"""Room for what a chat's template adds to a prompt: Llama 3.1's system message takes 25, Qwen 2.5's 20."""

_FORCED_TOKENS = 32
"""What a letter may take where the model is held to a JSON schema (harness/endpoint/forcing.py)."""

# Letters. Usually one request; a second where no letter is among the candidates. Before the first reply also a route
# that answers without logprobs, and at most four ways to hold the model to the letters. Refusals cost nothing.
_LETTER_REQUESTS, _LETTER_LEARNING = 2, 5

# Choices. Each once, and the context alone where a character is cut in two. Before the first reply also the two
# routes that answer without what was asked for, each with all choices at once and the first of them by itself, and
# each of these twice, as a single reply may be broken.
_CHOICE_ROUTES_TRIED = 2 * 2


@dataclass(frozen=True, slots=True)
class Demand:
    """The most tokens that one prompt may take.

    Repeats after failures are not in it: what a server counts for them is known only afterwards.

    Attributes:
        prompt_tokens: of all its requests together.
        completion_tokens: likewise.
        learning_prompt_tokens: beside those, once in a session: what the endpoint can do is found out by one prompt.
        learning_completion_tokens: likewise.
    """

    prompt_tokens: int
    completion_tokens: int
    learning_prompt_tokens: int = 0
    learning_completion_tokens: int = 0


def most(prompt: Prompt, max_tokens: int | None) -> Demand:
    """The most that a prompt may take.

    Args:
        prompt: what is sent.
        max_tokens: the limit of generated text that is sent; the prompt's own where None.
    """
    size = bytes_of(prompt) + _TEMPLATE_TOKENS
    match prompt.want:
        case Generate() as want:
            return Demand(size, max_tokens or want.max_tokens)
        case ScoreLetters():
            return Demand(
                _LETTER_REQUESTS * size,
                1 + _FORCED_TOKENS,
                _LETTER_LEARNING * size,
                _LETTER_LEARNING * _FORCED_TOKENS,
            )
        case ScoreChoices() as want:
            after = [
                _most_of_choices(size + len(beginning.encode()), continuations.values())
                for beginning, continuations in want.by_beginning().items()
            ]
            if want.baseline is not None:
                baseline = len(want.baseline.encode()) + _TEMPLATE_TOKENS
                after.append(_most_of_choices(baseline, want.continuations.values()))
            return replace(
                max(after, key=lambda demand: demand.learning_prompt_tokens),
                prompt_tokens=sum(demand.prompt_tokens for demand in after),
                completion_tokens=sum(demand.completion_tokens for demand in after),
            )


def _most_of_choices(context: int, continuations: Iterable[str]) -> Demand:
    """After a context of so many bytes; llama.cpp writes the choices, others write one token for each."""
    choices = [len(text.encode()) for text in set(continuations)]
    each = [context + choice for choice in choices]
    return Demand(
        sum(each) + context,
        sum(choices) + 1,
        _CHOICE_ROUTES_TRIED * (sum(each) + max(each)),
        _CHOICE_ROUTES_TRIED * (len(each) + 1),
    )


def bytes_of(prompt: Prompt) -> int:
    """UTF-8 bytes of the texts that are sent, without choices."""
    if isinstance(prompt.content, str):
        return len(prompt.content.encode())
    return sum(len(message.role) + len(message.content.encode()) for message in prompt.content)
