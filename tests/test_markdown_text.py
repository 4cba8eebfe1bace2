"""Names in Markdown: whatever a model or subject is called, that is what a reader sees, and nothing else happens."""

import html
import re

import pytest
from builders import answered, inline, plan_of, record_of, settings_of, task_document, write_task, written_run
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.markdown_text import code, plain

GITHUBS = MarkdownIt("commonmark").enable(["table", "strikethrough"])  # with HTML, as GitHub
_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)

NAMES = (
    "[x](http://e.com)",
    "[1](http://e.com)",
    "[1]: http://e.com",
    "[x]",
    "[ ] done",
    "![x](y.png)",
    "~~a~~",
    "&lt;b&gt;",
    "&amp;",
    "<b>b</b>",
    "<!-- c -->",
    "@octocat",
    "@cf/meta/llama-3.1-8b",
    "a@b.c",
    "x|y",
    "`code`",
    "``",
    "`@a`",
    "\\",
    "\\@a",
    "a\\",
    "**bold** __b__ _i_ *i*",
    "# h",
    "#12",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "| a | b |",
    "---",
    "{x}",
)


def seen(markdown):
    """What a reader sees, tags left out and lines joined."""
    return " ".join(html.unescape(_TAG.sub("", GITHUBS.render(markdown))).split())


def mentioned(markdown):
    """What looks like a name to whoever is looked for in the rendered text outside code."""
    return re.findall(r"@\w+", html.unescape(_TAG.sub("", _CODE.sub("", GITHUBS.render(markdown)))))


def in_a_table(*cells):
    return f"| a | b |\n|---|---|\n| {' | '.join(cells)} |"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", [plain, code])
def test_a_name_is_seen_as_it_is(form, name):
    shown = form(name)
    assert seen(shown) == name
    assert seen(f"- {shown} and {shown}") == f"{name} and {name}"
    assert seen(f"### {shown} {shown}") == f"{name} {name}"
    assert not mentioned(shown)
    assert not re.search(r"<(?!/?(p|code)>)", GITHUBS.render(shown))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_seen_as_it_is_in_a_table(name):
    assert seen(in_a_table(plain(name), "z")) == f"a b {name} z"
    assert seen(in_a_table(code(name).replace("|", "\\|"), "z")) == f"a b {name} z"


@given(
    st.text("@a.1-`\\|<>&;[]()*_~#+ {}!/:lt", min_size=1)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
def test_any_text_is_seen_as_it_is(text):
    assert seen(plain(text)) == text
    assert seen(in_a_table(plain(text), "z")) == f"a b {text} z"
    assert not mentioned(plain(text))
    assert seen(code(text)) == text


def test_an_interval_stays_readable_without_a_renderer():
    assert plain("a drop of 2.0 points [−8.3, +4.4] of 120 questions") == (
        "a drop of 2.0 points [−8.3, +4.4] of 120 questions"
    )


def test_no_address_becomes_a_link_by_itself():
    assert plain("see http://e.com") == "see http\\://e.com"
    assert seen(plain("see http://e.com")) == "see http://e.com"


@pytest.fixture
def strange(tmp_path):
    """Two runs of models and subjects with such names."""
    subjects = [name for name in NAMES if "/" not in name]
    questions = [inline(subject, place) for subject in subjects for place in range(20)]
    task_file = write_task(tmp_path, task_document(questions=questions, groups=None, shots=None))
    plan = plan_of(task_file, shots=0)
    wrong = {q.id: f"Answer: {'B' if q.gold == 'A' else 'A'}" for q in plan.questions}

    def written(model, texts):
        settings = settings_of(plan, model=model)
        record = record_of(plan, task_file, id=f"20261123T120000Z-{len(texts)}", settings=settings)
        return written_run(tmp_path / "runs", plan, task_file, answered(plan, texts), record=record).path

    return subjects, written("@octocat/x", {}), written("@cf/meta/llama<3>|`y`", wrong)


def test_a_gates_markdown_shows_all_names_as_they_are_and_calls_nobody(here, strange, tmp_path):
    subjects, base, new = strange
    here("gate", base, new, "--each=subjects", "--markdown=gate.md")
    text = (tmp_path / "gate.md").read_text()
    shown = seen(text)
    for name in (*subjects, "@octocat/x", "@cf/meta/llama<3>|`y`"):
        assert shown.count(name) >= 2, name
    assert not mentioned(text)
    assert not re.search(r"<(a|s|b|i|em|img)\b", GITHUBS.render(text))


def test_an_exported_score_shows_its_models_name_as_it_is_and_calls_nobody(here, strange):
    told = here("export", strange[2], "--format=markdown")
    assert "@cf/meta/llama<3>|`y` on" in seen(told.stdout)
    assert not mentioned(told.stdout)
