"""Hub weights: a model's GGUF file out of a Hugging Face repository, kept in the hub's own cache folder.

Takes a name as users type it, gives the path of the file. huggingface_hub does the asking, so HF_ENDPOINT, HF_HOME,
HF_TOKEN and the rest mean what they mean elsewhere. A file that is in the cache is used as it is; the hub is asked
only for what is not there. Knows nothing of engines or command lines.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from harness.endpoint.gguf_files import file_sha256, parts
from harness.endpoint.weights import Progress
from harness.errors import EndpointError, UsageError

PREFIX = "hf:"

_NAME = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(:(?P<file>[^:\\]+\.gguf))?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"https?://\S+")
_CREDENTIALS = re.compile(r"://[^\s/@]*@")
_LIST_TIMEOUT_S = 10.0
_QUOTED_CHARS = 200
_USUAL = ("Q4_K_M", "Q8_0")
"""The quantizations that llama.cpp looks for in a repository, in this order."""
_NO_MODELS = ("mmproj", "imatrix", "mtp-", "eagle3-", "dflash-", "dspark-")
"""In names of GGUF files that go with a model and are none, as llama.cpp's common/download.cpp knows them."""


@dataclass(frozen=True, slots=True)
class HubWeights:
    """A model's file in a repository.

    Attributes:
        repository: as OWNER/REPO.
        file: its path there; None: the only one, or the usual one.
    """

    repository: str
    file: str | None


def read_name(name: str) -> HubWeights:
    """What `hf:OWNER/REPO[:FILE.gguf]` names.

    Raises:
        UsageError: the name has another form.
    """
    read = _NAME.fullmatch(name.removeprefix(PREFIX))
    if read is None or {"", ".."} & {*(read["file"] or "model").split("/")}:
        raise UsageError(
            f"--model {name} should look like hf:OWNER/REPO or hf:OWNER/REPO:FILE.gguf, with names of a repository "
            "and of a file in it."
        )
    return HubWeights(read["repository"], read["file"])


def fetch(weights: HubWeights, progress: Progress, say: Callable[[str], None]) -> Path:
    """Make sure that the file, and every part of it, is in the cache.

    Args:
        weights: what to fetch.
        progress: called while bytes arrive.
        say: told which file was chosen where the user left it open.

    Returns:
        The path of the file, or of its first part.

    Raises:
        UsageError: there is no such repository or file, or it is not clear which file is meant.
        EndpointError: the hub refuses, cannot be reached, or what it gives cannot be kept.
    """
    with _told(weights.repository):
        kept = _kept(weights.repository)
    if weights.file and parts(weights.file)[0] in kept:
        return kept[parts(weights.file)[0]]
    try:
        with _told(weights.repository):
            sizes = _listed(weights.repository)
    except EndpointError as error:
        if weights.file or not kept:
            raise
        say(f"{error} What the cache holds is used.")
        sizes = dict.fromkeys(kept, 0)
    first, *others = parts(_chosen(weights, sizes, say))
    if first in kept:
        return kept[first]
    missing = [name for name in (first, *others) if name not in sizes]
    if missing:
        raise UsageError(f"{weights.repository} has {first} without {missing[0]}, one of its parts.")
    with _told(weights.repository):
        return _downloaded(weights.repository, {name: sizes[name] for name in (first, *others)}, progress)


def blob_sha256(path: Path) -> str:
    """The SHA-256 of a file in the hub's cache.

    There a file is a link to a blob, which for large files bears the SHA-256 as its name: 40 GB need not be read.
    Only the link's own target counts: a blob may itself be a link to a store of blobs under another kind of hash.
    """
    blob = path.readlink().name if path.is_symlink() else ""
    return blob if _SHA256.fullmatch(blob) else file_sha256(path)


def _kept(repository: str) -> dict[str, Path]:
    """The models of a repository that the cache holds whole: name of the file, or its first part, to its path."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = Path(constants.HF_HUB_CACHE, repo_folder_name(repo_id=repository, repo_type="model"))
    try:
        snapshot = folder / "snapshots" / (folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return {}
    there = {path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*.gguf") if path.is_file()}
    return {
        name: snapshot / name for name in sorted(there) if parts(name)[0] == name and there >= {*parts(name)}
    }


def _listed(repository: str) -> dict[str, int]:
    """All files of a repository, and their bytes."""
    from huggingface_hub import HfApi

    found = HfApi().model_info(repository, files_metadata=True, timeout=_LIST_TIMEOUT_S)
    return {file.rfilename: file.size or 0 for file in found.siblings or ()}


def _chosen(weights: HubWeights, names: Mapping[str, int], say: Callable[[str], None]) -> str:
    """The file that is meant; of a model in parts the first."""
    models = [name for name in names if _is_model(name)]
    if weights.file is not None and weights.file in names:
        return weights.file
    if not models:
        raise UsageError(
            f"{weights.repository} has no GGUF file, the only kind of weights that the embedded engine serves: look "
            "for a repository of the same model with GGUF in its name, or serve it with vLLM and give --base-url."
        )
    if weights.file:
        raise UsageError(f"{weights.repository} has no file {weights.file}; it has {', '.join(models)}.")
    usual = next(filter(None, ([name for name in models if _has(mark, name)] for mark in _USUAL)), models)
    if len(usual) > 1:
        raise UsageError(
            f"{weights.repository} has several models: choose one, as in --model "
            f"{PREFIX}{weights.repository}:{usual[0]}; there are {', '.join(models)}."
        )
    say(
        f"{weights.repository}: {usual[0]} is taken"
        + (f", of {len(models)} files." if len(models) > 1 else ".")
    )
    return usual[0]


def _is_model(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base.endswith(".gguf") and parts(name)[0] == name and not any(mark in base for mark in _NO_MODELS)


def _has(quantization: str, name: str) -> bool:
    return re.search(rf"{quantization}[.-]", name, re.IGNORECASE) is not None


def _downloaded(repository: str, sizes: Mapping[str, int], progress: Progress) -> Path:
    """Download a file, or all parts of it at one commit; gives the first one's path."""
    from huggingface_hub import hf_hub_download

    total, done = max(sum(sizes.values()), 1), 0

    class Bar(_Bar):
        def update(self, n: float | None = 1) -> None:
            nonlocal done
            done += int(n or 0)
            progress(min(done, total), total)

    first, *others = sizes
    path = Path(hf_hub_download(repository, first, tqdm_class=cast("Any", Bar)))
    commit = path.parents[first.count("/")].name
    for name in others:
        hf_hub_download(repository, name, revision=commit, tqdm_class=cast("Any", Bar))
    return path


class _Bar:
    """What huggingface_hub wants of a progress bar, and draws nothing."""

    def __init__(self, *_: object, **__: object) -> None:
        """Takes what tqdm takes."""

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was drawn."""

    def update(self, n: float | None = 1) -> None:
        """`n` more bytes are in the file; below 0 where a download begins again."""

    def update_transfer(self, n: float | None = 1) -> None:
        """`n` more bytes came over the network, perhaps compressed."""

    def set_postfix_str(self, *_: object, **__: object) -> None:
        """Nothing is drawn."""

    set_transfer_postfix_str = set_postfix_str


@contextmanager
def _told(repository: str) -> Iterator[None]:
    """What huggingface_hub raises, as one sentence, and nothing else of it on the screen.

    Neither URLs, which may be signed, nor what a server said is quoted, and no token.
    """
    import logging

    import httpx2
    from huggingface_hub import errors

    _check_token()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of each repeat; we tell the end
    try:
        with warnings.catch_warnings():
            # It warns of a disk that is too small, and goes on until it is full.
            warnings.filterwarnings("error", message="Not enough free disk space", category=UserWarning)
            yield
    except errors.HFValidationError as error:
        raise UsageError(f"{repository} cannot be the name of a repository.") from error
    except errors.HfHubHTTPError as error:
        raise _refused(repository, error) from error
    except errors.LocalEntryNotFoundError as error:
        if isinstance(error.__cause__, errors.HfHubHTTPError):
            raise _refused(repository, error.__cause__) from error
        raise _unreachable(repository, error.__cause__ or error) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, errors.OfflineModeIsEnabled) as error:
        raise _unreachable(repository, error) from error
    except (OSError, UserWarning) as error:
        raise _not_kept(repository, error) from error
    except (ValueError, TypeError, KeyError, RuntimeError) as error:  # RuntimeError: what hf_xet raises
        raise EndpointError(
            f"{_hub()} does not give {repository} as the Hugging Face hub does ({_reason(error)}): look at "
            "HF_ENDPOINT and at your proxy."
        ) from error


def _check_token() -> None:
    """A token that no header can hold would be quoted by the error that says so."""
    from huggingface_hub import get_token

    token = get_token() or ""
    if not (token.isascii() and token.isprintable()):
        raise UsageError("HF_TOKEN holds characters that no token has (a line break?); set it anew.")


def _refused(repository: str, error: Any) -> UsageError | EndpointError:
    """Why the hub refused, from an errors.HfHubHTTPError."""
    from huggingface_hub import errors

    status = error.response.status_code
    missing = isinstance(error, errors.RepositoryNotFoundError) and not isinstance(
        error, errors.GatedRepoError
    )
    if missing:
        return UsageError(
            f"{_hub()} has no repository {repository} that you may see (HTTP {status}): look at its name, or, if it "
            "is private, set HF_TOKEN to a token that may read it."
        )
    if status in (401, 403):
        return EndpointError(
            f"{_hub()} does not give you {repository} (HTTP {status}): ask for access on its page, and set HF_TOKEN "
            "to a token that may read it."
        )
    return EndpointError(f"{_hub()} does not give {repository} (HTTP {status}): run the same command later.")


def _unreachable(repository: str, error: BaseException) -> EndpointError:
    return EndpointError(
        f"{repository} cannot be fetched, as {_hub()} cannot be reached ({_reason(error)}): connect to the network, or "
        "give --model the path of a GGUF file."
    )


def _not_kept(repository: str, error: OSError | UserWarning) -> EndpointError:
    from huggingface_hub import constants

    if isinstance(error, OSError) and error.errno is None:  # fewer bytes than there should be
        return EndpointError(
            f"{repository} did not come whole ({_reason(error)}): run the same command again."
        )
    why = error.strerror if isinstance(error, OSError) else _reason(error)
    return EndpointError(
        f"{repository} cannot be kept in {constants.HF_HUB_CACHE} ({why}): make room or make it writable, or have "
        "HF_HOME name another folder."
    )


def _hub() -> str:
    """Where the hub is."""
    from huggingface_hub import constants

    return _CREDENTIALS.sub("://***@", constants.ENDPOINT)


def _reason(error: BaseException) -> str:
    said = _URL.sub("…", str(error)).strip().partition("\n")[0].rstrip(".")[:_QUOTED_CHARS]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
