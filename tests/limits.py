"""A disk that is full: a process of its own whose files may not grow beyond a limit."""

import subprocess
import sys

_PROGRAM = """
import resource, signal
from pathlib import Path
from harness.errors import HarnessError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write beyond the limit is an OSError, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
{body}
except HarnessError as error:
    print(f"{{type(error).__name__}}: {{error}}")
"""


def with_file_size_limit(limit: int, body: str) -> str:
    """Run `body` in a Python whose files may hold `limit` bytes; gives the harness's error, as it was printed."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    program = _PROGRAM.format(limit=limit, body=indented)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout
