"""What the things that stay in one service hold on to in the others, told in the folder of the rollback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection

from common.legacy.errors import ReportUnwritableError
from common.legacy.plan import Plan
from common.legacy.services import REASON
from common.security.tenancy import all_companies

_SUFFIX: Final = ".held"
_AT_ONCE: Final = 5_000


def references_left(plan: Plan) -> Iterator[UUID]:
    """Every id of another service in what is here now, whoever brought it; one may come more than once."""
    for entry in plan:
        account = entry.account
        columns = [column.here for column in account.columns if column.name in account.references]
        for here in [*columns, *([account.company] if account.company else [])]:
            with all_companies(REASON), connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT DISTINCT ({here})::uuid FROM {account.source}"
                    f" WHERE ({here}) IS NOT NULL AND ({account.holds})"
                )
                while found := cursor.fetchmany(_AT_ONCE):
                    yield from (row[0] for row in found)


def write_held(folder: Path, service: str, ids: Iterator[UUID]) -> None:
    """Tell the others; raises ReportUnwritableError."""
    path = folder / f"{service}{_SUFFIX}"
    try:
        with path.open("w", encoding="ascii") as file:
            file.writelines(f"{thing}\n" for thing in ids)
    except OSError as error:
        raise ReportUnwritableError(f"The list {path} cannot be written: {error.strerror}.") from error


def read_held(folder: Path, service: str) -> frozenset[UUID]:
    """What the other services, as far as they are through, still hold on to."""
    held: set[UUID] = set()
    for path in folder.glob(f"*{_SUFFIX}"):
        if path.stem != service:
            with path.open(encoding="ascii") as lines:
                held.update(UUID(line.strip()) for line in lines)
    return frozenset(held)
