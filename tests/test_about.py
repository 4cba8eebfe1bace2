"""What a run was made with, secrets left out."""

import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness import about

MAIN = str(Path(harness.__file__).with_name("__main__.py"))


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/usr/bin/harness", "run", "--task", "mmlu"], ("harness", "run", "--task", "mmlu")),
        ([MAIN, "tasks"], ("python -m harness", "tasks")),
        (["/opt/other/__main__.py", "--key", "sk-secret"], ("__main__.py",)),
        (["my_script.py", "--api-key", "sk-secret"], ("my_script.py",)),
        (["/usr/bin/harness", "run", "--task", "caf\udce9"], ("harness", "run", "--task", "caf\\udce9")),
        ([""], ("",)),
    ],
)
def test_the_command_is_ours_whole_and_of_others_the_name_alone(monkeypatch, argv, expected):
    monkeypatch.setattr(sys, "argv", argv)
    assert about.command() == expected


def git(folder, *words):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def test_the_commit_is_told_and_marked_where_files_differ(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert about.git_commit() is None
    git(tmp_path, "init")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--no-gpg-sign", "-m", "one")
    commit = about.git_commit()
    assert len(commit) == 12
    (tmp_path / "file").write_text("two")
    assert about.git_commit() == f"{commit}+"


def test_without_git_there_is_no_commit(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert about.git_commit() is None
    assert about.git_branch() is None


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """The working folder, a repository with one commit on branch `trunk`; nobody else names a branch."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", raising=False)
    git(tmp_path, "init", "--initial-branch=trunk")
    git(tmp_path, "commit", "--no-gpg-sign", "--allow-empty", "-m", "one")
    return tmp_path


def test_the_branch_is_told_by_git(repository):
    assert about.git_branch() == "trunk"


def test_a_commit_without_a_branch_has_none(repository):
    git(repository, "checkout", "--detach")
    assert about.git_branch() is None


@pytest.mark.parametrize(
    "environment",
    [
        {"GITHUB_HEAD_REF": "tune", "GITHUB_REF_NAME": "12/merge"},
        {"GITHUB_HEAD_REF": "", "GITHUB_REF_NAME": "tune"},
        {"CI_COMMIT_REF_NAME": "tune"},
    ],
    ids=["pull request", "push", "GitLab"],
)
def test_ci_which_checks_out_a_commit_names_its_branch(repository, monkeypatch, environment):
    git(repository, "checkout", "--detach")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert about.git_branch() == "tune"


def test_versions_are_told():
    assert about.packages()["datasets"]
    assert about.python().startswith("3.")
    assert about.harness_version()
    assert about.machine()
