"""Whole runs over HTTP: what they leave behind, how they go on, and what they survive."""

import random
import signal

import pytest
from builders import task_document, write_task
from loopback import Answer, Loopback, chat, error, reply
from shared import SHARED, needs_shared
from whole_runs import (
    MODELS,
    PATIENCE_S,
    big_task,
    bytes_of,
    done,
    is_one_sentence,
    left_behind,
    only_run,
    questions_sent,
    refusing,
    repeatable,
    run,
    sent_text,
    shared_tool,
    slow_model,
    small_model,
    started,
    stats,
    times_asked,
    words,
)

import harness
from harness import runner
from harness.errors import EndpointError, UsageError
from harness.journal import read_journal, read_last_lines
from harness.observer import Silent
from harness.run_folder import read_record

CONCURRENCY = 4


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


class Listener(Silent):
    """Remembers what it is told."""

    def __init__(self):
        self.said = []

    def say(self, sentence):
        self.said.append(sentence)


def watched(server, task_file, results, **choices):
    """A run, and the sentences that it said."""
    listener = Listener()
    settings = harness.RunSettings(
        model="m", task=str(task_file), base_url=server.url, results=results, **choices
    )
    return runner.run(settings, listener, environment={}), listener.said


def test_a_run_begins_with_the_users_files_that_have_a_say(task_file, results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    of_the_user = tmp_path / "config/harness/models.yaml"
    of_the_user.parent.mkdir(parents=True)
    for path in (of_the_user, tmp_path / "models.yaml"):
        path.write_text("models: {m: {context: 10000}}")
    listener = Listener()
    with Loopback(small_model) as server:
        settings = harness.RunSettings(
            model="m", task=str(task_file), base_url=server.url, results=results, limit=1
        )
        runner.run(settings, listener, environment={"XDG_CONFIG_HOME": str(tmp_path / "config")})
    assert listener.said[0] == f"m is asked as {of_the_user} and models.yaml have it, at {server.url}."


# A clean run


def test_a_clean_run_is_complete_and_its_counts_sum(task_file, results):
    with Loopback(small_model) as server:
        made = run(server, task_file, results)
    counts = made.score.counts
    assert made.score.status == "complete"
    assert counts.questions == 12 == counts.correct + counts.wrong
    assert sorted(path.name for path in made.path.iterdir()) == ["answers.jsonl", "run.json", "score.json"]
    assert harness.load(made.path).score == made.score
    assert made.score.score.accuracy == counts.correct / 12


def test_every_question_is_asked_once_with_the_prompt_that_its_line_names(task_file, results):
    with Loopback(small_model) as server:
        made = run(server, task_file, results)
    asked = times_asked(server)
    assert set(asked.values()) == {1}
    assert len(asked) == 12
    assert set(made.answers()["outcome"]) == {"correct", "wrong"}


@pytest.mark.parametrize(
    ("choices", "questions"),
    [({"limit": 5}, 5), ({"subjects": ("chess",)}, 4), ({"subjects": ("science",), "limit": 3}, 3)],
    ids=["limit", "subjects", "both"],
)
def test_a_chosen_part_is_partial_and_counts_what_it_asked(task_file, results, choices, questions):
    with Loopback(small_model) as server:
        made = run(server, task_file, results, **choices)
    assert (made.score.status, made.score.counts.questions) == ("partial", questions)
    assert questions_sent(server) == questions


def test_a_finished_run_is_never_gone_on_with(task_file, results):
    with Loopback(small_model) as server:
        first, second = (run(server, task_file, results) for _ in range(2))
    assert first.path != second.path
    assert questions_sent(server) == 24
    assert repeatable(first.score) == repeatable(second.score)


def test_no_more_requests_are_in_flight_than_the_user_allows(task_file, results):
    with Loopback(slow_model) as server:
        run(server, task_file, results, concurrency=3)
    assert server.most_at_once == 3


def test_a_served_model_that_changes_is_a_warning_in_the_score(task_file, results):
    def changing(request):
        return small_model(request, served="m-2" if "chess" in request.body.decode() else "m-1")

    with Loopback(changing) as server:
        score = run(server, task_file, results).score
    assert score.model.served_model == ("m-1", "m-2")
    assert any("served model changed" in warning for warning in score.warnings)


def test_a_system_fingerprint_that_changes_is_a_warning_in_the_score(task_file, results):
    def changing(request):
        return small_model(request, system_fingerprint="fp-2" if b"chess" in request.body else "fp-1")

    with Loopback(changing) as server:
        made = run(server, task_file, results)
    lines = read_journal(made.path / "answers.jsonl")
    assert {(line.subject == "chess", line.reply.system_fingerprint) for line in lines} == {
        (True, "fp-2"),
        (False, "fp-1"),
    }
    assert made.score.model.system_fingerprint == ("fp-1", "fp-2")
    assert any("system fingerprint" in warning and "fp-1, fp-2" in warning for warning in made.score.warnings)


def test_a_server_that_stays_the_same_is_no_warning(task_file, results):
    with Loopback(lambda request: small_model(request, system_fingerprint="fp-1")) as server:
        made = run(server, task_file, results)
    assert {line.reply.served_model for line in read_journal(made.path / "answers.jsonl")} == {"m"}
    assert (made.score.model.system_fingerprint, made.score.warnings) == (("fp-1",), ())


# Few-shot examples that do not fit


def small_context(request):
    """A model that can take one example, not two."""
    if request.method == "POST" and sent_text(request).count("Answer:") > 2:
        return error(400, "This model's maximum context length is 8 tokens", code="context_length_exceeded")
    return small_model(request)


def test_a_field_that_the_endpoint_refuses_is_recorded_in_the_score(task_file, results):
    def script(request):
        if request.method == "POST" and "temperature" in request.json:
            return error(400, "Unsupported parameter: 'temperature' is not supported with this model.")
        return small_model(request)

    with Loopback(script) as server:
        score = run(server, task_file, results, protocol="simple-evals").score
    assert score.status == "complete"
    assert score.model.settings["refused"] == ["temperature"]
    assert score.model.settings["temperature"] is None
    assert sum("takes no temperature" in warning for warning in score.warnings) == 1


def test_examples_are_dropped_one_at_a_time_where_they_do_not_fit(task_file, results):
    with Loopback(small_model) as server:
        roomy = run(server, task_file, results, protocol="hendrycks", shots=2)
    with Loopback(small_context) as server:
        tight = run(server, task_file, results, protocol="hendrycks", shots=2)
    assert tight.score.status == "complete"
    assert tight.score.counts.shots_dropped == 12
    assert {entry.shots_dropped for entry in read_journal(tight.path / "answers.jsonl")} == {1}
    assert tight.score.comparison_key == roomy.score.comparison_key
    assert tight.score.usage.requests == questions_sent(server) == 24
    assert any("fewer examples" in warning for warning in tight.score.warnings)
    assert roomy.score.counts.shots_dropped == 0


def test_a_prompt_that_fits_with_no_example_either_is_a_failed_question(task_file, results):
    def tiny_context(request):
        if request.method == "POST" and "chess 2" in sent_text(request):
            return error(400, "maximum context length", code="context_length_exceeded")
        return small_model(request)

    with Loopback(tiny_context) as server:
        made = run(server, task_file, results, protocol="hendrycks", shots=2)
    (failed,) = [entry for entry in read_journal(made.path / "answers.jsonl") if entry.failure]
    assert (failed.id, failed.failure.attempts) == ("chess/2", 3)
    assert made.score.status == "incomplete"


# Failed questions


def failing_on(text):
    """The small model, which refuses the questions that hold a text, as long as `text` says so."""

    def answer(request):
        if request.method == "POST" and text and text[0] in sent_text(request):
            return error(400, "cannot parse this")
        return small_model(request)

    return answer


def test_a_failed_question_is_neither_right_nor_wrong_and_asked_again(task_file, results):
    broken = ["chess 2"]
    with Loopback(small_model) as server:
        clean = run(server, task_file, results / "clean")
    with Loopback(failing_on(broken)) as server:
        first = run(server, task_file, results)
        asked = questions_sent(server)
        again = run(server, task_file, results)
        broken.clear()
        healed = run(server, task_file, results)
    assert (first.score.status, again.score.status, healed.score.status) == (
        "incomplete",
        "incomplete",
        "complete",
    )
    assert (first.score.counts.questions, first.score.counts.failed) == (12, 1)
    assert first.score.score.accuracy == first.score.counts.correct / 11
    low, high = first.score.score.bounds
    assert high - low == pytest.approx(1 / 12)
    assert asked == 12
    assert questions_sent(server) == 14
    assert first.path == again.path == healed.path
    assert repeatable(healed.score) == repeatable(clean.score)


def test_many_questions_that_fail_for_good_do_not_stop_the_run_that_asks_them_again(tmp_path, results):
    task_file = big_task(tmp_path, 15)
    with Loopback(failing_on(["chess"])) as server:
        first = run(server, task_file, results)
        again = run(server, task_file, results)
    assert first.score.counts.failed == again.score.counts.failed == 15
    assert again.score.status == "incomplete"
    assert questions_sent(server) == 45 + 15


# An endpoint that refuses


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        (refusing(401, "no such key"), "API key"),
        (refusing(404, "The model `m` does not exist", code="model_not_found"), "does not serve the model"),
        (refusing(429, "pay first", code="insufficient_quota"), "no credit"),
        (
            Answer(body=b"<!doctype html><title>Welcome</title>", headers={"Content-Type": "text/html"}),
            "web page",
        ),
        (refusing(400, "what is this?"), "what is this?"),
    ],
    ids=["key", "model", "quota", "HTML", "everything"],
)
def test_an_endpoint_that_refuses_all_leaves_nothing_behind(tmp_path, results, server, sentence):
    with Loopback(server) as endpoint, pytest.raises(EndpointError, match=sentence):
        run(endpoint, big_task(tmp_path), results, concurrency=CONCURRENCY)
    assert questions_sent(endpoint) <= 3 * (4 * CONCURRENCY + 16)  # what may be open, and its three tries
    assert left_behind(results) == []


def test_a_refused_run_leaves_the_other_runs_of_the_model_alone(task_file, results):
    with Loopback(small_model) as server:
        good = run(server, task_file, results)
    with Loopback(refusing(401)) as server, pytest.raises(EndpointError):
        run(server, task_file, results)
    assert only_run(results) == good.path


def test_a_refusal_in_the_middle_keeps_what_was_answered(tmp_path, results):
    task_file = big_task(tmp_path)
    sent = iter(range(1000))

    def spent(request):
        if request.method == "POST" and next(sent) >= 20:
            return error(429, "pay first", code="insufficient_quota")
        return small_model(request)

    with Loopback(spent) as server:
        made = run(server, task_file, results, concurrency=1)
    assert made.score.status == "interrupted"
    assert "no credit" in made.score.run.stopped_by
    assert made.score.counts.questions == made.score.answers.lines == 20
    with Loopback(small_model) as server:
        other = run(server, task_file, results)  # another port: another endpoint
    assert other.path != made.path


def test_an_endpoint_that_is_gone_when_the_run_goes_on_leaves_the_score_as_it_was(task_file, results):
    with Loopback(failing_on(["chess 2"])) as server:
        first = run(server, task_file, results)
    gone = run(server, task_file, results)
    assert gone.path == first.path
    assert gone.score.status == "interrupted"
    assert "Cannot reach" in gone.score.run.stopped_by
    assert gone.score.counts == first.score.counts


def test_nobody_there_leaves_nothing_behind(task_file, results):
    with Loopback(small_model) as server:
        pass
    with pytest.raises(EndpointError, match="Cannot reach"):
        run(server, task_file, results)
    assert left_behind(results) == []


def test_a_server_that_answers_nothing_leaves_nothing_behind(task_file, results):
    with (
        Loopback(Answer(raw=b"", end="hang")) as server,
        pytest.raises(EndpointError, match="no whole reply"),
    ):
        run(server, task_file, results, timeout_s=1.0)
    assert left_behind(results) == []


def test_a_score_lost_after_the_last_reply_is_made_again_whole(task_file, results):
    with Loopback(small_model) as server:
        first = run(server, task_file, results, protocol="lm-eval")
        (first.path / "score.json").unlink()
        again = run(server, task_file, results, protocol="lm-eval")
        assert questions_sent(server) == 12
    assert again.path == first.path
    assert again.score.model.settings == first.score.model.settings
    assert again.score.warnings == first.score.warnings != ()
    assert repeatable(again.score) == repeatable(first.score)


def test_settings_and_warnings_of_a_killed_session_are_kept(tmp_path, results):
    task_file = big_task(tmp_path)
    with Loopback(slow_model) as server:
        with started(*words(server, task_file, results, "--protocol=lm-eval", "--concurrency=2")) as process:
            server.wait_for(30)
            process.kill()
            process.communicate()
        record = read_record(only_run(results))
    assert record.sent["logprob_candidates"] == 1000
    assert len(record.warnings) == 1


def test_a_long_name_of_a_model_is_shortened_and_stays_its_own(task_file, results):
    with Loopback(small_model) as server:
        made = [run(server, task_file, results, model="gateway/" + "x" * 300 + end) for end in "ab"]
    assert len({each.path.parent.parent.name for each in made}) == 2
    assert [each.score.model.name[-1] for each in made] == ["a", "b"]


def test_a_key_that_the_server_repeats_is_in_no_file(task_file, results, monkeypatch):
    key = "sk-secret-0123456789"

    def echoing(request):
        if request.method == "GET":
            return MODELS
        return chat(f"You sent {request.headers['authorization']}. Answer: A", model=key)

    with Loopback(echoing) as server:
        settings = harness.RunSettings(
            model="m", task=str(task_file), base_url=server.url, api_key_env="K", results=results
        )
        made = harness.run(settings, environment={"K": key})
        assert server.requests[-1].headers["authorization"] == f"Bearer {key}"
    assert key.encode() not in bytes_of(left_behind(results))
    assert "You sent Bearer [key]. Answer: A" in set(made.answers()["text"])


def test_what_is_tried_again_is_told_once(task_file, results):
    broken = iter([error(500, "boom")] * 5)

    def shaky(request):
        return small_model(request) if request.method == "GET" else next(broken, small_model(request))

    with Loopback(shaky) as server:
        _, said = watched(server, task_file, results)
    (told,) = [sentence for sentence in said if "boom" in sentence]
    assert "Trying again" in told


def test_why_questions_failed_stands_in_the_score(task_file, results):
    with Loopback(failing_on(["chess"])) as server:
        made = run(server, task_file, results)
    (warning,) = made.score.warnings
    assert warning.startswith("4 requests failed and are no answers: 4 × ")
    assert "cannot parse this" in warning


def test_a_key_that_may_not_list_models_may_still_ask(task_file, results):
    def scoped(request):
        return (
            error(403, "Missing scopes: api.model.read") if request.method == "GET" else small_model(request)
        )

    with Loopback(scoped) as server:
        assert run(server, task_file, results).score.status == "complete"


def test_a_name_that_is_not_listed_is_asked_all_the_same_and_the_nearest_are_told(task_file, results):
    listed = reply({"data": [{"id": name} for name in ("llama", "m\x1bm", "mist", "gpt", "mmm")]})

    def unlisting(request):
        return listed if request.method == "GET" else small_model(request)

    with Loopback(unlisting) as server:
        made, said = watched(server, task_file, results)
    assert "The endpoint does not list 'm' (nearest: mmm, m m, mist); it is asked all the same." in said
    assert made.score.status == "complete"


@pytest.mark.parametrize("name", [".", "..", "../../x"])
def test_no_models_name_leads_out_of_the_results(task_file, results, name):
    with Loopback(small_model) as server:
        made = run(server, task_file, results, model=name)
    assert made.path.resolve().is_relative_to(results.resolve())
    assert len(made.path.relative_to(results).parts) == 3


# Endpoints of this machine and of private networks alone


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("http://8.8.8.8/v1", "8.8.8.8 is no private address"),
        ("http://[::ffff:8.8.8.8]/v1", "no private address"),
        ("https://api.no-such-host.invalid/v1", "cannot be resolved"),
    ],
)
def test_local_only_refuses_what_is_not_private_before_anything_else(tmp_path, results, base_url, why):
    with pytest.raises(UsageError, match="--local-only") as caught:
        run(base_url, tmp_path / "no-task.yaml", results, local_only=True)
    assert why in str(caught.value)
    assert left_behind(results) == []


def test_local_only_asks_loopback(task_file, results):
    with Loopback(small_model) as server:
        refused = done(*words("http://203.0.113.7/v1", task_file, results, "--local-only"))
        asked = done(*words(server, task_file, results, "--local-only"))
    assert (refused.returncode, asked.returncode) == (2, 0)
    assert is_one_sentence(refused.stderr)


# What goes on with what


def test_an_unfinished_run_with_other_settings_is_left_alone_and_named(task_file, results):
    broken = ["chess 2"]
    with Loopback(failing_on(broken)) as server:
        first, _ = watched(server, task_file, results)
        other, said = watched(server, task_file, results, temperature=0.5)
    assert other.path != first.path
    (told,) = [sentence for sentence in said if str(first.path) in sentence]
    assert "left alone" in told
    assert "temperature 0.0 there, 0.5 here" in told


def test_fresh_starts_over(task_file, results):
    with Loopback(failing_on(["chess 2"])) as server:
        first = run(server, task_file, results)
        fresh = run(server, task_file, results, fresh=True)
    assert first.path != fresh.path
    assert questions_sent(server) == 24


def test_concurrency_and_time_outs_may_change_when_a_run_goes_on(task_file, results):
    broken = ["chess 2"]
    with Loopback(failing_on(broken)) as server:
        first = run(server, task_file, results)
        broken.clear()
        second = run(server, task_file, results, concurrency=1, timeout_s=20.0)
    assert first.path == second.path
    assert second.score.status == "complete"


def test_two_runs_into_one_folder_do_not_mix(tmp_path, results):
    task_file = big_task(tmp_path)

    def unfinished(request):
        return MODELS if request.method == "GET" else Answer(raw=b"", end="hang")

    with Loopback(unfinished) as server, started(*words(server, task_file, results)) as first:
        server.wait_for(2)
        with pytest.raises(UsageError, match="another run is writing"):
            run(server, task_file, results)
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 130
    assert "Traceback" not in said
    assert left_behind(results) == []


# Kills and full disks


def asked_after(server, places):
    """Prompts sent after the first `places` requests."""
    return {sent_text(request) for request in server.requests[places:] if request.method == "POST"}


def test_kill_9_loses_no_answer_and_asks_none_twice_but_those_in_flight(tmp_path, results):
    task_file = big_task(tmp_path, 60)
    dice = random.Random(3)
    kills, settled = 0, set()
    with Loopback(slow_model) as server:
        clean = run(server, task_file, tmp_path / "clean", concurrency=CONCURRENCY)
        before = times_asked(server)
        for _ in range(5):
            seen = len(server.requests)
            command = words(server, task_file, results, f"--concurrency={CONCURRENCY}")
            with started(*command) as process:
                server.wait_for(seen + dice.randrange(2, 35))
                process.kill()
                process.communicate()
            kills += process.returncode == -signal.SIGKILL
            again = {prompt for prompt in asked_after(server, seen) if prompt in settled}
            assert not again
            settled = settled_prompts(only_run(results) / "answers.jsonl", clean)
        final = run(server, task_file, results, concurrency=CONCURRENCY)
    asked = times_asked(server) - before
    assert kills == 5
    assert final.path == only_run(results)
    assert repeatable(final.score) == repeatable(clean.score)
    assert sum(asked.values()) - len(asked) <= kills * CONCURRENCY
    assert harness.load(final.path).score.answers.lines == 180


def settled_prompts(journal, clean):
    """The prompts that a journal has a reply for; `clean` is a run of the same questions."""
    from builders import plan_of

    task_file = journal.parents[4] / "big.yaml"
    plan = plan_of(task_file)
    ids = {entry.id for entry in read_last_lines(journal) if entry.reply}
    assert set(clean.answers().index) >= ids
    from harness.prompts import hashed_text

    return {hashed_text(plan.prompt(question).content) for question in plan.questions if question.id in ids}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_run_scores_what_there_is_and_goes_on(tmp_path, results, number):
    task_file = big_task(tmp_path, 60)
    with Loopback(slow_model) as server:
        clean = run(server, task_file, tmp_path / "clean")
        before = times_asked(server)
        with started(*words(server, task_file, results, f"--concurrency={CONCURRENCY}")) as process:
            server.wait_for(len(server.requests) + 30)
            process.send_signal(number)
            said, shown = process.communicate(timeout=PATIENCE_S)
        half = harness.load(only_run(results))
        final = run(server, task_file, results)
    asked = times_asked(server) - before
    assert process.returncode == 130
    assert said.splitlines()[-1] == str(half.path / "score.json")
    assert "Status: interrupted after" in shown
    assert "Traceback" not in shown
    assert half.score.status == "interrupted"
    assert 0 < half.score.counts.questions == half.score.answers.lines < 180
    assert final.path == half.path
    assert final.score.status == "complete"
    assert repeatable(final.score) == repeatable(clean.score)
    assert sum(asked.values()) - len(asked) <= CONCURRENCY


def test_a_full_disk_keeps_what_was_answered_and_the_same_command_goes_on(tmp_path, results):
    task_file = big_task(tmp_path)
    with Loopback(small_model) as server:
        clean = run(server, task_file, tmp_path / "clean")
        before = times_asked(server)
        command = words(server, task_file, results, f"--concurrency={CONCURRENCY}")
        full = done(*command, file_limit=20_000)
        path = only_run(results)
        journal = (path / "answers.jsonl").read_bytes()
        final = run(server, task_file, results)
    asked = times_asked(server) - before
    assert full.returncode == 3
    assert full.stderr.splitlines()[-1].startswith("Error: ")
    assert "cannot be written" in full.stderr
    assert "Traceback" not in full.stderr
    assert journal.endswith(b"\n")
    assert 10 < journal.count(b"\n") < 150
    assert final.path == path
    assert repeatable(final.score) == repeatable(clean.score)
    assert sum(asked.values()) - len(asked) <= CONCURRENCY


def test_a_disk_that_was_full_from_the_start_leaves_no_run_behind(task_file, results):
    with Loopback(small_model) as server:
        full = done(*words(server, task_file, results), file_limit=600)
    assert full.returncode == 3
    assert "Traceback" not in full.stderr
    assert left_behind(results) == []


@pytest.mark.slow
def test_an_endpoint_that_dies_ends_the_run_with_what_there_is(tmp_path, results):
    task_file = big_task(tmp_path)
    with Loopback(slow_model) as server:
        process_ = started(*words(server, task_file, results, f"--concurrency={CONCURRENCY}"))
        process = process_.__enter__()
        server.wait_for(30)
    try:
        said, shown = process.communicate(timeout=60)
    finally:
        process_.__exit__(None, None, None)
    score = harness.load(only_run(results)).score
    assert process.returncode == 4
    assert said.splitlines()[-1].endswith("score.json")
    assert shown.splitlines()[-1].startswith("Error: Cannot reach")
    assert score.status == "interrupted"
    assert 0 < score.counts.questions < 150


# Recorded answers, and all of MMLU


@pytest.fixture
def mmlu_pro(tmp_path):
    document = task_document(
        name="mmlu-pro",
        groups={},
        protocols=["simple-evals"],
        dataset={"path": "TIGER-Lab/MMLU-Pro", "split": "test"},
        columns={
            "question": "question",
            "choices": "options",
            "gold": {"column": "answer", "form": "letter"},
            "subject": "category",
            "id": "question_id",
        },
        questions=None,
        shots=None,
    )
    return write_task(tmp_path, document)


def replayed(task_file, results, faults="", **choices):
    """A run of 150 recorded answers; with what the server counted."""
    recording = SHARED / "recorded/mmlu_pro/Meta-Llama-3-70B.parquet"
    with shared_tool("replay_server.py", "--answers", str(recording), "--faults", faults) as url:
        return run(url, task_file, results, data=SHARED / "data", limit=150, **choices), stats(url)


@needs_shared
def test_faults_of_every_kind_change_no_answer(mmlu_pro, tmp_path):
    many = (
        "rate_limit=0.05,server_error=0.05,bad_gateway_html=0.05,reset=0.05,cut_body=0.05,empty_content=0.02"
    )
    clean, counted = replayed(mmlu_pro, tmp_path / "clean")
    faulty, dealt = replayed(mmlu_pro, tmp_path / "faulty", many)
    stalled, stalls = replayed(mmlu_pro, tmp_path / "stalled", "stall=0.03", timeout_s=1.0)
    assert counted["requests"] == counted["questions"] == 150
    assert len(dealt["faults"]) == 6
    assert stalls["faults"]["stall"]
    for made in (faulty, stalled):
        assert made.score.status == clean.score.status == "partial"
        assert repeatable(made.score) == repeatable(clean.score)
        assert made.answers().sort_index()["text"].equals(clean.answers().sort_index()["text"])
        assert made.score.usage.retries > 0
    assert dealt["repeated"] == 0
    assert faulty.score.usage.requests == dealt["requests"]


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["simple-evals", "hendrycks", "lm-eval"])
def test_all_of_mmlu_is_asked_once(results, protocol):
    with shared_tool("fast_endpoint.py", "--latency", "0") as url:
        made = run(url, "mmlu", results, data=SHARED / "data", protocol=protocol)
        counted = stats(url)
    assert (made.score.status, made.score.counts.questions) == ("complete", 14_042)
    assert made.score.counts.correct + made.score.counts.wrong == 14_042
    prompts = made.answers()["prompt_sha256"].value_counts()  # some questions are in MMLU twice
    wanted = (14_042, len(prompts), (prompts > 1).sum())
    assert (counted["requests"], counted["distinct"], counted["repeated"]) == wanted
    assert [(group.name, group.questions) for group in made.score.groups] == [
        ("STEM", 3_018),
        ("humanities", 4_705),
        ("social sciences", 3_077),
        ("other", 3_242),
    ]


@needs_shared
@pytest.mark.parametrize(
    ("said", "limit", "ideal_s"),
    [(("--slots", "4"), 300, 300 * 0.05 / 4), (("--rpm", "1200"), 200, 200 / 20)],
    ids=["slots", "rate"],
)
def test_concurrency_finds_its_own_level(results, said, limit, ideal_s):
    with shared_tool("fast_endpoint.py", "--latency", "0.05", *said) as url:
        made = run(url, "mmlu", results, data=SHARED / "data", limit=limit)
        counted = stats(url)
    assert made.score.status == "partial"
    assert counted["peak_in_flight"] <= 12
    assert counted["rejected"] <= 10
    assert counted["seconds"] <= 3 * ideal_s  # benchmarks/ has the figures; the machine may be busy
