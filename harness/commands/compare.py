"""The command `compare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import UsageError
from harness.options import path_in

if TYPE_CHECKING:
    from rich.console import Console

_FLIPS = 5


def compare(
    base: Annotated[
        Path, typer.Argument(parser=path_in, metavar="BASE", help="A run's folder, or its score.json.")
    ],
    new: Annotated[
        list[Path],
        typer.Argument(parser=path_in, metavar="NEW…", help="One run to compare with it, or several."),
    ],
    margin: Annotated[
        float | None, typer.Option(help="Points that would not matter: is the difference shown to be less?")
    ] = None,
    on_common_questions: Annotated[
        bool,
        typer.Option(
            "--on-common-questions", help="Compare what was asked alike in both, and count the rest."
        ),
    ] = False,
    flips: Annotated[
        int | None, typer.Option(min=0, help="List so many questions lost, and so many won; else 5.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a document, with every flip.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a pull request or $GITHUB_STEP_SUMMARY.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a row for each part and each flip.")] = False,
) -> None:
    """Say whether NEW is better or worse than BASE, question by question, and how sure that is.

    Example: harness compare results/base/sample/RUN-ID results/tuned/sample/RUN-ID
    """
    forms = [name for name, wanted in (("json", json), ("markdown", markdown), ("csv", csv)) if wanted]
    if len(forms) > 1:
        raise UsageError(f"--{' and --'.join(forms)} are forms of one answer; name one of them.")
    form = forms[0] if forms else "table"
    if len(new) == 1:
        listed = _FLIPS if flips is None else flips
        _compare(base, new[0], form, listed, margin=_share(margin), on_common_questions=on_common_questions)
    elif margin is not None:
        raise UsageError("--margin is a question about two runs; leave it out, or name one NEW.")
    elif flips is not None:
        raise UsageError("--flips lists the questions of two runs; leave it out, or name one NEW.")
    else:
        _rank(base, new, form, on_common_questions=on_common_questions)


def _share(points: float | None) -> float | None:
    if points is not None and not 0 < points < 100:
        raise UsageError(f"--margin {points:g} should be points above 0 and below 100.")
    return None if points is None else points / 100


def _compare(
    base: Path, new: Path, form: str, flips: int, *, margin: float | None, on_common_questions: bool
) -> None:
    from harness.comparison import compare as compare_
    from harness.comparison_documents import comparison_csv, comparison_json
    from harness.comparison_markdown import comparison_markdown
    from harness.comparison_table import print_comparison

    found = compare_(base, new, margin=margin, on_common_questions=on_common_questions)
    match form:
        case "json":
            print(comparison_json(found))
        case "csv":
            print(comparison_csv(found))
        case "markdown":
            print(comparison_markdown(found, flips=flips))
        case _:
            print_comparison(found, _console(), flips=flips)


def _rank(base: Path, others: list[Path], form: str, *, on_common_questions: bool) -> None:
    from harness.comparison_documents import ranking_csv, ranking_json
    from harness.comparison_markdown import ranking_markdown
    from harness.comparison_table import print_ranking
    from harness.ranking import rank

    found = rank(base, others, on_common_questions=on_common_questions)
    match form:
        case "json":
            print(ranking_json(found))
        case "csv":
            print(ranking_csv(found))
        case "markdown":
            print(ranking_markdown(found))
        case _:
            print_ranking(found, _console())


def _console() -> "Console":
    """On standard output: the comparison is what was asked for."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)
