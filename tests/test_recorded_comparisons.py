"""Real models compared on MMLU-Pro: every figure is one that was computed elsewhere, from the same recordings."""

import math
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from other_intervals import mid_p_of, newcombe_10
from recorded_runs import (
    GEMINI,
    LLAMA_8B,
    LLAMA_8B_INSTRUCT,
    LLAMA_70B,
    MIXTRAL,
    PHI,
    QWEN,
    needs_recordings,
    recorded_run,
)
from rich.console import Console
from scipy.stats import norm, ttest_1samp
from shared import mmlu_pro

import harness
from harness.comparison import Verdict
from harness.comparison_table import print_comparison
from harness.paired_stats import (
    clustered_stderr,
    difference_interval,
    not_worse_p,
    tango_interval,
    tango_statistic,
)
from harness.pairing import read_given

pytestmark = [needs_recordings, pytest.mark.slow]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The run of a model, by its name."""
    home = tmp_path_factory.mktemp("recorded")
    return lambda model: harness.load(recorded_run(model, home))


@pytest.fixture(scope="module")
def compared(run):
    """The comparison of two models, made once."""
    made = {}

    def compared_(base, new):
        if (base, new) not in made:
            made[base, new] = harness.compare(run(base), run(new))
        return made[base, new]

    return compared_


ONE_MODEL = [
    (LLAMA_70B, 12032, 6258, 0.520113, 0.004555, (0.511181, 0.529032), 0.539123, 0.004753, 0.004648),
    (LLAMA_8B_INSTRUCT, 12032, 5214, 0.433344, 0.004518, (0.424513, 0.442219), 0.447093, 0.004800, 0.004624),
    (LLAMA_8B, 12032, 4326, 0.359541, 0.004375, (0.351013, 0.368159), 0.376561, 0.004701, 0.004477),
    (MIXTRAL, 12032, 5040, 0.418883, 0.004498, (0.410095, 0.427723), 0.437542, 0.004756, 0.004606),
    (PHI, 12032, 4991, 0.414811, 0.004492, (0.406036, 0.423640), 0.432015, 0.004730, 0.004591),
    (QWEN, 12032, 5673, 0.471493, 0.004551, (0.462584, 0.480420), 0.493996, 0.004767, 0.004647),
    (GEMINI, 12012, 7643, 0.636280, 0.004389, (0.627635, 0.644839), 0.640924, 0.004583, 0.004494),
]


@pytest.mark.parametrize("figures", ONE_MODEL, ids=lambda figures: figures[0])
def test_one_model(run, figures):
    model, n, correct, accuracy, stderr, ci95, macro, _, clustered = figures
    found = run(model)
    score, counts = found.score.score, found.score.counts
    assert (counts.questions - counts.failed, counts.correct) == (n, correct)
    assert (score.micro, score.stderr, *score.ci95, score.macro) == pytest.approx(
        (accuracy, stderr, *ci95, macro), abs=5e-7
    )
    texts = {question.id: question.text for question in mmlu_pro()[1].questions}
    given = {id_: one for id_, one in read_given(found).items() if one.outcome != "failed"}
    values = [float(one.correct) for one in given.values()]
    assert clustered_stderr(values, [texts[id_] for id_ in given]) == pytest.approx(clustered, abs=6e-7)


@pytest.mark.parametrize("figures", ONE_MODEL, ids=lambda figures: figures[0])
def test_the_macro_averages_standard_error_of_one_model(run, figures):
    from harness.stats import macro_stderr

    subjects = run(figures[0]).score.subjects
    found = macro_stderr([(subject.correct, subject.questions) for subject in subjects])
    assert found == pytest.approx(figures[7], abs=5e-7)


PAIRS = {
    "A": (LLAMA_70B, LLAMA_8B),
    "B": (QWEN, MIXTRAL),
    "C": (MIXTRAL, PHI),
    "D": (LLAMA_8B, LLAMA_8B_INSTRUCT),
    "E": (LLAMA_8B_INSTRUCT, MIXTRAL),
    "F": (GEMINI, LLAMA_70B),
}
COUNTS = {
    "A": (3397, 2861, 929, 4845, 0.520113, 0.359541, -0.160572, 0.004903),
    "B": (3729, 1944, 1311, 5048, 0.471493, 0.418883, -0.052610, 0.004718),
    "C": (3457, 1583, 1534, 5458, 0.418883, 0.414811, -0.004072, 0.004640),
    "D": (3212, 1114, 2002, 5704, 0.359541, 0.433344, 0.073803, 0.004591),
    "E": (3448, 1766, 1592, 5226, 0.433344, 0.418883, -0.014461, 0.004815),
    "F": (5198, 2445, 1049, 3320, 0.636280, 0.520063, -0.116217, 0.004806),
}
INTERVALS = {
    "A": ((-0.170181, -0.150962), (-0.170192, -0.150970), 2.535e-226),
    "B": ((-0.061856, -0.043363), (-0.061864, -0.043367), 1.09075e-28),
    "C": ((-0.013167, 0.005022), (-0.013170, 0.005024), 0.389929),
    "D": ((0.064806, 0.082800), (0.064815, 0.082814), 1.27459e-57),
    "E": ((-0.023898, -0.005025), (-0.023901, -0.005024), 0.00282644),
    "F": ((-0.125636, -0.106798), (-0.125648, -0.106807), 1.40626e-126),
}
VERDICTS = {
    "A": Verdict.WORSE,
    "B": Verdict.WORSE,
    "C": Verdict.NOT_SHOWN,
    "D": Verdict.BETTER,
    "E": Verdict.WORSE,
    "F": Verdict.WORSE,
}


@pytest.mark.parametrize("pair", PAIRS)
def test_counts_and_standard_error_of_a_pair(compared, pair):
    found = compared(*PAIRS[pair])
    table = found.whole.table
    both_correct, lost, won, both_wrong, *shares = COUNTS[pair]
    assert (table.both_correct, table.lost, table.won, table.both_wrong) == (
        both_correct,
        lost,
        won,
        both_wrong,
    )
    assert (
        found.base.accuracy,
        found.new.accuracy,
        found.whole.difference,
        found.whole.stderr,
    ) == pytest.approx(shares, abs=5.1e-7)


@pytest.mark.parametrize("pair", PAIRS)
def test_intervals_p_and_verdict_of_a_pair(compared, pair):
    whole = compared(*PAIRS[pair]).whole
    normal, tango, p = INTERVALS[pair]
    assert whole.ci95 == pytest.approx(normal, abs=6e-7)
    assert tango_interval(whole.table) == pytest.approx(tango, abs=6e-7)
    assert whole.p_mcnemar == pytest.approx(p, rel=3e-4)
    assert compared(*PAIRS[pair]).verdict is VERDICTS[pair]


OTHER_METHODS = {  # Newcombe's method 10, mid-p, chi squared, the unpaired standard error, the correlation
    "A": ((-0.170154, -0.150936), 1.679e-226, 984.8612, 0.006316, 0.3976),
    "B": ((-0.061847, -0.043355), 9.12026e-29, 123.0995, 0.006399, 0.4565),
    "C": ((-0.013166, 0.005023), 0.380206, 0.7703, 0.006357, 0.4672),
    "D": ((0.064795, 0.082790), 9.91119e-58, 253.0629, 0.006289, 0.4674),
    "E": ((-0.023895, -0.005023), 0.00267482, 9.0161, 0.006375, 0.4297),
    "F": ((-0.125617, -0.106780), 1.00437e-126, 557.7607, 0.006328, 0.4237),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_other_methods_say_the_same_of_a_pair(compared, pair):
    found = compared(*PAIRS[pair])
    table, (before, after) = found.whole.table, (found.base.accuracy, found.new.accuracy)
    newcombe, mid_p, chi2, unpaired, correlation = OTHER_METHODS[pair]
    assert newcombe_10(table) == pytest.approx(newcombe, abs=6e-7)
    assert found.whole.ci95 == pytest.approx(newcombe, abs=1e-4)
    assert mid_p_of(table) == pytest.approx(mid_p, rel=3e-4)
    assert tango_statistic(table.questions, table.lost, table.won, 0.0) ** 2 == pytest.approx(chi2, abs=6e-5)
    variances = before * (1 - before), after * (1 - after)
    assert math.sqrt(sum(variances) / (table.questions - 1)) == pytest.approx(unpaired, abs=6e-7)
    together = table.both_correct / table.questions - before * after
    assert together / math.sqrt(math.prod(variances)) == pytest.approx(correlation, abs=6e-5)


def test_questions_that_failed_in_gemini_leave_both(compared):
    found = compared(*PAIRS["F"])
    assert (found.questions, found.left_out.failed_base) == (12_012, 20)


@pytest.mark.parametrize(
    ("pair", "difference", "stderr"), [("B", -0.056455, 0.005121), ("C", -0.005527, 0.005020)]
)
def test_the_macro_difference(compared, pair, difference, stderr):
    macro = compared(*PAIRS[pair]).macro
    assert (macro.difference, macro.stderr) == pytest.approx((difference, stderr), abs=6e-7)


def test_some_questions_have_the_same_text():
    questions = mmlu_pro()[1].questions
    assert (len(questions), len({question.text for question in questions})) == (12_032, 11_642)
    assert len({question.subject for question in questions}) == 14


def test_the_difference_clustered_by_question_text(run):
    texts = {question.id: question.text for question in mmlu_pro()[1].questions}
    base, new = (read_given(run(model)) for model in PAIRS["B"])
    values = [float(new[id_].correct) - float(base[id_].correct) for id_ in base]
    assert clustered_stderr(values, [texts[id_] for id_ in base]) == pytest.approx(0.004787, abs=6e-7)


CATEGORIES = [
    ("biology", 717, 0.707113, 0.670851, -0.036262, 92, 66, 0.0463694, 0.191724),
    ("business", 789, 0.479087, 0.395437, -0.083650, 162, 96, 4.75617e-05, 5.70740e-04),
    ("chemistry", 1132, 0.265018, 0.245583, -0.019435, 138, 116, 0.187512, 0.294038),
    ("computer science", 410, 0.492683, 0.431707, -0.060976, 79, 54, 0.0370285, 0.191724),
    ("economics", 844, 0.637441, 0.549763, -0.087678, 148, 74, 7.67333e-07, 9.97532e-06),
    ("engineering", 969, 0.307534, 0.275542, -0.031992, 152, 121, 0.0692234, 0.207670),
    ("health", 818, 0.572127, 0.502445, -0.069682, 144, 87, 2.14236e-04, 1.92813e-03),
    ("history", 381, 0.548556, 0.446194, -0.102362, 77, 38, 3.50998e-04, 2.80799e-03),
    ("law", 1101, 0.378747, 0.315168, -0.063579, 194, 124, 1.02861e-04, 1.02861e-03),
    ("math", 1351, 0.429312, 0.330866, -0.098446, 254, 121, 5.63419e-12, 7.88787e-11),
    ("other", 924, 0.563853, 0.495671, -0.068182, 153, 90, 6.38786e-05, 7.02664e-04),
    ("philosophy", 499, 0.503006, 0.448898, -0.054108, 79, 52, 0.0227433, 0.159203),
    ("physics", 1299, 0.361047, 0.383372, 0.022325, 172, 201, 0.147019, 0.294038),
    ("psychology", 798, 0.670426, 0.634085, -0.036341, 100, 71, 0.0319540, 0.191724),
]


def test_categories_of_pair_b_with_holms_correction(compared):
    subjects = compared(*PAIRS["B"]).subjects
    for part, (name, n, base, new, difference, lost, won, p, p_holm) in zip(
        subjects, CATEGORIES, strict=True
    ):
        before, after = part.table.both_correct + part.table.lost, part.table.both_correct + part.table.won
        assert (before / n, after / n) == pytest.approx((base, new), abs=6e-7)
        assert (part.name, part.table.questions, part.table.lost, part.table.won) == (name, n, lost, won)
        assert part.difference == pytest.approx(difference, abs=6e-7)
        assert (part.p_mcnemar, part.p_holm) == pytest.approx((p, p_holm), rel=5e-6)
    assert sum(part.p_holm < 0.05 for part in subjects) == 7
    assert sum(part.p_mcnemar < 0.05 for part in subjects) == 11


def test_only_engineering_changed_in_pair_c(compared):
    subjects = {part.name: part for part in compared(*PAIRS["C"]).subjects}
    engineering = subjects["engineering"]
    assert (engineering.p_mcnemar, engineering.p_holm) == pytest.approx((0.002788, 0.039025), rel=2e-4)
    assert engineering.difference == pytest.approx(-0.050568, abs=6e-7)
    assert [name for name, part in subjects.items() if part.p_holm < 0.05] == ["engineering"]
    alone = {name for name, part in subjects.items() if part.p_mcnemar < 0.05 <= part.p_holm}
    assert alone == {"business", "economics", "math"}


@pytest.mark.parametrize(
    ("pair", "margin", "p", "by_t", "by_tango", "interval"),
    [
        ("C", 0.01, 0.100724, 0.100737, 0.100752, (-0.011705, 0.003560)),
        ("C", 0.02, 0.000298995, 0.000300002, 0.000302687, (-0.011705, 0.003560)),
        ("E", 0.02, 0.124995, 0.125006, 0.125025, (-0.022381, -0.006542)),
        ("E", 0.03, 0.000624599, 0.000626272, 0.000630767, (-0.022381, -0.006542)),
    ],
)
def test_margins(run, compared, pair, margin, p, by_t, by_tango, interval):
    table = compared(*PAIRS[pair]).whole.table
    values = np.repeat([-1, 1, 0], [table.lost, table.won, table.both_correct + table.both_wrong])
    assert ttest_1samp(values, -margin, alternative="greater").pvalue == pytest.approx(by_t, rel=5e-6)
    statistic = tango_statistic(table.questions, table.lost, table.won, -margin)
    assert norm.sf(statistic) == pytest.approx(by_tango, rel=5e-6)
    assert not_worse_p(table, margin) == pytest.approx(p, rel=5e-6)
    assert difference_interval(table, 0.9) == pytest.approx(interval, abs=6e-7)
    found = harness.compare(*(run(model) for model in PAIRS[pair]), margin=margin)
    assert found.equivalence_p == pytest.approx(p, rel=5e-6)
    assert found.within_margin is (p < 0.05)


def test_worse_and_within_the_margin_go_together(run):
    found = harness.compare(*(run(model) for model in PAIRS["E"]), margin=0.03)
    assert (found.verdict, found.within_margin) == (Verdict.WORSE, True)


def test_a_difference_that_is_not_shown_can_be_excluded(run):
    found = harness.compare(*(run(model) for model in PAIRS["C"]), margin=0.02)
    assert found.verdict is Verdict.EQUIVALENT


EXAMPLE = re.compile(r"(?<=<!-- example -->\n```text\n)(?:.*\n)*?(?=```\n)")


def test_the_example_of_the_docs_is_what_is_printed(compared, update_golden):
    found = compared(*PAIRS["B"])
    told = replace(
        found,
        base=replace(found.base, path=Path("results/qwen")),
        new=replace(found.new, path=Path("results/mixtral")),
    )
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system=None)
    print_comparison(told, console, flips=2)
    said, _, used = console.file.getvalue().partition("Used by the whole runs: ")  # which was not recorded
    lines = [*said.splitlines(), "", *used.partition("\n\n")[2].splitlines()]
    printed = "".join(f"{line.rstrip()}\n" for line in lines)
    page = Path(__file__).parents[1] / "docs" / "comparing.md"
    text = page.read_text(encoding="utf-8")
    if update_golden:
        text = EXAMPLE.sub(lambda _: printed, text)
        page.write_text(text, encoding="utf-8")
    assert EXAMPLE.search(text)[0] == printed
