"""A whole system on one machine: its databases, its processes and what they are told.

The same class serves ``make run``, tests, demo, soak and benchmarks, each in a folder of its own.
"""

import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from common.runtime import process_table
from common.runtime.access_rules import Login
from common.runtime.blueprint import SERVICE_DATABASES, Blueprint
from common.runtime.certificates import database_certificates
from common.runtime.credentials import ensure_keys
from common.runtime.errors import OperatorError
from common.runtime.files import HeldLock, require_folder
from common.runtime.health import wait_all
from common.runtime.identity import database_account
from common.runtime.layout import (
    HR_ADMIN_EMAIL,
    PROCESSES,
    ROOT,
    SERVICES,
    VAR,
    known,
    manage,
    service_command,
)
from common.runtime.logs import last_lines, log_path
from common.runtime.managed import ManagedProcess, Spec
from common.runtime.migrations import Migration, migrate, outdated
from common.runtime.ports import choose
from common.runtime.postgres import Postgres
from common.runtime.postgres_home import PostgresHome
from common.runtime.progress import Progress
from common.runtime.provision import ROLES, Database, Provisioner, role_name, service_database
from common.runtime.redis import Redis
from common.runtime.state import read_state, sweep
from common.runtime.supervisor import Supervisor

if TYPE_CHECKING:
    import redis

# Workers and relays do not depend on each other, so nobody waits for one before asking the other to end.
_PHASES: Final = {"web": 0, "worker": 1, "relay": 1}
HEALTH_TIMEOUT: Final = 120.0


class Stack(Blueprint):
    """One system in one folder, to be run. Use it as a context manager, or call :meth:`stop` at the end.

    Args:
        root: The folder for data, logs and secrets; a relative one is taken from the repository.
        service_ports: The services' ports; free ones that are remembered in the folder when left out.
        kind: What the services are told in SERVICE_ENV.
        fsync: False is faster; a crash of the machine (not of a process) may then damage the data.
        databases: What to provide; the six services' when left out.
        progress: Where to tell what is going on.
        code: The folder with the services, when it is not this repository.
        command: The command line of a service's process, given service, process and port.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        service_ports: Mapping[str, int] | None = None,
        kind: str = "development",
        fsync: bool = True,
        databases: Sequence[Database] = SERVICE_DATABASES,
        progress: Progress | None = None,
        code: Path = ROOT,
        command: Callable[[str, str, int], tuple[str, ...]] = service_command,
    ) -> None:
        super().__init__(root, kind=kind, databases=databases)
        self.progress = progress or Progress()
        self._service_ports = service_ports
        self._fsync = fsync
        self._code = code
        self._command = command
        self._lock = HeldLock(self.root / "lock")
        self._supervisor: Supervisor | None = None

    def __enter__(self) -> "Stack":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Set-up, in this order

    def start_databases(self) -> None:
        """Starts PostgreSQL and Redis, made at the first start.

        Raises:
            OperatorError: The stack already runs, a port is taken, the disk is full, a program is missing.
        """
        supervisor = self._claim()
        self.postgres.start(supervisor, self.progress)
        self._redis_server.start(supervisor, self.progress)

    def provision(self) -> None:
        """Makes databases, roles, grants and keys; does nothing where that has been done."""
        ensure_keys(self.root, SERVICES)
        changed = self._provisioner.provision(self.databases)
        if changed:
            self.progress.say(f"Made {len(changed)} databases with their roles")

    def migrate(self) -> None:
        """Migrates with the owners' roles; does nothing where the migrations have not changed."""
        migrations = [
            Migration(
                database, manage(database.project, "migrate", "--noinput"), self._owner_environment(database)
            )
            for database in self.databases
        ]
        migrate(
            migrations,
            code=self._code,
            stack=self.root,
            provisioner=self._provisioner,
            progress=self.progress,
        )

    def ensure_admin(self) -> None:
        """Makes the HR login of auth_service, once; its password is in the stack's secrets."""
        database = service_database("auth").name
        if self._provisioner.memory().get(database, {}).get("admin") == HR_ADMIN_EMAIL:
            return
        with self.progress.step(f"Making the HR login {HR_ADMIN_EMAIL}"):
            self.manage(
                "auth",
                "ensure_admin",
                "--email",
                HR_ADMIN_EMAIL,
                env={"HR_ADMIN_PASSWORD": self.credentials.hr_admin_password},
            )
        self._provisioner.remember(database, "admin", HR_ADMIN_EMAIL)

    def prepare(self, *, disposable: bool = False) -> None:
        """Everything up to the point where services can be started.

        Args:
            disposable: Databases whose migrations have changed are made anew instead of migrated further,
                because while they are written, migrations are edited after they were applied.
        """
        self.start_databases()
        if disposable:
            for database in outdated(self.databases, code=self._code, provisioner=self._provisioner):
                self._provisioner.drop(database)
        self.provision()
        self.migrate()

    # Services

    def start_services(
        self,
        names: Sequence[str] = SERVICES,
        processes: Sequence[str] = PROCESSES,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Starts processes of services, all webs first, and returns without waiting for them.

        Args:
            names: Which services.
            processes: Which of their processes.
            env: Variables on top of each process's environment.
        """
        chosen = known(processes, PROCESSES, "process")
        for service in names:
            # Here files come from the apps' own folders; a web process warns when this one is missing.
            (VAR / "static" / service).mkdir(parents=True, exist_ok=True)
        for process in sorted(chosen, key=PROCESSES.index):
            for service in known(names, SERVICES, "service"):
                self._running().add(self._spec(service, process, env or {}))

    def wait_healthy(self, names: Sequence[str] = SERVICES, timeout: float = HEALTH_TIMEOUT) -> None:
        """Waits until the services' webs answer their health check with 200.

        Raises:
            OperatorError: One does not in ``timeout`` seconds, or it dies again and again.
        """
        ports = {name: self.ports.services[name] for name in names}
        webs = {name: self.process(name, "web") for name in names}
        with self.progress.step(f"Waiting for {len(ports)} services") as step:
            missing = wait_all(ports, webs, step, timeout)
            if missing:
                log = log_path(self.root, f"{missing[0]}-web")
                raise OperatorError(
                    f"{missing[0]}_service does not answer {self.url(missing[0])}/health: see the end of its "
                    f"log {log} for the reason.\n{last_lines(log)}"
                )

    def mark_ready(self) -> None:
        """Lets ``make status`` and ``make start`` know that the system answers."""
        self._running().mark_ready()

    def wait(self) -> None:
        """Waits for as long as the processes are looked after, which is until an exception interrupts it."""
        self._running().wait()

    def process(self, service: str, process: str | None = None) -> ManagedProcess:
        """A process by service and kind, or ``postgres`` or ``redis`` by its name alone."""
        return self._running().process(f"{service}-{process}" if process else service)

    def manage(
        self, service: str, *arguments: str, env: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs a management command of a service to its end, as its run-time role.

        Raises:
            OperatorError: It ended with another exit code than 0, and ``check`` was not switched off.
        """
        done = subprocess.run(
            manage(service, *arguments),
            cwd=self._code,
            env={**self.environment(service), **(env or {}), process_table.STACK_MARK: str(self.root)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            said = "\n".join(f"    {line}" for line in (done.stdout + done.stderr).splitlines()[-15:])
            raise OperatorError(
                f"`{service}_service/manage.py {' '.join(arguments)}` ended with exit code "
                f"{done.returncode}:\n{said}"
            )
        return done

    def stop(self, hurry: threading.Event | None = None) -> None:
        """Ends everything in order: webs, workers, relays, Redis, PostgreSQL; harmless when nothing runs."""
        if "redis" in self.__dict__:
            self.redis.close()
        try:
            if self._supervisor:
                self._supervisor.stop(hurry)
        finally:
            self._supervisor = None
            self._lock.release()

    def remove(self) -> None:
        """Deletes the stack's folder and its data; nothing of it may be running.

        Raises:
            OperatorError: Something of it runs.
        """
        if not self.root.exists():
            return
        if not self._lock.acquire():
            raise OperatorError(f"The system in {self.root} is running: stop it first (`make stop`).")
        try:
            sweep(self.root)
            PostgresHome(self.root, None).remove()
            shutil.rmtree(self.root)
        finally:
            self._lock.release()

    # What it knows

    @cached_property
    def postgres(self) -> Postgres:
        """Its PostgreSQL server."""
        logins = tuple(
            Login(each.name, tuple(role_name(each.service, role) for role in ROLES))
            for each in self.databases
        )
        return Postgres(
            home=PostgresHome(self.root, database_account()),
            port=self.ports.postgres,
            password=self.credentials.superuser_password,
            logins=logins,
            fsync=self._fsync,
            certificates=database_certificates(self.root),
        )

    @cached_property
    def redis(self) -> "redis.Redis":
        """A client of its broker (Redis database 0), as the operator."""
        import redis

        return redis.Redis.from_url(self.redis_url(0))

    def flush_broker(self) -> None:
        """Empties Redis, as an operator's FLUSHALL or a restart without persistence would."""
        self.redis.flushall()

    @cached_property
    def _redis_server(self) -> Redis:
        return Redis(root=self.root, port=self.ports.redis, credentials=self.credentials)

    @cached_property
    def _provisioner(self) -> Provisioner:
        return Provisioner(self.environments.server_url(), self.credentials)

    def _owner_environment(self, database: Database) -> dict[str, str]:
        url = self.environments.database_url(database.service, "owner", database.name)
        return {**self.environment(database.project, "migrate"), "DATABASE_URL": url}

    def _spec(self, service: str, process: str, extra: Mapping[str, str]) -> Spec:
        name = f"{service}-{process}"
        return Spec(
            name=name,
            command=self._command(service, process, self.ports.services[service]),
            environment={**self.environment(service, process), **extra},
            folder=self._code,
            phase=_PHASES[process],
        )

    def _running(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("call start_databases() first")
        return self._supervisor

    def _claim(self) -> Supervisor:
        """Takes the folder for this process and ends what a killed predecessor has left in it."""
        require_folder(self.root)
        # Not readable by others, but PostgreSQL's user must be able to pass through.
        self.root.chmod(0o711)
        if not self._lock.acquire():
            state = read_state(self.root)
            who = f" (process {state.supervisor})" if state else ""
            raise OperatorError(
                f"The system in {self.root} is already running{who}: use it, or end it first "
                "with `make stop`."
            )
        try:
            stubborn = sweep(self.root)
            if stubborn:
                raise OperatorError(
                    f"Processes {stubborn} of an earlier run do not end: end them, then try again."
                )
            self.__dict__["ports"] = choose(self.root, self._service_ports)
        except BaseException:
            self._lock.release()
            raise
        self._supervisor = Supervisor(self.root, self.progress.say)
        self._supervisor.start()
        return self._supervisor
