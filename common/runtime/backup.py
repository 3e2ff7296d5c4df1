"""Encrypted backups: each database is dumped and encrypted in one stream, so that nothing legible touches the disk.

They are encrypted for the operator's public key (age). The private key is needed for restoring only and has no
business on the machine that makes backups.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, Protocol

import psycopg
import pyrage
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from common.runtime.environment import Role
from common.runtime.errors import OperatorError
from common.runtime.files import private_file, write_private
from common.runtime.postgres_programs import Programs, find_programs
from common.runtime.progress import Progress
from common.runtime.provision import Database
from common.runtime.stack import Stack
from common.runtime.tables import table

PUBLIC_KEYS: Final = "BACKUP_PUBLIC_KEY"
_MANIFEST: Final = "manifest.json.age"
_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1
"""
Counts = dict[str, int]


class System(Protocol):
    """A system whose databases can be reached, on this machine or from inside the containers' network."""

    @property
    def databases(self) -> Sequence[Database]:
        """Its databases."""

    def dsn(self, service: str, role: Role) -> str:
        """The address of the service's database for a role."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was made, and the rows of each table of each database."""

    made_at: str
    counts: dict[str, Counts]


@dataclass(frozen=True)
class _Opened:
    """A backup that the key has opened."""

    folder: Path
    identity: pyrage.x25519.Identity
    manifest: Manifest


def make_key(file: Path) -> int:
    """Write a new private key into ``file`` and print its public key, which backups are made for."""
    if file.exists():
        raise OperatorError(f"{file} is there already: name another file, or what it opens is lost.")
    identity = pyrage.x25519.Identity.generate()
    write_private(file, f"{identity}\n")
    print(f"The private key is in {file}: keep it away from this machine; without it no backup can be read.")
    print(f"{PUBLIC_KEYS}={identity.to_public()}")
    return 0


def back_up(system: System, folder: Path) -> int:
    """Back up every database of the running system into a new folder.

    Raises:
        OperatorError: No key is set, the folder is not empty, or a database could not be dumped.
    """
    recipients = _recipients(os.environ)
    progress = Progress()
    programs = find_programs(progress, _server_major(system))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise OperatorError(f"{folder} is not empty: name a new folder for each backup.")
    counts: dict[str, Counts] = {}
    for database in system.databases:
        with progress.step(f"Backing up {database.name}"):
            url, file = system.dsn(database.service, "backup"), folder / f"{database.name}.dump.age"
            counts[database.name] = _dump(programs, url, file, recipients)
    manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"), counts)
    sealed = pyrage.encrypt(json.dumps(asdict(manifest)).encode(), recipients)
    with private_file(folder / _MANIFEST) as output:
        output.write(sealed)
    rows, size = _sum(counts), sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(counts)} databases with {rows} rows are in {folder}, encrypted, {size / 1e6:.1f} MB.")
    return 0


def restore(root: Path, folder: Path, key: Path) -> int:
    """Restore a backup into a new stack, and compare the rows of every table; returns 1 when they differ.

    Raises:
        OperatorError: The key does not open it, it is damaged, or the stack has data already.
    """
    backup = _opened(folder, key)
    progress = Progress()
    with Stack(root, progress=progress) as stack:
        stack.start_databases()
        stack.provision()
        return _restore(stack, backup, progress)


def restore_into(system: System, folder: Path, key: Path) -> int:
    """The same into a system that runs: its databases and roles are there, and empty."""
    return _restore(system, _opened(folder, key), Progress())


def _restore(system: System, backup: _Opened, progress: Progress) -> int:
    programs = find_programs(progress, _server_major(system))
    manifest = backup.manifest
    differences = []
    for database in system.databases:
        with progress.step(f"Restoring {database.name}"):
            url = system.dsn(database.service, "owner")
            _load(programs, url, backup.folder / f"{database.name}.dump.age", backup.identity)
            found = _counted(system.dsn(database.service, "backup"))
        wanted = manifest.counts.get(database.name, {})
        differences += [
            (database.name, name, str(wanted.get(name, "-")), str(found.get(name, "-")))
            for name in sorted(wanted.keys() | found.keys())
            if wanted.get(name) != found.get(name)
        ]
    if differences:
        print(table(("database", "table", "backed up", "restored"), differences))
        return 1
    count = sum(map(len, manifest.counts.values()))
    print(
        f"The backup of {manifest.made_at} is restored: {_sum(manifest.counts)} rows in {count} tables, as counted."
    )
    return 0


def _recipients(environment: Mapping[str, str]) -> list[pyrage.x25519.Recipient]:
    words = [word.strip() for word in environment.get(PUBLIC_KEYS, "").split(",") if word.strip()]
    if not words:
        raise OperatorError(
            f"{PUBLIC_KEYS} is not set, and nothing is backed up without encryption: make a key with "
            "`make backup-key KEY=file` and set what it prints."
        )
    try:
        return [pyrage.x25519.Recipient.from_str(word) for word in words]
    except pyrage.RecipientError:
        raise OperatorError(f"{PUBLIC_KEYS} is no public key of age: it begins with age1.") from None


def _identity(key: Path) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(key.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeError, pyrage.IdentityError):
        raise OperatorError(
            f"{key} holds no private key of age: name the file that `make backup-key` wrote."
        ) from None


def _opened(folder: Path, key: Path) -> _Opened:
    identity = _identity(key)
    return _Opened(folder, identity, _manifest(folder, identity))


def _manifest(folder: Path, identity: pyrage.x25519.Identity) -> Manifest:
    file = folder / _MANIFEST
    if not file.exists():
        raise OperatorError(f"{folder} holds no finished backup: {_MANIFEST} is missing.")
    try:
        return Manifest(**json.loads(pyrage.decrypt(file.read_bytes(), [identity])))
    except pyrage.DecryptError:
        raise OperatorError(f"{file} is damaged, or was not made for this key.") from None


def _dump(programs: Programs, url: str, file: Path, recipients: Sequence[Any]) -> Counts:
    """Dump and encrypt a database; the rows of its tables are counted at the very moment that is dumped."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        options = ["--format=custom", f"--snapshot={snapshot[0] if snapshot else ''}", "--no-owner"]
        process = _start(programs, "pg_dump", url, options, feeding=False)
        with process, private_file(file) as output:
            pyrage.encrypt_io(process.stdout, output, recipients)
            _finish(process, "dumped", url)
        return _count(connection)


def _load(programs: Programs, url: str, file: Path, identity: pyrage.x25519.Identity) -> None:
    with psycopg.connect(url) as connection:
        if connection.execute(_TABLES.encode()).fetchone():
            raise OperatorError(
                f"{connection.info.dbname} has tables already: restore into a new stack, or `make reset` first."
            )
    options = [
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        f"--dbname={conninfo_to_dict(url)['dbname']}",
    ]
    process = _start(programs, "pg_restore", url, options, feeding=True)
    with process:
        try:
            with file.open("rb") as sealed:
                pyrage.decrypt_io(sealed, process.stdin, [identity])
            _close(process.stdin)
        except (pyrage.DecryptError, OSError) as error:
            # Before it sees the archive's end: in a single transaction, nothing stays.
            process.kill()
            _close(process.stdin)
            said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
            raise OperatorError(f"{file} cannot be restored: {said or error}.") from None
        _finish(process, "restored", url)
    with psycopg.connect(url) as connection:
        # Others may have read events that this backup has never seen: they are to read from the start.
        connection.execute("UPDATE feed_head SET epoch = gen_random_uuid()")


def _start(
    programs: Programs, name: str, url: str, options: Sequence[str], feeding: bool
) -> subprocess.Popen[bytes]:
    program = programs.folder / name
    if not program.exists():
        raise OperatorError(f"There is no {name} in {programs.folder}: install PostgreSQL's client programs.")
    parts = conninfo_to_dict(url)
    where = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGDATABASE": "dbname",
    }
    # Not on the command line, where every user of the machine could read the password.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    environment |= {variable: str(parts[part]) for variable, part in where.items() if parts.get(part)}
    environment |= {
        f"PG{name.upper()}": str(parts[name]) for name in ("sslmode", "sslrootcert") if name in parts
    }
    return subprocess.Popen(
        [str(program), *options],
        env=environment,
        stdin=subprocess.PIPE if feeding else None,
        stdout=None if feeding else subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _close(pipe: IO[bytes] | None) -> None:
    # What is still in its buffer finds no reader when the program has ended.
    with suppress(BrokenPipeError):
        if pipe:
            pipe.close()


def _finish(process: subprocess.Popen[bytes], what: str, url: str) -> None:
    said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.wait() != 0:
        raise OperatorError(f"{conninfo_to_dict(url)['dbname']} could not be {what}: {said.strip()[-500:]}")


def _counted(url: str) -> Counts:
    with psycopg.connect(url) as connection:
        return _count(connection)


def _count(connection: psycopg.Connection) -> Counts:
    """The rows of each table; of the role for backups, to whom no policy applies."""
    found: Counts = {}
    for (name,) in connection.execute(_TABLES.encode()).fetchall():
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))
        ).fetchone()
        found[name] = row[0] if row else 0
    return found


def _sum(counts: Mapping[str, Counts]) -> int:
    return sum(sum(each.values()) for each in counts.values())


def _server_major(system: System) -> int:
    with psycopg.connect(system.dsn("auth", "superuser")) as connection:
        return connection.info.server_version // 10_000
