"""Options: those that several commands have, and what typed values mean."""

from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.selection import Sample

_UNITS = {"s": 1, "m": 60, "h": 3600}


def path_in(typed: str | Path) -> Path:
    """A file or folder as typed.

    Raises:
        PydanticCustomError: "", which Python takes for the folder where one is; typer names the option before it.
    """
    if typed == "":
        from pydantic_core import PydanticCustomError

        words = "it is empty; name a file or folder (. is the one where you are)"
        raise PydanticCustomError("empty_path", words)
    return Path(typed)


TaskName = Annotated[
    str,
    typer.Option("--task", help="A task's name, a task file, or a table of questions: CSV, JSON, Parquet."),
]
Data = Annotated[
    Path | None,
    typer.Option(
        parser=path_in,
        envvar="HARNESS_DATA",
        help="Folder laid out like the hub; asked before the network is.",
    ),
]
Tasks = Annotated[Path | None, typer.Option(parser=path_in, help="Folder with task files of your own.")]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave out and count rows that do not fit.")
]
ModelName = Annotated[
    str,
    typer.Option(
        "--model",
        help="A name of `harness models`, a .gguf file, hf:OWNER/REPO[:FILE.gguf], or any id with --host or "
        "--base-url.",
    ),
]
Host = Annotated[
    str | None, typer.Option(help="Who serves the model: a host of `harness models`, such as groq or vllm.")
]
BaseUrl = Annotated[
    str | None,
    typer.Option(help="Where the model is served, as http://127.0.0.1:8000/v1; goes before --host."),
]
ApiKeyEnv = Annotated[str | None, typer.Option(help="Environment variable that holds the key.")]
Protocol = Annotated[str | None, typer.Option(help="How to ask; else the model's or the task's usual one.")]
Shots = Annotated[
    int | None, typer.Option(help="Few-shot examples; else as many as the protocol's source takes.")
]
Reader = Annotated[str | None, typer.Option(help="How to read replies; else as the protocol's source does.")]
Limit = Annotated[int | None, typer.Option(help="So many questions in all, taken as --sample says.")]
SampleName = Annotated[
    Sample,
    typer.Option(
        "--sample",
        help="How --limit takes them: in turn from each subject (first), or by the subjects' shares, at random.",
    ),
]
Seed = Annotated[int | None, typer.Option(help="Of --sample stratified; 0 unless given.")]
Subjects = Annotated[str | None, typer.Option(help="Only these subjects or groups, separated by commas.")]
AsPublished = Annotated[
    bool,
    typer.Option(
        "--as-published",
        help="With the system message, sampling and repeats that the protocol's source publishes with.",
    ),
]
Repeats = Annotated[
    int | None,
    typer.Option(
        help="Ask each question so often, and average; else once, or as published. Wants a --temperature."
    ),
]
Concurrency = Annotated[str, typer.Option(help="Requests at once: auto, or a number.")]
Rpm = Annotated[float | None, typer.Option(help="Requests a minute; else as many as are not rejected.")]
Tpm = Annotated[float | None, typer.Option(help="Tokens a minute, prompts and replies together.")]
Results = Annotated[Path, typer.Option(parser=path_in, help="Folder that runs are written into.")]
Revision = Annotated[str | None, typer.Option(help="What the weights are, for the score file.")]
DatasetRevision = Annotated[
    str | None, typer.Option(help="Commit of the dataset on the hub, instead of the task file's.")
]
Temperature = Annotated[float | None, typer.Option(help="Of generated text; else 0, or as published.")]
MaxTokens = Annotated[int | None, typer.Option(help="Longest reply; else the protocol's limit.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        help="Seconds that one request may take; else 600, and an endpoint that is silent is seen before."
    ),
]
MaxWait = Annotated[float, typer.Option(help="Seconds to try a request again after it failed.")]
PricesFile = Annotated[
    Path | None,
    typer.Option(
        "--prices", parser=path_in, help="YAML or JSON file of prices: model to {input, output, as_of}."
    ),
]
GpuHourUsd = Annotated[
    float | None, typer.Option(help="Dollars an hour for one GPU, where the server is paid so.")
]
Gpus = Annotated[int | None, typer.Option(help="How many GPUs are paid for; 1 unless given.")]
MaxCost = Annotated[
    float | None, typer.Option(help="Stop before the whole run costs more dollars than this.")
]
MaxTime = Annotated[
    str | None, typer.Option(help="Stop when the run has asked so long: seconds, or 90s, 45m, 2h.")
]
LocalOnly = Annotated[
    bool, typer.Option("--local-only", help="Refuse endpoints beyond this machine and private networks.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over instead of going on.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Estimate tokens and cost; send nothing, write nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the score file instead of its path.")]


def names_in(listed: str | None) -> tuple[str, ...]:
    if listed is None:
        return ()
    names = tuple(name.strip() for name in listed.split(",") if name.strip())
    if not names:
        raise UsageError(f"--subjects {listed!r} names no subject; leave it out to ask all.")
    return names


def concurrency_in(value: str) -> int | None:
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(f"--concurrency {value!r} should be auto or a number from 1.")
    return int(value)


def seconds_in(value: str | None) -> float | None:
    """A duration as typed."""
    if value is None:
        return None
    number, unit = (value[:-1], value[-1]) if value[-1:] in _UNITS else (value, "s")
    try:
        return float(number) * _UNITS[unit]
    except ValueError:
        raise UsageError(
            f"--max-time {value!r} should be seconds, or a number and its unit: 90s, 45m, 2h."
        ) from None
