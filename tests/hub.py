"""A small Hugging Face hub on loopback: one repository, by the routes that huggingface_hub asks.

with hub({"model.gguf": b"GGUF"}) as server:
    ...  # run the harness with environment(server, folder)
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from loopback import Answer, Loopback, Request, reply

REPOSITORY = "owner/model-GGUF"
COMMIT = "c0ffee00" * 5


def hub(files: Mapping[str, bytes], *, refuse: Callable[[Request], Answer | None] | None = None) -> Loopback:
    """The server; `refuse` may answer in its place."""

    def answer(request: Request) -> Answer:
        refused = refuse(request) if refuse else None
        if refused is not None:
            return _without_body(refused) if request.method == "HEAD" else refused
        path = unquote(urlsplit(request.path).path)
        if path == f"/api/models/{REPOSITORY}":
            return _listing(files)
        for revision in ("main", COMMIT):
            name = path.removeprefix(f"/{REPOSITORY}/resolve/{revision}/")
            if name in files:
                return _file(files[name], request.method)
        missing = refusal(404, "EntryNotFound" if REPOSITORY in path else "RepoNotFound")
        return _without_body(missing) if request.method == "HEAD" else missing

    return Loopback(answer)


def refusal(status: int, code: str) -> Answer:
    """As the hub refuses; it says why in a header, and quotes what it was sent in the body."""
    return reply({"error": "scripted"}, status, X_Error_Code=code)


def environment(server: Loopback | str, home: Path, **more: str) -> dict[str, str]:
    """What lets huggingface_hub ask this server and keep files in a folder of the test's own."""
    url = server if isinstance(server, str) else server.root
    return {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"} | more


def asked(server: Loopback) -> list[str]:
    """The requests so far, as "GET listing" or "HEAD model.gguf"."""
    names = []
    for request in server.requests:
        path = unquote(urlsplit(request.path).path)
        name = "listing" if path.startswith("/api/models/") else path.split("/resolve/")[-1].partition("/")[2]
        names.append(f"{request.method} {name}")
    return names


def _listing(files: Mapping[str, bytes]) -> Answer:
    siblings = [
        {
            "rfilename": name,
            "size": len(content),
            "lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134},
        }
        for name, content in files.items()
    ]
    return reply({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings})


def _file(content: bytes, method: str) -> Answer:
    sha256 = hashlib.sha256(content).hexdigest()
    headers = {"X-Repo-Commit": COMMIT, "X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(content))}
    if method != "HEAD":
        return Answer(body=content, headers=headers)
    return _without_body(Answer(headers=headers, length=len(content)))


def _without_body(answer: Answer) -> Answer:
    head, _, _ = answer.wire().partition(b"\r\n\r\n")
    return Answer(raw=head + b"\r\n\r\n")
