"""What the protocols of lm-evaluation-harness's other tasks ask for, in full, on a question of our own."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from builders import question

from harness.prompts import Generate
from harness.protocols import PROTOCOLS
from harness.protocols.lm_eval_forms import LM_EVAL_FORMS
from harness.task import find_task, load_task

GOLDEN = Path(__file__).parents[1] / "golden" / "lm_eval_prompts.json"
NAMES = [
    *(protocol.name for protocol in LM_EVAL_FORMS),
    "lm-eval-winogrande",
    "lm-eval-arc-chat",
    "lm-eval-gpqa-cot-zeroshot",
]
ASKED = question(
    subject="cyber_security",
    context="A lock was picked. ",
    text="A lock was picked. \nThe thief used _ because it was thin. ",
    choices=("a [bent] hairpin", " a brick [title]", "the  door"),
    gold="A",
)
SHOT = question(
    subject="cyber_security",
    context="Rain fell.",
    text="Rain fell.\nAnn took _ because she is {clever}?",
    choices=("an umbrella", "a fan"),
    gold="A",
)


def shown(protocol):
    """The prompt with an example, where it takes one, and what is wanted."""
    prompt = protocol.build(ASKED, (SHOT,) if protocol.max_shots is None else ())
    sent = prompt.content if isinstance(prompt.content, str) else [asdict(each) for each in prompt.content]
    return {"sent": sent, type(prompt.want).__name__: asdict(prompt.want)}


def test_the_prompts_are_as_they_were(update_golden):
    made = json.loads(json.dumps({name: shown(PROTOCOLS[name]) for name in NAMES}))
    if update_golden:
        GOLDEN.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert made == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_choice_is_a_context_of_its_own_in_winogrande():
    prompt = PROTOCOLS["lm-eval-winogrande"].build(
        question(text="It fits _. Now _!", choices=("in", "on")), ()
    )
    assert prompt.content == "It fits "
    assert prompt.want.beginnings == {"A": "in", "B": "on"}
    assert prompt.want.continuations == dict.fromkeys("AB", " . Now _!")


def test_a_line_break_of_the_arc_chat_is_a_backslash_and_an_n():
    first, begun = PROTOCOLS["lm-eval-arc-chat"].build(question(choices=tuple("abcde")), ()).content
    assert r"\nQuestion: What is 2 + 2?\nA. a\nB. b\nC. c\nD. d\nYour response" in first.content
    assert begun.content == "The best answer is"


def test_written_answers_have_the_sources_limits():
    wanted = {name: PROTOCOLS[name].build(ASKED, ()).want for name in NAMES[-2:]}
    assert wanted == {
        "lm-eval-arc-chat": Generate(100, ("\n\n", ".")),
        "lm-eval-gpqa-cot-zeroshot": Generate(256, ("</s>",)),
    }


@pytest.mark.parametrize("name", ["arc_challenge", "hellaswag", "openbookqa", "piqa"])
def test_the_figure_that_is_quoted_comes_first(name):
    (protocol,) = (p for p in LM_EVAL_FORMS if p.name in load_task(find_task(name)).protocols)
    assert protocol.readers == ("choices-per-char", "choices", "choices-per-byte")
