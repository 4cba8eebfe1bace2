"""Whole runs of the embedded model: a real model, real questions, real kills."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from shared import SHARED, needs_shared
from whole_runs import PATIENCE_S, only_run, repeatable, started

import harness
from harness.models import find_model
from harness.observer import Silent
from harness.serving import served, weights_of
from harness.validation import validate

pytestmark = [pytest.mark.real, pytest.mark.slow]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

BASELINE = Path(__file__).parents[1] / "results/smollm2-135m/sample/20261125T000332Z-256a"
SHORT = ("animals",)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has reaped yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def in_background(results: Path):
    """A run of one subject, 20 questions, as a process of its own."""
    return started(
        *("run", "--model", "smollm2-135m", "--task", "sample", "--subjects", ",".join(SHORT)),
        *("--results", str(results)),
    )


def answered(results: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in results.glob("*/*/*/answers.jsonl"))


def engine_of(pid: int) -> int:
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def whole(results: Path, **choices) -> harness.Run:
    return harness.run(
        harness.RunSettings(model="smollm2-135m", task="sample", results=results, **choices), environment={}
    )


def test_the_first_score_is_complete_and_well_above_chance(sample_run):
    score = harness.load(sample_run.path).score
    assert (score.status, score.counts.questions, score.counts.failed) == ("complete", 160, 0)
    assert score.score.ci95[0] > score.score.chance + 0.2
    assert score.task.protocol == "cloze"
    assert validate(sample_run.path)


def test_the_committed_baseline_is_valid_and_what_the_model_scores_today(sample_run):
    validate(BASELINE)
    base, today = harness.load(BASELINE), harness.load(sample_run.path)
    assert base.score.comparison_key == today.score.comparison_key
    assert base.score.model.revision == today.score.model.revision
    agreed = base.answers()["answer"].eq(today.answers()["answer"])
    assert agreed.mean() > 0.95  # another processor rounds otherwise, and a close call may go the other way


@on_linux
def test_kill_9_leaves_no_engine_and_the_same_command_ends_with_the_same_score(sample_run, tmp_path):
    clean = whole(tmp_path / "clean", subjects=SHORT)
    results = tmp_path / "results"
    with in_background(results) as process:
        until(lambda: answered(results) >= 5)
        engine = engine_of(process.pid)
        process.kill()
        process.communicate()
        until(lambda: is_gone(engine))
    kept = answered(results)
    final = whole(results, subjects=SHORT)
    assert final.path == only_run(results)
    assert kept < final.score.answers.lines == 20
    assert repeatable(final.score) == repeatable(clean.score)


@on_linux
def test_a_crash_of_the_engine_ends_the_run_with_a_sentence_and_the_answers_that_there_are(tmp_path):
    with in_background(tmp_path) as process:
        until(lambda: answered(tmp_path) >= 5)
        os.kill(engine_of(process.pid), signal.SIGSEGV)
        printed, shown = process.communicate(timeout=PATIENCE_S)
    score = harness.load(only_run(tmp_path)).score
    assert process.returncode == 4
    assert shown.splitlines()[-1].startswith("Error: The embedded engine was ended by SIGSEGV")
    assert printed.splitlines() == [str(only_run(tmp_path) / "score.json")]
    assert score.status == "interrupted"
    assert 5 <= score.counts.questions < 20
    assert score.counts.failed == 0


@needs_shared
@pytest.mark.parametrize(
    ("protocol", "choices"),
    [
        ("hendrycks", {"subjects": ("abstract_algebra", "us_foreign_policy"), "limit": 8}),
        ("lm-eval", {"limit": 8}),
        ("cloze", {"limit": 8}),
        ("simple-evals", {"limit": 4, "max_tokens": 40}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mmlu_is_scored_by_every_protocol(tmp_path, protocol, choices):
    settings = harness.RunSettings(
        model="smollm2-135m",
        task="mmlu",
        results=tmp_path,
        data=SHARED / "data",
        protocol=protocol,
        **choices,
    )
    score = harness.run(settings, environment={}).score
    assert (score.status, score.counts.questions, score.counts.failed) == ("partial", choices["limit"], 0)
    assert score.task.protocol == protocol
    if protocol != "simple-evals":  # the model is too small to end with "Answer: X"
        assert score.counts.correct + score.counts.wrong == choices["limit"]
    assert (score.counts.letters_missing, score.counts.letters_forced, score.counts.shots_dropped) == (
        0,
        0,
        0,
    )


@needs_shared
def test_a_subjects_few_shot_examples_are_computed_once(tmp_path):
    settings = harness.RunSettings(
        model="smollm2-135m",
        task="mmlu",
        results=tmp_path,
        data=SHARED / "data",
        protocol="hendrycks",
        subjects=("abstract_algebra",),
        limit=6,
    )
    usage = harness.run(settings, environment={}).score.usage
    assert usage.cached_tokens > 0.6 * usage.prompt_tokens  # five of six prompts, but for the question itself


def test_unchanged_weights_are_known_by_their_logprobs_and_one_run_of_them_is_enough(tmp_path):
    base = whole(tmp_path, subjects=SHORT)
    with pytest.raises(harness.UsageError, match="text and logprobs, to the last digit"):
        harness.rescore(
            base.path, model="smollm2-135m", results=tmp_path / "again", expect_change=True, environment={}
        )
    assert not list((tmp_path / "again").rglob("*.json*"))


def test_the_engine_makes_room_for_replies_as_long_as_the_user_lets_them_be():
    settings = harness.RunSettings(model="smollm2-135m", task="sample")
    model = find_model("smollm2-135m", {})
    with served(settings, model, weights_of(model, Silent()), slots=1, max_tokens=1000) as (endpoint, _):
        url = endpoint.base_url.removesuffix("/v1") + "/props"
        with urlopen(url, timeout=PATIENCE_S) as reply:
            room = json.load(reply)["default_generation_settings"]["n_ctx"]
    assert room >= 4096 + 1000
