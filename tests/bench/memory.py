"""How much memory a command and all that it starts take at most, from /proc."""

import re
import subprocess
import threading
from collections import defaultdict
from pathlib import Path
from types import TracebackType

from common.runtime import process_table

_EVERY = 0.1
_MIB = 1024
_SERVICE = re.compile(r"(\w+)_service/manage\.py")


class PeakMemory:
    """Watches a process and its descendants while the block runs; in MiB."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.of_one: defaultdict[str, int] = defaultdict(int)
        """The most that one process held at a time, by service; ``""`` is what belongs to none."""
        self.together = 0
        """The most that all held at a time; of pages that several share, each has its part."""
        self._pid = process.pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory")

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def largest(self) -> int:
        """The most that any single process held."""
        return max(self.of_one.values(), default=0)

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY):
            together = 0
            for process in process_table.family(self._pid, process_table.all_processes()):
                peak, now = _peak_and_now(process.pid)
                together += now
                name = _service_of(process.pid)
                self.of_one[name] = max(self.of_one[name], peak)
            self.together = max(self.together, together)


def _peak_and_now(pid: int) -> tuple[int, int]:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        shares = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0, 0
    return _mib("VmHWM", status), _mib("Pss", shares)


def _mib(name: str, lines: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", lines, re.M)
    return int(found[1]) // _MIB if found else 0


def _service_of(pid: int) -> str:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
    found = _SERVICE.search(line)
    return found[1] if found else ""
