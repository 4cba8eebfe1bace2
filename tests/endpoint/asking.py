"""What the endpoint's tests share: asking once, and prompts of each kind."""

import asyncio
from collections.abc import Sequence
from typing import Any

from loopback import Loopback

from harness.endpoint.client import Endpoint, EndpointSettings
from harness.endpoint.reply import Failure, FailureKind, Reply
from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters

KEY = "sk-test-0123456789abcdef"
CHAT = Prompt((Message("user", "What is 2 + 2?"),), Generate(64))
TEXT = Prompt("Once upon a time", Generate(64, ("\n",)))
LETTERS = Prompt("2 + 2 is\nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:", ScoreLetters("ABCD"))
CHOICES = Prompt("2 + 2 is", ScoreChoices({"A": " three", "B": " four", "C": " five"}))


def settings(server: Loopback, **changed: Any) -> EndpointSettings:
    return EndpointSettings(
        **({"base_url": server.url, "model": "m", "api_key": KEY, "timeout_s": 10.0} | changed)
    )


def ask_all(
    prompts: Sequence[Prompt], server: Loopback, later: Sequence[Prompt] = (), **changed: Any
) -> tuple[list[Reply | Failure], Endpoint]:
    """Asks all prompts at once, then all of `later`; gives outcomes in order, and the endpoint."""

    async def ask() -> tuple[list[Reply | Failure], Endpoint]:
        async with Endpoint(settings(server, **changed)) as endpoint:
            first = await asyncio.gather(*(endpoint.ask(prompt) for prompt in prompts))
            return [*first, *await asyncio.gather(*(endpoint.ask(prompt) for prompt in later))], endpoint

    return asyncio.run(ask())


def ask(prompt: Prompt, server: Loopback, **changed: Any) -> Reply | Failure:
    return ask_all([prompt], server, **changed)[0][0]


def reply_to(prompt: Prompt, server: Loopback, **changed: Any) -> Reply:
    outcome = ask(prompt, server, **changed)
    assert isinstance(outcome, Reply), outcome
    return outcome


def failure_of(prompt: Prompt, server: Loopback, kind: FailureKind, **changed: Any) -> Failure:
    outcome = ask(prompt, server, **changed)
    assert isinstance(outcome, Failure), outcome
    assert outcome.kind is kind, outcome
    assert KEY not in repr(outcome)
    return outcome
