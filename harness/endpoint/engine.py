"""The embedded engine: llama.cpp as a small program of its own, which embedded.py starts and stops.

Takes a GGUF file; writes the address of its OpenAI-compatible server on standard output, one line, and lives
until its standard input ends. Run by path and without anything else of the harness, so that it starts in half a
second and a crash of llama.cpp is not ours.
"""

import argparse
import fcntl
import os
import select
import signal
import sys
from pathlib import Path

import xllamacpp


def main() -> int:
    """Serve until standard input ends; the exit status is 1 where the model cannot be loaded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("gguf", type=Path)
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--context", type=int, required=True, help="tokens a slot")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: our parent decides
    _die_with_parent()
    answer_to = _keep_standard_output()
    try:
        server = xllamacpp.Server(_params(arguments.gguf, slots=arguments.slots, context=arguments.context))
    except RuntimeError:  # llama.cpp has said why in the log
        return 1
    os.write(answer_to, f"{server.listening_address}\n".encode())
    os.close(answer_to)
    while os.read(sys.stdin.fileno(), 1):
        pass
    return 0


def _die_with_parent() -> None:
    """Have the kernel end us when standard input does, that is when our parent is gone, kill -9 included.

    Reading standard input is not enough: the constructor of xllamacpp.Server keeps the interpreter's lock while
    it loads a model, minutes for a big one, and no thread of ours runs meanwhile. Linux sends SIGIO at the end of
    a pipe, which ends a process that does not handle it. PR_SET_PDEATHSIG would do too, but fires when the
    *thread* that started us ends. Elsewhere SIGIO is ignored, and the end is seen once the model is loaded.
    """
    stdin = sys.stdin.fileno()
    if sys.platform != "linux":
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(stdin, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(stdin, fcntl.F_SETFL, fcntl.fcntl(stdin, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([stdin], [], [], 0)[0]:  # it ended before the signal was set up
        os._exit(0)


def _keep_standard_output() -> int:
    """A descriptor of standard output for our answer alone: what llama.cpp prints goes to the log."""
    answer_to = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answer_to


def _params(gguf: Path, *, slots: int, context: int) -> xllamacpp.CommonParams:
    """Settings of the server."""
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.model_alias = {gguf.name}  # else it calls itself by the whole path, and score files would show it
    params.n_parallel = slots
    params.n_ctx = slots * context
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # any that is free
    params.cors_origins = "localhost"  # else any web page in the user's browser may use the server
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 2  # errors and warnings: more is several lines a request
    # Prompts that gave way to others in their slot, kept beside it. What follows is alike, so few are missed, and
    # the usual 8 GB would fill up.
    params.cache_ram_mib = 128
    params.fit_params = False  # loads the model twice to find what we say anyway: 0.9 s
    return params


if __name__ == "__main__":
    # Not sys.exit: the server's threads would be torn down one by one, for nothing.
    os._exit(main())
