"""Imported runs: lm-evaluation-harness's own files as runs to compare with, and what of them is refused."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from builders import write_task
from lm_eval_runs import lm_eval, needs_lm_eval, write_mmlu, write_sample
from loopback import Loopback
from shared import SHARED, needs_shared
from whole_runs import bytes_of, left_behind, repeatable, run, small_model

import harness
from harness.errors import UsageError
from harness.importing import import_results
from harness.paired_stats import Table
from harness.regrading import regrade
from harness.rescoring import again
from harness.run_folder import newest_unfinished, read_record
from harness.task import find_task
from harness.validation import validate

MADE_BY_LM_EVAL = Path(__file__).parent / "golden" / "lm_eval"
SUBJECTS = ("animals", "economics")


@pytest.fixture
def made(tmp_path):
    """A copy of what lm-evaluation-harness made of eight questions of `sample`, by name, to be changed at will."""

    def made_(name):
        return Path(shutil.copytree(MADE_BY_LM_EVAL / name, tmp_path / name, dirs_exist_ok=True))

    return made_


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def only(path, results, **how):
    """The only run that an import makes."""
    (made,) = import_results(path, results=results, **{"task": "sample", **how})
    return made


def changed(folder, change, name="results_*"):
    """One of the folder's files with its document, or every line's, changed."""
    (path,) = folder.glob(name)
    content = path.read_text(encoding="utf-8")
    documents = [json.loads(part) for part in ([content] if name == "results_*" else content.splitlines())]
    for document in documents:
        change(document)
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")


def together(made, *names):
    """One results file of several, as lm-evaluation-harness writes it where several benchmarks are asked at once."""
    first, *others = [made(name) for name in names]
    (path,) = first.glob("results_*")
    date = path.stem.removeprefix("results_")
    whole = json.loads(path.read_text(encoding="utf-8"))
    for other in others:
        (more,) = other.glob("results_*")
        for field, held in json.loads(more.read_text(encoding="utf-8")).items():
            if isinstance(held, dict) and field != "config":
                whole.setdefault(field, {}).update(held)
        for samples in other.glob("samples_*"):
            task = samples.name.split("_2026")[0]
            samples.rename(first / f"{task}_{date}.jsonl")
    path.write_text(json.dumps(whole), encoding="utf-8")
    return first


def of_other_questions(sample):
    sample["doc"]["question"] += " Or not?"


def left_out(imported):
    """What a score says of what was left out, up to the words that are always the same."""
    said = [warning for warning in imported.score.warnings if warning.startswith("Left out")]
    return [sentence.removesuffix("or one a second time.") for sentence in said]


def test_of_several_benchmarks_only_the_tasks_questions_are_its_score(made, results):
    folder = together(made, "letters", "texts")
    for subject in SUBJECTS:
        changed(folder, of_other_questions, f"samples_sample_texts_{subject}*")
    imported = only(folder, results)
    assert imported.score.comparison_key == our_run(results).score.comparison_key
    said = "Left out: 8 of 16 samples (sample_texts_animals, sample_texts_economics), which ask no question of task "
    assert left_out(imported) == [f"{said}sample, "]


def test_what_was_left_out_is_told_on_the_terminal(here, made):
    folder = together(made, "letters", "texts")
    changed(folder, of_other_questions, "samples_sample_texts_animals*")
    done = here("import", folder, "--task", "sample")
    assert (done.returncode, len(done.stdout.split())) == (0, 2)
    assert "Note: Left out: 4 of 16 samples (sample_texts_animals)" in done.stderr


def test_two_ways_of_asking_a_tasks_questions_are_two_runs(made, results):
    runs = import_results(together(made, "letters", "written"), task="sample", results=results)
    assert [one.score.task.protocol for one in runs] == ["lm-eval", "lm-eval-generative"]
    assert [one.score.counts.questions for one in runs] == [8, 8]
    assert not left_out(runs[0])


def test_subjects_that_lm_eval_has_in_no_group_are_one_run(made, results):
    folder = made("letters")
    changed(folder, lambda document: document.update(group_subtasks={}, groups={}))
    assert only(folder, results).score.comparison_key == our_run(results).score.comparison_key


def test_a_benchmark_that_cannot_be_imported_is_named_and_the_others_are_imported(here, made):
    done = here("import", together(made, "letters", "written"))
    (score,) = done.stdout.split()
    assert (done.returncode, harness.load(score).score.task.name) == (0, "sample")
    assert "Not imported: sample_written_animals of lm-evaluation-harness scores no choices" in done.stderr


def test_a_benchmark_without_samples_is_named_and_the_others_are_imported(made, results):
    folder, said = together(made, "letters", "texts"), []
    for path in folder.glob("samples_sample_texts_*"):
        path.unlink()
    (imported,) = import_results(folder, results=results, say=said.append)
    assert imported.score.counts.questions == 8
    (sentence,) = said
    assert sentence.startswith("Not imported: ")
    assert "has no samples_sample_texts_animals" in sentence


def test_a_subject_without_samples_is_left_out_and_named(made, results):
    folder = made("letters")
    next(folder.glob("samples_*animals*")).unlink()
    imported = only(folder, results)
    assert (imported.score.status, imported.score.counts.questions) == ("partial", 4)
    assert left_out(imported) == ["Left out: sample_animals, of which no samples are beside the results."]


def test_damage_in_one_benchmark_does_not_keep_the_others_from_being_imported(made, results):
    folder, said = together(made, "letters", "texts"), []
    next(folder.glob("samples_sample_texts_animals*")).write_text("{")
    imported = only(folder, results, say=said.append)
    assert imported.score.comparison_key == our_run(results).score.comparison_key
    assert "line 1, is no JSON" in said[0]


def test_what_was_mended_is_imported_beside_what_is_imported_already(made, results):
    folder, said = together(made, "letters", "texts"), []
    (path,) = folder.glob("samples_sample_texts_animals*")
    held = path.read_text()
    path.write_text("{")
    import_results(folder, results=results)
    path.write_text(held)
    (later,) = import_results(folder, results=results, say=said.append)
    assert later.score.task.name == "sample_texts"
    assert "is imported already" in said[0]


def test_a_file_of_no_task_is_refused(made, results):
    folder = made("letters")
    changed(folder, lambda document: document.update(configs={}))
    for task in ("sample", None):
        with pytest.raises(UsageError, match="names no task that was asked"):
            only(folder, results, task=task)


@pytest.mark.parametrize("seconds", ["nan", "inf", "soon"])
def test_a_time_that_is_none_is_not_known(made, results, seconds):
    folder = made("letters")
    changed(folder, lambda document: document.update(total_evaluation_time_seconds=seconds))
    assert only(folder, results).score.latency.elapsed_s == 0


def test_a_baseline_that_was_asked_elsewhere_says_why_it_cannot_be_asked_again(made, results):
    texts = only(made("texts"), results)
    with pytest.raises(UsageError, match="its prompts are those of no protocol of ours"):
        harness.rescore(texts.path, model="new", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="does not say where its model is; name that with --base-url"):
        again(only(made("letters"), results).path)


def without_the_first(folder):
    """One animal less, so that no limit chooses what is left."""
    (path,) = folder.glob("samples_*animals*")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    changed(folder, lambda document: document["n-samples"]["sample_animals"].update(effective=3))
    return folder


def test_a_part_that_lm_eval_asked_is_asked_again_as_a_baseline(made, results):
    imported = only(made("letters"), results)
    with Loopback(small_model) as server:
        rescored = harness.rescore(imported.path, model="new", base_url=server.url, results=results)
    assert set(rescored.answers().index) == set(imported.answers().index)
    assert harness.compare(imported, rescored).questions == 8


def test_whole_subjects_that_lm_eval_asked_are_asked_again_as_a_baseline(made, results, tmp_path):
    held = yaml.safe_load(eight_questions(tmp_path).read_text(encoding="utf-8"))
    more = [{**row, "subject": "a third"} for row in held["questions"][:4]]
    task = str(write_task(tmp_path, {**held, "questions": [*held["questions"], *more]}))
    imported = only(made("letters"), results, task=task)
    settings = read_record(imported.path).settings
    assert (settings["limit"], settings["subjects"]) == (None, list(SUBJECTS))
    with Loopback(small_model) as server:
        rescored = harness.rescore(imported.path, model="new", base_url=server.url, results=results)
    assert harness.compare(imported, rescored).questions == 8


def test_a_part_that_no_options_choose_is_compared_with_a_run_of_the_whole(made, results):
    part = only(without_the_first(made("letters")), results)
    with pytest.raises(UsageError, match="did not ask question animals/0") as caught:
        harness.rescore(part.path, model="new", base_url="http://127.0.0.1:9/v1")
    assert "`harness run --task sample --protocol lm-eval --shots 2`" in str(caught.value)
    assert "`harness compare --on-common-questions`" in str(caught.value)
    whole = our_run(results, subjects=(), limit=None)
    assert harness.compare(part, whole, on_common_questions=True).questions == 7


def test_a_baseline_of_other_right_answers_is_refused_before_anything_is_asked(made, results):
    folder = made("letters")
    changed(
        folder, lambda sample: sample.update(target=str((int(sample["target"]) + 1) % 4)), "samples_*animals*"
    )
    imported = only(folder, results)
    with pytest.raises(UsageError, match="other answers to be right"):
        harness.rescore(imported.path, model="new", base_url="http://127.0.0.1:9/v1")


def our_run(results, **choices):
    """The same eight questions asked by us, of a model that answers as lm-evaluation-harness's did."""
    with Loopback(small_model) as server:
        usual = {"protocol": "lm-eval", "shots": 2, "subjects": SUBJECTS, "limit": 8}
        return run(server, find_task("sample"), results, **{**usual, **choices})


def measured(ran):
    """What must be the same for the same replies, but for the options that chose the questions."""
    made = repeatable(ran.score)
    del made["task"]["sample"]
    return made


def test_the_same_questions_asked_in_the_same_way_have_the_same_comparison_key(made, results):
    imported, ours = only(made("letters"), results), our_run(results)
    assert imported.score.comparison_key == ours.score.comparison_key


def test_the_same_answers_have_the_same_score(made, results):
    assert measured(only(made("letters"), results)) == measured(our_run(results))


def test_every_answer_is_paired_with_ours_by_id(made, results):
    imported, ours = only(made("letters"), results).answers(), our_run(results).answers()
    for column in ("subject", "gold", "answer", "outcome", "prompt_sha256"):
        assert imported[column].to_dict() == ours[column].to_dict()


def test_a_written_letter_is_read_as_lm_eval_reads_it(made, results):
    imported = only(made("written"), results)
    assert imported.score.task.protocol == "lm-eval-generative"
    assert imported.score.counts.correct == round(8 * 0.375)
    assert set(imported.answers()["text"]) <= {f" {letter}" for letter in "ABCD"}


def test_it_is_compared_with_our_run_question_by_question_and_named_as_imported(made, results):
    found = harness.compare(only(made("letters"), results), our_run(results))
    assert found.whole.table == Table(both_correct=3, lost=0, won=0, both_wrong=5)
    assert "BASE was imported from lm-eval 0.4.13 and not measured" in " ".join(found.notes)


def test_a_part_that_lm_eval_asked_is_compared_on_the_common_questions(made, results):
    imported, ours = only(made("letters"), results), our_run(results, limit=20)
    with pytest.raises(UsageError) as caught:
        harness.compare(imported, ours)
    assert "other questions: the 8 that lm-eval 0.4.13 asked against --limit 20" in str(caught.value)
    assert "--on-common-questions` compares the 8 that were asked alike" in str(caught.value)
    assert harness.compare(imported, ours, on_common_questions=True).questions == 8


def test_as_many_questions_are_not_called_others_for_being_asked_elsewhere(made, results):
    imported = only(made("letters"), results)
    ours = our_run(results, reader="best", protocol="simple-evals", shots=0)
    record = json.loads((ours.path / "run.json").read_text())
    record["settings"] |= {"limit": None, "subjects": []}  # all, of a task of eight questions
    (ours.path / "run.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="protocols differ") as caught:
        harness.compare(imported, ours)
    assert "other questions" not in str(caught.value)


def test_other_prompts_are_not_compared_and_it_is_said_why(made, results):
    with pytest.raises(UsageError, match=r"protocols differ: lm-eval's sample_texts 1\.0 against lm-eval"):
        harness.compare(only(made("texts"), results), our_run(results), on_common_questions=True)


def test_it_says_in_every_file_that_it_was_not_measured_here(made, results):
    imported = only(made("letters"), results)
    assert imported.score.run.imported_from == "lm-eval 0.4.13"
    assert read_record(imported.path).imported_from == "lm-eval 0.4.13"
    assert "not measured by this harness" in imported.score.warnings[0]


def test_when_and_with_what_it_was_made_is_lm_evals(made, results):
    ran = only(made("letters"), results).score.run
    assert f"{ran.started_at:%Y-%m-%dT%H:%M}" == "2026-11-25T04:38"
    assert ran.packages["lm_eval"] == "0.4.13"
    assert (ran.python, ran.git, ran.git_branch) == ("not known", None, None)


def test_nothing_is_said_of_speed_and_cost(made, results):
    score = only(made("letters"), results).score
    assert score.latency.p50 is score.latency.questions_per_second is score.cost.usd is None


def test_it_is_a_valid_score_file(made, results):
    assert validate(only(made("letters"), results).path)


def test_no_text_of_a_question_is_kept(made, results):
    only(made("letters"), results)
    import_results(made("texts"), results=results)
    assert b"lays eggs" in bytes_of(MADE_BY_LM_EVAL.rglob("*.jsonl"))
    assert b"lays eggs" not in bytes_of(results.rglob("*"))


def test_a_secret_among_the_models_arguments_is_not_kept(made, results):
    folder = made("letters")
    arguments = {"pretrained": "org/small", "api_key": "sk-lm-evals-own-key"}
    changed(folder, lambda document: document["config"].update(model_args=arguments))
    changed(folder, lambda document: document["configs"]["sample_animals"]["metadata"].update(arguments))
    only(folder, results)
    assert b"sk-lm-evals" not in bytes_of(results.rglob("*"))


def test_another_right_answer_makes_another_key(made, results):
    folder = made("letters")
    changed(
        folder, lambda sample: sample.update(target=str((int(sample["target"]) + 1) % 4)), "samples_*animals*"
    )
    imported = only(folder, results)
    assert imported.score.comparison_key != our_run(results).score.comparison_key
    assert imported.answers().loc["animals/0", "gold"] == "C"


def test_other_prompts_make_another_key_and_no_protocol_of_ours(made, results):
    folder = made("letters")

    def with_a_word_more(sample):
        for words in sample["arguments"].values():
            words["arg_0"] += " "

    changed(folder, with_a_word_more, "samples_*animals*")
    imported = only(folder, results)
    assert imported.score.task.protocol == "lm-eval's sample 1.0"
    assert imported.score.comparison_key != our_run(results).score.comparison_key


def test_questions_asked_in_another_way_have_our_ids_all_the_same(made, results):
    imported, ours = only(made("texts"), results), our_run(results)
    assert imported.score.task.protocol == "lm-eval's sample_texts 1.0"
    assert set(imported.answers().index) == set(ours.answers().index)


def test_a_task_that_is_none_of_ours_is_compared_with_itself_only(made, results):
    (one,) = import_results(made("texts"), results=results)
    assert one.score.task.name == "sample_texts"
    assert one.answers().index[0] == "sample_texts_animals/0"
    assert one.score.status == "complete"
    assert one.score.score.accuracy == 1 / 8


def test_two_models_asked_the_same_task_of_lm_evals_have_the_same_key(made, results):
    folder = made("texts")
    (one,) = import_results(folder, results=results)
    changed(folder, lambda document: document.update(model_name="org/other"))
    (other,) = import_results(folder, results=results)
    assert one.score.comparison_key == other.score.comparison_key
    assert one.path != other.path


def test_all_of_a_tasks_questions_are_a_complete_run_and_some_a_partial_one(made, results):
    assert only(made("letters"), results).score.status == "partial"
    (whole,) = import_results(made("texts"), results=results)
    assert whole.score.status == "complete"


def test_a_question_that_is_none_of_ours_is_counted_and_left_out(made, results):
    folder = made("letters")

    def of_another_text(sample):
        if sample["doc_id"] == 0:
            sample["doc"]["question"] = "Which of these animals lays the most eggs?"

    changed(folder, of_another_text, "samples_*animals*")
    imported = only(folder, results)
    assert (imported.score.counts.questions, imported.score.task.protocol) == (7, "lm-eval")
    assert left_out(imported) == [
        "Left out: 1 of 8 samples (sample_animals), which ask no question of task sample, "
    ]


def test_answers_that_lm_eval_counted_otherwise_are_told(made, results):
    folder = made("letters")
    changed(folder, lambda sample: sample.update(acc=1.0 - sample["acc"]), "samples_*animals*")
    said = only(folder, results).score.warnings
    assert "lm-eval itself counted 4 of 8 answers otherwise than reader letters does." in said


def test_a_choice_of_no_probability_at_all_is_never_chosen(made, results):
    folder = made("letters")

    def certain_of_d(sample):
        sample["resps"] = [[["-inf", "False"]]] * 3 + [[["-0.1", "True"]]]

    changed(folder, certain_of_d, "samples_*animals*")
    answers = only(folder, results).answers()
    assert set(answers[answers["subject"] == "animals"]["answer"]) == {"D"}


def test_arguments_and_numbers_as_older_versions_wrote_them_are_read(made, results):
    folder = made("letters")

    def as_before(sample):
        sample["arguments"] = [list(words.values()) for words in sample["arguments"].values()]
        sample["resps"] = [[[float(logprob), best == "True"]] for ((logprob, best),) in sample["resps"]]
        del sample["filter"]

    changed(folder, as_before, "samples_*animals*")
    assert measured(only(folder, results)) == measured(our_run(results))


def test_a_chat_is_hashed_as_the_messages_that_were_sent(made, results):
    folder = made("written")
    (results_file,) = folder.glob("results_*")
    chat = [{"role": "user", "content": ""}]

    def as_chat(sample):
        chat[0]["content"] = sample["arguments"]["gen_args_0"]["arg_0"]
        sample["arguments"]["gen_args_0"]["arg_0"] = [json.dumps(chat)]

    for subject in SUBJECTS:
        changed(folder, as_chat, f"samples_*{subject}*")
    assert only(results_file, results).score.task.protocol == "lm-eval-generative"


def test_results_without_samples_are_refused_with_the_way_out(made, results):
    folder = made("letters")
    for path in folder.glob("samples_*"):
        path.unlink()
    with pytest.raises(UsageError, match=r"and 1 more beside it.*--log_samples"):
        only(folder, results)
    assert not left_behind(results)


def test_samples_that_were_cut_off_are_refused(made, results):
    folder = made("letters")
    (path,) = folder.glob("samples_*animals*")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    with pytest.raises(UsageError, match=r"holds 3 samples, and results_.* says that 4 were asked"):
        only(folder, results)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is no JSON"),
        (b"[]", "is no sample"),
        (b'{"doc_id": 0}', "is no sample as expected"),
    ],
    ids=["cut off", "a list", "without its parts"],
)
def test_a_damaged_sample_is_named_by_file_and_line(made, results, content, said):
    folder = made("letters")
    (path,) = folder.glob("samples_*animals*")
    path.write_bytes(content + b"\n")
    with pytest.raises(UsageError, match=f"samples_sample_animals_.*line 1, {said}"):
        only(folder, results)


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"results": {}, "configs": 3}'])
def test_what_is_no_results_file_is_refused(tmp_path, results, content):
    path = tmp_path / "results_x.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="has no results and configs"):
        only(path, results)


def test_a_score_file_of_ours_is_no_results_file(results):
    ours = our_run(results)
    with pytest.raises(UsageError, match="has no results and configs"):
        only(ours.path / "score.json", results)


def test_of_several_results_one_must_be_named(made, results):
    folder = made("letters")
    made("written").rename(folder / "written")
    with pytest.raises(UsageError, match="holds 2 results; name one of them"):
        only(folder, results)


def test_a_folder_without_results_is_refused(tmp_path, results):
    with pytest.raises(UsageError, match=r"holds no results_….json"):
        only(tmp_path, results)


def test_the_same_file_is_imported_once(made, results):
    folder = made("letters")
    first = only(folder, results)
    with pytest.raises(UsageError, match=f"is imported already: {first.path}"):
        only(folder, results)


def test_a_task_that_asks_none_of_the_questions_is_refused(made, results, tmp_path):
    tiny = write_task(tmp_path)
    with pytest.raises(UsageError, match=r"none of the 8 samples .* asks a question of task"):
        only(made("letters"), results, task=str(tiny))


def test_text_of_a_task_that_is_none_of_ours_is_refused(made, results):
    with pytest.raises(UsageError, match=r"scores no choices.*--task"):
        import_results(made("written"), results=results)
    assert not left_behind(results)


def test_an_imported_run_is_never_gone_on_with(made, results):
    imported = only(made("letters"), results)
    (imported.path / "score.json").unlink()
    settings = read_record(imported.path).settings
    assert newest_unfinished(imported.path.parent, settings) == (None, None)


def eight_questions(folder):
    """A task that has the questions of the golden files alone, and the examples."""
    held = yaml.safe_load(find_task("sample").read_text(encoding="utf-8"))
    of = {
        subject: [row for row in held["questions"] if row["subject"] == subject][:4] for subject in SUBJECTS
    }
    changes = {"name": "eight", "groups": {}, "questions": [*of["animals"], *of["economics"]]}
    changes["shots"] = [row for row in held["shots"] if row["subject"] in SUBJECTS]
    return write_task(folder, {**held, **changes})


def test_a_whole_task_that_was_asked_as_we_ask_can_be_read_again(made, results, tmp_path):
    imported = only(made("letters"), results, task=str(eight_questions(tmp_path)))
    assert imported.score.status == "complete"
    again = regrade(imported.path)
    assert repeatable(again.score) == repeatable(imported.score)
    assert again.score.run.imported_from == "lm-eval 0.4.13"
    assert "not measured" in again.score.warnings[0]


def test_a_part_of_a_task_is_read_again_where_options_of_ours_choose_it(made, results):
    imported = only(made("letters"), results)
    assert repeatable(regrade(imported.path).score) == repeatable(imported.score)
    with pytest.raises(UsageError, match="was imported from lm-eval"):
        regrade(only(without_the_first(made("letters")), results / "part").path)


def test_the_command_prints_the_path_of_the_score(here, made):
    done = here("import", made("letters"), "--task", "sample")
    assert done.returncode == 0, done.stderr
    assert harness.load(done.stdout.strip()).score.run.imported_from == "lm-eval 0.4.13"
    assert "imported from lm-eval 0.4.13" in done.stderr


def test_a_history_marks_it(here, made):
    here("import", made("letters"), "--task", "sample")
    (entry,) = json.loads(here("history", "results", "--json").stdout)["scores"]
    assert entry["imported_from"] == "lm-eval 0.4.13"
    assert "imported" in here("history", "results").stdout


def test_the_command_says_what_is_wrong_in_one_sentence(here, tmp_path):
    done = here("import", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "does not exist" in done.stderr


@needs_lm_eval
@pytest.mark.slow
def test_what_lm_eval_writes_now_is_read_as_the_golden_files_are(made, results, tmp_path):
    write_sample(tmp_path, SUBJECTS, 4)
    for form, name in (("sample", "letters"), ("sample_written", "written"), ("sample_texts", "texts")):
        path = lm_eval(tmp_path, "--model", "small", "--tasks", form, "--num_fewshot", "2")
        assert repeatable(only(path, results).score) == repeatable(only(made(name), results).score)


@needs_lm_eval
@pytest.mark.slow
def test_a_chat_endpoint_that_lm_eval_asked_is_read(results, tmp_path):
    write_sample(tmp_path, SUBJECTS, 4)
    with Loopback(small_model) as server:
        where = f"model=m,base_url={server.url}/chat/completions"
        said = ("--model", "local-chat-completions", "--model_args", where, "--apply_chat_template")
        path = lm_eval(tmp_path, *said, "--tasks", "sample_written")
    imported = only(path, results)
    assert imported.score.task.reader == "best"
    assert set(imported.answers()["answer"]) <= set("ABCD")
    assert (imported.score.model.name, imported.score.model.endpoint) == (
        "m",
        "lm-eval local-chat-completions",
    )


@needs_lm_eval
@needs_shared
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_of_mmlu_is_paired_with_our_own_run_of_it(results, tmp_path):
    write_mmlu(tmp_path)
    data = SHARED / "data"
    path = lm_eval(tmp_path, "--model", "small", "--tasks", "mmlu")
    (imported,) = import_results(path, data=data, results=results)
    with Loopback(small_model) as server:
        ours = run(server, find_task("mmlu"), results, protocol="lm-eval", data=data)
    assert imported.score.status == "complete"
    assert repeatable(imported.score) == repeatable(ours.score)
