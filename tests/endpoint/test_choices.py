"""Choice logprobs over real HTTP: the three ways, how one is found, and what is counted."""

import json
import re

import pytest
from asking import CHOICES, ask, ask_all, failure_of, reply_to
from loopback import Loopback, completion, error, reply

from harness.endpoint.reply import Failure, FailureKind, Usage
from harness.prompts import Message, Prompt, ScoreChoices

WORDS = re.compile(r" ?[^\s]+|\s")


def number(token: str) -> float:
    """A token's logprob in these servers."""
    return -len(token.strip()) / 10


READ = {"A": -0.5, "B": -0.4, "C": -0.4}  # " three", " four", " five"


def scored(prompt, *, index=0, tokens=None, begin=(), generated=" x"):
    """A choice that repeats its prompt, with the logprobs of its tokens."""
    own = [*begin, *(tokens or WORDS.findall(prompt))]
    everything = own + ([generated] if generated is not None else [])
    numbers = [None, *(number(token) for token in everything[1:])]
    logprobs = {"tokens": everything, "token_logprobs": numbers, "top_logprobs": None, "text_offset": []}
    return {
        "index": index,
        "text": prompt + (generated or ""),
        "logprobs": logprobs,
        "finish_reason": "length",
    }


def echo_server(*, lists=True, **how):
    def serve(request):
        prompts = request.json["prompt"]
        if not request.json.get("echo"):
            return error(400, "unknown field")
        if isinstance(prompts, list) and not lists:
            return error(400, "prompt must be a string")
        prompts = [prompts] if isinstance(prompts, str) else prompts
        choices = [scored(prompt, index=n, **how) for n, prompt in enumerate(prompts)]
        return reply({"choices": choices[::-1], "usage": {"prompt_tokens": 7, "completion_tokens": 1}})

    return serve


def test_by_echo_all_choices_are_one_request():
    with Loopback(echo_server()) as server:
        outcomes, endpoint = ask_all([CHOICES] * 3, server)
    assert [outcome.choice_logprobs for outcome in outcomes] == [pytest.approx(READ)] * 3
    assert len(server.requests) == 3
    assert server.requests[0].path == "/v1/completions"
    assert server.requests[0].json == {
        "model": "m", "prompt": ["2 + 2 is three", "2 + 2 is four", "2 + 2 is five"],
        "max_tokens": 1, "temperature": 0, "echo": True, "logprobs": 1,
    }  # fmt: skip
    assert endpoint.sent() == {"routes": ["/v1/completions"], "temperature": 0, "choice_route": "echo"}


def test_where_lists_are_refused_each_choice_is_a_request():
    with Loopback(echo_server(lists=False)) as server:
        outcomes, _ = ask_all([CHOICES] * 2, server)
    assert [outcome.choice_logprobs for outcome in outcomes] == [pytest.approx(READ)] * 2
    assert sorted(outcome.attempts for outcome in outcomes) == [3, 4]
    assert {outcome.usage.prompt_tokens for outcome in outcomes} == {21}


@pytest.mark.parametrize(
    "how",
    [
        {"begin": ["<|begin_of_text|>"]},
        {"begin": [""]},
        {"generated": ""},
        {"generated": "</s>"},
        {"generated": None},
        {"tokens": ["2", "Ġ+", "Ġ2", "Ġis", "Ġfour"]},
    ],
    ids=[
        "begin of text",
        "begin without text",
        "end without text",
        "end of text",
        "end left out",
        "G with dot",
    ],
)
def test_only_the_continuations_tokens_are_counted(how):
    prompt = Prompt("2 + 2 is", ScoreChoices({"A": " four"}))
    with Loopback(echo_server(**how)) as server:
        expected = -0.5 if "tokens" in how else -0.4  # there the mark for the space has a length
        assert reply_to(prompt, server).choice_logprobs == pytest.approx({"A": expected})


def test_a_token_across_the_border_is_counted():
    prompt = Prompt("Answer:", ScoreChoices({"A": " Blue sky"}))
    with Loopback(echo_server(tokens=["Answer", ": Blue", " sky"])) as server:
        assert reply_to(prompt, server).choice_logprobs == pytest.approx({"A": -0.6 - 0.3})


def test_where_the_tokens_do_not_spell_the_text_the_context_alone_shows_the_border():
    pieces = {"→ is": ["\ufffd", "\ufffd", " is"], "→ is ab c": ["\ufffd", "\ufffd", " is", " ab", " c"]}

    def serve(request):
        prompts = request.json["prompt"]
        prompts = [prompts] if isinstance(prompts, str) else prompts
        return reply({"choices": [scored(prompt, tokens=pieces[prompt]) for prompt in prompts]})

    prompt = Prompt("→ is", ScoreChoices({"A": " ab c"}))
    with Loopback(serve) as server:
        assert reply_to(prompt, server).choice_logprobs == pytest.approx({"A": -0.2 - 0.1})
    assert len(server.requests) == 2


def test_equal_continuations_are_asked_once():
    prompt = Prompt("2 + 2 is", ScoreChoices({"A": " four", "B": " five", "C": " four"}))
    with Loopback(echo_server()) as server:
        assert reply_to(prompt, server).choice_logprobs == pytest.approx({"A": -0.4, "B": -0.4, "C": -0.4})
    assert len(server.requests[0].json["prompt"]) == 2


def vllm_server(*, lists=True):
    """Knows prompt_logprobs, not echo; the own token is not always the first of its place."""

    def serve(request):
        prompts = request.json["prompt"]
        if "echo" in request.json or (isinstance(prompts, list) and not lists):
            return error(400, "echo is not supported")
        assert request.json["prompt_logprobs"] == 1
        prompts = [prompts] if isinstance(prompts, str) else prompts
        choices = []
        for n, prompt in enumerate(prompts):
            places = [None]
            for token in WORDS.findall(prompt)[1:]:
                own = {"logprob": number(token), "rank": 9, "decoded_token": token}
                likeliest = {"logprob": -0.01, "rank": 1, "decoded_token": " the"}
                places.append({"11": likeliest, str(hash(token)): own} if n % 2 else {str(hash(token)): own})
            choices.append({"index": n, "text": " x", "logprobs": None, "prompt_logprobs": places})
        return reply({"choices": choices})

    return serve


@pytest.mark.parametrize("lists", [True, False])
def test_by_prompt_logprobs(lists):
    with Loopback(vllm_server(lists=lists)) as server:
        outcomes, endpoint = ask_all([CHOICES] * 2, server)
    assert [outcome.choice_logprobs for outcome in outcomes] == [pytest.approx(READ)] * 2
    assert endpoint.sent()["choice_route"] == "prompt_logprobs"


def llama_server(request):
    """Ignores echo and prompt_logprobs as llama.cpp does; writes the tokens, here bytes, of the grammar."""
    if request.path == "/tokenize":
        assert request.json["add_special"] is True
        pieces = [chr(byte) if byte < 128 else [byte] for byte in request.json["content"].encode()]
        tokens = [
            {"id": piece[0] if isinstance(piece, list) else ord(piece), "piece": piece} for piece in pieces
        ]
        return reply({"tokens": [{"id": 1, "piece": ""}, *tokens]})
    if request.path != "/completion":
        return completion(" x", logprobs={"content": []})
    if request.json["grammar"] == 'root ::= "a"':
        everything = [{"id": byte, "logprob": -0.25} for byte in range(256)]
        return reply({"completion_probabilities": [{"id": 97, "logprob": -3.0, "top_logprobs": everything}]})
    tokens = [int(token) for token in re.findall(r"<\[(\d+)\]>", request.json["grammar"])]
    assert request.json["n_predict"] == len(tokens)
    entries = [{"id": token, "token": "?", "bytes": [token], "logprob": -0.25} for token in tokens]
    return reply(
        {
            "content": bytes(tokens).decode(),
            "stop_type": "limit",
            "model": "smol",
            "tokens_evaluated": len(request.json["prompt"]),
            "tokens_predicted": len(entries),
            "timings": {"cache_n": len(request.json["prompt"]) - 1},
            "completion_probabilities": entries,
        }
    )


def test_by_llama_cpps_grammar_of_tokens():
    prompt = Prompt("2+2", ScoreChoices({"A": " one", "B": ' "x"\n\\', "C": " one"}))
    with Loopback(llama_server) as server:
        outcomes, endpoint = ask_all([prompt] * 2, server)
    assert [outcome.choice_logprobs for outcome in outcomes] == [{"A": -1.0, "B": -1.5, "C": -1.0}] * 2
    writing = [request.json for request in server.requests if request.path == "/completion"]
    assert writing[0] == {
        "model": "m", "prompt": [1, *b"2+2"], "grammar": "root ::= <[32]> <[111]> <[110]> <[101]>", "n_predict": 4,
        "n_probs": 1, "post_sampling_probs": False, "temperature": 0, "cache_prompt": True,
    }  # fmt: skip
    assert len(writing) == 4
    steady = min(outcomes, key=lambda outcome: outcome.attempts)
    assert steady.attempts == 5, "tokens of the context and of each text, and one request for each text"
    assert steady.usage == Usage(8, 6, 4 + 6)
    assert steady.served_model == "smol"
    assert endpoint.sent() == {
        "routes": ["/completion"],
        "temperature": 0,
        "choice_route": "llama.cpp grammar",
    }


def test_a_token_across_the_border_is_written_too():
    words = {"Answer:": [5, 6], "Answer: Blue": [5, 7, 8]}

    def serve(request):
        if request.path == "/tokenize":
            tokens = words[request.json["content"]]
            return reply({"tokens": [{"id": token, "piece": "?"} for token in tokens]})
        return llama_server(request)

    with Loopback(serve) as server:
        outcome = reply_to(Prompt("Answer:", ScoreChoices({"A": " Blue"})), server)
    assert outcome.choice_logprobs == {"A": -0.5}
    assert server.requests[-1].json["prompt"] == [5]
    assert server.requests[-1].json["grammar"] == "root ::= <[7]> <[8]>"


def test_tokens_that_are_part_of_a_character_are_looked_up_one_by_one():
    with Loopback(llama_server) as server:
        outcome = reply_to(Prompt("2+2", ScoreChoices({"A": " né!"})), server)
    assert outcome.choice_logprobs == {"A": -0.25 * 5}
    writing = [request.json for request in server.requests if request.path == "/completion"]
    assert [(body["prompt"][4:], body["grammar"]) for body in writing] == [
        ([], "root ::= <[32]> <[110]>"),
        ([32, 110], 'root ::= "a"'),
        ([32, 110, 195], 'root ::= "a"'),
        ([32, 110, 195, 169], "root ::= <[33]>"),
    ]


def test_the_continuations_of_a_question_are_asked_one_after_another():
    with Loopback(llama_server) as server:
        reply_to(CHOICES, server)
    assert server.most_at_once == 1


def changed(**fields):
    def serve(request):
        answer = llama_server(request)
        return reply(json.loads(answer.body) | fields) if request.path == "/completion" else answer

    return serve


def test_tokens_that_are_not_those_it_was_held_to_are_a_bad_reply():
    wrong = [{"id": 9, "token": " x", "bytes": [32, 120], "logprob": -1.0}]
    with Loopback(changed(completion_probabilities=wrong)) as server:
        failure_of(CHOICES, server, FailureKind.BAD_REPLY, max_wait_s=0)


def test_a_continuation_without_room_in_the_context_is_too_long():
    entries = [{"id": 32, "token": " ", "bytes": [32], "logprob": -1.0}]
    with Loopback(changed(completion_probabilities=entries)) as server:
        failure_of(CHOICES, server, FailureKind.TOO_LONG)


def test_a_llama_cpp_without_grammars_of_tokens_cannot_score_choices():
    def serve(request):
        return (
            error(400, "Failed to parse grammar") if request.path == "/completion" else llama_server(request)
        )

    with Loopback(serve) as server:
        failure = failure_of(CHOICES, server, FailureKind.UNSUPPORTED)
    assert "December 2025" in failure.message


@pytest.mark.parametrize("logprob", [None, "x", float("nan"), float("-inf")])
def test_a_token_without_logprob_is_a_bad_reply(logprob):
    entries = [{"id": 32, "token": " ", "logprob": -1.0}, {"id": 120, "token": "x", "logprob": logprob}]
    with Loopback(changed(completion_probabilities=entries)) as server:
        failure_of(Prompt("2", ScoreChoices({"A": " x"})), server, FailureKind.BAD_REPLY)


@pytest.mark.parametrize(
    "answer",
    [completion(" x"), error(404), error(404, "This is a chat model"), error(400, "no echo"), error(501)],
    ids=["ignores it all", "404", "chat model", "400", "501"],
)  # fmt: skip
def test_an_endpoint_with_none_of_the_ways_is_told_the_protocol_that_works(answer):
    with Loopback(answer) as server:
        failure = failure_of(CHOICES, server, FailureKind.UNSUPPORTED)
    assert "--protocol simple-evals" in failure.message
    assert failure.fatal


def test_a_question_that_is_refused_for_itself_does_not_end_the_run():
    def serve(request):
        return error(400, "not recorded") if request.path == "/v1/completions" else error(404, "Not Found")

    with Loopback(serve) as server:
        failure_of(CHOICES, server, FailureKind.BAD_REQUEST)


def test_a_prompt_that_is_too_long_is_said_so_at_once():
    with Loopback(error(400, "maximum context length is 8 tokens")) as server:
        failure_of(CHOICES, server, FailureKind.TOO_LONG)
    assert len(server.requests) == 1


def test_an_echo_that_fails_later_is_no_reply():
    with Loopback(echo_server(), completion(" x")) as server:
        outcomes, _ = ask_all([CHOICES, CHOICES], server, max_wait_s=0)
    assert outcomes[0].choice_logprobs == pytest.approx(READ)
    assert outcomes[1].kind is FailureKind.BAD_REPLY
    assert not outcomes[1].fatal


@pytest.mark.parametrize(
    "choices",
    [
        [{"prompt_logprobs": [None, [1]]}] * 3,
        [{"prompt_logprobs": [None, {"1": {"rank": "1"}, "2": {"rank": 2}}]}] * 3,
        [{"prompt_logprobs": [None, {"1": {"logprob": -(10**400), "decoded_token": " x"}}]}] * 3,
        [{"index": "1", "prompt_logprobs": [None, {}]}, {"index": 0, "prompt_logprobs": [None, {}]}],
    ],
    ids=["a place of no object", "ranks of two kinds", "a number of 400 digits", "places of two kinds"],
)
def test_what_no_server_should_say_of_a_prompt_is_no_reply_and_no_crash(choices):
    with Loopback(reply({"choices": choices})) as server:
        assert isinstance(ask(CHOICES, server), Failure)


@pytest.mark.parametrize("way", ["echo", "prompt_logprobs"])
def test_logprobs_that_end_before_the_continuation_are_no_reply(way):
    def cut(request):
        if way not in request.json:
            return error(400, "not here")
        prompts = request.json["prompt"]
        prompts = [prompts] if isinstance(prompts, str) else prompts
        tokens = WORDS.findall("2 + 2 is")
        places = [
            None,
            *({"7": {"logprob": -1.0, "rank": 1, "decoded_token": token}} for token in tokens[1:]),
        ]
        return reply(
            {
                "choices": [
                    scored(prompt, index=n, tokens=tokens) | {"prompt_logprobs": places}
                    for n, prompt in enumerate(prompts)
                ]
            }
        )

    with Loopback(cut) as server:
        failure = failure_of(CHOICES, server, FailureKind.BAD_REPLY)
    assert "lacks the logprob of a token" in failure.message


def test_tokens_that_end_before_the_continuation_are_no_reply():
    def cut(request):
        if request.path == "/tokenize":
            return reply({"tokens": [{"id": token, "piece": "?"} for token in (5, 6)]})
        return llama_server(request)

    with Loopback(cut) as server:
        failure_of(CHOICES, server, FailureKind.BAD_REPLY)


def test_chat_messages_cannot_be_scored():
    with Loopback(echo_server()) as server:
        failure_of(Prompt((Message("user", "x"),), CHOICES.want), server, FailureKind.UNSUPPORTED)
    assert server.requests == []


def test_what_begins_a_continuation_is_given_and_not_scored():
    """The same end of a sentence after two ways to fill its blank: its only word is "four"."""
    want = ScoreChoices({"A": " four", "B": " four"}, beginnings={"A": " two", "B": " three"})
    with Loopback(echo_server()) as server:
        outcome = reply_to(Prompt("2 + 2 is", want), server)
        prompts = [request.json["prompt"] for request in server.requests]
    assert outcome.choice_logprobs == pytest.approx({"A": -0.4, "B": -0.4})
    assert prompts == ["2 + 2 is two four", "2 + 2 is three four"]


def test_with_a_baseline_the_choices_are_scored_after_it_too():
    want = ScoreChoices({"A": " three", "B": " four"}, baseline="Answer:")
    with Loopback(echo_server()) as server:
        outcome = reply_to(Prompt("2 + 2 is", want), server)
    assert [request.json["prompt"] for request in server.requests] == [
        ["2 + 2 is three", "2 + 2 is four"],
        ["Answer: three", "Answer: four"],
    ]
    assert outcome.choice_baselines == pytest.approx({"A": -0.5, "B": -0.4})
    assert outcome.usage.prompt_tokens == 14


def test_without_a_baseline_there_are_none():
    with Loopback(echo_server()) as server:
        assert reply_to(CHOICES, server).choice_baselines is None
