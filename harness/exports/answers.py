"""CSV and Parquet: a row for each question's answer, in the columns of `Run.answers()`.

CSV holds logprobs as JSON. Parquet holds the score file in its metadata, as `harness.score`, so that the answers can
be told apart from those of other runs.
"""

import io
import json
from typing import Any

from harness.answers import Outcome
from harness.finished import Run
from harness.pairing import check_answers
from harness.score_file import document

_WHOLE = ("prompt_tokens", "completion_tokens", "attempts")
_LOGPROBS = ("letter_logprobs", "choice_logprobs")
_SECONDS = ("latency_s",)


def csv_of(run: Run) -> bytes:
    """UTF-8, a header, `\\n` between lines, an empty cell where there is nothing.

    Raises:
        UsageError: as `answers_of`.
    """
    table = _table(run)
    for name in _LOGPROBS:
        table[name] = [json.dumps(held) if isinstance(held, dict) else None for held in table[name]]
    return str(table.to_csv(index=False, lineterminator="\n")).encode()


def parquet_of(run: Run) -> bytes:
    """The same with types: whole numbers, seconds, and a map from letter to logprob.

    Raises:
        UsageError: as `answers_of`.
    """
    import pyarrow
    import pyarrow.parquet

    table = _table(run)
    for name in _LOGPROBS:
        table[name] = [list(held.items()) if isinstance(held, dict) else None for held in table[name]]
    kinds = dict.fromkeys(_WHOLE, pyarrow.int64()) | dict.fromkeys(_SECONDS, pyarrow.float64())
    kinds |= dict.fromkeys(_LOGPROBS, pyarrow.map_(pyarrow.string(), pyarrow.float64()))
    fields = [(name, kinds.get(name, pyarrow.string())) for name in table.columns]
    schema = pyarrow.schema(fields, metadata={"harness.score": document(run.score)})
    written = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pandas(table, schema, preserve_index=False).replace_schema_metadata(
            schema.metadata
        ),
        written,
    )
    return written.getvalue()


def answers_of(run: Run) -> Any:
    """The table of `Run.answers()`: in another format nobody could see that the score is of other answers.

    Raises:
        UsageError: they are not beside the score, are damaged, or were changed since.
    """
    table = run.answers()
    check_answers(run, len(table), int((table["outcome"] == Outcome.CORRECT.value).sum()))
    return table


def _table(run: Run) -> Any:
    """The answers by id, whole numbers as such where some are missing."""
    table = answers_of(run).reset_index().sort_values("id", kind="stable", ignore_index=True)
    for name in _WHOLE:
        table[name] = table[name].astype("Int64")
    return table
