"""Rescoring: the very questions of a baseline, asked of another model in the same way.

Takes a baseline's folder and where the new model is; gives the new Run. The verdict is for harness/gating.py.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.baseline import Baseline, as_baseline, read_baseline, refuse_other_questions
from harness.counted import counted
from harness.course import Course, InOrder
from harness.early_stopping import EarlyStop, EarlyStopping
from harness.errors import UsageError
from harness.finished import Run
from harness.first_replies import FIRST, MANY, EarlierReplies, FirstReplies, Likeness
from harness.journal import Entry
from harness.noise import kept_noise, prepare
from harness.observer import Observer, Silent
from harness.plan import Plan
from harness.questions import Question
from harness.runner import run
from harness.score_file import EarlyStopPart
from harness.selection import Sample
from harness.stops import Stop, StopKind

_WHY = "an adapter may not be loaded, or the server not restarted"


def rescore(
    baseline: Path | str,
    *,
    early_stop: EarlyStop | None = None,
    expect_change: bool = False,
    observer: Observer | None = None,
    environment: Mapping[str, str] = os.environ,
    **choices: Any,
) -> Run:
    """Ask a model what a baseline's was asked, and write its score file.

    Args:
        baseline: the run's folder, or its score.json.
        early_stop: end the run as soon as it shows something; every question is asked where None.
        expect_change: refuse an endpoint that gives the baseline's replies, instead of only saying so.
        observer: told how it goes; nobody where None.
        environment: where keys and OPENAI_BASE_URL are looked up.
        choices: the fields of RunSettings that do not say what is asked: `model` above all, and where it is.

    Raises:
        UsageError: the baseline is no finished run, or its questions or prompts are not the same any more; or, with
            `expect_change`, the endpoint gives its replies.
        UnfinishedError: the baseline is incomplete or interrupted.
        EndpointError, StorageError, LimitError: as `harness.run`.
    """
    observer = observer or Silent()
    held = read_baseline(baseline)
    settings = as_baseline(held, **choices)
    if early_stop and held.run.score.task.repeats > 1:
        raise UsageError(
            f"--early-stop takes questions for independent of each other, and the baseline asked each "
            f"{held.run.score.task.repeats} times: leave it out."
        )
    if early_stop and settings.sample is Sample.STRATIFIED and early_stop.seed == (settings.seed or 0):
        raise UsageError(
            f"the baseline's questions were drawn by seed {early_stop.seed}, which therefore cannot order them "
            f"at random too; give another, for example --seed {early_stop.seed + 1}."
        )

    def course_of(plan: Plan) -> Course:
        refuse_other_questions(plan, held)
        if early_stop:
            _refuse_clusters(plan)
        return Rescoring(plan, held, early_stop, expect_change=expect_change, say=observer.say)

    return run(settings, observer, environment, course_of=course_of)


def again(
    baseline: Path | str,
    *,
    observer: Observer | None = None,
    environment: Mapping[str, str] = os.environ,
    **choices: Any,
) -> Run:
    """Ask the baseline's own model once more; what differs is noise. Arguments and errors are those of `rescore`.

    Where nothing says where the model is, it is asked where the baseline's was. A finished run that was asked for this
    and is not in the baseline's noise.json is taken as it is.
    """
    held = read_baseline(baseline)
    endpoint = held.record.settings["endpoint"]
    somewhere = any(choices.get(name) for name in ("host", "base_url"))
    if held.record.imported_from and not somewhere:
        raise UsageError(
            f"{held.run.path} was imported from {held.record.imported_from}, which does not say where its model is; "
            "name that with --base-url."
        )
    if not somewhere and endpoint != "embedded":
        choices = {**choices, "base_url": endpoint}
    settings = as_baseline(held, **{**choices, "model": held.record.settings["model"]})

    def course_of(plan: Plan) -> Course:
        refuse_other_questions(plan, held)
        prepare(held, len(plan.questions))
        return SameModel(held)

    return run(settings, observer, environment, course_of=course_of)


def _refuse_clusters(plan: Plan) -> None:
    """The error rate of an early stop is that of independent questions."""
    clusters = [question.cluster for question in plan.questions if question.cluster is not None]
    if len(set(clusters)) < len(clusters):
        column = plan.task.columns and plan.task.columns.cluster
        raise UsageError(
            f"--early-stop takes questions for independent of each other, and those of task {plan.task.name} come in "
            f"clusters (columns.cluster: {column}): leave it out, which asks all and allows for that."
        )


class SameModel(InOrder):
    """The course of a second run of a baseline's weights: a reply that names another model ends it."""

    first = 1  # an endpoint that serves another model is found by one question

    def __init__(self, baseline: Baseline) -> None:
        self._path = baseline.run.path
        self._served = baseline.run.score.model.served_model
        self._kept = kept_noise(baseline)
        self.agreed = {"noise_of": baseline.run.score.answers.sha256}

    def is_used(self, run: str) -> bool:
        """One whose answers could not be kept as noise was paid for all the same: the same command takes them."""
        return self._kept is not None and self._kept.again == run

    def recalled(self, entry: Entry, session: int) -> Stop | None:  # noqa: ARG002 - each reply has its name
        """As `heard`, of a reply that will be kept."""
        return self._stop(entry, "leave them behind with --fresh")

    def heard(self, entry: Entry) -> Stop | None:
        """Stop where the name is none of those that the baseline's replies gave."""
        return self._stop(entry, "these are not kept")

    def _stop(self, entry: Entry, then: str) -> Stop | None:
        name = entry.reply and entry.reply.served_model
        if not name or not self._served or name in self._served:
            return None
        return Stop(
            StopKind.WRONG_WEIGHTS,
            f"replies are by {name}, and those of {self._path} by {', '.join(self._served)}, so they tell nothing of "
            f"noise; {then}, and serve the baseline's weights by their name, or name where they are with --base-url.",
        )


class Rescoring:
    """The course of a rescoring: the first replies are held against the baseline's, and a test may end the run.

    Those of each session: between two of them a server may have been started with other weights.
    """

    first = FIRST

    def __init__(
        self,
        plan: Plan,
        baseline: Baseline,
        early_stop: EarlyStop | None,
        *,
        expect_change: bool,
        say: Callable[[str], None],
    ) -> None:
        ids = [question.id for question in plan.questions]
        right = {id_: baseline.said[id_].correct for id_ in ids}
        self._baseline = baseline
        self._test = EarlyStopping(early_stop, ids, right) if early_stop else None
        self._order = self._test.order if self._test else ids
        self._earlier: dict[int, EarlierReplies] = {}
        self._replies = self._held_against(self._order)
        self._expect_change = expect_change
        self._say = say
        self.agreed: Mapping[str, Any] = {}
        if early_stop:
            self.agreed = {
                "early_stop_margin": early_stop.margin,
                "early_stop_seed": early_stop.seed,
                "early_stop_baseline": baseline.run.score.answers.sha256,
            }

    def is_used(self, run: str) -> bool:  # noqa: ARG002 - any
        """A verdict over a finished one is the gate's."""
        return True

    def recalled(self, entry: Entry, session: int) -> Stop | None:
        """As `heard`, but for the weights of its session, which `begin` judges by all that it left."""
        if session not in self._earlier:
            self._earlier[session] = EarlierReplies(self._baseline.said, questions=len(self._order))
        self._earlier[session].heard(entry)
        return self._test.heard(entry) if self._test else None

    def begin(self, questions: Sequence[Question]) -> Sequence[Question]:
        """By the seed, where a test may end the run; else as they are.

        Raises:
            UsageError: an earlier session's replies are of the old weights, and others were expected.
        """
        self._look_back()
        place = {id_: at for at, id_ in enumerate(self._order)}
        ordered = sorted(questions, key=lambda question: place[question.id])
        self._replies = self._held_against([question.id for question in ordered])
        return ordered

    def heard(self, entry: Entry) -> Stop | None:
        """Stop where the weights are the old ones and others were expected, or where the test has shown something."""
        before = self._replies.alike
        self._replies.heard(entry)
        if self._replies.alike and before is None and not (self._expect_change and self._replies.certain):
            self._say(self._sentence())
        if self._expect_change and self._replies.certain:
            return Stop(StopKind.WRONG_WEIGHTS, self._refusal())
        return self._test.heard(entry) if self._test else None

    def early_stop(self) -> EarlyStopPart | None:
        """The test's account."""
        if self._test is None:
            return None
        run = self._baseline.run.score
        return self._test.part(baseline=run.run.id, baseline_answers=run.answers.sha256)

    def _held_against(self, order: Sequence[str]) -> FirstReplies:
        return FirstReplies(order, self._baseline.said, questions=len(self._order))

    def _look_back(self) -> None:
        for earlier in self._earlier.values():
            replies = f"{_part(earlier.whole)} that this run has from before"
            said = f"{replies} are those of the baseline, {self._to_the_last()}"
            sure = f"{said}: the endpoint served the same weights then ({_WHY})"
            if earlier.certain and self._expect_change:
                raise UsageError(f"{sure}; see to that, and run again with --fresh.")
            if earlier.certain:
                self._say(f"{sure}; --fresh would start over.")
            elif earlier.untold:
                self._say(
                    f"The {said}: the endpoint may have served the same weights then ({_WHY}), though so short replies "
                    "may agree by chance; --fresh would start over."
                )

    def _sentence(self) -> str:
        said = f"The first {self._replies.same} replies are those of the baseline, {self._to_the_last()}"
        if self._replies.telling:
            return f"{said}: the endpoint serves the same weights ({_WHY}). --expect-change would end here."
        return (
            f"{said}: the endpoint may serve the same weights ({_WHY}), though so short replies may agree by chance. "
            f"--expect-change would end a run where {MANY} are alike."
        )

    def _refusal(self) -> str:
        return (
            f"the first replies are those of the baseline, {self._to_the_last()}: the endpoint serves the same weights "
            f"({_WHY}); these are not kept, so see to that and run again."
        )

    def _to_the_last(self) -> str:
        has_logprobs = any(self._baseline.said[id_].has_logprobs for id_ in self._order[:FIRST])
        return "text and logprobs, to the last digit" if has_logprobs else "word for word"


def _part(replies: Likeness) -> str:
    """How many are the baseline's, and of how many where not all are."""
    some = f"{replies.same:,} of " if replies.same < replies.seen else ""
    return f"{some}{counted(replies.seen, 'reply', 'replies')}"
