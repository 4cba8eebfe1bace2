"""helm, lighteval: a text that is one letter and nothing else.

Source: metrics/evaluate_reference_metrics.py of stanford-crfm/helm @ 63754d0; metrics/metrics_sample.py of
huggingface/lighteval v0.13.0.
"""

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question


def lighteval_letter(reply: Reply, question: Question) -> str | None:
    """The letter that the text is but for white space; `B.`, `b` and `(B)` are wrong there and not read here."""
    text = reply.text.strip()
    return text if text in set(question.letters) else None


def helm_letter(reply: Reply, question: Question) -> str | None:
    """The same, and where two choices have the same text, either letter is right: HELM compares the texts.

    Nine of MMLU's questions have such choices, the gold one among them in four.
    """
    letter = lighteval_letter(reply, question)
    if letter is None:
        return None
    text_of = {name: text.strip() for name, text in zip(question.letters, question.choices, strict=True)}
    return next((gold for gold in question.gold if text_of[gold] == text_of[letter]), letter)


LIGHTEVAL = Reader("lighteval", Generate, lighteval_letter)
HELM = Reader("helm", Generate, helm_letter)
