"""Errors: everything the harness stops for, each with the exit code it ends in.

    HarnessError
     ├─ UsageError          2  wrong use: unknown task, missing, unreadable or incomparable file
     ├─ StorageError        3  the disk is full or gone in the middle of a run: run again
     ├─ LimitError          3  a limit on cost or time leaves nothing to ask: raise it
     ├─ UnfinishedError     3  a verdict was asked of an incomplete or interrupted score: end its run
     └─ EndpointError       4  the endpoint refuses or cannot be reached: key, model, quota, network

The message is one sentence that says what is wrong, where, and what to do. A run that merely
ended early is not an error but a score with a status; its exit code comes from there.
"""


class HarnessError(Exception):
    """Base of all errors that the command line prints as one sentence."""

    exit_code = 1


class UsageError(HarnessError):
    """The command, a file or a setting is wrong, and asking again will not help."""

    exit_code = 2


class EndpointError(HarnessError):
    """The endpoint refuses every question, or nothing answers there."""

    exit_code = 4


class StorageError(HarnessError):
    """The disk failed in the middle of a run; the same command goes on once it is well."""

    exit_code = 3


class LimitError(HarnessError):
    """A limit on cost or time was reached before the first reply."""

    exit_code = 3


class UnfinishedError(HarnessError):
    """A verdict was asked of a score that is incomplete or interrupted."""

    exit_code = 3
