"""A stack with real databases, and small programs that stand in for services."""

import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from common.runtime.layout import ROOT, SERVICES
from common.runtime.progress import Progress
from common.runtime.stack import Stack
from common.runtime.supervisor import Supervisor

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# Notes who asked for it and by which role, as a migration would; fails when told to.
MANAGE = f"""
import os, pathlib, sys
sys.path.insert(0, {str(ROOT)!r})
folder = pathlib.Path(__file__).parent
if (folder / "broken").exists():
    sys.exit("this migration cannot be applied")
import psycopg
from common.security.grants import SETTLE
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS django_migrations (id bigserial PRIMARY KEY, name text)")
    connection.execute("CREATE TABLE IF NOT EXISTS things (id bigserial PRIMARY KEY, name text)")
    connection.execute("INSERT INTO django_migrations (name) VALUES (current_user)")
    connection.execute(SETTLE)
"""


def stand_in(_service: str, process: str, port: int) -> tuple[str, ...]:
    """The command line of a web that answers /health, or of a process that only waits."""
    if process == "web":
        return (sys.executable, "-c", WEB, str(port))
    return (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six stand-in services, each with one migration."""
    folder = tmp_path_factory.mktemp("code")
    for service in SERVICES:
        migrations = folder / f"{service}_service" / "things" / "migrations"
        migrations.mkdir(parents=True)
        (migrations / "0001_initial.py").write_text("first")
        (folder / f"{service}_service" / "manage.py").write_text(MANAGE)
    return folder


@pytest.fixture
def printed() -> StringIO:
    """What a stack says."""
    return StringIO()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, code: Path) -> Iterator[Stack]:
    """A stack with running, provisioned databases; removed at the end."""
    stack = Stack(
        tmp_path_factory.mktemp("stack"),
        fsync=False,
        code=code,
        command=stand_in,
        progress=Progress(StringIO()),
    )
    with stack:
        stack.start_databases()
        stack.provision()
        yield stack
    stack.remove()


@pytest.fixture
def said() -> list[str]:
    """What the supervisor has said."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    """A supervisor that ends with the test."""
    supervisor = Supervisor(tmp_path, said.append)
    supervisor.start()
    yield supervisor
    supervisor.stop()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until a condition holds, for ten seconds at most."""
    import time

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10.0
        while not condition():
            assert time.monotonic() < deadline, "this did not come true within 10 s"
            time.sleep(0.01)

    return wait
