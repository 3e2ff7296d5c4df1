"""The ledger of erasures: a file beside the backups, by which erased people are erased again after a restore.

Every database forgets what it did after its backup was made, the erasures too; so what they were is also written
where no restore reaches. A line has ids and days and nothing that says who a person is.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings

from common.days import today
from employee_service.person_requests.models import PersonRequest


class LedgerError(Exception):
    """The ledger can not be read or written; the message names the file."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure that services were asked for, from ``date`` on."""

    request_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    kind: str
    keep_until: date | None
    date: date


_entries = msgspec.json.Decoder(Entry)


def ledger_file() -> Path | None:
    """Where the ledger is; None where none is kept."""
    return Path(settings.ERASURE_LEDGER_FILE) if settings.ERASURE_LEDGER_FILE else None


def erasure_note(request: PersonRequest) -> None:
    """Write down that services are about to be asked for an erasure; raises LedgerError."""
    file = ledger_file()
    if file is None:
        return
    entry = Entry(
        request_id=request.id,
        company_id=request.company_id,
        employee_id=request.employee_id,
        user_id=request.user_id,
        kind=request.kind,
        keep_until=request.keep_until,
        date=today(),
    )
    # On a line of its own, even after one that a crash cut off.
    line = b"\n" + msgspec.json.encode(entry) + b"\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as ledger:
            ledger.write(line)
            ledger.flush()
            os.fsync(ledger.fileno())
    except OSError as error:
        raise LedgerError(f"{file}: {error.strerror}") from error


def erasures_noted(file: Path) -> Iterator[Entry]:
    """Each erasure in the ledger once, as it was noted last; raises LedgerError.

    A line that was cut off is passed over: nobody was asked before it was whole.
    """
    found: dict[UUID, Entry] = {}
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise LedgerError(f"{file}: {error.strerror}") from error
    for line in lines:
        with suppress(msgspec.MsgspecError):
            entry = _entries.decode(line)
            found[entry.request_id] = entry
    yield from found.values()
