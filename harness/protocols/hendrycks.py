"""hendrycks: MMLU as its authors asked it, by the logprobs of the four letters.

Source: evaluate.py of hendrycks/test @ 4450500 (2023-04-24); Hendrycks et al. 2021, arXiv 2009.03300.
Two things look like mistakes and are not: the two spaces after "about" (the original code puts one
before each word of the subject), and white space kept as it is in the file. Ten questions have the choice `None`, of
which the original code makes `nan` under pandas 2; here it stays `None`.

Trap: a letter that is not among the candidates counts as a logprob of −100. The original asked for 100 candidates;
where an endpoint gives few, this decides answers. Such questions are counted.
"""

from collections.abc import Sequence

from harness.prompts import Prompt, ScoreLetters
from harness.protocols.base import Protocol, continued, spoken, to_the_answer
from harness.questions import Question


def build(question: Question, shots: Sequence[Question]) -> Prompt:
    """Header, examples with their letter, then the question up to "Answer:"."""
    header = (
        f"The following are multiple choice questions (with answers) about  {spoken(question.subject)}.\n\n"
    )
    return Prompt(header + continued(question, shots, to_the_answer), ScoreLetters(question.letters))


HENDRYCKS = Protocol(
    name="hendrycks",
    summary="the original: 5-shot, one token, the most probable of the letters",
    source="hendrycks/test @ 4450500, evaluate.py; Hendrycks et al. 2021, arXiv 2009.03300",
    build=build,
    shots=5,
    wants=ScoreLetters,
    readers=("letters",),
)
