"""Pairing: the answers of two runs to the same questions, side by side.

Takes two Runs, reads their journals without keeping what the models said, and gives a Pairing. Refuses runs that did
not ask the same in the same way, and says in words what differs. Knows nothing of statistics.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.answers import Outcome
from harness.counted import counted
from harness.errors import UsageError
from harness.finished import Run
from harness.journal import read_extent, read_last_lines
from harness.run_folder import read_record


@dataclass(frozen=True, slots=True)
class Given:
    """What one run gave for one question.

    Attributes:
        cluster: equal in questions that are not independent of each other.
        answer: the letter, None where there is none.
    """

    subject: str
    gold: str
    cluster: Hashable
    prompt_sha256: str
    answer: str | None
    outcome: Outcome

    @property
    def correct(self) -> bool:
        """Whether it counts as right."""
        return self.outcome is Outcome.CORRECT

    @property
    def said(self) -> str:
        """The letter, or the outcome where there is none."""
        return self.answer or self.outcome.value


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Questions that are not compared, by why. One that failed in both runs counts in each.

    Attributes:
        only_base: questions that NEW has no line of: not wanted there, or not come to.
        differing: whose prompt or gold letter differs.
    """

    failed_base: int = 0
    failed_new: int = 0
    only_base: int = 0
    only_new: int = 0
    differing: int = 0


@dataclass(frozen=True, slots=True)
class Pairing:
    """The questions that both runs answered, in BASE's order of ids.

    Attributes:
        pairs: id to what BASE and what NEW gave.
        prompts_changed: pairs whose prompts differ although the same was planned: examples were dropped.
    """

    pairs: Mapping[str, tuple[Given, Given]]
    left_out: LeftOut
    prompts_changed: int


def pair(base: Run, new: Run, *, on_common_questions: bool = False) -> Pairing:
    """Put the answers of two runs side by side.

    Args:
        base: the run that is compared with.
        new: the run that is compared.
        on_common_questions: compare the questions that were asked alike in both, where others were not.

    Raises:
        UsageError: the runs are not comparable, their answers are missing or do not fit their scores, or no question
            is answered in both.
    """
    for run in (base, new):
        _check_end(run)
    before, after = read_given(base), read_given(new)
    alike = base.score.comparison_key == new.score.comparison_key
    if not alike and not on_common_questions:
        raise UsageError(_refusal(base, new, before, after))
    if not alike and (reasons := _ways(base, new)):
        raise UsageError(
            f"{base.path} and {new.path} share no question that was asked and read alike: {'; '.join(reasons)}."
        )
    return _paired(base, new, before, after, alike=alike)


def _paired(
    base: Run, new: Run, before: Mapping[str, Given], after: Mapping[str, Given], *, alike: bool
) -> Pairing:
    common = [id_ for id_ in sorted(before) if id_ in after]
    pairs: dict[str, tuple[Given, Given]] = {}
    failed_base = failed_new = differing = changed = 0
    for id_ in common:
        old, now = before[id_], after[id_]
        if alike and (old.gold, old.subject) != (now.gold, now.subject):
            raise UsageError(
                f"question {id_} has gold {old.gold} in {base.path} and {now.gold} in {new.path}, although their "
                "scores say that they asked the same: one was changed by hand."
            )
        if not alike and not _same_question(old, now):
            differing += 1
            continue
        if old.cluster == id_ != now.cluster:  # BASE may be of before clusters were written down
            old = replace(old, cluster=now.cluster)
        failed_base += old.outcome is Outcome.FAILED
        failed_new += now.outcome is Outcome.FAILED
        if Outcome.FAILED not in (old.outcome, now.outcome):
            pairs[id_] = (old, now)
            changed += old.prompt_sha256 != now.prompt_sha256
    if not pairs:
        raise UsageError(f"{base.path} and {new.path} have no question that both answered.")
    left_out = LeftOut(
        failed_base, failed_new, len(before) - len(common), len(after) - len(common), differing
    )
    return Pairing(pairs, left_out, changed)


def read_given(run: Run) -> dict[str, Given]:
    """What a run gave, by id.

    Raises:
        UsageError: its answers are not beside its score, are damaged, or do not fit the score.
    """
    path = run.path / run.score.answers.file
    if not path.exists():
        raise UsageError(f"{path} does not exist: the score is here, the answers to compare by are not.")
    same: dict[str, str] = {}  # subjects and letters repeat: each is kept once

    def once(text: str) -> str:
        return same.setdefault(text, text)

    given = {
        line.id: Given(
            subject=once(line.subject),
            gold=once(line.gold),
            cluster=line.id if line.cluster is None else (line.cluster,),  # an id is no cluster's name
            prompt_sha256=line.prompt_sha256,
            answer=once(line.answer) if line.answer else None,
            outcome=line.outcome,
        )
        for line in read_last_lines(path)
    }
    check_answers(run, len(given), sum(one.correct for one in given.values()))
    return given


def check_answers(run: Run, questions: int, correct: int) -> None:
    """Raises UsageError where the answers are not those that the run's score was made from.

    Args:
        run: whose answers they are; of one with an early stop some may not count in its score.
        questions: how many there are.
        correct: how many of them are right.
    """
    file, counts = run.path / run.score.answers.file, run.score.counts
    again = f"`harness regrade {run.path}` reads and scores its replies again"
    if run.score.early_stop is None and (questions, correct) != (counts.questions, counts.correct):
        raise UsageError(
            f"{file} has {correct:,} right of {counted(questions, 'question')}, and its score says "
            f"{counts.correct:,} of {counts.questions:,}: it was changed since; {again}."
        )
    if read_extent(file).sha256 != run.score.answers.sha256:
        raise UsageError(
            f"{file} is not the file that its score was made from: it was changed since; {again}."
        )


def _check_end(run: Run) -> None:
    if run.score.stopped_early:
        raise UsageError(
            f"the run in {run.path} was stopped early by a test: its accuracy is biased and cannot be compared; its "
            "verdict stands in its score file, and `harness rescore` without --early-stop asks all questions."
        )


def _same_question(old: Given, new: Given) -> bool:
    return (old.prompt_sha256, old.gold) == (new.prompt_sha256, new.gold)


def _refusal(base: Run, new: Run, before: Mapping[str, Given], after: Mapping[str, Given]) -> str:
    """Why two runs are not comparable, and the way out."""
    ways = _ways(base, new)
    reasons = [*ways, *_questions(base, new)]
    common = before.keys() & after.keys()
    shared = sum(_same_question(before[id_], after[id_]) for id_ in common)
    if golds := sum(before[id_].gold != after[id_].gold for id_ in common):
        reasons.append(f"gold letters differ in {counted(golds, 'question')}")
    if not ways and (texts := sum(before[id_].prompt_sha256 != after[id_].prompt_sha256 for id_ in common)):
        reasons.append(f"prompts differ in {counted(texts, 'question')}")
    said = "; ".join(reasons) or "questions, prompts or reader differ in a way that the files do not tell"
    out = ""
    if shared and not ways:
        out = (
            f" `harness compare {base.path} {new.path} --on-common-questions` compares the "
            f"{counted(shared, 'that was', 'that were')} asked alike; a gate wants both asked the same."
        )
    elif len(ways) == 1 and base.score.task.reader != new.score.task.reader:
        out = f" `harness regrade {new.path} --reader {base.score.task.reader}` reads NEW's replies as BASE's were."
    return f"{base.path} and {new.path} are not comparable: {said}.{out}"


def what_differs(base: Run, new: Run) -> tuple[str, ...]:
    """In words, what keeps two scores from being comparable, as far as their files tell without the answers.

    Raises:
        UsageError: a run.json beside them is damaged.
    """
    return (*_ways(base, new), *_questions(base, new))


def _ways(base: Run, new: Run) -> list[str]:
    """In which ways the two asked or read, BASE's first; all of them keep any question from being compared."""
    old, now = base.score.task, new.score.task
    return [
        *_if_different("protocols differ", old.protocol, now.protocol),
        *_if_different("prompts differ", f"{old.shots} shots", str(now.shots), alike=old.shots == now.shots),
        *_if_different("prompts differ", *(_published(task.as_published) for task in (old, now))),
        *_if_different("readers differ", old.reader, now.reader),
    ]


def _questions(base: Run, new: Run) -> list[str]:
    """Which questions the two wanted."""
    old, now = base.score.task, new.score.task
    reasons = _if_different("tasks differ", old.name, now.name)
    if not reasons and old.dataset.fingerprint != now.dataset.fingerprint:  # another task's are others anyway
        revisions = (old.dataset.revision or "none named", now.dataset.revision or "none named")
        named = _if_different("dataset revisions differ", *revisions)
        reasons = named or ["the dataset's questions changed, though not its revision"]
    told = [_chosen(run) for run in (base, new)]
    as_many = old.questions == now.questions and not any(said.startswith("--") for said in told)
    chosen = _if_different("other questions", *told, alike=as_many)
    if not chosen and old.questions != now.questions:
        chosen = [f"other questions: {old.questions:,} against {now.questions:,}"]
    return reasons + chosen


def _if_different(what: str, old: str, now: str, *, alike: bool = False) -> list[str]:
    return [] if alike or old == now else [f"{what}: {old} against {now}"]


def _published(as_published: bool) -> str:
    return "--as-published" if as_published else "without --as-published"


def _chosen(run: Run) -> str:
    """Which questions the user chose, as far as the run's settings are still there."""
    if not (run.path / "run.json").exists():
        return "all" if run.score.status == "complete" else f"{run.score.task.questions:,}"
    record = read_record(run.path)
    if record.imported_from:  # it may have asked a part, by options of its own
        return f"the {run.score.task.questions:,} that {record.imported_from} asked"
    settings: Mapping[str, Any] = record.settings
    options: Iterable[str] = (
        f"--{name} {','.join(value) if isinstance(value, list) else value}"
        for name in ("limit", "subjects", "sample", "seed", "repeats")
        if (value := settings.get(name)) is not None and value != []
    )
    return " ".join(options) or "all"
