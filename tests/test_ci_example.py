"""The example for CI, run as a user would run it: the weights as they are pass, and weights that are worse do not."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml
from loopback import Loopback, reply
from typer.main import get_command
from whole_runs import clean_environment
from worse_weights import worsened

from harness.cli import app
from harness.models import find_model
from harness.observer import Silent
from harness.serving import weights_of

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "ci"
BASELINE = ROOT / "results/smollm2-135m/sample/20261125T000332Z-256a"


def made(weights: Path | str, results: Path) -> subprocess.CompletedProcess[str]:
    """`make rescore` of these weights against the committed baseline, of 160 questions that the model can do."""
    words = (f"HARNESS={sys.executable} -m harness", f"WEIGHTS={weights}", f"BASELINE={BASELINE}")
    return subprocess.run(
        ("make", "--file", str(EXAMPLES / "Makefile"), "rescore", *words, f"RESULTS={results}"),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        check=False,
    )


@pytest.mark.real
@pytest.mark.slow
def test_the_model_as_it_was_passes(tmp_path):
    ended = made("smollm2-135m", tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "65.6 %" in ended.stderr
    assert "Passed" in ended.stdout


@pytest.mark.real
@pytest.mark.slow
def test_weights_that_are_worse_are_a_regression(tmp_path):
    sound = weights_of(find_model("smollm2-135m", {}), Silent())
    worse = worsened(sound, tmp_path / "worse.gguf", layers=range(10, 20), noise=0.5)
    ended = made(worse, tmp_path)
    assert ended.returncode == 2, "make's own, where a command fails"
    assert "Regression" in ended.stdout
    assert re.search(r"Error 1\b", ended.stderr), "the gate's"


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5])
def test_a_job_can_read_the_gates_own_code_which_make_hides(tmp_path, code):
    program = tmp_path / "ends.py"
    program.write_text(f"raise SystemExit({code})\n")
    words = (f"HARNESS={sys.executable} {program}", "WEIGHTS=new.gguf", "BASELINE=old")
    ended = subprocess.run(
        ("make", "--file", str(EXAMPLES / "Makefile"), "rescore", *words),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
    )
    assert ended.returncode == (2 if code else 0)
    assert f"the gate's exit code is {code}" in ended.stderr
    assert (tmp_path / "gate.code").read_text() == f"{code}\n"


@pytest.mark.parametrize(
    ("target", "given", "missing"),
    [
        ("rescore", (), "WEIGHTS"),
        ("rescore", ("BASELINE=old",), "WEIGHTS"),
        ("rescore", ("WEIGHTS=new.gguf",), "BASELINE"),
        ("rescore", ("WEIGHTS=new.gguf", "BASELINE= "), "BASELINE"),
        ("baseline", (), "WEIGHTS"),
    ],
)
def test_make_names_the_variable_that_is_missing_and_runs_nothing(tmp_path, target, given, missing):
    program = tmp_path / "runs.py"
    program.write_text("print('it was run')\n")
    (tmp_path / "gate.code").write_text("0\n")
    ended = subprocess.run(
        ("make", "-f", str(EXAMPLES / "Makefile"), target, f"HARNESS={sys.executable} {program}", *given),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert f" {missing} is not set: name the " in line
    if target == "rescore":
        assert not (tmp_path / "gate.code").exists(), "an earlier verdict's is never read for this one's"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("baseline", ["run", "--model", "WEIGHTS", "--task", "TASK", "--results", "RESULTS"]),
        ("rescore", ["rescore", "BASELINE", "--model", "WEIGHTS", "--results", "RESULTS", "--max-drop", "1"]),
    ],
)
def test_a_name_of_any_form_is_one_word_to_the_shell(tmp_path, target, words):
    program = tmp_path / "tells.py"
    program.write_text("import json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    named = {name: f'sp ace/it\'s "{name}" `x`' for name in ("BASELINE", "WEIGHTS", "TASK", "RESULTS")}
    given = [f"{name}={value}" for name, value in {**named, "RULES": "--max-drop 1"}.items()]
    ended = subprocess.run(
        ("make", "-sf", str(EXAMPLES / "Makefile"), target, f"HARNESS={sys.executable} {program}", *given),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
    )
    assert json.loads(ended.stdout) == [named.get(word, word) for word in words]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("status", [201, 401])
@pytest.mark.parametrize("missing", [None, "CI_MERGE_REQUEST_IID", "RESCORE_NOTE_TOKEN", "gate.md"])
def test_gitlab_posts_the_verdict_to_a_merge_request_where_it_has_a_token(tmp_path, missing, status):
    job = yaml.safe_load((EXAMPLES / "gitlab.yml").read_text(encoding="utf-8"))["rescore"]
    verdict = "### ❌ Regression: 1 of 1 rules broken.\n\n| a & b | 5 % |\n"
    if missing != "gate.md":
        (tmp_path / "gate.md").write_text(verdict, encoding="utf-8")
    with Loopback(reply({}, status)) as server:
        variables = {
            "CI_API_V4_URL": server.root,
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "42",
            "RESCORE_NOTE_TOKEN": "glpat-x",
        }
        variables.pop(missing, None)
        ended = subprocess.run(
            ("bash", "-c", "\n".join(job["after_script"])),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**clean_environment(), **variables},
            check=False,
        )
    posted = [
        (request.method, request.path, request.headers["private-token"], parse_qs(request.body.decode()))
        for request in server.requests
    ]
    path = "/projects/7/merge_requests/42/notes"
    assert posted == ([] if missing else [("POST", path, "glpat-x", {"body": [verdict]})])
    assert "glpat-x" not in ended.stdout + ended.stderr
    assert bool(ended.stderr) == (missing is None and status == 401), "what went wrong is in the log"


def test_gitlab_asks_once_for_a_merge_request_and_by_hand_as_github_does():
    job = yaml.safe_load((EXAMPLES / "gitlab.yml").read_text(encoding="utf-8"))["rescore"]
    assert [re.sub(r".*== ", "", rule["if"]) for rule in job["rules"]] == ['"merge_request_event"', '"web"']


def commands(text: str) -> list[list[str]]:
    """The words of each command of the harness that a job runs."""
    lines = " ".join(text.split())
    return [shlex.split(words) for words in re.findall(r"python -m harness ([^&|;]+)", lines)]


def scripts(document: object) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in scripts(value)]
    if isinstance(document, list):
        return [text for value in document for text in scripts(value)]
    return [document] if isinstance(document, str) else []


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_the_jobs_are_yaml_whose_commands_the_harness_takes(name):
    job = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    found = [words for text in scripts(job) for words in commands(text)]
    assert [words[0] for words in found] == ["rescore"]
    rescore = get_command(app).commands["rescore"]
    taken = rescore.make_context("rescore", found[0][1:]).params
    assert (taken["expect_change"], taken["local_only"]) == (True, True)
    assert not taken["max_drop"], "weights that are shown to be worse do not pass"
