"""The ledger of an import: for every old row and entry of the plan, what became of it and from what."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

from common.legacy.account import state_sql
from common.legacy.choices import RowOutcome
from common.legacy.fact_store import FileFacts
from common.legacy.plan import Account, TableImport
from common.legacy.reader import Row
from common.legacy.staging import stage
from common.legacy.values import plain
from common.security.encryption.cipher import keyring

# Things that were here before any run of the ledger: no run brought them, so none takes them away.
BROUGHT_BY_NONE: Final = UUID(int=0)
# The reason of rows that came over as people corrected them, here or in the service that set them aside.
CORRECTED: Final = "corrected"
_LONGEST_KEY: Final = 200
_PLACE: Final = "#"
_GHOST: Final = "#-"
_STAGE: Final = "staged_ledger"
_COLUMNS: Final = {
    "key": "text",
    "outcome": "text",
    "reason": "text",
    "target_id": "uuid",
    "company_id": "uuid",
    "run_id": "uuid",
    "source_hash": "bigint",
    "state_hash": "bigint",
    "written": "boolean",
}
_encode = msgspec.msgpack.Encoder().encode


class LedgerRow(NamedTuple):
    """A row of the ledger. One that was ``written`` just now gets the state of its thing as it is here."""

    key: str
    outcome: str
    reason: str
    target_id: UUID | None
    company_id: UUID | None
    run_id: UUID
    source_hash: int
    state_hash: int | None
    written: bool = False

    @property
    def has_thing(self) -> bool:
        """Whether a thing here is this row's own, or was."""
        return self.target_id is not None and self.outcome not in {RowOutcome.MERGED, RowOutcome.SKIPPED}


class State(NamedTuple):
    """A thing as it is here now."""

    company_id: UUID | None
    hash: int


def key_of(row: Row, place: int, facts: FileFacts, table: str) -> str:
    """The row's key: its old id, or ``#`` and its place when it has none of its own or an absurd one."""
    old_id = plain(row.get("id"))
    if not old_id or len(old_id) > _LONGEST_KEY or facts.is_repeated(table, old_id, place):
        return f"{_PLACE}{place}"
    return f"{_PLACE}{old_id}" if old_id.startswith(_PLACE) else old_id


def source_hash(row: Row, facts: FileFacts, table: str) -> int:
    """One number for all that the row says and all that its fate depends on in the file.

    Made with the service's key: without one, who has the ledger could try salaries until the number is met.
    """
    said = _encode([*row.values(), *facts.depends(table, row)])
    return int.from_bytes(blake2b(said, digest_size=8, key=keyring().index).digest(), "big", signed=True)


def ghost_of(row: LedgerRow) -> LedgerRow:
    """An entry for a thing whose row has become something else: as if its own row were gone from the file."""
    return row._replace(key=f"{_GHOST}{row.target_id}", outcome=RowOutcome.KEPT, written=False)


def ledger_rows(name: str, keys: Sequence[str]) -> dict[str, LedgerRow]:
    """What the ledger says of these keys of an entry of the plan, in the caller's scope."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE name = %s AND key = ANY(%s)", [name, list(keys)])
        return {row[0]: LedgerRow(*row) for row in cursor.fetchall()}


def ledger_knows(name: str, *, besides: UUID) -> bool:
    """Whether there is anything of an entry of the plan in the ledger that the run ``besides`` did not bring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM imported_rows WHERE name = %s AND run_id <> %s)", [name, besides]
        )
        return bool(cursor.fetchone()[0])


def ledger_count(name: str) -> int:
    """How many rows the ledger has of an entry of the plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM imported_rows WHERE name = %s", [name])
        return int(cursor.fetchone()[0])


def ledger_page(name: str, *, after: str, size: int) -> list[LedgerRow]:
    """The next ``size`` rows of an entry of the plan behind the key ``after``."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE name = %s AND key > %s ORDER BY key LIMIT %s", [name, after, size])
        return [LedgerRow(*row) for row in cursor.fetchall()]


def others_of(name: str, targets: Sequence[UUID], without: Sequence[str]) -> dict[UUID, LedgerRow]:
    """For each of these things a row that makes it too, but for those with the keys ``without``."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_SELECT} WHERE name = %s AND target_id = ANY(%s) AND NOT key = ANY(%s) AND outcome = ANY(%s)"
            " ORDER BY key",
            [name, list(targets), list(without), [RowOutcome.IMPORTED, RowOutcome.MERGED]],
        )
        return {row.target_id: row for row in (LedgerRow(*row) for row in cursor.fetchall()) if row.target_id}


def ledger_enter(entry: TableImport[Any], rows: Iterable[LedgerRow]) -> None:
    """Write down what became of rows, over what the ledger said of them before, and how their things are now."""
    account = entry.account
    here = (
        f"SELECT {account.company or 'NULL::uuid'} AS company_id, {state_sql(account)} AS state"
        f" FROM {account.source} WHERE {account.key} = s.target_id"
    )
    with connection.cursor() as cursor:
        stage(cursor, _STAGE, _COLUMNS, rows)
        # OFFSET 0 keeps PostgreSQL from joining with the whole table instead of looking each thing up.
        cursor.execute(
            "INSERT INTO imported_rows"
            " (name, key, outcome, reason, target_id, company_id, run_id, source_hash, state_hash)"
            " SELECT %s, s.key, s.outcome, s.reason, s.target_id, coalesce(s.company_id, t.company_id), s.run_id,"
            " s.source_hash, CASE WHEN s.written THEN t.state ELSE s.state_hash END"
            f" FROM {_STAGE} s LEFT JOIN LATERAL ({here} OFFSET 0) t ON s.written"
            " ON CONFLICT (name, key) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,"
            " target_id = excluded.target_id, company_id = excluded.company_id, run_id = excluded.run_id,"
            " source_hash = excluded.source_hash, state_hash = excluded.state_hash",
            [entry.name],
        )


def ledger_forget(name: str, keys: Sequence[str]) -> None:
    """Take rows out of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM imported_rows WHERE name = %s AND key = ANY(%s)", [name, list(keys)])


def states(account: Account[Any], ids: Iterable[UUID]) -> dict[UUID, State]:
    """The things of these ids that are here, as they are now."""
    wanted = list(ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        _select_states(cursor, account, wanted)
        return {row[0]: State(row[1], row[2]) for row in cursor.fetchall()}


def _select_states(cursor: CursorWrapper, account: Account[Any], wanted: list[UUID]) -> None:
    cursor.execute(
        f"SELECT {account.key}, {account.company or 'NULL::uuid'}, {state_sql(account)}"
        f" FROM {account.source} WHERE {account.key} = ANY(%s)",
        [wanted],
    )


_SELECT: Final = (
    "SELECT key, outcome, reason, target_id, company_id, run_id, source_hash, state_hash FROM imported_rows"
)
