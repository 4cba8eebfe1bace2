"""Runs as their protocol's source publishes: system message, temperature and top_p, recorded and compared."""

import hashlib

import pytest
from builders import plan_of, write_task
from loopback import Loopback
from whole_runs import run, sent_text, small_model

import harness
from harness.journal import read_lines

SYSTEM = {"role": "system", "content": "You are a helpful assistant."}


@pytest.fixture
def asked(tmp_path):
    """A run of one question; gives it, and the body that was sent."""
    task_file = write_task(tmp_path)

    def ask(**choices):
        with Loopback(small_model) as server:
            made = run(server, task_file, tmp_path / "results", limit=1, **choices)
        (body,) = [request.json for request in server.requests if request.method == "POST"]
        return made, body

    return ask


def sampling(body):
    return {name: body[name] for name in ("temperature", "top_p") if name in body}


def test_simple_evals_is_published_with_a_system_message_and_half_a_degree(asked):
    made, body = asked(as_published=True)
    assert body["messages"][0] == SYSTEM
    assert sampling(body) == {"temperature": 0.5}
    assert made.score.task.as_published
    assert made.score.model.settings["temperature"] == 0.5


def test_r1_is_published_with_top_p_and_without_a_system_message(asked):
    made, body = asked(protocol="deepseek-r1", as_published=True, repeats=1)
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert sampling(body) == {"temperature": 0.6, "top_p": 0.95}
    assert made.score.model.settings["top_p"] == 0.95


def test_without_it_the_temperature_is_0_and_nothing_is_added(asked):
    made, body = asked()
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert sampling(body) == {"temperature": 0.0}
    assert not made.score.task.as_published


def test_the_users_own_settings_go_before_the_published_ones(asked):
    _, body = asked(as_published=True, temperature=0.0, max_tokens=7)
    assert (body["temperature"], body["max_tokens"]) == (0.0, 7)


def test_a_protocol_that_publishes_as_we_send_is_the_same_either_way(asked):
    _, ours = asked(protocol="meta-llama3-cot", fresh=True)
    _, theirs = asked(protocol="meta-llama3-cot", as_published=True, fresh=True)
    assert ours == theirs


def test_the_system_message_makes_another_comparison_key_and_sampling_alone_does_not(tmp_path):
    path = write_task(tmp_path)
    plans = {
        (name, how): plan_of(path, protocol=name, as_published=how, repeats=1)
        for name in ("simple-evals", "deepseek-r1")
        for how in (False, True)
    }
    keys = {which: plan.comparison_key for which, plan in plans.items()}
    assert keys["simple-evals", True] != keys["simple-evals", False]
    assert keys["deepseek-r1", True] == keys["deepseek-r1", False] == keys["simple-evals", False]


def test_the_replies_of_such_a_run_can_be_read_again(asked):
    made, _ = asked(as_published=True)
    again = harness.regrade(made.path).score
    assert again.task == made.score.task
    assert again.score == made.score.score


def test_the_system_message_is_part_of_what_the_journal_hashes(tmp_path):
    with Loopback(small_model) as server:
        made = run(server, write_task(tmp_path), tmp_path / "results", limit=1, as_published=True)
    (request,) = [request for request in server.requests if request.method == "POST"]
    (entry,) = read_lines(made.path / "answers.jsonl")
    assert entry.prompt_sha256 == hashlib.sha256(sent_text(request).encode()).hexdigest()
