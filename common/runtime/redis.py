"""One Redis server for a stack: the broker and the cache, in memory only."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from common.runtime.credentials import Credentials
from common.runtime.errors import OperatorError
from common.runtime.files import write_private
from common.runtime.logs import last_lines, log_path
from common.runtime.managed import ManagedProcess, Spec
from common.runtime.progress import Progress
from common.runtime.redis_users import HEALTH, access_list
from common.runtime.supervisor import Supervisor
from common.runtime.wheels import redis_server

_NAMES: Final = ("redis-server", "valkey-server")
# Older ones cannot grant a user different rights to different keys.
_OLDEST: Final = (7, 0)
# Two for each project whose tests may run at the same time, and room to spare.
DATABASES: Final = 64
_ACCESS_LIST: Final = "users.acl"


class Redis:
    """The server of one stack; what it holds is lost when it stops, and nothing depends on it."""

    def __init__(self, *, root: Path, port: int, credentials: Credentials) -> None:
        self._root = root
        self._port = port
        self._credentials = credentials
        self._process: ManagedProcess | None = None

    def start(self, supervisor: Supervisor, progress: Progress) -> None:
        """Starts the server and waits until it answers.

        Raises:
            OperatorError: There is none, or it does not answer.
        """
        program = find_program() or redis_server(progress)
        folder = self._root / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(
            folder / _ACCESS_LIST, access_list(self._credentials, version_of(str(program)) or _OLDEST)
        )
        write_private(folder / "redis.conf", self._configuration(folder))
        with progress.step(f"Starting {program.name} on port {self._port}"):
            self._process = supervisor.add(
                Spec(
                    name="redis",
                    command=(str(program), str(folder / "redis.conf")),
                    environment={},
                    folder=folder,
                    phase=2,
                    grace=5.0,
                )
            )
            self.wait_ready()

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Waits until the server answers PING.

        Raises:
            OperatorError: It does not within ``timeout`` seconds, or it dies again and again.
        """
        if self._process is None:
            raise RuntimeError("Redis has not been started")
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._process.crash_looping:
            if self._answers():
                return
            time.sleep(0.02)
        log = log_path(self._root, "redis")
        raise OperatorError(
            f"Redis does not start: see the end of its log {log} for the reason.\n{last_lines(log)}"
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {HEALTH} {HEALTH}\r\nPING\r\n".encode())
                connection.settimeout(1.0)
                answer = b""
                while not answer.endswith(b"PONG\r\n"):
                    received = connection.recv(256)
                    if not received:
                        return False
                    answer += received
        except OSError:
            return False
        return True

    def _configuration(self, folder: Path) -> str:
        lines = (
            "bind 127.0.0.1",
            "protected-mode yes",
            f"port {self._port}",
            f"aclfile {folder / _ACCESS_LIST}",
            f"databases {DATABASES}",
            f"dir {folder}",
            # Work lives in PostgreSQL; a broker that comes back empty costs one poll.
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            # A broker must refuse, never silently drop what it holds.
            "maxmemory-policy noeviction",
            "daemonize no",
            'logfile ""',
        )
        return "\n".join(lines) + "\n"


def find_program() -> Path | None:
    """The machine's own Redis or Valkey, if it is new enough."""
    for name in _NAMES:
        path = shutil.which(name)
        if path and (version_of(path) or (0, 0)) >= _OLDEST:
            return Path(path)
    return None


def version_of(program: str) -> tuple[int, int] | None:
    """Major and minor version of a Redis or Valkey; None of what is neither or does not start."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    match = re.search(r"v=(\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else None
