"""Sizing tables: how many questions it takes to see a difference, on standard output for people, or as a document.

Takes a Sizing, prints. Decides nothing.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from harness.paired_stats import FEWEST
from harness.prices import Prices
from harness.sizing import Size, Sizing, Tokens
from harness.terminal import print_whole

_MILLION, _THOUSAND, _HOUR_S = 1e6, 1e3, 3600.0


def print_sizing(sizing: Sizing) -> None:
    """A row for each share of disagreement, and what the figures mean and rest on."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(f"{sizing.task} ({sizing.protocol}): to see {_points(sizing.detect)}")
    print_whole(console, _table(sizing))
    for sentence in _sentences(sizing):
        console.print(sentence, soft_wrap=not console.is_terminal)


def _table(sizing: Sizing) -> Table:
    costs = any(size.cost_usd for size in sizing.sizes)
    names = ["disagree", "needed", "asked", "shows"]
    names += ["tokens in, out"] if sizing.estimate else []
    names += ["US dollars"] if costs else []
    names += ["time"] if sizing.speed else []
    table = Table(*(Column(name, justify="right") for name in names))
    for size in sizing.sizes:
        cells = [
            f"{100 * size.disagreement:.3g} %",
            _needed(size),
            f"{size.asked:,}",
            "–" if size.shows is None else f"{100 * size.shows:.2f}",
        ]
        if size.prompt_tokens and size.output_tokens:
            cells.append(f"{_tokens(size.prompt_tokens)}\n{_tokens(size.output_tokens)}")
        if costs:
            cells.append(_dollars(size.cost_usd) if size.cost_usd else "?")
        if size.took_s is not None:
            cells.append(_time(size.took_s))
        table.add_row(*cells)
    return table


def _needed(size: Size) -> str:
    return "–" if size.needed is None else f"{size.needed:,}"


def _sentences(sizing: Sizing) -> Iterator[str]:
    yield (
        f"Two runs of the same questions that truly differ by {_points(sizing.detect)} are told apart about 78 times "
        "in 100, at 95 % confidence. 'disagree' is the share of questions that one has right and the other wrong, "
        "'shows' the smallest difference in points that the questions asked will show."
    )
    yield sizing.disagreement.source
    yield from _limits(sizing)
    yield from sizing.notes
    yield from _grounds(sizing)
    yield from _way(sizing)


def _limits(sizing: Sizing) -> Iterator[str]:
    """Where the task is too small for what is wanted, or what is wanted cannot be."""
    (first, *others) = sizing.sizes
    if not others and not first.enough:
        shown = "" if first.shows is None else f": all of them show {_points(first.shows)} at least"
        yield f"{_needed(first)} questions are needed, and there are {sizing.available:,}{shown}."
    elif others and not all(size.enough for size in sizing.sizes):
        yield f"Where more are needed than the {sizing.available:,} that there are, all of them are asked."
    if any(size.shows is None for size in sizing.sizes):
        yield (
            "– under 'shows': so few questions show no difference that two runs which disagree so little can have; to "
            f"show any takes {FEWEST} at least."
        )
    if any(size.needed is None for size in sizing.sizes):
        yield "– under 'needed': two runs that disagree on so few questions cannot differ by so much."


def _grounds(sizing: Sizing) -> Iterator[str]:
    """What tokens, dollars and time rest on, or why they are missing."""
    made = sizing.estimate
    if made is None:
        yield "For tokens, dollars and time name a --model."
        return
    yield "Tokens, dollars and time are for one run; a baseline that is not there yet takes as much again."
    if isinstance(made.prices, Prices):
        yield (
            f"Prices: {made.prices.input:g} in and {made.prices.output:g} out for a million tokens "
            f"({made.prices.source}, {made.prices.as_of}); cache hits are not counted on."
        )
    if not any(size.cost_usd for size in sizing.sizes):
        yield f"What it costs is not known: {made.no_cost}."
    if sizing.speed:
        yield f"Speed: {_figure(sizing.speed.questions_per_second)} questions a second, {sizing.speed.source}."
    else:
        yield (
            f"How long it takes is not known: there is no earlier run of {made.model} on {made.task} that was asked in "
            "this way; give --questions-per-second."
        )
    yield from (f"Note: {warning}" for warning in made.warnings)


def _way(sizing: Sizing) -> Iterator[str]:
    """The command that asks so many, where one number is meant."""
    (first, *others) = sizing.sizes
    if not others and first.enough and first.asked < sizing.available:
        yield (
            f"Ask {first.asked:,} of the {sizing.available:,} in both runs, by --limit {first.asked} --sample "
            "stratified, which draws the same ones for one --seed."
        )


def _figure(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _points(share: float) -> str:
    points = f"{100 * share:.3g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _tokens(range_: Tokens) -> str:
    low, high = map(_short, range_)
    return low if low == high else f"{low} – {high}"


def _short(count: float) -> str:
    """A rough number, as it is: three digits."""
    if count >= _MILLION:
        return f"{count / _MILLION:.3g} M"
    return f"{count / _THOUSAND:.3g} k" if count >= _THOUSAND else f"{count:.0f}"


def _dollars(range_: Tokens) -> str:
    low, high = (f"{usd:,.2f}" for usd in range_)
    return low if low == high else f"{low} – {high}"


def _time(seconds: float) -> str:
    if seconds >= _HOUR_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


def sizing_document(sizing: Sizing) -> dict[str, Any]:
    """The same for `--json`; shares are 0..1, and what is not known is null."""
    made = sizing.estimate
    return {
        "task": sizing.task,
        "protocol": sizing.protocol,
        "model": made.model if made else None,
        "detect": sizing.detect,
        "confidence": 0.95,
        "power": 0.8,
        "available": sizing.available,
        "disagreement": asdict(sizing.disagreement),
        "speed": asdict(sizing.speed) if sizing.speed else None,
        "no_cost": made.no_cost if made else None,
        "sizes": [{**asdict(size), "enough": size.enough} for size in sizing.sizes],
        "notes": [*sizing.notes, *(made.warnings if made else ())],
    }
