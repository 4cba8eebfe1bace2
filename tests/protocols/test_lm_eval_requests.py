"""What is asked of odd rows is, byte for byte and draw for draw, what lm-evaluation-harness asks of them."""

import json
from pathlib import Path

import pytest
from lm_eval_rows import ASKED, PARTS, hashed, write_all

from harness.dataset import load_questions
from harness.plan import make_plan
from harness.prompts import ScoreLetters
from harness.task import find_task, load_task

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "lm_eval_requests.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A folder laid out like the hub, with odd rows."""
    folder = tmp_path_factory.mktemp("odd")
    write_all(folder)
    return folder


def pairs(prompt):
    """Each choice's context and continuation."""
    want = prompt.want
    if isinstance(want, ScoreLetters):
        return [(prompt.content, f" {letter}") for letter in want.letters]
    return [
        (prompt.content + want.beginnings.get(letter, ""), text)
        for letter, text in want.continuations.items()
    ]


@pytest.mark.parametrize(
    ("name", "shots"), [(name, shots) for name, (*_, counts) in ASKED.items() for shots in counts]
)
def test_requests_equal_those_of_the_source(hub, name, shots):
    task_name, protocol, _ = ASKED[name]
    task = load_task(find_task(task_name)).model_copy(update={"chance": None})  # odd rows have other choices
    plan = make_plan(task, questions := load_questions(task, hub), protocol=protocol, shots=shots)
    asked = [q for q in questions.questions if q.subject == PARTS.get(name, q.subject)]
    assert hashed(pairs(plan.prompt(question)) for question in asked) == GOLDEN[f"{name}, {shots}-shot"]
