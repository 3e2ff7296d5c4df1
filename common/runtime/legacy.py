"""``make analyze|import|verify|rollback``: a command of every service, and one account of all of them."""

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from common.runtime.blueprint import Blueprint
from common.runtime.catching_up import wait_caught_up
from common.runtime.environment import machine_environment
from common.runtime.errors import OperatorError
from common.runtime.offspring import Offspring, fork_many
from common.runtime.one_moment import one_moment
from common.runtime.panel import Panel
from common.runtime.run_folders import (
    IMPORT,
    begin,
    end,
    interrupted_import,
    last_import,
    new_name,
    reports_folder,
)
from common.runtime.state import read_state

ANALYZE: Final = "analyze"
VERIFY: Final = "verify"
ROLLBACK: Final = "rollback"
# Services of one group run two at a time; a group begins when the one before it is through, and what it told has
# arrived. Things are taken back before what they hang on: what has to stay keeps it.
# Analytics takes nothing from the file.
FILLED: Final = ("auth", "company", "employee", "document", "notification")
_GROUPS: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    ANALYZE: ((*FILLED, "analytics"),),
    IMPORT: (FILLED,),
    VERIFY: (FILLED,),
    ROLLBACK: (("notification", "document"), ("employee",), ("auth",), ("company", "analytics")),
}
_AT_A_TIME: Final = 2
_UNREADABLE: Final = 2
_LAST_LINES: Final = 8


@dataclass
class _Outcome:
    """What the services' commands answered: exit codes by service, and sentences of those that failed."""

    codes: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """2 when something could not even be begun, else 1 when something is not as it should be."""
        return max((min(code, _UNREADABLE) for code in self.codes.values()), default=0)


def legacy(root: Path, command: str, *, source: str, run: str, arguments: Sequence[str]) -> int:
    """Runs the command for every service and writes the common report; returns the exit code.

    Args:
        root: The folder of the stack, which must be running unless the file is only analysed.
        command: analyze, import, verify or rollback.
        source: The old application's file; a rollback needs none.
        run: What to call the run; of a rollback, the import to take back.
        arguments: More options for the services' commands.

    Raises:
        OperatorError: The file cannot be read, nothing runs, or a report cannot be written.
    """
    file, reports = _source(command, source), reports_folder()
    if command != ANALYZE:
        _require_running(root)
    if command == ROLLBACK:
        run = run or last_import(reports, file)
        return _carry_out(
            root, command, file, reports / f"{run}-rollback", ["--run", run, "--if-any", *arguments]
        )
    resumed = interrupted_import(reports, file) if command == IMPORT else ""
    name = run or resumed or new_name(reports, command)
    with _readable_copy(Path(file), reports, arguments) as copy:
        options = ["--source", str(copy), "--original", file, "--run", name, "--report-dir", str(reports)]
        return _carry_out(root, command, file, reports / name, [*options, *arguments])


def _source(command: str, source: str) -> str:
    if source:
        return str(Path(source).absolute())
    if command == ROLLBACK:
        return ""
    raise OperatorError(f"Say which file: `make {command} SOURCE=/path/to/old.db`.")


def _require_running(root: Path) -> None:
    state = read_state(root)
    if state is None or not state.supervised() or not state.ready:
        raise OperatorError("The system is not running: start it with `make start`, then try again.")


@contextmanager
def _readable_copy(file: Path, reports: Path, arguments: Sequence[str]) -> Iterator[Path]:
    """The same moment of the file for all services, while the old application writes on.

    An encrypted file stays where it is: each service makes a copy of its own of it, as it does of this one.
    """
    if any(argument.startswith("--key-file") for argument in arguments):
        yield file
        return
    with one_moment(file, reports / "copies") as copy:
        yield copy


def _carry_out(root: Path, command: str, file: str, folder: Path, options: Sequence[str]) -> int:
    record = begin(folder, command, file)
    for left in folder.glob("*.held"):
        left.unlink()
    # One for each service, and one for the report.
    idle = fork_many(sum(map(len, _GROUPS[command])) + 1)
    try:
        outcome = _run_all(root, command, [*options, "--folder", str(folder)], folder, idle)
        if outcome.code != _UNREADABLE:
            outcome.codes["report"] = _summarize(root, command, folder, idle.pop())
    finally:
        for unused in idle:
            unused.wait()
    if outcome.code == 0 or command != IMPORT:
        end(folder, record)
    for complaint in dict.fromkeys(outcome.complaints):
        print(complaint)
    return outcome.code


def _run_all(
    root: Path, command: str, options: Sequence[str], folder: Path, idle: list[Offspring]
) -> _Outcome:
    """Runs the services' commands; once one could not be begun, no other is started."""
    outcome, panel, lock = _Outcome(), Panel(), threading.Lock()

    def run_one(service: str) -> None:
        if outcome.code == _UNREADABLE:
            return
        panel.begin(service)
        code, sentence = _run_one(root, service, command, options, folder, panel, idle.pop())
        with lock:
            outcome.codes[service] = code
            if code:
                outcome.complaints.append(sentence)
        panel.end(service, sentence.splitlines()[-1] if sentence else "")

    for before, group in zip([(), *_GROUPS[command]], _GROUPS[command], strict=False):
        if before and (missing := wait_caught_up(root, before)):
            outcome.complaints.append(f"{', '.join(group)}: not all that was told has arrived. {missing}")
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            list(pool.map(run_one, group))
    return outcome


def _run_one(
    root: Path,
    service: str,
    command: str,
    options: Sequence[str],
    folder: Path,
    panel: Panel,
    process: Offspring,
) -> tuple[int, str]:
    """Runs one service's command, whose output is its report as text; its exit code and last line."""
    report = folder / f"{service}.txt"
    process.begin(
        service,
        [f"{command}_legacy", *options],
        env={**_environment(root, service, command), "LEGACY_PROGRESS": "json"},
        output=report,
    )
    said = [line.rstrip() for line in process.complaints() if not panel.move(service, line)]
    code = process.wait()
    complaints = [line for line in said if line]
    if complaints:
        with report.open("a", encoding="utf-8") as text:
            text.writelines(f"{line}\n" for line in complaints)
    if code < 0:
        return 1, f"{service}: it was ended by signal {-code}; run the same command again."
    if code and complaints:
        return code, _plain(complaints)
    return code, _last_line(report)


def _plain(complaints: Sequence[str]) -> str:
    """The sentence of a command that failed in an orderly way, or the end of a traceback."""
    if len(complaints) == 1:
        return complaints[0].removeprefix("CommandError: ")
    return "\n".join(complaints[-_LAST_LINES:])


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[-1] if lines else ""


def _summarize(root: Path, command: str, folder: Path, process: Offspring) -> int:
    """Puts the services' reports together; prints one sentence."""
    sys.stdout.flush()
    environment = _environment(root, "employee", command)
    process.begin("employee", ["report_legacy", "--folder", str(folder)], env=environment)
    sys.stderr.writelines(process.complaints())
    return process.wait()


def _environment(root: Path, service: str, command: str) -> dict[str, str]:
    """That of the service's processes; for an analysis, which uses none of it, that of a service unborn."""
    if command != ANALYZE or (root / "ports.json").exists():
        return Blueprint(root).environment(service)
    # Imported here because nothing else of this module needs the installed packages.
    from common.security.encryption.keyring import make_keyring

    nothing = "none"
    return machine_environment() | {
        "SERVICE_ENV": "development",
        "DATABASE_URL": f"postgresql://{nothing}@127.0.0.1:1/{nothing}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "CACHE_URL": "redis://127.0.0.1:1/1",
        "SECRET_KEY": nothing,
        "SERVICE_KEY_FILE": os.devnull,
        "SERVICE_KEYRING_FILE": os.devnull,
        "ENCRYPTION_KEYRING": json.dumps(make_keyring(service)),
        "SIGNING_KEY_PASSPHRASE": nothing,
        "LOG_LEVEL": "WARNING",
    }
