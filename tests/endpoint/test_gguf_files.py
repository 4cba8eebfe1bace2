import hashlib

import pytest

from harness.endpoint.gguf_files import parts, sha256


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model.gguf", ("model.gguf",)),
        ("model-00001-of-00001.gguf", ("model-00001-of-00001.gguf",)),
        ("Q8/m-00002-of-00002.gguf", ("Q8/m-00001-of-00002.gguf", "Q8/m-00002-of-00002.gguf")),
        ("model-1-of-2.gguf", ("model-1-of-2.gguf",)),
        ("model-00001-of-00000.gguf", ("model-00001-of-00000.gguf",)),
    ],
)
def test_each_part_names_all_parts(name, expected):
    assert parts(name) == expected


def test_the_sum_of_one_file_is_its_own(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    assert sha256(path) == sum_of(b"GGUF")


def test_the_sum_of_parts_depends_on_each(tmp_path):
    first, second = (tmp_path / f"model-0000{number}-of-00002.gguf" for number in (1, 2))
    first.write_bytes(b"GGUF one")
    second.write_bytes(b"GGUF two")
    assert sha256(first) == sum_of(f"{sum_of(b'GGUF one')}\n{sum_of(b'GGUF two')}\n".encode())
