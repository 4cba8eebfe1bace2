"""lm-eval-mmlu-pro, lm-eval-leaderboard-mmlu-pro: two tasks of EleutherAI's lm-evaluation-harness.

Source: tasks/mmlu_pro (3.1) and tasks/leaderboard/mmlu_pro (0.1) of EleutherAI/lm-evaluation-harness @ 4e7e0d47
(0.4.13). The first is close to mmlu-pro-local and not the same: one newline under the instruction instead of four,
options stripped (since 2026-01; 532 questions differ by it), and a reply without the letter is wrong. The second is
Open LLM Leaderboard v2's: no instruction, no reasoning, the most probable letter. The leaderboard shows it rescaled,
(accuracy - 0.1) / 0.9 and nothing below 0: its 50 is an accuracy of 55 %, although guessing gives 0.111. The
suite `open_llm_leaderboard_v2` shows both.

Traps of the first: the first `answer is (X)` counts, not the last, and `answer is **X**` is not read.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Generate, Prompt, ScoreLetters
from harness.protocols.base import Protocol, continued, lettered, to_the_answer
from harness.protocols.mmlu_pro import THOUGHT, instruction, worked
from harness.protocols.simple_evals import USUAL_TOKENS
from harness.questions import Question

MAX_TOKENS = 2048


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Instruction, worked examples, then the question up to the first words of its answer."""
    examples = "".join(f"{_ask(shot)} {worked(shot).replace(f'A: {THOUGHT} ', '')}\n\n" for shot in shots)
    text = f"{instruction(question.subject)}\n{examples}{_ask(question)}"
    return Prompt(text, Generate(MAX_TOKENS, ("Question:",)))


def build_leaderboard(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples with their letter, then the question up to "Answer:"."""
    return Prompt(continued(question, shots, to_the_answer), ScoreLetters(question.letters))


def _ask(question: Question) -> str:
    stripped = replace(question, choices=tuple(choice.strip() for choice in question.choices))
    return f"Question:\n{question.text}\nOptions:\n{lettered(stripped)}\nAnswer: {THOUGHT}"


LM_EVAL_MMLU_PRO = Protocol(
    name="lm-eval-mmlu-pro",
    summary="lm-evaluation-harness's mmlu_pro: 5-shot chain of thought, its text continued",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu_pro",
    build=build,
    shots=5,
    wants=Generate,
    readers=("strict", "best"),
    usual_tokens=USUAL_TOKENS,
)
LM_EVAL_LEADERBOARD_MMLU_PRO = Protocol(
    name="lm-eval-leaderboard-mmlu-pro",
    summary="Open LLM Leaderboard v2: 5-shot, no reasoning, the most probable of the letters (not rescaled)",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/leaderboard/mmlu_pro",
    build=build_leaderboard,
    shots=5,
    wants=ScoreLetters,
    readers=("letters",),
)
