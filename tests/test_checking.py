"""Checks: which protocols will work, by what was found; and the command, its output and its exit codes."""

import json
import socket
import sys
import threading
import time
from dataclasses import replace

import pytest
from loopback import Answer, Loopback, error
from server_kinds import bare, listing, openai, vllm
from whole_runs import clean_environment

import harness
from harness.checking import will_work
from harness.cli import main
from harness.endpoint.findings import Finding
from harness.errors import UsageError
from harness.prompts import Generate, Message, Prompt, ScoreChoices, ScoreLetters
from harness.protocols import PROTOCOLS

CHAT = (Message("user", "?"),)


@pytest.fixture
def here(monkeypatch, capsys, tmp_path):
    """The command in this process, on a wide terminal; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def run(*said):
        monkeypatch.setattr(sys, "argv", ["harness", "check", *said])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


def checked(kind, **how):
    with Loopback(kind) as server:
        return harness.check("m", base_url=server.url, environment=clean_environment(), **how)


def working(check):
    return {name: finding.works for name, finding in check.protocols.items()}


def at(server):
    return ("--model", "m", "--base-url", server.url)


@pytest.mark.parametrize(
    ("kind", "working_there"),
    [
        (bare, {"simple-evals"}),
        (openai, {"simple-evals", "hendrycks", "lm-eval", "letter"}),
        (vllm, {"simple-evals", "hendrycks", "lm-eval", "cloze", "letter", "mmlu-pro-local"}),
    ],
    ids=["bare", "openai", "vllm"],
)
def test_protocols_work_where_their_prompts_are_answered(kind, working_there):
    found = working(checked(kind))
    assert set(found) == set(PROTOCOLS)
    one_of_each_kind = ("simple-evals", "hendrycks", "lm-eval", "cloze", "letter", "mmlu-pro-local")
    assert {name for name in one_of_each_kind if found[name]} == working_there


@pytest.fixture(scope="module")
def everything():
    """Findings in which everything works."""
    return checked(vllm).findings


@pytest.fixture
def found(everything):
    """The same, but for what differs."""

    def found_(**differing):
        return replace(everything, **{name: Finding(works, "") for name, works in differing.items()})

    return found_


@pytest.mark.parametrize(
    ("prompt", "needs"),
    [
        (Prompt(CHAT, Generate(1)), {"chat"}),
        (Prompt("?", Generate(1)), {"completions"}),
        (Prompt(CHAT, ScoreLetters("AB")), {"chat_logprobs"}),
        (Prompt("?", ScoreChoices({"A": " a"})), {"given_texts"}),
    ],
    ids=["messages", "text", "letters after messages", "choices after text"],
)
def test_a_prompt_needs_what_it_is_sent_by_and_nothing_else(found, prompt, needs):
    abilities = ("chat", "completions", "chat_logprobs", "completion_logprobs", "given_texts")
    for works in (False, None):
        findings = {name: found(**{name: works}) for name in abilities}
        verdicts = {name: will_work(prompt, findings[name]).works for name in abilities}
        assert verdicts == {name: works if name in needs else True for name in abilities}


@pytest.mark.parametrize(
    ("completions", "chat", "works", "note"),
    [
        (True, False, True, "by completion logprobs"),
        (False, True, True, "by chat logprobs"),
        (None, True, True, "by chat logprobs"),
        (False, False, False, "no completion logprobs; no chat logprobs"),
        (False, None, None, "no completion logprobs; not known: chat logprobs"),
    ],
)
def test_letters_after_a_text_come_from_either_route(found, completions, chat, works, note):
    findings = found(completion_logprobs=completions, chat_logprobs=chat)
    assert will_work(Prompt("?", ScoreLetters("AB")), findings) == Finding(works, note)


def test_choices_are_never_scored_in_chats(found):
    assert will_work(Prompt(CHAT, ScoreChoices({"A": " a"})), found()).works is False


@pytest.mark.parametrize(
    ("prompt", "ability", "called"),
    [
        (Prompt(CHAT, Generate(1, letters="AB")), "structured_output", "structured output"),
        (
            Prompt((*CHAT, Message("assistant", "It is")), Generate(1)),
            "begun_reply",
            "begun replies",
        ),
    ],
)
def test_some_chats_need_more_than_a_reply(found, prompt, ability, called):
    assert will_work(prompt, found()) == Finding(True, f"by chat, and by {called}")
    assert will_work(prompt, found(**{ability: None})) == Finding(None, f"not known: {called}")
    assert will_work(prompt, found(**{ability: False})) == Finding(False, f"no {called}")
    assert will_work(prompt, found(chat=False)) == Finding(False, "no chat")


def test_letters_that_cannot_be_forced_are_told_of(found):
    verdict = will_work(Prompt("?", ScoreLetters("AB")), found(forced_letters=False))
    assert verdict.works
    assert verdict.note.endswith("a question with no letter among them stays unanswered")


def test_an_endpoint_where_something_works_is_exit_0_with_tables_on_standard_output(here):
    with Loopback(openai) as server:
        code, out, err = here(*at(server))
    assert code == 0
    rows = [" ".join(line.replace("│", " ").split()) for line in out.splitlines()]
    assert {"chat yes", "chat logprobs yes 20 candidates for a token"} <= set(rows)
    assert "cloze no no given texts" in rows
    assert err == f"Checking {server.url} by at most 12 requests, for at most 7.5 s.\n"


def test_what_a_server_says_cannot_steer_the_terminal(here):
    def steering(request):
        return listing("\x1b[2Jm2", "[red]m3") if request.method == "GET" else bare(request)

    with Loopback(steering) as server:
        _, out, _ = here(*at(server))
    assert "\x1b" not in out
    assert "[red]m3" in out


@pytest.mark.parametrize("kind", [openai, error(401, "no")], ids=["works", "refused"])
def test_json_says_the_same_whatever_the_outcome(here, kind):
    with Loopback(kind) as server:
        code, out, _ = here(*at(server), "--json")
    document = json.loads(out)
    assert document["model"] == "m"
    assert document["endpoint"] == server.url
    assert document["found"]["chat"]["works"] is (True if code == 0 else None)
    assert set(document["protocols"]) == set(PROTOCOLS)
    assert (document["found"]["refusal"] is None) == (code == 0)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (error(401, "no"), "wants an API key"),
        (error(404, "The model `m` does not exist"), "does not serve the model 'm'"),
        (error(404, "Not Found"), "has no such route"),
        (error(429, "no", code="insufficient_quota"), "has no credit left"),
    ],
    ids=["key", "model", "route", "quota"],
)
def test_a_refusal_is_exit_4_and_one_sentence_without_tables(here, kind, sentence):
    with Loopback(kind) as server:
        code, out, err = here(*at(server))
    assert (code, out) == (4, "")
    _, last = err.splitlines()
    assert last.startswith("Error: ")
    assert sentence in last


@pytest.mark.parametrize("seconds", ["0", "inf", "nan"])
def test_a_time_of_nothing_and_one_without_end_are_wrong_use(here, seconds):
    code, _, err = here("--model=m", "--base-url=http://127.0.0.1:9/v1", f"--timeout={seconds}")
    assert (code, err) == (2, f"Error: --timeout {seconds} should be seconds, more than 0.\n")


def test_an_unknown_model_is_wrong_use():
    with pytest.raises(UsageError, match="unknown model 'gpt-4x'"):
        harness.check("gpt-4x", environment={})


def test_a_time_limit_holds_for_the_library_too():
    check = checked(Answer(raw=b"", end="hang"), timeout_s=0.3)
    assert check.trouble.endswith("gave no whole reply within 0.3 s.")


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch):
    answered = threading.Event()

    def hanging(*_, **__):
        answered.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    began = time.monotonic()
    check = harness.check("m", base_url="http://models.invalid/v1", environment={}, timeout_s=0.3)
    took_s = time.monotonic() - began
    answered.set()
    assert check.trouble.endswith("gave no whole reply within 0.3 s.")
    assert took_s < 10


@pytest.mark.real
def test_a_model_file_is_served_for_the_time_of_the_check(smollm2):
    check = harness.check(str(smollm2), environment={})
    assert working(check) == dict.fromkeys(PROTOCOLS, True)
    assert check.endpoint == "embedded"
    assert check.trouble is None


def test_a_check_that_may_go_to_private_networks_alone_refuses_others():
    with pytest.raises(UsageError, match="--local-only forbids"):
        harness.check("m", base_url="http://203.0.113.7/v1", environment={}, local_only=True)


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        ({"max_model_len": 8192}, "Context: 8,192 tokens of prompt and reply."),
        ({}, "Context: not said by the endpoint; 128,000 tokens by the model's entry."),
    ],
    ids=["listed", "by the entry"],
)
def test_the_context_is_the_endpoints_and_else_that_of_the_entry(here, listed, line):
    def gpt(request):
        return listing("gpt-4o", **listed) if request.method == "GET" else bare(request)

    with Loopback(gpt) as server:
        _, out, _ = here("--model", "gpt-4o", "--base-url", server.url)
    assert line in " ".join(out.split())


@pytest.mark.parametrize(
    ("model", "found", "sent"),
    [
        ("llama3-70b", Finding(False, "its entry says so"), False),
        ("gpt-4o", Finding(True, "accepted, seen or not"), True),
        ("a-model-without-an-entry", Finding(True, "accepted, seen or not"), True),
    ],
)
def test_no_image_is_sent_to_a_model_whose_entry_says_that_it_sees_none(model, found, sent):
    with Loopback(vllm) as server:
        check = harness.check(model, base_url=server.url, environment=clean_environment())
        bodies = [request.body.decode() for request in server.requests]
    assert check.findings.images == found
    assert any("image_url" in body for body in bodies) is sent
