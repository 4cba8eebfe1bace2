"""Tokens: counted by the model's encoding where it is on this machine, else by characters; never fetched."""

import inspect
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
import tiktoken_ext.openai_public

from harness import tokens
from harness.tokens import ByCharacters, ByEncoding, token_counter

# tiktoken's name for the file of o200k_base: the SHA-1 of its address.
O200K_FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of tiktoken's."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("What is 2 + 2? A number.", 5), ("日本の首都はどこですか", 11), ("Größe " * 10, 29)],
    ids=["nothing", "english", "japanese", "german"],
)
def test_by_characters_other_scripts_take_a_token_each(text, count):
    assert ByCharacters().count([text]) == [count]


def test_an_encoding_counts_what_looks_like_a_special_token_as_text():
    bytes_alone = tiktoken.Encoding(
        name="bytes",
        pat_str=r"[\s\S]",
        mergeable_ranks={bytes([each]): each for each in range(256)},
        special_tokens={"<|endoftext|>": 256},
    )
    counter = ByEncoding(bytes_alone)
    assert counter.count(["abc", "<|endoftext|>", "é"]) == [3, 13, 2]
    assert counter.how == "by the model's own encoding, bytes"


def test_an_encoding_that_is_not_on_this_machine_is_not_fetched(cache):
    assert isinstance(token_counter("o200k_base"), ByCharacters)
    assert list(cache.iterdir()) == []


def test_a_file_that_tiktoken_would_fetch_again_is_left_alone(cache):
    (cache / O200K_FILE).write_bytes(b"half of it")
    assert isinstance(token_counter("o200k_base"), ByCharacters)
    assert (cache / O200K_FILE).read_bytes() == b"half of it"


def test_without_a_cache_nothing_is_on_this_machine(monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert isinstance(token_counter("o200k_base"), ByCharacters)


def test_an_encoding_on_this_machine_is_used(monkeypatch):
    package = find_spec("litellm")
    if package is None or package.origin is None:
        pytest.skip("litellm, which holds the file of o200k_base, is not installed")
    folder = Path(package.origin).parent / "litellm_core_utils" / "tokenizers"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    assert token_counter("o200k_base").count(["What is the capital of France?"]) == [7]


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_the_files_are_those_that_tiktoken_would_fetch(name):
    theirs = inspect.getsource(getattr(tiktoken_ext.openai_public, name))
    assert tokens._FILES[name].url in theirs
    assert tokens._FILES[name].sha256 in theirs
