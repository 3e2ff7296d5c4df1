"""Where things are and what runs: folders, the six services, and the command line of each process."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VAR: Final = ROOT / "var"
MAIN_LOCK: Final = ROOT / "requirements" / "main.lock"
TOOLS_LOCK: Final = ROOT / "requirements" / "development.lock"
EMBEDDED_LOCK: Final = ROOT / "requirements" / "embedded.lock"
GATEWAY_LOCK: Final = ROOT / "requirements" / "gateway.lock"

SERVICES: Final = ("auth", "company", "employee", "document", "notification", "analytics")
PROCESSES: Final = ("web", "worker", "relay")
HR_ADMIN_EMAIL: Final = "hr@hrms.example"

# A request that waits for its saga holds a thread, and only employee_service has such requests: 64 of them
# at once must still leave threads for everybody else.
_WEB_THREADS: Final = {"employee": 96}
_DEFAULT_WEB_THREADS: Final = 8


def tool(name: str) -> str:
    """The path of a program installed beside the running interpreter."""
    return str(Path(sys.executable).parent / name)


def manage(service: str, *arguments: str) -> tuple[str, ...]:
    """The command line of a management command, to be run in the repository's folder."""
    return (sys.executable, f"{service}_service/manage.py", *arguments)


def service_command(service: str, process: str, port: int) -> tuple[str, ...]:
    """The command line of a service's ``web``, ``worker`` or ``relay`` process."""
    if process == "web":
        threads = _WEB_THREADS.get(service, _DEFAULT_WEB_THREADS)
        options = f"--interface wsgi --host 127.0.0.1 --workers 1 --no-ws --log-level warning --port {port}"
        return (
            tool("granian"),
            *options.split(),
            "--blocking-threads",
            str(threads),
            f"{service}_service.wsgi:application",
        )
    if process == "worker":
        queues = f"{service},{service}.events,{service}.saga"
        options = "--pool solo --loglevel warning --without-gossip --without-mingle --without-heartbeat"
        return (
            tool("celery"),
            "-A",
            f"{service}_service.celery:app",
            "worker",
            "--queues",
            queues,
            *options.split(),
            "-n",
            f"{service}@%h",
        )
    if process == "relay":
        return manage(service, "relay")
    raise ValueError(f"no process named {process}")


def known(names: Iterable[str], allowed: Iterable[str], what: str) -> tuple[str, ...]:
    """The names as given, or ValueError when one of them is not among the allowed ones."""
    chosen, valid = tuple(names), tuple(allowed)
    for name in chosen:
        if name not in valid:
            raise ValueError(f"no {what} named {name}; there are {', '.join(valid)}")
    return chosen
