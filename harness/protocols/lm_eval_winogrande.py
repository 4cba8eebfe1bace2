"""lm-eval-winogrande: the end of a sentence scored after each way to fill its blank, as lm-evaluation-harness does.

Source: tasks/winogrande of EleutherAI/lm-evaluation-harness @ 4e7e0d47 (0.4.13); "partial evaluation", Trinh and Le
2018, arXiv 1806.02847. The text up to the blank and the choice are given, and what is scored is the rest, which is the
same for both. The source's default is 0-shot, Open LLM Leaderboard v1's figures are 5-shot. Examples are drawn as
harness/protocols/lm_eval_draws.py says; each is its whole sentence.
"""

from collections.abc import Sequence

from harness.prompts import Prompt, ScoreChoices
from harness.protocols.base import Protocol
from harness.protocols.lm_eval_draws import drawn_with_one_to_spare
from harness.questions import Question

_BLANK = "_"


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples, filled in, then the question's sentence up to its blank."""
    examples = "".join(f"{_filled(shot)}\n\n" for shot in shots)
    before, rest = _cut(question)
    choices = dict(zip(question.letters, question.choices, strict=True))
    return Prompt(examples + before, ScoreChoices(dict.fromkeys(choices, f" {rest}"), beginnings=choices))


def _filled(shot: Question) -> str:
    before, rest = _cut(shot)
    return f"{before}{shot.choices[shot.letters.index(shot.gold)]} {rest}"


def _cut(question: Question) -> tuple[str, str]:
    """What stands before the first blank, and what comes after it."""
    before, _, rest = question.text.partition(_BLANK)
    return before, rest.strip()


LM_EVAL_WINOGRANDE = Protocol(
    name="lm-eval-winogrande",
    summary="lm-evaluation-harness's winogrande: the choice after which the sentence's end is most probable",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/winogrande",
    build=build,
    shots=0,
    draw=drawn_with_one_to_spare,
    wants=ScoreChoices,
    readers=("choices",),
)
