"""Early recounts: what the test of an early stop says when it is told the recorded answers once more.

Takes a baseline and a run over it, gives the account of the test, made anew; refuses a score file that gives another
one. A verdict that stands in a file is a word, which anybody can change.
"""

from dataclasses import dataclass

from harness.answers import Outcome
from harness.comparison_notes import has_no_letter
from harness.counted import counted
from harness.early_stopping import EarlyStop, EarlyStopping
from harness.errors import UsageError
from harness.finished import Run
from harness.journal import read_extent, read_last_lines
from harness.pairing import Given, read_given
from harness.score_file import EarlyStopPart

_DECIDING = ("verdict", "verdict_at_the_end", "asked", "lost", "won")


@dataclass(frozen=True, slots=True)
class Recount:
    """The test of a run.

    Attributes:
        early_stop: its account.
        rule: that it went by, in the words of today.
        alike: whether the runs agree in every answer that it looked at, letter for letter.
        doubts: what it would show if the replies without a letter of one of the runs were right, where that is another
            verdict; a sentence each.
    """

    early_stop: EarlyStopPart
    rule: str
    alike: bool
    doubts: tuple[str, ...]


def recount(base: Run, new: Run, said: EarlyStopPart) -> Recount:
    """The test of NEW over BASE, by the margin, the seed and the number of questions that NEW's score file says.

    Raises:
        UsageError: the answers beside one of the scores are missing or are not those that it was made from, or they
            make another verdict than the file has; or a test stopped it by answers that were read otherwise.
    """
    if said.stopped and new.score.run.regraded_from is not None:
        raise UsageError(
            f"{new.path} holds the replies of run {new.score.run.regraded_from} read again, which a test had stopped "
            "by the answers that it saw; judge that run, or rescore a baseline that is read so."
        )
    before, now = read_given(base), _answers(new)
    if not now.keys() <= before.keys() or not 0 < len(now) <= said.of <= len(before):
        raise UsageError(
            f"the score file in {new.path} says that {said.of:,} questions of {base.path} were to be asked, which its "
            f"{len(now):,} answers do not fit: {_changed(new)}."
        )
    chosen = EarlyStop(said.margin, said.seed)
    wanted = before if said.of == len(before) else now  # of a --limit, what was not asked is not known
    test = _told(EarlyStopping(chosen, wanted, _right(before), of=said.of), _right(now))
    looked_at = [(before[id_], now[id_]) for id_ in test.order[: said.asked] if id_ in now]
    alike = all((old.answer, old.outcome) == (one.answer, one.outcome) for old, one in looked_at)
    made = test.part(baseline=said.baseline, baseline_answers=said.baseline_answers)
    _refuse_another(made, new, said)

    def verdict_if(old: dict[str, bool], new_: dict[str, bool]) -> str | None:
        other = _told(EarlyStopping(chosen, wanted, old, of=said.of), new_)
        return other.part(baseline=said.baseline, baseline_answers=said.baseline_answers).verdict

    unread_new, unread_base = _unread(now, before), _unread(before, now)
    doubts = (
        *_doubt("NEW", unread_new, made.verdict, verdict_if(_right(before), _right(now) | unread_new)),
        *_doubt("BASE", unread_base, made.verdict, verdict_if(_right(before) | unread_base, _right(now))),
    )
    if not doubts and (both := _unread_in_both(before, now)):
        new_right = verdict_if(_right(before), _right(now) | unread_new | both)
        base_right = verdict_if(_right(before) | unread_base | both, _right(now))
        doubts = (
            *_doubt_of_both("NEW", "BASE", both, made.verdict, new_right),
            *_doubt_of_both("BASE", "NEW", both, made.verdict, base_right),
        )
    return Recount(made.model_copy(update={"saved": said.saved}), chosen.rule, alike, doubts)


def _told(test: EarlyStopping, right: dict[str, bool]) -> EarlyStopping:
    test.told(right)
    return test


def _right(given: dict[str, Given]) -> dict[str, bool]:
    """Id to whether it was right; failed questions are left out."""
    return {id_: one.correct for id_, one in given.items() if one.outcome is not Outcome.FAILED}


def _unread(given: dict[str, Given], other: dict[str, Given]) -> dict[str, bool]:
    """Those without a letter where the other run's reply has one, as if they were right."""
    return {
        id_: True
        for id_, one in given.items()
        if has_no_letter(one) and id_ in other and other[id_].answer is not None
    }


def _unread_in_both(before: dict[str, Given], now: dict[str, Given]) -> dict[str, bool]:
    """Those without a letter in either run, as if they were right."""
    return {id_: True for id_, one in now.items() if has_no_letter(one) and has_no_letter(before[id_])}


def _doubt(side: str, unread: dict[str, bool], verdict: str | None, other: str | None) -> list[str]:
    if not unread or other == verdict:
        return []
    replies = counted(len(unread), "reply", "replies")
    counted_so = f"{side} alone has {replies} without a letter, which count as wrong"
    return [f"{counted_so}; were all of them right, the test would have shown {_shown(other)}."]


def _doubt_of_both(
    right: str, wrong: str, both: dict[str, bool], verdict: str | None, other: str | None
) -> list[str]:
    if other == verdict:
        return []
    questions = counted(len(both), "question")
    worst = f"at worst, were all replies of {right} without one right and none of {wrong}"
    counted_so = f"{questions} got a letter from neither run, which counts as wrong in both"
    return [f"{counted_so}; {worst}, the test would have shown {_shown(other)}."]


def _shown(verdict: str | None) -> str:
    return repr(verdict) if verdict else "nothing by then"


def _refuse_another(made: EarlyStopPart, new: Run, said: EarlyStopPart) -> None:
    for name in _DECIDING:
        is_, should = getattr(said, name), getattr(made, name)
        if is_ != should:
            raise UsageError(
                f"the score file in {new.path}, field early_stop.{name}, says {is_}, but the answers make {should}: "
                f"{_changed(new)}."
            )
    if made.verdict is None and not made.verdict_at_the_end:
        raise UsageError(
            f"the run in {new.path} ended after {made.asked:,} of {made.of:,} questions, when its test had shown "
            "nothing, and so has no verdict: run its command again, which asks only what is missing."
        )


def _answers(new: Run) -> dict[str, Given]:
    """As `read_given`, whose counts are not those of a run that was stopped: it has replies that do not count."""
    path = new.path / new.score.answers.file
    if not path.exists():
        raise UsageError(
            f"{path} does not exist: the score is here, the answers that show its verdict are not."
        )
    if read_extent(path).sha256 != new.score.answers.sha256:
        raise UsageError(f"{path} is not the file that its score was made from: {_changed(new)}.")
    return {
        line.id: Given(line.subject, line.gold, line.cluster, line.prompt_sha256, line.answer, line.outcome)
        for line in read_last_lines(path)
    }


def _changed(new: Run) -> str:
    return f"one was changed since; put {new.path} back as it was, or rescore with --fresh"
