import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub import COMMIT, REPOSITORY, asked, environment, hub, refusal
from loopback import Answer, Loopback, reply
from whole_runs import clean_environment, done, is_one_sentence, only_run

import harness
from harness.endpoint.hub_weights import HubWeights, read_name
from harness.errors import UsageError

NAME = f"hf:{REPOSITORY}"
PARTS = ["model-00001-of-00002.gguf", "model-00002-of-00002.gguf"]
NOWHERE = "http://127.0.0.1:9"
TOKEN = "hf_0123456789secret"

# HF_ENDPOINT and HF_HOME are read when huggingface_hub is imported, so each test asks in a process of its own.
FETCH = """
import json, sys
from harness.endpoint import hub_weights
from harness.endpoint.gguf_files import sha256

said, bytes_ = [], []
weights = hub_weights.read_name(sys.argv[1])
path = hub_weights.fetch(weights, lambda done, total: bytes_.append((done, total)), said.append)
revision = sha256(path, hub_weights.blob_sha256)
print(json.dumps({"path": str(path), "said": said, "bytes": bytes_, "revision": revision}))
"""


def fetched(server: Loopback | str, home: Path, name: str = NAME, **more: str) -> dict:
    """What came of fetching, and what was printed on standard error."""
    ended = subprocess.run(
        [sys.executable, "-c", FETCH, name],
        env=clean_environment() | environment(server, home, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout) | {"shown": ended.stderr}


def refused(server: Loopback | str, home: Path, name: str = NAME, **more) -> tuple[int, str]:
    """The exit code and the last line of a run that gets no weights."""
    limit = more.pop("file_limit", None)
    ended = done(
        *("run", "--model", name, "--task", "sample", "--results", str(home / "results")),
        environment=environment(server, home, **more),
        file_limit=limit,
    )
    assert is_one_sentence(ended.stderr), ended.stderr
    assert not (home / "results").exists()
    return ended.returncode, ended.stderr.splitlines()[-1]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_name_is_a_repository_and_perhaps_a_file_in_it():
    assert read_name("hf:Qwen/Qwen3-32B-GGUF") == HubWeights("Qwen/Qwen3-32B-GGUF", None)
    assert read_name("hf:a/b:Q8_0/b-Q8_0.gguf") == HubWeights("a/b", "Q8_0/b-Q8_0.gguf")


@pytest.mark.parametrize(
    "name",
    [
        "hf:",
        "hf:model",
        "hf:a/b/c",
        "hf:a/b:",
        "hf:a/b:Q8_0",
        "hf:a/b:../c.gguf",
        "hf:a/b:/c.gguf",
        "hf:a/ b",
    ],
)
def test_another_form_of_name_is_told(name):
    with pytest.raises(UsageError, match=r"should look like hf:OWNER/REPO or hf:OWNER/REPO:FILE\.gguf"):
        read_name(name)


def test_the_only_file_is_fetched_with_its_progress_and_nothing_on_the_screen(tmp_path):
    content = os.urandom(100_000)
    with hub({"README.md": b"#", "mmproj-model.gguf": b"GGUF", "model.gguf": content}) as server:
        got = fetched(server, tmp_path)
        assert asked(server) == ["GET listing", "HEAD model.gguf", "GET model.gguf"]
    assert Path(got["path"]).read_bytes() == content
    assert Path(got["path"]).name == "model.gguf"
    assert got["bytes"][-1] == [100_000, 100_000]
    assert (got["said"], got["shown"]) == ([f"{REPOSITORY}: model.gguf is taken."], "")


def test_the_revision_is_the_sha256_that_names_the_blob_and_the_file_is_not_read(tmp_path):
    with hub({"model.gguf": b"GGUF"}) as server:
        first = fetched(server, tmp_path)
        Path(first["path"]).resolve().write_bytes(b"GGUF, but longer")
        again = fetched(server, tmp_path, f"{NAME}:model.gguf")
    assert first["revision"] == again["revision"] == sha256(b"GGUF")


def test_a_blob_that_is_a_link_into_a_store_is_still_named_by_its_sha256(tmp_path):
    with hub({"model.gguf": b"GGUF"}) as server:
        path = Path(fetched(server, tmp_path)["path"])
        blob = path.parent / path.readlink()
        store = tmp_path / ("0" * 64)
        blob.rename(store)
        blob.symlink_to(store)
        assert fetched(server, tmp_path)["revision"] == sha256(b"GGUF")


def test_where_a_blob_has_another_name_the_file_is_read(tmp_path):
    with hub({"model.gguf": b"GGUF"}) as server:
        path = Path(fetched(server, tmp_path)["path"])
        path.unlink()
        path.write_bytes(b"GGUF copied")  # as where there are no links
        assert fetched(server, tmp_path)["revision"] == sha256(b"GGUF copied")


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["m-Q8_0.gguf", "m-Q4_K_M.gguf", "m-Q2_K.gguf"], "m-Q4_K_M.gguf"),
        (["m-f16.gguf", "m.q8_0.gguf"], "m.q8_0.gguf"),
        (["Q4_K_M/m-Q4_K_M-00001-of-00001.gguf", "m-Q8_0.gguf"], "Q4_K_M/m-Q4_K_M-00001-of-00001.gguf"),
    ],
    ids=["Q4_K_M first", "else Q8_0", "in a folder"],
)
def test_of_several_the_one_that_llama_cpp_would_take_is_said(tmp_path, names, taken):
    with hub(dict.fromkeys(names, b"GGUF")) as server:
        got = fetched(server, tmp_path)
    assert got["path"].endswith(f"/{COMMIT}/{taken}")
    assert got["said"] == [f"{REPOSITORY}: {taken} is taken, of {len(names)} files."]


def test_all_parts_come_and_the_first_is_given(tmp_path):
    files = dict(zip(PARTS, (b"GGUF one", b"GGUF two"), strict=True))
    with hub(files) as server:
        got = fetched(server, tmp_path)
        assert fetched(server, tmp_path, f"{NAME}:{PARTS[1]}")["path"] == got["path"]
        assert asked(server).count("GET listing") == 1
    folder = Path(got["path"]).parent
    assert Path(got["path"]).name == PARTS[0]
    assert {name: (folder / name).read_bytes() for name in PARTS} == files
    assert got["bytes"][-1] == [16, 16]
    sums = "".join(f"{sha256(content)}\n" for content in files.values())
    assert got["revision"] == sha256(sums.encode())


def test_a_named_file_in_the_cache_asks_nothing(tmp_path):
    with hub({"a.gguf": b"GGUF", "b.gguf": b"GGUF b"}) as server:
        first = fetched(server, tmp_path, f"{NAME}:b.gguf")
    assert fetched(NOWHERE, tmp_path, f"{NAME}:b.gguf")["path"] == first["path"]


@pytest.mark.parametrize("how", [{}, {"HF_HUB_OFFLINE": "1"}], ids=["unreachable", "told to be offline"])
def test_without_a_network_what_the_cache_holds_is_used_and_said(tmp_path, how):
    with hub({"model.gguf": b"GGUF"}) as server:
        first = fetched(server, tmp_path)
    again = fetched(NOWHERE, tmp_path, **how)
    assert again["path"] == first["path"]
    assert "cannot be reached" in again["said"][0]
    assert again["said"][0].endswith("What the cache holds is used.")


def test_a_model_of_which_the_cache_lacks_a_part_is_fetched(tmp_path):
    with hub(dict.fromkeys(PARTS, b"GGUF")) as server:
        path = Path(fetched(server, tmp_path)["path"])
        path.with_name(PARTS[1]).unlink()
        fetched(server, tmp_path, f"{NAME}:{PARTS[0]}")
    assert path.with_name(PARTS[1]).read_bytes() == b"GGUF"


def test_a_reset_in_the_middle_is_gone_on_with(tmp_path):
    content = os.urandom(200_000)
    cut = [Answer(body=content[:50_000], length=200_000, end="close")]

    def once(request):
        return cut.pop() if request.method == "GET" and "/resolve/" in request.path and cut else None

    with hub({"model.gguf": content}, refuse=once) as server:
        got = fetched(server, tmp_path)
    assert Path(got["path"]).read_bytes() == content
    assert (got["bytes"][-1], got["shown"]) == ([200_000, 200_000], "")


@pytest.mark.parametrize(
    ("files", "name", "said"),
    [
        (["model.safetensors"], NAME, "has no GGUF file, the only kind of weights"),
        (["mmproj-m.gguf", "imatrix.gguf"], NAME, "has no GGUF file, the only kind of weights"),
        (["a.gguf", "b.gguf"], NAME, f"choose one, as in --model {NAME}:a.gguf; there are a.gguf, b.gguf."),
        (["a-Q4_K_M.gguf", "b-Q4_K_M.gguf"], NAME, "has several models: choose one"),
        (["a.gguf", "b.gguf"], f"{NAME}:c.gguf", "has no file c.gguf; it has a.gguf, b.gguf."),
        (PARTS[:1], NAME, f"has {PARTS[0]} without {PARTS[1]}, one of its parts."),
        (["a.gguf"], "hf:owner/other", "has no repository owner/other that you may see (HTTP 404)"),
        (["a.gguf"], "hf:owner/a--b", "owner/a--b cannot be the name of a repository."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_repository_without_a_clear_file_is_wrong_use(tmp_path, files, name, said):
    with hub(dict.fromkeys(files, b"GGUF")) as server:
        code, error = refused(server, tmp_path, name)
    assert code == 2
    assert said in error


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            refusal(401, "GatedRepo"),
            f"does not give you {REPOSITORY} (HTTP 401): ask for access",
        ),
        (refusal(403, "GatedRepo"), "(HTTP 403): ask for access on its page, and set HF_TOKEN"),
        (refusal(403, ""), "(HTTP 403): ask for access on its page, and set HF_TOKEN"),
        (refusal(503, ""), "(HTTP 503): run the same command later."),
    ],
    ids=["401", "gated", "403", "503"],
)
def test_a_refusal_of_the_listing_is_a_sentence(tmp_path, answer, said):
    with hub({"model.gguf": b"GGUF"}, refuse=lambda _: answer) as server:
        code, error = refused(server, tmp_path)
    assert code == 4
    assert said in error


def test_a_gated_file_whose_repository_may_be_listed_names_the_token_which_is_never_shown(tmp_path):
    def gated(request):
        return refusal(403, "GatedRepo") if "/resolve/" in request.path else None

    with hub({"model.gguf": b"GGUF"}, refuse=gated) as server:
        ended = done(
            *("run", "--model", NAME, "--task", "sample", "--results", str(tmp_path / "results"), "--debug"),
            environment=environment(server, tmp_path, HF_TOKEN=TOKEN),
        )
        assert {request.headers.get("authorization") for request in server.requests} == {f"Bearer {TOKEN}"}
    assert ended.returncode == 4
    assert "set HF_TOKEN to a token that may read it." in ended.stderr
    assert TOKEN not in ended.stdout + ended.stderr


def test_a_token_that_no_header_can_hold_is_not_quoted(tmp_path):
    code, error = refused(NOWHERE, tmp_path, HF_TOKEN=f"{TOKEN}\x01")
    assert (code, error) == (
        2,
        "Error: HF_TOKEN holds characters that no token has (a line break?); set it anew.",
    )


@pytest.mark.parametrize("name", [NAME, f"{NAME}:model.gguf"])
def test_no_network_and_nothing_in_the_cache_is_a_sentence(tmp_path, name):
    code, error = refused(NOWHERE, tmp_path, name)
    assert code == 4
    assert f"{REPOSITORY} cannot be fetched, as {NOWHERE} cannot be reached (ConnectError" in error


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(tmp_path):
    with hub({"model.gguf": bytes(3_000_000)}) as server:
        code, error = refused(server, tmp_path, file_limit=1_000_000)
    assert code == 4
    assert f"cannot be kept in {tmp_path / 'hub'} (File too large): make room" in error
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size > 100_000] == []


def test_a_file_larger_than_the_disk_is_refused_before_it_is_downloaded(tmp_path):
    def huge(request):
        if request.method != "HEAD":
            return None
        return Answer(headers={"X-Repo-Commit": COMMIT, "X-Linked-Etag": '"0"', "X-Linked-Size": str(2**60)})

    with hub({"model.gguf": b"GGUF"}, refuse=huge) as server:
        code, error = refused(server, tmp_path)
        assert "GET model.gguf" not in asked(server)
    assert code == 4
    assert "Not enough free disk space" in error


def test_something_that_is_no_hub_is_told(tmp_path):
    with Loopback(reply(["what?"])) as server:
        code, error = refused(server, tmp_path)
    assert code == 4
    assert "look at HF_ENDPOINT and at your proxy." in error


def test_a_base_url_beside_it_is_wrong_use(tmp_path):
    ended = done("run", "--model", NAME, "--task", "sample", "--base-url", "http://127.0.0.1:9/v1")
    assert ended.returncode == 2
    assert "is fetched and served on this machine: leave out --host and --base-url" in ended.stderr


@pytest.mark.real
def test_a_model_from_the_hub_is_scored_and_its_score_names_its_weights(tmp_path, smollm2):
    results = tmp_path / "results"
    with hub({"SmolLM2-135M-Instruct.Q4_1.gguf": smollm2.read_bytes()}) as server:
        ended = done(
            *("run", "--model", NAME, "--task", "sample", "--protocol", "cloze", "--limit", "2"),
            *("--results", str(results)),
            environment=environment(server, tmp_path / "home", HF_TOKEN=TOKEN),
        )
    assert ended.returncode == 0, ended.stderr
    assert "Fetching the model's weights: 98 of 98 MB" in ended.stderr
    model = harness.load(only_run(results)).score.model
    assert (model.name, model.endpoint, model.served_model) == (NAME, "embedded", (smollm2.name,))
    assert model.revision == sha256(smollm2.read_bytes())
    assert all(TOKEN.encode() not in path.read_bytes() for path in results.rglob("*") if path.is_file())
