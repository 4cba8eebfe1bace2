"""Prompts, tasks and models as they are shown: a line each for programs, and unchanged for people."""

import hashlib
import json
from pathlib import Path

import pytest
from builders import inline, plan_of, question, task_document, write_task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.endpoint.weights import PackagedWeights
from harness.plan import make_plan
from harness.prices import Prices
from harness.profiles import Catalog, Host, Offer, Profile
from harness.prompts import Message, hashed_text
from harness.protocols import PROTOCOLS
from harness.questions import QuestionSet
from harness.showing import print_model, print_models, print_prompts, print_task, print_tasks, prompt_lines
from harness.suite import read_suite
from harness.task import load_task, read_task, task_files

STRANGE = "[red]a[/red] [/] :smile: <b> 'x' 1.5 http://a.b/ \\[c] Ω\u2028\u2029\u0085 end  "
NAMES = "[red]n[/red] :smile: [/]"

texts = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\u0085\u2028\u2029\n\r\t[]:\"'\\")), min_size=1
)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Standard output in which everything has room and no colour."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def task(tmp_path):
    return load_task(write_task(tmp_path, task_document(protocols=list(PROTOCOLS))))


@pytest.fixture
def asked(task):
    """Plans questions, by a protocol."""

    def asked_(*questions, protocol="simple-evals"):
        return make_plan(task, QuestionSet(questions, {}), protocol=protocol, shots=0)

    return asked_


def read(plan):
    return [json.loads(line) for line in prompt_lines(plan)]


def content_of(line):
    """The prompt of a line, as prompts hold it."""
    if "prompt" in line:
        return line["prompt"]
    return tuple(Message(**message) for message in line["messages"])


# A line each


def test_a_question_is_a_line_in_the_order_of_asking(task, tmp_path):
    plan = plan_of(tmp_path / "tiny.yaml")
    assert [(line["id"], line["subject"], line["gold"]) for line in read(plan)] == [
        (question.id, question.subject, question.gold) for question in plan.questions
    ]


@pytest.mark.parametrize(
    ("protocol", "fields"),
    [
        ("simple-evals", ["id", "subject", "gold", "messages", "prompt_sha256"]),
        ("hendrycks", ["id", "subject", "gold", "prompt", "prompt_sha256"]),
        ("lm-eval", ["id", "subject", "gold", "prompt", "prompt_sha256"]),
        ("cloze", ["id", "subject", "gold", "prompt", "continuations", "prompt_sha256"]),
    ],
)
def test_a_line_has_these_fields_in_this_order(asked, protocol, fields):
    (line,) = read(asked(question(), protocol=protocol))
    assert list(line) == fields


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_line_holds_the_prompt_that_is_sent(asked, protocol):
    asking = asked(question(text=STRANGE), protocol=protocol)
    (line,) = read(asking)
    assert content_of(line) == asking.prompt(asking.questions[0]).content


def test_few_shot_examples_are_part_of_a_line(task, tmp_path):
    plan = plan_of(tmp_path / "tiny.yaml", protocol="hendrycks", shots=2)
    assert {line["prompt"].count("\nAnswer:") for line in read(plan)} == {3}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(text=texts, choices=st.lists(texts, min_size=2, max_size=5), subject=texts)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_question_holds_its_prompt_is_one_line_to_every_reader(
    asked, protocol, text, choices, subject
):
    strange = question(text=text, choices=tuple(choices), subject=subject, id=f"{subject}/0", gold="A")
    (line,) = prompt_lines(asked(strange, protocol=protocol))
    assert line.decode().splitlines(keepends=True) == [line.decode()]
    assert line.endswith(b"\n")
    assert json.loads(line)["id"] == strange.id


_CHANGES_THE_TEXT = ("helm", "lm-eval-winogrande")  # its line breaks; it ends before the blank


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(text=texts, choice=texts)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hash_of_a_line_is_that_of_the_text_in_it(asked, protocol, text, choice):
    (line,) = read(asked(question(text=text, choices=(choice, "other")), protocol=protocol))
    sent = hashed_text(content_of(line))
    assert line["prompt_sha256"] == hashlib.sha256(sent.encode()).hexdigest()
    if len(line.get("messages", "?")) == 1 and protocol not in _CHANGES_THE_TEXT:  # else escaped
        assert text.strip() in sent


@given(choices=st.lists(texts, min_size=2, max_size=5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cloze_line_has_the_continuation_of_each_letter(asked, choices):
    (line,) = read(asked(question(choices=tuple(choices), gold="A"), protocol="cloze"))
    assert list(line["continuations"].values()) == [f" {choice}" for choice in choices]
    assert "".join(line["continuations"]) == "ABCDE"[: len(choices)]


def test_letters_are_written_as_they_are_and_not_as_escapes(asked):
    (line,) = prompt_lines(asked(question(text="Ω für 数学")))
    assert "Ω für 数学".encode() in line


# For people


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_prompt_is_shown_as_it_is(asked, capsys, protocol):
    asking = asked(question(text=STRANGE, choices=(STRANGE, "b" * 300, "c")), protocol=protocol)
    print_prompts(asking, 1)
    content = asking.prompt(asking.questions[0]).content
    shown = capsys.readouterr().out
    for text in [content] if isinstance(content, str) else [message.content for message in content]:
        assert text in shown


def test_a_prompt_is_shown_as_it_is_where_colours_are_forced(asked, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    asking = asked(question(text=STRANGE))
    print_prompts(asking, 1)
    assert hashed_text(asking.prompt(asking.questions[0]).content) in capsys.readouterr().out


@pytest.mark.parametrize("character", ["\t", "\r", "\x0c"], ids=["tab", "CR", "FF"])
def test_a_control_character_of_a_prompt_is_not_swallowed(asked, capsys, character):
    print_prompts(asked(question(text=f"one{character}two")), 1)
    assert f"one{character}two" in capsys.readouterr().out


def test_a_chat_is_shown_with_its_roles(asked, capsys):
    print_prompts(asked(question()), 1)
    assert "\n[user]\nAnswer the following" in capsys.readouterr().out


def test_continuations_are_shown_by_letter_with_the_space_they_begin_with(asked, capsys):
    print_prompts(asked(question(choices=("[x]", ":smile:")), protocol="cloze"), 1)
    assert "\n  A: [x]\n  B: :smile:\n" in capsys.readouterr().out


def test_a_prompt_stands_under_its_id_protocol_shots_and_gold_letter(asked, capsys):
    print_prompts(asked(question(id=NAMES), protocol="lm-eval"), 1)
    assert f" {NAMES} · lm-eval, 0-shot · gold B " in capsys.readouterr().out.splitlines()[0]


def test_so_many_prompts_are_shown_and_all_are_counted(tmp_path, capsys):
    print_prompts(plan_of(write_task(tmp_path)), 2)
    shown = capsys.readouterr().out
    assert shown.count("Think step by step") == 2
    assert " 12 prompts in all;" in shown.splitlines()[-1]


# Tables


def test_tasks_are_listed_with_their_names_as_they_are(tmp_path, capsys):
    document = task_document(title=NAMES, licence=f"Licence {NAMES}", language="de")
    print_tasks([load_task(write_task(tmp_path, document))])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "tiny",
        "12",
        "de",
        f"Licence {NAMES}",
        NAMES,
    ]


def test_a_task_is_shown_with_its_texts_as_they_are(tmp_path, capsys):
    questions = [inline(NAMES, 0)]
    document = task_document(
        title=f"T {NAMES}",
        description=f"D {NAMES}",
        licence=f"L {NAMES}",
        citation=f"C {NAMES}",
        questions=questions,
        groups={f"G {NAMES}": [NAMES]},
        shots=None,
    )
    print_task(load_task(write_task(tmp_path, document)))
    shown = capsys.readouterr().out
    assert f"T {NAMES} (tiny, version 1)\nD {NAMES}\n" in shown
    assert f"Licence: L {NAMES}\nCitation: C {NAMES}\n" in shown
    assert f"│ G {NAMES} │ {NAMES} " in shown


def test_a_tasks_usual_protocol_is_marked(task, capsys):
    print_task(task)
    rows = [line for line in capsys.readouterr().out.splitlines() if "(usual)" in line]
    assert [row.split()[1] for row in rows] == ["simple-evals"]


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.25, "\nGuessing: 25.0 %\n"),
        ("by question", "\nGuessing: by the choices of each question; a score file says what it comes to\n"),
    ],
)
def test_a_task_is_shown_with_what_guessing_gives(tmp_path, capsys, chance, said):
    print_task(load_task(write_task(tmp_path, task_document(chance=chance))))
    assert said in capsys.readouterr().out


def test_a_tasks_own_questions_are_counted(task, capsys):
    print_task(task)
    assert "\nQuestions: 12, in the task file\n" in capsys.readouterr().out


URL = "https://a-rather-long-name-of-a-host.example.com/with/a/long/path/of/its/own/v1"
PROFILE = Profile(
    id="m",
    about=NAMES,
    context=8192,
    images=False,
    omit=frozenset({"stop", "top_p"}),
    extra={"user": "m"},
    host="far",
    hosts={
        "far": Offer(
            id="there/m",
            prices=Prices(input=2.5, cached_input=1.25, output=10.0, as_of="2026-11", source=NAMES),
        ),
        "near": Offer(reasons=False, extra={"enable_thinking": False}),
        "away": Offer(),
    },
)
FILES = (Path("config/models.yaml"), Path("models.yaml"))
CATALOG = Catalog(
    models={NAMES: PROFILE, "own": Profile(weights=PackagedWeights("p", "1", "p/m.gguf", "0" * 64, 1, 1))},
    hosts={
        "far": Host(base_url=URL, base_url_env="A_URL", key_env="A_KEY", omit=frozenset({"seed"})),
        "near": Host(about=NAMES, base_url="http://b/v1", extra={"store": False, "user": "m", "stop": "x"}),
        "away": Host(base_url_env="AN_ADDRESS", key_env="A_KEY"),
    },
    changed={NAMES: FILES},
)


def rows_of(printed):
    lines = [line for line in printed.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_models_and_hosts_are_listed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    print_models(CATALOG)
    assert rows_of(capsys.readouterr().out) == [
        [NAMES, NAMES, "8,192", "far, near, away"],
        ["own", "", "", "embedded"],
        ["far", "", "A_KEY", URL],
        ["near", NAMES, "", "http://b/v1"],
        ["away", "", "A_KEY", "$AN_ADDRESS"],
    ]


def test_a_model_is_shown_with_what_each_host_offers(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    print_model(NAMES, PROFILE, CATALOG)
    printed = capsys.readouterr().out
    assert [line.strip() for line in printed.partition("┏")[0].splitlines()] == [
        f"{NAMES}: {NAMES}",
        "id: m",
        "context: 8,192 tokens",
        "sees images: no",
        "takes no: stop, top_p",
        'sent besides: {"user": "m"}',
        "file: config/models.yaml, then models.yaml",
    ]
    assert rows_of(printed) == [
        ["far (usual)", "id there/m"],
        ["", f"at {URL}, unless A_URL is set"],
        ["", f"2.5 prompt, 1.25 cached, 10 completion ({NAMES}, 2026-11)"],
        ["", "key in A_KEY"],
        ["", "takes no seed"],
        ["near", "id m"],
        ["", "at http://b/v1"],
        ["", "does not reason there"],
        ["", "sends store: false, enable_thinking: false"],
        ["away", "id m"],
        ["", "at $AN_ADDRESS"],
        ["", "key in A_KEY"],
    ]
    assert printed.splitlines()[-1] == "At a server of your own: --host near, or --base-url."


def test_no_address_in_a_table_is_cut_in_40_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    print_models(CATALOG)
    rows = [
        line.strip("│").split("│") for line in capsys.readouterr().out.splitlines() if line.startswith("│")
    ]
    assert URL in "".join(row[3].strip() for row in rows)


def test_our_tasks_fit_80_columns_without_a_word_of_their_titles_broken(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tasks = [read_task(path) for path in task_files().values() if read_suite(path) is None]
    print_tasks(tasks)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 80
    shown = {word for line in lines for word in line.split()}
    assert {word for task in tasks for word in (task.name, *task.title.split())} <= shown
