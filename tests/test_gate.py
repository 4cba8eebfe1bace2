"""The command `gate`: every exit code, its rules from three places, and what it writes where."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from builders import answered, plan_of, record_of, settings_of, task_document, write_task, written_run
from whole_runs import big_task, clean_environment, command, done, is_one_sentence

from harness.finished import load
from harness.score_file import document

DEFAULT_RULE = "fail if significantly worse at 95 %"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of finished runs over the same 150 questions, by name."""
    folder = tmp_path_factory.mktemp("gate")
    task_file = big_task(folder)
    plan = plan_of(task_file)
    wrong = {q.id: f"Answer: {'B' if q.gold == 'A' else 'A'}" for q in plan.questions}
    ids = sorted(wrong)
    texts = {
        "base": {id_: wrong[id_] for id_ in ids[:30]},
        "equal": {id_: wrong[id_] for id_ in ids[5:35]},
        "worse": {id_: wrong[id_] for id_ in ids[:60]},
        "better": {},
        "vague": {id_: wrong[id_] for id_ in ids[:30]} | dict.fromkeys(ids[30:90], "I cannot tell."),
    }
    return {name: written(folder, plan, task_file, name, said) for name, said in texts.items()}


def written(folder, plan, task_file, name, texts):
    record = record_of(plan, task_file, id=f"20261123T120000Z-{name}", settings=settings_of(plan, model=name))
    return written_run(folder / "runs", plan, task_file, answered(plan, texts), record=record).path


@pytest.fixture
def with_status(runs, tmp_path):
    """A copy of a run's folder whose score has another status."""

    def with_status_(name, status):
        run = load(runs[name])
        folder = tmp_path / f"{name}-{status}"
        folder.mkdir()
        for file in run.path.iterdir():
            if file.is_file():
                (folder / file.name).write_bytes(file.read_bytes())
        (folder / "score.json").write_bytes(document(run.score.model_copy(update={"status": status})))
        return folder

    return with_status_


# Exit codes


@pytest.mark.parametrize(
    ("new", "rules", "code", "last"),
    [
        ("better", "", 0, "Passed: 1 of 1 rules hold."),
        ("equal", "", 0, "Passed: 1 of 1 rules hold."),
        ("worse", "", 1, "Regression: 1 of 1 rules broken."),
        ("worse", "--max-drop 10", 1, "Regression: 1 of 1 rules broken."),
        ("worse", "--max-drop 40", 0, "Passed: 1 of 1 rules hold."),
        ("better", "--max-drop 1", 0, "Passed: 1 of 1 rules hold."),
        (
            "equal",
            "--max-drop 1 --undecided pass",
            0,
            "Undecided, taken for passed: 1 of 1 rules cannot be told.",
        ),
        (
            "equal",
            "--max-drop 1 --undecided fail",
            1,
            "Undecided, taken for a regression: 1 of 1 rules cannot be told.",
        ),
        ("equal", "--max-cost-increase 10", 5, "Undecided: 1 of 2 rules cannot be told"),
        ("equal", "--min-accuracy 60", 0, "Passed: 2 of 2 rules hold."),
        ("worse", "--max-drop 40 --min-accuracy 80", 1, "Regression: 1 of 2 rules broken."),
        ("vague", "--max-drop 60 --max-unparsed 20", 1, "Regression: 1 of 2 rules broken."),
        ("equal", "--max-latency-increase 10", 0, "Passed: 2 of 2 rules hold."),
        ("worse", "--max-drop 40 --max-drop chess=30", 0, "Passed: 2 of 2 rules hold."),
        ("worse", "--max-drop 40 --max-drop algebra=1", 1, "Regression: 1 of 2 rules broken."),
        ("worse", "--max-drop 40 --each subjects", 1, "Regression: 1 of 2 rules broken."),
        ("worse", "--max-drop 40 --each groups", 1, "Regression: 1 of 2 rules broken."),
    ],
    ids=str,
)
def test_the_exit_code_is_the_verdict(here, runs, new, rules, code, last):
    ended = here("gate", runs["base"], runs[new], *rules.split())
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ended.stdout.splitlines()[-1].startswith(last)


def test_undecided_is_5_and_says_what_would_settle_it(here, runs):
    ended = here("gate", runs["base"], runs["equal"] / "score.json", "--max-drop", "1")
    assert (ended.returncode, ended.stderr) == (5, "")
    *_, last = ended.stdout.splitlines()
    assert last == (
        "Undecided: 1 of 1 rules cannot be told; more questions, a wider threshold or --undecided pass|fail would "
        "settle it."
    )


def is_wrong_use(ended):
    return (ended.returncode, ended.stdout) == (2, "") and is_one_sentence(ended.stderr)


def test_a_score_that_is_missing_is_wrong_use(here, runs):
    ended = here("gate", runs["base"], "nowhere")
    assert is_wrong_use(ended)
    assert "nowhere does not exist" in ended.stderr


@pytest.mark.parametrize("form", [".", "score.json"], ids=["by its folder", "by its file"])
def test_a_run_that_has_not_ended_is_3_by_either_name(here, runs, tmp_path, form):
    folder = Path(shutil.copytree(runs["equal"], tmp_path / "killed"))
    (folder / "score.json").unlink()
    ended = here("gate", runs["base"], folder / form)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert is_one_sentence(ended.stderr)
    assert "killed has not ended, and so has no score.json; run the same command again" in ended.stderr


@pytest.mark.parametrize("form", ["nowhere", "nowhere/score.json", "runs/notes.json"])
def test_a_place_where_no_run_is_is_2_by_any_name(here, runs, tmp_path, form):
    (tmp_path / "runs").mkdir()
    ended = here("gate", runs["base"], tmp_path / form)
    assert is_wrong_use(ended)
    assert "does not exist; name a run's folder or its score.json" in ended.stderr


def test_a_folder_of_runs_is_wrong_use_and_one_of_them_is_named(here, runs):
    ended = here("gate", runs["base"], runs["base"].parent)
    assert is_wrong_use(ended)
    assert "is no run's folder but holds 5 runs; name one, such as" in ended.stderr


def test_a_folder_of_runs_that_have_not_ended_says_so(here, runs, tmp_path):
    folder = Path(shutil.copytree(runs["equal"], tmp_path / "results" / "m" / "t" / "killed"))
    (folder / "score.json").unlink()
    ended = here("gate", runs["base"], tmp_path / "results")
    assert is_wrong_use(ended)
    assert "results is no run's folder but holds 1 run that has not ended" in ended.stderr


def test_several_runs_are_wrong_use_and_the_command_for_them_is_named(here, runs):
    ended = here("gate", runs["base"], runs["equal"], runs["worse"])
    assert is_wrong_use(ended)
    several = f"harness compare {runs['base']} {runs['equal']} {runs['worse']}"
    assert f"a gate judges one NEW, and 2 are named; `{several}` ranks them" in ended.stderr
    assert here(*several.split()[1:]).returncode == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff"], ids=["empty", "another", "no text"])
def test_a_score_that_cannot_be_read_is_wrong_use(here, runs, tmp_path, content):
    (tmp_path / "score.json").write_bytes(content)
    for pair in ((runs["base"], tmp_path), (tmp_path, runs["base"])):
        assert is_wrong_use(here("gate", *pair))


def test_scores_of_other_questions_are_wrong_use_whatever_their_status(here, runs, tmp_path):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    other = written(tmp_path, plan, task_file, "other", {plan.questions[0].id: None})
    assert load(other).score.status == "incomplete"
    ended = here("gate", runs["base"], other)
    assert is_wrong_use(ended)
    assert "not comparable" in ended.stderr


def test_scores_of_a_part_and_the_whole_are_wrong_use_and_the_way_out_is_a_command_that_there_is(
    here, runs, tmp_path
):
    task_file = big_task(tmp_path)
    plan = plan_of(task_file, limit=30)
    part = written(tmp_path, plan, task_file, "part", {})
    ended = here("gate", runs["base"], part)
    assert is_wrong_use(ended)
    way_out = f"harness compare {runs['base']} {part} --on-common-questions"
    assert (
        f"`{way_out}` compares the 30 that were asked alike; a gate wants both asked the same."
        in ended.stderr
    )
    assert here(*way_out.split()[1:]).returncode == 0


@pytest.mark.parametrize("status", ["incomplete", "interrupted"])
@pytest.mark.parametrize("side", ["BASE", "NEW"])
def test_a_score_that_is_not_whole_is_3_and_never_a_pass(here, runs, with_status, status, side):
    broken = with_status("better", status)
    pair = (broken, runs["better"]) if side == "BASE" else (runs["base"], broken)
    ended = here("gate", *pair, "--undecided", "pass")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert is_one_sentence(ended.stderr)
    assert f"is {status}" in ended.stderr


def test_scores_of_the_same_part_are_judged(here, runs, with_status):
    assert here("gate", with_status("base", "partial"), with_status("worse", "partial")).returncode == 1


WRONG_RULES = {
    "--max-drop=0": "--max-drop 0.0 should be greater than 0",
    "--max-drop=-1": "--max-drop -1.0 should be greater than 0",
    "--max-drop=100": "--max-drop 100.0 should be less than 100",
    "--max-drop=nan": "--max-drop nan should be",
    "--max-drop=few": "--max-drop 'few' should be a number, or NAME=number for a group or subject",
    "--max-drop=chess=few": "--max-drop 'chess=few' should be a number",
    "--max-drop=chess=-2": "--max-drop chess= -2.0 should be greater than 0",
    "--max-drop=1 --max-drop=2": "--max-drop is there twice for all questions; keep one",
    "--max-drop=ches=2": "a rule is for 'ches', which is no group or subject here (did you mean chess?)",
    "--min-accuracy=100": "--min-accuracy 100.0 should be less than 100",
    "--max-unparsed=-1": "--max-unparsed -1.0 should be greater than or equal to 0",
    "--max-cost-increase=inf": "--max-cost-increase inf should be a finite number",
    "--undecided=maybe": "Invalid value for '--undecided'",
    "--each=questions": "Invalid value for '--each'",
    "--rules=nowhere.yaml": "nowhere.yaml cannot be read",
    "--junit=nowhere/junit.xml": "--junit nowhere/junit.xml should be a file in a folder that there is",
    "--markdown=.": "--markdown . should be a file in a folder that there is",
}


@pytest.mark.parametrize(("said", "sentence"), WRONG_RULES.items(), ids=WRONG_RULES)
def test_a_wrong_rule_is_one_sentence_and_exit_2(here, runs, said, sentence):
    ended = here("gate", runs["base"], runs["equal"], *said.split())
    assert is_wrong_use(ended)
    assert sentence in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("in_a_file", [True, False])
def test_a_rule_on_each_group_where_there_is_none_is_wrong_use(here, tmp_path, in_a_file):
    task_file = write_task(tmp_path, task_document(groups=None))
    plan = plan_of(task_file)
    base, new = (written(tmp_path, plan, task_file, name, {}) for name in ("base", "new"))
    (tmp_path / "rules.yaml").write_text("each: groups")
    ended = here("gate", base, new, *(["--rules=rules.yaml"] if in_a_file else ["--each=groups"]))
    assert is_wrong_use(ended)
    assert (
        "a rule is for each of the groups, and task tiny has none; take its subjects, or leave it out"
        in ended.stderr
    )
    assert here("gate", base, new, "--each=subjects").returncode == 0


@pytest.mark.parametrize("new", ["better", "worse"])
def test_a_reader_that_goes_away_does_not_change_the_verdict(runs, new):
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        command("gate", str(runs["base"]), str(runs[new])),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
        check=False,
    )
    os.close(writing)
    assert ended.returncode == {"better": 0, "worse": 1}[new]
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/full")
def test_a_full_standard_output_does_not_change_the_verdict(runs):
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            command("gate", str(runs["base"]), str(runs["worse"])),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            check=False,
        )
    assert ended.returncode == 1
    assert "Standard output cannot be written: No space left on device" in ended.stderr


# Rules from files


def test_rules_stand_in_pyproject_toml(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.harness.gate]\nmax-drop = 40\nmin-accuracy = 10.5\n'
        "[tool.harness.gate.parts.chess]\nmax-drop = 8\n"
    )
    ended = here("gate", runs["base"], runs["worse"])
    assert ended.returncode == 0
    for said in (
        "max-drop 40",
        "min-accuracy 10.5",
        "max-drop 8 in chess",
        "Rules that were not typed: pyproject.toml",
    ):
        assert said in ended.stdout


def test_an_option_goes_before_the_same_rule_in_a_file(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.harness.gate]\nmax-drop = 40\nmin-accuracy = 10\n")
    ended = here("gate", runs["base"], runs["worse"], "--max-drop=5")
    assert ended.returncode == 1
    assert "max-drop 5 " in ended.stdout
    assert "min-accuracy 10" in ended.stdout


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ((), True),
        (("--max-drop=5",), True),
        (("--max-drop=5", "--max-drop=chess=7"), True),
        (("--max-drop=5", "--max-drop=chess=7", "--undecided=pass"), False),
    ],
)
def test_a_file_is_named_only_where_a_rule_of_it_holds(here, runs, tmp_path, typed, named):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.harness.gate]\nmax-drop = 40\nundecided = "fail"\nparts.chess.max-drop = 8\n'
    )
    ended = here("gate", runs["base"], runs["worse"], *typed, "--markdown=gate.md")
    assert ("not typed: pyproject.toml" in ended.stdout) == named
    assert ("not typed: pyproject.toml" in (tmp_path / "gate.md").read_text()) == named


def test_a_file_of_rules_takes_the_place_of_pyproject_toml(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.harness.gate]\nmin-accuracy = 99\n")
    (tmp_path / "rules.yaml").write_text("max-drop: 40\nparts:\n  chess: {max-drop: 8}\nundecided: fail\n")
    ended = here("gate", runs["base"], runs["worse"], "--rules=rules.yaml")
    assert ended.returncode == 0
    assert "min-accuracy" not in ended.stdout
    assert "Rules that were not typed: rules.yaml" in ended.stdout


@pytest.mark.parametrize(
    ("typed", "rule", "reason"),
    [
        ("--max-drop=1e-9", "max-drop 1e-9", "a drop of 1e-9 points lies within"),
        ("--max-drop=0.00000012", "max-drop 1.2e-7", "a drop of 1.2e-7 points lies within"),
        ("--max-drop=1.23456789", "max-drop 1.23456789", "a drop of 1.23456789 points lies within"),
        ("--max-drop=7", "max-drop 7", "a drop of more than 7.0 points is excluded"),
        ("--max-drop=chess=1e-9", "max-drop 1e-9 in chess", "a drop of 1e-9 points lies within"),
        ("--min-accuracy=99.9999999", "min-accuracy 99.9999999", "below 99.9999999 %"),
        ("--max-unparsed=1e-9", "max-unparsed 1e-9", "no more than 1e-9 %"),
        ("--max-latency-increase=1234567.8", "max-latency-increase 1234567.8", "a plain ratio"),
    ],
)
def test_a_threshold_is_repeated_as_it_was_typed(here, runs, typed, rule, reason):
    rules = json.loads(here("gate", runs["base"], runs["equal"], "--json", typed).stdout)["rules"]
    assert rules[-1]["rule"] == rule
    assert reason in rules[-1]["reason"]


def test_without_rules_anywhere_the_default_is_said(here, runs, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.other]\nmax-drop = 40\n')
    ended = here("gate", runs["base"], runs["worse"], "--no-github")
    assert ended.returncode == 1
    assert "fail if significantly" in ended.stdout
    assert "not typed" not in ended.stdout


WRONG_FILES = {
    "[tool.harness.gate]\nmax_drop = 1": "max_drop: there is no such rule (did you mean max-drop?)",
    "[tool.harness.gate]\nmax-drop = '1'": "pyproject.toml, [tool.harness.gate], max-drop '1' should be a valid number",
    "[tool.harness.gate]\nmax-drop = true": "max-drop True should be a valid number",
    "[tool.harness.gate.parts.chess]\ndrop = 1": "parts.chess.drop: there is no such rule",
    "[tool.harness]\ngate = 1": "tool.harness.gate should be a table of rules",
    "[tool.harness.gate]": "pyproject.toml, [tool.harness.gate] holds no rule",
    "[tool.harness.gate]\nmax-drop = []": "pyproject.toml, [tool.harness.gate], max-drop, has no value",
    "[tool.harness.gate]\neach = ''": "pyproject.toml, [tool.harness.gate], each, has no value",
    "[tool.harness.gate.parts]": "pyproject.toml, [tool.harness.gate], parts, has no value",
    "[tool.harness.gate.parts.chess]": "pyproject.toml, [tool.harness.gate], parts.chess, has no value",
    "[tool.harness.gate\n": "pyproject.toml, where rules of the gate may stand, cannot be read",
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_FILES.items(), ids=WRONG_FILES)
def test_a_wrong_table_of_rules_is_one_sentence(here, runs, tmp_path, content, sentence):
    (tmp_path / "pyproject.toml").write_text(content)
    ended = here("gate", runs["base"], runs["equal"])
    assert is_wrong_use(ended)
    assert sentence in ended.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("max_drop: 1", "rules.yaml, field max_drop: there is no such rule (did you mean max-drop?)"),
        ("max-drop: much", "rules.yaml, line 1, field max-drop: Input should be a valid number"),
        ("- max-drop", "rules.yaml, line 1, field the whole file: "),
        ("parts: {chess: {drops: 1}}", "rules.yaml, field parts.chess.drops: there is no such rule"),
        ("max-drop:", "rules.yaml, field max-drop, has no value; give it one, or take it out."),
        ("max-drop: 50\nmin-accuracy:", "rules.yaml, field min-accuracy, has no value"),
        ("max-drop: 50\neach: null", "rules.yaml, field each, has no value"),
        ("max-drop: 50\nundecided: ~", "rules.yaml, field undecided, has no value"),
        ("max-drop: 50\nmax-unparsed: ''", "rules.yaml, field max-unparsed, has no value"),
        ("max-drop: []", "rules.yaml, field max-drop, has no value"),
        ("parts:", "rules.yaml, field parts, has no value"),
        ("parts: {}", "rules.yaml, field parts, has no value"),
        ("parts: {chess: }", "rules.yaml, field parts.chess, has no value"),
        ("parts: {chess: {}}", "rules.yaml, field parts.chess, has no value"),
        ("parts: {chess: {max-drop: }}", "rules.yaml, field parts.chess.max-drop, has no value"),
        ("parts: {chess: {max-drop: 1, min-accuracy: }}", "parts.chess.min-accuracy, has no value"),
        ("{}", "rules.yaml holds no rule"),
        ("# none yet", "rules.yaml is empty"),
    ],
    ids=str,
)
def test_a_wrong_file_of_rules_is_one_sentence(here, runs, tmp_path, content, sentence):
    (tmp_path / "rules.yaml").write_text(content)
    ended = here("gate", runs["base"], runs["equal"], "--rules=rules.yaml")
    assert is_wrong_use(ended)
    assert sentence in ended.stderr


# What it writes


def test_json_is_the_comparisons_document_with_the_verdict(here, runs):
    ended = here("gate", runs["base"], runs["worse"], "--json", "--min-accuracy=10")
    assert (ended.returncode, ended.stderr) == (1, "")
    told = json.loads(ended.stdout)
    assert (told["passed"], told["outcome"], told["verdict"]) == (False, "regression", "worse")
    assert [(rule["rule"], rule["passed"]) for rule in told["rules"]] == [
        (DEFAULT_RULE, False),
        ("min-accuracy 10", True),
    ]
    assert (told["lost"], told["won"], told["questions"]) == (30, 0, 150)


@pytest.mark.parametrize(
    ("more", "passed"), [("", None), ("--undecided=pass", True), ("--undecided=fail", False)]
)
def test_json_says_neither_true_nor_false_of_what_is_undecided(here, runs, more, passed):
    ended = here("gate", runs["base"], runs["equal"], "--json", "--max-drop=1", *more.split())
    told = json.loads(ended.stdout)
    assert (told["outcome"], told["passed"]) == ("undecided", passed)
    assert told["rules"][0]["passed"] is None


def test_junit_is_written_and_counts_what_failed(here, runs, tmp_path):
    ended = here("gate", runs["base"], runs["worse"], "--min-accuracy=10", "--junit=junit.xml")
    assert ended.returncode == 1
    root = ET.parse(tmp_path / "junit.xml").getroot()
    (suite,) = root
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
    }


def test_annotations_are_printed_where_github_runs_the_command(here, runs):
    ended = here("gate", runs["base"], runs["worse"], GITHUB_ACTIONS="true")
    assert ended.returncode == 1
    *_, last = ended.stdout.splitlines()
    assert last.startswith(
        f"::error title=harness gate::{DEFAULT_RULE.replace('%', '%25')}: worse: −20.0 points"
    )


def test_a_run_that_was_not_of_one_model_is_told_once_and_annotated(here, runs, tmp_path):
    mixed = shutil.copytree(runs["equal"], tmp_path / "mixed")
    score = json.loads((mixed / "score.json").read_bytes())
    score["model"]["served_model"] = ["one", "two"]
    (mixed / "score.json").write_text(json.dumps(score))
    ended = here("gate", runs["base"], mixed, GITHUB_ACTIONS="true")
    said = "NEW was not answered by one model throughout, by its replies' served model (one, two)"
    assert ended.stdout.count(f"Note: {said}") == 1
    assert f"::warning title=harness gate::{said}" in ended.stdout


def test_annotations_are_not_printed_elsewhere_nor_where_they_are_not_wanted(here, runs):
    assert "::" not in here("gate", runs["base"], runs["worse"]).stdout
    assert "::" not in here("gate", runs["base"], runs["worse"], "--no-github", GITHUB_ACTIONS="true").stdout


def test_on_github_a_gate_without_a_verdict_says_why(here, runs):
    ended = here("gate", runs["base"], "nowhere", GITHUB_ACTIONS="true")
    assert ended.returncode == 2
    assert "::error title=harness gate::nowhere does not exist; name a run" in ended.stderr
    assert "::" not in here("gate", runs["base"], "nowhere", "--no-github", GITHUB_ACTIONS="true").stderr


def test_where_there_is_no_verdict_an_earlier_ones_files_are_gone(here, runs, tmp_path):
    files = ("--junit", tmp_path / "gate.xml", "--markdown", tmp_path / "gate.md")
    here("gate", runs["base"], runs["base"], *files)
    assert "Passed" in (tmp_path / "gate.md").read_text()
    assert here("gate", runs["base"], "nowhere", *files).returncode == 2
    assert not (tmp_path / "gate.md").exists()
    assert not (tmp_path / "gate.xml").exists()


def test_annotations_leave_a_document_alone(here, runs):
    ended = here("gate", runs["base"], runs["worse"], "--json", "--github")
    assert json.loads(ended.stdout)["passed"] is False
    assert ended.stderr.startswith("::error ")


def test_markdown_is_written_into_a_file(here, runs, tmp_path):
    here("gate", runs["base"], runs["worse"], "--markdown=gate.md")
    assert (tmp_path / "gate.md").read_text().startswith("### ❌ Regression: 1 of 1 rules broken.\n")


def test_markdown_is_added_to_the_summary_of_a_step(here, runs, tmp_path):
    (tmp_path / "summary.md").write_text("before\n")
    for new in ("worse", "better"):
        here(
            "gate",
            runs["base"],
            runs[new],
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        )
    text = (tmp_path / "summary.md").read_text()
    assert text.startswith("before\n### ❌ Regression")
    assert "\n\n### ✅ Passed" in text


def test_a_file_of_markdown_leaves_the_summary_of_a_step_as_it_would_be(here, runs, tmp_path):
    files = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    here("gate", runs["base"], runs["worse"], "--markdown=gate.md", **files)
    assert (tmp_path / "summary.md").read_text() == (tmp_path / "gate.md").read_text() + "\n"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder that nobody can write to")
@pytest.mark.parametrize("option", ["--markdown", "--junit"])
def test_a_place_that_cannot_be_written_to_is_wrong_use_before_anything_is_said(here, runs, tmp_path, option):
    other = {"--markdown": "--junit", "--junit": "--markdown"}[option]
    ended = here("gate", runs["base"], runs["better"], option, "/proc/gate", other, tmp_path / "other")
    assert is_wrong_use(ended)
    assert f"{option} /proc/gate cannot be written" in ended.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["nowhere/summary.md", "."])
def test_a_summary_of_a_step_that_cannot_be_written_is_wrong_use(here, runs, tmp_path, name):
    files = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / name)}
    ended = here("gate", runs["base"], runs["better"], **files)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"Error: the step's summary {tmp_path / name} cannot be written: " in ended.stderr


def test_two_forms_in_one_file_are_wrong_use(here, runs):
    ended = here("gate", runs["base"], runs["better"], "--junit=gate", "--markdown=./gate")
    assert is_wrong_use(ended)
    assert "--junit and --markdown name the same file" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_a_pipe_is_no_file_and_is_not_removed(here, runs, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    ended = here("gate", runs["base"], runs["better"], "--markdown=pipe")
    assert is_wrong_use(ended)
    assert "--markdown pipe should be a file" in ended.stderr
    assert (tmp_path / "pipe").is_fifo()


def test_a_disk_that_is_full_by_then_leaves_no_verdict_behind(runs, tmp_path):
    files = ("--junit", str(tmp_path / "gate.xml"), "--markdown", str(tmp_path / "gate.md"))
    ended = done("gate", str(runs["base"]), str(runs["better"]), *files, file_limit=600)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert is_one_sentence(ended.stderr)
    assert "gate.md cannot be written" in ended.stderr
    assert not list(tmp_path.iterdir())


def test_a_macro_average_is_called_one_in_every_form(here, tmp_path):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file, protocol="helm", shots=0)
    right = {question.id: f" {question.gold}" for question in plan.questions}
    base, new = (written(tmp_path, plan, task_file, name, right) for name in ("base", "new"))
    words = ("gate", base, new, "--min-accuracy=10", "--junit=gate.xml", "--markdown=gate.md")
    (rule,) = json.loads(here(*words, "--json").stdout)["rules"][1:]
    assert rule["rule"] == "min-accuracy 10 (macro average)"
    assert "macro average 100.0 % [" in rule["reason"]
    assert set(rule) == {"rule", "passed", "reason"}
    told = " ".join(here(*words).stdout.replace("│", " ").split())
    case = ET.parse(tmp_path / "gate.xml").getroot()[0][1]
    for shown in (told, (tmp_path / "gate.md").read_text(), case.get("name") + case.findtext("system-out")):
        assert shown.count("macro average") >= 2


def test_the_replies_that_could_turn_it_are_told(here, runs):
    ended = here("gate", runs["base"], runs["vague"])
    assert ended.returncode == 1
    assert "NEW alone has 60 replies without a letter" in ended.stdout
