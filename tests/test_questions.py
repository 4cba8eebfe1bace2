"""Questions, and the fingerprint of their content."""

import pytest
from builders import question

from harness.questions import QuestionSet, fingerprint


def test_letters_are_as_many_as_choices():
    assert question(choices=("a", "b", "c")).letters == "ABC"


def test_letters_are_the_first_of_the_alphabet():
    assert question(choices=("a", "b", "c"), alphabet="アイウエ").letters == "アイウ"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "maths/1"},
        {"subject": "physics"},
        {"text": "What is 2 + 2 ?"},
        {"choices": ("4", "3", "5", "6")},
        {"gold": "C"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_a_question_changes_the_fingerprint(change):
    assert fingerprint([question(**change)]) != fingerprint([question()])


def test_few_shot_examples_are_not_in_the_fingerprint():
    asked = (question(),)
    assert QuestionSet(asked, {}).fingerprint == QuestionSet(asked, {"maths": (question(),)}).fingerprint


def test_text_cannot_move_between_fields_unseen():
    one = question(choices=("a", "b"), gold="A")
    other = question(choices=('a", "b',), gold="A")
    assert fingerprint([one]) != fingerprint([other])
