"""Summaries: what the table and the sentences under it tell of a score."""

from dataclasses import replace
from io import StringIO

import pytest
from builders import (
    answered,
    entry,
    failed,
    plan_of,
    record_of,
    reply,
    settings_of,
    task_document,
    write_task,
)
from rich.console import Console

from harness.answers import Outcome
from harness.endpoint.reply import Failure, FailureKind, Usage
from harness.journal import Journal
from harness.prices import Prices
from harness.regrading import Difference
from harness.run_folder import SessionRecord, create, locked, note_session
from harness.scoring import score_run
from harness.stops import StopKind
from harness.summary import print_differences, print_summary

PRICES = Prices(input=2.0, cached_input=1.0, output=10.0, as_of="2026-11", source="a list")
WRONG = {"algebra/0": "Answer: D", "algebra/1": "Answer: D", "chess/0": "Answer: D"}


@pytest.fixture(autouse=True)
def able_terminal(monkeypatch):
    """A terminal that has the width which it is given."""
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def plan(task_file):
    return plan_of(task_file)


@pytest.fixture
def scored(tmp_path, task_file):
    """Journal entries for a plan, and score them."""

    def scored_(plan, entries, *, record=None, sent=None, warnings=(), **how):
        folder = create(tmp_path / "runs", record or record_of(plan, task_file))
        with locked(folder), Journal(folder.answers) as journal:
            for line in entries:
                journal.append(line)
            note_session(folder, 0, SessionRecord(sent=sent or {}, warnings=warnings))
        return score_run(plan, folder, **{"prices": "no price is known", **how})

    return scored_


def printed(score, width=100):
    """What is printed into a log."""
    print_summary(score, Console(file=(file := StringIO()), width=width, force_terminal=False))
    return file.getvalue()


def on_terminal(score, width):
    """What is printed on a terminal."""
    console = Console(file=(file := StringIO()), width=width, force_terminal=True, color_system=None)
    print_summary(score, console)
    return file.getvalue()


def rows(text):
    """The table's rows, as the texts of their cells."""
    return [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in text.splitlines()
        if line.startswith("│")
    ]


def sentence(text, beginning):
    """The only line that begins so."""
    (found,) = [line for line in text.splitlines() if line.startswith(beginning)]
    return found


# The table


def test_the_title_says_who_was_asked_what_and_how(scored, task_file):
    plan = plan_of(task_file, protocol="hendrycks", shots=2)
    text = printed(scored(plan, [entry(q.id, reply=reply(letter_logprobs={})) for q in plan.questions]))
    title = text.splitlines()[1]
    assert all(word in title for word in ("small-model", "tiny", "hendrycks", "2-shot"))


def test_accuracy_stands_with_its_interval_by_group_and_over_all(scored, plan):
    assert rows(printed(scored(plan, answered(plan, WRONG)))) == [
        ["science", "8", "75.0 %", "40.9 – 92.9"],
        ["games", "4", "75.0 %", "30.1 – 95.4"],
        ["all (micro average)", "12", "75.0 %", "46.8 – 91.1"],
        ["read by best", "12", "75.0 %", "46.8 – 91.1"],
        ["unparsed", "0", "0.0 %", ""],
        ["guessing", "", "25.0 %", ""],
    ]


def test_failed_questions_are_not_among_those_that_the_accuracy_is_of(scored, plan):
    table = rows(printed(scored(plan, answered(plan, {"chess/0": None}))))
    assert [row[:3] for row in table[1:3]] == [
        ["games", "3", "100.0 %"],
        ["all (micro average)", "11", "100.0 %"],
    ]


def test_a_task_without_groups_has_the_whole_alone(scored, tmp_path):
    plan = plan_of(write_task(tmp_path, task_document(groups={})))
    assert [row[0] for row in rows(printed(scored(plan, answered(plan))))] == [
        "all (micro average)",
        "read by best",
        "unparsed",
        "guessing",
    ]


def test_where_the_headline_is_macro_other_readers_are_said_to_be_micro(scored, tmp_path):
    """Or the two readings would be taken to differ by what is only the average."""
    held = task_document(protocols=["meta-llama3-cot"], protocol="meta-llama3-cot")
    plan = plan_of(write_task(tmp_path, held))
    names = [row[0] for row in rows(printed(scored(plan, answered(plan))))]
    assert names[2:4] == ["all (macro average)", "read by best (micro average)"]


def test_other_readers_stand_below_the_score(scored, task_file):
    plan = plan_of(task_file, protocol="cloze")
    logprobs = {"A": -4.0, "B": -8.0, "C": -9.0, "D": -9.0}
    said = reply(choice_logprobs=logprobs)
    score = scored(
        plan,
        [
            entry(
                q.id,
                gold=q.gold,
                answer="A",
                reply=said,
                outcome=Outcome.CORRECT if q.gold == "A" else Outcome.WRONG,
            )
            for q in plan.questions
        ],
    )
    assert ["read by choices-per-char", "12", "25.0 %", "8.9 – 53.2"] in rows(printed(score))


def test_the_right_choices_share_of_probability_has_a_row_of_its_own(scored, task_file):
    plan = plan_of(task_file, protocol="cloze")
    plan = replace(plan, questions=tuple(replace(question, gold="AB") for question in plan.questions))
    logprobs = dict.fromkeys("ABCD", -1.0)
    said = [entry(q.id, gold="AB", answer="A", reply=reply(choice_logprobs=logprobs)) for q in plan.questions]
    assert ["right choices' probability", "12", "50.0 %", ""] in rows(printed(scored(plan, said)))


def test_what_guessing_missing_letters_would_bring_stands_below_each_reading(scored, tmp_path):
    document = task_document(name="pro", protocols=["mmlu-pro-api"], protocol="mmlu-pro-api")
    plan = plan_of(write_task(tmp_path, document), shots=0)
    texts = {q.id: f"The answer is {q.gold}." for q in plan.questions}
    told = [
        row[0::2] for row in rows(printed(scored(plan, answered(plan, {**texts, "chess/0": "Answer: A"}))))
    ]
    assert told[2:-2] == [
        ["all (micro average)", "100.0 %"],
        ["missing letters guessed", "100.0 %"],
        ["read by strict", "91.7 %"],
        ["missing letters guessed", "93.8 %"],
        ["read by best", "100.0 %"],
        ["missing letters guessed", "100.0 %"],
    ]


def test_where_there_is_no_figure_there_is_a_dash(scored, plan):
    text = printed(scored(plan, [failed(q.id) for q in plan.questions]))
    assert rows(text)[:3] == [
        ["science", "0", "–", "–"],
        ["games", "0", "–", "–"],
        ["all (micro average)", "0", "–", "–"],
    ]
    assert "None" not in text


def test_the_share_of_unparsed_replies_is_in_the_table(scored, plan):
    table = rows(
        printed(scored(plan, answered(plan, {"algebra/0": "Hm.", "algebra/1": "Well.", "chess/0": None})))
    )
    assert ["unparsed", "2", "16.7 %", ""] in table


def test_where_nothing_was_asked_guessing_has_a_dash_too(scored, plan):
    assert rows(printed(scored(plan, []))) == [
        ["all (micro average)", "0", "–", "–"],
        ["read by best", "0", "–", "–"],
        ["unparsed", "0", "–", ""],
        ["guessing", "", "–", ""],
    ]


def test_large_numbers_are_grouped(scored, tmp_path):
    questions = task_document()["questions"]
    many = [{**questions[place % 12], "subject": "algebra"} for place in range(1200)]
    plan = plan_of(write_task(tmp_path, task_document(questions=many, groups={})))
    text = printed(scored(plan, answered(plan)))
    assert rows(text)[0][1] == "1,200"
    assert "Outcomes: 1,200 correct" in text


# The sentences


def test_each_outcome_is_counted(scored, plan):
    entries = answered(plan, {"algebra/0": "Answer: D", "algebra/1": "I cannot tell.", "chess/3": None})
    entries[2] = replace(entries[2], answer=None, outcome=Outcome.REFUSED)
    entries[3] = replace(entries[3], answer=None, outcome=Outcome.TRUNCATED)
    assert sentence(printed(scored(plan, entries)), "Outcomes: ") == (
        "Outcomes: 7 correct, 1 wrong, 1 unparsed, 1 refused, 1 truncated, 1 failed"
    )


def test_tokens_requests_time_and_cost_are_told(scored, plan):
    usage = Usage(prompt_tokens=1000, cached_tokens=400, completion_tokens=50)
    entries = [
        replace(line, reply=replace(line.reply, usage=usage, attempts=3, retries=2, latency_s=1.25))
        for line in answered(plan)
    ]
    used = sentence(printed(scored(plan, entries, prices=PRICES)), "Used: ")
    assert "36 requests (24 sent again)" in used
    assert "12,000 prompt (4,800 cached) and 600 completion tokens" in used
    assert "1.0 questions/s" in used
    assert "half of the replies within 1.25 s" in used
    assert "0.0252 US dollars" in used


def test_what_did_not_happen_is_not_told(scored, plan):
    used = sentence(printed(scored(plan, answered(plan))), "Used: ")
    assert not any(word in used for word in ("cached", "repeats", "dollars", "None"))


def test_a_run_without_answers_is_told_without_speed_and_latency(scored, plan):
    text = printed(scored(plan, [], stopped_by="interrupted by the user"))
    assert "Outcomes: 0 correct, 0 wrong" in text
    assert "questions/s" not in text
    assert "half of the replies" not in text
    assert "None" not in text


def test_a_complete_run_has_no_status_and_no_note(scored, plan):
    text = printed(scored(plan, answered(plan)))
    assert "Status" not in text
    assert "Note" not in text


def test_a_partial_run_is_said_to_be_a_chosen_part(scored, task_file):
    plan = plan_of(task_file, limit=5)
    assert sentence(printed(scored(plan, answered(plan))), "Status: ").startswith(
        "Status: partial: a chosen part"
    )


def test_an_incomplete_run_says_what_asks_the_rest(scored, plan):
    status = sentence(printed(scored(plan, answered(plan, {"chess/0": None}))), "Status: ")
    assert status.startswith("Status: incomplete: some requests failed; the same command asks")


def too_long(line):
    return replace(line, failure=Failure(kind=FailureKind.TOO_LONG, message="It does not fit", status=400))


def status_with(scored, plan, *ids, unfit):
    entries = answered(plan, dict.fromkeys(ids))
    entries = [too_long(line) if line.id in unfit else line for line in entries]
    return sentence(printed(scored(plan, entries)), "Status: ")


def test_questions_that_do_not_fit_the_context_want_a_larger_one(scored, task_file):
    plan = plan_of(task_file, protocol="lm-eval")
    assert status_with(scored, plan, "chess/0", unfit={"chess/0"}) == (
        "Status: incomplete: 1 question does not fit into the model's context, without examples either; served with "
        "a larger one, the same command asks again."
    )


def test_room_for_a_generated_reply_can_be_made_by_a_shorter_one(scored, plan):
    status = status_with(scored, plan, "chess/0", "chess/1", unfit={"chess/0", "chess/1"})
    assert "2 questions do not fit" in status
    assert "or a new run with a smaller --max-tokens wants less." in status


def test_the_context_of_an_embedded_model_is_not_the_users_to_enlarge(scored, task_file):
    plan = plan_of(task_file, protocol="lm-eval")
    record = record_of(plan, task_file, settings=settings_of(plan, endpoint="embedded"))
    entries = [too_long(line) for line in answered(plan, {plan.questions[0].id: None})[:1]]
    status = sentence(printed(scored(plan, entries + answered(plan)[1:], record=record)), "Status: ")
    assert status.endswith("; ask a server that gives the model a larger one, by --base-url.")


def test_of_those_that_failed_otherwise_it_is_said_that_they_are_asked_again(scored, plan):
    status = status_with(scored, plan, "chess/0", "chess/1", unfit={"chess/0"})
    assert "some requests failed; the same command asks those again. But 1 question does not fit" in status


def test_an_interrupted_run_says_how_far_it_came_and_why(scored, plan):
    score = scored(plan, answered(plan)[:7], stopped_by="interrupted by the user")
    assert sentence(printed(score), "Status: ") == (
        "Status: interrupted after 7 of 12 (interrupted by the user); the same command goes on."
    )


def test_a_run_whose_server_died_counts_what_was_answered_not_what_was_asked(scored, plan):
    """Those that failed in the session before have an outcome, and no answer."""
    entries = answered(plan, {"chess/0": None, "chess/1": None})
    score = scored(plan, entries, stopped_by="Cannot reach it", stop_kind=StopKind.ENDPOINT)
    assert sentence(printed(score), "Status: ") == (
        "Status: interrupted after 10 of 12: the server gave no further answer (Cannot reach it); the same command "
        "goes on."
    )


def test_a_run_that_nobody_stopped_has_no_none_in_its_status(scored, plan):
    status = sentence(printed(scored(plan, answered(plan)[:7])), "Status: ")
    assert status.startswith("Status: interrupted after 7 of 12 (")
    assert "None" not in status


@pytest.mark.parametrize("asked", [12, 7], ids=["incomplete", "interrupted"])
def test_a_regraded_run_does_not_promise_that_the_same_command_asks_the_rest(scored, plan, task_file, asked):
    record = record_of(plan, task_file, regraded_from="20261122T120000Z-0000")
    entries = answered(plan, {"chess/3": None})[:asked]
    score = scored(
        plan, entries, record=record, stopped_by=None if asked == 12 else "interrupted by the user"
    )
    assert "the same command" not in printed(score)


def test_every_warning_is_a_note(scored, plan):
    text = printed(scored(plan, answered(plan, {"chess/0": None}), warnings=("It has no logprobs.",)))
    notes = [line for line in text.splitlines() if line.startswith("Note: ")]
    assert notes[0] == "Note: It has no logprobs."
    assert notes[1].startswith("Note: 1 request failed")
    assert len(notes) == 2


# Names and widths


def test_markup_in_names_is_shown_as_it_is(scored, tmp_path):
    document = task_document(groups={"[red]science[/red]": ["algebra"], ":smile: [/]": ["botany", "chess"]})
    plan = plan_of(write_task(tmp_path, document))
    record = record_of(
        plan, tmp_path / "tiny.yaml", settings=settings_of(plan, model="[bold]m[/bold] :smile:")
    )
    score = scored(plan, answered(plan), record=record, warnings=("[red]served[/red] by :robot: [/]",))
    text = printed(score)
    assert [row[0] for row in rows(text)[:2]] == ["[red]science[/red]", ":smile: [/]"]
    assert text.splitlines()[1].startswith("[bold]m[/bold] :smile: on tiny")
    assert "Note: [red]served[/red] by :robot: [/]\n" in text


def test_markup_in_what_stopped_a_run_is_shown_as_it_is(scored, plan):
    text = printed(scored(plan, answered(plan)[:7], stopped_by="[red]no credit[/red] [/]"))
    assert "7 of 12 ([red]no credit[/red] [/]);" in text


def test_in_a_log_a_sentence_is_one_line(scored, plan):
    warning = "a word " * 60
    assert f"Note: {warning}\n" in printed(scored(plan, answered(plan), warnings=(warning,)), width=40)


def test_on_a_terminal_a_sentence_is_broken_between_words(scored, plan):
    text = on_terminal(scored(plan, answered(plan), warnings=("a word " * 60,)), width=40)
    sentences = text.rpartition("┘\n")[2]
    assert max(len(line.rstrip()) for line in sentences.splitlines()) <= 40
    assert " ".join(sentences.split()).count("a word") == 60


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_in_40_columns_no_figure_is_lost(scored, plan, show):
    text = show(scored(plan, answered(plan)), 40)
    table = rows(text)
    columns = [" ".join(filter(None, (row[place] for row in table))) for place in range(1, 4)]
    assert columns == [
        "8 4 12 12 0",
        "100.0 % 100.0 % 100.0 % 100.0 % 0.0 % 25.0 %",
        "67.6 – 100.0 51.0 – 100.0 75.8 – 100.0 75.8 – 100.0",
    ]


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_in_40_columns_no_line_of_the_table_is_longer(scored, plan, show):
    text = show(scored(plan, answered(plan)), 40)
    assert {len(line) for line in text.splitlines() if line[:1] in "┏┃┡│├└" and line} == {40}


def test_in_40_columns_no_name_is_cut(scored, tmp_path):
    groups = {"high_school_algebra": ["algebra"], "high_school_others": ["botany", "chess"]}
    plan = plan_of(write_task(tmp_path, task_document(groups=groups)))
    table = rows(printed(scored(plan, answered(plan)), 40))
    names = "".join(row[0] for row in table)
    assert "…" not in names
    assert "high_school_algebrahigh_school_others" in names


def differing(count):
    return [Difference(f"maths/{n}", "unparsed", "B", "B" if n else "C", "phrase") for n in range(count)]


def printed_differences(score, found, listed=10):
    console = Console(file=(file := StringIO()), width=100, force_terminal=False)
    print_differences(found, score, console, listed)
    return file.getvalue()


def test_the_answers_that_a_regrading_changed_are_listed(scored, plan):
    text = printed_differences(scored(plan, answered(plan)), differing(2))
    assert "2 of 12 answers differ" in text
    assert "1 are right only now, 0 only before" in text
    assert rows(text) == [
        ["maths/0", "unparsed", "B", "C", "phrase"],
        ["maths/1", "unparsed", "B", "B", "phrase"],
    ]


def test_of_many_changed_answers_as_many_as_wanted_are_listed_and_the_rest_counted(scored, plan):
    score = scored(plan, answered(plan))
    text = printed_differences(score, differing(12))
    assert len(rows(text)) == 10
    assert "… and 2 more; --differences N lists N." in text
    assert len(rows(whole := printed_differences(score, differing(12), 12))) == 12
    assert "more" not in whole
    assert rows(printed_differences(score, differing(12), 0)) == []


def test_without_rules_there_is_no_column_for_them(scored, plan):
    found = [replace(one, rule=None) for one in differing(1)]
    assert rows(printed_differences(scored(plan, answered(plan)), found)) == [
        ["maths/0", "unparsed", "B", "C"]
    ]


def test_where_no_answer_changed_there_is_no_table(scored, plan):
    assert rows(printed_differences(scored(plan, answered(plan)), [])) == []
