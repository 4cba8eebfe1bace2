"""Settings: what a script may pass, and what is refused before anything is done."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.settings import RunSettings


def test_texts_are_taken_for_paths_and_a_path_for_a_task():
    settings = RunSettings(model="m", task=Path("house.yaml"), results="res", data="hub", tasks="mine")
    assert settings.task == "house.yaml"
    assert (settings.results, settings.data, settings.tasks) == (Path("res"), Path("hub"), Path("mine"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": None}, "model and task should be texts"),
        ({"task": 3}, "model and task should be texts"),
        ({"subjects": "kitchen"}, "tuple of names"),
        ({"limit": "3"}, "limit '3' should be a whole number"),
        ({"shots": 2.5}, "shots 2.5 should be a whole number"),
        ({"concurrency": 0}, "--concurrency 0 should be 1 or more"),
        ({"max_tokens": True}, "max_tokens True should be a whole number"),
        ({"temperature": "0.5"}, "temperature '0.5' should be a number"),
        ({"max_cost_usd": "5"}, "max_cost_usd '5' should be a number"),
        ({"max_wait_s": True}, "max_wait_s True should be a number"),
        ({"temperature": float("nan")}, "--temperature nan should be 0 or more"),
        ({"timeout_s": 0}, "--timeout 0 should be above 0"),
        ({"rpm": 0}, "--rpm 0 should be above 0"),
        ({"tpm": float("inf")}, "--tpm inf should be above 0"),
        ({"results": ""}, "--results is empty; name a file or folder, or leave it out"),
        ({"data": ""}, "--data is empty"),
        ({"revision": "\udcff"}, "--revision holds bytes that are not UTF-8"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_refused_by_its_name(changes, words):
    with pytest.raises(UsageError, match=words):
        RunSettings(**{"model": "m", "task": "sample", **changes})
