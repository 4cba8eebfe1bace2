"""Letter logprobs over real HTTP: routes, candidates, the forms of tokens, forced letters."""

import asyncio
import json
import math

import pytest
from asking import LETTERS, ask_all, failure_of, reply_to, settings
from loopback import Answer, Loopback, chat, chat_logprobs, completion, completion_logprobs, error, reply

from harness.endpoint.client import Endpoint
from harness.endpoint.reply import FailureKind, Reply
from harness.prompts import Prompt, ScoreLetters

ALL = {" A": -3.0, " B": -0.1, " C": -4.0, " D": -5.0}
AMPLE = ALL | {
    f" word{n}": -20.0 for n in range(1000)
}  # as many as were asked for, so that nothing is missing
READ = {"A": -3.0, "B": -0.1, "C": -4.0, "D": -5.0}


def with_logprobs(logprobs, text=" B"):
    return completion(text, logprobs=logprobs)


def letters_of(answer):
    """What is read of an endpoint that gives these candidates, and cannot force."""

    def serve(request):
        return (
            answer
            if "logprobs" in request.json and "logit_bias" not in request.json
            else error(400, "no such field")
        )

    with Loopback(serve) as server:
        return reply_to(LETTERS, server).letter_logprobs


def test_one_request_a_question_on_completions():
    with Loopback(with_logprobs(completion_logprobs(AMPLE))) as server:
        outcomes, endpoint = ask_all([LETTERS] * 3, server)
    assert [outcome.letter_logprobs for outcome in outcomes] == [READ] * 3
    assert all(outcome.text == "" and not outcome.letter_forced for outcome in outcomes)
    assert len(server.requests) == 3
    assert server.requests[0].path == "/v1/completions"
    assert server.requests[0].json == {
        "model": "m", "prompt": LETTERS.content, "max_tokens": 1, "temperature": 0, "logprobs": 1000,
    }  # fmt: skip
    assert endpoint.warnings == []
    assert endpoint.sent() == {
        "routes": ["/v1/completions"],
        "temperature": 0,
        "max_tokens": 1,
        "logprob_candidates": 1000,
        "letters_forced_by": None,
    }


@pytest.mark.parametrize(
    "logprobs",
    [
        completion_logprobs(ALL),
        chat_logprobs(ALL),
        completion_logprobs({"Ġ" + token[1]: number for token, number in ALL.items()}),
        chat_logprobs({"▁" + token[1]: number for token, number in ALL.items()}),
        chat_logprobs({token[1]: number for token, number in ALL.items()}),
        completion_logprobs(ALL | {"A": -0.01, "b": -0.01, " d": -0.01, "\nC": -0.01, " A.": -0.01}),
        {"content": [{"token": "?", "logprob": -9.0, "top_logprobs": [
            {"token": "?", "bytes": list(token.encode()), "logprob": number} for token, number in ALL.items()]}]},
        {"content": [{"token": " B", "logprob": -0.1, "bytes": [32, 66], "top_logprobs": [
            {"token": token, "logprob": number} for token, number in ALL.items() if token != " B"]}]},
        {"content": [{"token": " B", "logprob": -0.1, "top_logprobs": [
            {"token": token, "logprob": number - extra} for extra in (0, 1) for token, number in ALL.items()]}]},
    ],
    ids=[
        "completions", "chat shape", "G with dot", "low line", "no space", "other forms beside",
        "bytes", "taken token not among the top", "twice",
    ],
)  # fmt: skip
def test_letters_are_read_in_every_shape(logprobs):
    assert letters_of(with_logprobs(logprobs)) == READ


def test_lower_case_letters_are_none():
    assert letters_of(with_logprobs(completion_logprobs({" a": -0.1, "b": -0.2, " A": -4.0}))) == {"A": -4.0}


@pytest.mark.parametrize(
    "number", [None, "-1", math.nan, -math.inf, pytest.param(-(10**400), id="400 digits")]
)
def test_a_logprob_that_is_no_number_is_left_out(number):
    candidates = {" A": -1.0, " B": number}
    assert letters_of(with_logprobs(completion_logprobs(candidates))) == {"A": -1.0}


def test_letters_beyond_the_candidates_are_absent_and_that_is_said_once():
    with Loopback(with_logprobs(completion_logprobs({" The": -0.1, " B": -0.2}))) as server:
        outcomes, endpoint = ask_all([LETTERS] * 3, server)
    assert [outcome.letter_logprobs for outcome in outcomes] == [{"B": -0.2}] * 3
    assert len([warning for warning in endpoint.warnings if "2 candidates" in warning]) == 1


def limited_to_20(request):
    """Gives 20 candidates and no more; holds the model to a letter by logit_bias."""
    if request.json["logprobs"] > 20:
        return error(400, "Requested sample logprobs of 1000, which is greater than max allowed: 20")
    if "logit_bias" in request.json:
        ((letter, _),) = request.json["logit_bias"]
        return with_logprobs(completion_logprobs({letter: ALL[letter]}), text=letter)
    return with_logprobs(completion_logprobs(ALL))


def test_fewer_candidates_are_asked_for_until_they_are_not_refused():
    with Loopback(limited_to_20) as server:
        outcomes, endpoint = ask_all([LETTERS] * 20, server)
    asked = [request.json["logprobs"] for request in server.requests if "logit_bias" not in request.json]
    assert all(outcome.letter_logprobs == READ for outcome in outcomes)
    assert asked == [1000, 100] + [20] * 20
    assert sorted(outcome.attempts for outcome in outcomes) == [1] * 19 + [4]
    assert all(outcome.retries == 0 for outcome in outcomes)
    assert endpoint.sent()["logprob_candidates"] == 20


@pytest.mark.parametrize(
    "no_completions",
    [
        error(404, "This is a chat model and not supported in the v1/completions endpoint."),
        error(404, "Not Found"),
        error(405, "Method Not Allowed"),
        error(501, "not implemented"),
        error(400, "m does not support completions"),
        with_logprobs(None),
    ],
    ids=["chat model", "404", "405", "501", "400", "logprobs null"],
)
def test_without_completions_the_text_is_sent_as_a_chat(no_completions):
    document = json.loads(chat("B").body)
    document["choices"][0]["logprobs"] = chat_logprobs(
        {"A": -3.0, "B": -0.1, "C": -4.0, " C": -0.01, "D": -5.0}
    )
    document["choices"][0]["logprobs"]["content"][0]["top_logprobs"] += chat_logprobs(
        {f"word{n}": -20.0 for n in range(1000)}
    )["content"][0]["top_logprobs"]

    def serve(request):
        return reply(document) if "chat" in request.path else no_completions

    with Loopback(serve) as server:
        outcomes, endpoint = ask_all([LETTERS] * 3, server, max_tokens_field="max_completion_tokens")
    assert [outcome.letter_logprobs for outcome in outcomes] == [READ] * 3
    assert server.requests[-1].json == {
        "model": "m", "messages": [{"role": "user", "content": LETTERS.content}],
        "max_completion_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": 1000,
    }  # fmt: skip
    assert len([request for request in server.requests if "chat" not in request.path]) <= 4
    assert endpoint.sent()["routes"] == ["/v1/chat/completions"]


def test_an_endpoint_without_logprobs_is_told_the_protocol_that_works():
    with Loopback(lambda request: chat("B") if "chat" in request.path else with_logprobs(None)) as server:
        failure = failure_of(LETTERS, server, FailureKind.UNSUPPORTED)
    assert "--protocol simple-evals" in failure.message
    assert failure.fatal
    assert failure.attempts == len(server.requests) == 4, "each route twice, as one reply may be broken"


def test_an_endpoint_that_refuses_logprobs_is_told_the_protocol_that_works():
    with Loopback(error(400, "logprobs is not supported by this model")) as server:
        failure = failure_of(LETTERS, server, FailureKind.UNSUPPORTED)
    assert "--protocol simple-evals" in failure.message


def test_a_question_that_is_refused_for_itself_does_not_end_the_run():
    with Loopback(error(400, "this question was not recorded")) as server:
        failure = failure_of(LETTERS, server, FailureKind.BAD_REQUEST)
    assert not failure.fatal


def test_where_neither_route_is_there_the_url_is_wrong():
    with Loopback(error(404, "Not Found")) as server:
        failure_of(LETTERS, server, FailureKind.WRONG_URL)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(error(401), FailureKind.KEY), (error(400, "prompt is too long", code=None), FailureKind.TOO_LONG)],
)
def test_what_is_not_about_logprobs_is_reported_at_once(answer, kind):
    with Loopback(answer) as server:
        failure_of(LETTERS, server, kind)
    assert len(server.requests) == 1


def test_logprobs_that_are_missing_once_are_asked_for_again():
    good = with_logprobs(completion_logprobs(AMPLE))
    with Loopback(good, with_logprobs(None), good) as server:
        outcomes, _ = ask_all([LETTERS] * 2, server)
    assert [outcome.letter_logprobs for outcome in outcomes] == [READ] * 2
    assert sorted(outcome.attempts for outcome in outcomes) == [1, 2]


def test_learning_survives_a_busy_server():
    busy = error(503, retry_after="0")
    with Loopback(
        busy, error(400, "logprobs too many"), busy, with_logprobs(completion_logprobs(ALL))
    ) as server:
        outcome = reply_to(LETTERS, server)
    assert outcome.retries == 2
    assert outcome.letter_logprobs == READ


ELSEWHERE = {" The": -0.1, "\n": -3.0}


@pytest.mark.parametrize(
    ("field", "logprob"), [("logit_bias", -7.5), ("structured_outputs", None), ("guided_choice", None)]
)
def test_a_letter_is_forced_where_none_is_among_the_candidates(field, logprob):
    def serve(request):
        if request.path != "/v1/completions":
            return error(404, "Not Found")
        if field in request.json:
            return completion(" C", logprobs=chat_logprobs({" C": -7.5}))
        return completion(" The", logprobs=completion_logprobs(ELSEWHERE))

    with Loopback(serve) as server:
        outcomes, endpoint = ask_all([LETTERS] * 4, server)
    assert all(outcome.letter_logprobs == {"C": logprob} and outcome.letter_forced for outcome in outcomes)
    assert json.dumps(outcomes[0].letter_logprobs)
    assert endpoint.sent()["letters_forced_by"] == field
    last = server.requests[-1].json[field]
    assert last == {
        "logit_bias": [[" A", 100], [" B", 100], [" C", 100], [" D", 100]],
        "structured_outputs": {"choice": [" A", " B", " C", " D"]},
        "guided_choice": [" A", " B", " C", " D"],
    }[field]  # fmt: skip
    ways_tried = ("logit_bias", "structured_outputs", "guided_choice").index(field)
    assert len(server.requests) == 4 * 2 + ways_tried


def test_a_server_that_silently_gives_fewer_candidates_than_asked_is_told_of_at_the_first_question():
    with Loopback(with_logprobs(completion_logprobs(ALL))) as server:
        (warning,), _ = told(server)
    assert "gives 4 candidates" in warning
    assert len(server.requests) == 1


def told(server):
    """What the endpoint warns of while one question is asked."""

    async def ask():
        said = []
        async with Endpoint(settings(server), said.append) as endpoint:
            await endpoint.ask(LETTERS)
        return said, endpoint.sent()["letters_forced_by"]

    return asyncio.run(ask())


def test_where_candidates_are_few_a_way_to_force_letters_is_looked_for_at_the_first_question():
    with Loopback(limited_to_20) as server:
        assert told(server) == ([], "logit_bias")
    (bias,) = [request.json["logit_bias"] for request in server.requests if "logit_bias" in request.json]
    assert bias == [[" D", 100]]  # the least probable one: it would not be written by itself


def test_a_server_that_ignores_the_bias_is_not_taken_to_force_letters_and_that_is_said_at_the_first_question():
    def ignoring(request):
        refused = request.json["logprobs"] > 20 if "logprobs" in request.json else False
        return error(400, "logprobs: at most 20") if refused else with_logprobs(completion_logprobs(ALL))

    with Loopback(ignoring) as server:
        (warning,), forced_by = told(server)
    assert "cannot hold the model to the letters" in warning
    assert forced_by is None


def test_in_a_chat_a_letter_may_be_forced_by_a_json_schema():
    def serve(request):
        if "chat" not in request.path:
            return error(404, "Not Found")
        document = json.loads(chat('{"letter": "C"}' if "response_format" in request.json else "The").body)
        document["choices"][0]["logprobs"] = chat_logprobs(ELSEWHERE)
        return reply(document)

    with Loopback(serve) as server:
        outcome = reply_to(LETTERS, server)
    assert (outcome.letter_logprobs, outcome.letter_forced) == ({"C": None}, True)
    asked = server.requests[-1].json
    assert asked["max_tokens"] > 8
    assert asked["response_format"]["json_schema"]["schema"]["properties"]["letter"]["enum"] == list("ABCD")


@pytest.mark.parametrize(
    "unable", [error(400, "unknown field"), completion(" The"), completion(" AB"), completion("")]
)
def test_where_no_letter_can_be_forced_there_is_none_and_that_is_said_once(unable):
    def serve(request):
        if "logprobs" in request.json and "logit_bias" not in request.json:
            return completion(" The", logprobs=completion_logprobs(ELSEWHERE))
        return unable

    with Loopback(serve) as server:
        outcomes, endpoint = ask_all([LETTERS] * 3, server)
    assert [outcome.letter_logprobs for outcome in outcomes] == [{}] * 3
    assert not any(outcome.letter_forced for outcome in outcomes)
    assert len(server.requests) == 3 + 3, "the three ways are tried once"
    assert len([warning for warning in endpoint.warnings if "hold the model" in warning]) == 1


def test_an_endpoint_that_gives_no_candidate_at_all_is_one_that_gives_logprobs():
    with Loopback(with_logprobs({"content": []})) as server:
        assert reply_to(LETTERS, server).letter_logprobs == {"B": None}


def test_ten_letters():
    prompt = Prompt("…\nAnswer:", ScoreLetters("ABCDEFGHIJ"))
    candidates = {f" {letter}": -float(n) for n, letter in enumerate("ABCDEFGHIJ")}
    with Loopback(with_logprobs(completion_logprobs(candidates))) as server:
        assert len(reply_to(prompt, server).letter_logprobs) == 10


def test_the_temperature_is_not_sent_where_it_is_not_accepted():
    with Loopback(with_logprobs(completion_logprobs(ALL))) as server:
        reply_to(LETTERS, server, temperature=None)
        reply_to(LETTERS, server, omit=frozenset({"temperature"}))
    assert not any("temperature" in request.json for request in server.requests)


def test_cut_replies_do_not_teach_anything():
    good = with_logprobs(completion_logprobs(ALL))
    with Loopback(Answer(body=b'{"choices"'), good) as server:
        outcomes, endpoint = ask_all([LETTERS], server)
    assert isinstance(outcomes[0], Reply)
    assert endpoint.sent()["logprob_candidates"] == 1000
