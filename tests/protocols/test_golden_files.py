"""Every protocol's prompt for one question of our own, to be read by people; tests/golden/prompts holds them.

Those that want worked examples, another kind of question or examples of their own have theirs beside these.
"""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from harness.dataset import load_questions
from harness.plan import make_plan
from harness.prompts import Prompt
from harness.protocols import PROTOCOLS
from harness.task import find_task, load_task

GOLDEN = Path(__file__).parents[1] / "golden" / "prompts"
SUBJECT = "everyday_life"
TASK = load_task(find_task("sample")).model_copy(update={"protocols": tuple(PROTOCOLS)})
OF_A_TASK_OF_THEIR_OWN = {
    name
    for file in ("lm_eval_prompts.json", "mmlu_pro_prompts.json")
    for name in json.loads((GOLDEN.parent / file).read_text(encoding="utf-8"))
} | {name for name in PROTOCOLS if name.startswith("olmes-qa")}
HERE = [name for name in PROTOCOLS if name not in OF_A_TASK_OF_THEIR_OWN]


def written(prompt: Prompt) -> str:
    """The prompt as JSON, its texts cut into their lines."""
    content = prompt.content
    sent: object = (
        content.splitlines(keepends=True)
        if isinstance(content, str)
        else [{message.role: message.content.splitlines(keepends=True)} for message in content]
    )
    want = {name: value for name, value in asdict(prompt.want).items() if value != {}}
    document = {"sent": sent, type(prompt.want).__name__: want, "sha256": prompt.sha256}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", HERE)
def test_a_prompt_is_as_it_was(name, update_golden):
    most = PROTOCOLS[name].max_shots
    plan = make_plan(TASK, load_questions(TASK), protocol=name, shots=3 if most is None else min(most, 3))
    prompt = plan.prompt(next(question for question in plan.questions if question.subject == SUBJECT))
    golden = GOLDEN / f"{name}.json"
    if update_golden:
        golden.write_text(written(prompt), encoding="utf-8")
    assert written(prompt) == golden.read_text(encoding="utf-8")


def test_every_protocol_has_a_golden_prompt_and_every_golden_prompt_a_protocol():
    assert {path.stem for path in GOLDEN.glob("*.json")} | OF_A_TASK_OF_THEIR_OWN == set(PROTOCOLS)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_is_told_of_in_the_docs(name):
    docs = Path(__file__).parents[2] / "docs" / "protocols.md"
    assert f"\n| `{name}`" in docs.read_text(encoding="utf-8")
