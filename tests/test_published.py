"""Published figures: marked as what they are, with what is different about how they came about."""

import io

import pytest
from builders import answered, plan_of, record_of, settings_of, task_document, write_task, written_run
from rich.console import Console

from harness.profiles import our_catalog
from harness.protocols import PROTOCOLS
from harness.published import difference, figures_of, load_published, sentence
from harness.score_file import read_score
from harness.summary import print_published
from harness.task import find_task, read_task


def figure(model, task, accuracy):
    (found,) = [one for one in figures_of(model, task) if one.figure == accuracy]
    return found


@pytest.fixture
def scored(tmp_path):
    """A score of a model on twelve questions that go by the name of a task."""

    def scored_(model, task="mmlu", **choices):
        task_file = write_task(tmp_path, task_document(name=task))
        plan = plan_of(task_file, **choices)
        record = record_of(plan, task_file, settings=settings_of(plan, model=model))
        folder = written_run(tmp_path / model / task, plan, task_file, answered(plan), record=record)
        return read_score(folder.score)

    return scored_


@pytest.mark.parametrize("one", load_published(), ids=lambda one: f"{one.model} {one.task} {one.figure}")
def test_each_figure_names_what_there_is(one):
    assert one.model in our_catalog().models or "/" in one.model
    protocols = read_task(find_task(one.task)).protocols
    assert one.protocol is None or one.protocol in protocols
    assert one.shots is None or one.protocol is None or one.shots <= (PROTOCOLS[one.protocol].max_shots or 99)
    assert sentence(one).startswith("published, not measured here: ")
    assert (str(one.source.date) if one.source.date else "date not known") in sentence(one)


def test_no_figure_is_there_twice():
    told = [(one.model, one.of, one.task, one.figure) for one in load_published()]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("model", "accuracy", "by"),
    [
        ("gemini-3-pro", 91.8, "the press"),
        ("gpt-4o", 88.7, "its maker"),
        ("deepseek-r1", 88.9, "the press"),
        ("deepseek-r1", 90.8, "its maker"),
        ("llama3-70b", 82.0, "its maker"),
    ],
)
def test_what_the_press_quotes_is_told_from_what_a_maker_says(model, accuracy, by):
    assert figure(model, "mmlu", accuracy).by == by


def test_a_model_is_known_by_its_ids_too():
    assert figures_of("meta-llama/Meta-Llama-3-70B-Instruct") == figures_of("llama3-70b") != ()
    assert figures_of("deepseek-reasoner", "mmlu") == figures_of("deepseek-r1", "mmlu") != ()
    assert figures_of("my-own-model") == ()


def test_digits_are_kept_as_they_were_published():
    assert figure("gpt-4o", "mmlu_pro", 72.55).shown == "72.55 %"
    assert figure("llama3-70b", "mmlu", 82.0).shown == "82.0 %"


@pytest.mark.parametrize(
    ("published", "choices", "words"),
    [
        (("gpt-4o", 88.7), {}, "its system message and sampling not sent here"),
        (("gpt-4o", 88.7), {"as_published": True}, "asked in the same way, as far as the source says"),
        (
            ("llama3-70b", 82.0),
            {"protocol": "lm-eval", "shots": 2},
            "protocol lm-eval here, meta-llama3-chat there; 2 shots here, 5 there; micro average here, macro there",
        ),
        (("gpt-4o", 88.7), {"as_published": True, "limit": 5}, "partial here"),
        (
            ("llama3-70b", 80.9),
            {},
            "protocol simple-evals here, meta-llama3-cot there; micro average here, macro there",
        ),
        (("deepseek-r1", 88.9), {}, "simple-evals 0-shot here; there: how it was asked is not known"),
        (
            ("deepseek-r1", 88.9),
            {"limit": 5},
            "simple-evals 0-shot here, partial; there: how it was asked is not known",
        ),
    ],
    ids=["sampling", "same", "all", "part", "average", "unknown", "part, unknown"],
)
def test_beside_a_score_it_says_what_was_different(scored, published, choices, words):
    model, accuracy = published
    assert difference(figure(model, "mmlu", accuracy), scored(model, **choices)) == words


def test_a_run_shows_them_below_its_own_figures(scored):
    console = Console(record=True, width=80, file=io.StringIO())
    print_published(scored("deepseek-r1"), console)
    lines = console.export_text().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("published, not measured here: ") for line in lines)
    assert "(not traced to a source, date not known)" in lines[1]


def test_other_tasks_and_models_have_none_below_them(scored):
    console = Console(record=True, file=io.StringIO())
    print_published(scored("deepseek-r1", task="tiny"), console)
    print_published(scored("my-own-model"), console)
    assert console.export_text() == ""


def test_a_model_in_detail_shows_them(here):
    shown = here("models", "llama3-70b").stdout
    assert "Scores published, not measured here" in shown
    assert "82.0 %" in shown
