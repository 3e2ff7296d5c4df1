import os
import re
from io import StringIO
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from common.runtime.errors import OperatorError
from common.runtime.identity import database_account
from common.runtime.layout import SERVICES
from common.runtime.postgres_home import PostgresHome
from common.runtime.progress import Progress
from common.runtime.stack import Stack
from common.runtime.tests.conftest import stand_in

RUNTIME_ROLES = [f"{service}_app" for service in SERVICES]


@pytest.fixture
def table(stack: Stack) -> str:
    """A table that a migration of auth_service might have made."""
    with psycopg.connect(stack.dsn("auth", "owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS papers (id bigserial PRIMARY KEY, name text)")
    return "papers"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_its_own_database_and_no_other(stack: Stack, service: str) -> None:
    own = stack.dsn(service)
    with psycopg.connect(own) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (f"{service}_app",)
    others = [f"{other}_service_db" for other in SERVICES if other != service]
    for database in [*others, "postgres", "template1"]:
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry|pg_hba.conf rejects"):
            psycopg.connect(own.rpartition("/")[0] + f"/{database}")


def test_no_service_is_granted_the_connection_to_another_database(stack: Stack) -> None:
    query = "SELECT has_database_privilege(%s, datname, 'CONNECT') FROM pg_database WHERE datname <> %s"
    with psycopg.connect(stack.dsn("auth", "superuser")) as connection:
        for service in SERVICES:
            rows = connection.execute(query, [f"{service}_app", f"{service}_service_db"]).fetchall()
            # template0 takes no connections from anybody.
            assert [granted for (granted,) in rows].count(True) <= 1


def test_the_run_time_roles_have_no_power_of_their_own(stack: Stack) -> None:
    query = (
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s) AND rolcanlogin AND NOT "
        "(rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolinherit OR rolreplication)"
    )
    with psycopg.connect(stack.dsn("auth", "superuser")) as connection:
        assert connection.execute(query, [RUNTIME_ROLES]).fetchone() == (6,)


def test_the_run_time_role_reads_and_writes_what_migrations_make(stack: Stack, table: str) -> None:
    with psycopg.connect(stack.dsn("auth")) as connection:
        connection.execute("INSERT INTO papers (name) VALUES ('one')")
        connection.execute("UPDATE papers SET name = 'two'")
        assert connection.execute("DELETE FROM papers RETURNING name").fetchall()[-1] == ("two",)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE papers",
        "DROP TABLE papers",
        "ALTER TABLE papers ADD COLUMN more text",
        "CREATE TABLE more (id int)",
        "CREATE SCHEMA more",
        "CREATE ROLE more",
        "CREATE TABLE more (paper_id bigint REFERENCES papers)",
        "COPY papers TO PROGRAM 'true'",
        "SET ROLE auth_owner",
    ],
)
def test_the_run_time_role_may_not(stack: Stack, table: str, statement: str) -> None:
    with (
        psycopg.connect(stack.dsn("auth")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_a_new_function_may_be_run_by_the_run_time_role_only(stack: Stack) -> None:
    with psycopg.connect(stack.dsn("auth", "owner"), autocommit=True) as owner:
        owner.execute("CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
        query = "SELECT has_function_privilege('auth_app', 'one()', 'EXECUTE'), "
        query += "has_function_privilege('company_app', 'one()', 'EXECUTE')"
        assert owner.execute(query).fetchone() == (True, False)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("statement_timeout", "15s"), ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "1min")],
)
def test_the_run_time_role_cannot_wait_for_ever(stack: Stack, setting: str, value: str) -> None:
    with psycopg.connect(stack.dsn("employee")) as connection:
        assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == (value,)


def test_passwords_are_kept_as_scram_hashes_and_checked(stack: Stack) -> None:
    query = "SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'"
    with psycopg.connect(stack.dsn("auth", "superuser")) as connection:
        assert connection.execute(query).fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(re.sub(r":[^:@/]+@", ":guess@", stack.dsn("auth")))


def test_the_databases_speak_utf8_and_sort_the_same_everywhere(stack: Stack) -> None:
    query = "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(stack.dsn("employee")) as connection:
        assert connection.execute(query).fetchone() == ("UTF8",)
        assert connection.execute("SELECT upper('é'), 'Z' < 'a'").fetchone() == ("É", True)


def test_provisioning_again_changes_nothing(stack: Stack) -> None:
    with psycopg.connect(stack.dsn("auth", "superuser"), autocommit=True) as connection:
        query = "SELECT pg_current_wal_insert_lsn()"
        before = connection.execute(query).fetchone()
        stack.provision()
        assert connection.execute(query).fetchone() == before


def test_what_was_committed_survives_an_immediate_stop(stack: Stack, table: str) -> None:
    with psycopg.connect(stack.dsn("auth")) as connection:
        connection.execute("INSERT INTO papers (name) VALUES ('kept')")
    stack.postgres.restart("immediate")
    with psycopg.connect(stack.dsn("auth")) as connection:
        assert connection.execute("DELETE FROM papers WHERE name = 'kept'").rowcount == 1


def test_postgresql_comes_back_when_it_is_killed(stack: Stack) -> None:
    before = stack.process("postgres").restart_count
    stack.process("postgres").kill9()
    stack.process("postgres").wait_restarted(before)
    stack.postgres.wait_ready()


def test_redis_wants_a_password_and_forgets_nothing_by_itself(stack: Stack) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=stack.ports.redis, retry=Retry(NoBackoff(), 0)).ping()
    assert stack.redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert stack.redis.config_get("bind") == {"bind": "127.0.0.1"}


def test_the_broker_can_be_flushed(stack: Stack) -> None:
    stack.redis.set("queued", "work")
    stack.flush_broker()
    assert stack.redis.get("queued") is None


def test_a_second_system_in_the_same_folder_is_refused(stack: Stack) -> None:
    with (
        Stack(stack.root, progress=Progress(StringIO())) as second,
        pytest.raises(OperatorError, match=rf"already running \(process {os.getpid()}\)"),
    ):
        second.start_databases()
    assert stack.redis.ping()


def test_the_data_of_a_running_system_is_not_removed(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="make stop"):
        Stack(stack.root).remove()
    assert stack.redis.ping()


def test_data_that_has_gone_is_not_silently_made_anew(tmp_path: Path) -> None:
    home = PostgresHome(tmp_path, database_account())
    home.data().rmdir()
    with pytest.raises(OperatorError, match="has gone: restore it"):
        home.data()
    home.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_root_keeps_the_data_outside_a_folder_that_the_database_user_cannot_enter(tmp_path: Path) -> None:
    account = database_account()
    assert account
    tmp_path.chmod(0o700)
    hidden = PostgresHome(tmp_path, account)
    data = hidden.data()
    assert not data.is_relative_to(tmp_path)
    assert data.stat().st_uid == account.uid
    assert hidden.data() == data
    hidden.remove()
    assert not data.parent.exists()


def test_data_stays_unless_it_is_disposable_and_its_migrations_were_edited(
    tmp_path: Path, code: Path
) -> None:
    stack = Stack(tmp_path / "again", fsync=False, code=code, command=stand_in, progress=Progress(StringIO()))
    try:
        for expected in (0, 1):
            with stack:
                stack.prepare()
                with psycopg.connect(stack.dsn("auth")) as connection:
                    assert connection.execute("SELECT count(*) FROM things").fetchone() == (expected,)
                    connection.execute("INSERT INTO things (name) VALUES ('kept')")
        (code / "auth_service" / "things" / "migrations" / "0001_initial.py").write_text("edited")
        with stack:
            stack.prepare(disposable=True)
            with psycopg.connect(stack.dsn("auth")) as connection:
                assert connection.execute("SELECT count(*) FROM things").fetchone() == (0,)
    finally:
        stack.remove()
    assert not stack.root.exists()
