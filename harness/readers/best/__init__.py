"""best: our own reader. Letters as a careful person reads them, in many languages.

Takes any generated text, from whatever protocol. What a reply states counts, and of several statements the last;
only where it states nothing, its lines are looked at. A hedge, a denial or an excuse is no letter. Time is linear in
the length of the reply, whatever it holds. What it reads and what it refuses to read: docs/readers.md.
"""

from harness.answers import Answer, Outcome, Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question
from harness.readers.best.lines import lone_letter
from harness.readers.best.page import read_pages
from harness.readers.best.refusals import refuses
from harness.readers.best.statements import last_statement


def best_letter(reply: Reply, question: Question) -> Answer | None:
    """The letter and the rule that read it; why there is none, where the text says so."""
    for page in read_pages(reply, question):
        stated = last_statement(page)
        if stated.letter is not None:
            return Answer(stated.letter, rule=stated.rule)
    if page.cut:  # what stands on the last line is half a thought
        return None
    if stated.rule is None and (found := lone_letter(page)) is not None and found[0] not in stated.denied:
        return Answer(found[0], rule=found[1])
    if refuses(page):
        return Answer(None, Outcome.REFUSED, rule="refusal")
    return Answer(None, Outcome.UNPARSED, stated.rule) if stated.rule else None


BEST = Reader("best", Generate, best_letter)
