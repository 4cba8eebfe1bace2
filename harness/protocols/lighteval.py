"""lighteval…: MMLU as Hugging Face's lighteval asks it; the name `mmlu` changed its meaning between 0.11 and 0.12.

Source: `leaderboard|mmlu` of huggingface/lighteval v0.10.0, and tasks/tasks/mmlu.py of v0.13.0. The first is lm-eval's
prompt but for white space, which is kept. The second is HELM's prompt in HELM's order, read from five written tokens;
its instruction is followed by four line breaks, since it ends with two and is joined with two more. lighteval averages
over subjects. (Its third, `original|mmlu` of v0.10, is `hendrycks`, byte for byte.)

Trap of the second: what is written must be the letter and nothing else, so that a reply that begins with `The` or a
line break is wrong.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Prompt, ScoreLetters
from harness.protocols.base import Protocol, continued, to_the_answer
from harness.protocols.helm import ask, balanced
from harness.protocols.lm_eval import description
from harness.questions import Question


def build_leaderboard(question: Question, shots: Sequence[Question]) -> Prompt:
    """Instruction, examples with their letter, then the question up to "Answer:"."""
    text = description(question.subject) + continued(question, shots, to_the_answer)
    return Prompt(text, ScoreLetters(question.letters))


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same with HELM's words, and five tokens to be written."""
    parts = (description(question.subject), *(f"{ask(shot)} {shot.gold}" for shot in shots), ask(question))
    return Prompt("\n\n".join(parts), Generate(5, ("\n",)))


LIGHTEVAL_0_10_LEADERBOARD = Protocol(
    name="lighteval-0.10-leaderboard",
    summary="lighteval's up to 0.11: lm-eval's with white space kept, the most probable of the letters",
    source="huggingface/lighteval v0.10.0, leaderboard|mmlu",
    build=build_leaderboard,
    shots=5,
    wants=ScoreLetters,
    readers=("letters",),
    average="macro",
)
LIGHTEVAL_0_13 = Protocol(
    name="lighteval-0.13",
    summary="lighteval's mmlu since 0.12: HELM's prompt and order, exact match of five written tokens",
    source="huggingface/lighteval v0.13.0, tasks/tasks/mmlu.py",
    build=build,
    shots=5,
    order=balanced,
    wants=Generate,
    readers=("lighteval", "best"),
    usual_tokens=(1, 5),
    brief=True,
    average="macro",
)
