"""Gate outputs: where a verdict is shown, and that nothing is lost and nothing stale is left there.

Takes places and what the command reads. Knows nothing of verdicts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.files import probe
from harness.output_places import is_same, refuse_loss


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a verdict is shown.

    Attributes:
        json: a document on standard output instead of a table.
        junit: file for JUnit XML, None for none.
        markdown: file for Markdown, None for none.
        summary: file that Markdown is added to, None for none: GitHub's summary of a step.
        github: annotations on standard output; on standard error where that holds the document.
    """

    json: bool = False
    junit: Path | None = None
    markdown: Path | None = None
    summary: Path | None = None
    github: bool = False

    def check(self, read: Iterable[Path]) -> None:
        """See that all can be written and none takes the place of a file that is `read`; changes nothing.

        Raises:
            UsageError: one cannot, or does; before anything is asked or said for it.
        """
        files, held = self._files(), tuple(read)
        for option, path in files.items():
            if not path.parent.is_dir() or (path.exists() and not path.is_file()):
                raise UsageError(f"{option} {path} should be a file in a folder that there is.")
            refuse_loss(option, path, held)
        self._refuse_one_for_two(files)
        for option, path in files.items():
            try:
                probe(path)
            except OSError as error:
                raise _unwritable(option, path, error) from error
        if self.summary is not None:
            refuse_loss("the step's summary", self.summary, held)
            try:
                self.summary.open("a").close()
            except OSError as error:
                raise UsageError(
                    f"the step's summary {self.summary} cannot be written: {error.strerror}; --no-github leaves it out."
                ) from error

    def clear(self) -> None:
        """Remove an earlier verdict's files: where this one ends in an error, nobody shall take them for its own.

        Raises:
            UsageError: one cannot be removed.
        """
        for option, path in self._files().items():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _unwritable(option, path, error) from error

    def _files(self) -> dict[str, Path]:
        named = {"--junit": self.junit, "--markdown": self.markdown}
        return {option: path for option, path in named.items() if path is not None}

    def _refuse_one_for_two(self, files: Mapping[str, Path]) -> None:
        if self.junit and self.markdown and is_same(self.junit, self.markdown):
            raise UsageError(f"--junit and --markdown name the same file, {self.junit}; give each its own.")
        for option, path in files.items():
            if self.summary is not None and is_same(path, self.summary):
                raise UsageError(
                    f"{option} {path} is the step's summary, which Markdown is added to anyway; leave the option out."
                )


def _unwritable(option: str, path: Path, error: OSError) -> UsageError:
    return UsageError(f"{option} {path} cannot be written: {error.strerror}; choose another place.")
