"""Suites: several tasks by one name, each run in turn."""

import json
from pathlib import Path

import pytest
from builders import task_document, write_task
from loopback import Loopback, chat
from whole_runs import echoing, refusing, small_model

from harness.errors import UsageError
from harness.suite import find_suite, read_suite
from harness.task import load_task, task_files


@pytest.fixture
def suite(tmp_path):
    """A suite of two small tasks beside it."""
    for name in ("one", "two"):
        write_task(tmp_path, task_document(name=name))
    return write_task(tmp_path, {"name": "both", "tasks": ["one", "two"]})


def test_a_suite_names_its_tasks_those_beside_it_by_their_files(suite, tmp_path):
    assert find_suite("both", tmp_path).names == (str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"))
    write_task(tmp_path, {"name": "ours", "tasks": ["mmlu"]})
    assert find_suite(str(tmp_path / "ours.yaml")).names == ("mmlu",)
    assert find_suite("mmlu") is None


def test_a_suite_may_name_files_from_its_own_folder_on(suite, tmp_path):
    (tmp_path / "more").mkdir()
    named = write_task(tmp_path / "more", {"name": "files", "tasks": ["../one.yaml", "no/such.csv"]})
    assert find_suite(str(named)).names == (str(tmp_path / "more" / "../one.yaml"), "no/such.csv")


def test_each_task_of_a_suite_is_run_and_its_path_printed(suite, here):
    with Loopback(small_model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}")
    assert done.returncode == 0
    assert [line.split("/")[2] for line in done.stdout.splitlines()] == ["one", "two"]


def test_the_exit_code_is_the_worst_of_its_tasks(suite, here):
    """One question of the first task is refused: incomplete, and the second is run all the same."""
    refuse = refusing(400)

    def model(request):
        return (
            refuse(request)
            if "number 0?" in request.body.decode() and len(server.requests) < 6
            else small_model(request)
        )

    with Loopback(model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", "--concurrency=1")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2


def test_a_suite_without_tasks_is_refused(tmp_path):
    path = write_task(tmp_path, {"name": "none", "tasks": []})
    with pytest.raises(
        UsageError, match=r"none\.yaml, line 2, field tasks: List should have at least 1 item"
    ):
        read_suite(path)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"task": "one", "protocol": "lm-evall"}, r"unknown protocol 'lm-evall' \(did you mean lm-eval"),
        ({"task": "one", "reader": "letter"}, r"unknown reader 'letter' \(did you mean letters"),
        ({"task": "one", "shots": -1}, "greater than or equal to 0"),
        ({"task": "one", "chance": 1}, "less than 1"),
        ({"task": "one", "figure": "f1"}, "Input should be 'accuracy' or 'right_share'"),
        ({"task": "one", "figure": "right_share", "chance": 0.25}, "chance is for the accuracy"),
        ({"protocol": "lm-eval"}, "task: Field required"),
    ],
)
def test_what_a_suite_says_of_a_task_is_checked(tmp_path, member, words):
    path = write_task(tmp_path, {"name": "odd", "tasks": [member]})
    with pytest.raises(UsageError, match=words):
        read_suite(path)


@pytest.fixture
def particular(tmp_path):
    """A suite that says how its tasks are asked, and from what they are rescaled."""
    for name in ("one", "two"):
        write_task(tmp_path, task_document(name=name))
    by_subject = {"algebra": 0.25, "botany": 0.25, "chess": 0.25}
    members = [
        {"task": "one", "protocol": "lm-eval", "shots": 2, "chance": 0.25},
        {"task": "two", "chance": by_subject},
    ]
    missing = {"Three": "it is a poem"}
    return write_task(tmp_path, {"name": "both", "tasks": members, "missing": missing})


def ran(here, *more):
    with Loopback(small_model) as server:
        return here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", *more)


def test_each_task_is_asked_as_the_suite_says(particular, here):
    document = json.loads(ran(here, "--json").stdout)
    asked = [(task["task"], task["protocol"], task["shots"]) for task in document["tasks"]]
    assert asked == [("one", "lm-eval", 2), ("two", "simple-evals", 0)]


@pytest.fixture
def shares(tmp_path):
    """A suite that quotes the right choices' share of probability of questions with several right ones."""
    rows = [{"question": f"{n}?", "choices": ["one", "two", "three"], "labels": [1, 1, 0]} for n in range(3)]
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    gold = {"column": "labels", "form": "mask", "several": True}
    columns = {"question": "question", "choices": "choices", "gold": gold}
    dropped = {"questions": None, "shots": None, "groups": None}
    write_task(
        tmp_path, task_document(name="one", dataset={"file": "rows.jsonl"}, columns=columns, **dropped)
    )
    return write_task(tmp_path, {"name": "both", "tasks": [{"task": "one", "figure": "right_share"}]})


def test_a_suite_can_quote_the_right_choices_share_of_probability(shares, here):
    with Loopback(echoing) as server:
        done = here(
            "run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", "--json", "--protocol=cloze"
        )
    document = json.loads(done.stdout)
    (task,) = document["tasks"]
    share = json.loads(Path(task["path"]).read_text())["score"]["right_share"]
    assert (task["figure"], task["score"], task["stderr"]) == ("right_share", share["mean"], share["stderr"])
    assert document["average"] == share["mean"]
    assert "right choices' probability" in done.stderr.split("m on both")[1]


def test_where_no_texts_of_choices_were_scored_a_suite_has_no_such_share_to_quote(shares, here):
    document = json.loads(ran(here, "--json", "--protocol=lm-eval").stdout)
    assert (document["tasks"][0]["score"], document["average"]) == (None, None)


def test_what_the_user_chooses_goes_before_what_the_suite_says(particular, here):
    document = json.loads(ran(here, "--json", "--protocol=hendrycks", "--shots=1").stdout)
    assert {(task["protocol"], task["shots"]) for task in document["tasks"]} == {("hendrycks", 1)}


def test_another_protocol_has_its_own_number_of_examples(particular, here):
    document = json.loads(ran(here, "--json", "--protocol=simple-evals").stdout)
    assert [task["shots"] for task in document["tasks"]] == [0, 0]


def test_the_average_is_over_tasks_and_rescaled_beside_it(particular, here):
    document = json.loads(ran(here, "--json").stdout)
    shares = [task["score"] for task in document["tasks"]]
    assert document["average"] == pytest.approx(sum(shares) / 2)
    assert document["tasks"][0]["rescaled"] == pytest.approx(max(0, (shares[0] - 0.25) / 0.75))
    assert document["rescaled_average"] == pytest.approx(
        sum(task["rescaled"] for task in document["tasks"]) / 2
    )
    for task in document["tasks"]:
        assert json.loads(Path(task["path"]).read_text())["score"]["accuracy"] == task["score"]


def test_a_table_ends_the_suite_and_names_what_its_average_lacks(particular, here):
    done = ran(here)
    assert [line.split("/")[2] for line in done.stdout.splitlines()] == ["one", "two"]
    table = done.stderr.split("m on both")[1]
    for words in ("average of these 2", "rescaled", "2-shot, read by letters", "Three (it is a poem)"):
        assert words in table
    assert "so it is not the one that the source publishes." in " ".join(table.split())


def test_the_average_of_a_whole_suite_is_called_so(suite, here):
    table = ran(here).stderr.split("m on both")[1]
    assert "average of tasks" in table
    assert "the source" not in table


def test_the_share_of_unparsed_replies_stands_beside_each_task(particular, here):
    def model(request):
        return chat("No idea.") if b"Answer the following" in request.body else small_model(request)

    with Loopback(model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", "--json")
    assert [task["unparsed"] for task in json.loads(done.stdout)["tasks"]] == [0, 1]
    assert "100.0 % │" in done.stderr.split("m on both")[1]


def test_a_suite_without_chance_levels_is_not_rescaled(suite, here):
    assert "rescaled" not in ran(here).stderr
    assert json.loads(ran(here, "--json").stdout)["rescaled_average"] is None


def test_there_is_no_average_where_a_question_failed(suite, here):
    refuse = refusing(400)

    def model(request):
        return refuse(request) if "number 0?" in request.body.decode() else small_model(request)

    with Loopback(model) as server:
        done = here("run", "--model=m", "--task=both.yaml", f"--base-url={server.url}", "--json")
    document = json.loads(done.stdout)
    assert document["average"] is None
    assert document["no_average"] == "one is incomplete, two is incomplete"
    assert "There is no average: one is incomplete, two is incomplete." in done.stderr


def test_an_average_of_parts_says_so(suite, here):
    assert "Asked in part only: one, two." in ran(here, "--limit=3").stderr


def test_a_dry_run_of_a_suite_estimates_each_task(particular, here):
    out = ran(here, "--dry-run").stdout
    assert "(lm-eval, 2-shot)" in out
    assert "(simple-evals, 0-shot)" in out


def test_a_suite_is_no_task(suite):
    with pytest.raises(UsageError, match="is a suite of several tasks: only `run` and `tasks` take one"):
        load_task(suite)


def test_suites_are_listed_with_their_tasks(suite, here):
    assert "one, two" in here("tasks", "--tasks=.").stdout


def test_a_suite_may_be_called_otherwise_than_its_file(suite, tmp_path, here):
    write_task(tmp_path, {"name": "other", "tasks": ["one"]}).rename(tmp_path / "file.yaml")
    listed = here("tasks", "--tasks=.")
    assert "other" in listed.stdout, listed.stderr


def test_a_suite_is_shown_with_how_each_task_is_asked_and_what_the_average_is(particular, here):
    shown = here("tasks", "both", "--tasks=.")
    assert (shown.returncode, shown.stderr) == (0, "")
    one, two = (line for line in shown.stdout.splitlines() if line.startswith(("│ one", "│ two")))
    assert one.split()[1::2] == ["one", "12", "lm-eval", "25.0", "│"]
    assert "simple-evals (usual)" in two
    for words in (
        "2-shot, read by letters",
        "0-shot, read by simple-evals",
        "25.0 % algebra",
        "beside it stands",
    ):
        assert words in shown.stdout
    assert "Not in it, though in its source: Three (it is a poem)." in shown.stdout
    assert "So this average is not the one that the source publishes." in shown.stdout


def test_a_suite_that_lacks_nothing_speaks_of_no_other_average(suite, here):
    assert "the source" not in here("tasks", "both.yaml").stdout


@pytest.mark.parametrize(("name", "held"), [("v1", "five of its six"), ("v2", "three of its six")])
def test_a_leaderboards_suite_says_how_much_of_it_is_there_what_is_not_and_why(here, name, held):
    shown = here("tasks", f"open_llm_leaderboard_{name}").stdout
    missing = read_suite(task_files()[f"open_llm_leaderboard_{name}"]).missing
    assert f"Open LLM Leaderboard {name}, {held} tasks" in shown
    assert all(f"Not in it, though in its source: {part} ({why})." in shown for part, why in missing.items())
    assert "So this average is not the one that the source publishes." in shown


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (["one", "two"], "whatever their sizes; none is rescaled."),
        ([{"task": "one", "chance": 0.25}, "two"], "since two has no chance level here."),
    ],
)
def test_a_suite_says_of_what_there_is_no_rescaled_average(suite, members, words, tmp_path, here):
    write_task(tmp_path, {"name": "both", "tasks": members})
    assert words in here("tasks", "both.yaml").stdout


def test_a_suite_is_printed_as_the_file_that_it_is(particular, tmp_path, here):
    printed = here("tasks", "both.yaml", "--resolved").stdout
    before = read_suite(particular)
    particular.write_text(printed)
    assert read_suite(particular) == before


@pytest.mark.parametrize("name", [name for name, path in task_files().items() if read_suite(path)])
def test_our_suites_can_be_shown(here, name):
    assert here("tasks", name).returncode == 0


def test_what_is_resolved_is_one_task(here):
    refused = here("tasks", "--resolved")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--resolved is for one task" in refused.stderr


def test_a_task_is_printed_with_all_that_it_inherits(tmp_path, here):
    write_task(tmp_path, {"name": "hard", "extends": "mmlu", "title": "Hard", "dataset": {"split": "dev"}})
    printed = here("tasks", "hard", "--tasks=.", "--resolved").stdout
    (tmp_path / "hard.yaml").write_text(printed)
    task = load_task(tmp_path / "hard.yaml")
    assert "extends" not in printed
    assert (task.title, task.dataset.split, task.dataset.path) == ("Hard", "dev", "cais/mmlu")
