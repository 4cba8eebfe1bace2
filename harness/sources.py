"""Sources: the rows of a dataset's splits, from a folder laid out like the hub, or from the hub.

Takes a DatasetSource without parts; gives Tables, and the commit that the hub gave. Knows nothing of columns or
questions.
"""

import glob
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import EndpointError, UsageError
from harness.mapping import DatasetSource
from harness.tables import Table, read_tables, reason

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ENDINGS = ("parquet", "csv", "tsv", "jsonl", "json", "arrow")
_USUAL_FILES = ("{split}-*.{ending}", "{split}.{ending}", "{split}/*.{ending}")
"""How the hub calls a split's files in the folder of a configuration, or in data/ where there is only one."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a source holds.

    Attributes:
        splits: by name; the few-shot split is missing where it is not there.
        revision: the commit that the hub gave; None where it was not asked, or does not say.
        missing: where the few-shot split was looked for in vain.
    """

    splits: Mapping[str, Table]
    revision: str | None = None
    missing: str | None = None


def load_splits(
    source: DatasetSource,
    wanted: Sequence[str],
    data: Path | None,
    say: Callable[[str], None] | None,
    texts: Iterable[str] = (),
) -> Held:
    """Rows of the wanted splits, the first of which must be there.

    Args:
        source: the dataset.
        wanted: names of splits.
        data: a folder laid out like the hub; where it holds the first split, no network is asked.
        say: told where the hub is asked.
        texts: columns of a CSV whose cells are to stay the texts that are written there.

    Raises:
        UsageError: files are damaged, or the dataset has no such configuration or split.
        EndpointError: the dataset is not in `data` and the hub does not give it.
    """
    local = _load_local(source, wanted, data) if data else {}
    if wanted[0] in local:
        missing = next((_pattern(source, split) for split in wanted if split not in local), None)
        return Held(local, missing=missing)
    if source.origin is not None:
        raise UsageError(
            f"dataset {source.path} is not on the hub in a form that can be loaded: fetch it from {source.origin}, "
            f"and give --data DIR with {_pattern(source, wanted[0])} in it."
        )
    if source.path is not None and Path(source.path).exists():
        raise UsageError(
            f"the folder {source.path} here would be taken for the hub's dataset of that name: run the command "
            "elsewhere, or give --data . if that folder is what you want."
        )
    if say:
        say(f"Loading {source.path} from the hub, or from what was loaded before.")
    return _load_from_hub(source, wanted, data, texts)


def _load_local(source: DatasetSource, wanted: Sequence[str], data: Path) -> dict[str, Table]:
    folder = data / (source.path or "")
    found = {split: paths for split in wanted if (paths := _files(source, folder, split))}
    if wanted[0] in found:
        return {split: read_tables(paths, header=source.header) for split, paths in found.items()}
    if not source.files and (folder / "README.md").is_file():
        return _load_described(source, wanted, folder)
    return {}


def _files(source: DatasetSource, folder: Path, split: str) -> list[Path]:
    if source.files:
        return sorted(folder.glob(source.files.replace("{split}", split)))
    base = folder / (source.name or "data")
    for ending in _ENDINGS:
        for usual in _USUAL_FILES:
            name = usual.format(split=glob.escape(split), ending=ending)
            if found := sorted(path for path in base.glob(name) if path.is_file()):
                return found
    return []


def _pattern(source: DatasetSource, split: str) -> str:
    if source.files:
        return f"{source.path}/{source.files.replace('{split}', split)}"
    return f"{source.path}/{source.name or 'data'}/{split}-*.parquet"


def _load_described(source: DatasetSource, wanted: Sequence[str], folder: Path) -> dict[str, Table]:
    """A copy of the whole repository: its README says which files make a configuration's splits."""
    import datasets

    try:
        builder = datasets.load_dataset_builder(str(folder), source.name)
    except (OSError, ValueError, datasets.exceptions.DatasetsError):
        return {}  # no README of the hub's: the hub itself is asked
    files = builder.config.data_files or {}
    return {
        split: read_tables([Path(path) for path in files[split]], header=source.header)
        for split in wanted
        if split in files
    }


def _load_from_hub(
    source: DatasetSource, wanted: Sequence[str], data: Path | None, texts: Iterable[str]
) -> Held:
    import datasets  # a second of start-up, only where the hub is asked
    import httpx2  # what the hub is asked with

    datasets.disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of each repeat; we tell the end
    try:
        builder = datasets.load_dataset_builder(**_call(source, wanted, texts))
        builder.download_and_prepare()
        tables = {split: _table(builder.as_dataset(split=split).to_list()) for split in wanted}
    except datasets.exceptions.DatasetGenerationError as error:
        raise UsageError(
            f"dataset {source.path} cannot be read ({reason(error.__cause__ or error)}): is a file of it damaged?"
        ) from error
    # What datasets raises where a dataset has no such configuration or split, or is a program that it will not run.
    except (ValueError, RuntimeError) as error:
        raise UsageError(
            f"dataset {source.path} cannot be loaded as the task file says ({reason(error)})."
        ) from error
    # What datasets and huggingface_hub raise is an OSError: no network, no such dataset; a broken connection is not.
    except (OSError, httpx2.HTTPError) as error:
        raise EndpointError(_not_to_be_had(source, wanted[0], data, error)) from error
    commit = builder.hash if _COMMIT.fullmatch(builder.hash or "") else None
    if commit and source.revision and _COMMIT.fullmatch(source.revision) and commit != source.revision:
        # What datasets falls back to where the hub cannot be reached: whatever it loaded last.
        raise EndpointError(
            f"the hub does not give dataset {source.path} at commit {source.revision}, and what was loaded before is "
            f"of commit {commit}: connect to the network, or give --dataset-revision {commit} to ask that."
        )
    return Held(tables, commit)


def _call(source: DatasetSource, wanted: Sequence[str], texts: Iterable[str]) -> dict[str, Any]:
    """The arguments of load_dataset_builder."""
    call: dict[str, Any] = {"path": source.path, "name": source.name, "revision": source.revision}
    if source.files:
        call["data_files"] = {split: source.files.replace("{split}", split) for split in wanted}
    if source.format == "csv":  # else pandas makes numbers of digits, and nothing of "NA" and "None"
        call |= {"na_filter": False, "converters": dict.fromkeys(texts, str)}
    return call


def _not_to_be_had(source: DatasetSource, split: str, data: Path | None, error: Exception) -> str:
    looked = f"is not in {data} (looked for {_pattern(source, split)}) and " if data else ""
    terms = (
        f"accept its terms at https://huggingface.co/datasets/{source.path}, put your token into HF_TOKEN, "
        if source.gated
        else ""
    )
    return (
        f"dataset {source.path} {looked}could not be loaded from the hub ({reason(error)}); {terms}"
        f"connect to the network, or give --data DIR with {_pattern(source, split)} in it."
    )


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    return Table(rows, [f"row {number}" for number in range(1, len(rows) + 1)])
