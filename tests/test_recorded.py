"""What real models answered to MMLU-Pro, replayed over HTTP: what is scored is what was recorded."""

from collections import Counter

import pyarrow.parquet
import pytest
from builders import reply
from shared import SHARED, mmlu_pro, needs_shared
from whole_runs import run, shared_tool

from harness.answers import Outcome
from harness.journal import read_journal
from harness.readers import READERS


@pytest.fixture
def replayed(tmp_path):
    """One subject of a recording asked over HTTP; gives score file and journal."""

    def replayed_(model, subject, reader):
        answers = SHARED / "recorded" / "mmlu_pro" / f"{model}.parquet"
        how = {"data": SHARED / "data", "protocol": "mmlu-pro-local", "shots": 0}
        with shared_tool("replay_server.py", f"--answers={answers}") as url:
            made = run(url, "mmlu_pro", tmp_path, **how, reader=reader, subjects=(subject,))
        return made.score, {line.id: line for line in read_journal(made.path / "answers.jsonl")}

    return replayed_


def recorded(model):
    table = pyarrow.parquet.read_table(SHARED / "recorded" / "mmlu_pro" / f"{model}.parquet")
    return {str(row["question_id"]): row["response"] for row in table.to_pylist()}


def asked_once(subject):
    """Questions of a subject that MMLU-Pro holds once: of others the server cannot know which one is meant."""
    questions = mmlu_pro()[1].questions
    times = Counter((question.text, question.choices) for question in questions)
    return [q for q in questions if q.subject == subject and times[q.text, q.choices] == 1]


@needs_shared
@pytest.mark.slow
def test_a_models_replies_come_back_over_http_as_recorded_and_are_read_alike(replayed):
    texts = recorded("Meta-Llama-3-70B")
    score, journal = replayed("Meta-Llama-3-70B", "history", "strict")
    assert score.status == "partial"
    questions = asked_once("history")
    assert len(questions) > 370
    expected = {
        question.id: (said, READERS["strict"].letter(reply(said), question))
        for question in questions
        if (said := texts[question.id].split("Question:")[0])  # the protocol's stop string
    }
    assert {id_: (journal[id_].reply.text, journal[id_].answer) for id_ in expected} == expected


@needs_shared
@pytest.mark.slow
def test_questions_that_were_not_recorded_are_failures_and_no_wrong_answers(replayed):
    texts = recorded("gemini-1.5-flash-002")
    score, journal = replayed("gemini-1.5-flash-002", "psychology", "chain")
    missing = {question.id for question in asked_once("psychology") if question.id not in texts}
    failed = {id_ for id_, line in journal.items() if line.outcome is Outcome.FAILED}
    assert score.status == "incomplete"
    assert failed == missing
    assert score.counts.failed == len(missing) == 3
    assert score.score.accuracy == score.counts.correct / (score.counts.questions - 3)
