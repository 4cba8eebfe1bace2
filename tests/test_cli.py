"""The command line: exit codes, one sentence for every error, what goes to which stream, and help that is true.

`here` runs the command in this process, as a program's main function, which is faster; `done` starts one.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
import typer.main
from builders import inline, task_document, write_task
from loopback import Answer, Loopback, error
from whole_runs import (
    PATIENCE_S,
    big_task,
    bytes_of,
    clean_environment,
    command,
    done,
    is_one_sentence,
    left_behind,
    only_run,
    questions_sent,
    refusing,
    repeatable,
    run,
    sent_text,
    slow_model,
    small_model,
    started,
    words,
)

import harness
from harness.cli import app, main
from harness.profiles import load_catalog
from harness.prompts import Message, hashed_text
from harness.task import task_files

NOBODY = "http://127.0.0.1:9/v1"  # the port that RFC 863 keeps for what is thrown away
SECRET = "sk-verysecret1234567890"
ASKED = ("run", "--model=m", "--task=sample", f"--base-url={NOBODY}")
COMMANDS = typer.main.get_command(app).commands
CATALOG = load_catalog({})

QUESTION = {"question": "2 + 2?", "choices": ["3", "4"], "answer": 1, "subject": "maths"}
SCHEMA = pyarrow.Table.from_pylist([QUESTION]).schema
COLUMNS = {
    "question": "question",
    "choices": "choices",
    "gold": {"column": "answer", "form": "index0"},
    "subject": "subject",
}


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def hub_task(folder):
    """A task file whose questions lie on the hub, or in a folder laid out like it."""
    document = task_document(
        name="hub",
        dataset={"path": "someone/something", "name": "all", "split": "test"},
        columns=COLUMNS,
        groups=None,
        questions=None,
        shots=None,
    )
    return write_task(folder, document)


def hub_folder(folder, rows):
    """A folder laid out like the hub, which holds these rows."""
    place = folder / "someone" / "something" / "all"
    place.mkdir(parents=True)
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(rows, schema=SCHEMA), place / "test-00000-of-00001.parquet"
    )
    return folder


# Wrong use: exit code 2


def is_wrong_use(ended):
    return (ended.returncode, ended.stdout) == (2, "") and is_one_sentence(ended.stderr)


# What a run's command may have wrong, each after words that are right.
WRONG_OPTIONS = {
    "--task=mmul": "unknown task 'mmul' (did you mean mmlu or",
    "--task=mine.yaml": "task file mine.yaml does not exist",
    "--base-url=127.0.0.1:8000": "should begin with http:// or https://",
    "--api-key-env=NOT_SET": "--api-key-env names no environment variable that is set",
    "--concurrency=0": "--concurrency '0' should be auto or a number from 1",
    "--concurrency=many": "--concurrency 'many' should be auto or a number from 1",
    "--limit=0": "--limit 0 leaves nothing to ask",
    "--limit=-3": "--limit -3 leaves nothing to ask",
    "--limit=few": "Invalid value for '--limit'",
    "--timeout=0": "timeout",
    "--timeout=nan": "timeout",
    "--temperature=nan": "temperature",
    "--temperature=-1": "temperature",
    "--max-tokens=0": "max-tokens",
    "--max-wait=-1": "--max-wait -1.0 should be seconds, 0 or more",
    "--max-cost=0": "--max-cost 0.0 should be above 0",
    "--max-cost=1": "--max-cost 1 cannot be kept to, because no price is known for this model",
    "--max-time=0": "--max-time 0.0 should be above 0",
    "--max-time=soon": "--max-time 'soon' should be seconds, or a number and its unit: 90s, 45m, 2h",
    "--max-time=m": "--max-time 'm' should be seconds",
    "--max-time=": "--max-time '' should be seconds",
    "--gpu-hour-usd=-2": "--gpu-hour-usd -2.0 should be above 0",
    "--gpus=2": "--gpus counts what --gpu-hour-usd pays for",
    "--gpus=0 --gpu-hour-usd=1": "--gpus 0 should be 1 or more",
    "--prices=nowhere": "nowhere cannot be read: No such file or directory",
    "--shots=-1": "--shots -1 is below 0",
    "--shots=6 --protocol=lm-eval": "6 shots are wanted, and the dataset has 5",
    "--protocol=hendryks": "unknown protocol 'hendryks' (did you mean hendrycks?)",
    "--reader=letter": "unknown reader 'letter' (did you mean letters?)",
    "--subjects=animal": "no subject or group 'animal' (did you mean animals?)",
    "--tasks=nowhere": "--tasks nowhere is not a folder",
    "--data=nowhere --task=mmlu": "--data nowhere is not a folder",
    "--colour=red": "No such option: --colour",
}

WRONG_COMMANDS = {
    "run --model=m": "Missing option '--task'",
    "run --task=sample": "Missing option '--model'",
    "run --task=sample --model=": "--model is empty",
    "run --task= --model=m": "the task's name is empty",
    "run --task=sample --model=smolm2": "unknown model 'smolm2' (did you mean smollm2-135m?)",
    "run --task=sample --model=no.gguf": "the weights no.gguf do not exist",
    "run --task=sample --model=no-00002-of-00002.gguf": "the weights no-00001-of-00002.gguf do not exist",
    "run --task=sample --model=hf:model": "--model hf:model should look like hf:OWNER/REPO",
    "run --task=sample --model=gpt-4o": "set the environment variable OPENAI_API_KEY",
    "tasks mmul": "unknown task 'mmul' (did you mean mmlu or",
    "tasks --tasks=nowhere": "--tasks nowhere is not a folder",
    "models smollm": "unknown model 'smollm' (did you mean smollm2-135m?); see `harness models`",
    "prompts --task=mmul": "unknown task 'mmul' (did you mean mmlu or",
    "prompts": "Missing option '--task'",
    "validate nowhere": "nowhere does not exist; name a run's folder or its score.json",
    "validate": "Missing argument 'FILE'",
    "regrade nowhere": "nowhere/run.json cannot be read: No such file or directory",
    "regrade": "Missing argument 'RUN'",
    "score": "No such command 'score'",
    "--debug": "Missing command",
}


@pytest.mark.parametrize(("more", "sentence"), WRONG_OPTIONS.items(), ids=WRONG_OPTIONS)
def test_a_wrong_option_is_one_sentence_and_exit_2(here, more, sentence):
    ended = here(*ASKED, *more.split())
    assert is_wrong_use(ended)
    assert sentence in ended.stderr.splitlines()[-1]


EMPTY_PATHS = (
    *(
        f"run --model=m --task=sample --base-url={NOBODY} --{name}="
        for name in ("results", "data", "tasks", "prices")
    ),
    *(f"plan --task=sample --{name}=" for name in ("base", "new", "results", "data", "tasks", "prices")),
    *(f"prompts --task=sample --{name}=" for name in ("data", "tasks")),
    *(f"gate one two --{name}=" for name in ("rules", "junit", "markdown")),
    *("lint sample --data=", "tasks --tasks=", "export one --format=csv --out=", "tasks new ''"),
    *("gate one ''", "gate '' two", "compare one ''", "compare '' two", "export '' --format=csv"),
    *("regrade ''", "rescore '' --model=m", "history ''", "import ''", "validate ''"),
)


@pytest.mark.parametrize("said", EMPTY_PATHS)
def test_an_empty_path_is_refused_and_not_taken_for_this_folder(here, said, tmp_path):
    """A variable of a shell that is not set leaves it."""
    ended = here(*shlex.split(said))
    assert is_wrong_use(ended)
    assert "it is empty; name a file or folder" in ended.stderr.splitlines()[-1]
    assert left_behind(tmp_path) == []


def test_an_empty_variable_for_data_is_none(here):
    assert here("prompts", "--task=sample", HARNESS_DATA="").returncode == 0


@pytest.mark.parametrize(("said", "sentence"), WRONG_COMMANDS.items(), ids=WRONG_COMMANDS)
def test_a_wrong_command_is_one_sentence_and_exit_2(here, said, sentence):
    ended = here(*said.split())
    assert is_wrong_use(ended)
    assert sentence in ended.stderr.splitlines()[-1]


def test_open_weights_without_an_address_say_how_to_serve_them():
    ended = done("run", "--model=llama3-70b", "--task=sample")
    assert is_wrong_use(ended)
    for word in ("vLLM", "vllm serve meta-llama/", "Ollama", "--base-url http://127.0.0.1:8000/v1"):
        assert word in ended.stderr


def test_a_task_file_that_is_no_yaml_is_named_with_its_line(here, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text('name: broken\nversion: "1"\ntitle: [never closed\nlicence: none\n')
    ended = here(*ASKED, f"--task={path}")
    assert is_wrong_use(ended)
    assert ended.stderr.startswith(f"Error: {path}, line 4, is not YAML: ")


def test_a_gold_letter_beyond_its_choices_is_named_with_file_line_and_field(here, tmp_path):
    questions = [inline("chess", 0), inline("chess", 1) | {"answer": "E"}]
    path = write_task(tmp_path, task_document(questions=questions))
    ended = here(*ASKED, f"--task={path}")
    line = path.read_text().splitlines().index("  answer: E") + 1
    assert is_wrong_use(ended)
    assert ended.stderr.startswith(
        f"Error: {path}, line {line}, field questions.1.answer: answer 'E' is none"
    )


def test_a_folder_of_tasks_with_a_broken_one_names_it(here, tmp_path):
    (tmp_path / "mine.yaml").write_text("name: mine\n")
    ended = here("tasks", "--tasks", tmp_path)
    assert is_wrong_use(ended)
    assert ended.stderr.startswith(f"Error: {tmp_path / 'mine.yaml'}, line 1, field ")


def test_a_dataset_without_rows_is_wrong_use(here, tmp_path):
    data = hub_folder(tmp_path / "data", [])
    ended = here(*ASKED, f"--task={hub_task(tmp_path)}", f"--data={data}")
    assert is_wrong_use(ended)
    assert "dataset someone/something, split test is empty" in ended.stderr


def test_results_that_cannot_be_written_are_wrong_use_and_nobody_is_asked(here, task_file, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with Loopback(small_model) as server:
        ended = here(*words(server, task_file, tmp_path / "taken"))
    assert is_wrong_use(ended)
    assert f"{tmp_path / 'taken'}" in ended.stderr
    assert "--results" in ended.stderr
    assert server.requests == []


@pytest.mark.parametrize("option", ["--model", "--revision", "--data"])
def test_a_word_of_the_command_that_is_no_text_shows_no_traceback(task_file, results, option):
    with Loopback(small_model) as server:
        said = [*command(*words(server, task_file, results)), option.encode() + b"=caf\xe9"]
        ended = subprocess.run(said, capture_output=True, check=False, env=clean_environment())
    assert b"Traceback" not in ended.stderr
    assert ended.returncode in (0, 2)
    assert ended.returncode == 0 or left_behind(results) == []


# The endpoint, or the hub: exit code 4


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusing(401, f"Incorrect API key provided: {SECRET}."), "API key"),
        (refusing(404, "The model `m` does not exist", code="model_not_found"), "does not serve the model"),
        (Answer(body=b"<!doctype html><title>Welcome</title>"), "web page"),
    ],
    ids=["wrong key", "no such model", "HTML"],
)
def test_an_endpoint_that_refuses_is_one_sentence_and_exit_4(task_file, results, answer, sentence):
    with Loopback(answer) as server:
        said = words(server, task_file, results, "--api-key-env=MY_KEY")
        ended = done(*said, environment={"MY_KEY": SECRET})
    assert (ended.returncode, ended.stdout) == (4, "")
    assert is_one_sentence(ended.stderr)
    assert sentence in ended.stderr.splitlines()[-1]
    assert server.root in ended.stderr
    assert SECRET not in ended.stderr
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_nobody_at_the_base_url_is_one_sentence_and_exit_4(task_file, results):
    with Loopback(small_model) as server:
        pass
    ended = done(*words(server, task_file, results))
    assert (ended.returncode, ended.stdout) == (4, "")
    assert is_one_sentence(ended.stderr)
    assert f"Cannot reach {server.url}: Connection refused" in ended.stderr


def without_dataset(task_file, data, hub, cache):
    """The prompts of a dataset that is not in `data`, when the hub is at this address."""
    where = {"HF_ENDPOINT": hub, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "0"}
    return done("prompts", f"--task={task_file}", f"--data={data}", environment=where)


HUB_ANSWERS = {
    "knows it not": Answer(status=404),
    "refuses": Answer(status=401),
    "hangs up": Answer(raw=b"", end="close"),
    "breaks off": Answer(raw=b"", end="reset"),
}


@pytest.mark.parametrize("answer", HUB_ANSWERS.values(), ids=HUB_ANSWERS)
def test_a_dataset_that_the_hub_does_not_give_is_one_sentence_and_exit_4(tmp_path, answer):
    data = tmp_path / "data"
    data.mkdir()
    with Loopback(answer) as hub:
        ended = without_dataset(hub_task(tmp_path), data, hub.root, tmp_path)
    assert hub.requests
    assert (ended.returncode, ended.stdout) == (4, "")
    assert is_one_sentence(ended.stderr)
    sentence = ended.stderr.splitlines()[-1]
    assert sentence.startswith("Error: dataset someone/something is not in ")
    assert f"{data} (looked for someone/something/all/test-*.parquet)" in sentence
    assert "could not be loaded from the hub" in sentence


@pytest.mark.slow
def test_a_dataset_that_is_nowhere_and_no_network_are_one_sentence_and_exit_4(tmp_path):
    ended = without_dataset(hub_task(tmp_path), tmp_path, NOBODY, tmp_path)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert is_one_sentence(ended.stderr)
    assert f"{tmp_path} (looked for someone/something/all/test-*.parquet)" in ended.stderr


# Tracebacks


@pytest.mark.parametrize("place", [0, 1, 2, 4], ids=["first", "after the command", "between", "last"])
def test_debug_shows_the_traceback_wherever_it_stands(here, place):
    said = ["run", "--model=m", "--task=mmul", f"--base-url={NOBODY}"]
    ended = here(*said[:place], "--debug", *said[place:])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Traceback (most recent call last):")
    assert ended.stderr.splitlines()[-1].startswith("Error: unknown task 'mmul'")


# What goes to which stream


def test_a_run_prints_the_path_of_its_score_and_all_else_on_standard_error(task_file, results):
    with Loopback(small_model) as server:
        ended = done(*words(server, task_file, results))
    score = only_run(results) / "score.json"
    assert (ended.returncode, ended.stdout) == (0, f"{score}\n")
    assert harness.load(score).score.status == "complete"
    assert "Tiny: 12 questions" in ended.stderr
    assert "95 % interval" in ended.stderr
    assert "Error" not in ended.stderr


def test_json_prints_the_score_document_and_nothing_else(here, task_file, results):
    with Loopback(small_model) as server:
        ended = here(*words(server, task_file, results, "--json", "--limit=5"))
    assert ended.returncode == 0
    assert ended.stdout == (only_run(results) / "score.json").read_text(encoding="utf-8")
    assert json.loads(ended.stdout)["status"] == "partial"
    assert "95 % interval" in ended.stderr


def failing(request):
    """The small model, which cannot read one question."""
    if request.method == "POST" and "chess 2" in sent_text(request):
        return error(400, "cannot parse this")
    return small_model(request)


@pytest.mark.parametrize(
    ("typed", "seconds"), [("0.06", "0.06"), ("0.06s", "0.06"), ("0.001m", "0.06"), ("0.00001h", "0.036")]
)
def test_a_limit_on_time_may_have_a_unit(here, task_file, results, typed, seconds):
    with Loopback(lambda request: small_model(request, delay_s=60)) as server:
        ended = here(*words(server, task_file, results, f"--max-time={typed}"))
    assert ended.returncode == 3
    assert f"--max-time {seconds} leaves no time" in ended.stderr


def test_an_incomplete_run_exits_with_3_and_prints_its_path(task_file, results):
    with Loopback(failing) as server:
        ended = done(*words(server, task_file, results, "--concurrency=1"))
    assert (ended.returncode, ended.stdout) == (3, f"{only_run(results) / 'score.json'}\n")
    assert "Status: incomplete" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_run_that_goes_on_says_so_and_prints_the_same_path(here, task_file, results):
    with Loopback(failing) as server:
        first, second = (here(*words(server, task_file, results, "--concurrency=1")) for _ in range(2))
    assert first.stdout == second.stdout
    assert f"Going on with {only_run(results)}" in second.stderr
    assert questions_sent(server) == 12 + 1


def test_json_is_utf_8_whatever_the_terminal_can_show(task_file, results):
    with Loopback(small_model) as server:
        said = words(server, task_file, results, "--model=modèle-é", "--json")
        ended = done(*said, environment={"PYTHONIOENCODING": "ascii"})
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["model"]["name"] == "modèle-é"


# Regrading and validating


@pytest.fixture
def finished(task_file, results):
    """A complete run, whose server is gone."""
    with Loopback(small_model) as server:
        return run(server, task_file, results)


def test_regrade_prints_the_path_of_a_new_score(finished):
    ended = done("regrade", str(finished.path))
    assert ended.returncode == 0
    (line,) = ended.stdout.splitlines()
    new = harness.load(line)
    assert line == f"{new.path}/score.json"
    assert (new.path == finished.path, new.path.parent == finished.path.parent) == (False, True)
    assert repeatable(new.score) == repeatable(finished.score)
    assert "95 % interval" in ended.stderr
    assert f"0 of 12 answers differ from run {finished.path.name}" in ended.stderr


def test_regrade_prints_the_document_where_json_is_wanted(here, finished):
    ended = here("regrade", finished.path / "score.json", "--json")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["run"]["id"] != finished.path.name


def test_regrade_with_a_reader_that_does_not_fit_is_wrong_use(here, finished):
    ended = here("regrade", finished.path, "--reader=letters")
    assert is_wrong_use(ended)
    assert "reader letters cannot read what simple-evals asks for; simple-evals" in ended.stderr


def test_a_valid_score_is_exit_0_and_a_changed_one_exit_2(finished):
    path = finished.path / "score.json"
    valid = done("validate", str(path))
    path.write_text(path.read_text().replace('"correct": ', '"correct": 1'))
    changed = done("validate", str(finished.path))
    assert (valid.returncode, valid.stdout, valid.stderr) == (0, f"{path} is a valid score file.\n", "")
    assert is_wrong_use(changed)
    assert f"Error: {path}, field counts.questions: " in changed.stderr


# Prompts

STRANGE = 'Is [bold]this[/] :smile: or [/x]\u2028a line,\u2029two\x85or three?  \n    It \\is "code" — naïve; 100 %.'


def strange_task(folder, text=STRANGE):
    """A task whose questions hold what readers of lines, terminals and markup take for their own."""
    questions = [inline("chess", place) | {"question": f"{text} {place}"} for place in range(3)]
    return write_task(folder, task_document(name="strange", questions=questions, groups=None, shots=None))


def prompts(here, path, *more):
    ended = here("prompts", "--task", path, *more)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def sent(line):
    """The text that a line of `prompts --jsonl` says is sent."""
    if "prompt" in line:
        return line["prompt"]
    return hashed_text(tuple(Message(**message) for message in line["messages"]))


@pytest.mark.parametrize(
    ("protocol", "fields"),
    [
        ("simple-evals", {"messages"}),
        ("hendrycks", {"prompt"}),
        ("lm-eval", {"prompt"}),
        ("cloze", {"prompt", "continuations"}),
    ],
)
def test_a_line_of_prompts_holds_the_prompt_and_its_hash(here, task_file, protocol, fields):
    shots = "--shots=2" if protocol == "hendrycks" else "--shots=0"
    told = prompts(here, task_file, "--jsonl", f"--protocol={protocol}", shots)
    lines = [json.loads(line) for line in told.splitlines()]
    assert len(lines) == 12
    for line in lines:
        assert line.keys() == {"id", "subject", "gold", "prompt_sha256"} | fields
        assert line["prompt_sha256"] == hashlib.sha256(sent(line).encode()).hexdigest()
    assert [lines[5][name] for name in ("id", "subject", "gold")] == ["botany/1", "botany", "B"]


def test_the_prompts_are_those_that_a_run_sends(here, task_file, results):
    told = prompts(here, task_file, "--jsonl")
    with Loopback(small_model) as server:
        run(server, task_file, results)
    texts = [sent_text(request) for request in server.requests if request.method == "POST"]
    assert sorted(texts) == sorted(sent(json.loads(line)) for line in told.splitlines())


def test_no_letter_in_a_question_splits_a_line_of_prompts(tmp_path):
    path = strange_task(tmp_path)
    ended = done("prompts", "--task", str(path), "--jsonl")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]  # which splits at U+2028 too
    assert ended.returncode == 0
    assert len(lines) == 3
    assert all(f"{STRANGE} {place}" in sent(line) for place, line in enumerate(lines))
    assert all(hashlib.sha256(sent(line).encode()).hexdigest() == line["prompt_sha256"] for line in lines)


@pytest.mark.parametrize("text", [STRANGE, "A table:\n\tone\ttwo"], ids=["brackets", "tabs"])
def test_a_prompt_is_shown_to_people_letter_by_letter(here, tmp_path, text):
    path = strange_task(tmp_path, text)
    (first, *_) = prompts(here, path, "--jsonl").splitlines()
    shown = prompts(here, path)
    assert f"[user]\n{sent(json.loads(first))}\n" in shown
    assert shown.startswith("─")
    assert "chess/0 · simple-evals, 0-shot · gold A" in shown
    assert "3 prompts in all" in shown


def test_a_limit_shows_as_many_prompts(here, task_file):
    shown = prompts(here, task_file, "--limit=2", "--subjects=games,algebra")
    assert re.findall(r"(\w+/\d) · ", shown) == ["algebra/0", "chess/0"]


def test_a_prompt_whose_letters_the_terminal_lacks_is_shown_without_them(tmp_path):
    path = strange_task(tmp_path, "Which is larger, π or √10?")
    ended = subprocess.run(
        command("prompts", "--task", str(path)),
        capture_output=True,
        check=False,
        env=clean_environment() | {"PYTHONIOENCODING": "latin-1"},
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"Which is larger, " in ended.stdout


def test_a_reader_of_prompts_that_stops_early_sees_no_traceback():
    with started("prompts", "--task=sample", "--jsonl") as process:
        first = process.stdout.readline()
        process.stdout.close()
        shown = process.stderr.read()
        process.wait(PATIENCE_S)
    assert json.loads(first)["id"] == "animals/0"
    assert shown == ""


# Lists


def test_tasks_are_listed_with_what_they_are(here):
    ended = here("tasks")
    assert (ended.returncode, ended.stderr) == (0, "")
    for word in (*task_files(), "Sample", "Apache-2.0", "MIT", "14,042"):
        assert word in ended.stdout


def test_tasks_of_the_users_own_are_listed_too(here, task_file):
    ended = here("tasks", "--tasks", task_file.parent)
    assert ended.returncode == 0
    assert {"tiny", "mmlu"} <= set(ended.stdout.split())


def test_a_task_is_shown_with_its_source_groups_and_protocols(here):
    ended = here("tasks", "mmlu")
    assert (ended.returncode, ended.stderr) == (0, "")
    for word in ("cais/mmlu", "c30699e8356da336a370243923dbaf21066bb9fe", "MIT", "Hendrycks et al. 2021"):
        assert word in ended.stdout
    for word in ("STEM", "abstract_algebra", "world_religions", "simple-evals (usual)", "hendrycks", "cloze"):
        assert word in ended.stdout


def test_models_are_listed_with_where_they_are(here):
    ended = here("models")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(CATALOG.models) | set(CATALOG.hosts) <= set(ended.stdout.split())
    for word in ("embedded", "OPENAI_API_KEY", "GROQ_API_KEY"):
        assert word in ended.stdout


@pytest.mark.parametrize("name", CATALOG.models)
def test_a_model_is_shown_with_where_it_can_be_had(here, name):
    ended = here("models", name, COLUMNS="200")
    assert (ended.returncode, ended.stderr) == (0, "")
    profile = CATALOG.models[name]
    known = [profile.id, profile.protocol, *profile.hosts, *(offer.id for offer in profile.hosts.values())]
    known += [f"{offer.prices.output:g} completion" for offer in profile.hosts.values() if offer.prices]
    known += [CATALOG.hosts[host].key_env for host in profile.hosts]
    assert [value for value in known if value and value not in ended.stdout] == []


def test_a_model_is_found_by_its_ids_too(here):
    shown = here("models", "deepseek-r1").stdout
    assert (
        here("models", "deepseek-reasoner").stdout
        == here("models", "deepseek-ai/DeepSeek-R1").stdout
        == shown
    )


def test_entries_of_the_users_own_files_are_listed(here, tmp_path):
    (tmp_path / "models.yaml").write_text(
        "models: {mine: {about: my own, hosts: {lab: {}}}}\nhosts: {lab: {base_url: https://lab.example/v1}}"
    )
    listed = here("models", COLUMNS="200").stdout
    assert "my own" in listed
    assert "https://lab.example/v1" in listed
    assert "file: models.yaml" in here("models", "mine").stdout


# Variables


def test_data_are_found_by_their_variable(here, tmp_path):
    data = hub_folder(tmp_path / "data", [QUESTION])
    ended = here("prompts", f"--task={hub_task(tmp_path)}", "--jsonl", HARNESS_DATA=str(data))
    assert ended.returncode == 0
    (line,) = ended.stdout.splitlines()
    assert (json.loads(line)["id"], json.loads(line)["gold"]) == ("maths/0", "B")


def test_the_option_for_data_goes_before_the_variable(here, tmp_path):
    ours = hub_folder(tmp_path / "ours", [QUESTION])
    other = hub_folder(tmp_path / "other", [QUESTION, QUESTION])
    said = ("prompts", f"--task={hub_task(tmp_path)}", "--jsonl", f"--data={ours}")
    assert len(here(*said, HARNESS_DATA=str(other)).stdout.splitlines()) == 1


@pytest.mark.parametrize("how", ["its variables", "--api-key-env"])
def test_a_key_goes_out_as_a_bearer_token_and_is_written_nowhere(task_file, results, how):
    with Loopback(small_model) as server:
        if how == "its variables":
            said = ["run", "--model=m", f"--task={task_file}", f"--results={results}"]
            variables = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": SECRET}
        else:
            said = words(server, task_file, results, "--api-key-env=MY_KEY")
            variables = {"MY_KEY": SECRET, "OPENAI_API_KEY": "sk-another1234567890"}
        ended = done(*said, environment=variables)
    assert ended.returncode == 0
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {SECRET}"}
    assert questions_sent(server) == 12
    assert SECRET not in ended.stdout + ended.stderr
    assert SECRET.encode() not in bytes_of(left_behind(results))
    assert json.loads((only_run(results) / "run.json").read_text())["settings"]["endpoint"] == server.url


def test_no_key_goes_to_an_address_that_it_was_not_named_for(here, task_file, results):
    with Loopback(small_model) as server:
        ended = here(*words(server, task_file, results), OPENAI_API_KEY=SECRET)
    assert ended.returncode == 0
    assert all("authorization" not in request.headers for request in server.requests)


def test_weights_that_do_not_exist_are_refused_before_a_dataset_is_loaded(tmp_path):
    """Without a network the hub's packages take half a minute to say that there is none."""
    with Loopback(Answer(status=404)) as hub:
        environment = {"HF_ENDPOINT": hub.root, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
        ended = done("run", "--model=no.gguf", "--task=mmlu", environment=environment)
    assert is_wrong_use(ended)
    assert ended.stderr == "Error: the weights no.gguf do not exist.\n"
    assert hub.requests == []


@pytest.mark.parametrize(
    "word", [f"--api-key-env={SECRET}", f"--base-url=http://me:{SECRET}@127.0.0.1:9/v1"], ids=["key", "URL"]
)
def test_a_key_pasted_into_the_command_is_refused_and_not_shown(here, word):
    ended = here("--debug", *ASKED, word)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("Error: ")
    assert SECRET not in ended.stdout + ended.stderr


# Help


def help_of(here, *said):
    ended = here(*said, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def example_in(text):
    """The words after "Example:", which go on over lines until an empty one."""
    (example,) = re.findall(r"^ *Example: (.*?)\n\n", text, re.DOTALL | re.MULTILINE)
    return shlex.split(example)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_whose_options_it_has(here, name):
    text = help_of(here, name)
    program, named, *rest = example_in(text)
    assert (program, named) == ("harness", name)
    options = {word.split("=")[0] for word in rest if word.startswith("--")}
    assert options <= set(re.findall(r"^ +(--[a-z-]+)", text, re.MULTILINE))
    COMMANDS[name].make_context(name, rest)  # which parses it, and runs nothing


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_examples_name_tasks_and_models_that_there_are(here, name):
    *_, text = help_of(here, *filter(None, [name])).partition("Example: ")
    for option, known in (("--task", task_files()), ("--model", CATALOG.models)):
        assert set(re.findall(rf"{option}\s+(\S+)", text.partition("\n\n")[0])) <= set(known)


def test_the_help_of_all_lists_every_command_and_an_example():
    ended = done("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert example_in(ended.stdout)[:4] == ["python", "-m", "harness", "run"]
    assert set(COMMANDS) <= set(ended.stdout.split())


def test_without_a_command_the_help_is_shown(here):
    ended = here()
    assert ended.returncode == 2
    assert "Commands:" in ended.stdout + ended.stderr


def test_the_installed_command_is_the_same():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="harness")
    assert script.load() is main


# Start-up

HEAVY = ("aiohttp", "datasets", "openai", "pandas", "pyarrow", "pydantic", "rich", "scipy", "yaml")
LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded:", *sorted(sys.modules), file=sys.stderr))
"""


def loaded_by(program):
    """The modules that a program has imported at its end, and how it ended."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADED + program], capture_output=True, text=True, check=False
    )
    (line,) = re.findall("^loaded: (.*)", ended.stderr, re.MULTILINE)
    return set(line.split()), ended.returncode


@pytest.mark.parametrize(
    "program",
    [
        "import harness; harness.RunSettings(model='m', task='mmlu')",
        "from harness.cli import main; sys.argv[1:] = ['--help']; main()",
    ],
    ids=["import harness", "harness --help"],
)
def test_start_up_imports_nothing_heavy(program):
    loaded, code = loaded_by(program)
    assert code == 0
    assert "harness" in loaded
    assert loaded & set(HEAVY) == set()


def test_a_commands_help_imports_nothing_heavy_but_what_typer_does():
    loaded, code = loaded_by("from harness.cli import main; sys.argv[1:] = ['run', '--help']; main()")
    assert code == 0
    assert loaded & set(HEAVY) <= {"pydantic"}


# Streams that are gone


def test_a_reader_of_standard_error_that_goes_away_stops_no_run(tmp_path):
    with Loopback(slow_model) as server:
        said = words(server, big_task(tmp_path), tmp_path / "results")
        with started(*said) as process:
            process.stderr.close()
            path, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert path.strip() == str(only_run(tmp_path / "results") / "score.json")


def test_a_full_standard_output_is_told_and_the_score_is_there(tmp_path):
    with Loopback(small_model) as server, open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(
            command(*words(server, write_task(tmp_path), tmp_path / "results")),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=clean_environment(),
        )
    assert ended.returncode == 0
    assert ended.stderr.splitlines()[-1].startswith("Standard output cannot be written (No space left")
    assert (only_run(tmp_path / "results") / "score.json").exists()


def test_a_socks_proxy_in_the_environment_is_no_matter_for_loopback(tmp_path):
    with Loopback(small_model) as server:
        said = words(server, write_task(tmp_path), tmp_path / "results")
        assert done(*said, environment={"ALL_PROXY": "socks5://127.0.0.1:1"}).returncode == 0


def on_a_terminal(*said):
    """What a person sees of standard error on a terminal of 80 columns, and the exit code."""
    ours, theirs = os.openpty()
    seen = []
    environment = clean_environment() | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        command(*said), stdout=subprocess.DEVNULL, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(ours, 65536):
                seen.append(part)
    os.close(ours)
    return b"".join(seen).decode(), process.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_on_a_terminal_a_bar_moves_and_the_table_follows(tmp_path):
    with Loopback(slow_model) as server:
        shown, code = on_a_terminal(*words(server, big_task(tmp_path), tmp_path / "results"))
    assert code == 0
    assert "150/150" in shown
    assert "\x1b[?25h" in shown  # the cursor is there again
    assert "all (micro average)" in shown.rpartition("150/150")[2]


PRINTING = ("tasks", "tasks sample", "models", "prompts --task sample", "plan --task sample --detect 5")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a file that is always full")
@pytest.mark.parametrize("said", PRINTING)
def test_output_that_cannot_be_written_is_one_sentence_and_no_verdict(said):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(
            command(*said.split()), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 3
    assert ended.stderr == "Error: standard output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("said", PRINTING)
def test_a_reader_that_has_enough_is_no_error(said):
    reads, writes = os.pipe()
    os.close(reads)
    ended = subprocess.run(
        command(*said.split()), stdout=writes, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (0, "")
