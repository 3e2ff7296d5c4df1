"""Scopes hold behind PgBouncer in transaction mode, where one connection serves one client after the other."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest

from common.messaging.models import EventRecord
from common.runtime.identity import Account, database_account
from common.security.tenancy import all_companies
from common.security.tests.pooled import CLIENTS, QUESTIONS

PROGRAM = shutil.which("pgbouncer", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
CONFIGURATION = """
[databases]
{database} = host={host} port={server_port} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 2
"""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")


@pytest.fixture
def pooled_url() -> Iterator[str]:
    """The address of the test database behind a pooler with two connections for everybody."""
    own = urlsplit(os.environ["DATABASE_URL"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    # Not in pytest's folder: it does not run as root, and others cannot enter that one.
    with tempfile.TemporaryDirectory() as name:
        folder, account = Path(name), database_account()
        (folder / "users.txt").write_text(f'"{own.username}" "{own.password or "trusted"}"\n')
        (folder / "pgbouncer.ini").write_text(
            CONFIGURATION.format(
                database=own.path.strip("/"),
                host=own.hostname,
                server_port=own.port,
                port=port,
                folder=folder,
            )
        )
        for file in (folder, *folder.iterdir()) if account else ():
            os.chown(file, account.uid, account.gid)  # type: ignore[union-attr]
        with _running(folder, account):
            url = f"postgresql://{own.username}:{own.password or 'trusted'}@127.0.0.1:{port}{own.path}"
            _wait(url)
            yield url


@contextmanager
def _running(folder: Path, account: Account | None) -> Iterator[None]:
    process = subprocess.Popen(
        [str(PROGRAM), "-q", str(folder / "pgbouncer.ini")], **(account.popen_arguments() if account else {})
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20.0
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "PgBouncer does not answer"
        else:
            return


def _companies() -> list[UUID]:
    company_ids = [uuid4() for _ in range(5)]
    with all_companies("test"):
        for company_id in company_ids:
            EventRecord.objects.create(type="test", aggregate_id=uuid4(), company_id=company_id, payload={})
    return company_ids


def test_nobody_sees_rows_of_the_client_before(committed_db: None, pooled_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "common.security.tests.pooled", *map(str, _companies())],
        env={**os.environ, "DATABASE_URL": pooled_url, "DATABASE_POOL_SIZE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(map(int, done.stdout.split())) == [CLIENTS * QUESTIONS, 0, 0]


def test_a_scope_of_the_session_would_reach_other_clients(committed_db: None, pooled_url: str) -> None:
    """What the test above would find, had the scope not ended with its transaction."""
    company_id = _companies()[0]
    with psycopg.connect(pooled_url, autocommit=True, prepare_threshold=None) as careless:
        careless.execute("SELECT set_config('app.company_id', %s, false)", [str(company_id)])
        with psycopg.connect(pooled_url, autocommit=True, prepare_threshold=None) as other:
            found = other.execute("SELECT company_id FROM event_log").fetchall()
    assert found == [(company_id,)]
