"""Estimates: what a run will take, told without sending anything."""

import json

import pytest
from builders import plan_of, write_task
from loopback import Loopback
from shared import mmlu, needs_shared
from whole_runs import Metered, left_behind, run, words

import harness
from harness.errors import UsageError
from harness.estimate import Range, estimate
from harness.plan import make_plan
from harness.prices import GpuHours, Prices
from harness.profiles import Profile

PRICES = Prices(input=2.0, cached_input=1.0, output=10.0, as_of="2026-11", source="a list")


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


def made(task_file, pricing=PRICES, *, max_tokens=None, plan=None, reasoning_tokens=None, **known):
    return estimate(
        plan or plan_of(task_file),
        "m",
        Profile(id="m", **known),
        pricing,
        max_tokens=max_tokens,
        reasoning_tokens=reasoning_tokens,
    )


def test_generated_text_takes_one_request_a_question_and_usual_replies(task_file):
    found = made(task_file)
    assert (found.questions, found.requests) == (12, Range(12, 12))
    assert found.output_tokens == Range(12 * 40, 12 * 400)
    assert found.output_tokens_at_most == 12 * 2048


def test_replies_are_no_longer_than_the_limit_that_is_sent(task_file):
    found = made(task_file, max_tokens=100)
    assert found.output_tokens == Range(12 * 40, 12 * 100)
    assert found.output_tokens_at_most == 12 * 100


def test_a_model_that_reasons_writes_that_too(task_file):
    found = made(task_file, max_tokens=5000, reasoning_tokens=(500, 8000))
    assert found.output_tokens == Range(12 * 540, 12 * 5000)


def test_a_model_that_goes_on_with_a_text_does_not_reason(task_file):
    plan = plan_of(task_file, protocol="helm", shots=0)
    assert made(task_file, plan=plan, reasoning_tokens=(500, 8000)).output_tokens == Range(12, 12)


@pytest.mark.parametrize(("host", "most"), [("groq", 12 * 8400), ("dashscope", 12 * 400)])
def test_reasoning_is_counted_on_only_at_hosts_where_the_model_reasons(task_file, host, most):
    settings = harness.RunSettings(model="qwen3-32b", task=str(task_file), host=host)
    assert harness.dry_run(settings, environment={}).output_tokens.high == most


def test_a_users_entry_may_say_that_a_model_does_not_reason_at_a_host(task_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.yaml").write_text("models: {qwen3-32b: {hosts: {groq: {reasons: false}}}}")
    settings = harness.RunSettings(model="qwen3-32b", task=str(task_file), host="groq")
    assert harness.dry_run(settings, environment={}).output_tokens.high == 12 * 400


def test_the_cost_is_that_of_the_tokens_at_full_price(task_file):
    found = made(task_file)
    prompt = 2e-6 * found.prompt_tokens.low
    assert found.cost_usd == pytest.approx(
        (prompt + 1e-5 * 12 * 40, prompt + 1e-5 * 12 * 400, prompt + 1e-5 * 12 * 2048)
    )


def test_letters_take_one_token_each_and_perhaps_a_chats_overhead(task_file):
    plan = plan_of(task_file, protocol="hendrycks", shots=0)
    found = made(task_file, plan=plan)
    assert found.output_tokens == Range(12, 12)
    assert found.prompt_tokens.high - found.prompt_tokens.low == 12 * 7


def test_choices_send_their_question_once_a_choice(task_file):
    choices = made(task_file, plan=plan_of(task_file, protocol="cloze", shots=0))
    question = round(len("Question: Which is number 0?\nAnswer:") / 4.4)
    assert choices.requests == Range(12, 12 * 9)
    assert choices.prompt_tokens.low == 12 * 4 * question
    assert choices.output_tokens.low == 12 * 4
    assert choices.output_tokens.high == choices.prompt_tokens.high - choices.prompt_tokens.low


@pytest.mark.parametrize(
    ("pricing", "words_"),
    [
        ("no price is known for this model", "no price is known for this model"),
        (GpuHours(gpu_hour_usd=2.0, gpus=4), "the server costs 8 US dollars an hour"),
    ],
    ids=["unknown", "hours"],
)
def test_where_the_cost_is_not_known_it_says_why(task_file, pricing, words_):
    found = made(task_file, pricing)
    assert found.cost_usd is None
    assert words_ in found.no_cost


def test_prompts_that_will_not_fit_are_told(task_file):
    found = made(task_file, max_tokens=1000, context=1050)
    assert found.warnings == (
        "12 of 12 prompts, with room for their replies, will not fit into the model's context of 1,050 tokens.",
    )
    assert made(task_file, max_tokens=1000, context=4000).warnings == ()


@needs_shared
@pytest.mark.slow
def test_prompts_of_mmlu_that_outgrow_a_short_context_are_told():
    task, questions = mmlu()
    found = made(None, plan=make_plan(task, questions, protocol="hendrycks"), context=2048)
    assert found.warnings[0].endswith("of 2,048 tokens; examples are dropped until they do.")
    assert 100 < int(found.warnings[0].split()[0].replace(",", "")) < 2000


def test_the_estimate_holds_what_a_run_then_takes(task_file, tmp_path):
    till = Metered()
    with Loopback(till) as server:
        done = run(server, task_file, tmp_path / "results", max_tokens=300)
    found = made(task_file, max_tokens=300)
    assert done.score.usage.requests == found.requests.low
    assert till.completion_tokens <= found.output_tokens_at_most


# Dry runs


def test_a_dry_run_sends_nothing_and_leaves_nothing(task_file, tmp_path, monkeypatch, capsys):
    from harness.cli import app

    results = tmp_path / "results"
    with Loopback(Metered()) as server:
        app([*words(server, task_file, results, "--dry-run")], standalone_mode=False)
        assert server.requests == []
    assert left_behind(results) == []
    printed = capsys.readouterr().out
    assert "US dollars" not in printed
    assert "What it costs is not known: no price is known for this model." in printed


def test_a_dry_run_needs_no_key_and_no_address(task_file):
    priced = harness.dry_run(harness.RunSettings(model="gpt-4o", task=str(task_file)), environment={})
    assert priced.cost_usd is not None
    open_weights = harness.RunSettings(model="llama3-70b", task=str(task_file))
    assert harness.dry_run(open_weights, environment={}).cost_usd is None
    at_groq = harness.RunSettings(model="llama3-70b", task=str(task_file), host="groq")
    assert harness.dry_run(at_groq, environment={}).cost_usd is not None


def test_a_dry_run_of_open_weights_names_the_hosts_that_have_a_price(task_file):
    settings = harness.RunSettings(model="llama3-70b", task=str(task_file))
    assert "--host (groq" in str(harness.dry_run(settings, environment={}).no_cost)


@pytest.mark.parametrize(("limit", "said"), [(1e-9, "will end"), (0.01, "may end"), (1e9, "")])
def test_a_dry_run_says_whether_the_limit_on_cost_will_end_the_run(task_file, limit, said):
    settings = harness.RunSettings(model="gpt-4o", task=str(task_file), max_cost_usd=limit)
    warnings = " ".join(harness.dry_run(settings, environment={}).warnings)
    assert said in warnings
    assert bool(said) == ("--max-cost" in warnings)


def test_a_dry_run_of_a_model_that_nobody_knows_is_refused(task_file):
    with pytest.raises(UsageError, match=r"unknown model 'gpt4o' .did you mean gpt-4o"):
        harness.dry_run(harness.RunSettings(model="gpt4o", task=str(task_file)), environment={})


def test_a_dry_run_refuses_a_limit_that_the_run_could_not_keep(task_file):
    settings = harness.RunSettings(model="llama3-70b", task=str(task_file), max_cost_usd=1.0)
    with pytest.raises(UsageError, match="--max-cost 1 cannot be kept to"):
        harness.dry_run(settings, environment={})


def test_a_dry_run_fetches_no_weights(task_file):
    settings = harness.RunSettings(model="no/such/file.gguf", task=str(task_file))
    assert harness.dry_run(settings, environment={}).no_cost == "the model runs on this machine"


def test_a_dry_run_may_be_a_document(task_file, capsys):
    from harness.cli import app

    said = ["run", "--model=gpt-4o", f"--task={task_file}", "--dry-run", "--json"]
    app(said, standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    assert document["questions"] == 12
    assert document["prices"]["output"] == 10.0
    assert [type(document[name]) for name in ("requests", "cost_usd", "warnings")] == [list] * 3


def test_prompts_for_a_model_have_the_estimate_below(task_file, capsys):
    from harness.cli import app

    app(["prompts", f"--task={task_file}", "--model=gpt-4o-mini"], standalone_mode=False)
    shown, estimated = capsys.readouterr().out.split("12 prompts in all")
    assert "Which is number 0?" in shown
    assert "0.15 in and 0.6 out for a million tokens" in estimated


def test_prompts_as_lines_stay_lines_where_a_model_is_named(task_file, capsysbinary):
    from harness.cli import app

    app(["prompts", f"--task={task_file}", "--model=gpt-4o", "--jsonl"], standalone_mode=False)
    out, err = capsysbinary.readouterr()
    assert len([json.loads(line) for line in out.splitlines()]) == 12
    assert b"prompt tokens" in err
