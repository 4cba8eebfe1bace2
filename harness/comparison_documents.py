"""Comparison documents: a comparison or ranking as JSON and as CSV, for programs; nothing is rounded or left out.

Shares are 0..1, differences NEW - BASE.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from harness.comparison import Comparison, Flip, Part, Side
from harness.ranking import Against, Ranked, Ranking
from harness.score_file import ScoreFile

_COLUMNS = (
    *("kind", "name", "subject", "questions", "base", "new", "difference", "stderr", "ci95_low", "ci95_high"),
    *(
        "lost",
        "won",
        "both_correct",
        "both_wrong",
        "p_mcnemar",
        "p",
        "p_holm",
        "gold",
        "base_answer",
        "new_answer",
        "base_unparsed_rate",
        "new_unparsed_rate",
        "verdict",
    ),
)
_RANKING_COLUMNS = (
    *("kind", "model", "revision", "path", "against", "accuracy", "best_rank", "worst_rank", "difference"),
    *("stderr", "interval_low", "interval_high", "lost", "won", "unparsed_rate", "verdict"),
)


def comparison_json(found: Comparison) -> str:
    """One JSON document."""
    return _json(comparison_document(found))


def ranking_json(found: Ranking) -> str:
    """One JSON document: `models` with their ranks, `pairs`, and under `comparisons` BASE with each of the others."""
    models = [_ranked(one) for one in found.models]
    return _json(
        {
            "schema": "harness-ranking/1",
            "questions": found.questions,
            "models": models,
            "pairs": [
                {"base": models[one.first]["path"], "new": models[one.second]["path"], **_against(one)}
                for one in found.pairs
            ],
            "critical": found.critical,
            "comparisons": [comparison_document(one) for one in found.comparisons],
            "notes": found.notes,
        }
    )


def comparison_document(found: Comparison) -> dict[str, Any]:
    """What the JSON document holds."""
    base, new = found.base.score, found.new.score
    return {
        "schema": "harness-comparison/1",
        "base": _side(found.base),
        "new": _side(found.new),
        "task": task_document(base),
        "comparison_key": base.comparison_key if base.comparison_key == new.comparison_key else None,
        **_figures(found.whole),
        "verdict": found.verdict.value,
        "margin": found.margin,
        "p_equivalence": found.equivalence_p,
        "within_margin": found.within_margin,
        "ci90": found.ci90,
        "detectable": found.detectable,
        "needed_for_a_point": found.needed_for_a_point,
        "clusters": found.clusters,
        "macro": asdict(found.macro),
        "both_gave_a_letter": _figures(found.lettered) if found.lettered else None,
        "left_out": asdict(found.left_out),
        "outcomes": {name: _both(*counts) for name, counts in found.outcomes.items()},
        "usage": _beside(base.usage.model_dump(), new.usage.model_dump()),
        "cost": _both(base.cost.usd, new.cost.usd),
        "latency": _beside(base.latency.model_dump(), new.latency.model_dump()),
        "groups": [{"name": part.name, **_figures(part)} for part in found.groups],
        "subjects": [{"name": part.name, **_figures(part)} for part in found.subjects],
        "flips": [asdict(flip) for flip in found.flips],
        "notes": found.notes,
    }


def task_document(score: ScoreFile) -> dict[str, Any]:
    """What was asked, and how, as a verdict's document names it."""
    return score.task.model_dump(mode="json", include={"name", "version", "protocol", "shots", "reader"})


def comparison_csv(found: Comparison) -> str:
    """A row for the whole, with its verdict, each group, each subject and each flip, told apart by `kind`."""
    rows = [{**_part_row("all", found.whole), "verdict": found.verdict.value}]
    rows += [_part_row("group", part) for part in found.groups]
    rows += [_part_row("subject", part) for part in found.subjects]
    return _csv(_COLUMNS, [*rows, *map(_flip_row, found.flips)])


def ranking_csv(found: Ranking) -> str:
    """A row for each model, with its verdict against BASE, and one for each pair of them; `against` is the path of the
    one that is subtracted.
    """
    rows = [
        {
            **_side(one.side),
            "kind": "model",
            "best_rank": one.ranks[0],
            "worst_rank": one.ranks[1],
            "verdict": one.verdict.value if one.verdict else None,
        }
        for one in found.models
    ]
    for one in found.pairs:
        first, second = found.models[one.first].side, found.models[one.second].side
        figures = _against(one)
        low, high = one.interval
        rows.append(
            {
                **{name: figures[name] for name in ("difference", "stderr", "lost", "won")},
                **_side(second),
                "kind": "pair",
                "against": str(first.path),
                "interval_low": low,
                "interval_high": high,
            }
        )
    return _csv(_RANKING_COLUMNS, rows)


def _side(side: Side) -> dict[str, Any]:
    return {
        "model": side.model,
        "revision": side.revision,
        "path": str(side.path),
        "accuracy": side.accuracy,
        "unparsed_rate": side.unparsed,
    }


def _figures(part: Part) -> dict[str, Any]:
    table = part.table
    figures = {
        "questions": table.questions,
        "difference": part.difference,
        "stderr": part.stderr,
        "ci95": part.ci95,
        "p_mcnemar": part.p_mcnemar,
        "p": part.p,
        **asdict(table),
        "unparsed_rate": _both(*(count / table.questions for count in part.unparsed)),
    }
    return figures if part.p_holm is None else {**figures, "p_holm": part.p_holm}


def _ranked(one: Ranked) -> dict[str, Any]:
    verdict = one.verdict.value if one.verdict else None
    against = _against(one.against_base) if one.against_base else None
    return {**_side(one.side), "ranks": one.ranks, "verdict": verdict, "against_base": against}


def _against(one: Against) -> dict[str, Any]:
    return {
        "difference": one.difference,
        "stderr": one.stderr,
        "p": one.p,
        "simultaneous_ci95": one.interval,
        **asdict(one.table),
    }


def _part_row(kind: str, part: Part) -> dict[str, Any]:
    table, figures = part.table, _figures(part)
    low, high = figures.pop("ci95")
    unparsed = figures.pop("unparsed_rate")
    return {
        **figures,
        "kind": kind,
        "name": part.name,
        "base": (table.both_correct + table.lost) / table.questions,
        "new": (table.both_correct + table.won) / table.questions,
        "ci95_low": low,
        "ci95_high": high,
        "base_unparsed_rate": unparsed["base"],
        "new_unparsed_rate": unparsed["new"],
    }


def _flip_row(flip: Flip) -> dict[str, Any]:
    held = asdict(flip)
    return {"kind": "won" if flip.won else "lost", "name": held.pop("id"), **held}


def _both(base: object, new: object) -> dict[str, object]:
    return {"base": base, "new": new}


def _beside(base: Mapping[str, object], new: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {name: _both(value, new.get(name)) for name, value in base.items()}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().removesuffix("\n")
