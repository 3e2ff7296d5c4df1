"""The databases, their two roles each, and who may do what: idempotent, skipped when nothing has changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from common.runtime.credentials import Credentials, ServiceSecrets

_LIMITS: Final[Mapping[str, str]] = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "60s",
}
_ROLE: Final = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION NOINHERIT"


def owner_role(service: str) -> str:
    """The role that owns the service's tables; only migrations use it."""
    return f"{service}_owner"


def app_role(service: str) -> str:
    """The least-privilege role of the service's running processes."""
    return f"{service}_app"


@dataclass(frozen=True)
class Database:
    """A database: whose roles it has, its name, and the service whose migrations make its tables."""

    service: str
    name: str
    project: str


def database_name(service: str) -> str:
    """The name of a service's database."""
    return f"{service}_service_db"


def service_database(service: str) -> Database:
    """The database of a service."""
    return Database(service, database_name(service), service)


class Provisioner:
    """Brings one PostgreSQL server to the wanted state and remembers in it what has been done.

    The memory is the comment on each database: it is restored with the data, and dropped with it.
    """

    def __init__(self, superuser_url: str, credentials: Credentials) -> None:
        self._url = superuser_url
        self._credentials = credentials

    def provision(self, databases: Iterable[Database]) -> list[str]:
        """Makes roles, databases and grants; returns the names of the databases that were not up to date."""
        memory = self.memory()
        changed: list[str] = []
        for database in databases:
            digest = self._digest(database)
            if memory.get(database.name, {}).get("provisioned") == digest:
                continue
            secrets = self._credentials.services[database.service]
            with psycopg.connect(f"{self._url}/postgres", autocommit=True) as connection:
                _make_roles(connection, database.service, secrets)
                _make_database(connection, database)
            with psycopg.connect(f"{self._url}/{database.name}", autocommit=True) as connection:
                _grant(connection, database.service)
            self.remember(database.name, "provisioned", digest)
            changed.append(database.name)
        return changed

    def memory(self) -> dict[str, dict[str, str]]:
        """What has been remembered, by database."""
        query = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        with psycopg.connect(f"{self._url}/postgres", autocommit=True) as connection:
            rows = connection.execute(query).fetchall()
        return {str(name): _parsed(comment) for name, comment in rows}

    def remember(self, database: str, what: str, value: str) -> None:
        """Notes in the server that a step was done for a database; ``value`` tells later if it holds."""
        noted = self.memory().get(database, {}) | {what: value}
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(database), sql.Literal(json.dumps(noted))
        )
        with psycopg.connect(f"{self._url}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    def drop(self, database: Database) -> None:
        """Removes a database with everything in it, also while somebody is connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
        with psycopg.connect(f"{self._url}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    def protect_migration_history(self, database: Database) -> None:
        """Leaves the run-time role only the reading of ``django_migrations``."""
        statement = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(
            sql.Identifier(app_role(database.service))
        )
        with psycopg.connect(f"{self._url}/{database.name}", autocommit=True) as connection:
            connection.execute(statement)

    def _digest(self, database: Database) -> str:
        secrets = self._credentials.services[database.service]
        text = "\n".join(
            [
                Path(__file__).read_text(encoding="utf-8"),
                secrets.owner_password,
                secrets.app_password,
                database.name,
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()


def _parsed(comment: object) -> dict[str, str]:
    try:
        noted = json.loads(str(comment))
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def _make_roles(connection: psycopg.Connection, service: str, secrets: ServiceSecrets) -> None:
    passwords = {owner_role(service): secrets.owner_password, app_role(service): secrets.app_password}
    for role, password in passwords.items():
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if exists else "CREATE"
        statement = sql.SQL(f"{verb} ROLE {{}} {_ROLE} PASSWORD {{}}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
    for setting, value in _LIMITS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(app_role(service)), sql.Identifier(setting), sql.Literal(value)
            )
        )


def _make_database(connection: psycopg.Connection, database: Database) -> None:
    name, owner = sql.Identifier(database.name), sql.Identifier(owner_role(database.service))
    exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone()
    if not exists:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, owner))
    for each in (name, sql.Identifier("postgres"), sql.Identifier("template1")):
        connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(each))
    # TEMPORARY for imports: COPY is not allowed into tables with row-level security, so rows are copied into
    # temporary tables and go from there under the policies. Those are seen by their own session alone.
    connection.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            name, sql.Identifier(app_role(database.service))
        )
    )


def _grant(connection: psycopg.Connection, service: str) -> None:
    roles = {"owner": sql.Identifier(owner_role(service)), "app": sql.Identifier(app_role(service))}
    statements = (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "ALTER SCHEMA public OWNER TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        # Not TRUNCATE, which row-level security does not filter, nor REFERENCES nor TRIGGER.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        "GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        # Everybody may run a new function unless that is taken away for all schemas at once.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
    )
    for statement in statements:
        connection.execute(sql.SQL(statement).format(**roles))
