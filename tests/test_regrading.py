"""Runs read again: the new run beside the old one, what is the same in it, and what is refused."""

import json
import shutil
import tempfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from builders import answered, plan_of, task_document, write_task, written_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import with_file_size_limit
from loopback import Loopback, chat, completion, completion_logprobs, error
from whole_runs import (
    MODELS,
    PATIENCE_S,
    big_task,
    done,
    echoing,
    left_behind,
    letter_for,
    only_run,
    questions_sent,
    repeatable,
    run,
    sent_text,
    slow_model,
    small_model,
    started,
    words,
)

import harness
from harness.errors import UsageError
from harness.journal import read_journal
from harness.regrading import differences
from harness.validation import validate


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def refusing_chess_2(request):
    """The small model, which cannot take one of the questions."""
    if request.method == "POST" and "chess 2" in sent_text(request):
        return error(400, "cannot parse this")
    return small_model(request)


def half_the_letters(request):
    """Gives two candidates and no more, and cannot be held to a letter."""
    if request.method == "GET":
        return MODELS
    letter = letter_for(sent_text(request))
    return completion(f" {letter}", logprobs=completion_logprobs({f" {letter}": -0.1, " The": -2.0}))


def a_run(server, task_file, results, **choices):
    """A finished run, whose server is gone."""
    with Loopback(server) as endpoint:
        return run(endpoint, task_file, results, **choices)


def content(path):
    """File to its bytes, in a run's folder."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


def rewrite_first_line(journal, **changes):
    """Change fields in a journal's first line, as another version would have written them."""
    first, *others = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(json.dumps(json.loads(first) | changes).encode() + b"\n" + b"".join(others))


def refuse(old, match, **choices):
    """Regrading `old` is refused in one line that `match` fits, and leaves everything as it was."""
    before = left_behind(old.path.parent), content(old.path)
    with pytest.raises(UsageError, match=match) as caught:
        harness.regrade(old.path, **choices)
    assert len(str(caught.value).splitlines()) == 1
    assert (left_behind(old.path.parent), content(old.path)) == before


# The new run beside the old one


def test_the_new_run_lies_beside_the_old_one_and_names_it(task_file, results):
    old = a_run(small_model, task_file, results)
    new = harness.regrade(old.path)
    assert new.path != old.path
    assert new.path.parent == old.path.parent
    assert new.score.run.regraded_from == old.score.run.id
    assert sorted(content(new.path)) == ["answers.jsonl", "run.json", "score.json"]


def test_the_old_run_stays_byte_for_byte_as_it_was(task_file, results):
    old = a_run(small_model, task_file, results)
    before = content(old.path)
    harness.regrade(old.path)
    assert content(old.path) == before


def test_the_run_that_is_given_back_is_the_one_on_the_disk(task_file, results):
    new = harness.regrade(a_run(small_model, task_file, results).path)
    assert harness.load(new.path) == new


def test_a_regraded_run_is_valid(task_file, results):
    new = harness.regrade(a_run(refusing_chess_2, task_file, results).path)
    assert validate(new.path) == new.path / "score.json"


@pytest.mark.parametrize("name", [".", "score.json"])
def test_from_inside_the_runs_folder_the_new_run_lies_beside_it_too(task_file, results, monkeypatch, name):
    old = a_run(small_model, task_file, results)
    monkeypatch.chdir(old.path)
    new = harness.regrade(name)
    assert new.path.resolve().parent == old.path.resolve().parent


def test_no_model_is_asked(task_file, results):
    with Loopback(small_model) as server:
        old = run(server, task_file, results)
        before = len(server.requests)
        harness.regrade(old.path)
        assert len(server.requests) == before


# What is the same


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"limit": 5},
        {"limit": 5, "sample": "stratified", "seed": 2},
        {"subjects": ("science",)},
        {"protocol": "hendrycks", "shots": 2},
    ],
    ids=["all", "limit", "sample", "subjects", "shots"],
)
def test_by_the_same_reader_the_score_is_the_same(task_file, results, choices):
    old = a_run(small_model, task_file, results, **choices)
    new = harness.regrade(old.path)
    assert repeatable(new.score) == repeatable(old.score)
    assert new.score.status == old.score.status


def test_a_run_is_named_by_its_folder_or_by_its_score_file(task_file, results):
    old = a_run(small_model, task_file, results)
    by_folder, by_file = harness.regrade(str(old.path)), harness.regrade(old.path / "score.json")
    assert repeatable(by_folder.score) == repeatable(by_file.score) == repeatable(old.score)
    assert by_folder.path.parent == by_file.path.parent


TEXTS = ("Answer: A", "Answer: B", "Answer: c", "Réponse : D", "I cannot tell.", "", "a\u2028b\u0085", None)


@given(st.lists(st.sampled_from(TEXTS), min_size=12, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_regrading_twice_changes_nothing(tmp_path, task_file, texts):
    plan = plan_of(task_file)
    said = dict(zip([question.id for question in plan.questions], texts, strict=True))
    home = Path(tempfile.mkdtemp(dir=tmp_path))
    old = written_run(home, plan, task_file, answered(plan, said))
    once = harness.regrade(old.path)
    twice = harness.regrade(once.path)
    assert repeatable(twice.score) == repeatable(once.score) == repeatable(harness.load(old.path).score)
    assert (twice.path / "answers.jsonl").read_bytes() == (once.path / "answers.jsonl").read_bytes()


def test_the_order_of_the_lines_does_not_matter(task_file, results):
    old = a_run(refusing_chess_2, task_file, results)
    journal = old.path / "answers.jsonl"
    journal.write_bytes(b"".join(reversed(journal.read_bytes().splitlines(keepends=True))))
    assert repeatable(harness.regrade(old.path).score) == repeatable(old.score)


def test_prompts_whose_examples_were_dropped_are_known_again(task_file, results):
    def small_context(request):
        if request.method == "POST" and sent_text(request).count("Answer:") > 2:
            return error(400, "maximum context length", code="context_length_exceeded")
        return small_model(request)

    old = a_run(small_context, task_file, results, protocol="hendrycks", shots=2)
    new = harness.regrade(old.path)
    assert new.score.counts.shots_dropped == 12
    assert repeatable(new.score) == repeatable(old.score)


def test_letters_are_read_anew_and_not_copied(task_file, results):
    old = a_run(small_model, task_file, results)
    rewrite_first_line(old.path / "answers.jsonl", answer=None, outcome="unparsed")
    new = harness.regrade(old.path)
    assert repeatable(new.score) == repeatable(old.score)
    assert None not in {entry.answer for entry in read_journal(new.path / "answers.jsonl")}


# Another reader


def test_another_reader_gives_the_figure_that_the_old_score_had_beside_its_own(task_file, results):
    old = a_run(echoing, task_file, results, protocol="cloze")
    new = harness.regrade(old.path, reader="choices-per-char")
    beside, _ = old.score.score.other_readers
    score = new.score.score
    assert (score.accuracy, score.stderr, score.ci95) == (beside.accuracy, beside.stderr, beside.ci95)
    assert score.accuracy != old.score.score.accuracy
    assert score.other_readers[0].reader == "choices"
    assert score.other_readers[0].accuracy == old.score.score.accuracy


def test_another_reader_is_another_key_over_the_same_prompts(task_file, results):
    old = a_run(echoing, task_file, results, protocol="cloze")
    new = harness.regrade(old.path, reader="choices-per-char")
    assert (old.score.task.reader, new.score.task.reader) == ("choices", "choices-per-char")
    assert new.score.comparison_key != old.score.comparison_key
    assert new.score.task.prompt_hash == old.score.task.prompt_hash


def test_another_reader_and_back_is_the_old_score(task_file, results):
    old = a_run(echoing, task_file, results, protocol="cloze")
    there = harness.regrade(old.path, reader="choices-per-char")
    assert repeatable(harness.regrade(there.path, reader="choices").score) == repeatable(old.score)


def test_a_run_regraded_by_another_reader_keeps_that_reader(task_file, results):
    old = a_run(echoing, task_file, results, protocol="cloze")
    new = harness.regrade(old.path, reader="choices-per-char")
    assert repeatable(harness.regrade(new.path).score) == repeatable(new.score)


def test_a_score_is_that_of_a_run_which_was_read_so_from_the_start(task_file, results):
    old = a_run(echoing, task_file, results, protocol="cloze")
    other = a_run(echoing, task_file, results, protocol="cloze", reader="choices-per-char")
    assert repeatable(harness.regrade(old.path, reader="choices-per-char").score) == repeatable(other.score)


@pytest.mark.parametrize(
    ("reader", "match"),
    [
        ("letters", "reader letters cannot read what simple-evals asks for; simple-evals, .* can"),
        ("simple-eval", "unknown reader 'simple-eval' .did you mean simple-evals"),
    ],
    ids=["does not fit", "unknown"],
)
def test_a_reader_that_cannot_read_the_replies_is_refused(task_file, results, reader, match):
    refuse(a_run(small_model, task_file, results), match, reader=reader)


def letters_in_sentences(request):
    """Answers in words that simple-evals does not read, but for the questions of chess."""
    if request.method == "GET":
        return MODELS
    text = sent_text(request)
    letter = letter_for(text)
    return chat(f"Answer: {letter}" if "chess" in text else f"The answer is ({letter}).")


def test_the_answers_that_the_other_reader_changed_are_told(task_file, results):
    old = a_run(letters_in_sentences, task_file, results)
    new = harness.regrade(old.path, reader="best")
    found = differences(old.path, new)
    assert {difference.id.split("/")[0] for difference in found} == {"algebra", "botany"}
    assert {(difference.before, difference.rule) for difference in found} == {("unparsed", "phrase")}
    letters = {entry.id: entry.answer for entry in read_journal(new.path / "answers.jsonl")}
    assert all(difference.now == letters[difference.id] for difference in found)
    assert [difference.id for difference in found] == sorted(difference.id for difference in found)


def test_the_same_reader_changes_nothing(task_file, results):
    old = a_run(small_model, task_file, results)
    assert differences(old.path / "score.json", harness.regrade(old.path)) == ()


def test_of_a_run_that_goes_on_what_was_read_again_is_compared(task_file, results):
    """In the journal of the old run a question stands at the end now, and another one is new."""
    old = a_run(letters_in_sentences, task_file, results)
    journal = old.path / "answers.jsonl"
    first, second, *others = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([second, *others]))
    new = harness.regrade(old.path, reader="best")
    known = differences(old.path, new)
    journal.write_bytes(b"".join([second, *others, first, second]))
    assert differences(old.path, new) == known != ()


# What is refused


def test_changed_questions_are_refused_by_their_fingerprint(tmp_path, task_file, results):
    old = a_run(small_model, task_file, results)
    changed = task_document()
    changed["questions"][0]["answer"] = "C"
    write_task(tmp_path, changed)
    there = old.score.task.dataset.fingerprint[:12]
    refuse(old, f"their fingerprint is .*, not {there}; {task_file} has changed since: restore it as it was")


def test_a_table_that_was_edited_is_named_with_the_way_out(tmp_path, results):
    """--data, which is for datasets of the hub, does not bring it back."""
    table = tmp_path / "mine.csv"
    table.write_text("question,A,B,answer\nWhy?,x,y,A\nHow?,x,y,B\n")
    old = a_run(small_model, table, results)
    table.write_text(table.read_text().replace("How?", "How so?"))
    refuse(old, f"{table} has changed since: restore it as it was then, or run the task anew")


def test_changed_examples_are_refused_as_another_prompt(tmp_path, task_file, results):
    old = a_run(small_model, task_file, results, protocol="hendrycks", shots=2)
    changed = task_document()
    changed["shots"][0]["question"] = "What else?"
    write_task(tmp_path, changed)
    refuse(old, "'algebra/.' was asked with another prompt than hendrycks makes today")


def test_a_prompt_that_is_not_todays_is_refused_with_the_version_that_made_it(task_file, results):
    old = a_run(small_model, task_file, results)
    rewrite_first_line(old.path / "answers.jsonl", prompt_sha256="0" * 64)
    version = old.score.run.harness_version
    refuse(
        old, f"was asked with another prompt than simple-evals makes today; read it with harness {version}"
    )


def test_a_question_that_the_run_did_not_want_is_refused(task_file, results):
    old = a_run(small_model, task_file, results)
    rewrite_first_line(old.path / "answers.jsonl", id="zoology/0")
    refuse(old, "answers.jsonl: 'zoology/0' is none of the questions that the run asked")


def test_a_task_file_that_is_gone_is_one_sentence(task_file, results):
    old = a_run(small_model, task_file, results)
    task_file.unlink()
    refuse(old, r"task file .*tiny\.yaml does not exist")


@pytest.mark.parametrize("lose", [lambda path: path.write_bytes(b""), Path.unlink], ids=["empty", "gone"])
def test_a_run_without_answers_is_one_sentence(task_file, results, lose):
    old = a_run(small_model, task_file, results)
    lose(old.path / "answers.jsonl")
    refuse(old, "answers.jsonl holds no answers to read again")


def test_damaged_answers_are_named_by_their_line(task_file, results):
    old = a_run(small_model, task_file, results)
    rewrite_first_line(old.path / "answers.jsonl", outcome="perhaps")
    refuse(old, "answers.jsonl, line 1, is damaged")


def test_a_missing_run_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere.run\.json cannot be read: No such file") as caught:
        harness.regrade(tmp_path / "nowhere")
    assert len(str(caught.value).splitlines()) == 1
    assert left_behind(tmp_path) == []


def test_a_damaged_score_is_refused_and_no_half_run_is_left(task_file, results):
    old = a_run(small_model, task_file, results)
    (old.path / "score.json").write_bytes(b"{")
    refuse(old, r"score\.json.* is not a score file of this harness")


def test_a_full_disk_leaves_no_half_run(task_file, results):
    old = a_run(small_model, task_file, results)
    said = with_file_size_limit(3000, f"import harness; harness.regrade({str(old.path)!r})")
    assert said.startswith("StorageError: ")
    assert only_run(results) == old.path


# Runs that did not come to their end


def test_a_run_with_failed_questions_stays_incomplete(task_file, results):
    old = a_run(refusing_chess_2, task_file, results)
    new = harness.regrade(old.path)
    assert (old.score.status, new.score.status) == ("incomplete", "incomplete")
    assert new.score.counts.failed == 1
    assert repeatable(new.score) == repeatable(old.score)


def out_of_credit_after(questions):
    """The small model, for whom the user can pay so many questions."""
    paid = iter(range(questions))

    def answer(request):
        if request.method == "POST" and next(paid, None) is None:
            return error(429, "pay first", code="insufficient_quota")
        return small_model(request)

    return answer


def test_an_interrupted_run_stays_interrupted_by_the_same(task_file, results):
    old = a_run(out_of_credit_after(7), task_file, results, concurrency=1)
    new = harness.regrade(old.path)
    assert (new.score.status, new.score.counts.questions) == ("interrupted", 7)
    assert new.score.run.stopped_by == old.score.run.stopped_by
    assert "no credit" in new.score.run.stopped_by
    assert repeatable(new.score) == repeatable(old.score)


def test_a_killed_run_that_has_no_score_is_scored_as_interrupted(tmp_path, results):
    task_file = big_task(tmp_path)
    with (
        Loopback(slow_model) as server,
        started(*words(server, task_file, results, "--concurrency=4")) as process,
    ):
        server.wait_for(60)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    path = only_run(results)
    assert not (path / "score.json").exists()
    recorded = len(read_journal(path / "answers.jsonl"))
    new = harness.regrade(path)
    assert 0 < recorded < 150
    assert (new.score.status, new.score.counts.questions) == ("interrupted", recorded)
    assert new.score.run.stopped_by == "the run that was read again did not end"


def test_a_run_killed_between_its_last_reply_and_its_score_is_complete(task_file, results):
    old = a_run(small_model, task_file, results)
    (old.path / "score.json").unlink()
    new = harness.regrade(old.path)
    assert new.score.status == "complete"
    assert repeatable(new.score) == repeatable(old.score)
    assert new.score.cost.why == "the run that was read again has no score"


def test_half_a_line_of_a_killed_run_is_no_answer(task_file, results):
    old = a_run(small_model, task_file, results)
    journal = old.path / "answers.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    (old.path / "score.json").unlink()
    new = harness.regrade(old.path)
    assert (new.score.status, new.score.counts.questions) == ("interrupted", 11)


def test_a_regraded_run_is_never_gone_on_with(task_file, results):
    with Loopback(refusing_chess_2) as server:
        old = run(server, task_file, results)
        new = harness.regrade(old.path)
        shutil.rmtree(old.path)
        third = run(server, task_file, results)
    assert new.score.status == "incomplete"
    assert third.path != new.path
    assert questions_sent(server) == 24


# Data that moved


@pytest.fixture
def data(tmp_path):
    """A folder laid out like the hub, with a dataset of six questions."""
    rows = [
        {"question": f"What is {place} + 1?", "choices": ["1", "2", "3", "4"], "answer": place % 4, "subject": "sums"}
        for place in range(6)
    ]  # fmt: skip
    folder = tmp_path / "data"
    (folder / "someone" / "sums" / "all").mkdir(parents=True)
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, folder / "someone/sums/all/test-00000-of-00001.parquet")
    return folder


@pytest.fixture
def dataset_task(tmp_path):
    document = task_document(
        name="sums",
        groups={},
        dataset={"path": "someone/sums", "name": "all", "split": "test"},
        columns={
            "question": "question",
            "choices": "choices",
            "gold": {"column": "answer", "form": "index0"},
            "subject": "subject",
        },
        questions=None,
        shots=None,
    )
    return write_task(tmp_path, document)


def test_the_questions_are_where_the_run_found_them(data, dataset_task, results):
    old = a_run(small_model, dataset_task, results, data=data)
    assert repeatable(harness.regrade(old.path).score) == repeatable(old.score)


def test_a_relative_data_folder_is_found_from_another_working_folder(
    data, dataset_task, results, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    old = a_run(small_model, dataset_task, results, data=data.relative_to(tmp_path))
    monkeypatch.chdir(results)
    assert repeatable(harness.regrade(old.path).score) == repeatable(old.score)


def test_data_that_is_gone_is_one_sentence(data, dataset_task, results):
    old = a_run(small_model, dataset_task, results, data=data)
    shutil.rmtree(data)
    refuse(old, "--data .* is not a folder")


def test_data_that_moved_is_taken_from_where_the_user_says_it_is(data, dataset_task, results, tmp_path):
    old = a_run(small_model, dataset_task, results, data=data)
    moved = data.rename(tmp_path / "moved")
    assert repeatable(harness.regrade(old.path, data=moved).score) == repeatable(old.score)


def test_where_moved_data_was_is_remembered_for_the_next_time(data, dataset_task, results, tmp_path):
    old = a_run(small_model, dataset_task, results, data=data)
    moved = data.rename(tmp_path / "moved")
    new = harness.regrade(old.path, data=moved)
    assert repeatable(harness.regrade(new.path).score) == repeatable(old.score)


def test_other_data_is_refused_by_its_fingerprint(data, dataset_task, results):
    old = a_run(small_model, dataset_task, results, data=data)
    (file,) = data.rglob("*.parquet")
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(file).slice(1), file)
    refuse(old, "fingerprint .*; give the same data with --data DIR")


# What the replies do not tell


def test_tokens_times_and_the_model_are_as_they_were(task_file, results):
    old = a_run(small_model, task_file, results, revision="abc")
    new = harness.regrade(old.path)
    assert old.score.usage.completion_tokens > 0
    assert (new.score.model, new.score.usage, new.score.latency) == (
        old.score.model,
        old.score.usage,
        old.score.latency,
    )


def test_the_settings_that_were_sent_are_as_they_were(task_file, results):
    old = a_run(small_model, task_file, results, temperature=0.5)
    new = harness.regrade(old.path)
    assert new.score.model.settings == old.score.model.settings
    assert new.score.model.settings["temperature"] == 0.5


@pytest.mark.parametrize("model", ["gpt-4o", "m"], ids=["known", "unknown"])
def test_the_cost_is_what_it_was(task_file, results, model):
    old = a_run(small_model, task_file, results, model=model)
    new = harness.regrade(old.path)
    assert (old.score.cost.usd is None) == (model == "m")
    assert new.score.cost == old.score.cost


def test_the_warnings_are_what_they_were(task_file, results):
    old = a_run(half_the_letters, task_file, results, protocol="lm-eval")
    new = harness.regrade(old.path)
    assert any("candidates" in warning for warning in old.score.warnings)
    assert any("lacked the logprob" in warning for warning in old.score.warnings)
    assert new.score.warnings == old.score.warnings


def test_a_warning_of_what_the_old_reader_did_not_find_is_not_kept(task_file, results):
    old = a_run(small_model, task_file, results)
    unread = task_file.parent / "unread"
    plan = plan_of(task_file)
    texts = dict.fromkeys((question.id for question in plan.questions), "I cannot tell.")
    folder = written_run(unread, plan, task_file, answered(plan, texts))
    (folder.path / "answers.jsonl").write_bytes((old.path / "answers.jsonl").read_bytes())
    assert any("have no letter" in warning for warning in harness.load(folder.path).score.warnings)
    assert harness.regrade(folder.path).score.warnings == ()


def test_prices_with_a_field_of_a_later_version_are_still_read(task_file, results):
    old = a_run(small_model, task_file, results, model="gpt-4o")
    document = json.loads((old.path / "score.json").read_bytes())
    document["cost"]["prices"]["batch"] = 0.5
    (old.path / "score.json").write_text(json.dumps(document))
    assert harness.regrade(old.path).score.cost.usd == old.score.cost.usd


# Exit codes


def test_a_run_that_did_not_end_is_read_again_with_exit_3_and_not_as_a_dead_endpoint(task_file, results):
    old = a_run(small_model, task_file, results)
    journal = old.path / "answers.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:7]))
    (old.path / "score.json").unlink()  # as a kill leaves it
    ended = done("regrade", str(old.path))
    assert ended.returncode == 3
    assert "Status: interrupted after 7 of 12" in ended.stderr
    assert "Error" not in ended.stderr
    assert ended.stdout.splitlines()[-1].endswith("score.json")
