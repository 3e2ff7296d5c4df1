"""A test database that is migrated once and brought back to its seeded state after a committing test."""

import hashlib

import psycopg
from psycopg import sql

KEPT = ("django_migrations", "django_content_type", "auth_permission")
SEEDS = "test_seed"


class TestDatabase:
    """Works through the owner: the run-time role, which the tests use, may not truncate."""

    __test__ = False

    def __init__(self, owner_url: str) -> None:
        self._url = owner_url

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self._url, autocommit=True)
        # Even the owner is under row-level security.
        connection.execute("select set_config('app.all_companies', 'on', false)")
        return connection

    def prepare(self) -> None:
        """Remember the rows that migrations put in (once per set of migrations), then start from them."""
        with self._connect() as connection:
            digest = self._digest(connection)
            known = connection.execute("select to_regclass(%s)", [f"{SEEDS}.digest"]).fetchone()
            if known is not None and known[0] is not None:
                row = connection.execute(f"select digest from {SEEDS}.digest").fetchone()
                if row is not None and row[0] == digest:
                    self._restore(connection)
                    return
            self._remember(connection, digest)

    def as_owner(self, statement: str) -> None:
        """Change what the run-time role may not, over every company: the age of a record, for one."""
        with self._connect() as connection:
            connection.execute(statement.encode())

    def restore(self) -> None:
        """Empty every table and put the seeded rows back."""
        with self._connect() as connection:
            self._restore(connection)

    @staticmethod
    def _digest(connection: psycopg.Connection) -> str:
        rows = connection.execute("select app, name from django_migrations order by app, name").fetchall()
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    @staticmethod
    def _tables(connection: psycopg.Connection) -> list[str]:
        rows = connection.execute(
            "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace"
            " and c.relkind = 'r' and c.relname <> all(%s) order by 1",
            [list(KEPT)],
        ).fetchall()
        return [row[0] for row in rows]

    def _written(self, connection: psycopg.Connection) -> list[str]:
        """The tables that were written to since they were last emptied; seeded ones are always among them."""
        rows = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relname = any(%s) and pg_relation_size(oid) > 0",
            [self._tables(connection)],
        ).fetchall()
        return [row[0] for row in rows]

    def _remember(self, connection: psycopg.Connection, digest: str) -> None:
        connection.execute(f"drop schema if exists {SEEDS} cascade")
        connection.execute(f"create schema {SEEDS}")
        for table in self._tables(connection):
            name = sql.Identifier(table)
            if connection.execute(sql.SQL("select 1 from {} limit 1").format(name)).fetchone():
                copy = sql.SQL("create table {}.{} as table public.{}")
                connection.execute(copy.format(sql.Identifier(SEEDS), name, name))
        connection.execute(f"create table {SEEDS}.digest as select %s::text as digest", [digest])

    def _restore(self, connection: psycopg.Connection) -> None:
        tables = self._written(connection)
        if not tables:
            return
        with connection.transaction():
            connection.execute("set constraints all deferred")
            names = sql.SQL(", ").join(map(sql.Identifier, tables))
            connection.execute(sql.SQL("truncate {} restart identity cascade").format(names))
            rows = connection.execute(
                "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'",
                [SEEDS],
            ).fetchall()
            waiting = [row[0] for row in rows if row[0] != "digest"]
            while waiting:
                waiting = self._refill(connection, waiting)

    @staticmethod
    def _refill(connection: psycopg.Connection, tables: list[str]) -> list[str]:
        """Put back what can be put back; the rest waits for the rows it refers to."""
        blocked = []
        for table in tables:
            name = sql.Identifier(table)
            try:
                with connection.transaction():
                    insert = sql.SQL("insert into public.{} overriding system value select * from {}.{}")
                    connection.execute(insert.format(name, sql.Identifier(SEEDS), name))
            except psycopg.errors.ForeignKeyViolation:
                blocked.append(table)
        if len(blocked) == len(tables):
            raise RuntimeError(f"The seeded rows of {blocked} refer to rows that are not there.")
        return blocked
