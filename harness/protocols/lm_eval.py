"""lm-eval: the task `mmlu` of EleutherAI's lm-evaluation-harness, by the logprobs of the letters.

Source: tasks/mmlu/default of EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13), group version 2.
One space after "about"; the question is stripped, its choices are not. Its default is 0-shot, while
nearly every published figure is 5-shot: `--shots 5`.
"""

from collections.abc import Sequence

from harness.prompts import Prompt, ScoreLetters
from harness.protocols.base import Protocol, lettered, spoken
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Description, examples with their letter, then the question up to "Answer:"."""
    header = (
        f"The following are multiple choice questions (with answers) about {spoken(question.subject)}.\n\n"
    )
    examples = "".join(f"{_ask(shot)} {shot.gold}\n\n" for shot in shots)
    return Prompt(header + examples + _ask(question), ScoreLetters(question.letters))


def _ask(question: Question) -> str:
    return f"{question.text.strip()}\n{lettered(question)}\nAnswer:"


LM_EVAL = Protocol(
    name="lm-eval",
    summary="lm-evaluation-harness's mmlu: the most probable of the letters (published figures: --shots 5)",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/mmlu/default",
    build=build,
    shots=0,
    wants=ScoreLetters,
    readers=("letters",),
)
