"""The command `rescore`: one command for CI, from a baseline to an exit code."""

import inspect
import itertools
import json
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from knowing_models import knowing
from loopback import Loopback, error
from whole_runs import (
    big_task,
    is_one_sentence,
    left_behind,
    only_run,
    questions_sent,
    run,
    sent_text,
    started,
    times_asked,
)

from harness.commands import rescore
from harness.commands import run as run_
from harness.journal import read_lines
from harness.score_file import read_score


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A model that knows 90 % of 600 questions."""
    folder = tmp_path_factory.mktemp("base")
    with Loopback(knowing(90)) as server:
        return run(server, big_task(folder, 200), folder / "results").path


def test_an_option_that_run_has_too_is_the_same_here():
    """`--timeout` left out lets a silent endpoint be found dead: given by default, it would be waited for."""
    there, here = (inspect.signature(command).parameters for command in (run_.run, rescore.rescore))
    shared = (there.keys() & here.keys()) - {"model", "seed"}  # the baseline's own, and an order's
    assert "timeout" in shared
    assert {name: here[name].default for name in shared} == {name: there[name].default for name in shared}


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def words(base, results):
    """The words of the command."""

    def words_(server, *more):
        fixed = ["rescore", base, "--model", "new", "--base-url", server.url, "--results", results]
        return [str(word) for word in (*fixed, *more)]

    return words_


def score_of(ended):
    """The score file whose path is the last line."""
    return read_score(Path(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("percent", "salt", "more", "code"),
    [
        (40, "other", (), 1),
        (90, "", (), 0),
        (90, "other", ("--max-drop", "1"), 5),
        (90, "other", ("--max-drop", "1", "--undecided", "pass"), 0),
        (90, "", ("--min-accuracy", "99"), 1),
        (40, "other", ("--early-stop",), 1),
        (90, "", ("--early-stop", "--max-drop", "5"), 0),
        (90, "other", ("--early-stop", "--max-drop", "0.1"), 5),
        (90, "other", ("--early-stop", "--max-drop", "0.1", "--undecided", "fail"), 1),
    ],
)
def test_the_exit_code_is_the_gates(here, words, percent, salt, more, code):
    with Loopback(knowing(percent, salt=salt)) as server:
        ended = here(*words(server, *more))
    assert ended.returncode == code, ended.stderr
    assert score_of(ended).model.name == "new"


def test_an_incomplete_run_has_no_verdict(here, words):
    def failing(request):
        asked = request.method == "POST" and "chess 3 one" in sent_text(request)
        return error(400) if asked else knowing(90)(request)

    with Loopback(failing) as server:
        ended = here(*words(server))
    assert ended.returncode == 3
    assert "Passed" not in ended.stdout


@pytest.mark.parametrize(("status", "code"), [(400, 3), (401, 4)])
def test_on_github_a_run_that_ended_too_early_says_why_there_is_no_verdict(
    here, words, tmp_path, status, code
):
    def failing(request):
        asked = request.method == "POST" and "chess 3 one" in sent_text(request)
        return error(status) if asked else knowing(90)(request)

    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    with Loopback(failing) as server:
        ended = here(*words(server), **github)
        quiet = here(*words(server, "--no-github"), **github)
    told = [line for line in ended.stderr.splitlines() if line.startswith("::")]
    run = Path(ended.stdout.splitlines()[-1]).parent
    there_is_none = here("gate", words(server)[1], run, **github).stderr.splitlines()[-1]
    assert ended.returncode == quiet.returncode == code
    assert len(told) == 1
    assert told[0].startswith(there_is_none), "what gate says of that run"
    assert ("wants an API key" in told[0]) == (code == 4)
    assert "::" not in quiet.stderr
    assert (tmp_path / "summary.md").read_text() == "", "as of a gate without a verdict"


def test_an_endpoint_that_refuses_all_is_exit_code_4(here, words, results):
    with Loopback(lambda r: knowing(90)(r) if r.method == "GET" else error(401)) as server:
        ended = here(*words(server))
    assert (ended.returncode, left_behind(results)) == (4, [])


def test_old_weights_where_a_change_is_expected_are_exit_code_2(here, words, results):
    with Loopback(knowing(90)) as server:
        ended = here(*words(server, "--expect-change"))
        assert questions_sent(server) == 10
    assert ended.returncode == 2
    assert is_one_sentence(ended.stderr)
    assert left_behind(results) == []


def test_a_verdict_that_cannot_be_shown_leaves_the_run_that_was_paid_for(here, words, tmp_path):
    def meanwhile(request):
        (tmp_path / "gate.md").mkdir(exist_ok=True)
        return knowing(40, salt="other")(request)

    with Loopback(meanwhile) as server:
        ended = here(*words(server, "--junit", tmp_path / "gate.xml", "--markdown", tmp_path / "gate.md"))
    assert ended.returncode == 3
    assert "gate.md cannot be written" in ended.stderr
    assert "Regression" not in ended.stdout
    assert not (tmp_path / "gate.xml").exists()
    assert score_of(ended).counts.questions == 600


def test_old_weights_are_named_before_the_rest_is_asked(here, words):
    with Loopback(knowing(90)) as server:
        ended = here(*words(server))
    said = (
        "The first 10 replies are those of the baseline, word for word: the endpoint serves the same weights"
    )
    assert said in ended.stderr
    assert ended.stderr.index(said) < ended.stderr.index("600/600")
    assert "All 600 answers are the same, letter for letter" in ended.stdout, "and once more at the end"


@pytest.mark.parametrize(
    "more",
    [
        ("--early-stop", "--min-accuracy", "50"),
        ("--early-stop", "--each", "subjects"),
        ("--max-drop", "none"),
        ("--max-drop", "chemistry=1"),
        ("--noise",),
        ("--seed", "1"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2_before_anything_is_asked(here, words, more):
    with Loopback(knowing(90)) as server:
        ended = here(*words(server, *more))
    assert ended.returncode == 2
    assert not server.requests


def test_a_model_must_be_named(here, base):
    ended = here("rescore", base)
    assert ended.returncode == 2
    assert "--model" in ended.stderr


def test_a_limit_judges_the_questions_that_were_asked(here, words):
    with Loopback(knowing(40, salt="other")) as server:
        ended = here(*words(server, "--limit", "60", "--json"))
    document = json.loads(ended.stdout)
    assert (ended.returncode, document["questions"], document["verdict"]) == (1, 60, "worse")


def test_the_document_of_an_early_stop_has_its_rule_and_no_interval(here, words):
    with Loopback(knowing(40, salt="other")) as server:
        ended = here(*words(server, "--early-stop", "--json"))
    document = json.loads(ended.stdout)
    assert (document["outcome"], document["passed"], document["early_stop"]["verdict"]) == (
        "regression",
        False,
        "worse",
    )
    assert document["rules"][0]["rule"] == document["early_stop"]["rule"]
    assert not {"ci95", "stderr", "p_mcnemar", "difference"} & document.keys()
    assert "biased away from zero" in " ".join(document["notes"])
    assert not any("answers are the same" in note for note in document["notes"])


def test_the_document_of_an_early_stop_has_the_names_of_any_verdicts(here, words, base):
    with Loopback(knowing(40, salt="other")) as server:
        early = json.loads(here(*words(server, "--early-stop", "--json")).stdout)
        whole = json.loads(here(*words(server, "--json")).stdout)
    assert early.keys() - whole.keys() == {"early_stop"}
    assert (early["schema"], early["verdict"]) == ("harness-early-gate/1", "worse")
    for name in ("task", "comparison_key", "passed", "outcome"):
        assert early[name] == whole[name]
    told = early["early_stop"]
    assert {name: early[name] for name in ("questions", "lost", "won", "margin")} == {
        "questions": told["asked"],
        "lost": told["lost"],
        "won": told["won"],
        "margin": told["margin"],
    }


def test_what_an_early_stop_says_to_people(here, words):
    with Loopback(knowing(40, salt="other")) as server:
        ended = here(*words(server, "--early-stop"))
    early = score_of(ended).early_stop
    assert (
        f"Worse, shown after {early.asked} of 600 questions: lost {early.lost} and won {early.won}"
        in ended.stdout
    )
    assert "is biased away from zero" in ended.stdout
    assert f"Not asked: {early.saved.questions} questions" in ended.stderr.replace("\n", " ")


@pytest.mark.parametrize("more", [(), ("--early-stop",)])
def test_the_accuracy_so_far_has_no_interval_where_a_test_may_end_the_run(here, words, more):
    with Loopback(knowing(40, salt="other")) as server:
        ended = here(*words(server, *more))
    told = [line for line in ended.stderr.splitlines() if "/600 · " in line]
    assert told
    assert all(re.search(r"/600 · \d+\.\d %( \[[^]]*\])? · ", line) for line in told)
    assert any("[" in line for line in told) == (more == ())


def test_an_early_stop_whose_model_changed_on_the_way_says_so(here, words):
    served = itertools.cycle(knowing(40, salt="other", model=name) for name in ("one", "two"))

    def changing(request):
        return next(served)(request)

    with Loopback(changing) as server:
        ended = here(*words(server, "--early-stop"))
    assert (
        "Note: NEW was not answered by one model throughout, by its replies' served model (" in ended.stdout
    )


def test_an_early_stop_over_the_same_answers_says_so_in_all_its_forms(here, words, base, tmp_path):
    with Loopback(knowing(90)) as server:
        ended = here(*words(server, "--early-stop", "--max-drop", "5"))
    file = ended.stdout.splitlines()[-1]
    asked = read_score(Path(file)).early_stop.asked
    same = (
        f"All {asked} answers are the same, letter for letter: if the weights are not, the endpoint may still"
    )
    assert f"Note: {same}" in ended.stdout
    again = here(
        "gate",
        base,
        file,
        "--json",
        "--github",
        "--markdown",
        tmp_path / "m.md",
        "--junit",
        tmp_path / "j.xml",
    )
    assert again.returncode == 0
    assert json.loads(again.stdout)["notes"][0].startswith(same)
    assert f"::warning title=harness gate::{same}" in again.stderr
    assert same in (tmp_path / "m.md").read_text()
    assert same in (tmp_path / "j.xml").read_text()


def test_gate_repeats_the_verdict_of_an_early_stop(here, words, base):
    with Loopback(knowing(40, salt="other")) as server:
        first = here(*words(server, "--early-stop"))
    again = here("gate", base, first.stdout.splitlines()[-1])
    assert again.returncode == 1
    assert first.stdout.startswith(again.stdout)


def test_gate_repeats_the_verdict_of_one_that_came_to_its_end(here, words, base):
    with Loopback(knowing(90, salt="other")) as server:
        first = here(*words(server, "--early-stop", "--max-drop", "0.1"))
    again = here("gate", base, first.stdout.splitlines()[-1])
    assert again.returncode == 5
    assert (
        "Neither worse, nor better, nor not worse by 0.1 points by the test of all questions" in again.stdout
    )


def test_gate_refuses_a_verdict_that_the_answers_do_not_give(here, words, base):
    with Loopback(knowing(40, salt="other")) as server:
        file = Path(here(*words(server, "--early-stop")).stdout.splitlines()[-1])
    file.write_text(file.read_text().replace('"verdict": "worse"', '"verdict": "not worse"'))
    ended = here("gate", base, file)
    assert ended.returncode == 2
    assert is_one_sentence(ended.stderr)
    assert "early_stop.verdict, says not worse, but the answers make worse" in ended.stderr


def test_gate_takes_no_other_rule_for_a_stopped_run(here, words, base):
    with Loopback(knowing(40, salt="other")) as server:
        first = here(*words(server, "--early-stop"))
    ended = here("gate", base, first.stdout.splitlines()[-1], "--max-drop", "7")
    assert ended.returncode == 2
    assert "tells nothing of --max-drop 7" in ended.stderr


def test_gate_takes_no_other_baseline_for_a_stopped_run(here, words, base, tmp_path):
    with Loopback(knowing(40, salt="other")) as server:
        first = here(*words(server, "--early-stop"))
    with Loopback(knowing(80)) as server:
        other = run(server, base.parents[3] / "big.yaml", tmp_path / "another")
    ended = here("gate", other.path, first.stdout.splitlines()[-1])
    assert ended.returncode == 2
    assert "name that one" in ended.stderr


def test_the_files_for_ci_are_written_for_an_early_stop_too(here, words, tmp_path):
    with Loopback(knowing(40, salt="other")) as server:
        here(*words(server, "--early-stop", "--junit", tmp_path / "j.xml", "--markdown", tmp_path / "m.md"))
    assert "<failure" in (tmp_path / "j.xml").read_text()
    assert (tmp_path / "m.md").read_text().startswith("### ❌ Regression")


def slowly(request):
    """A worse model, in a fiftieth of a second."""
    return replace(knowing(70, salt="other")(request), delay_s=0.02 if request.method == "POST" else 0.0)


def test_a_killed_early_stop_goes_on_and_decides_as_one_that_was_not_killed(words, results, here, tmp_path):
    kills = 3
    with Loopback(knowing(70, salt="other")) as server:
        whole = here(*words(server, "--early-stop", "--results", tmp_path / "whole"))
    with Loopback(slowly) as server:
        for _ in range(kills):
            before = len(server.requests)
            with started(*words(server, "--early-stop", "--concurrency", "2")) as process:
                server.wait_for(before + 12)
                process.send_signal(signal.SIGKILL)
        assert not (only_run(results) / "score.json").exists()
        ended = here(*words(server, "--early-stop", "--concurrency", "2"))
        asked = times_asked(server)
    assert (ended.returncode, score_of(ended).early_stop) == (
        whole.returncode,
        score_of(whole).early_stop.model_copy(update={"saved": score_of(ended).early_stop.saved}),
    )
    assert sum(asked.values()) - len(asked) <= kills * 2
    lines = list(read_lines(only_run(results) / "answers.jsonl"))
    assert len({line.id for line in lines}) == len(lines)


def test_an_interrupted_early_stop_has_no_verdict_and_goes_on(words, results, here):
    with Loopback(slowly) as server:
        with started(*words(server, "--early-stop", "--concurrency", "2")) as process:
            server.wait_for(20)
            process.send_signal(signal.SIGINT)
            process.communicate()
        score = read_score(only_run(results) / "score.json")
        assert (process.returncode, score.status, score.early_stop.verdict) == (130, "interrupted", None)
        ended = here(*words(server, "--early-stop"))
    assert score_of(ended).run.id == score.run.id
    assert score_of(ended).early_stop.verdict == "worse"


def test_noise_is_measured_and_named_by_later_verdicts(here, words, base, results):
    def shaky(request):
        wrong = request.method == "POST" and "chess 7 one" in sent_text(request)
        return knowing(0)(request) if wrong else knowing(90)(request)

    with Loopback(shaky) as server:
        ended = here("rescore", base, "--noise", "--base-url", server.url, "--results", results)
        said = "Two runs of the baseline's own weights differ in 1 of 600 answers (0.2 %)"
        assert ended.returncode == 0, ended.stderr
        assert said in ended.stderr
        assert score_of(ended).model.name == "m"
        try:
            assert said in here(*words(server)).stdout.replace("\n", " ")
            assert said in here(*words(server, "--early-stop")).stdout
        finally:
            (base / "noise.json").unlink()


def test_another_models_answers_are_no_noise(here, base, results):
    good = base / "noise.json"
    good.write_text("as it was")
    try:
        with Loopback(knowing(40, model="another")) as server:
            ended = here("rescore", base, "--noise", "--base-url", server.url, "--results", results)
            asked = questions_sent(server)
        assert good.read_text() == "as it was"
    finally:
        good.unlink()
    assert ended.returncode == 2
    assert "replies are by another, and those of" in ended.stderr
    assert "by served, so they tell nothing of noise; these are not kept" in ended.stderr
    assert asked == 1
    assert not list(results.glob("**/run.json"))


def test_noise_gives_no_verdict_and_so_no_file_of_one(here, base, tmp_path):
    ended = here("rescore", base, "--noise", "--junit", tmp_path / "gate.xml")
    assert ended.returncode == 2
    assert "gives no verdict: leave out" in ended.stderr


def test_noise_asks_where_the_baseline_was_asked(here, base, results):
    ended = here("rescore", base, "--noise", "--results", results, "--max-wait", "0")
    assert ended.returncode == 4  # that server is gone
    assert "127.0.0.1" in ended.stderr


@pytest.mark.parametrize(
    "more",
    [
        ("--max-drop", "1"),
        ("--each", "groups"),
        ("--undecided", "pass"),
        ("--seed", "9"),
        ("--github",),
        ("--rules", "rules.yaml"),
    ],
    ids=lambda more: more[0],
)
def test_what_is_for_a_verdict_is_refused_with_noise(here, base, more):
    ended = here("rescore", base, "--noise", *more)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"Error: --noise asks the baseline's own model again and gives no verdict: leave out {more[0]}.\n"
    )


@pytest.fixture
def noisy(base, results, here):
    """Measures the noise of a server; the baseline is as before afterwards."""

    def noisy_(server, *more, **environment):
        said = ["rescore", base, "--noise", "--base-url", server.url, "--results", results, *more]
        return here(*map(str, said), **environment)

    yield noisy_
    noise = base / "noise.json"
    noise.rmdir() if noise.is_dir() else noise.unlink(missing_ok=True)


def test_on_github_noise_is_measured_as_elsewhere(noisy, tmp_path):
    with Loopback(knowing(90)) as server:
        ended = noisy(server, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    assert ended.returncode == 0, ended.stderr


def test_a_damaged_noise_is_seen_before_anything_is_asked_and_measured_again(here, words, base, noisy):
    (base / "noise.json").write_text("{")
    with Loopback(knowing(40, salt="other")) as server:
        ended = here(*words(server))
        assert questions_sent(server) == 0
    assert ended.returncode == 2
    assert "remove it, or measure again with `harness rescore" in ended.stderr
    with Loopback(knowing(90)) as server:
        assert noisy(server).returncode == 0
    assert json.loads((base / "noise.json").read_bytes())["questions"] == 600


def test_a_place_that_cannot_keep_noise_is_seen_before_anything_is_asked(base, noisy, results):
    (base / "noise.json").mkdir()
    with Loopback(knowing(90)) as server:
        ended = noisy(server)
        assert questions_sent(server) == 0
    assert (ended.returncode, left_behind(results)) == (2, [])
    assert is_one_sentence(ended.stderr)
    assert "noise.json is a folder" in ended.stderr


def test_where_noise_cannot_be_kept_at_the_end_the_same_command_takes_the_answers(base, noisy):
    def meanwhile(request):
        if not sent:
            (base / "noise.json").mkdir(exist_ok=True)
        return knowing(90)(request)

    sent = 0
    with Loopback(meanwhile) as server:
        ended = noisy(server)
        assert ended.returncode == 3
        assert "noise.json cannot be written" in ended.stderr
        assert score_of(ended).counts.questions == 600
        (base / "noise.json").rmdir()
        sent = questions_sent(server)
        again = noisy(server)
        assert questions_sent(server) == sent
        assert again.returncode == 0
        assert score_of(again) == score_of(ended)
        noise = json.loads((base / "noise.json").read_bytes())
        assert (noise["again"], noise["questions"]) == (score_of(again).run.id, 600)
        third = noisy(server)
        assert questions_sent(server) == 2 * sent, "what was kept is measured anew"
    assert score_of(third).run.id != noise["again"]


def test_noise_of_fewer_questions_does_not_replace_that_of_more(base, noisy):
    with Loopback(knowing(90)) as server:
        assert noisy(server, "--limit", "30").returncode == 0
        assert noisy(server).returncode == 0
        before, sent = (base / "noise.json").read_bytes(), questions_sent(server)
        ended = noisy(server, "--limit", "30")
        assert questions_sent(server) == sent
    assert ended.returncode == 2
    assert "noise.json tells of 600 questions, and 30 tell less: leave --limit out" in ended.stderr
    assert (base / "noise.json").read_bytes() == before


@pytest.mark.parametrize(
    ("temperature", "protocol", "cause"),
    [
        (0.7, "simple-evals", "so much is sampling, at temperature 0.7, and the server's noise together."),
        (0.0, "simple-evals", "so much is the server's noise."),
        (0.7, "hendrycks", "so much is the server's noise."),
    ],
)
def test_what_a_model_that_samples_answers_otherwise_is_not_called_the_servers(
    here, tmp_path, temperature, protocol, cause
):
    choices = {"temperature": temperature, "protocol": protocol, "shots": 0}
    with Loopback(knowing(90)) as server:
        sampled = run(server, big_task(tmp_path, 10), tmp_path / "results", **choices).path
        measured = here("rescore", sampled, "--noise", "--results", tmp_path / "again")
        assert measured.returncode == 0, measured.stderr
        new = score_of(measured)
        shown = here("compare", sampled, tmp_path / "again" / "m" / "big" / new.run.id)
    assert cause in measured.stderr
    assert cause in " ".join(shown.stdout.split())
