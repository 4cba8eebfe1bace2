"""Demands: no endpoint can make a prompt take more than is said, short of failures."""

from dataclasses import replace

import pytest
from loopback import Loopback, chat, chat_logprobs, completion, error, reply
from whole_runs import sent_text

from harness.demand import most
from harness.endpoint.client import Endpoint
from harness.endpoint.settings import EndpointSettings
from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters
from harness.session import finish

TEXT = Prompt((Message("user", "What is 2 + 2? « 四 »"),), Generate(64))
LETTERS = Prompt("Count. " * 500 + "2 + 2 is\nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:", ScoreLetters("ABCD"))
CHOICES = Prompt(
    "Count. " * 500 + "2 + 2 is", ScoreChoices({"A": " three", "B": " four", "C": " five", "D": " 四"})
)

TWICE = replace(CHOICES, want=replace(CHOICES.want, baseline="Answer. " * 900))

BEGUN = replace(
    CHOICES,
    want=ScoreChoices({"A": " is four", "B": " is four"}, beginnings={"A": "two " * 200, "B": "三" * 300}),
)


def answers(request):
    return chat("4")


def nothing_asked_for(request):
    """Answers everything, and gives no logprobs."""
    return chat("x") if request.path.endswith("/chat/completions") else completion("x")


def never_a_letter(request):
    """Chats have logprobs, in which no letter ever is; completions have none."""
    if not request.path.endswith("/chat/completions"):
        return completion("x")
    choice = {"message": {"content": "x"}, "finish_reason": "stop", "logprobs": chat_logprobs({"x": -0.1})}
    return reply({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}})


def no_lists(request):
    """The same as the first, one prompt at a time."""
    return error(400, "no lists") if isinstance(request.json.get("prompt"), list) else completion("x")


def echo(request):
    """Gives the logprobs of one prompt, and cuts its characters in two."""
    if not isinstance(request.json.get("prompt"), str):
        return error(400, "no lists")
    tokens = [*(["\ufffd"] * len(request.json["prompt"].encode())), "x"]
    logprobs = {"tokens": tokens, "token_logprobs": [None] + [-1.0] * (len(tokens) - 1)}
    return completion(request.json["prompt"] + "x", logprobs=logprobs)


@pytest.mark.parametrize(
    ("prompt", "serve"),
    [
        (TEXT, answers),
        (LETTERS, nothing_asked_for),
        (LETTERS, never_a_letter),
        (CHOICES, nothing_asked_for),
        (CHOICES, no_lists),
        (CHOICES, echo),
        (TWICE, echo),
        (BEGUN, echo),
        (BEGUN, nothing_asked_for),
    ],
    ids=[
        "text",
        "no logprobs",
        "no letter",
        "no echo",
        "no lists",
        "cut characters",
        "a baseline",
        "beginnings",
        "beginnings, no echo",
    ],
)
def test_what_a_server_is_sent_is_within_the_demand(prompt, serve):
    requests = asked(prompt, serve, times=1)
    demand = most(prompt, None)
    assert requests
    assert bytes_of(requests) <= demand.prompt_tokens + demand.learning_prompt_tokens
    assert limits_of(requests) <= demand.completion_tokens + demand.learning_completion_tokens


@pytest.mark.parametrize(
    ("prompt", "serve"),
    [(TEXT, answers), (LETTERS, never_a_letter), (CHOICES, echo), (TWICE, echo), (BEGUN, echo)],
    ids=["text", "no letter", "cut characters", "a baseline", "beginnings"],
)
def test_once_an_endpoint_is_known_a_prompt_takes_its_own_share_alone(prompt, serve):
    first, both = asked(prompt, serve, times=1), asked(prompt, serve, times=2)
    demand = most(prompt, None)
    assert 0 < bytes_of(both) - bytes_of(first) <= demand.prompt_tokens
    assert 0 < limits_of(both) - limits_of(first) <= demand.completion_tokens


def asked(prompt, serve, *, times):
    """The requests that were worked on when a prompt was asked."""

    async def ask(url):
        async with Endpoint(EndpointSettings(base_url=url, model="m")) as endpoint:
            for _ in range(times):
                await endpoint.ask(prompt)

    with Loopback(serve) as server:
        finish(ask(server.url))
        return [
            request
            for request in server.requests
            if "completions" in request.path and serve(request).status == 200
        ]


def bytes_of(requests):
    return sum(len(text.encode()) for request in requests for text in texts_of(request))


def limits_of(requests):
    return sum(request.json["max_tokens"] * len(texts_of(request)) for request in requests)


def texts_of(request):
    if isinstance(request.json.get("prompt"), list):
        return request.json["prompt"]
    return [sent_text(request)]


def test_the_limit_that_is_sent_goes_before_the_prompts_own():
    assert most(TEXT, 7).completion_tokens == 7
    assert most(TEXT, None).completion_tokens == 64


def test_other_scripts_count_by_their_bytes():
    longer = Prompt((Message("user", "What is 2 + 2? « 四 »" + "四" * 10),), Generate(64))
    assert most(longer, None).prompt_tokens - most(TEXT, None).prompt_tokens == 30
