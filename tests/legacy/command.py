"""The four commands about the old file, run for all services in a process of their own, that may be killed.

``python -m tests.legacy.command ROOT COMMAND SOURCE RUN [OPTION…]`` does what ``make COMMAND SOURCE=…`` does, in
the system in the folder ROOT.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from common.runtime.errors import OperatorError
from common.runtime.layout import ROOT
from common.runtime.legacy import legacy
from common.runtime.stack import Stack

EXIT_UNREADABLE = 2


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code, what it said, and the folder of its reports."""

    code: int
    said: str
    folder: Path

    @property
    def sentence(self) -> str:
        """Its last line."""
        return self.said.splitlines()[-1] if self.said else ""

    @cached_property
    def reports(self) -> Mapping[str, Any]:
        """What each service reported, by the service."""
        paths = [path for path in self.folder.glob("*.json") if path.stem not in {"run", "report"}]
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}

    def tables(self) -> dict[str, Mapping[str, Any]]:
        """What became of each table of each service (``service.table``)."""
        return {
            f"{service}.{name}": table
            for service, report in self.reports.items()
            for name, table in report.get("tables", {}).items()
        }

    def unaccounted(self) -> dict[str, int]:
        """How many rows of which table became nobody knows what."""
        counts = {
            name: int(table["source_rows"]) - int(table["accounted"]) for name, table in self.tables().items()
        }
        return {name: count for name, count in counts.items() if count}

    def total(self, what: str) -> int:
        """The sum of one count over all tables."""
        return sum(int(table[what]) for table in self.tables().values())


class OldFile:
    """A file of the old application beside a running system, and what is done with it."""

    def __init__(self, stack: Stack, source: Path, reports: Path) -> None:
        self.stack = stack
        self.source = source
        self.reports = reports

    def analyze(self, *options: str) -> Done:
        """``make analyze``."""
        return self.run("analyze", *options)

    def bring(self, *options: str) -> Done:
        """``make import``."""
        return self.run("import", *options)

    def verify(self, *options: str) -> Done:
        """``make verify``."""
        return self.run("verify", *options)

    def take_back(self, run: str, *options: str) -> Done:
        """``make rollback RUN=…``."""
        return self.run("rollback", *options, run=run)

    def begin_import(self, *options: str) -> subprocess.Popen[str]:
        """Start ``make import``, to be ended by :func:`kill`."""
        return self._start("import", "", options)

    def run(
        self,
        command: str,
        *options: str,
        run: str = "",
        watch: Callable[[subprocess.Popen[str]], AbstractContextManager[object]] = nullcontext,
    ) -> Done:
        """Any of them to its end, in a context that is given the process."""
        before = self._folders()
        with self._start(command, run, options) as process, watch(process):
            said, _nothing = process.communicate()
        found = self._folders()
        folders = sorted(found - before) or sorted(found)
        return Done(process.returncode, said, folders[-1] if folders else self.reports)

    def _folders(self) -> set[Path]:
        return {path.parent for path in self.reports.glob("*/run.json")}

    def _start(self, command: str, run: str, options: tuple[str, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable, "-m", "tests.legacy.command",
                str(self.stack.root), command, str(self.source), run, *options,
            ],
            cwd=ROOT,
            env={**os.environ, "LEGACY_REPORT_DIR": str(self.reports)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )  # fmt: skip


def kill(process: subprocess.Popen[str]) -> bool:
    """End the command and all it has started with signal 9; whether it was still running."""
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return running


def main() -> int:
    """Run one command."""
    root, command, source, run, *options = sys.argv[1:]
    try:
        return legacy(Path(root), command, source=source, run=run, arguments=options)
    except OperatorError as error:
        sys.stdout.write(f"{error}\n")
        return EXIT_UNREADABLE


if __name__ == "__main__":
    sys.exit(main())
