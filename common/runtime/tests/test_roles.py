"""What each role of a service may do, tried with SQL as that role."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from common.runtime.environment import Role
from common.runtime.layout import SERVICES
from common.runtime.provision import ROLES
from common.runtime.stack import Stack
from common.security.append_only import AppendOnly, Removal
from common.security.grants import SETTLE
from common.security.row_security import TenantPolicy

OURS, THEIRS = UUID(int=1), UUID(int=2)
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def tables(stack: Stack) -> Iterator[Stack]:
    """People of two companies, a trail of what happened, browser sessions, as migrations would make them."""
    operations = (
        TenantPolicy("staff"),
        AppendOnly("trail", updatable=("seen",)),
        Removal("trail_prune", "trail", argument="upto bigint", condition="id <= upto AND id < 3"),
    )
    with psycopg.connect(stack.dsn("company", "owner"), autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE staff (id bigserial PRIMARY KEY, company_id uuid, name text, password text)"
        )
        owner.execute("CREATE TABLE trail (id bigserial PRIMARY KEY, what text, seen boolean)")
        owner.execute("CREATE TABLE django_session (session_key text)")
        owner.execute("CREATE TABLE IF NOT EXISTS django_migrations (id bigserial PRIMARY KEY, name text)")
        owner.execute(
            "INSERT INTO staff (company_id, name) VALUES (%s, 'our own'), (%s, 'another')", [OURS, THEIRS]
        )
        owner.execute("INSERT INTO trail (what) SELECT 'event ' || n FROM generate_series(1, 5) AS n")
        for operation in operations:
            owner.execute(str(operation.sql).encode())
        owner.execute(SETTLE.encode())
    yield stack
    with psycopg.connect(stack.dsn("company", "owner"), autocommit=True) as owner:
        owner.execute("DROP FUNCTION trail_prune")
        owner.execute("DROP TABLE staff, trail, django_session, django_migrations")


def names(stack: Stack, role: Role, company_id: UUID | None = None) -> list[str]:
    with psycopg.connect(stack.dsn("company", role)) as connection:
        if company_id:
            connection.execute("SELECT set_config('app.company_id', %s, true)", [str(company_id)])
        return [name for (name,) in connection.execute("SELECT name FROM staff ORDER BY id")]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_a_service_gets_into_anothers_database(stack: Stack, role: Role) -> None:
    refused = 0
    for service in SERVICES:
        own = stack.dsn(service, role)
        psycopg.connect(own).close()
        others = [f"{other}_service_db" for other in SERVICES if other != service]
        for database in [*others, "postgres", "template1"]:
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(own, dbname=database)
            refused += 1
    assert refused == 6 * 7


@pytest.mark.parametrize("role", ["app", "reader"])
def test_rows_of_another_company_are_invisible_with_and_without_a_scope(tables: Stack, role: Role) -> None:
    assert names(tables, role) == []
    assert names(tables, role, OURS) == ["our own"]
    assert names(tables, role, THEIRS) == ["another"]
    assert names(tables, role, UUID(int=3)) == []


def test_rows_of_another_company_are_not_written_either(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company")) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, true)", [str(OURS)])
        assert connection.execute("UPDATE staff SET name = 'x' WHERE company_id = %s", [THEIRS]).rowcount == 0
        assert connection.execute("DELETE FROM staff WHERE company_id = %s", [THEIRS]).rowcount == 0
        with pytest.raises(DENIED, match="row-level security"):
            connection.execute("UPDATE staff SET company_id = %s", [THEIRS])


def test_a_scope_ends_with_its_transaction(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company")) as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('app.company_id', %s, true)", [str(OURS)])
            assert connection.execute("SELECT count(*) FROM staff").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM staff").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET what = 'nothing happened'",
        "UPDATE trail SET seen = true, what = 'nothing happened'",
        "DELETE FROM trail",
        "TRUNCATE trail",
        "DROP TABLE trail",
        "ALTER TABLE trail DISABLE TRIGGER ALL",
        "CREATE TRIGGER forget AFTER INSERT ON trail EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE forget AS ON INSERT TO trail DO INSTEAD NOTHING",
        "CREATE POLICY everything ON staff USING (true)",
        "ALTER TABLE staff NO FORCE ROW LEVEL SECURITY",
        "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE EXTENSION IF NOT EXISTS hstore",
        "SET session_replication_role = replica",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "SET ROLE company_backup",
    ],
)
def test_the_run_time_role_rewrites_no_history_and_loosens_no_rule(tables: Stack, statement: str) -> None:
    with psycopg.connect(tables.dsn("company")) as connection, pytest.raises(DENIED):
        connection.execute(statement.encode())


def test_nobody_grants_what_he_does_not_have(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company"), autocommit=True) as connection:
        # PostgreSQL only warns of it.
        connection.execute("GRANT DELETE ON trail TO company_app")
        with pytest.raises(DENIED):
            connection.execute("DELETE FROM trail")


def test_history_is_added_to_and_its_end_is_filled_in(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company")) as connection:
        connection.execute("INSERT INTO trail (what) VALUES ('more')")
        assert connection.execute("UPDATE trail SET seen = true WHERE what = 'more'").rowcount == 1
        connection.rollback()


def test_old_history_goes_by_the_function_for_it_and_no_more_than_that(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company")) as connection:
        gone = connection.execute("SELECT id FROM trail_prune(1000) ORDER BY 1").fetchall()
        assert gone == [(1,), (2,)]
        connection.rollback()
    for role in ("reader", "backup"):
        with psycopg.connect(tables.dsn("company", role)) as connection, pytest.raises(psycopg.Error):
            connection.execute("SELECT trail_prune(1000)")


@pytest.mark.parametrize("role", ["reader", "backup"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO staff (name) VALUES ('x')",
        "UPDATE staff SET name = 'x'",
        "DELETE FROM staff",
        "TRUNCATE staff",
        "CREATE TABLE more (id int)",
        "CREATE TEMPORARY TABLE more (id int)",
    ],
)
def test_who_only_reads_writes_nothing(tables: Stack, role: Role, statement: str) -> None:
    # Its sessions begin as reading only; the grants are what counts.
    with (
        psycopg.connect(
            tables.dsn("company", role), options="-c default_transaction_read_only=off"
        ) as connection,
        pytest.raises(DENIED),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "query", ["SELECT password FROM staff", "SELECT * FROM staff", "TABLE django_session", "TABLE trail"]
)
def test_reports_see_tables_of_companies_without_what_lets_somebody_in(tables: Stack, query: str) -> None:
    with psycopg.connect(tables.dsn("company", "reader")) as connection, pytest.raises(DENIED):
        connection.execute(query.encode())


def test_backups_see_every_row_of_every_table(tables: Stack) -> None:
    with psycopg.connect(tables.dsn("company", "backup")) as connection:
        assert connection.execute("SELECT count(*) FROM staff").fetchone() == (2,)
        connection.execute("TABLE django_session")


def test_only_backups_go_past_the_policies_and_nobody_is_more(stack: Stack) -> None:
    query = """
        SELECT rolname, rolbypassrls FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'
            AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolinherit OR rolreplication)
    """
    with psycopg.connect(stack.dsn("auth", "superuser")) as connection:
        found = {str(name): bool(past) for name, past in connection.execute(query).fetchall()}
    assert found == {f"{service}_{role}": role == "backup" for service in SERVICES for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_waits_for_a_lock_for_ever(stack: Stack, role: Role) -> None:
    with psycopg.connect(stack.dsn("employee", role)) as connection:
        assert connection.execute("SELECT current_setting('lock_timeout')").fetchone() != ("0",)
