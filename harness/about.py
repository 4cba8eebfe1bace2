"""What a run was made with: versions, platform, git commit, the command without secrets."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("aiohttp", "datasets", "openai", "pydantic", "tenacity", "xllamacpp")

_BRANCH_IN_CI = (
    "GITHUB_HEAD_REF",  # of a pull request, whose GITHUB_REF_NAME is its number
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_REF_NAME",
)


def harness_version() -> str:
    """The installed version of this package."""
    return version("harness")


def packages() -> dict[str, str]:
    """Versions of the packages that can change what is sent or read."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # an optional one
            continue
    return found


def python() -> str:
    """The version of Python."""
    return platform.python_version()


def machine() -> str:
    """Operating system and processor."""
    return f"{platform.system()} {platform.machine()}"


def command() -> tuple[str, ...]:
    """The command line; of another program that uses the library its name alone, since its words may hold secrets.

    Ours hold none: keys come from the environment, and URLs with one are refused.
    """
    program = Path(sys.argv[0])
    if program == Path(__file__).with_name("__main__.py"):
        return ("python -m harness", *map(_utf8, sys.argv[1:]))
    if program.stem == "harness":
        return ("harness", *map(_utf8, sys.argv[1:]))
    return (_utf8(program.name),)


def _utf8(word: str) -> str:
    """A word of the command line, which may hold any bytes, as text that can be written."""
    return word.encode("utf-8", "backslashreplace").decode()


def git_commit() -> str | None:
    """Commit of the working folder's repository, with "+" where files differ from it; None without one."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+" if _git("status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def git_branch() -> str | None:
    """The branch (or tag) that the working folder's repository is at; None without one, or where nobody says.

    CI checks out a commit without its branch, and names the branch in the environment.
    """
    named = (os.environ.get(name) for name in _BRANCH_IN_CI)
    try:
        _git("rev-parse", "HEAD")
        return next(filter(None, named), None) or _git("symbolic-ref", "--short", "HEAD")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=True, timeout=5)  # noqa: S603, S607
    return done.stdout.strip()
