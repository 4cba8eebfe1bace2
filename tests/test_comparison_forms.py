"""What `harness compare` prints: table, JSON, Markdown, CSV. Golden files are rewritten by `--update-golden`."""

import csv
import io
import json
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from builders import inline, passages_task, plan_of, task_document, write_task
from compared import Written, large, wrong_in
from whole_runs import is_one_sentence

from harness.comparison import compare
from harness.comparison_markdown import comparison_markdown
from harness.comparison_words import p_value, points, verdict

GOLDEN = Path(__file__).parent / "golden"
FRACTION = re.compile(r"-?\d+\.\d{10,}(e-\d+)?")
FORMS = {"txt": (), "json": ("--json",), "md": ("--markdown",), "csv": ("--csv",)}


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return Written(tmp_path)


@pytest.fixture
def runs(written, tmp_path):
    """Three runs of 120 questions: BASE, one that is worse, partly by form, and one that is nearly the same."""
    plan = large(tmp_path, 40)
    unread = {f"chess/{place}": "I like it." for place in range(9)}
    base = written("base", wrong_in(plan, "botany", range(4)), asked=plan, revision="0123456789abcdef")
    worse = written("tuned", {**unread, **wrong_in(plan, "algebra", range(6))}, asked=plan)
    near = written("near", wrong_in(plan, "botany", range(1, 5)), asked=plan)
    return tuple(path.relative_to(tmp_path) for path in (base, worse, near))


def same_as_golden(printed, name, update):
    text = FRACTION.sub(
        lambda figure: f"{float(figure[0]):.9g}", printed
    )  # the last digits are the machine's
    path = GOLDEN / name
    if update:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), (
        "if it is meant: pytest --update-golden, and read the difference"
    )


@pytest.mark.parametrize(("form", "count"), list(product(FORMS, (2, 3))))
def test_what_is_printed_is_as_it_was(here, runs, form, count, update_golden):
    done = here("compare", *runs[:count], *FORMS[form])
    assert (done.returncode, done.stderr) == (0, "")
    name = "comparison" if count == 2 else "ranking"
    same_as_golden(done.stdout, f"{name}.{form}", update_golden)


def test_no_line_of_a_terminals_table_is_wider_than_80_columns(here, runs):
    lines = here("compare", *runs[:2]).stdout.splitlines()
    tables = [line for line in lines if "  " in line]
    assert tables
    assert max(map(len, tables)) <= 80


@pytest.mark.parametrize(
    ("base", "new"), [((30, 60, 45), (0, 0, 0)), ((0, 0, 0), (30, 60, 45)), ((0, 60, 0), (30, 0, 45))]
)
def test_subjects_are_named_from_the_largest_difference_whichever_way_it_goes(written, tmp_path, base, new):
    plan, names = large(tmp_path), ("algebra", "botany", "chess")
    paths = [
        written(
            name,
            {
                id_: text
                for subject, count in zip(names, counts, strict=True)
                for id_, text in wrong_in(plan, subject, range(count)).items()
            },
            asked=plan,
        )
        for name, counts in (("base", base), ("new", new))
    ]
    told = " ".join(verdict(compare(*paths)))
    assert re.search(r"Shown in 3 of 3 subjects alone: botany .60.0, chess .45.0, algebra .30.0\.", told)


# JSON


def test_the_document_has_the_names_that_were_promised(here, runs):
    found = json.loads(here("compare", *runs[:2], "--json").stdout)
    assert found["base"] == {
        "model": "base",
        "revision": "0123456789abcdef",
        "path": str(runs[0]),
        "accuracy": 116 / 120,
        "unparsed_rate": 0,
    }
    assert found["new"]["unparsed_rate"] == 9 / 120
    games = next(one for one in found["groups"] if one["name"] == "games")
    assert games["unparsed_rate"] == {"base": 0, "new": 9 / 40}
    promised = ("questions", "difference", "stderr", "ci95", "p_mcnemar", "won", "lost", "both_correct")
    assert {
        *promised,
        "both_wrong",
        "verdict",
        "groups",
        "subjects",
        "outcomes",
        "usage",
        "new",
    } <= found.keys()
    assert (found["questions"], found["won"], found["lost"], found["both_wrong"]) == (120, 4, 15, 0)
    assert found["difference"] == pytest.approx(-11 / 120)
    assert found["verdict"] == "worse"
    assert found["outcomes"]["unparsed"] == {"base": 0, "new": 9}


def test_every_flip_is_in_json_and_csv(here, runs):
    found = json.loads(here("compare", *runs[:2], "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(here("compare", *runs[:2], "--csv").stdout)))
    assert len(found["flips"]) == 19
    assert [(row["kind"], row["name"]) for row in rows if row["kind"] in ("lost", "won")] == [
        ("won" if flip["new_answer"] == flip["gold"] else "lost", flip["id"]) for flip in found["flips"]
    ]


def test_a_row_of_csv_is_exact(here, runs):
    (whole, *_) = csv.DictReader(io.StringIO(here("compare", *runs[:2], "--csv").stdout))
    assert (whole["kind"], float(whole["difference"])) == ("all", -11 / 120)


def verdicts_in_csv(done):
    rows = csv.DictReader(io.StringIO(done.stdout))
    return [
        (row["kind"], row["verdict"]) for row in rows if row["verdict"] or row["kind"] in ("all", "model")
    ]


def test_csv_has_the_verdict_on_the_whole_and_on_each_model_of_a_ranking(here, runs):
    assert verdicts_in_csv(here("compare", *runs[:2], "--csv")) == [("all", "worse")]
    assert verdicts_in_csv(here("compare", *runs, "--csv")) == [
        ("model", ""),
        ("model", "worse"),
        ("model", "no difference shown"),
    ]


def test_a_ranking_document_has_models_pairs_and_comparisons(here, runs):
    found = json.loads(here("compare", *runs, "--json").stdout)
    assert [(one["model"], one["verdict"]) for one in found["models"]] == [
        ("base", None),
        ("tuned", "worse"),
        ("near", "no difference shown"),
    ]
    assert [one["ranks"] for one in found["models"]] == [[1, 2], [3, 3], [1, 2]]
    assert [(pair["base"], pair["new"]) for pair in found["pairs"]] == [
        (str(runs[0]), str(runs[1])),
        (str(runs[0]), str(runs[2])),
        (str(runs[1]), str(runs[2])),
    ]
    assert len(found["comparisons"]) == 2


# Table


@pytest.mark.parametrize(
    ("ci95", "said"),
    [
        ((-0.023, 0.011), "a drop of up to 2.3 points or a gain of up to 1.1 points could hide"),
        ((0.001, 0.053), "a gain of up to 5.3 points could hide"),
        ((-0.053, -0.001), "a drop of up to 5.3 points could hide"),
        ((-0.0002, 0.0002), "none of 0.1 points could hide"),
    ],
    ids=["either way", "a gain at the edge", "a drop at the edge", "answers alike"],
)
def test_what_could_hide_is_what_the_interval_holds(written, ci95, said):
    found = compare(written("base"), written("new"))
    first = verdict(replace(found, whole=replace(found.whole, ci95=ci95)))[0]
    assert first == f"No difference is shown: with 95 % confidence {said} in these questions."


def test_models_of_one_name_are_told_apart_by_their_runs(here, runs, tmp_path):
    for path in runs[1:]:
        file = tmp_path / path / "score.json"
        document = json.loads(file.read_bytes())
        document["model"]["name"] = "again"
        file.write_text(json.dumps(document))
    said = here("compare", *runs, COLUMNS="200").stdout
    for path in runs[1:]:
        assert f"again, {path.name} " in said
        assert f"Note: again, {path.name}: " in said or path == runs[2]
    assert f"base (0123456789ab), {runs[0].name}" not in said


def test_notes_on_form_stand_before_the_verdict(here, runs):
    said = here("compare", *runs[:2]).stdout
    assert said.index("Note: How often replies give a letter has changed") < said.index("NEW is worse")


@pytest.mark.parametrize(("asked", "lost", "more"), [(0, 0, 0), (2, 2, 1), (100, 15, 0)])
def test_so_many_flips_are_listed_as_asked_for(here, runs, asked, lost, more):
    said = here("compare", *runs[:2], "--flips", asked).stdout
    rows = [
        line.split() for line in said.partition("lost: subject")[2].partition("won: subject")[0].splitlines()
    ]
    assert len([row for row in rows if len(row) == 5]) == lost
    assert said.count("more lost; --flips N lists N") == more


def test_flips_are_taken_from_each_subject_in_turn(here, runs):
    said = here("compare", *runs[:2], "--flips", 2).stdout.partition("lost: subject")[2]
    assert "algebra/0" in said
    assert "chess/0" in said
    assert "algebra/1 " not in said


def test_a_margin_is_answered(here, runs):
    assert "NEW and BASE are equivalent: the difference is less than 6 points, either way." in (
        here("compare", runs[0], runs[2], "--margin", 6).stdout
    )
    shown = "that the difference is less than the margin of"
    assert f"Two one-sided tests at 5 % do not show {shown} 1 point:" in (
        here("compare", runs[0], runs[2], "--margin", 1).stdout
    )
    assert f"do not show {shown} 5 points" in here("compare", *runs[:2], "--margin", 5).stdout
    assert f"at 5 % show {shown} 20 points" in here("compare", *runs[:2], "--margin", 20).stdout


def with_flips(written, tmp_path, lost, won):
    """A comparison of 2,000 questions."""
    questions = [inline("algebra", place) for place in range(2000)]
    plan = plan_of(write_task(tmp_path, task_document(name="thousands", questions=questions, groups=None)))
    base = written("base", wrong_in(plan, "algebra", range(won)), asked=plan)
    return base, written("new", wrong_in(plan, "algebra", range(won, won + lost)), asked=plan)


def test_a_margin_is_judged_by_the_90_percent_interval_which_is_shown(here, written, tmp_path):
    base, new = with_flips(written, tmp_path, lost=70, won=30)
    said = here("compare", base, new, "--margin", 2.9).stdout
    assert "NEW is worse: by 2.0 points, and with 95 % confidence by 1.0 to 3.0.\n" in said
    assert (
        "Two one-sided tests at 5 % show that the difference is less than the margin of 2.9 points: the 90 % interval "
        "is −2.8 to −1.2 points." in said
    )
    found = json.loads(here("compare", base, new, "--margin", 2.9, "--json").stdout)
    assert found["ci90"] == pytest.approx([-0.0282, -0.0118], abs=5e-5)
    assert json.loads(here("compare", base, new, "--json").stdout)["ci90"] is None


def test_equivalence_names_what_it_goes_by_where_the_95_percent_interval_is_wider_than_the_margin(
    here, written, tmp_path
):
    base, new = with_flips(written, tmp_path, lost=40, won=40)
    said = here("compare", base, new, "--margin", 0.8).stdout
    assert "[−0.9, +0.9]" in said
    assert (
        "NEW and BASE are equivalent: the difference is less than 0.8 points, either way.\nTwo one-sided tests at 5 % "
        "show that the difference is less than the margin of 0.8 points: the 90 % interval is −0.7 to +0.7 points."
        in said
    )


def test_the_ends_have_as_many_digits_as_tell_them_from_the_margin(here, written, tmp_path):
    base, new = with_flips(written, tmp_path, lost=40, won=40)  # ± 0.7358
    assert "is −0.74 to +0.74 points" in here("compare", base, new, "--margin", 0.72).stdout
    assert "is −0.7 to +0.7 points" in here("compare", base, new, "--margin", 0.74).stdout


def all_lost(written, tmp_path, questions):
    """BASE right and NEW wrong on so many questions."""
    held = [inline("algebra", place) for place in range(questions)]
    plan = plan_of(write_task(tmp_path, task_document(name="few", questions=held, groups=None)))
    new = written("new", wrong_in(plan, "algebra", range(questions)), asked=plan)
    return written("base", asked=plan), new


@pytest.mark.parametrize("form", ["", "--markdown"])
@pytest.mark.parametrize("questions", [1, 5])
def test_too_few_questions_to_show_anything_say_so(here, written, tmp_path, questions, form):
    runs = all_lost(written, tmp_path, questions)
    said = here("compare", *runs, *form.split()).stdout
    assert (
        "So few questions can show no difference, however large: it takes 6 at least; one of 1 point" in said
    )
    assert json.loads(here("compare", *runs, "--json").stdout)["detectable"] is None
    assert "however large: it takes 6 at least" in here("gate", *runs, COLUMNS="400").stdout


def test_as_few_questions_as_show_something_say_what(here, written, tmp_path):
    runs = all_lost(written, tmp_path, 6)
    said = here("compare", *runs).stdout
    assert "NEW is worse" in said
    assert "So many questions show a true difference of" in said
    assert "however large" not in said


def test_questions_of_one_cluster_can_show_nothing_however_many(here, written, tmp_path):
    file = passages_task(tmp_path, 1, 10)
    plan = plan_of(file)
    texts = {question.id: "Answer: B" for question in plan.questions[:3]}
    runs = written("base", asked=plan), written("new", texts, asked=plan)
    said = here("compare", *runs).stdout
    assert (
        "So few clusters can show no difference, however large: it takes 6 at least; one of 1 point" in said
    )


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (1.0, "1.00"),
        (0.389929, "0.39"),
        (0.0356981, "0.036"),
        (1.09e-28, "1.1e-28"),
        (0.0, "< 1e-300"),
        (0.04996, "0.04996"),
        (0.0504, "0.05"),
    ],
)
def test_p_values_have_two_digits(p, shown):
    assert p_value(p) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0123, "+1.2"), (-0.0526, "−5.3"), (0.0, "0.0"), (-0.0001, "0.0")]
)
def test_differences_have_a_sign_and_nought_has_none(share, shown):
    assert points(share) == shown


@pytest.mark.parametrize(("p", "shown"), [(0.04996, "0.04996"), (0.0504, "0.05")])
def test_a_p_value_is_not_rounded_over_what_counts_as_shown(p, shown):
    assert p_value(p) == shown


# Markdown


def test_markdown_fits_a_comment_however_many_flips_are_wanted(written, tmp_path):
    plan = large(tmp_path, 700)
    base = written("base", asked=plan)
    new = written(
        "new", wrong_in(plan, "chess", range(700)) | wrong_in(plan, "botany", range(700)), asked=plan
    )
    said = comparison_markdown(compare(base, new), flips=100_000)
    assert 20_000 < len(said) < 65_536
    assert said.count("<details>") == said.count("</details>") == 2


def test_markdown_shows_names_as_they_are(written):
    base, new = written("a|b_c_<d>"), written("`x`")
    said = comparison_markdown(compare(base, new), flips=0)
    assert "| BASE | `a\\|b_c_<d>` |" in said
    assert "| NEW | `` `x` `` |" in said


# Wrong use


def test_two_forms_at_once_are_refused(here, runs):
    done = here("compare", *runs[:2], "--json", "--csv")
    assert done.returncode == 2
    assert "--json and --csv are forms of one answer" in done.stderr
    assert is_one_sentence(done.stderr)


@pytest.mark.parametrize("margin", ["0", "-1", "100", "nan"])
def test_a_margin_is_in_points_and_so_is_its_refusal(here, runs, margin):
    done = here("compare", *runs[:2], f"--margin={margin}")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--margin {margin} should be points above 0 and below 100" in done.stderr


@pytest.mark.parametrize(("option", "value"), [("--margin", 2), ("--flips", 5), ("--flips", 0)])
def test_what_is_asked_of_two_runs_is_refused_for_several(here, runs, option, value):
    done = here("compare", *runs, option, value)
    assert (done.returncode, done.stdout, is_one_sentence(done.stderr)) == (2, "", True)
    assert option in done.stderr


@pytest.mark.parametrize("count", [2, 3])
def test_a_run_that_is_not_comparable_is_exit_code_2_in_one_sentence(here, written, runs, tmp_path, count):
    other = written("other", asked=large(tmp_path, 10)).relative_to(tmp_path)
    done = here("compare", *runs[: count - 1], other)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "are not comparable: " in done.stderr


def test_a_run_that_was_killed_has_nothing_to_compare_and_is_3(here, runs):
    (runs[1] / "score.json").unlink()
    done = here("compare", *runs[:2])
    assert (done.returncode, done.stdout, is_one_sentence(done.stderr)) == (3, "", True)
    assert "has not ended, and so has no score.json" in done.stderr


def test_a_missing_run_is_one_sentence(here):
    done = here("compare", "nowhere", "nowhere")
    assert (done.returncode, is_one_sentence(done.stderr)) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({}, {"chess/0": None}, "Incomplete, NEW has 11 of 12 replies: "),
        ({"chess/0": None, "chess/1": None}, {}, "Incomplete, BASE has 10 of 12 replies: "),
        (
            {"chess/1": None},
            {"chess/0": None},
            "Incomplete, BASE has 11 of 12 replies and NEW has 11 of 12 replies: ",
        ),
    ],
    ids=["NEW", "BASE", "both"],
)
@pytest.mark.parametrize("form", ["", "--markdown"])
def test_the_verdict_on_a_run_that_is_not_whole_begins_with_that(here, written, old, new, said, form):
    done = here("compare", written("base", old), written("new", new), *form.split())
    assert done.returncode == 0
    assert f"{said}no difference is shown: with 95 %" in " ".join(done.stdout.split())
