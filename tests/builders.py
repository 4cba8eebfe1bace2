"""Small things that many tests need: questions, replies, entries, a task file, the folder of a run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from harness.answers import Outcome
from harness.dataset import load_questions
from harness.endpoint.reply import Failure, FailureKind, Reply, Usage
from harness.files import write_whole
from harness.journal import Entry, Journal
from harness.plan import Plan, make_plan
from harness.protocols import PROTOCOLS
from harness.questions import Question, QuestionSet
from harness.run_folder import RunFolder, RunRecord, SessionRecord, create, locked, note_session
from harness.score_file import EarlyStopPart, document
from harness.scoring import score_run
from harness.selection import Selection
from harness.task import Task, load_task

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
FAILURE = Failure(kind=FailureKind.TIMEOUT, message="no whole reply within 600 s")


def question(**changes: Any) -> Question:
    """A question with four choices, whose gold letter is B."""
    usual = Question("maths/0", "maths", "What is 2 + 2?", ("3", "4", "5", "6"), "B")
    return replace(usual, **changes)


def reply(text: str = "", **changes: Any) -> Reply:
    """A reply that took a second."""
    return Reply(**{"text": text, "latency_s": 1.0, "finish_reason": "stop", **changes})


def entry(id_: str = "maths/0", **changes: Any) -> Entry:
    """A line of a journal: right, unless told otherwise."""
    usual = {
        "id": id_,
        "subject": id_.split("/", maxsplit=1)[0],
        "gold": "B",
        "answer": "B",
        "outcome": Outcome.CORRECT,
        "reply": reply("Answer: B"),
        "prompt_sha256": "0" * 64,
        "elapsed_s": 1.0,
    }
    return Entry(**{**usual, **changes})


def failed(id_: str = "maths/0") -> Entry:
    """A line of a question that got no reply."""
    return entry(id_, answer=None, outcome=Outcome.FAILED, reply=None, failure=FAILURE)


def task_document(**changes: Any) -> dict[str, Any]:
    """What a small task file holds: three subjects of four questions, two examples each; None leaves a field out."""
    subjects = ("algebra", "botany", "chess")
    usual: dict[str, Any] = {
        "name": "tiny",
        "version": "1",
        "title": "Tiny",
        "description": "Twelve questions for tests.",
        "licence": "Apache-2.0",
        "language": "en",
        "groups": {"science": ["algebra", "botany"], "games": ["chess"]},
        "protocols": [*PROTOCOLS],
        "protocol": "simple-evals",
        "questions": [inline(subject, place) for subject in subjects for place in range(4)],
        "shots": [inline(subject, 9 - place) for subject in subjects for place in range(2)],
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def inline(subject: str, place: int) -> dict[str, Any]:
    """One question of a task file; the gold letters go round."""
    choices = [f"{subject} {place} {word}" for word in ("one", "two", "three", "four")]
    return {
        "subject": subject,
        "question": f"Which is number {place}?",
        "choices": choices,
        "answer": "ABCD"[place % 4],
    }


def write_task(folder: Path, document: Mapping[str, Any] | None = None) -> Path:
    """A task file in `folder`, under its own name."""
    held = task_document() if document is None else document
    path = folder / f"{held['name']}.yaml"
    path.write_text(yaml.safe_dump(dict(held), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def passages_task(folder: Path, passages: int, a_passage: int = 2, subjects: int = 1) -> Path:
    """A task file whose questions come in twos, or more, on one passage; subjects, if several, have them in turn."""
    rows = [
        {
            "passage": f"Passage {at}.",
            "question": f"{number} of {at}?",
            **({"subject": f"subject {at % subjects}"} if subjects > 1 else {}),
            "A": "yes",
            "B": "no",
            "answer": "A",
        }
        for at in range(passages)
        for number in range(a_passage)
    ]
    (folder / "rows.json").write_text(json.dumps(rows))
    columns = {
        "question": "question",
        "context": "passage",
        "cluster": "passage",
        **({"subject": "subject"} if subjects > 1 else {}),
        "choices": ["A", "B"],
        "gold": {"column": "answer", "form": "letter"},
    }
    dataset = {"file": "rows.json"}
    absent = dict.fromkeys(("questions", "shots", "groups"))
    return write_task(folder, task_document(dataset=dataset, columns=columns, **absent))


def plan_of(path: Path, **choices: Any) -> Plan:
    """A plan of a task file's questions, with `limit` and the like for its selection."""
    task = load_task(path)
    return choose(task, load_questions(task), **choices)


def choose(task: Task, questions: QuestionSet, **choices: Any) -> Plan:
    """A plan, with the fields of its selection among the choices."""
    which = {field.name: choices.pop(field.name) for field in fields(Selection) if field.name in choices}
    return make_plan(task, questions, selection=Selection(**which), **choices)


def record_of(plan: Plan, task_file: Path, **changes: Any) -> RunRecord:
    """A run.json for a plan."""
    usual: dict[str, Any] = {
        "id": "20261123T120000Z-9f3c",
        "started_at": NOON,
        "harness_version": "0.1.0",
        "command": ("harness", "run"),
        "settings": settings_of(plan),
        "task": str(task_file),
        "data": None,
    }
    return RunRecord(**{**usual, **changes})


def settings_of(plan: Plan, **changes: Any) -> dict[str, Any]:
    """The settings that decide what is asked."""
    usual = {
        "model": "small-model",
        "endpoint": "http://127.0.0.1:8000/v1",
        "revision": None,
        "protocol": plan.protocol.name,
        "shots": plan.shots,
        "reader": plan.reader.name,
        "limit": None,
        "subjects": [],
        "temperature": 0.0,
        "fingerprint": plan.fingerprint,
        "comparison_key": plan.comparison_key,
    }
    return {**usual, **changes}


def answered(plan: Plan, texts: Mapping[str, str | None] | None = None) -> list[Entry]:
    """An entry for each question: `texts` by id, None a failure; else the right answer in simple-evals' form."""
    usage = Usage(prompt_tokens=100, completion_tokens=20)
    made = []
    for place, asked in enumerate(plan.questions):
        text = (texts or {}).get(asked.id, f"Let me see.\nAnswer: {asked.gold}")
        common = {
            "subject": asked.subject,
            "gold": asked.gold,
            "cluster": asked.cluster,
            "prompt_sha256": plan.prompt(asked).sha256,
            "elapsed_s": float(place + 1),
        }
        if text is None:
            made.append(replace(failed(asked.id), **common))
            continue
        said = reply(text, usage=usage, served_model="small-model-v1")
        answer = plan.reader.read(said, asked)
        outcome = answer.outcome(asked.gold)
        made.append(entry(asked.id, **common, answer=answer.letter, outcome=outcome, reply=said))
    return made


def early_stop(**changes: Any) -> EarlyStopPart:
    """What a score file says of a test that stopped its run after eight of twelve questions."""
    usual: dict[str, Any] = {
        "rule": "a rule",
        "seed": 1,
        "order": "by hash",
        "alpha_a_side": 0.005,
        "alpha_at_the_end": 0.04,
        "margin": 0.02,
        "baseline": "20261123T110000Z-0000",
        "baseline_answers": "0" * 64,
        "verdict": "worse",
        "verdict_at_the_end": False,
        "asked": 8,
        "of": 12,
        "lost": 3,
        "won": 0,
        "difference": -0.375,
        "ln_e": {"worse": 5.5, "better": -1.0, "not worse": -1.0},
    }
    return EarlyStopPart(**{**usual, **changes})


def written_run(
    home: Path,
    plan: Plan,
    task_file: Path,
    entries: Sequence[Entry],
    *,
    record: RunRecord | None = None,
    **ended: Any,
) -> RunFolder:
    """The folder of a run that wrote `entries`, with its score file; `ended` as in score_run."""
    folder = create(home, record or record_of(plan, task_file))
    with locked(folder):
        with Journal(folder.answers) as journal:
            for made in entries:
                journal.append(made)
        note_session(folder, 0, SessionRecord(sent={"routes": ["/v1"], "temperature": 0.0}, warnings=()))
        score = score_run(plan, folder, prices="no price is known", **ended)
        write_whole(folder.score, document(score))
    return folder
