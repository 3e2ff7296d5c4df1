"""Other ways for the old file's rows into PostgreSQL: as they are, without a look at them."""

import csv
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from common.legacy.monolith import NOT_CARRIED, TABLES
from tests.legacy.old_system import INDEXED, INTEGERS, REALS

PGLOADER = "pgloader"
_BLOCK = 1 << 20
_LOAD = """
LOAD DATABASE FROM sqlite://{source} INTO {target}
WITH include drop, create tables, create indexes, reset sequences
SET work_mem TO '64MB', maintenance_work_mem TO '256MB'
EXCLUDING TABLE NAMES LIKE {left_behind};
"""


class LoaderError(Exception):
    """A way could not be gone; the message is a sentence."""


def carried() -> list[str]:
    """The tables whose rows are counted."""
    return sorted(TABLES.keys() - NOT_CARRIED)


def rows_in(source: Path) -> int:
    """How many rows the file has of them."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as file:
        return sum(int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in carried())


@contextmanager
def scratch_database(server_url: str, name: str) -> Iterator[str]:
    """An empty database beside the services', gone with the block; its address."""
    database = sql.Identifier(name)
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {}").format(database))
        try:
            yield f"{server_url}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def by_pgloader(source: Path, target: str, folder: Path, expected: int) -> float:
    """Seconds that pgloader takes with its indexes; raises LoaderError when it is missing or leaves rows out."""
    program = shutil.which(PGLOADER)
    if program is None:
        raise LoaderError(
            "pgloader is missing: install it with `apt-get install pgloader` to compare with it."
        )
    left_behind = ", ".join(f"'{table}'" for table in sorted(NOT_CARRIED))
    script = folder / "legacy.load"
    script.write_text(_LOAD.format(source=source, target=target, left_behind=left_behind), encoding="utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [program, "--quiet", "--root-dir", str(folder), str(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    said = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
    if done.returncode != 0:
        raise LoaderError(f"pgloader ended with exit code {done.returncode}:\n{said}")
    with psycopg.connect(target) as connection:
        loaded = sum(_count(connection, table) for table in carried())
    if loaded != expected:
        raise LoaderError(f"pgloader brought {loaded} of {expected} rows:\n{said}")
    return seconds


def write_csv(source: Path, folder: Path) -> list[tuple[str, Path]]:
    """The rows prepared for COPY: a file for each table."""
    files = []
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as file:
        for table in carried():
            path = folder / f"{table}.csv"
            with path.open("w", encoding="utf-8", newline="") as out:
                rows = file.execute(f"SELECT {', '.join(_columns(table))} FROM {table}")
                csv.writer(out).writerows(rows)
            files.append((table, path))
    return files


def by_copy(files: list[tuple[str, Path]], target: str) -> tuple[float, float]:
    """Seconds of COPY into tables without an index, and of making the old file's indexes after it."""
    with psycopg.connect(target) as connection:
        for table, _path in files:
            connection.execute(_table(table))
        connection.commit()
        began = time.monotonic()
        for table, path in files:
            copy_in = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(table))
            with connection.cursor().copy(copy_in) as copy, path.open("rb") as rows:
                while block := rows.read(_BLOCK):
                    copy.write(block)
        connection.commit()
        copied = time.monotonic()
        for table, _path in files:
            connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (id)").format(sql.Identifier(table)))
        for table, column in INDEXED.items():
            index = sql.SQL("CREATE INDEX ON {} ({})").format(sql.Identifier(table), sql.Identifier(column))
            connection.execute(index)
        connection.commit()
        return copied - began, time.monotonic() - copied


def _columns(table: str) -> list[str]:
    return sorted(TABLES[table])


def _table(table: str) -> sql.Composed:
    kinds = [
        "bigint" if column in INTEGERS else "double precision" if column in REALS else "text"
        for column in _columns(table)
    ]
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in zip(_columns(table), kinds, strict=True)
    )
    return sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(table), columns)


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0
