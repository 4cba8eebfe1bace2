"""What the protocols of MMLU-Pro ask for with worked examples, in full, on questions of our own."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from builders import question

from harness.prompts import Generate, Prompt, ScoreLetters, hashed_text
from harness.protocols import PROTOCOLS

GOLDEN = Path(__file__).parents[1] / "golden" / "mmlu_pro_prompts.json"
NAMES = [name for name in PROTOCOLS if "mmlu-pro" in name]
ASKED = question(
    subject="computer science",
    text=" Which of these is no sorting algorithm? ",
    choices=("Heapsort", " Quicksort ", "Bubble sort", "Binary search", "Merge sort"),
    gold="D",
)
SHOTS = (
    question(
        subject="computer science",
        text="What does a stack give back first? ",
        choices=("What came first", "What came last", "The smallest "),
        gold="B",
        rationale="A: Let's think step by step. A stack is last in, first out. The answer is (B).",
    ),
    question(
        subject="computer science",
        text="How many bits has a byte?",
        choices=("4", "8"),
        gold="B",
        rationale="A: Let's think step by step. Let's think step by step again: eight. The answer is (B).",
    ),
)


def shown(prompt: Prompt):
    """The prompt as a JSON value: a text, or messages."""
    return prompt.content if isinstance(prompt.content, str) else [asdict(each) for each in prompt.content]


def test_the_prompts_with_examples_are_as_they_were(update_golden):
    made = {
        name: shown(PROTOCOLS[name].build(ASKED, SHOTS if PROTOCOLS[name].max_shots is None else ()))
        for name in NAMES
    }
    if update_golden:
        GOLDEN.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert made == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("mmlu-pro-api", Generate(4000)),
        ("mmlu-pro-local", Generate(2048, ("Question:",))),
        ("lm-eval-mmlu-pro", Generate(2048, ("Question:",))),
        ("lm-eval-leaderboard-mmlu-pro", ScoreLetters("ABCDE")),
        ("helm-mmlu-pro", Generate(4096)),
        ("helm-mmlu-pro-v2", Generate(14_096)),
        ("meta-llama3-mmlu-pro", Generate(1024)),
    ],
)
def test_what_is_wanted_is_what_the_source_asks_for(name, want):
    assert PROTOCOLS[name].build(ASKED, ()).want == want


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("mmlu-pro-api", "Answer: Let's think step by step. The answer is (B).\n\nQuestion: "),
        ("mmlu-pro-local", "Answer: Let's think step by step. The answer is (B).\n\nQuestion:\n"),
        ("lm-eval-mmlu-pro", "Answer: Let's think step by step. The answer is (B).\n\nQuestion:\n"),
        ("meta-llama3-mmlu-pro", '{"role":"assistant","content":"The best answer is B."}'),
    ],
)
def test_an_example_without_a_worked_answer_gives_its_answer_alone(name, answer):
    assert answer in hashed_text(PROTOCOLS[name].build(ASKED, (question(),)).content)
