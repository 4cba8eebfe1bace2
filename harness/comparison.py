"""Comparisons: how much better or worse NEW is than BASE, question by question, and how sure that is.

Takes two runs of the same questions, gives a Comparison with a verdict. Shares are 0..1 and differences NEW - BASE.
Knows nothing of tables, Markdown or exit codes.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from harness.answers import Outcome
from harness.clustered_stats import Tally, clustered_macro_stderr
from harness.comparison_notes import has_no_letter, notes_on
from harness.errors import UsageError
from harness.finished import Run, load
from harness.paired_stats import (
    FEWEST,
    Spread,
    Table,
    clustered_spread,
    detectable,
    difference_interval,
    equivalence_p,
    holm,
    macro_difference_interval,
    mcnemar_exact,
    paired_stderr,
    questions_needed,
    swapped_clusters_exact,
)
from harness.pairing import Given, LeftOut, Pairing, pair
from harness.score_file import GroupPart, ScoreFile
from harness.stats import Interval

Pair = tuple[Given, Given]

_ALPHA = 0.05
_POINT = 0.01


class Verdict(StrEnum):
    """What a comparison shows."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "no difference shown"
    EQUIVALENT = "equivalent"  # not even a difference as large as the margin: shown

    @property
    def is_open(self) -> bool:
        """Whether nothing is shown."""
        return self is Verdict.NOT_SHOWN


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs.

    Attributes:
        path: the run's folder.
        accuracy: micro, over the questions that are compared.
        unparsed: share of the same questions whose reply had no readable letter.
    """

    model: str
    revision: str | None
    path: Path
    accuracy: float
    unparsed: float
    score: ScoreFile


class Unread(NamedTuple):
    """How many replies gave no letter where the other run's reply to the same question did.

    Attributes:
        lost: of those of NEW, where BASE is right.
        won: of those of BASE, where NEW is right.
        both: how many questions got no letter from either.
    """

    base: int = 0
    new: int = 0
    lost: int = 0
    won: int = 0
    both: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The difference over all questions, a group or a subject.

    Attributes:
        stderr: of independent questions, or of clusters where there are; None for a single question.
        p_mcnemar: exact, two-sided; it takes all questions for independent.
        p: of the test that counts: McNemar's, where there are clusters that of swapping whole ones.
        p_holm: the same, adjusted over all groups or all subjects; None for the whole.
        clusters: how many clusters the questions came in, None where each stands for itself.
        worth: how many independent questions one of these is worth, 1 without clusters.
        unread: what could turn it.
        unparsed: how many replies of BASE, and of NEW, had no readable letter.
    """

    name: str
    table: Table
    difference: float
    stderr: float | None
    ci95: Interval
    p_mcnemar: float
    p: float
    p_holm: float | None = None
    clusters: int | None = None
    worth: float = 1.0
    unread: Unread = field(default_factory=Unread)
    unparsed: tuple[int, int] = (0, 0)

    @property
    def spread(self) -> Spread:
        """For intervals and tests."""
        return Spread(self.stderr, self.worth, self.clusters is not None)

    @property
    def can_show_any(self) -> bool:
        """Whether the exact test could show a difference, were all questions lost."""
        return (self.clusters or self.table.questions) >= FEWEST

    @property
    def shown(self) -> Verdict:
        """Better or worse where test and interval, which part at the edge, both show it.

        Of one of many parts p is what Holm's correction made of it.
        """
        p = self.p if self.p_holm is None else self.p_holm
        low, high = self.ci95
        if p < _ALPHA and not low <= 0 <= high:
            return Verdict.BETTER if self.difference > 0 else Verdict.WORSE
        return Verdict.NOT_SHOWN


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one run has right and the other wrong; answers are letters, or outcomes where there is none."""

    id: str
    subject: str
    gold: str
    base_answer: str
    new_answer: str

    @property
    def won(self) -> bool:
        """Whether NEW has it right."""
        return self.new_answer in set(self.gold)


@dataclass(frozen=True, slots=True)
class Macro:
    """The difference of the plain means over subjects.

    Attributes:
        stderr: None where a subject has a single question.
        ci95: None too where there are too few questions, or too few that differ, for ± z·SE to hold the truth.
    """

    base: float
    new: float
    difference: float
    stderr: float | None
    ci95: Interval | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """NEW against BASE.

    Attributes:
        whole: over all questions that both answered.
        lettered: the same over those to which both replies gave a letter: a difference that is gone there is one of
            form; None where there is no such question, or where all are.
        macro: None where no subject has a question.
        margin: the largest difference that does not matter to whoever asks, a share; None where none was named.
        equivalence_p: of the two one-sided tests against `margin`.
        ci90: of the whole, which those tests at 5 % go by: they show a difference to be less than the margin where all
            of this is; None without a margin.
        detectable: the smallest true difference that these questions would have shown with 80 % power; None where they
            can show none, however large.
        needed_for_a_point: how many questions would show a difference of one point with that power.
        outcomes: outcome to how many of the compared questions ended so in BASE, and in NEW.
        notes: what to know of the figures, as sentences, the most important first.
    """

    base: Side
    new: Side
    whole: Part
    lettered: Part | None
    macro: Macro
    groups: tuple[Part, ...]
    subjects: tuple[Part, ...]
    verdict: Verdict
    margin: float | None
    equivalence_p: float | None
    ci90: Interval | None
    detectable: float | None
    needed_for_a_point: int
    left_out: LeftOut
    flips: tuple[Flip, ...]
    outcomes: Mapping[str, tuple[int, int]]
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> int:
        """How many are compared."""
        return self.whole.table.questions

    @property
    def clusters(self) -> int | None:
        """How many clusters the questions came in, None where each stands for itself."""
        return self.whole.clusters

    @property
    def within_margin(self) -> bool | None:
        """Whether a difference as large as the margin is excluded either way, at 5 %; None without a margin."""
        return None if self.equivalence_p is None else self.equivalence_p < _ALPHA


def compare(
    base: Run | Path | str,
    new: Run | Path | str,
    *,
    margin: float | None = None,
    on_common_questions: bool = False,
) -> Comparison:
    """Compare two runs of the same questions.

    Args:
        base: the run that is compared with: its folder, its score.json, or itself loaded.
        new: the run that is compared.
        margin: the largest difference that would not matter, a share.
        on_common_questions: compare the questions that were asked alike in both, where others were not.

    Raises:
        UsageError: the two are not comparable, in words what differs; or one was stopped early; or its answers are
            missing; or `margin` is no share.
    """
    if margin is not None and not 0 < margin < 1:
        raise UsageError(f"the margin {margin} should be a share above 0 and below 1, as 0.02 for 2 points.")
    old, now = loaded(base), loaded(new)
    return of_pairing(old, now, pair(old, now, on_common_questions=on_common_questions), margin=margin)


def of_pairing(base: Run, new: Run, pairing: Pairing, *, margin: float | None = None) -> Comparison:
    """The comparison of answers that are paired already."""
    pairs = pairing.pairs
    whole = _part("all", pairs.values())
    subjects = _family(_by(pairs.values(), lambda given: given.subject))
    alpha = None if margin is None else equivalence_p(whole.table, margin, whole.spread)
    found = Comparison(
        base=side_of(base, [old for old, _ in pairs.values()]),
        new=side_of(new, [now for _, now in pairs.values()]),
        whole=whole,
        lettered=_lettered(pairs.values()),
        macro=_macro(subjects, pairs.values(), whole),
        groups=_family(_by_group(pairs.values(), base.score.groups or new.score.groups)),
        subjects=subjects,
        verdict=_verdict(whole, alpha),
        margin=margin,
        equivalence_p=alpha,
        ci90=None if margin is None else difference_interval(whole.table, 1 - 2 * _ALPHA, whole.spread),
        detectable=_detectable(whole),
        needed_for_a_point=math.ceil(questions_needed(whole.table.discordance, _POINT) / whole.worth),
        left_out=pairing.left_out,
        flips=_flips(pairs),
        outcomes=_outcomes(pairs.values()),
    )
    return replace(found, notes=notes_on(found, pairing))


def _detectable(whole: Part) -> float | None:
    if not whole.can_show_any:
        return None
    return detectable(whole.table.discordance, whole.table.questions * whole.worth)


def loaded(run: Run | Path | str) -> Run:
    """The run itself, or that of a folder or score file; raises as `harness.load`."""
    return run if isinstance(run, Run) else load(run)


def side_of(run: Run, answers: Sequence[Given]) -> Side:
    """The run with its accuracy over the questions that are compared."""
    model, questions = run.score.model, len(answers)
    accuracy = sum(one.correct for one in answers) / questions
    return Side(model.name, model.revision, run.path, accuracy, _unparsed(answers) / questions, run.score)


def _unparsed(answers: Iterable[Given]) -> int:
    return sum(one.outcome is Outcome.UNPARSED for one in answers)


def table_of(pairs: Iterable[Pair]) -> Table:
    """Count how pairs of answers ended."""
    found = Counter((old.correct, new.correct) for old, new in pairs)
    return Table(found[True, True], found[True, False], found[False, True], found[False, False])


def _part(name: str, pairs: Iterable[Pair]) -> Part:
    held = list(pairs)
    table = table_of(held)
    spread = spread_of(held, table)
    return Part(
        name=name,
        table=table,
        difference=table.difference,
        stderr=spread.stderr,
        ci95=difference_interval(table, spread=spread),
        p_mcnemar=mcnemar_exact(table),
        p=p_of(held, table),
        clusters=len({old.cluster for old, _ in held}) if spread.clustered else None,
        worth=spread.worth,
        unread=_unread(held),
        unparsed=(_unparsed(old for old, _ in held), _unparsed(new for _, new in held)),
    )


def _unread(pairs: Sequence[Pair]) -> Unread:
    alone = [one for one in pairs if has_no_letter(one[0]) != has_no_letter(one[1])]
    return Unread(
        base=sum(has_no_letter(old) for old, _ in alone),
        new=sum(has_no_letter(new) for _, new in alone),
        lost=sum(old.correct and has_no_letter(new) for old, new in alone),
        won=sum(has_no_letter(old) and new.correct for old, new in alone),
        both=sum(has_no_letter(old) and has_no_letter(new) for old, new in pairs),
    )


def spread_of(pairs: Sequence[Pair], table: Table) -> Spread:
    """That of clusters where some cluster has several questions, else the plain one."""
    clusters = [old.cluster for old, _ in pairs]
    plain, count = paired_stderr(table), len(set(clusters))
    if plain is None or count == len(clusters):
        return Spread(plain)
    differences = [new.correct - old.correct for old, new in pairs]
    spread = clustered_spread(differences, clusters)
    return spread if count > 1 else spread._replace(stderr=plain / math.sqrt(spread.worth))


def p_of(pairs: Sequence[Pair], table: Table) -> float:
    """Of the exact test: McNemar's, which is also that of swapping clusters of one question each."""
    sums = Counter[Hashable]()
    for old, new in pairs:
        sums[old.cluster] += new.correct - old.correct
    return mcnemar_exact(table) if len(sums) == len(pairs) else swapped_clusters_exact(sums.values())


def _by(pairs: Iterable[Pair], name_of: Callable[[Given], str]) -> dict[str, list[Pair]]:
    members: dict[str, list[Pair]] = {}
    for one in pairs:
        members.setdefault(name_of(one[0]), []).append(one)
    return dict(sorted(members.items()))


def _by_group(pairs: Collection[Pair], groups: Iterable[GroupPart]) -> dict[str, list[Pair]]:
    """In the order in which the task names them; a subject may be in several groups or in none."""
    members = {group.name: [one for one in pairs if one[0].subject in group.subjects] for group in groups}
    return {group: held for group, held in members.items() if held}


def _family(members: Mapping[str, list[Pair]]) -> tuple[Part, ...]:
    """One part for each, with the p values adjusted over all of them."""
    parts = [_part(name, pairs) for name, pairs in members.items()]
    adjusted = holm([part.p for part in parts])
    return tuple(replace(part, p_holm=p) for part, p in zip(parts, adjusted, strict=True))


def _lettered(pairs: Iterable[Pair]) -> Part | None:
    held = list(pairs)
    read = [one for one in held if not any(map(has_no_letter, one))]
    return _part("both gave a letter", read) if 0 < len(read) < len(held) else None


def _macro(subjects: Sequence[Part], pairs: Iterable[Pair], whole: Part) -> Macro:
    count = len(subjects)
    base = math.fsum((s.table.both_correct + s.table.lost) / s.table.questions for s in subjects) / count
    new = math.fsum((s.table.both_correct + s.table.won) / s.table.questions for s in subjects) / count
    difference = math.fsum(subject.difference for subject in subjects) / count
    stderr = clustered_macro_stderr(_cells(pairs))  # without clusters, that of independent questions
    ci95 = macro_difference_interval([subject.table for subject in subjects], stderr, worth=whole.worth)
    return Macro(base, new, difference, stderr, ci95)


def _cells(pairs: Iterable[Pair]) -> dict[tuple[str, Hashable], Tally]:
    """Subject and cluster to the sum of its questions' differences."""
    cells: dict[tuple[str, Hashable], Tally] = {}
    for old, new in pairs:
        sum_, questions = cells.get((old.subject, old.cluster), (0, 0))
        cells[old.subject, old.cluster] = Tally(sum_ + new.correct - old.correct, questions + 1)
    return cells


def _verdict(whole: Part, equivalence: float | None) -> Verdict:
    shown = whole.shown
    if shown is Verdict.NOT_SHOWN and equivalence is not None and equivalence < _ALPHA:
        return Verdict.EQUIVALENT
    return shown


def _flips(pairs: Mapping[str, Pair]) -> tuple[Flip, ...]:
    """By subject, those lost first."""
    found = [
        Flip(id_, old.subject, old.gold, old.said, new.said)
        for id_, (old, new) in pairs.items()
        if old.correct != new.correct
    ]
    return tuple(sorted(found, key=lambda flip: (flip.subject, flip.won)))


def _outcomes(pairs: Iterable[Pair]) -> dict[str, tuple[int, int]]:
    found = [(old.outcome, new.outcome) for old, new in pairs]
    before, after = (Counter(outcomes) for outcomes in zip(*found, strict=True))
    return {name.value: (before[name], after[name]) for name in Outcome if name is not Outcome.FAILED}
