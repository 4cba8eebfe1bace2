"""Output places: no command writes over what it reads or what a run has of its own, by whatever name it is called."""

import shutil
from pathlib import Path

import pytest
from compared import Written
from whole_runs import is_one_sentence

OWN = ("run.json", "answers.jsonl", "score.json")


@pytest.fixture
def runs(tmp_path):
    written = Written(tmp_path)
    return written("base"), written("new")


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(here, folder, *said):
    """What is said where nothing was touched."""
    before = files(folder)
    ended = here(*said)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert is_one_sentence(ended.stderr)
    assert files(folder) == before
    return ended.stderr


@pytest.mark.parametrize("option", ["--junit", "--markdown"])
@pytest.mark.parametrize("side", [0, 1], ids=["BASE", "NEW"])
@pytest.mark.parametrize("name", [*OWN, "noise.json"])
def test_a_gate_leaves_the_files_of_both_runs_alone(here, runs, tmp_path, option, side, name):
    place = runs[side] / name
    said = refused(here, tmp_path, "gate", *runs, option, place)
    assert f"{option} {place} would overwrite what is read or was paid for; name a file of its own." in said


def test_a_gate_leaves_the_files_of_any_other_run_alone(here, runs, tmp_path):
    refused(here, tmp_path, "gate", runs[0], runs[0], "--markdown", runs[1] / "answers.jsonl")


def test_a_gate_leaves_a_score_alone_that_is_called_otherwise(here, runs, tmp_path):
    score = runs[1] / "old.json"
    (runs[1] / "score.json").rename(score)
    refused(here, tmp_path, "gate", runs[0], score, "--markdown", score)


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to], ids=["symbolic", "hard"])
def test_a_link_to_what_is_read_is_it(here, runs, tmp_path, link):
    score = runs[0] / "score.json"
    link(tmp_path / "gate.md", score)
    said = refused(here, tmp_path, "gate", *runs, "--markdown", "gate.md")
    assert f"--markdown gate.md is {score}, and would overwrite" in said


def test_a_folder_that_is_a_link_hides_no_run(here, runs, tmp_path):
    (tmp_path / "link").symlink_to(runs[0])
    refused(here, tmp_path, "gate", *runs, "--markdown", "link/score.json")


def test_the_file_of_rules_is_left_alone(here, runs, tmp_path):
    (tmp_path / "rules.yaml").write_text("max-drop: 90\n")
    said = refused(here, tmp_path, "gate", *runs, "--rules=rules.yaml", "--markdown=./rules.yaml")
    assert "--markdown rules.yaml would overwrite" in said


def test_a_pyproject_toml_whose_rules_hold_is_left_alone(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.harness.gate]\nmax-drop = 90\n")
    refused(here, tmp_path, "gate", *runs, "--junit", tmp_path / "pyproject.toml")


def test_a_pyproject_toml_is_left_alone_where_rules_are_in_another_file_too(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'mine'\n")
    (tmp_path / "rules.yaml").write_text("max-drop: 50\n")
    refused(here, tmp_path, "gate", *runs, "--rules=rules.yaml", "--markdown=pyproject.toml")


def test_a_link_from_one_form_to_the_other_is_the_same_file(here, runs, tmp_path):
    (tmp_path / "gate.md").symlink_to("gate.xml")
    said = refused(here, tmp_path, "gate", *runs, "--junit=gate.xml", "--markdown=gate.md")
    assert "--junit and --markdown name the same file" in said


def test_the_summary_of_a_step_is_added_to_and_never_begun_anew(here, runs, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    ended = here(
        "gate", *runs, "--markdown", summary, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary)
    )
    assert ended.returncode == 2
    assert "is the step's summary, which Markdown is added to anyway; leave the option out" in ended.stderr
    assert summary.read_text() == "before\n"


def test_a_file_of_another_name_may_be_written_beside_a_run_again_and_again(here, runs):
    for _ in range(2):
        assert here("gate", *runs, "--markdown", runs[1] / "gate.md").returncode == 0
    assert (runs[1] / "gate.md").read_text().startswith("### ✅")
    assert here("gate", *runs).returncode == 0


@pytest.mark.parametrize(
    "mistake",
    [
        "--max-drop=nope=1",
        "--max-drop=few",
        "--max-drop=0",
        "--min-accuracy=nope=1",
        "--undecided=maybe",
        "--each=all",
    ],
)
def test_a_mistake_in_what_was_typed_leaves_files_alone(here, runs, tmp_path, mistake):
    (tmp_path / "NOTES.md").write_text("mine")
    assert here("gate", *runs, mistake, "--markdown=NOTES.md").returncode == 2
    assert (tmp_path / "NOTES.md").read_text() == "mine"


@pytest.mark.parametrize("rules", ["max-drop: few", "parts: {nope: {max-drop: 1}}"])
def test_a_mistake_elsewhere_leaves_no_earlier_verdict(here, runs, tmp_path, rules):
    (tmp_path / "gate.md").write_text("### ✅ Passed")
    (tmp_path / "rules.yaml").write_text(rules)
    assert here("gate", *runs, "--rules=rules.yaml", "--markdown=gate.md").returncode == 2
    assert not (tmp_path / "gate.md").exists()


def test_a_run_that_has_not_ended_leaves_no_earlier_verdict(here, runs, tmp_path):
    (tmp_path / "gate.md").write_text("### ✅ Passed")
    (runs[1] / "score.json").unlink()
    assert here("gate", *runs, "--markdown=gate.md").returncode == 3
    assert not (tmp_path / "gate.md").exists()


@pytest.mark.parametrize(
    "name", ["score.json", "answers.jsonl", "tiny.yaml", "models.yaml", "prices.yaml", "w.gguf"]
)
def test_rescoring_leaves_what_it_reads_alone(here, runs, tmp_path, name):
    place = tmp_path / name if "." in name and name not in OWN else runs[0] / name
    if not place.exists():
        place.write_text("{}")
    words = ("rescore", runs[0], "--model", tmp_path / "w.gguf", "--prices", tmp_path / "prices.yaml")
    refused(here, tmp_path, *words, "--junit", place)


def test_rescoring_leaves_the_rows_of_the_task_alone(here, tmp_path):
    from builders import answered, passages_task, plan_of, record_of, written_run

    task_file = passages_task(tmp_path, 2)
    plan = plan_of(task_file)
    base = written_run(
        tmp_path / "runs", plan, task_file, answered(plan), record=record_of(plan, task_file)
    ).path
    refused(here, tmp_path, "rescore", base, "--model=m", "--markdown", tmp_path / "rows.json")


@pytest.mark.parametrize(
    "contradiction",
    [("--early-stop", "--min-accuracy=10"), ("--seed=1",), ("--max-time=soon",), ("--concurrency=many",)],
    ids=" ".join,
)
def test_a_contradiction_in_what_was_typed_leaves_files_alone(here, runs, tmp_path, contradiction):
    (tmp_path / "NOTES.md").write_text("mine")
    ended = here("rescore", runs[0], "--model=m", *contradiction, "--markdown=NOTES.md")
    assert ended.returncode == 2
    assert (tmp_path / "NOTES.md").read_text() == "mine"


@pytest.mark.parametrize("name", OWN)
def test_an_export_leaves_the_files_of_a_run_alone(here, runs, tmp_path, name):
    for place in (runs[0] / name, runs[1] / name):
        said = refused(here, tmp_path, "export", runs[0], "--format=csv", "--out", place)
        assert f"--out {place} would overwrite what is read or was paid for" in said


def test_an_export_leaves_the_task_of_its_run_alone(here, tmp_path):
    from builders import answered, passages_task, plan_of, record_of, written_run

    task_file = passages_task(tmp_path, 2)
    plan = plan_of(task_file)
    record = record_of(plan, task_file)
    run = written_run(tmp_path / "runs", plan, task_file, answered(plan), record=record).path
    for read in (task_file, tmp_path / "rows.json"):
        refused(here, tmp_path, "export", run, "--format=csv", "--out", read)


def test_an_export_may_lie_beside_a_run(here, runs):
    assert here("export", runs[0], "--format=csv", "--out", runs[0] / "answers.csv").returncode == 0


def test_a_copy_of_a_score_without_its_run_is_no_runs_own(here, runs, tmp_path):
    (tmp_path / "there").mkdir()
    shutil.copy(runs[0] / "answers.jsonl", tmp_path / "there" / "answers.jsonl")
    out = tmp_path / "there" / "answers.jsonl"
    assert here("export", runs[0], "--format=csv", "--out", out).returncode == 0
