"""Comparison words: what a comparison shows, in sentences and figures for people who know no statistics.

Takes a Comparison, gives texts that hold for a terminal and for Markdown. Decides nothing.
"""

from collections.abc import Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING, assert_never

from harness.counted import counted
from harness.paired_stats import FEWEST
from harness.stats import Interval

if TYPE_CHECKING:
    from harness.comparison import Comparison, Flip, Part, Verdict
    from harness.score_file import ScoreFile

_ALPHA = 0.05
_SMALLEST_P = 1e-300
_SMALLEST = 0.0005  # a share that is shown as no points


RANKS_MEAN = (
    "Points and verdicts are against BASE. All intervals and sets of ranks hold together with 95 % confidence; models "
    "whose ranks overlap are not told apart."
)


def points(share: float) -> str:
    """A difference in points, with its sign."""
    return f"{100 * share:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def points_interval(ends: Interval) -> str:
    """An interval in points."""
    return f"[{points(ends[0])}, {points(ends[1])}]"


def p_value(p: float) -> str:
    """A p value in two digits, or in as many as tell it from what counts as shown."""
    if p < _SMALLEST_P:
        return f"< {_SMALLEST_P:.0e}"
    shown = f"{p:.2f}" if p >= 0.1 else f"{p:.2g}"
    return shown if (float(shown) < _ALPHA) == (p < _ALPHA) else f"{p:.4g}"


def no_answer_differs(questions: int) -> str:
    """What to think of where so many answers of two runs are the same."""
    same = "The one answer is" if questions == 1 else f"All {questions:,} answers are"
    return f"{same} the same, letter for letter: if the weights are not, the endpoint may still serve the old ones."


def compared(questions: int, by: str) -> str:
    """How many questions are compared, where not all are."""
    return f"Compared {'is' if questions == 1 else 'are'} the {counted(questions, 'question')} that {by} answered"


def asked(*found: "Comparison", questions: int | None = None) -> str:
    """What all were asked, and how; `questions` where it is not all that the two answered."""
    task = found[0].base.score.task
    names = dict.fromkeys([task.name, *(one.new.score.task.name for one in found)])
    published = " as published" if task.as_published else ""
    times = repeats(found[0])
    repeated = f", each question {times} times" if times > 1 else ""
    how = f"{task.protocol}{published}, {task.shots}-shot{repeated}, reader {task.reader}"
    count = found[0].questions if questions is None else questions
    counted_so = counted(count, "reply", "replies") if repeated else counted(count, "question")
    return f"{' against '.join(names)} ({how}): {counted_so}"


def repeats(found: "Comparison") -> int:
    """How often both asked each question."""
    return min(found.base.score.task.repeats, found.new.score.task.repeats)


def verdict(found: "Comparison") -> tuple[str, ...]:
    """The verdict, after the doubt of a run that is not whole; then what it rests on and what it could not see."""
    from harness.comparison import Verdict

    match found.verdict:
        case Verdict.BETTER | Verdict.WORSE:
            first = f"NEW is {found.verdict}: {_size(found.whole)}."
        case Verdict.EQUIVALENT:
            first = f"NEW and BASE are equivalent: the difference is less than {_margin(found.margin)}, either way."
        case Verdict.NOT_SHOWN:
            first = f"no difference is shown: {_hidden(found.whole)}."
        case _:
            assert_never(found.verdict)
    return (
        _capital(f"{_unfinished(found)}{first}"),
        *_beside_margin(found),
        _evidence(found.whole),
        *_subjects(found),
        _power(found),
    )


def _unfinished(found: "Comparison") -> str:
    """What of a run is missing is not a random part of it: the words after this hold for what is there."""
    told = [
        f"{name} has {score.counts.questions - score.counts.failed:,} of "
        f"{counted(score.task.questions, 'reply', 'replies')}"
        for name, score in (("BASE", found.base.score), ("NEW", found.new.score))
        if score.status in ("incomplete", "interrupted")
    ]
    return f"Incomplete, {' and '.join(told)}: " if told else ""


def _size(whole: "Part") -> str:
    """How large the difference is, as a distance: the word before it says which way."""
    near, far = sorted(100 * abs(end) for end in whole.ci95)
    return f"by {100 * abs(whole.difference):.1f} points, and with 95 % confidence by {near:.1f} to {far:.1f}"


def _beside_margin(found: "Comparison") -> Iterable[str]:
    """Whether the difference matters, and by what that is told: not by the 95 % interval, which stands beside it."""
    if found.margin is None or found.ci90 is None:
        return
    shown = "show" if found.within_margin else "do not show"
    low, high = _told_from(found.ci90, found.margin)
    yield (
        f"Two one-sided tests at 5 % {shown} that the difference is less than the margin of {_margin(found.margin)}: "
        f"the 90 % interval is {low} to {high} points."
    )


def _told_from(ends: Interval, margin: float) -> Iterable[str]:
    """The ends in points, in as many digits as tell them from the margin, but four at most."""
    within, most = max(map(abs, ends)) < margin, round(100 * margin, 9)
    for digits in range(1, 5):
        shown = [round(100 * end, digits) for end in ends]
        if (max(map(abs, shown)) < most) == within:
            break
    return (f"{end:+.{digits}f}".replace("-", "−") for end in shown)


def _hidden(whole: "Part") -> str:
    low, high = whole.ci95
    ways = {"a drop": -low, "a gain": high}
    sizes = [f"{way} of up to {100 * share:.1f} points" for way, share in ways.items() if share > _SMALLEST]
    return f"with 95 % confidence {' or '.join(sizes) or 'none of 0.1 points'} could hide in these questions"


def _margin(share: float | None) -> str:
    return "" if share is None else f"{100 * share:g} point{'' if share == 0.01 else 's'}"


def _evidence(whole: "Part") -> str:
    table = whole.table
    same = table.both_correct + table.both_wrong
    net = table.won - table.lost
    return (
        f"{counted(table.lost, 'question')} lost and {table.won:,} won ({f'{net:+,}'.replace('-', '−')} in all), "
        f"{same:,} as before; {_test(whole)}."
    )


def _test(whole: "Part") -> str:
    if whole.clusters is None:
        return f"McNemar's exact p = {p_value(whole.p)}"
    return (
        f"exact p = {p_value(whole.p)} by swapping whole clusters (McNemar's, which takes the questions for "
        f"independent, {p_value(whole.p_mcnemar)})"
    )


def p_means(found: "Comparison") -> str:
    """Which p stands beside each part."""
    test = "McNemar's exact p" if found.clusters is None else "exact p by swapping whole clusters"
    return f"{test}; of groups and of subjects adjusted by Holm's method, their intervals are not."


def _subjects(found: "Comparison") -> Iterable[str]:
    """Where it happened, as far as that is shown."""
    if len(found.subjects) < 2:
        return
    shown = sorted(shown_among(found.subjects), key=lambda part: -abs(part.difference))
    if not shown:
        yield f"In none of {len(found.subjects)} subjects alone is a difference shown."
        return
    first = ", ".join(
        f"{part.name} {points(part.difference)}" for part in (shown[:3] if len(shown) > 4 else shown)
    )
    more = f" and {len(shown) - 3} more" if len(shown) > 4 else ""
    yield f"Shown in {len(shown)} of {len(found.subjects)} subjects alone: {first}{more}."


def shown_among(parts: Iterable["Part"]) -> list["Part"]:
    """Those whose difference is shown when all are tested together, by test and interval as that of the whole."""
    return [part for part in parts if is_shown_among(part)]


def is_shown_among(part: "Part") -> bool:
    """Whether it is one of these."""
    return part.p_holm is not None and not part.shown.is_open


def _power(found: "Comparison") -> str:
    if found.detectable is None:
        shown = _capital(shows_nothing(found.whole))
    else:
        size = f"{100 * found.detectable:.1f} points"
        shown = f"So many questions show a true difference of {size} four times in five"
    return f"{shown}; one of 1 point takes {found.needed_for_a_point:,} that are answered like these."


def shows_nothing(part: "Part") -> str:
    """Why its questions can show nothing."""
    units = "questions" if part.clusters is None else "clusters"
    return f"so few {units} can show no difference, however large: it takes {FEWEST} at least"


def _capital(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}"


def outcomes(found: "Comparison") -> str:
    """How replies without a letter changed."""
    told = [
        f"{name} {before:,} → {after:,}"
        for name, (before, after) in found.outcomes.items()
        if name not in ("correct", "wrong")
    ]
    return f"Without a letter: {', '.join(told)}."


def resources(found: "Comparison") -> str:
    """Tokens, cost and time of both runs, whole."""
    base, new = found.base.score, found.new.score
    told = [
        *(
            _change(f"{kind} tokens", before or None, after or None, ",.0f")  # 0: the endpoint counted none
            for kind, before, after in (
                ("prompt", base.usage.prompt_tokens, new.usage.prompt_tokens),
                ("completion", base.usage.completion_tokens, new.usage.completion_tokens),
            )
        ),
        _change("US dollars", base.cost.usd, new.cost.usd, ",.4f"),
        _change("seconds for half of the replies", base.latency.p50, new.latency.p50, ".2f"),
        _change("for nine in ten", base.latency.p90, new.latency.p90, ".2f"),
    ]
    known = ", ".join(word for word in told if word)
    return f"Used by the whole runs: {known}." if known else "What the runs used is not known."


def _change(what: str, before: float | None, after: float | None, form: str) -> str:
    if not before and not after:
        return ""
    shown = " → ".join("not known" if value is None else f"{value:{form}}" for value in (before, after))
    ratio = f"{after / before - 1:+.0%}".replace("-", "−") if before and after is not None else "+0%"
    return f"{what} {shown}{'' if ratio in ('+0%', '−0%') else f' ({ratio})'}"


def ranks(ends: tuple[int, int]) -> str:
    """The ranks that a model may have."""
    best, worst = ends
    return str(best) if best == worst else f"{best}–{worst}"


def in_a_word(verdict: "Verdict | None") -> str:
    """A verdict for a table's cell; BASE itself has none."""
    if verdict is None:
        return "is BASE"
    return "not shown" if verdict.value.startswith("no ") else verdict.value


def in_turn(flips: Iterable["Flip"]) -> list["Flip"]:
    """One of each subject, then the next of each, so that the first few are not all of one."""
    by_subject: dict[str, list[Flip]] = {}
    for flip in flips:
        by_subject.setdefault(flip.subject, []).append(flip)
    return [flip for turn in zip_longest(*by_subject.values()) for flip in turn if flip is not None]


def model_name(score: "ScoreFile") -> str:
    """The model, with its revision where it has one, cut as hashes are."""
    revision = score.model.revision
    return f"{score.model.name} ({revision[:12]})" if revision else score.model.name
