"""The databases, their roles, and who may do what: idempotent, skipped when nothing has changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from common.runtime.credentials import Credentials, ServiceSecrets
from common.security.grants import SETTLE

# Nobody waits or holds locks for ever. Migrations may take long but must not queue up everybody behind a lock
# they wait for; a report may take a minute; a backup takes what it takes.
_LIMITS: Final[Mapping[str, Mapping[str, str]]] = {
    "owner": {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "10min"},
    "app": {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "60s",
    },
    "reader": {
        "statement_timeout": "60s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "60s",
        "default_transaction_read_only": "on",
    },
    "backup": {"lock_timeout": "60s", "default_transaction_read_only": "on"},
}
# Owner: of the tables, for migrations only. App: the running processes. Reader: reports, which see one company
# or every one, as they say, under row-level security. Backup: reads past row-level security, because a copy that
# leaves rows out is none, and writes nothing.
ROLES: Final = tuple(_LIMITS)
_POWERLESS: Final = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT"
_FEW: Final = {"reader": 5, "backup": 3}


def role_name(service: str, role: str) -> str:
    """The name of one of a service's :data:`ROLES`."""
    return f"{service}_{role}"


def owner_role(service: str) -> str:
    """The role that owns the service's tables; only migrations use it."""
    return role_name(service, "owner")


def app_role(service: str) -> str:
    """The least-privilege role of the service's running processes."""
    return role_name(service, "app")


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
            with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
                _make_roles(connection, database.service, secrets)
                _make_database(connection, database)
            with psycopg.connect(self._at(database.name), autocommit=True) as connection:
                _grant(connection, database.service)
            self.remember(database.name, "provisioned", digest)
            changed.append(database.name)
        return changed

    def memory(self) -> dict[str, dict[str, str]]:
        """What has been remembered, by database."""
        query = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            rows = connection.execute(query).fetchall()
        return {str(name): _parsed(comment) for name, comment in rows}

    def remember(self, database: str, what: str, value: str) -> None:
        """Notes in the server that a step was done for a database; ``value`` tells later if it holds."""
        noted = self.memory().get(database, {}) | {what: value}
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(database), sql.Literal(json.dumps(noted))
        )
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def drop(self, database: Database) -> None:
        """Removes a database with everything in it, also while somebody is connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _at(self, database: str) -> str:
        address, _, options = self._url.partition("?")
        return f"{address}/{database}?{options}"

    def _digest(self, database: Database) -> str:
        secrets = self._credentials.services[database.service]
        text = "\n".join(
            [
                Path(__file__).read_text(encoding="utf-8"),
                SETTLE,
                *(_password(secrets, role) for role in ROLES),
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


def _password(secrets: ServiceSecrets, role: str) -> str:
    return str(getattr(secrets, f"{role}_password"))


def _make_roles(connection: psycopg.Connection, service: str, secrets: ServiceSecrets) -> None:
    for role, limits in _LIMITS.items():
        name = role_name(service, role)
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        verb = "ALTER" if exists else "CREATE"
        bound = "BYPASSRLS" if role == "backup" else "NOBYPASSRLS"
        statement = sql.SQL(
            f"{verb} ROLE {{}} {_POWERLESS} {bound} CONNECTION LIMIT {_FEW.get(role, -1)} PASSWORD {{}}"
        )
        connection.execute(statement.format(sql.Identifier(name), sql.Literal(_password(secrets, role))))
        for setting, value in limits.items():
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
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
    for role in ROLES:
        rights = sql.SQL("CONNECT, TEMPORARY" if role == "app" else "CONNECT")
        grantee = sql.Identifier(role_name(database.service, role))
        connection.execute(sql.SQL("GRANT {} ON DATABASE {} TO {}").format(rights, name, grantee))


def _grant(connection: psycopg.Connection, service: str) -> None:
    roles = {role: sql.Identifier(role_name(service, role)) for role in ROLES}
    statements = (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "ALTER SCHEMA public OWNER TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}, {reader}, {backup}",
        # Not TRUNCATE, which row-level security does not filter, nor REFERENCES nor TRIGGER.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        "GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        # Read by pg_dump, like everything else.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {backup}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader}, {backup}",
        # Of a database that was made before there were these roles.
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}, {backup}",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {backup}",
        # Everybody may run a new function unless that is taken away for all schemas at once.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
    )
    for statement in statements:
        connection.execute(sql.SQL(statement).format(**roles))
    connection.execute(SETTLE.encode())
