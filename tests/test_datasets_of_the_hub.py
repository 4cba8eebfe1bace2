"""Datasets loaded from the hub itself: which commit is asked for, and which one is recorded.

The hub's address is read when datasets is imported, so each test asks in a process of its own.
"""

import json
import re
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from builders import task_document, write_task
from dataset_hub import DATASET, dataset_hub
from hub import COMMIT, environment
from loopback import Loopback
from whole_runs import done, small_model, words

ROWS = [{"question": f"{n} + 1?", "choices": ["1", "2", "3", "4"], "answer": n} for n in range(3)]
COLUMNS = {"question": "question", "choices": "choices", "gold": {"column": "answer", "form": "index0"}}
CSV = "question,A,B,C,D,answer\nWhich?,NA,None,007,1.50,C\n"
README = "---\nconfigs:\n- config_name: {name}\n  data_files:\n  - split: test\n    path: {file}\n---\n"


def parquet(rows=ROWS):
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), sink)
    return sink.getvalue().to_pybytes()


PARQUET = {
    "README.md": README.format(name="all", file="all/test-*").encode(),
    "all/test-0.parquet": parquet(),
}


def task_file(folder, columns=COLUMNS, **dataset):
    held = {"path": DATASET, "name": "all", "split": "test", **dataset}
    return write_task(
        folder, task_document(dataset=held, columns=columns, questions=None, shots=None, groups=None)
    )


@pytest.fixture
def run(tmp_path):
    """A run of the small model on a dataset of a hub that holds these files; gives the process and the score."""

    def run_(path, files, *more):
        with dataset_hub(files) as hub, Loopback(small_model) as server:
            ended = done(
                *words(server, path, tmp_path / "results", *more), environment=environment(hub, tmp_path)
            )
        assert "Traceback" not in ended.stderr
        score = json.loads(Path(ended.stdout.strip()).read_bytes()) if ended.returncode == 0 else None
        return ended, score, hub

    return run_


def test_where_no_revision_is_pinned_the_commit_that_the_hub_gave_is_recorded(tmp_path, run):
    ended, score, _ = run(task_file(tmp_path), PARQUET)
    assert ended.returncode == 0, ended.stderr
    assert score["task"]["dataset"]["revision"] == COMMIT
    assert score["task"]["questions"] == 3


def test_a_pinned_revision_is_asked_for_and_the_command_goes_before_it(tmp_path, run):
    path = task_file(tmp_path, revision="0" * 40)
    ended, _, hub = run(path, PARQUET)
    assert ended.returncode == 4
    assert any("0" * 40 in request.path for request in hub.requests)
    ended, score, hub = run(path, PARQUET, "--dataset-revision", COMMIT)
    assert not any("0" * 40 in request.path for request in hub.requests)
    assert score["task"]["dataset"]["revision"] == COMMIT


@pytest.mark.parametrize("said", [("lint",), ("prompts", "--task"), ("prompts", "--model=gpt-4o", "--task")])
def test_lint_and_prompts_show_another_commit_and_refuse_to_do_so_of_a_folder(tmp_path, said):
    asked = (*said, str(task_file(tmp_path, revision="0" * 40)), f"--dataset-revision={COMMIT}")
    with dataset_hub(PARQUET) as hub:
        shown = done(*asked, environment=environment(hub, tmp_path))
    assert shown.returncode == 0, shown.stderr
    assert {COMMIT} == {found for request in hub.requests if (found := _commit_in(request.path))}
    refused = done(*asked, f"--data={copied(tmp_path)}")
    assert refused.returncode == 2
    assert "of a folder nobody knows the commit; leave one of the two out." in refused.stderr


def _commit_in(path):
    return next((part for part in path.split("/") if re.fullmatch("[0-9a-f]{40}", part)), None)


def copied(tmp_path):
    """A folder that holds a copy of the hub's dataset."""
    folder = tmp_path / "data" / DATASET / "all"
    folder.mkdir(parents=True)
    (folder / "test-0.parquet").write_bytes(parquet())
    return tmp_path / "data"


def test_a_run_of_the_hubs_questions_is_rescored_with_a_copy_of_them(tmp_path, run):
    """Its commit is not wanted of the copy: the fingerprint says whether the questions are the same."""
    ended, _, _ = run(task_file(tmp_path), PARQUET)
    base, data, results = Path(ended.stdout.strip()).parent, copied(tmp_path), tmp_path / "rescored"
    with Loopback(small_model) as server:
        again = done(
            *("rescore", str(base), "--model=n", f"--base-url={server.url}"),
            *(f"--data={data}", f"--results={results}"),
            environment={"HF_HUB_OFFLINE": "1"},
        )
    assert again.returncode == 0, again.stderr


def test_of_a_folder_no_commit_is_recorded_and_none_can_be_asked_for(tmp_path, run):
    copied(tmp_path)
    path = task_file(tmp_path, revision="0" * 40)
    ended, score, hub = run(path, {}, "--data", str(tmp_path / "data"))
    assert ended.returncode == 0, ended.stderr
    assert score["task"]["dataset"]["revision"] is None
    refused, _, _ = run(path, {}, "--data", str(tmp_path / "data"), "--dataset-revision", COMMIT, "--fresh")
    assert refused.returncode == 2
    assert "of a folder nobody knows the commit; leave one of the two out." in refused.stderr
    assert not hub.requests


def test_what_was_loaded_before_does_not_stand_in_for_a_pinned_revision(tmp_path, run):
    run(task_file(tmp_path), PARQUET)
    ended, _, _ = run(task_file(tmp_path, revision="0" * 40), PARQUET)
    assert ended.returncode == 4
    assert f"what was loaded before is of commit {COMMIT}" in ended.stderr


def test_a_run_is_regraded_with_the_commit_that_it_asked(tmp_path, run):
    ended, _, _ = run(task_file(tmp_path), PARQUET)
    with dataset_hub(PARQUET) as hub:
        again = done("regrade", ended.stdout.strip(), environment=environment(hub, tmp_path / "elsewhere"))
    assert again.returncode == 0, again.stderr
    assert hub.requests[0].path == f"/datasets/{DATASET}/resolve/{COMMIT}/README.md"


def test_the_cells_of_a_csv_on_the_hub_stay_texts(tmp_path):
    """datasets would make numbers of digits, and nothing of NA and None."""
    files = {"README.md": README.format(name="all", file="all.csv").encode(), "all.csv": CSV.encode()}
    columns = {
        "question": "question",
        "choices": list("ABCD"),
        "gold": {"column": "answer", "form": "letter"},
    }
    path = task_file(tmp_path, columns, format="csv")
    with dataset_hub(files) as hub:
        shown = done("prompts", "--task", str(path), environment=environment(hub, tmp_path))
    assert shown.stdout.split("\n\n")[2].splitlines()[:4] == ["A) NA", "B) None", "C) 007", "D) 1.50"]


def test_a_filter_sees_the_cells_of_a_csv_on_the_hub_as_they_are_written(tmp_path, run):
    files = {"README.md": README.format(name="all", file="all.csv").encode()}
    files["all.csv"] = b"question,A,B,answer,grade\nWhich?,x,y,A,007\nWho?,x,y,B,7\n"
    columns = {"question": "question", "choices": ["A", "B"], "gold": {"column": "answer", "form": "letter"}}
    path = task_file(tmp_path, columns, format="csv", where={"grade": ["007"]})
    ended, score, _ = run(path, files)
    assert ended.returncode == 0, ended.stderr
    assert score["task"]["questions"] == 1


def test_files_may_be_named_in_the_task(tmp_path, run):
    path = task_file(tmp_path, name=None, files="odd/{split}_questions.parquet")
    ended, score, _ = run(path, {"odd/test_questions.parquet": parquet()})
    assert ended.returncode == 0, ended.stderr
    assert score["task"]["dataset"]["revision"] == COMMIT


def test_a_program_instead_of_a_dataset_is_refused_in_one_sentence(tmp_path, run):
    ended, _, _ = run(task_file(tmp_path), {"something.py": b"print()", "README.md": b""})
    assert ended.returncode == 2
    assert (
        "cannot be loaded as the task file says (RuntimeError: Dataset scripts are no longer supported"
        in ended.stderr
    )


def test_a_gated_dataset_says_whose_terms_and_which_token(tmp_path, run):
    ended, _, _ = run(task_file(tmp_path, gated=True), {})
    assert ended.returncode == 4
    assert (
        f"accept its terms at https://huggingface.co/datasets/{DATASET}, put your token into HF_TOKEN"
        in ended.stderr
    )


ZERO_SHOT = {
    "prompts": ("prompts",),
    "prompts of a model": ("prompts", "--model=gpt-4o"),
    "dry run": ("run", "--model=gpt-4o", "--dry-run"),
    "0 shots of a few-shot protocol": ("prompts", "--protocol=hendrycks", "--shots=0"),
}


@pytest.mark.parametrize("said", ZERO_SHOT.values(), ids=ZERO_SHOT)
def test_another_tasks_examples_are_not_loaded_for_zero_shot(tmp_path, said):
    path = task_file(tmp_path, shots_from="mmlu")
    with dataset_hub({}) as hub:
        ended = done(
            *said, f"--task={path}", f"--data={copied(tmp_path)}", environment=environment(hub, tmp_path)
        )
    assert (ended.returncode, hub.requests) == (0, [])
    assert "cais/mmlu" not in ended.stderr


def test_without_another_tasks_examples_few_shot_is_refused_and_lint_goes_on(tmp_path):
    path, data = task_file(tmp_path, shots_from="mmlu"), copied(tmp_path)
    with dataset_hub({}) as hub:
        there = environment(hub, tmp_path)
        few_shot = done(
            "prompts", f"--task={path}", f"--data={data}", "--protocol=hendrycks", environment=there
        )
        looked_over = done("lint", str(path), f"--data={data}", environment=there)
    assert (few_shot.returncode, looked_over.returncode) == (2, 0)
    assert "5 shots are wanted, and the dataset has 0" in few_shot.stderr
    assert "There are no few-shot examples: dataset cais/mmlu is not in" in looked_over.stderr


def test_all_parts_are_asked_at_the_commit_of_the_first(tmp_path, run):
    """The newest commit may be another one by the time that the last of a hundred configurations is asked."""
    parts = ("one", "two")
    configs = "".join(
        f"- config_name: {part}\n  data_files:\n  - split: test\n    path: {part}.parquet\n" for part in parts
    )
    files = {"README.md": f"---\nconfigs:\n{configs}---\n".encode()}
    files |= {f"{part}.parquet": parquet() for part in parts}
    ended, score, hub = run(task_file(tmp_path, name="{part}", parts=list(parts)), files)
    assert ended.returncode == 0, ended.stderr
    assert (score["task"]["dataset"]["revision"], score["task"]["questions"]) == (COMMIT, 6)
    paths = [request.path for request in hub.requests]
    first_part = next(place for place, path in enumerate(paths) if path.endswith("one.parquet"))
    assert not [path for path in paths[first_part:] if "/main" in path]
