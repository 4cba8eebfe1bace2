"""Limits on cost and time, and what runs cost, over HTTP with a server that counts as a host does."""

import json
import signal
import time

import pytest
from builders import plan_of, write_task
from loopback import Answer, Loopback, chat, error
from whole_runs import (
    MODELS,
    PATIENCE_S,
    Metered,
    big_task,
    done,
    is_one_sentence,
    left_behind,
    only_run,
    questions_sent,
    repeatable,
    run,
    slow_model,
    small_model,
    started,
    times_asked,
    words,
)

import harness
from harness.demand import most
from harness.errors import LimitError, UsageError
from harness.prices import Prices
from harness.run_folder import read_record
from harness.stops import StopKind

PRICES = Prices(input=2.0, cached_input=2.0, output=10.0, as_of="2026-11", source="mine")
MAX_TOKENS = 150
LIMIT_USD = 0.08
TEXT = {"max_tokens": MAX_TOKENS, "concurrency": 8}
LETTERS = {"protocol": "hendrycks", "shots": 0, "concurrency": 8}


@pytest.fixture
def task_file(tmp_path):
    return big_task(tmp_path)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.yaml"
    path.write_text("m: {input: 2, output: 10, as_of: 2026-11, source: mine}\n")
    return path


def paid(till):
    return PRICES.cost_usd(till.prompt_tokens, 0, till.completion_tokens)


def worst_usd(task_file, protocol="simple-evals", shots=0):
    """The most that a question of the task may cost, what it takes to find out about the endpoint included."""
    plan = plan_of(task_file, protocol=protocol, shots=shots)
    demands = [most(plan.prompt(question), MAX_TOKENS) for question in plan.questions]
    return max(
        PRICES.most_usd(
            demand.prompt_tokens + demand.learning_prompt_tokens,
            demand.completion_tokens + demand.learning_completion_tokens,
        )
        for demand in demands
    )


# Cost


@pytest.mark.parametrize(
    ("choices", "limit_usd"), [(TEXT, 0.08), (LETTERS, 0.02)], ids=["generated text", "letters"]
)
def test_a_run_comes_near_its_limit_and_never_passes_it_by_the_servers_count(
    task_file, results, prices, choices, limit_usd
):
    till = Metered()
    with Loopback(till) as server:
        made = run(server, task_file, results, prices=prices, max_cost_usd=limit_usd, **choices)
    assert server.most_at_once > 4
    assert made.score.run.stop_kind is StopKind.LIMIT
    assert limit_usd - worst_usd(task_file, made.score.task.protocol) <= paid(till) <= limit_usd
    assert made.score.cost.usd == pytest.approx(paid(till))


def test_a_higher_limit_goes_on_and_every_question_is_asked_once(task_file, results, prices):
    till = Metered()
    with Loopback(till) as server:
        parts = [
            run(server, task_file, results, prices=prices, max_cost_usd=usd, **TEXT)
            for usd in (LIMIT_USD, 1.4 * LIMIT_USD, 100.0)
        ]
    assert [part.score.status for part in parts] == ["interrupted", "interrupted", "complete"]
    assert len({part.path for part in parts}) == 1
    assert LIMIT_USD < parts[1].score.cost.usd <= 1.4 * LIMIT_USD
    assert parts[2].score.run.stop_kind is None
    assert set(times_asked(server).values()) == {1}
    assert len(times_asked(server)) == 150


def test_the_same_limit_again_spends_nothing_and_says_so(task_file, results, prices):
    with Loopback(Metered()) as server:
        first = run(server, task_file, results, prices=prices, max_cost_usd=LIMIT_USD, **TEXT)
        before = len(server.requests)
        second = run(server, task_file, results, prices=prices, max_cost_usd=LIMIT_USD, **TEXT)
    assert len(server.requests) == before
    assert second.path == first.path
    assert second.score.run.stop_kind is StopKind.LIMIT
    assert second.score.run.stopped_by == first.score.run.stopped_by
    assert repeatable(second.score) == repeatable(first.score)


def test_the_stop_names_the_limit_what_was_spent_and_what_is_left(task_file, results, prices):
    till = Metered()
    with Loopback(till) as server:
        made = run(server, task_file, results, prices=prices, max_cost_usd=LIMIT_USD, **TEXT)
    left = 150 - made.score.counts.questions
    assert made.score.run.stopped_by == (
        f"--max-cost 0.08 leaves too little for one more question: {paid(till):.4f} US dollars are spent, "
        f"and {left} questions are left"
    )


def test_replies_that_are_not_counted_are_taken_for_the_worst(task_file, results, prices):
    def uncounted(request):
        return MODELS if request.method == "GET" else chat("Answer: A", usage=None)

    with Loopback(uncounted) as server:
        made = run(server, task_file, results, prices=prices, max_cost_usd=LIMIT_USD, **TEXT)
        again = run(server, task_file, results, prices=prices, max_cost_usd=LIMIT_USD, **TEXT)
    assert questions_sent(server) * worst_usd(task_file) == pytest.approx(LIMIT_USD, rel=0.1)
    assert again.score.counts == made.score.counts


def test_what_is_in_flight_at_ctrl_c_counts_when_the_run_goes_on(task_file, results, prices):
    asked = words("URL", task_file, results, f"--prices={prices}", "--max-cost=0.03", "--max-tokens=1000")

    def hanging(request):
        return (
            small_model(request)
            if request.method == "GET" or len(server.requests) <= 2
            else Answer(end="hang", raw=b"")
        )

    with Loopback(hanging) as server:
        asked[asked.index("URL")] = server.url
        with started(*asked, "--concurrency=2") as process:
            server.wait_for(4)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 130
        assert done(*asked).returncode == 3
        assert questions_sent(server) == 3  # two that may have cost 0.011 each, and one that cost less


def test_what_the_question_that_ended_the_run_may_have_cost_counts_when_it_goes_on(
    task_file, results, prices
):
    def dying(request):
        lives = request.method == "GET" or len(server.requests) <= 2
        return small_model(request) if lives else Answer(end="hang", raw=b"")

    limits = {"max_cost_usd": 0.03, "max_tokens": 1000, "concurrency": 1, "timeout_s": 0.3, "max_wait_s": 0.0}
    with Loopback(dying) as server:
        made = run(server, task_file, results, prices=prices, **limits)
    assert made.score.run.stop_kind is StopKind.ENDPOINT
    assert (made.score.counts.questions, questions_sent(server)) == (2, 3)
    assert 0.01 < read_record(made.path).sessions[-1].given_up_usd < 0.02  # of the third, which has no line


def test_a_limit_below_the_first_question_is_exit_3_and_leaves_nothing_behind(task_file, results, prices):
    with Loopback(Metered()) as server:
        ended = done(*words(server, task_file, results, f"--prices={prices}", "--max-cost=0.001"))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert is_one_sentence(ended.stderr)
    assert "--max-cost 0.001 leaves too little for one more question: 0.0000 US dollars" in ended.stderr
    assert questions_sent(server) == 0
    assert left_behind(results) == []


def test_a_stop_at_the_limit_is_exit_3_and_prints_the_path(task_file, results, prices):
    with Loopback(Metered()) as server:
        more = (f"--prices={prices}", "--max-cost=0.08", f"--max-tokens={MAX_TOKENS}")
        ended = done(*words(server, task_file, results, *more))
    assert ended.returncode == 3
    assert ended.stdout == f"{only_run(results) / 'score.json'}\n"
    assert "Error" not in ended.stderr
    assert "with a higher limit goes on" in ended.stderr


@pytest.mark.parametrize("model", ["m", "smollm2-135m"])
def test_a_limit_on_cost_without_prices_is_wrong_use(task_file, results, model):
    address = {"base_url": "http://127.0.0.1:9/v1"} if model == "m" else {}
    settings = harness.RunSettings(
        model=model, task=str(task_file), results=results, max_cost_usd=1.0, **address
    )
    with pytest.raises(UsageError, match=r"--prices FILE.*--gpu-hour-usd") as caught:
        harness.run(settings, environment={})
    assert "--max-cost 1 cannot be kept to" in str(caught.value)
    assert left_behind(results) == []


def test_a_limit_on_cost_without_one_on_replies_is_wrong_use(task_file, results, prices, tmp_path):
    entries = tmp_path / "harness" / "models.yaml"
    entries.parent.mkdir()
    entries.write_text("models: {m: {omit: [max_tokens]}}")
    settings = harness.RunSettings(
        model="m",
        task=str(task_file),
        base_url="http://127.0.0.1:9/v1",
        results=results,
        prices=prices,
        max_cost_usd=1.0,
    )
    with pytest.raises(UsageError, match="nothing limits a reply: m's entry omits max_tokens"):
        harness.run(settings, environment={"XDG_CONFIG_HOME": str(tmp_path)})


def test_prices_of_the_user_are_in_the_score_with_their_source(task_file, results, prices):
    with Loopback(Metered()) as server:
        made = run(server, task_file, results, prices=prices, limit=5)
    assert made.score.cost.prices == PRICES.model_dump()


def test_a_model_that_the_users_prices_do_not_name_keeps_its_own(task_file, results, prices):
    with Loopback(Metered()) as server:
        made = run(server, task_file, results, prices=prices, limit=5, model="gpt-4o")
    assert made.score.cost.prices["input"] == 2.5


def test_prices_by_the_models_id_count_too(task_file, results, tmp_path):
    by_id = tmp_path / "by_id.yaml"
    by_id.write_text("deepseek-reasoner: {input: 7, output: 7, as_of: today}\n")
    with Loopback(Metered()) as server:
        made = run(server, task_file, results, prices=by_id, limit=5, model="deepseek-r1")
    assert (made.score.cost.prices["input"], made.score.cost.prices["source"]) == (7, str(by_id))


# Hours of GPUs


def test_hours_of_gpus_cost_by_the_time_that_the_run_worked(task_file, results, prices):
    with Loopback(slow_model) as server:
        made = run(server, task_file, results, prices=prices, limit=20, gpu_hour_usd=3600.0, gpus=2)
    assert made.score.cost.usd == pytest.approx(2 * made.score.latency.elapsed_s)
    assert made.score.cost.prices == {"gpu_hour_usd": 3600.0, "gpus": 2, "source": "given by the user"}


def test_hours_of_gpus_make_a_limit_on_cost_one_on_time(task_file, results):
    with Loopback(lambda request: small_model(request, delay_s=0.05)) as server:
        made = run(server, task_file, results, gpu_hour_usd=3600.0, max_cost_usd=1.0, concurrency=1)
    assert made.score.run.stop_kind is StopKind.LIMIT
    assert made.score.run.stopped_by.startswith("--max-cost 1 leaves no time for one more question")
    assert 0.5 <= made.score.cost.usd <= 1.0


def test_regrading_keeps_cost_and_kind_of_stop(task_file, results):
    with Loopback(lambda request: small_model(request, delay_s=0.05)) as server:
        made = run(server, task_file, results, gpu_hour_usd=3600.0, max_cost_usd=0.5, concurrency=1)
    again = harness.regrade(made.path)
    assert again.score.cost == made.score.cost
    assert again.score.run.stop_kind is StopKind.LIMIT


# Time


def test_a_run_ends_in_its_time_and_goes_on_with_more(task_file, results):
    with Loopback(lambda request: small_model(request, delay_s=0.05)) as server:
        first = run(server, task_file, results, max_time_s=1.0, concurrency=2)
        asked = len(server.requests)
        same = run(server, task_file, results, max_time_s=1.0, concurrency=2)
        assert len(server.requests) == asked
        whole = run(server, task_file, results, max_time_s=600.0)
    assert first.score.latency.elapsed_s <= 1.0
    assert [part.score.run.stop_kind for part in (first, same, whole)] == [StopKind.LIMIT] * 2 + [None]
    assert whole.score.status == "complete"
    assert set(times_asked(server).values()) == {1}


def test_at_the_limit_on_time_what_is_in_flight_is_given_up(task_file, results):
    def stuck(request):
        late = request.method == "POST" and len(server.requests) > 4
        return small_model(request, delay_s=60.0 if late else 0.0)

    with Loopback(stuck) as server:
        began = time.monotonic()
        made = run(server, task_file, results, max_time_s=1.0, concurrency=1)
        assert 0.9 < time.monotonic() - began < 10
        asked = len(server.requests)
        again = run(server, task_file, results, max_time_s=1.0, gpu_hour_usd=3600.0, concurrency=1)
        assert len(server.requests) == asked  # what was given up took its time
    assert again.score.cost.usd == pytest.approx(1.0, abs=0.1)
    assert made.score.counts.questions == 3
    assert made.score.run.stopped_by.startswith("--max-time 1 leaves no time for one more question: 1.0 s")
    assert made.score.run.stopped_by.endswith("and 147 questions are left")


def test_time_that_is_up_before_the_first_reply_leaves_nothing_behind(task_file, results):
    with (
        Loopback(lambda request: small_model(request, delay_s=60.0)) as server,
        pytest.raises(LimitError, match=r"--max-time 0.3 .* 150 questions are left; a higher limit goes on"),
    ):
        run(server, task_file, results, max_time_s=0.3)
    assert left_behind(results) == []


# Repeats


def test_a_request_is_tried_again_for_as_long_as_the_user_waits(tmp_path, results):
    def busy(request):
        return MODELS if request.method == "GET" else error(503)

    with Loopback(busy) as server:
        ended = done(*words(server, write_task(tmp_path), results, "--max-wait=0", "--limit=1"))
    assert ended.returncode == 4
    assert questions_sent(server) == 1


def test_limits_waits_and_prices_may_change_when_a_run_goes_on(task_file, results, prices):
    with Loopback(slow_model) as server:
        first = run(server, task_file, results, max_time_s=0.3, concurrency=1)
        second = run(
            server, task_file, results, prices=prices, gpu_hour_usd=1.0, max_cost_usd=1.0, max_wait_s=1.0
        )
    assert second.path == first.path
    assert second.score.status == "complete"
    assert (
        json.loads((second.path / "run.json").read_bytes())["settings"]
        .keys()
        .isdisjoint({"prices", "max_cost_usd", "max_time_s", "max_wait_s", "gpu_hour_usd", "gpus"})
    )
