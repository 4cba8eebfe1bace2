"""Exports: a run's score and answers as other tools have them, read by those tools' own readers."""

import csv
import io
import json
import re
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
import yaml
from builders import NOON, answered, early_stop, inline, plan_of, task_document, write_task, written_run
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results
from lm_eval_runs import lm_eval, needs_lm_eval, printed_by_lm_eval, write_sample
from loopback import Loopback
from whole_runs import is_one_sentence, left_behind, repeatable, run, small_model

import harness
from harness.errors import StorageError, UsageError
from harness.exporting import export, export_to
from harness.exports import FORMATS
from harness.files import write_whole
from harness.importing import import_results
from harness.score_file import RightSharePart, document, read_score
from harness.stops import StopKind
from harness.task import find_task

GOLDEN = Path(__file__).parent / "golden" / "exports"
MADE_BY_LM_EVAL = Path(__file__).parent / "golden" / "lm_eval"
TEXTS = {
    "algebra/0": "Answer: D",
    "algebra/1": '=1+1, "quoted",\nand a line more',
    "botany/0": "Answer: b",
    "chess/0": None,
    "chess/1": "Réponse : B",
}
FILES = {
    "lm-eval": "results.json",
    "model-index": "model-index.yaml",
    "csv": "answers.csv",
    "markdown": "score.md",
}


@pytest.fixture
def folder(tmp_path):
    """A small run with some of everything, always made at the same time by the same version."""
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    made = written_run(tmp_path / "runs", plan, task_file, answered(plan, TEXTS))
    return changed(made.path, finished_at=NOON, harness_version="0.1.0")


def changed(path, **of_the_run):
    """The run's folder, with other things said of the run."""
    score = read_score(path / "score.json")
    write_whole(
        path / "score.json",
        document(score.model_copy(update={"run": score.run.model_copy(update=of_the_run)})),
    )
    return path


def asked(results, **choices):
    """A run of `sample` by a small model."""
    with Loopback(small_model) as server:
        return run(server, find_task("sample"), results, **choices)


@pytest.mark.parametrize("name", FILES)
def test_it_is_the_golden_file(folder, name, update_golden):
    path, made = GOLDEN / FILES[name], export(folder, name)
    if update_golden:
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.fixture
def stopped(tmp_path):
    """A run that a test stopped."""
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    how = {"stop_kind": StopKind.VERDICT, "stopped_by": "worse is shown", "early_stop": early_stop()}
    return written_run(tmp_path / "runs", plan, task_file, answered(plan), **how).path


@pytest.mark.parametrize("name", ["lm-eval", "model-index"])
def test_a_biased_score_is_not_given_to_a_tool_that_would_not_know(stopped, name, tmp_path):
    with pytest.raises(UsageError, match="stopped early by a test, so its accuracy is biased"):
        export(stopped, name)
    with pytest.raises(UsageError, match="stopped early by a test"):
        export_to(stopped, name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_page_says_that_a_score_is_biased(stopped):
    assert "stopped early by a test, so biased" in export(stopped, "markdown").decode()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(folder, name):
    assert export(folder, name) == export(folder / "score.json", name)


def test_csv_holds_every_answer_as_it_was_given(folder):
    rows = list(csv.DictReader(io.StringIO(export(folder, "csv").decode(), newline="")))
    answers = harness.load(folder).answers()
    assert [row["id"] for row in rows] == sorted(answers.index)
    assert {row["id"]: row["text"] for row in rows}["algebra/1"] == TEXTS["algebra/1"]
    assert {row["id"]: row["prompt_tokens"] for row in rows} == {
        id_: "" if id_ == "chess/0" else "100" for id_ in answers.index
    }


@pytest.mark.parametrize("name", ["csv", "parquet", "lm-eval"])
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            lambda lines: lines[:4],
            r"has \d right of 4 questions, and its score says \d of 12: it was changed since",
        ),
        (lambda lines: lines[::-1], "is not the file that its score was made from: it was changed since"),
    ],
    ids=["cut", "other bytes"],
)
def test_answers_that_are_not_those_of_their_score_are_not_exported(
    here, folder, tmp_path, name, changed, said
):
    path = folder / "answers.jsonl"
    path.write_bytes(b"".join(changed(path.read_bytes().splitlines(keepends=True))))
    done = here("export", folder, "--format", name, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert is_one_sentence(done.stderr)
    assert re.search(said, done.stderr)
    assert not (tmp_path / "out").exists()


def test_answers_that_do_not_count_in_the_score_of_a_stopped_run_are_exported_too(stopped):
    rows = list(csv.DictReader(io.StringIO(export(stopped, "csv").decode(), newline="")))
    assert (len(rows), read_score(stopped / "score.json").counts.questions) == (12, 8)


def test_csv_holds_logprobs_as_json(tmp_path):
    made = asked(tmp_path, protocol="lm-eval", limit=8)
    row = next(csv.DictReader(io.StringIO(export(made.path, "csv").decode())))
    assert sorted(json.loads(row["letter_logprobs"])) == list("ABCD")


def test_parquet_holds_types_and_the_whole_score(folder):
    table = pyarrow.parquet.read_table(io.BytesIO(export(folder, "parquet")))
    assert table.schema.field("prompt_tokens").type == pyarrow.int64()
    assert table.schema.field("latency_s").type == pyarrow.float64()
    assert table.schema.metadata[b"harness.score"] == (folder / "score.json").read_bytes()


def test_parquet_has_the_same_types_whatever_the_protocol(folder, tmp_path):
    made = asked(tmp_path / "results", protocol="lm-eval", limit=8)
    letters = pyarrow.parquet.read_table(io.BytesIO(export(made.path, "parquet")))
    texts = pyarrow.parquet.read_table(io.BytesIO(export(folder, "parquet")))
    assert letters.schema.remove_metadata() == texts.schema.remove_metadata()
    assert len(letters["letter_logprobs"][0].as_py()) == 4


def test_the_hubs_own_reader_takes_the_model_index(folder):
    held = yaml.safe_load(export(folder, "model-index"))
    name, results = model_index_to_eval_results(held["model-index"])
    score = read_score(folder / "score.json").score
    assert (name, results[0].metric_type, results[0].metric_value) == (
        "small-model",
        "accuracy",
        score.accuracy,
    )
    assert [result.metric_name for result in results[1:]] == [
        "Accuracy (tiny, science)",
        "Accuracy (tiny, games)",
    ]


def test_a_model_card_with_the_index_in_its_front_matter_keeps_it(folder):
    front = export(folder, "model-index").decode()
    card = ModelCard(f"---\nlicense: mit\n{front}---\n# A model\n")
    assert isinstance(card.data, ModelCardData)
    assert card.data.eval_results[0].dataset_args["protocol"] == "simple-evals"
    assert (
        yaml.safe_load(ModelCard(str(card)).data.to_yaml())["model-index"]
        == yaml.safe_load(front)["model-index"]
    )


def test_a_dataset_of_the_hub_is_named_as_the_hub_names_it(folder):
    score = read_score(folder / "score.json")
    on_hub = score.task.dataset.model_copy(update={"path": "cais/mmlu", "name": "all", "split": "test"})
    write_whole(
        folder / "score.json",
        document(score.model_copy(update={"task": score.task.model_copy(update={"dataset": on_hub})})),
    )
    (result, *_) = model_index_to_eval_results(yaml.safe_load(export(folder, "model-index"))["model-index"])[
        1
    ]
    assert (result.dataset_type, result.dataset_config, result.dataset_split) == ("cais/mmlu", "all", "test")


def test_names_that_mean_something_in_markdown_are_shown_as_they_are(folder):
    score = read_score(folder / "score.json")
    model = score.model.model_copy(update={"name": "a|b_c*d"})
    write_whole(folder / "score.json", document(score.model_copy(update={"model": model})))
    assert export(folder, "markdown").decode().startswith(r"### a\|b\_c\*d on tiny")


def test_markdown_has_the_right_choices_share_of_probability_too(folder):
    score = read_score(folder / "score.json")
    share = RightSharePart(mean=0.4321, stderr=0.01, questions=12)
    told = score.score.model_copy(update={"right_share": share})
    write_whole(folder / "score.json", document(score.model_copy(update={"score": told})))
    assert "| right choices' probability | 12 | 43.2 % | |\n" in export(folder, "markdown").decode()


@pytest.mark.parametrize("name", FILES)
def test_what_was_imported_is_never_exported_as_ours(tmp_path, name):
    (imported,) = import_results(MADE_BY_LM_EVAL / "letters", task="sample", results=tmp_path)
    said = export(imported.path, name).decode()
    if name != "csv":  # which holds answers and nothing of the run
        assert "lm-eval 0.4.13" in said
        assert "harness 0.1" not in said


def test_what_was_imported_exported_and_imported_again_still_says_who_asked(tmp_path):
    (imported,) = import_results(MADE_BY_LM_EVAL / "letters", task="sample", results=tmp_path / "one")
    written = export_to(imported.path, "lm-eval", tmp_path / "out")
    (again,) = import_results(written, task="sample", results=tmp_path / "two")
    assert again.score.run.imported_from == "lm-eval 0.4.13"
    assert repeatable(again.score) == repeatable(imported.score)


@pytest.mark.parametrize("protocol", ["lm-eval", "lm-eval-generative", "simple-evals"])
def test_samples_are_imported_with_the_same_answers_and_the_same_key(tmp_path, protocol):
    ours = asked(tmp_path / "ours", protocol=protocol, limit=12)
    written = export_to(ours.path, "lm-eval", tmp_path / "out")
    (again,) = import_results(written, task="sample", results=tmp_path / "again")
    assert again.score.comparison_key == ours.score.comparison_key
    assert again.answers()["answer"].to_dict() == ours.answers()["answer"].to_dict()
    version = ours.score.run.harness_version
    assert again.score.run.imported_from == f"harness {version}"
    assert again.score.warnings[0].startswith(f"Imported from an export of harness {version} (sample_")
    said = [
        *again.score.warnings,
        *harness.compare(ours, again).notes,
        export(again.path, "markdown").decode(),
    ]
    assert "not measured" not in " ".join(said)
    assert f"NEW was imported from an export of harness {version}: its prompts are known" in " ".join(said)


@pytest.mark.parametrize("protocol", ["simple-evals", "lm-eval"])
def test_a_question_that_two_subjects_have_comes_back_to_its_own(tmp_path, protocol):
    questions = [{**inline("same", place), "subject": subject} for subject in "abc" for place in range(4)]
    task_file = write_task(tmp_path, task_document(questions=questions, groups=None, shots=None))
    with Loopback(small_model) as server:
        ours = run(
            server, task_file, tmp_path / "ours", protocol=protocol, shots=0, subjects=("b", "c"), limit=6
        )
    written = export_to(ours.path, "lm-eval", tmp_path / "out")
    (again,) = import_results(written, task=str(task_file), results=tmp_path / "again")
    assert again.answers()["answer"].to_dict() == ours.answers()["answer"].to_dict()
    assert harness.compare(ours, again).questions == 6


def round_trip(path, tmp_path, task_file):
    """The only run that an import makes of a run's export."""
    written = export_to(path, "lm-eval", tmp_path / "out")
    (again,) = import_results(written, task=str(task_file), results=tmp_path / "again")
    return again


def without(path, change):
    """A results file in which the field of unfinished runs is changed."""
    document_ = json.loads(path.read_bytes())
    change(document_["unfinished"])
    path.write_text(json.dumps(document_))


@pytest.mark.parametrize(
    ("ids", "ended", "status"),
    [
        ({"algebra/1"}, {}, "incomplete"),
        ({"chess/2"}, {"stop_kind": StopKind.GAP, "stopped_by": "a question failed"}, "incomplete"),
        (set(), {"stop_kind": StopKind.USER, "stopped_by": "interrupted by the user"}, "interrupted"),
    ],
    ids=["failed", "a gap", "interrupted"],
)
def test_a_run_that_was_not_finished_comes_back_as_one(here, tmp_path, ids, ended, status):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    entries = answered(plan, dict.fromkeys(ids))[: 12 if ids else 7]
    ours = harness.load(written_run(tmp_path / "runs", plan, task_file, entries, **ended).path)
    again = round_trip(ours.path, tmp_path, task_file)
    assert again.score.status == ours.score.status == status
    assert repeatable(again.score) == repeatable(ours.score)
    assert again.score.run.stopped_by == ours.score.run.stopped_by
    assert again.answers()["failure"].to_dict() == ours.answers()["failure"].to_dict()
    for name in ("csv", "parquet", "markdown", "model-index", "lm-eval"):
        assert name == "csv" or status in str(export(ours.path, name))
    refused = here("gate", again.path, again.path)
    assert refused.returncode == 3
    assert "end it where it was asked, and import it anew" in refused.stderr
    more = tmp_path / "more"
    more.mkdir()
    assert round_trip(again.path, more, task_file).score.status == status


def test_an_unfinished_run_whose_task_is_not_named_is_not_imported(folder, tmp_path):
    written = export_to(folder, "lm-eval", tmp_path / "out")
    with pytest.raises(UsageError, match=r"--task"):
        import_results(written, results=tmp_path / "again")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: held.update(without_reply=None), "does not say which questions have no reply"),
        (lambda held: held.update(without_reply=[]), "make it partial, not incomplete: it was changed"),
        (lambda held: held["without_reply"][0].update(id="chess/9"), "'chess/9' is no question of the task"),
        (lambda held: held.update(status="fine"), r"field unfinished\.status, is damaged"),
    ],
    ids=["no list", "an empty list", "another question", "another status"],
)
def test_what_is_said_of_missing_replies_is_checked(folder, tmp_path, change, said):
    written = export_to(folder, "lm-eval", tmp_path / "out")
    without(written, change)
    with pytest.raises(UsageError, match=said):
        import_results(written, task=str(tmp_path / "tiny.yaml"), results=tmp_path / "again")
    assert not left_behind(tmp_path / "again")


def test_a_question_that_failed_is_no_sample(folder, tmp_path):
    written = export_to(folder, "lm-eval", tmp_path / "out")
    (samples,) = written.parent.glob("samples_*chess*")
    assert [json.loads(line)["doc_id"] for line in samples.read_text().splitlines()] == [1, 2, 3]
    assert json.loads(written.read_bytes())["n-samples"]["tiny_simple-evals_chess"] == {"effective": 3}


def test_a_protocol_that_is_not_lm_evals_is_not_called_as_its_tasks_are(folder):
    said = json.loads(export(folder, "lm-eval"))
    assert set(said["group_subtasks"]) == {
        "tiny_simple-evals",
        "tiny_simple-evals_science",
        "tiny_simple-evals_games",
    }


def test_results_hold_no_text_of_a_question(folder):
    for name in FORMATS:
        assert b"Which is number" not in export(folder, name)


def test_a_run_without_an_answered_question_has_no_accuracy_to_export(tmp_path):
    task_file = write_task(tmp_path)
    plan = plan_of(task_file)
    none = dict.fromkeys((question.id for question in plan.questions), None)
    made = written_run(tmp_path / "runs", plan, task_file, answered(plan, none))
    for name in ("lm-eval", "model-index"):
        with pytest.raises(UsageError, match="no question was answered"):
            export(made.path, name)


def test_an_unknown_format_is_refused_with_those_that_there_are(folder):
    with pytest.raises(
        UsageError, match=r"unknown format 'marckdown' \(did you mean markdown\?\); there are lm-eval"
    ):
        export(folder, "marckdown")


def test_samples_of_questions_that_have_changed_since_are_refused(tmp_path):
    document_ = task_document()
    task_file = write_task(tmp_path, document_)
    plan = plan_of(task_file)
    made = written_run(tmp_path / "runs", plan, task_file, answered(plan))
    document_["questions"][0]["question"] = "Which is another?"
    write_task(tmp_path, document_)
    with pytest.raises(UsageError, match="are not those that run"):
        export_to(made.path, "lm-eval", tmp_path / "out")
    assert not left_behind(tmp_path / "out")


def test_samples_of_prompts_that_are_none_of_ours_are_refused(tmp_path):
    (imported,) = import_results(MADE_BY_LM_EVAL / "texts", task="sample", results=tmp_path)
    with pytest.raises(
        UsageError, match=r"imported from lm-eval 0\.4\.13, and its prompts are those of no protocol"
    ):
        export_to(imported.path, "lm-eval", tmp_path / "out")


def test_the_command_prints_text(here, folder):
    done = here("export", folder, "--format", "markdown")
    assert (done.returncode, done.stdout) == (0, export(folder, "markdown").decode())


def test_the_command_writes_a_file_into_a_new_folder_and_prints_its_path(here, folder, tmp_path):
    out = tmp_path / "new" / "answers.parquet"
    done = here("export", folder, "--format", "parquet", "--out", out)
    assert (done.returncode, done.stdout) == (0, f"{out}\n")
    assert out.read_bytes() == export(folder, "parquet")


def test_parquet_is_not_printed(here, folder):
    done = here("export", folder, "--format", "parquet")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out" in done.stderr


def test_a_folder_is_no_file(here, folder, tmp_path):
    done = here("export", folder, "--format", "csv", "--out", tmp_path)
    assert done.returncode == 2
    assert "is a folder; name a file" in done.stderr


def test_a_place_that_cannot_be_written_to_is_named(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file cannot be made"):
        export_to(folder, "csv", tmp_path / "file" / "answers.csv")


@needs_lm_eval
@pytest.mark.slow
def test_lm_evals_own_table_shows_our_accuracy(folder, tmp_path):
    written = export_to(folder, "lm-eval", tmp_path)
    program = (
        "import json; from lm_eval.utils import make_table; "
        f"held = json.load(open({str(written)!r})); print(make_table(held)); print(make_table(held, 'groups'))"
    )
    said = printed_by_lm_eval(program)
    accuracy = read_score(folder / "score.json").score.accuracy
    assert f"{accuracy:.4f}" in said
    assert "tiny_simple-evals_science" in said


@needs_lm_eval
@pytest.mark.slow
def test_what_lm_eval_wrote_comes_out_of_an_import_and_an_export_as_it_was(tmp_path):
    write_sample(tmp_path, ("animals", "economics"), 4)
    path = lm_eval(tmp_path, "--model", "small", "--tasks", "sample", "--num_fewshot", "2")
    (imported,) = import_results(path, task="sample", results=tmp_path / "results")
    written = export_to(imported.path, "lm-eval", tmp_path / "exported")
    theirs, ours = json.loads(path.read_bytes()), json.loads(written.read_bytes())
    for subject in ("animals", "economics"):
        before, after = theirs["results"][f"sample_{subject}"], ours["results"][f"sample_lm-eval_{subject}"]
        assert after["acc,none"] == before["acc,none"]
        assert after["acc_stderr,none"] == pytest.approx(before["acc_stderr,none"])
    whole = ours["results"]["sample_lm-eval"]["acc_stderr,none"]
    assert whole == pytest.approx(theirs["results"]["sample"]["acc_stderr,none"])
    for subject in ("animals", "economics"):
        assert _asked(written, subject) == _asked(path, subject)


def _asked(results, subject):
    """What was sent and what came back, of each sample."""
    (samples,) = results.parent.glob(f"samples_*{subject}*")
    held = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    replies = [[float(reply[0][0]) for reply in one["resps"]] for one in held]
    return [(one["arguments"], one["target"], one["prompt_hash"], one["acc"]) for one in held], replies
