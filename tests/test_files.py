"""Files are written whole or not at all."""

import os

import pytest
from limits import with_file_size_limit

from harness.errors import StorageError
from harness.files import write_whole


def test_a_file_is_written_and_overwritten(tmp_path):
    path = tmp_path / "score.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in tmp_path.iterdir()] == ["score.json"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_file_has_the_rights_that_the_users_umask_gives(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "score.json", b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "score.json").stat().st_mode & 0o777 == mode


def test_a_full_disk_leaves_the_old_file_as_it_was_and_nothing_beside_it(tmp_path):
    path = tmp_path / "score.json"
    path.write_bytes(b"old")
    said = with_file_size_limit(
        1000, f"from harness.files import write_whole\nwrite_whole(Path({str(path)!r}), b'x' * 5000)"
    )
    assert said.startswith(f"StorageError: {path} cannot be written: File too large; make room")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["score.json"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StorageError, match="cannot be written: No such file or directory"):
        write_whole(tmp_path / "gone" / "score.json", b"")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot be written: Permission denied"):
        write_whole(tmp_path / "score.json", b"")
