"""The command line: all commands, what their errors come to, and the process's exit code.

A thin reader of arguments on top of the library; a command is a module of `harness.commands`.
"""

import errno
import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from harness.commands.check import check
from harness.commands.compare import compare
from harness.commands.export import export
from harness.commands.gate import gate
from harness.commands.history import history
from harness.commands.import_ import import_
from harness.commands.lint import lint
from harness.commands.models import models
from harness.commands.plan import plan
from harness.commands.prompts import prompts
from harness.commands.regrade import regrade
from harness.commands.rescore import rescore
from harness.commands.run import run
from harness.commands.tasks import tasks
from harness.commands.validate import validate
from harness.errors import HarnessError, StorageError
from harness.terminal import INTERRUPTED, drop_standard_output

_DEBUG = "--debug"
_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_VERDICTS = ("gate", "rescore")


class _Commands(TyperGroup):
    """All commands; what they raise is printed as one sentence, and decides the exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except HarnessError as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            print(f"Error: {error}", file=sys.stderr)
            if ctx.invoked_subcommand in _VERDICTS and os.environ.get("GITHUB_ACTIONS") == "true":
                _annotate(str(error))
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            asking = ctx.invoked_subcommand in ("run", "rescore")
            kept = "; no score was written. Replies that came are kept, and the same command goes on"
            print(f"Interrupted{kept if asking else ''}.", file=sys.stderr)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # whoever read has enough
            drop_standard_output()
        except SystemExit as ended:
            if not isinstance(ended.__context__, BrokenPipeError):
                raise
            drop_standard_output()  # rich has met it, and would end the process with the code of a regression
        except OSError as error:
            if error.errno not in _OF_WRITING or error.filename is not None:
                raise  # our files say themselves what is wrong with them
            drop_standard_output()
            print(f"Error: standard output cannot be written: {error.strerror}.", file=sys.stderr)
            sys.exit(StorageError.exit_code)


def _annotate(error: str) -> None:
    """Where there is no verdict, GitHub is told why."""
    from harness.annotations import annotation_of_error

    if "--no-github" not in sys.argv:
        print(annotation_of_error(error), file=sys.stderr)


app = typer.Typer(
    name="harness",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """The command `harness`; ends the process with the exit code. `--debug` may stand anywhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal lacks is no reason to end
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:]
    app([_DEBUG, *(word for word in words if word != _DEBUG)] if _DEBUG in words else words)


@app.callback()
def _all(
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show the traceback of an error.")] = False,
) -> None:
    """Score language models on multiple-choice benchmarks, with numbers that can be trusted and compared.

    Example: python -m harness run --model smollm2-135m --task sample
    """


for _command in (
    run,
    compare,
    gate,
    rescore,
    plan,
    regrade,
    history,
    export,
    import_,
    prompts,
    tasks,
    lint,
    models,
    check,
    validate,
):
    app.command(_command.__name__.rstrip("_"))(_command)  # `import` is no name of Python's
