"""Comparison Markdown: a comparison or ranking for a pull request's comment or a job's summary.

Takes a Comparison or a Ranking, gives a text that GitHub takes as a comment, which may hold 65,536 characters: where
there are more flips than fit, fewer are listed.
"""

from collections.abc import Iterable, Sequence

from harness.comparison import Comparison, Flip, Part, Side
from harness.comparison_words import (
    RANKS_MEAN,
    asked,
    in_a_word,
    in_turn,
    is_shown_among,
    model_name,
    outcomes,
    p_means,
    p_value,
    points,
    points_interval,
    ranks,
    resources,
    verdict,
)
from harness.markdown_text import code, plain
from harness.ranking import Ranking
from harness.summary import percent

_LONGEST = 60_000
_HEAD = ("", "questions", "BASE", "NEW", "points", "95 % interval", "lost", "won", "p", "unparsed")
_NUMBERS = (False, *(True,) * 9)


def comparison_markdown(found: Comparison, *, flips: int) -> str:
    """The comparison, with so many of the questions lost and so many of those won."""
    while True:
        text = "\n\n".join(_blocks(found, flips))
        if len(text) <= _LONGEST or flips == 0:
            return text
        flips //= 2


def _blocks(found: Comparison, flips: int) -> Iterable[str]:
    first, *grounds = verdict(found)
    yield f"### {first}"
    yield plain(asked(found))
    yield _table(
        ("", "model", "accuracy", "unparsed", "run"),
        [
            (name, _code(model_name(side.score)), *_shares(side), _code(str(side.path)))
            for name, side in (("BASE", found.base), ("NEW", found.new))
        ],
        (False, False, True, True, False),
    )
    if found.notes:
        yield "\n>\n".join(f"> **Note:** {plain(note)}" for note in found.notes)
    yield "\n".join(f"- {plain(said)}" for said in (*grounds, outcomes(found), resources(found)))
    yield _table(_HEAD, [_row(part) for part in (*found.groups, found.whole)], _NUMBERS)
    yield p_means(found)
    if len(found.subjects) > 1:
        rows = _table(_HEAD, [_row(part) for part in found.subjects], _NUMBERS)
        yield _folded(f"{len(found.subjects)} subjects", rows)
    for name, way in (("lost", False), ("won", True)):
        members = [flip for flip in found.flips if flip.won is way]
        if chosen := in_turn(members)[:flips]:
            yield _folded(f"Questions {name}: {len(chosen):,} of {len(members):,}", _flips(chosen))


def ranking_markdown(found: Ranking) -> str:
    """The ranking, best first."""
    rows = [
        (
            ranks(one.ranks),
            _code(model_name(one.side.score)),
            *_shares(one.side),
            points(one.against_base.difference) if one.against_base else "",
            points_interval(one.against_base.interval) if one.against_base else "",
            in_a_word(one.verdict),
            _code(str(one.side.path)),
        )
        for one in sorted(found.models, key=lambda one: -one.side.accuracy)
    ]
    head = ("ranks", "model", "accuracy", "unparsed", "points", "interval", "verdict", "run")
    blocks = [
        f"### {len(found.models)} models on {plain(asked(*found.comparisons, questions=found.questions))}",
        _table(head, rows, (False, False, True, True, True, True, False, False)),
        RANKS_MEAN,
    ]
    if found.notes:
        blocks.append("\n>\n".join(f"> **Note:** {plain(note)}" for note in found.notes))
    return "\n\n".join(blocks)


def _shares(side: Side) -> tuple[str, str]:
    return percent(side.accuracy), percent(side.unparsed)


def _row(part: Part) -> tuple[str, ...]:
    table, n = part.table, part.table.questions
    shown = "**" if is_shown_among(part) else ""
    return (
        plain(part.name),
        f"{n:,}",
        percent((table.both_correct + table.lost) / n),
        percent((table.both_correct + table.won) / n),
        f"{shown}{points(part.difference)}{shown}",
        points_interval(part.ci95),
        f"{table.lost:,}",
        f"{table.won:,}",
        p_value(part.p if part.p_holm is None else part.p_holm),
        " → ".join(percent(count / n) for count in part.unparsed),
    )


def _flips(flips: Sequence[Flip]) -> str:
    rows = [
        (
            plain(flip.subject),
            _code(flip.id),
            *map(plain, (flip.gold, flip.base_answer, flip.new_answer)),
        )
        for flip in sorted(flips, key=lambda flip: flip.subject)
    ]
    return _table(("subject", "id", "gold", "BASE", "NEW"), rows, (False,) * 5)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[bool]) -> str:
    rule = ["--:" if number else "---" for number in numbers]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def _code(text: str) -> str:
    """An id in a table, where a border in it would be the table's even in code."""
    return code(text).replace("|", "\\|")
