"""``make analyze|import|verify|rollback``: a command of every service, and one account of all of them."""

import fcntl
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from common.legacy.errors import SourceUnreadableError
from common.legacy.snapshot import copy_moment
from common.runtime.blueprint import Blueprint
from common.runtime.environment import machine_environment
from common.runtime.errors import OperatorError
from common.runtime.files import read_json, require_folder, write_json
from common.runtime.layout import ROOT, VAR, manage
from common.runtime.panel import Panel
from common.runtime.state import read_state

ANALYZE: Final = "analyze"
IMPORT: Final = "import"
VERIFY: Final = "verify"
ROLLBACK: Final = "rollback"
# Services of one group run two at a time; a group begins when the one before it is through. People are taken
# back before their companies and accounts, so that whoever has to stay keeps theirs.
_TOGETHER: Final = (("auth", "company", "employee", "document", "notification", "analytics"),)
_GROUPS: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    ANALYZE: _TOGETHER,
    IMPORT: _TOGETHER,
    VERIFY: _TOGETHER,
    ROLLBACK: (("notification", "document"), ("employee",), ("company", "auth", "analytics")),
}
_AT_A_TIME: Final = 2
_UNREADABLE: Final = 2
_RECORD: Final = "run.json"
_IN_USE: Final = "in-use"
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
    """
    file = _source(command, source)
    reports = Path(os.environ.get("LEGACY_REPORT_DIR", str(VAR / "legacy")))
    if command != ANALYZE:
        _require_running(root)
    if command == ROLLBACK:
        run = run or _last_import(reports, file)
        options = ["--run", run, "--if-any", *arguments]
        return _carry_out(root, command, file, reports / f"{run}-rollback", options)
    name = run or (_interrupted(reports, file) if command == IMPORT else "") or _name(reports, command)
    with _one_moment(Path(file), reports, arguments) as copy:
        options = ["--source", str(copy), "--original", file, "--run", name, "--report-dir", str(reports)]
        return _carry_out(root, command, file, reports / name, [*options, *arguments])


def _carry_out(root: Path, command: str, file: str, folder: Path, options: Sequence[str]) -> int:
    require_folder(folder)
    record = {"command": command, "source": file, "began": datetime.now(UTC).isoformat(), "ended": None}
    write_json(folder / _RECORD, record)
    outcome = _run_all(root, command, [*options, "--folder", str(folder)], folder)
    if outcome.code != _UNREADABLE:
        outcome.codes["report"] = _summarize(root, command, folder)
    if outcome.code == 0 or command != IMPORT:
        write_json(folder / _RECORD, record | {"ended": datetime.now(UTC).isoformat()})
    for complaint in dict.fromkeys(outcome.complaints):
        print(complaint)
    return outcome.code


@contextmanager
def _one_moment(file: Path, reports: Path, arguments: Sequence[str]) -> Iterator[Path]:
    """A private copy of the file, so that all services read the same while the old application writes on.

    An encrypted file cannot be copied so: each service makes a copy of its own of it, as they do of this one.
    """
    if any(argument.startswith("--key-file") for argument in arguments):
        yield file
        return
    room = reports / "copies"
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(room)
    with TemporaryDirectory(dir=room) as folder, (Path(folder) / _IN_USE).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        copy = Path(folder) / file.name
        try:
            copy_moment(file, copy)
        except SourceUnreadableError as error:
            raise OperatorError(str(error)) from error
        yield copy


def _clear(room: Path) -> None:
    """Removes the copies that killed commands have left."""
    for left in room.iterdir():
        try:
            with (left / _IN_USE).open("r+") as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
        except (FileNotFoundError, BlockingIOError):
            # It is being made, or is in use.
            continue


def _name(reports: Path, command: str) -> str:
    """A name that no other run has: the time, the command, and a number for the second in one second."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{command}"
    numbers = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], numbers) if not (reports / each).exists())


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


def _records(reports: Path) -> list[tuple[str, dict[str, object]]]:
    """What was run before, by the name of its folder, oldest first."""
    found = [(path.parent.name, read_json(path)) for path in reports.glob(f"*/{_RECORD}")]
    return sorted(found, key=lambda each: str(each[1].get("began")))


def _interrupted(reports: Path, file: str) -> str:
    """The newest import of the file, when it was not brought to its end; empty for none."""
    imports = [each for each in _records(reports) if _is_import(each[1], file)]
    name, record = imports[-1] if imports else ("", {"ended": True})
    return "" if record.get("ended") else name


def _last_import(reports: Path, file: str) -> str:
    imports = [name for name, record in _records(reports) if _is_import(record, file)]
    if not imports:
        raise OperatorError(
            "Say which import is to be taken back: `make rollback RUN=NAME`; its name is that of its folder in "
            f"{reports}."
        )
    return imports[-1]


def _is_import(record: Mapping[str, object], file: str) -> bool:
    return record.get("command") == IMPORT and (not file or record.get("source") == file)


def _run_all(root: Path, command: str, options: Sequence[str], folder: Path) -> _Outcome:
    """Runs the services' commands; once one could not be begun, no other is started."""
    outcome, panel, lock = _Outcome(), Panel(), threading.Lock()

    def run_one(service: str) -> None:
        if outcome.code == _UNREADABLE:
            return
        panel.begin(service)
        code, sentence = _run_one(root, service, command, options, folder, panel)
        with lock:
            outcome.codes[service] = code
            if code:
                outcome.complaints.append(sentence)
        panel.end(service, sentence.splitlines()[-1] if sentence else "")

    for group in _GROUPS[command]:
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            list(pool.map(run_one, group))
    return outcome


def _run_one(
    root: Path, service: str, command: str, options: Sequence[str], folder: Path, panel: Panel
) -> tuple[int, str]:
    """Runs one service's command, whose output is its report as text; its exit code and last line."""
    with (folder / f"{service}.txt").open("w", encoding="utf-8") as text:
        process = subprocess.Popen(
            manage(service, f"{command}_legacy", *options),
            cwd=ROOT,
            env={**_environment(root, service, command), "LEGACY_PROGRESS": "json"},
            stdin=subprocess.DEVNULL,
            stdout=text,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        said = [line.rstrip() for line in process.stderr or () if not panel.move(service, line)]
        process.wait()
    complaints = [line for line in said if line]
    if process.returncode not in (0, 1) or complaints:
        with (folder / f"{service}.txt").open("a", encoding="utf-8") as text:
            text.writelines(f"{line}\n" for line in complaints)
    if process.returncode < 0:
        return 1, f"{service}: it was ended by signal {-process.returncode}; run the same command again."
    if process.returncode and complaints:
        return process.returncode, _plain(complaints)
    return process.returncode, _last_line(folder / f"{service}.txt")


def _plain(complaints: Sequence[str]) -> str:
    """The sentence of a command that failed in an orderly way, or the end of a traceback."""
    if len(complaints) == 1:
        return complaints[0].removeprefix("CommandError: ")
    return "\n".join(complaints[-_LAST_LINES:])


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[-1] if lines else ""


def _summarize(root: Path, command: str, folder: Path) -> int:
    """Puts the services' reports together; prints one sentence."""
    done = subprocess.run(
        manage("employee", "report_legacy", "--folder", str(folder)),
        cwd=ROOT,
        env=_environment(root, "employee", command),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


def _environment(root: Path, service: str, command: str) -> dict[str, str]:
    """That of the service's processes; for an analysis, which uses none of it, that of a service unborn."""
    if command != ANALYZE or (root / "ports.json").exists():
        return Blueprint(root).environment(service)
    nothing = "none"
    return machine_environment() | {
        "SERVICE_ENV": "development",
        "DATABASE_URL": f"postgresql://{nothing}@127.0.0.1:1/{nothing}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "CACHE_URL": "redis://127.0.0.1:1/1",
        "SECRET_KEY": nothing,
        "SERVICE_KEY_FILE": os.devnull,
        "SERVICE_KEYRING_FILE": os.devnull,
        "SIGNING_KEY_PASSPHRASE": nothing,
        "LOG_LEVEL": "WARNING",
    }
