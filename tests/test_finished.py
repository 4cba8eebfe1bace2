"""Finished runs: found by folder or score file, and their answers as a table."""

import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from builders import FAILURE, answered, plan_of, write_task, written_run

import harness
from harness.errors import UnfinishedError, UsageError
from harness.score_file import read_score

TEXTS = {
    "algebra/0": "Answer: D",
    "algebra/1": "I cannot tell.",
    "chess/0": None,
    "chess/1": "a\u2028b: [red]",
}


@pytest.fixture
def plan(tmp_path):
    return plan_of(write_task(tmp_path))


@pytest.fixture
def folder(tmp_path, plan):
    """A small run: eight right, one wrong, two unread, one failed."""
    return written_run(tmp_path / "runs", plan, tmp_path / "tiny.yaml", answered(plan, TEXTS)).path


def refused(call, match):
    """The call is refused in one line that `match` fits."""
    with pytest.raises(UsageError, match=match) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1


# Where a run is


def test_a_run_is_loaded_by_its_folder_or_its_score_file(folder):
    by_folder, by_file = harness.load(folder), harness.load(folder / "score.json")
    assert by_folder == by_file
    assert by_folder.path == folder
    assert by_folder.score == read_score(folder / "score.json")


def test_a_path_may_be_a_text(folder):
    assert harness.load(str(folder)) == harness.load(folder)


@pytest.mark.parametrize("name", [".", "score.json"])
def test_a_run_is_loaded_from_inside_its_folder(folder, monkeypatch, name):
    monkeypatch.chdir(folder)
    run = harness.load(name)
    assert (run.score, len(run.answers())) == (harness.load(folder).score, 12)


def test_a_score_file_may_have_another_name(folder):
    (folder / "score.json").rename(folder / "baseline.json")
    assert len(harness.load(folder / "baseline.json").answers()) == 12


def test_a_place_that_is_not_there_is_one_sentence(tmp_path):
    refused(lambda: harness.load(tmp_path / "nowhere"), "nowhere does not exist; name a run's folder")


def test_a_folder_of_runs_names_one_of_them(folder):
    refused(
        lambda: harness.load(folder.parent),
        rf"is no run's folder but holds 1 run; name one, such as {folder}",
    )


def test_a_folder_without_a_score_is_one_sentence(folder):
    (folder / "score.json").unlink()
    with pytest.raises(UnfinishedError, match=r"has not ended, and so has no score\.json"):
        harness.load(folder)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[1]", b'{"schema": "harness-score/2"}'])
def test_what_is_no_score_is_one_sentence(folder, content):
    (folder / "score.json").write_bytes(content)
    refused(lambda: harness.load(folder), r"score\.json.* is not a score file of this harness")


def test_the_answers_are_no_score(folder):
    refused(lambda: harness.load(folder / "answers.jsonl"), "is not a score file of this harness")


# The table


def test_a_row_is_a_question_and_its_id_the_index(folder, plan):
    frame = harness.load(folder).answers()
    assert list(frame.index) == [question.id for question in plan.questions]
    assert frame.index.name == "id"
    assert list(frame["subject"]) == [question.subject for question in plan.questions]
    assert list(frame["gold"]) == [question.gold for question in plan.questions]


def test_the_columns_are_those_of_a_line_and_of_its_reply(folder):
    assert list(harness.load(folder).answers().columns) == [
        "subject",
        "gold",
        "answer",
        "outcome",
        "rule",
        "cluster",
        "text",
        "reasoning",
        "finish_reason",
        "letter_logprobs",
        "choice_logprobs",
        "prompt_tokens",
        "completion_tokens",
        "latency_s",
        "attempts",
        "served_model",
        "failure",
        "prompt_sha256",
    ]


def test_outcomes_are_counted_as_the_score_counts_them(folder):
    run = harness.load(folder)
    counted = run.answers()["outcome"].value_counts()
    assert dict(counted) == {"correct": 8, "wrong": 1, "unparsed": 2, "failed": 1}
    assert all(getattr(run.score.counts, outcome) == number for outcome, number in counted.items())


def test_figures_are_numbers_that_can_be_summed(folder):
    run = harness.load(folder)
    frame = run.answers()
    figures = frame[["prompt_tokens", "completion_tokens", "latency_s", "attempts"]]
    assert all(pd.api.types.is_numeric_dtype(dtype) for dtype in figures.dtypes)
    assert frame["prompt_tokens"].sum() == run.score.usage.prompt_tokens == 1100
    assert frame["attempts"].sum() == run.score.usage.requests == 12


def test_without_a_failure_tokens_are_whole_numbers(tmp_path, plan):
    run = written_run(tmp_path / "runs", plan, tmp_path / "tiny.yaml", answered(plan))
    frame = harness.load(run.path).answers()
    assert pd.api.types.is_integer_dtype(frame["prompt_tokens"])
    assert pd.api.types.is_integer_dtype(frame["completion_tokens"])


def test_a_failed_row_says_why_and_has_no_text(folder):
    row = harness.load(folder).answers().loc["chess/0"]
    assert (row["outcome"], row["failure"], row["attempts"]) == ("failed", FAILURE.message, 1)
    empty = [
        "answer",
        "text",
        "finish_reason",
        "prompt_tokens",
        "completion_tokens",
        "latency_s",
        "served_model",
    ]
    assert row[empty].isna().all()
    assert row["prompt_sha256"]


def test_a_row_with_a_reply_has_its_text_and_no_failure(folder):
    row = harness.load(folder).answers().loc["algebra/0"]
    assert (row["answer"], row["text"], row["served_model"]) == ("D", "Answer: D", "small-model-v1")
    assert pd.isna(row["failure"])


def test_an_unread_row_has_its_text_and_no_answer(folder):
    row = harness.load(folder).answers().loc["chess/1"]
    assert (row["outcome"], row["text"]) == ("unparsed", "a\u2028b: [red]")
    assert pd.isna(row["answer"])
    assert pd.isna(row["failure"])


def test_logprobs_stay_by_letter(tmp_path, plan):
    logprobs = {"A": -1.5, "B": None}
    entries = [replace(line, reply=replace(line.reply, letter_logprobs=logprobs)) for line in answered(plan)]
    run = written_run(tmp_path / "runs", plan, tmp_path / "tiny.yaml", entries)
    assert list(harness.load(run.path).answers()["letter_logprobs"]) == [logprobs] * 12


def test_the_last_line_of_a_question_is_its_row(tmp_path, plan):
    first = answered(plan, {"algebra/0": None})
    run = written_run(tmp_path / "runs", plan, tmp_path / "tiny.yaml", [*first, answered(plan)[0]])
    frame = harness.load(run.path).answers()
    assert len(frame) == 12
    assert (frame.loc["algebra/0", "outcome"], frame["failure"].isna().all()) == ("correct", True)


def test_a_run_without_answers_is_an_empty_table(tmp_path, plan):
    run = written_run(tmp_path / "runs", plan, tmp_path / "tiny.yaml", [])
    frame = harness.load(run.path).answers()
    assert (len(frame), frame.index.name, "outcome" in frame.columns) == (0, "id", True)


def test_missing_answers_are_one_sentence(folder):
    (folder / "answers.jsonl").unlink()
    refused(harness.load(folder).answers, r"answers\.jsonl does not exist: the score is here")


def test_damaged_answers_are_named_by_their_line(folder):
    journal = folder / "answers.jsonl"
    journal.write_bytes(journal.read_bytes() + b"{}\n")
    refused(harness.load(folder).answers, r"answers\.jsonl, line 13, is damaged")


def test_pandas_is_imported_for_a_table_alone(folder):
    program = (
        "import sys, harness\n"
        "run = harness.load(sys.argv[1])\n"
        "print('pandas' in sys.modules, len(run.answers()), 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "12", "True"]
