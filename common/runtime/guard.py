"""A small process that waits for its supervisor to end and, if that was not in order, cleans up after it.

Its standard input is a pipe from the supervisor: the end of the pipe is the end of the supervisor, however it
came about, and one word before it says that there is nothing to do.
"""

import signal
import sys
from pathlib import Path

from common.runtime.state import sweep


def main() -> int:
    """Waits, then ends the processes of the stack whose folder is the only argument."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    if sys.stdin.buffer.read() == b"done":
        return 0
    stubborn = sweep(Path(sys.argv[1]))
    if stubborn:
        print(f"processes that do not end: {stubborn}", file=sys.stderr)
    return 1 if stubborn else 0


if __name__ == "__main__":
    sys.exit(main())
