"""One PostgreSQL server for a stack: made at the first start, supervised, asked whether it answers."""

import os
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Final, Literal

from common.runtime.access_rules import SUPERUSER, Login, access_rules
from common.runtime.certificates import Certificates
from common.runtime.errors import OperatorError
from common.runtime.files import write_private
from common.runtime.identity import Account
from common.runtime.logs import last_lines, log_path
from common.runtime.managed import ManagedProcess, Spec
from common.runtime.postgres_home import PostgresHome
from common.runtime.postgres_programs import Programs, find_programs
from common.runtime.progress import Progress
from common.runtime.supervisor import Supervisor

StopMode = Literal["fast", "immediate"]

_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its folder would have to be reachable by two users, and TCP is what containers use too.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    # 12 for each web, a few for each of the 12 workers and relays, and room for tests with many threads.
    "max_connections": "240",
    "shared_buffers": "96MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    # Our queries are short: compiling them costs more than it saves.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
}
# Only a crash of the machine loses anything: a killed server still finds its commits in the system's cache.
_WITHOUT_FSYNC: Final[Mapping[str, str]] = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """The server of one stack. ``fsync=False`` is faster and loses data when the machine itself crashes.

    With ``certificates`` it takes connections over TLS and no others.
    """

    def __init__(
        self,
        *,
        home: PostgresHome,
        port: int,
        password: str,
        logins: tuple[Login, ...],
        fsync: bool,
        certificates: Certificates | None = None,
    ) -> None:
        self._home = home
        self._port = port
        self._password = password
        self._logins = logins
        self._fsync = fsync
        self._certificates = certificates
        self._question: tuple[str, ...] = ()
        self._process: ManagedProcess | None = None

    def start(self, supervisor: Supervisor, progress: Progress) -> None:
        """Makes the data folder at the first start, starts the server and waits until it answers.

        Raises:
            OperatorError: It cannot be made or does not answer.
        """
        data = self._home.data()
        programs = self._home.reachable(find_programs(progress, _data_major(data)), data.parent)
        if _data_major(data) is None:
            with progress.step(f"Making a PostgreSQL {programs.version} cluster in {data}"):
                self._initdb(programs, data)
        self._write_access_rules(data)
        with progress.step(f"Starting PostgreSQL {programs.version} on port {self._port}"):
            question = f"-q -h 127.0.0.1 -p {self._port} -d postgres -U {SUPERUSER}"
            self._question = (str(programs.folder / "pg_isready"), *question.split())
            self._process = supervisor.add(self._spec(programs, data))
            self.wait_ready()

    def restart(self, mode: StopMode) -> None:
        """Stops the server as ``pg_ctl stop -m mode`` would and waits until it is back."""
        process = self._running()
        before = process.restart_count
        process.signal(SIGQUIT if mode == "immediate" else SIGINT)
        process.wait_restarted(before, timeout=30.0)
        self.wait_ready()

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Waits until the server takes connections.

        Raises:
            OperatorError: It does not within ``timeout`` seconds, or it dies again and again.
        """
        process, deadline = self._running(), time.monotonic() + timeout
        while time.monotonic() < deadline and not process.crash_looping:
            if process.pid and self._answers():
                return
            time.sleep(0.05)
        log = log_path(self._home.root, "postgres")
        raise OperatorError(
            f"PostgreSQL does not start: see the end of its log {log} for the reason.\n{last_lines(log)}"
        )

    def _running(self) -> ManagedProcess:
        if self._process is None:
            raise RuntimeError("PostgreSQL has not been started")
        return self._process

    def _answers(self) -> bool:
        asked = subprocess.run(self._question, env=_plain_environment(), check=False)
        return asked.returncode == 0

    def _initdb(self, programs: Programs, data: Path) -> None:
        account = self._home.account
        password_file = data.parent / "initdb-password"
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self._password, encoding="utf-8")
            if account:
                os.chown(password_file, account.uid, account.gid)
            self._run_as(account, _initdb_command(programs, data, password_file, self._fsync), data.parent)
        finally:
            password_file.unlink()

    def _run_as(self, account: Account | None, command: list[str], folder: Path) -> None:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_plain_environment(),
            capture_output=True,
            text=True,
            check=False,
            **(account.popen_arguments() if account else {}),
        )
        if done.returncode != 0:
            said = re.search(r"(?:FATAL|error): +(.+)", done.stderr)
            reason = said[1] if said else f"exit code {done.returncode}"
            raise OperatorError(
                f"The database cluster cannot be made in {folder} ({reason}): mend that and try again."
            )

    def _write_access_rules(self, data: Path) -> None:
        rules = access_rules(self._logins, tls=bool(self._certificates), address="127.0.0.1/32")
        (data / "pg_hba.conf").write_text(rules, encoding="utf-8")

    def _transport(self, data: Path) -> dict[str, str]:
        """The settings for TLS; the server reads copies that belong to the user it runs as."""
        if not self._certificates:
            return {}
        copies = {
            "ssl_cert_file": self._certificates.certificate,
            "ssl_key_file": self._certificates.key,
        }
        for name, file in copies.items():
            copy = data / file.name
            write_private(copy, file.read_text(encoding="utf-8"))
            if self._home.account:
                os.chown(copy, self._home.account.uid, self._home.account.gid)
            copies[name] = copy
        return {
            "ssl": "on",
            "ssl_min_protocol_version": "TLSv1.3",
            **{name: str(file) for name, file in copies.items()},
        }

    def _spec(self, programs: Programs, data: Path) -> Spec:
        settings = {**_SETTINGS, "port": str(self._port), **self._transport(data)}
        settings |= {} if self._fsync else _WITHOUT_FSYNC
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Spec(
            name="postgres",
            command=(str(programs.folder / "postgres"), "-D", str(data), *options),
            environment=_plain_environment(),
            folder=data.parent,
            account=self._home.account,
            stop_signal=SIGINT,
            death_signal=SIGQUIT,
            phase=3,
            grace=15.0,
        )


def _initdb_command(programs: Programs, data: Path, password_file: Path, fsync: bool) -> list[str]:
    command = [str(programs.folder / "initdb"), "--pgdata", str(data), "--username", SUPERUSER]
    command += ["--auth", "scram-sha-256", "--pwfile", str(password_file)]
    command += ["--encoding", "UTF8", "--data-checksums"]
    if programs.major >= 17:
        # PostgreSQL's own C.UTF-8 is the same everywhere; before 17 the system's has to do.
        command += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    else:
        command += ["--locale", "C.UTF-8"]
    return command if fsync else [*command, "--no-sync"]


def _data_major(data: Path) -> int | None:
    file = data / "PG_VERSION"
    return int(file.read_text(encoding="utf-8")) if file.exists() else None


def _plain_environment() -> dict[str, str]:
    # PGPORT, PGDATA and the like of the person at the keyboard are meant for another server.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
