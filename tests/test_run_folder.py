"""Run folders: which run a command goes on with, and the lock that keeps a second one out."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from builders import NOON, answered, plan_of, record_of, settings_of, write_task, written_run

from harness.errors import UsageError
from harness.run_folder import (
    create,
    discard,
    locked,
    new_run_id,
    newest_unfinished,
    read_record,
    runs_of,
)


@pytest.fixture
def task_file(tmp_path):
    return write_task(tmp_path)


@pytest.fixture
def plan(task_file):
    return plan_of(task_file)


@pytest.fixture
def home(tmp_path):
    return runs_of(tmp_path / "results", "some/model", "tiny")


def begun(home, record):
    """A run that wrote its run.json and no more."""
    folder = create(home, record)
    with locked(folder):
        pass
    return folder


def test_runs_lie_by_model_and_task(tmp_path):
    assert runs_of(tmp_path, "meta-llama/Llama 3:70b", "mmlu") == tmp_path / "meta-llama_Llama_3_70b" / "mmlu"


def test_a_run_id_is_the_utc_time_and_four_hex_digits():
    id_ = new_run_id(datetime(2026, 11, 23, 15, 22, 33, tzinfo=timezone(timedelta(hours=1))))
    assert id_.startswith("20261123T142233Z-")
    assert int(id_[17:], 16) < 65536
    assert len(id_) == 21


def test_run_json_is_written_under_the_lock_and_read_again(home, plan, task_file):
    record = record_of(plan, task_file)
    folder = create(home, record)
    assert list(folder.path.iterdir()) == []
    with locked(folder):
        assert json.loads((folder.path / "run.json").read_bytes())["schema"] == "harness-run/1"
    assert read_record(folder.path) == record
    assert [path.name for path in folder.path.iterdir()] == ["run.json"]


def test_run_json_is_not_written_anew_when_a_run_goes_on(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    before = (folder.path / "run.json").stat().st_mtime_ns
    with locked(folder):
        pass
    assert (folder.path / "run.json").stat().st_mtime_ns == before


def test_settings_of_later_versions_are_kept(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file, settings=settings_of(plan, temperature=0.5, new=[1])))
    settings = read_record(folder.path).settings
    assert (settings["temperature"], settings["new"]) == (0.5, [1])


def test_the_newest_unfinished_run_that_agrees_is_found(home, plan, task_file):
    for id_ in ("20261123T120000Z-0000", "20261123T120002Z-0000", "20261123T120001Z-ffff"):
        begun(home, record_of(plan, task_file, id=id_))
    agreeing, other = newest_unfinished(home, settings_of(plan))
    assert agreeing.record.id == "20261123T120002Z-0000"
    assert other is None


def test_without_runs_there_is_none_to_go_on_with(home, plan):
    assert newest_unfinished(home, settings_of(plan)) == (None, None)


def test_a_run_that_was_begun_without_a_run_json_is_passed_over(home, plan, task_file):
    create(home, record_of(plan, task_file))
    assert newest_unfinished(home, settings_of(plan)) == (None, None)


def test_an_unfinished_run_that_does_not_agree_is_named_with_what_differs(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file, settings=settings_of(plan, temperature=0.5, limit=40)))
    agreeing, other = newest_unfinished(home, settings_of(plan))
    assert agreeing is None
    assert other.path == folder.path
    assert other.differences == ("limit 40 there, unset here", "temperature 0.5 there, 0.0 here")


def test_an_older_run_that_agrees_is_found_behind_a_newer_one_that_does_not(home, plan, task_file):
    begun(home, record_of(plan, task_file, id="20261123T120000Z-0000"))
    begun(home, record_of(plan, task_file, id="20261123T120001Z-0000", settings=settings_of(plan, limit=4)))
    agreeing, other = newest_unfinished(home, settings_of(plan))
    assert agreeing.record.id == "20261123T120000Z-0000"
    assert other.path.name == "20261123T120001Z-0000"


@pytest.mark.parametrize("lost", ["none", "one failed", "one not asked"])
def test_only_unfinished_runs_are_gone_on_with(home, plan, task_file, lost):
    entries = answered(plan, {"chess/3": None} if lost == "one failed" else None)
    folder = written_run(home, plan, task_file, entries[:-1] if lost == "one not asked" else entries)
    agreeing, _ = newest_unfinished(home, settings_of(plan))
    assert (agreeing.path if agreeing else None) == (None if lost == "none" else folder.path)


def test_a_partial_run_is_finished(tmp_path, home, task_file):
    plan = plan_of(task_file, limit=3)
    written_run(home, plan, task_file, answered(plan))
    assert newest_unfinished(home, settings_of(plan)) == (None, None)


def test_a_score_of_another_version_is_never_gone_on_with(home, plan, task_file):
    folder = written_run(home, plan, task_file, answered(plan)[:-1])
    folder.score.write_text('{"schema": "harness-score/9"}')
    assert newest_unfinished(home, settings_of(plan)) == (None, None)


def test_a_regraded_run_is_never_gone_on_with(home, plan, task_file):
    begun(home, record_of(plan, task_file, regraded_from="20261123T110000Z-0000"))
    assert newest_unfinished(home, settings_of(plan)) == (None, None)


@pytest.mark.parametrize("content", ["", "{", "{}", '{"schema": "harness-run/2"}'])
def test_a_damaged_run_is_left_alone_and_named(home, plan, task_file, content):
    good = begun(home, record_of(plan, task_file, id="20261123T120000Z-0000"))
    bad = begun(home, record_of(plan, task_file, id="20261123T120001Z-0000"))
    (bad.path / "run.json").write_text(content)
    agreeing, other = newest_unfinished(home, settings_of(plan))
    assert agreeing.path == good.path
    assert other.path == bad.path
    assert "run.json is damaged (" in other.differences[0]


def test_a_record_without_its_settings_names_the_field(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    document = json.loads((folder.path / "run.json").read_bytes())
    del document["settings"]["fingerprint"]
    (folder.path / "run.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"run\.json is damaged \(Field required: settings\.fingerprint\)"):
        read_record(folder.path)


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"run\.json cannot be read: No such file"):
        read_record(tmp_path)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path, plan, task_file):
    (tmp_path / "results").write_text("a file, not a folder")
    with pytest.raises(
        UsageError, match="cannot be made: Not a directory; choose another place with --results"
    ):
        create(runs_of(tmp_path / "results", "m", "tiny"), record_of(plan, task_file))


def test_another_process_is_kept_out_while_the_lock_is_held(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    program = (
        "import sys; from pathlib import Path\n"
        "from harness.errors import UsageError\n"
        "from harness.run_folder import RunFolder, locked, read_record\n"
        "path = Path(sys.argv[1])\n"
        "try:\n"
        "    with locked(RunFolder(path, read_record(path))): print('held')\n"
        "except UsageError as error: print(error)\n"
    )

    def from_another_process():
        words = [sys.executable, "-c", program, folder.path]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    with locked(folder):
        assert from_another_process() == (
            f"another run is writing to {folder.path}: wait until it has ended, or start a separate one with --fresh."
        )
    assert from_another_process() == "held"


def test_a_second_run_of_the_same_process_is_kept_out_too(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    with locked(folder), pytest.raises(UsageError, match="another run is writing"), locked(folder):
        pass


def test_a_lock_that_a_killed_process_left_behind_holds_nobody_up(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    (folder.path / ".lock").touch()
    with locked(folder):
        pass
    assert not (folder.path / ".lock").exists()


def test_the_lock_is_given_up_when_the_run_fails(home, plan, task_file):
    folder = begun(home, record_of(plan, task_file))
    with pytest.raises(RuntimeError), locked(folder):
        raise RuntimeError
    with locked(folder):
        pass


def test_a_discarded_run_leaves_nothing_behind(tmp_path, home, plan, task_file):
    folder = create(home, record_of(plan, task_file))
    with locked(folder):
        folder.answers.touch()
        discard(folder)
    assert list((tmp_path / "results").iterdir()) == []


def test_a_discarded_run_leaves_other_runs_alone(home, plan, task_file):
    kept = begun(home, record_of(plan, task_file))
    folder = create(home, record_of(plan, task_file, id=new_run_id(NOON)))
    with locked(folder):
        discard(folder)
    assert list(home.iterdir()) == [kept.path]
