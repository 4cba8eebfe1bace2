"""Which examples stand before which question."""

from dataclasses import replace

import pytest
from builders import question

from harness.examples import choose_examples
from harness.protocols import PROTOCOLS
from harness.protocols.lm_eval_draws import drawn, drawn_with_one_to_spare
from harness.questions import QuestionSet

QUESTIONS = tuple(question(id=f"maths/{n}", text=f"What is {n}?") for n in range(4))
POOL = tuple(question(id=f"train/{n}", text=f"Example {n}") for n in range(20))
HELD = QuestionSet(QUESTIONS, {"maths": POOL})


def protocol(draw=None, order=None):
    return replace(PROTOCOLS["cloze"], draw=draw, order=order)


def texts(examples, asked, count=3):
    return [shot.text for shot in examples.before(asked, count)]


def test_without_a_draw_all_questions_have_the_first_examples():
    examples = choose_examples(protocol(), HELD, QUESTIONS, 3)
    for asked in QUESTIONS:
        assert texts(examples, asked) == ["Example 0", "Example 1", "Example 2"]


def test_an_order_is_taken_before_the_first_are():
    examples = choose_examples(protocol(order=lambda shots: shots[::-1]), HELD, QUESTIONS, 2)
    assert texts(examples, QUESTIONS[0], 2) == ["Example 19", "Example 18"]


def test_no_more_examples_are_read_than_are_wanted():
    class Watched(tuple):
        def __getitem__(self, place):
            assert place == slice(None, 2)
            return super().__getitem__(place)

    choose_examples(protocol(), QuestionSet(QUESTIONS, {"maths": Watched(POOL)}), QUESTIONS, 2)


def test_each_question_draws_its_own():
    examples = choose_examples(protocol(drawn), HELD, QUESTIONS, 3)
    assert len({tuple(texts(examples, asked)) for asked in QUESTIONS}) == 4


def test_what_is_drawn_for_a_question_does_not_depend_on_which_are_asked():
    """With --limit or --subjects the same, as in lm-evaluation-harness."""
    whole = choose_examples(protocol(drawn), HELD, QUESTIONS, 3)
    part = choose_examples(protocol(drawn), HELD, QUESTIONS[2:3], 3)
    assert texts(part, QUESTIONS[2]) == texts(whole, QUESTIONS[2])


def test_a_question_is_not_its_own_example_where_there_is_one_to_spare():
    held = QuestionSet(QUESTIONS, {"maths": QUESTIONS})
    examples = choose_examples(protocol(drawn_with_one_to_spare), held, QUESTIONS, 3)
    for asked in QUESTIONS:
        assert sorted(texts(examples, asked)) == sorted(q.text for q in QUESTIONS if q is not asked)


def test_subjects_that_have_examples_of_their_own_draw_each_from_the_start():
    other = tuple(replace(asked, id=f"chess/{n}", subject="chess") for n, asked in enumerate(QUESTIONS))
    held = QuestionSet((*QUESTIONS, *other), {"maths": POOL, "chess": tuple(POOL)[::-1]})
    examples = choose_examples(protocol(drawn), held, held.questions, 3)
    places = [[POOL.index(shot) for shot in examples.before(asked, 3)] for asked in held.questions]
    assert places[4:] == [[19 - place for place in drawn_] for drawn_ in places[:4]]


def test_subjects_that_share_their_examples_draw_in_the_order_of_the_file():
    mixed = tuple(replace(asked, subject="chess") if n % 2 else asked for n, asked in enumerate(QUESTIONS))
    held = QuestionSet(mixed, dict.fromkeys(("maths", "chess"), POOL))
    ours = choose_examples(protocol(drawn), held, mixed, 3)
    alone = choose_examples(protocol(drawn), HELD, QUESTIONS, 3)
    assert [texts(ours, asked) for asked in mixed] == [texts(alone, asked) for asked in QUESTIONS]


@pytest.mark.parametrize("count", [1, 3])
def test_the_last_examples_can_be_left_out(count):
    examples = choose_examples(protocol(drawn), HELD, QUESTIONS, 3)
    assert texts(examples, QUESTIONS[0], count) == texts(examples, QUESTIONS[0])[:count]
