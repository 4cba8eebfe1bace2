"""Models that users name, each asked of a server that enforces what its makers and hosts document."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from builders import write_task
from loopback import Loopback, chat, reply
from strict_servers import (
    GEMINI_AT_FIRST,
    KEY,
    OPENAI,
    USUAL,
    StrictServer,
    deepseek,
    gemini_refuses,
    o3,
    openai_chat,
    thinking,
)
from whole_runs import small_model

import harness
from harness.errors import EndpointError, UsageError
from harness.profiles import load_catalog

CATALOG = load_catalog({})
KEYS = {host.key_env: KEY for host in CATALOG.hosts.values() if host.key_env}


@dataclass(frozen=True)
class Served:
    """A model at a host, with the rules of both."""

    model: str
    server: StrictServer
    host: str | None = None
    protocols: tuple[str, ...] = ("simple-evals",)


def at_vllm(model: str, id_: str, *, least_tokens: int = 0, **rules: Any) -> Served:
    server = StrictServer((id_,), USUAL | {"chat_template_kwargs"}, key=None, completions=True, **rules)
    return Served(
        model, replace(server, least_tokens=least_tokens), "vllm", ("simple-evals", "lm-eval", "hendrycks")
    )


def at(host: str, model: str, id_: str, **rules: Any) -> Served:
    return Served(model, StrictServer((id_,), **rules), host)


OPEN_AI = {"accepts": OPENAI, "needs": {"store": False}, "says": openai_chat}
O3 = {
    "accepts": frozenset({"model", "messages", "max_completion_tokens", "reasoning_effort", "store"}),
    "needs": {"store": False},
    "least_tokens": 4096,
    "says": o3,
}
GEMINI = {
    "accepts": USUAL - {"seed", "user"} | {"reasoning_effort"},
    "refuse": gemini_refuses,
    "at_first": GEMINI_AT_FIRST,
}
SERVED = [
    Served("gpt-4o", StrictServer(("gpt-4o",), **OPEN_AI)),
    Served("gpt-4o-mini", StrictServer(("gpt-4o-mini",), **OPEN_AI)),
    Served("o3", StrictServer(("o3",), **O3)),
    Served("gemini-3-pro", StrictServer(("gemini-3.1-pro-preview",), **GEMINI, least_tokens=4096)),
    Served("gemini-2.5-flash-lite", StrictServer(("gemini-2.5-flash-lite",), **GEMINI)),
    Served(
        "deepseek-r1",
        StrictServer(
            ("deepseek-reasoner",),
            frozenset({"model", "messages", "max_tokens"}),
            least_tokens=4096,
            says=deepseek,
        ),
    ),
    at("together", "deepseek-r1", "deepseek-ai/DeepSeek-R1-0528", least_tokens=4096, says=thinking),
    at_vllm("deepseek-r1", "deepseek-ai/DeepSeek-R1", least_tokens=4096, says=thinking),
    at("groq", "llama3-70b", "llama3-70b-8192", context=8192),
    at_vllm("llama3-70b", "meta-llama/Meta-Llama-3-70B-Instruct", context=8192),
    at_vllm("llama3.1-405b", "meta-llama/Llama-3.1-405B-Instruct"),
    at("fireworks", "llama3.1-405b", "accounts/fireworks/models/llama-v3p1-405b-instruct"),
    at_vllm("llama4-scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct"),
    at("groq", "llama4-scout", "meta-llama/llama-4-scout-17b-16e-instruct"),
    at_vllm("llama4-maverick", "meta-llama/Llama-4-Maverick-17B-128E-Instruct"),
    at("together", "llama4-maverick", "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8"),
    at_vllm("qwen2.5-72b", "Qwen/Qwen2.5-72B-Instruct", context=32_768),
    at_vllm("qwen3-32b", "Qwen/Qwen3-32B", context=40_960, least_tokens=4096, says=thinking),
    at(
        "dashscope",
        "qwen-plus",
        "qwen-plus",
        accepts=USUAL | {"enable_thinking"},
        needs={"enable_thinking": False},
    ),
    at(
        "dashscope",
        "qwen3-32b",
        "qwen3-32b",
        accepts=USUAL | {"enable_thinking"},
        needs={"enable_thinking": False},
    ),
]
ASKED = [(served, protocol) for served in SERVED for protocol in served.protocols]


def asked(served: Served, results: Any, task_file: Any, **choices: Any) -> tuple[harness.Run, list[str]]:
    script = replace(served.server, refused=[], chats=0)
    with Loopback(script) as server:
        settings = harness.RunSettings(
            model=served.model,
            task=str(task_file),
            host=served.host,
            base_url=server.url,
            results=results,
            **choices,
        )
        return harness.run(settings, environment=KEYS), script.refused


@pytest.mark.parametrize(
    ("served", "protocol"),
    ASKED,
    ids=[f"{served.model} at {served.host or 'home'}, {protocol}" for served, protocol in ASKED],
)
def test_a_model_is_sent_only_what_it_accepts_and_scored_as_any_other(tmp_path, served, protocol):
    task_file = write_task(tmp_path)
    shots = 2 if protocol == "hendrycks" else None
    made, refused = asked(served, tmp_path / "strict", task_file, protocol=protocol, shots=shots)
    with Loopback(small_model) as server:
        settings = harness.RunSettings(
            model="m",
            task=str(task_file),
            base_url=server.url,
            results=tmp_path / "plain",
            protocol=protocol,
            shots=shots,
        )
        plain = harness.run(settings, environment={})
    assert refused == []
    assert made.score.status == "complete"
    assert made.answers()["answer"].to_dict() == plain.answers()["answer"].to_dict()


def test_what_gemini_never_answers_for_safety_is_refused(tmp_path):
    (served,) = [each for each in SERVED if each.model == "gemini-2.5-flash-lite"]
    unsafe = replace(served.server, at_first=(), says=lambda _: GEMINI_AT_FIRST[-1])
    made, _ = asked(replace(served, server=unsafe), tmp_path / "results", write_task(tmp_path))
    assert made.score.status == "complete"
    assert made.score.counts.refused == made.score.counts.questions


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4o-mini"])
def test_openai_is_asked_for_logprobs_only_as_it_gives_them(tmp_path, model):
    (served,) = [each for each in SERVED if each.model == model]
    made, refused = asked(served, tmp_path / "results", write_task(tmp_path), protocol="letter")
    assert refused == []
    assert (made.score.status, made.score.counts.unparsed) == ("complete", 0)
    assert made.score.model.settings["logprob_candidates"] == 20


def test_every_model_that_users_name_is_there():
    assert {served.model for served in SERVED} == CATALOG.models.keys() - {"smollm2-135m"}


ANOTHER_HOST = ", or another --host, which may give them."


@pytest.mark.parametrize(
    ("model", "host", "said", "way_out"),
    [
        ("o3", None, "o3 gives no logprobs, by its entry,", "."),
        (
            "gemini-3-pro",
            None,
            "gemini-3-pro at google gives no logprobs, by the entry of google,",
            ANOTHER_HOST,
        ),
        ("llama3-70b", "groq", "llama3-70b at groq gives no logprobs, by the entry of groq,", ANOTHER_HOST),
        (
            "deepseek-r1",
            None,
            "deepseek-r1 at deepseek gives no logprobs, by its entry for deepseek,",
            ANOTHER_HOST,
        ),
    ],
    ids=["model", "usual host", "host", "model at its host"],
)
def test_a_model_without_logprobs_is_told_whose_entry_says_so_and_what_works(
    tmp_path, model, host, said, way_out
):
    (served,) = [each for each in SERVED if each.model == model and each.host == host]
    with pytest.raises(UsageError) as refused:
        asked(served, tmp_path / "results", write_task(tmp_path), protocol="lm-eval")
    assert str(refused.value) == f"{said} and lm-eval needs them: use --protocol simple-evals{way_out}"


@pytest.mark.parametrize(
    ("model", "choices", "message"),
    [
        ("o3", {"temperature": 0.5}, "o3 takes no temperature, by its entry"),
        ("o3", {"max_tokens": 200_000}, "more than o3 can write: 100000"),
        (
            "deepseek-r1",
            {"temperature": 0.5},
            "deepseek-r1 at deepseek takes no temperature, by its entry for deepseek",
        ),
    ],
)
def test_what_an_entry_rules_out_is_refused_before_anything_is_sent(tmp_path, model, choices, message):
    (served,) = [each for each in SERVED if each.model == model and each.host is None]
    with pytest.raises(UsageError, match=message):
        asked(served, tmp_path / "results", write_task(tmp_path), **choices)


@pytest.mark.parametrize(
    ("protocol", "limit"), [("simple-evals", 32_768), ("helm", 1), ("meta-llama3-chat", 10)]
)
def test_an_entrys_room_for_reasoning_is_for_replies_that_the_model_begins(tmp_path, protocol, limit):
    with Loopback(small_model) as server:
        settings = harness.RunSettings(
            model="qwen3-32b",
            task=str(write_task(tmp_path)),
            base_url=server.url,
            results=tmp_path / "results",
            protocol=protocol,
            shots=0,
        )
        made = harness.run(settings, environment={})
        sent = [request.json for request in server.requests if request.method == "POST"]
    assert {body["max_tokens"] for body in sent} == {limit}
    assert made.score.model.settings["max_tokens"] == limit


def test_reasoning_is_kept_beside_the_answer_and_counted(tmp_path):
    by_name = {served.model: served for served in reversed(SERVED)}
    made, _ = asked(by_name["o3"], tmp_path / "o3", write_task(tmp_path))
    assert made.score.usage.reasoning_tokens == 12 * 640
    made, _ = asked(by_name["deepseek-r1"], tmp_path / "r1", write_task(tmp_path))
    assert set(made.answers()["reasoning"]) == {"Perhaps Answer: Z."}
    assert made.score.usage.cached_tokens == 12 * 64


@pytest.mark.parametrize(
    ("model", "host", "read"),
    [
        ("qwen3-32b", "vllm", False),
        ("qwen3-32b", "dashscope", True),  # told not to think
        ("deepseek-r1", "vllm", False),
        ("llama3-70b", "vllm", True),
    ],
)
def test_a_letter_in_thoughts_that_were_cut_off_is_not_read(tmp_path, model, host, read):
    with Loopback(
        lambda request: (
            reply({"object": "list", "data": []})
            if request.method == "GET"
            else chat("If it were so, Answer: B\n\nBut wait, it", finish_reason="length")
        )
    ) as server:
        settings = harness.RunSettings(
            model=model,
            host=host,
            task=str(write_task(tmp_path)),
            base_url=server.url,
            results=tmp_path / "results",
            protocol="simple-evals",
        )
        made = harness.run(settings, environment={})
    if read:
        assert set(made.answers()["answer"]) == {"B"}
    else:
        assert set(made.answers()["outcome"]) == {"truncated"}


def test_the_wrong_key_of_a_host_ends_the_run_at_once(tmp_path):
    served = SERVED[0]
    with pytest.raises(EndpointError, match="refuses the API key"):
        asked(
            replace(served, server=replace(served.server, key="another")),
            tmp_path / "r",
            write_task(tmp_path),
        )
