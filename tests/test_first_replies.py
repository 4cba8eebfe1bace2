"""First replies: what must be alike before an endpoint is said to serve the old weights."""

import pytest
from builders import entry, failed, reply

from harness.baseline import Said, reply_sha256
from harness.first_replies import FirstReplies

LONG = "Because of this and that. " * 20 + "Answer: B"
IDS = [f"maths/{place}" for place in range(10)]


def heard(baseline, now):
    """What is known once all of ten replies have come; None: the request failed."""
    said = {
        id_: Said(True, "B", reply_sha256(entry(id_, reply=reply(text))), False, len(text), "0" * 64, 0)
        for id_, text in zip(IDS, baseline, strict=True)
    }
    replies = FirstReplies(IDS, said, questions=len(IDS))
    for id_, text in zip(IDS, now, strict=True):
        replies.heard(failed(id_) if text is None else entry(id_, reply=reply(text)))
    return replies


@pytest.mark.parametrize(
    ("now", "certain"),
    [([LONG] + [None] * 9, True), ([None] + ["B"] * 9, False), ([LONG, "A"] + [None] * 8, False)],
    ids=["a long one is alike", "only letters are", "a letter is not"],
)
def test_what_was_not_answered_again_proves_nothing(now, certain):
    assert heard([LONG] + ["B"] * 9, now).certain is certain


def test_only_replies_that_came_are_counted_as_alike():
    assert heard([LONG] * 10, [LONG] * 4 + [None] * 6).same == 4
