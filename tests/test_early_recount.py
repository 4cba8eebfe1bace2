"""Early recounts: a verdict of an early stop that the answers do not give is refused, whatever the score file says."""

import json
from dataclasses import replace

import pytest
from builders import answered, failed, plan_of, record_of, written_run
from whole_runs import big_task

import harness
from harness.early_gate import early_gate
from harness.early_stopping import EarlyStop, EarlyStopping
from harness.errors import UnfinishedError, UsageError
from harness.finished import load
from harness.gating import DEFAULT
from harness.journal import read_journal

WRONG = {"A": "B", "B": "C", "C": "D", "D": "A"}


class Runs:
    """A baseline that knows all of 90 questions, and runs over it that end as a test tells them to."""

    def __init__(self, folder):
        self.folder = folder
        self.task_file = big_task(folder, 30)
        self.base = self._baseline()

    def _baseline(self, unread=frozenset()):
        plan = plan_of(self.task_file)
        entries = answered(plan, dict.fromkeys(unread, "It is what I said."))
        record = record_of(plan, self.task_file, id=f"20261123T120000Z-{len(unread):04}")
        return load(written_run(self.folder / "base", plan, self.task_file, entries, record=record).path)

    def unread_by_both(self, loses, **how):
        """A run that leaves one reply in so many without a letter, over a baseline that did so too."""
        ids = [q.id for q in plan_of(self.task_file).questions if int(q.id.split("/")[1]) % loses == 0]
        self.base = self._baseline(frozenset(ids))
        return self.new(loses, unread=True, **how)

    def new(self, loses=None, *, margin=0.02, limit=None, behind=0, gap=None, cut=None, unread=False):
        """A run over the baseline.

        Args:
            loses: one question in so many of a subject; none where None.
            margin: of the test.
            limit: asks so many questions.
            behind: replies from behind the place where the test stopped.
            gap: place in the order of a question that failed.
            cut: asks so many questions of the order.
            unread: the lost replies give no letter.
        """
        plan = plan_of(self.task_file, limit=limit)
        lost = [q for q in plan.questions if loses and int(q.id.split("/")[1]) % loses == 0]
        texts = {q.id: "It is what I said." if unread else f"Answer: {WRONG[q.gold]}" for q in lost}
        entries = {made.id: made for made in answered(plan, texts)}
        right = {
            line.id: line.outcome == "correct" for line in read_journal(self.base.path / "answers.jsonl")
        }
        test = EarlyStopping(EarlyStop(margin), entries, right)
        if gap is not None:
            held = entries[test.order[gap]]
            lacks = {name: getattr(held, name) for name in ("subject", "gold", "prompt_sha256")}
            entries[held.id] = replace(failed(held.id), **lacks)
        heard, stop = [], None
        for id_ in test.order[:cut]:
            if stop and not behind:
                break
            behind -= bool(stop)
            heard.append(entries[id_])
            stop = test.heard(entries[id_]) or stop
        part = test.part(baseline=self.base.score.run.id, baseline_answers=self.base.score.answers.sha256)
        ended = {"stopped_by": stop.why, "stop_kind": stop.kind} if stop else {}
        record = record_of(plan, self.task_file, id="20261124T120000Z-0001")
        return load(
            written_run(
                self.folder / "new", plan, self.task_file, heard, record=record, early_stop=part, **ended
            ).path
        )

    def judged(self, new):
        """The verdict over the baseline, of what the files say now."""
        return early_gate(load(self.base.path), load(new.path), DEFAULT)


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path)


def change(run, part=None, **fields):
    """Edit the score file by hand."""
    file = run.path / "score.json"
    made = json.loads(file.read_bytes())
    (made[part] if part else made).update(fields)
    file.write_text(json.dumps(made))


def damage(run):
    """Turn a right answer into a wrong one, in the run's answers alone."""
    file = run.path / "answers.jsonl"
    made = [json.loads(line) for line in file.read_text().splitlines()]
    first = next(line for line in made if line["outcome"] == "correct")
    first |= {"outcome": "wrong", "answer": WRONG[first["gold"]]}
    file.write_text("".join(f"{json.dumps(line)}\n" for line in made))


ENDS = {
    "worse": ({"loses": 2}, "worse", False),
    "worse, with replies from behind the stop": ({"loses": 2, "behind": 5}, "worse", False),
    "worse, of a limit": ({"loses": 2, "limit": 60, "behind": 3}, "worse", False),
    "worse, with a failure behind the stop": ({"loses": 1, "behind": 20, "gap": 25}, "worse", False),
    "not worse": ({"margin": 0.2}, "not worse", False),
    "not worse at the end": ({"loses": 30, "margin": 0.1}, "not worse", True),
    "nothing at the end": ({"loses": 30}, None, True),
    "nothing at the end of a limit": ({"loses": 30, "limit": 45}, None, True),
}


@pytest.mark.parametrize(("how", "verdict", "at_the_end"), ENDS.values(), ids=ENDS)
def test_what_a_test_wrote_is_what_the_answers_give(runs, how, verdict, at_the_end):
    new = runs.new(**how)
    assert (new.score.early_stop.verdict, new.score.early_stop.verdict_at_the_end) == (verdict, at_the_end)
    assert runs.judged(new).early_stop == new.score.early_stop


def test_a_claim_shown_by_the_last_question_is_none_of_the_end(runs):
    new = runs.new(loses=1, limit=9)
    made = new.score.early_stop
    assert (made.asked, made.of, made.verdict_at_the_end, made.verdict) == (9, 9, False, "worse")
    assert runs.judged(new).early_stop == made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verdict", "not worse"),
        ("verdict", "better"),
        ("verdict", None),
        ("verdict_at_the_end", True),
        ("lost", 0),
        ("won", 7),
        ("seed", 3),
        ("margin", 0.9),
    ],
)
def test_a_field_that_was_edited_is_refused(runs, field, value):
    new = runs.new(loses=2)
    change(new, "early_stop", **{field: value})
    with pytest.raises(UsageError, match=r"field early_stop\.\w+, says .*, but the answers make"):
        runs.judged(new)


@pytest.mark.parametrize("changed", [{"of": 0}, {"of": 5}, {"asked": 1}])
def test_a_number_of_questions_that_others_contradict_is_refused(runs, changed):
    new = runs.new(loses=2)
    change(new, "early_stop", **changed)
    with pytest.raises(UsageError, match="field status: partial, but"):
        runs.judged(new)


def test_more_questions_than_the_baseline_has_are_refused(runs):
    new = runs.new(loses=2)
    change(new, "early_stop", of=91)
    with pytest.raises(UsageError, match=r"says that 91 questions of .* were to be asked"):
        runs.judged(new)


def test_an_undecided_end_that_was_edited_is_refused(runs):
    new = runs.new(loses=30)
    change(new, "early_stop", verdict="not worse")
    with pytest.raises(UsageError, match=r"early_stop\.verdict, says not worse, but the answers make None"):
        runs.judged(new)


@pytest.mark.parametrize("side", ["base", "new"])
def test_answers_that_were_edited_are_refused(runs, side):
    new = runs.new(loses=2)
    damage(runs.base if side == "base" else new)
    with pytest.raises(UsageError, match=r"(it|one) was changed since"):
        runs.judged(new)


def test_answers_that_are_missing_are_named(runs):
    new = runs.new(loses=2)
    (new.path / "answers.jsonl").unlink()
    with pytest.raises(UsageError, match=r"answers\.jsonl does not exist: the score is here"):
        runs.judged(new)


def test_a_run_that_ended_at_a_gap_has_no_verdict_even_where_its_status_was_edited(runs):
    new = runs.new(loses=2, gap=4)
    with pytest.raises(UnfinishedError, match="incomplete"):
        runs.judged(new)
    change(new, status="partial")
    with pytest.raises(UsageError, match=r"field status: partial, but .* 1 failed"):
        runs.judged(new)


def test_a_run_that_was_interrupted_has_no_verdict_even_where_its_status_was_edited(runs):
    new = runs.new(loses=2, cut=5)
    with pytest.raises(UnfinishedError, match="interrupted"):
        runs.judged(new)
    change(new, status="partial")
    with pytest.raises(UsageError, match="its test had shown nothing"):
        runs.judged(new)


def test_replies_that_were_read_again_cannot_be_judged(runs):
    new = runs.new(loses=2)
    read = harness.regrade(new.path)
    with pytest.raises(UsageError, match=f"replies of run {new.score.run.id} read again.*; judge that run"):
        runs.judged(read)


@pytest.mark.parametrize("edited", [{"verdict": None}, {"verdict": "better"}, {}])
def test_a_stopped_run_that_was_edited_to_look_as_if_it_had_been_read_again_cannot_be_judged(runs, edited):
    new = runs.new(loses=2)
    change(new, "early_stop", **edited)
    change(new, "run", regraded_from="20261124T120000Z-0000")
    with pytest.raises(UsageError, match="read again"):
        runs.judged(new)


def test_a_loss_of_letters_alone_is_doubted(runs):
    gate = runs.judged(runs.new(loses=1, unread=True)).gate
    (doubt,) = [doubt for doubt in gate.doubts if "without a letter" in doubt]
    assert gate.passed is False
    assert doubt.startswith("NEW alone has ")
    assert doubt.endswith("were all of them right, the test would have shown nothing by then.")


def test_what_neither_run_gave_a_letter_to_is_doubted_where_it_could_turn_the_test(runs):
    gate = runs.judged(runs.unread_by_both(3, margin=0.1)).gate
    doubts = [doubt for doubt in gate.doubts if "a letter" in doubt]
    assert gate.passed
    assert [doubt.partition("; ")[2] for doubt in doubts] == [
        "at worst, were all replies of BASE without one right and none of NEW, the test would have shown 'worse'."
    ]


def test_a_loss_of_right_answers_is_not_doubted(runs):
    assert not [doubt for doubt in runs.judged(runs.new(loses=1)).gate.doubts if "letter" in doubt]


def test_a_rule_in_the_words_of_an_earlier_version_is_judged_by_its_margin(runs):
    new = runs.new(loses=2)
    change(new, "early_stop", rule="stop as soon as something is shown")
    (result,) = runs.judged(new).gate.results
    assert (result.passed, result.rule) == (False, EarlyStop().rule)


def test_a_file_without_the_p_of_not_worse_gets_it_from_the_answers(runs):
    new = runs.new(loses=30, margin=0.1)
    p = new.score.early_stop.p_not_worse_at_the_end
    change(new, "early_stop", p_not_worse_at_the_end=None)
    assert runs.judged(new).early_stop.p_not_worse_at_the_end == p < 0.02
