"""What tasks/sample.yaml promises: enough questions, well spread, with no answer that its form gives away."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

LETTERS = "ABCD"
Item = dict[str, Any]


@pytest.fixture(scope="module")
def task() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "tasks" / "sample.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def questions(task: dict[str, Any]) -> list[Item]:
    found: list[Item] = task["questions"]
    return found


@pytest.fixture(scope="module")
def shots(task: dict[str, Any]) -> list[Item]:
    found: list[Item] = task["shots"]
    return found


def test_there_are_at_least_120_questions_in_at_least_six_subjects(questions: list[Item]) -> None:
    assert len(questions) >= 120
    assert len({question["subject"] for question in questions}) >= 6


def test_each_subject_is_in_exactly_one_group(task: dict[str, Any], questions: list[Item]) -> None:
    grouped = [subject for subjects in task["groups"].values() for subject in subjects]
    assert sorted(grouped) == sorted({question["subject"] for question in questions})


def test_each_subject_has_at_least_five_shots(questions: list[Item], shots: list[Item]) -> None:
    shots_of = Counter(shot["subject"] for shot in shots)
    assert set(shots_of) == {question["subject"] for question in questions}
    assert min(shots_of.values()) >= 5


def test_every_item_has_four_distinct_choices_and_a_gold_letter(
    questions: list[Item], shots: list[Item]
) -> None:
    for item in questions + shots:
        choices = item["choices"]
        assert all(isinstance(choice, str) and choice == choice.strip() != "" for choice in choices), item
        assert len({choice.casefold() for choice in choices}) == len(choices) == 4, item
        assert item["answer"] in tuple(LETTERS), item


def test_every_question_is_a_text_that_ends_in_a_question_mark(
    questions: list[Item], shots: list[Item]
) -> None:
    for item in questions + shots:
        assert isinstance(item["question"], str), item
        assert item["question"].endswith("?"), item


def test_no_question_is_repeated_not_even_as_a_shot(questions: list[Item], shots: list[Item]) -> None:
    asked = Counter(item["question"].casefold() for item in questions + shots)
    assert [text for text, times in asked.items() if times > 1] == []


def test_gold_letters_are_evenly_spread(questions: list[Item]) -> None:
    golds = Counter(question["answer"] for question in questions)
    for letter in LETTERS:
        assert 0.20 <= golds[letter] / len(questions) <= 0.30, letter


def test_gold_letters_are_roughly_even_within_each_subject(questions: list[Item]) -> None:
    for subject in {question["subject"] for question in questions}:
        golds = Counter(question["answer"] for question in questions if question["subject"] == subject)
        for letter in LETTERS:
            assert 0.10 <= golds[letter] / golds.total() <= 0.40, (subject, letter)


@pytest.mark.parametrize("distance", range(1, 9))
def test_no_gold_letter_tells_a_later_one(questions: list[Item], distance: int) -> None:
    golds = [LETTERS.index(question["answer"]) for question in questions]
    steps = Counter((later - earlier) % 4 for earlier, later in zip(golds, golds[distance:], strict=False))
    assert max(steps.values()) / steps.total() <= 0.40  # 1.00 if the letters went ABCDABCD


@pytest.mark.parametrize("extreme", [max, min], ids=["longest", "shortest"])
def test_choosing_by_length_does_no_better_than_chance(questions: list[Item], extreme: Any) -> None:
    expected = 0.0
    for question in questions:
        lengths = [len(choice) for choice in question["choices"]]
        chosen = [letter for letter, n in zip(LETTERS, lengths, strict=True) if n == extreme(lengths)]
        expected += (question["answer"] in chosen) / len(chosen)  # of equally long ones, any
    assert 0.15 <= expected / len(questions) <= 0.35
