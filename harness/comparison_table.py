"""Comparison tables: a comparison for people at a terminal, in 80 columns.

Takes a Comparison, prints. Decides nothing but how much is shown.
"""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from harness.comparison import Comparison, Flip, Part
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
from harness.counted import counted
from harness.ranking import Ranking, told_apart
from harness.summary import percent
from harness.terminal import print_whole

_SUBJECTS_SHOWN = 20
_COLOURS = {"better": "green", "worse": "red", "equivalent": "green"}


def print_comparison(found: Comparison, console: Console, *, flips: int) -> None:
    """Both runs, the verdict and its grounds, notes, the difference by group and subject, flips, what was used."""
    first, *grounds = verdict(found)
    _say(console, asked(found), style="bold")
    print_whole(console, _sides(found))
    for note in found.notes:
        _say(console, f"Note: {note}", style="yellow")
    _say(console, first, style=f"bold {_COLOURS.get(found.verdict, 'yellow')}")
    for sentence in grounds:
        _say(console, sentence)
    console.print()
    parts, hidden = _subjects_shown(found.subjects)
    print_whole(console, _parts(found, parts))
    if hidden:
        _say(console, f"… and {counted(hidden, 'more subject')}, whose p is larger; --csv has all.")
    _say(console, f"* {p_means(found)}")
    _say(console, outcomes(found))
    _say(console, resources(found))
    _print_flips(found.flips, flips, console)


def print_ranking(found: Ranking, console: Console) -> None:
    """Each model with its accuracy, the ranks that it may have, and its difference from BASE; best first."""
    _say(console, asked(*found.comparisons, questions=found.questions), style="bold")
    for note in found.notes:
        _say(console, f"Note: {note}", style="yellow")
    figures = ("accuracy", "unparsed", "points", "interval")
    table = _plain(
        Column("ranks", no_wrap=True),
        Column("model", overflow="fold"),
        *(Column(name, justify="right", no_wrap=True) for name in figures),
        Column("verdict", no_wrap=True),
    )
    sides = [one.side for one in found.models]
    names = told_apart([model_name(side.score) for side in sides], sides)
    for one, name in sorted(zip(found.models, names, strict=True), key=lambda pair: -pair[0].side.accuracy):
        against = one.against_base
        table.add_row(
            ranks(one.ranks),
            Text(name),
            percent(one.side.accuracy),
            percent(one.side.unparsed),
            points(against.difference) if against else "",
            Text(points_interval(against.interval) if against else ""),
            in_a_word(one.verdict),
        )
    print_whole(console, table)
    _say(
        console,
        RANKS_MEAN,
    )


def _say(console: Console, sentence: str, style: str = "") -> None:
    console.print(Text(sentence, style=style), soft_wrap=not console.is_terminal)


def _sides(found: Comparison) -> Table:
    figures = ("accuracy", "unparsed")
    table = _plain(
        Column("", no_wrap=True),
        "model",
        *(Column(name, justify="right", no_wrap=True) for name in figures),
        Column("run", overflow="fold"),
    )
    for name, side in (("BASE", found.base), ("NEW", found.new)):
        shares = (percent(side.accuracy), percent(side.unparsed))
        table.add_row(name, Text(model_name(side.score)), *shares, Text(str(side.path)))
    return table


def _subjects_shown(subjects: Sequence[Part]) -> tuple[Sequence[Part], int]:
    """All, or of many those with the smallest p, by name; and how many are not shown."""
    if len(subjects) <= _SUBJECTS_SHOWN:
        return subjects, 0
    chosen = sorted(subjects, key=lambda part: part.p)[:_SUBJECTS_SHOWN]
    return sorted(chosen, key=lambda part: part.name), len(subjects) - len(chosen)


def _parts(found: Comparison, subjects: Sequence[Part]) -> Table:
    figures = ("n", "BASE", "NEW", "points", "95 %", "lost", "won", "p*")
    table = _plain(
        Column("", overflow="fold"), *(Column(name, justify="right", no_wrap=True) for name in figures)
    )
    for parts in (found.groups, subjects if len(found.subjects) > 1 else ()):
        for part in parts:
            table.add_row(*_cells(part))
        if parts:
            table.add_section()
    table.add_row(*_cells(found.whole), style="bold")
    return table


def _cells(part: Part) -> tuple[Text, ...]:
    table, p = part.table, part.p if part.p_holm is None else part.p_holm
    n = table.questions
    shown = "bold" if is_shown_among(part) else ""
    return (
        Text(part.name),
        Text(f"{n:,}"),
        Text(f"{100 * (table.both_correct + table.lost) / n:.1f}"),
        Text(f"{100 * (table.both_correct + table.won) / n:.1f}"),
        Text(points(part.difference), style=shown),
        Text(points_interval(part.ci95)),
        Text(f"{table.lost:,}"),
        Text(f"{table.won:,}"),
        Text(p_value(p), style=shown),
    )


def _print_flips(flips: Sequence[Flip], most: int, console: Console) -> None:
    """So many of those lost, and of those won, from each subject in turn."""
    for name, way in (("lost", False), ("won", True)):
        found = [flip for flip in flips if flip.won is way]
        chosen = in_turn(found)[:most]
        if not chosen:
            continue
        table = _plain(f"{name}: subject", Column("id", overflow="fold"), "gold", "BASE", "NEW")
        for flip in sorted(chosen, key=lambda flip: flip.subject):
            table.add_row(*map(Text, (flip.subject, flip.id, flip.gold, flip.base_answer, flip.new_answer)))
        console.print()
        print_whole(console, table)
        if len(found) > most:
            _say(console, f"… and {len(found) - most:,} more {name}; --flips N lists N, --csv all.")


def _plain(*columns: Column | str) -> Table:
    """A table without frames, which leaves 80 columns to its figures."""
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, show_edge=False)
