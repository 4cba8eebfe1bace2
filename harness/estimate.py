"""Estimates: what a run will ask for and cost, before anything is sent.

Takes a Plan, what is known of the model, and what is paid; gives an Estimate. Cache hits are not counted on, and
neither are requests that are sent again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import NamedTuple

from harness.plan import Plan
from harness.prices import GpuHours, Prices, Pricing
from harness.profiles import Profile
from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters
from harness.tokens import TokenCounter, token_counter

_MESSAGE_TOKENS, _REPLY_START_TOKENS = 4, 3
"""What OpenAI's chats add to each message, with its role, and at the end. Templates of open weights add 10 to 40."""

_AT_ONCE = 512


class Range(NamedTuple):
    """From low to high."""

    low: int
    high: int

    def plus(self, other: "Range") -> "Range":
        """Both together."""
        return Range(self.low + other.low, self.high + other.high)


_NONE = Range(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will take.

    Attributes:
        questions: how many are asked, repeats included.
        repeats: how often each is asked.
        requests: in all.
        prompt_tokens: of all requests.
        output_tokens: if replies are as long as they usually are, reasoning included.
        output_tokens_at_most: if each is as long as its limit allows.
        cost_usd: the same three in US dollars; None where that is not known.
        no_cost: why it is not known, as a sentence.
        prices: what is paid.
        counted: how prompts were counted.
        warnings: what whoever starts the run should know, as sentences.
    """

    model: str
    task: str
    protocol: str
    shots: int
    questions: int
    repeats: int
    requests: Range
    prompt_tokens: Range
    output_tokens: Range
    output_tokens_at_most: int
    cost_usd: tuple[float, float, float] | None
    no_cost: str | None
    prices: Pricing
    counted: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Need:
    """What some prompts take; `longest` is one request's prompt and reply together."""

    requests: Range = _NONE
    prompt: Range = _NONE
    output: Range = _NONE
    output_at_most: int = 0
    longest: int = 0

    def plus(self, other: "_Need") -> "_Need":
        return _Need(
            self.requests.plus(other.requests),
            self.prompt.plus(other.prompt),
            self.output.plus(other.output),
            self.output_at_most + other.output_at_most,
            max(self.longest, other.longest),
        )


def estimate(
    plan: Plan,
    name: str,
    profile: Profile,
    pricing: Pricing,
    *,
    max_tokens: int | None,
    reasoning_tokens: tuple[int, int] | None,
) -> Estimate:
    """What asking all the plan's questions takes.

    Args:
        plan: what is asked.
        name: the model's, as typed.
        profile: what is known of it.
        pricing: what is paid.
        max_tokens: the limit of generated text that is sent; the protocol's own where None.
        reasoning_tokens: what reasoning usually takes where the model is asked; None where it does not reason there.
    """
    counter = token_counter(profile.encoding)
    whole, too_long = _Need(), 0
    for need in _needs(plan, counter, max_tokens, reasoning_tokens):
        whole = whole.plus(need)
        too_long += profile.context is not None and need.longest > profile.context
    cost, no_cost = _cost_usd(whole, pricing)
    return Estimate(
        model=name,
        task=plan.task.name,
        protocol=plan.protocol.name,
        shots=plan.shots,
        questions=len(plan.questions),
        repeats=plan.repeats,
        requests=whole.requests,
        prompt_tokens=whole.prompt,
        output_tokens=whole.output,
        output_tokens_at_most=whole.output_at_most,
        cost_usd=cost,
        no_cost=no_cost,
        prices=pricing,
        counted=counter.how,
        warnings=(_unfit(too_long, plan, profile),) if too_long else (),
    )


def _needs(
    plan: Plan, counter: TokenCounter, max_tokens: int | None, reasoning_tokens: tuple[int, int] | None
) -> Iterator[_Need]:
    """Of each question, some at a time: all prompts of a task may be hundreds of megabytes."""
    prompts = (plan.prompt(question) for question in plan.questions)
    while some := list(islice(prompts, _AT_ONCE)):
        contexts = counter.count([_text(prompt) for prompt in some])
        for prompt, tokens in zip(some, contexts, strict=True):
            match prompt.want:
                case Generate() as want:
                    thinks = reasoning_tokens if prompt.may_reason else None
                    limit = max_tokens or want.max_tokens
                    yield _of_text(tokens + _chat(prompt), limit, plan.protocol.usual_tokens, thinks)
                case ScoreLetters():  # a text may go out as the only message of a chat
                    most = tokens + (_chat(prompt) or _MESSAGE_TOKENS + _REPLY_START_TOKENS)
                    yield _Need(Range(1, 1), Range(tokens + _chat(prompt), most), Range(1, 1), 1, most + 1)
                case ScoreChoices() as want:
                    yield reduce(_Need.plus, _each_after_its_text(tokens, want, counter))


def _each_after_its_text(tokens: int, want: ScoreChoices, counter: TokenCounter) -> Iterator[_Need]:
    for beginning, continuations in want.by_beginning().items():
        choices = counter.count(list(dict.fromkeys(continuations.values())))
        yield _of_choices(tokens + (counter.count([beginning])[0] if beginning else 0), choices)
    if want.baseline is not None:
        choices = counter.count(list(dict.fromkeys(want.continuations.values())))
        yield _of_choices(counter.count([want.baseline])[0], choices)


def _of_text(
    tokens: int, limit: int, usual_tokens: tuple[int, int] | None, thinks: tuple[int, int] | None
) -> _Need:
    low, high = usual_tokens or (1, limit)
    least, most = thinks or (0, 0)
    usual = Range(min(low + least, limit), min(high + most, limit))
    return _Need(Range(1, 1), Range(tokens, tokens), usual, limit, tokens + limit)


def _of_choices(context: int, choices: list[int]) -> _Need:
    """All choices in one request or each in its own, beside llama.cpp's of their tokens.

    The context is part of the prompt of each. The choice is too, and a token is generated that nobody wants; or, at
    llama.cpp, it is generated.
    """
    each, written = len(choices), sum(choices)
    return _Need(
        Range(1, 2 * each + 1),
        Range(each * context, each * context + written),
        Range(min(each, written), max(each, written)),
        max(each, written),
        context + max(choices) + 1,
    )


def _text(prompt: Prompt) -> str:
    if isinstance(prompt.content, str):
        return prompt.content
    return "\n".join(message.content for message in prompt.content)


def _chat(prompt: Prompt) -> int:
    """What a chat adds to its texts."""
    if isinstance(prompt.content, str):
        return 0
    return len(prompt.content) * _MESSAGE_TOKENS + _REPLY_START_TOKENS


def _cost_usd(whole: _Need, pricing: Pricing) -> tuple[tuple[float, float, float] | None, str | None]:
    match pricing:
        case Prices():
            low = pricing.cost_usd(whole.prompt.low, 0, whole.output.low)
            high = pricing.cost_usd(whole.prompt.high, 0, whole.output.high)
            return (low, high, pricing.cost_usd(whole.prompt.high, 0, whole.output_at_most)), None
        case GpuHours(gpu_hour_usd=usd, gpus=gpus):
            hour = f"{usd * gpus:g} US dollars an hour"
            return None, f"the server costs {hour}, and how fast it answers is not known before"
        case str():
            return None, pricing


def _unfit(too_long: int, plan: Plan, profile: Profile) -> str:
    dropped = "; examples are dropped until they do" if plan.shots else ""
    return (
        f"{too_long:,} of {len(plan.questions):,} prompts, with room for their replies, will not fit into the model's "
        f"context of {profile.context:,} tokens{dropped}."
    )
