"""Histories: scores over time, which neighbours cannot be compared, and what could not be read."""

import json
import shutil
from datetime import timedelta

import pytest
from builders import NOON, answered, plan_of, record_of, settings_of, task_document, write_task, written_run

from harness.errors import UsageError
from harness.history import Wanted, history_document, read_history
from harness.score_file import EarlyStopPart, document, read_score


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def add(task_file, results):
    """Writes a run of so many hours after noon, with these things different."""

    def add_(hours, *, model="m", revision=None, texts=None, branch=None, file=task_file, **choices):
        plan = plan_of(file, **choices)
        settings = settings_of(plan, model=model, revision=revision, limit=choices.get("limit"))
        at = NOON + timedelta(hours=hours)
        record = record_of(plan, file, id=f"{at:%Y%m%dT%H%M%SZ}-0000", started_at=at, settings=settings)
        folder = written_run(
            results / model / plan.task.name, plan, file, answered(plan, texts), record=record
        )
        score = read_score(folder.score)
        made = score.model_copy(update={"run": score.run.model_copy(update={"git_branch": branch})})
        folder.score.write_bytes(document(made))
        return folder.path

    return add_


def only(results, **wanted):
    (series,) = read_history(results, Wanted(**wanted)).series
    return series.scores


def test_scores_stand_in_the_order_of_time_by_model_and_task(add, results, tmp_path):
    other_task = write_task(tmp_path, task_document(name="other"))
    late, early = add(5), add(1)
    early = early.rename(early.with_name("z"))  # the order of names is another
    other, elsewhere = add(2, model="a-model"), add(3, file=other_task)
    found = read_history(results).series
    assert [(one.model, one.task) for one in found] == [("a-model", "tiny"), ("m", "other"), ("m", "tiny")]
    paths = [[score.path.parent for score in one.scores] for one in found]
    assert paths == [[other], [elsewhere], [early, late]]


def test_scores_of_the_same_questions_are_comparable_and_the_first_has_none_before_it(add, results):
    add(1)
    add(2, texts={"chess/0": "no idea"})
    first, second = only(results)
    assert (first.comparable, second.comparable, second.differs) == (None, True, ())


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"protocol": "lm-eval", "shots": 0}, "protocols differ: simple-evals against lm-eval"),
        ({"limit": 5}, "other questions: all against --limit 5"),
        ({"reader": "best"}, "readers differ: simple-evals against best"),
    ],
    ids=["protocol", "questions", "reader"],
)
def test_a_neighbour_that_was_asked_otherwise_is_marked_with_what_differs(add, results, choices, words):
    add(1)
    add(2, **choices)
    assert only(results)[1].comparable is False
    assert words in only(results)[1].differs


def test_a_damaged_record_beside_a_score_is_told_where_it_is_needed(add, results):
    add(1)
    (add(2, limit=5) / "run.json").write_text("{")
    (said,) = only(results)[1].differs
    assert "run.json is damaged" in said


@pytest.mark.parametrize(
    ("wanted", "hours"),
    [
        ({"model": "m"}, [1, 2]),
        ({"revision": "abc"}, [1]),
        ({"branch": "tune"}, [2]),
        ({"task": "tiny", "model": "m", "branch": "main"}, [1]),
    ],
    ids=["model", "beginning of a revision", "branch", "several"],
)
def test_scores_can_be_chosen(add, results, wanted, hours):
    add(1, revision="abcdef", branch="main")
    add(2, revision="bcdefa", branch="tune")
    add(3, model="other", branch="other")
    assert [one.score.run.started_at.hour - 12 for one in only(results, **wanted)] == hours


def test_what_nothing_is_of_is_refused_with_what_there_is(add, results):
    add(1, branch="main")
    with pytest.raises(UsageError, match=r"none of the 1 scores .* is of branch 'tune' \(there are: main\)"):
        read_history(results, Wanted(branch="tune"))


def test_a_damaged_score_is_skipped_and_named(add, results, here):
    add(1)
    damaged = add(2) / "score.json"
    damaged.write_text('{"schema": "harness-score/1"}')
    shown = here("history", results)
    assert shown.returncode == 0
    assert shown.stderr.startswith(f"Skipped: {damaged}, field status, is not a score file")
    assert len(only(results)) == 1


def test_where_no_score_can_be_read_it_is_an_error(add, results, here):
    (add(1) / "score.json").write_text("{}")
    shown = here("history", results)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "holds no score file that can be read" in shown.stderr


@pytest.mark.parametrize("name", ["nowhere", "tiny.yaml"])
def test_what_is_no_folder_is_refused(task_file, here, name):
    shown = here("history", task_file.parent / name)
    assert (shown.returncode, "is no folder" in shown.stderr) == (2, True)


def killed(folder, *command):
    """As kill -9 leaves a run that was gone on with: its old score is gone by then."""
    (folder / "score.json").unlink()
    record = json.loads((folder / "run.json").read_bytes())
    (folder / "run.json").write_text(json.dumps(record | {"command": command}))
    return folder


def test_a_run_that_was_killed_is_named_with_the_command_that_goes_on(add, results, here):
    add(1)
    folder = killed(add(2), "python -m harness", "run", "--task", "my exam.csv", "--fresh")
    shown = here("history", results).stdout
    assert (
        f"No score yet: {folder} has not ended: `python -m harness run --task 'my exam.csv'` goes on" in shown
    )
    assert f"`harness regrade {folder}` scores what there is." in shown


def test_where_no_run_has_a_score_yet_one_is_named_with_what_goes_on(add, results, here):
    folder = killed(add(1), "harness", "run")
    shown = here("history", results)
    assert (shown.returncode, shown.stdout) == (3, "")
    assert f"holds no score yet: {folder} has not ended: `harness run` goes on with it" in shown.stderr


def test_a_run_without_a_score_whose_record_is_damaged_is_named_too(add, results, here):
    add(1)
    folder = killed(add(2), "harness", "run")
    (folder / "run.json").write_text("{")
    assert f"No score yet: {folder}/run.json is damaged" in here("history", results).stdout


def test_the_table_has_what_one_looks_for(add, results, here):
    add(1, revision="abcdef0123456789", branch="main", texts={"chess/0": "no idea"})
    add(2, limit=5, branch="tune")
    shown = " ".join(here("history", results, COLUMNS="160").stdout.split())
    for words in ("m on tiny", "2026-11-23", "91.7 %", "64.6 – 98.5", "abcdef012345", "main", "tune"):
        assert words in shown
    assert "≠ above: other questions: all against --limit 5" in shown


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_in_a_narrow_terminal_no_figure_and_no_note_is_cut_off(add, results, here, width):
    add(1, revision="abcdef0123456789", branch="a-rather-long-name-of-a-branch")
    add(2, protocol="lm-eval", shots=0)
    narrow, wide = (here("history", results, COLUMNS=columns).stdout for columns in (width, "200"))
    assert "…" not in narrow
    for word in ("when (UTC)", "unparsed", "note", "protocols", "abcdef012345"):
        assert word in wide
        assert word in narrow
    assert narrow.count(" %") == wide.count(" %")


def test_published_figures_stand_below_and_are_marked(add, results, here, tmp_path):
    mmlu = write_task(tmp_path, task_document(name="mmlu"))
    add(1, model="llama3-70b", file=mmlu)
    lines = [line for line in here("history", results).stdout.splitlines() if "82.0 %" in line]
    assert len(lines) == 1
    assert lines[0].startswith("published, not measured here: ")
    assert "protocol simple-evals here, meta-llama3-chat there" in lines[0]


def test_the_document_has_the_same_and_shares(add, results, here, tmp_path):
    mmlu = write_task(tmp_path, task_document(name="mmlu"))
    path = add(1, model="llama3-70b", file=mmlu, revision="abc", branch="main")
    made = json.loads(here("history", results, "--json").stdout)
    assert made == history_document(read_history(results))
    (score,) = made["scores"]
    assert score["path"] == str(path / "score.json")
    assert (score["model"], score["task"], score["protocol"]) == ("llama3-70b", "mmlu", "simple-evals")
    assert (score["revision"], score["git_branch"], score["status"]) == ("abc", "main", "complete")
    assert (score["accuracy"], score["counts"]["unparsed"]) == (1.0, 0)
    assert score["comparable_with_previous"] is None
    assert {one["measured_here"] for one in made["published"]} == {False}
    assert made["published"][0]["accuracy"] == pytest.approx(0.82)


def test_a_regraded_run_says_whose_replies_it_read(add, results, here):
    path = add(1)
    again = path.with_name("again")
    shutil.copytree(path, again)
    made = json.loads((again / "score.json").read_bytes())
    made["run"]["regraded_from"] = path.name
    (again / "score.json").write_text(json.dumps(made))
    shown = " ".join(here("history", results, COLUMNS="160").stdout.split())
    assert f"replies of {path.name} read again" in shown


@pytest.mark.parametrize(("of", "told"), [(20, True), (12, False)], ids=["early", "at its end"])
def test_a_run_that_a_test_stopped_early_is_called_biased(add, results, here, of, told):
    path = add(1) / "score.json"
    block = EarlyStopPart(
        rule="a rule",
        seed=0,
        order="by hash",
        alpha_a_side=0.005,
        alpha_at_the_end=0.04,
        margin=0.02,
        baseline="20261123T120000Z-0000",
        baseline_answers="0" * 64,
        verdict="worse",
        verdict_at_the_end=False,
        asked=12,
        of=of,
        lost=3,
        won=0,
        difference=-0.6,
        ln_e={"worse": 6.0},
    )
    path.write_bytes(document(read_score(path).model_copy(update={"status": "partial", "early_stop": block})))
    assert (
        "stopped early, so biased" in " ".join(here("history", results, COLUMNS="160").stdout.split())
    ) is told
    assert json.loads(here("history", results, "--json").stdout)["scores"][0]["stopped_early"] is told
