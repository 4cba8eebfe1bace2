"""A small Hugging Face hub on loopback: one dataset, by the routes that `datasets` asks.

with dataset_hub({"all/test-00000-of-00001.parquet": content}) as server:
    ...  # run the harness with hub.environment(server, folder)
"""

import hashlib
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from hub import COMMIT
from loopback import Answer, Loopback, Request, reply

DATASET = "someone/something"


def dataset_hub(files: Mapping[str, bytes]) -> Loopback:
    """The server."""

    def answer(request: Request) -> Answer:
        path = unquote(urlsplit(request.path).path)
        for revision in ("main", COMMIT):
            name = path.removeprefix(f"/datasets/{DATASET}/resolve/{revision}/")
            if name in files:
                return _file(files[name], request.method)
        found = _of_the_api(path.removeprefix(f"/api/datasets/{DATASET}"), request, files)
        if found is not None:
            return found
        missing = reply({"error": "scripted"}, 404, X_Error_Code="EntryNotFound", X_Repo_Commit=COMMIT)
        return _without_body(missing) if request.method == "HEAD" else missing

    return Loopback(answer)


def _of_the_api(route: str, request: Request, files: Mapping[str, bytes]) -> Answer | None:
    if route in ("", "/revision/main", f"/revision/{COMMIT}"):
        return reply({"id": DATASET, "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]})
    if route == f"/paths-info/{COMMIT}":
        asked = (
            json.loads(request.body)["paths"] if request.body.startswith(b"{") else _form(request)["paths"]
        )
        return reply([_entry(name, files) for name in asked if name in files])
    if route.startswith(f"/tree/{COMMIT}"):
        return reply(_inside(route.removeprefix(f"/tree/{COMMIT}").strip("/"), files))
    return None


def _inside(folder: str, files: Mapping[str, bytes]) -> list[dict[str, object]]:
    """The files and folders right inside a folder."""
    beginning = f"{folder}/" if folder else ""
    names = [name.removeprefix(beginning) for name in files if name.startswith(beginning)]
    folders = {name.partition("/")[0] for name in names if "/" in name}
    return [
        *({"type": "directory", "path": beginning + name, "oid": "0" * 40, "size": 0} for name in folders),
        *(_entry(beginning + name, files) for name in names if "/" not in name),
    ]


def _form(request: Request) -> dict[str, list[str]]:
    return parse_qs(request.body.decode())


def _entry(name: str, files: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "type": "file",
        "path": name,
        "size": len(files[name]),
        "oid": hashlib.sha1(files[name]).hexdigest(),
    }


def _file(content: bytes, method: str) -> Answer:
    etag = hashlib.sha1(content).hexdigest()
    headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'}
    if method != "HEAD":
        return Answer(body=content, headers=headers)
    return _without_body(Answer(headers=headers, length=len(content)))


def _without_body(answer: Answer) -> Answer:
    head, _, _ = answer.wire().partition(b"\r\n\r\n")
    return Answer(raw=head + b"\r\n\r\n")
