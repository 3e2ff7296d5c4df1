"""Whether every id of another service in what was imported is known here, once the others' events are in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import connection

from common.legacy.compared import EXAMPLES
from common.legacy.plan import Plan, TableImport
from common.legacy.services import REASON
from common.security.tenancy import all_companies

# Where copies of another service's rows are.
_COPIES: Final[Mapping[str, tuple[str, str]]] = {
    "company": ("companies_ref", "company_id"),
    "department": ("departments_ref", "department_id"),
    "user": ("users_ref", "user_id"),
    "employee": ("employees_ref", "employee_id"),
}
# Which service has the rows themselves, and the entry of its plan that brings them.
_OWN: Final[Mapping[str, tuple[str, str]]] = {
    "company": ("company", "companies"),
    "department": ("company", "departments"),
    "user": ("auth", "users"),
    "employee": ("employee", "employees"),
}
_LOOK_EVERY: Final = 1.0


@dataclass
class ReferenceCheck:
    """One column that holds ids of ``kind``; ``checked`` is False when nothing here knows such ids."""

    entry: str
    column: str
    kind: str
    checked: bool = True
    ids: int = 0
    unresolved: int = 0
    examples: list[str] = field(default_factory=list)


def check_references(plan: Plan, patience: float) -> list[ReferenceCheck]:
    """Look again until every id is known, or ``patience`` seconds are over."""
    deadline = time.monotonic() + patience
    while True:
        found = [
            _check(plan, entry, column, kind)
            for entry in plan
            for column, kind in entry.account.references.items()
        ]
        if not any(check.unresolved for check in found) or time.monotonic() >= deadline:
            return found
        time.sleep(_LOOK_EVERY)


def _check(plan: Plan, entry: TableImport[Any], column: str, kind: str) -> ReferenceCheck:
    found = ReferenceCheck(entry.name, column, kind)
    known = _known(plan, kind)
    if known is None:
        found.checked = False
        return found
    account = entry.account
    here = next(each.here for each in account.columns if each.name == column)
    ids = (
        f"SELECT t.v FROM (SELECT {account.key} AS k, ({here})::uuid AS v FROM {account.source}) t"
        f" JOIN imported_rows l ON l.name = '{entry.name}' AND l.target_id = t.k WHERE t.v IS NOT NULL"
    )
    with all_companies(REASON), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE r.id IS NULL),"
            f" (array_agg(DISTINCT i.v::text) FILTER (WHERE r.id IS NULL))[:{EXAMPLES}]"
            f" FROM ({ids}) i LEFT JOIN ({known}) r ON r.id = i.v"
        )
        found.ids, found.unresolved, examples = cursor.fetchone()
    found.examples = examples or []
    return found


def _known(plan: Plan, kind: str) -> str | None:
    """SQL for the ids of ``kind`` that this service knows: its own rows, else its copies of another's."""
    owner, name = _OWN[kind]
    if settings.SERVICE.name == owner:
        for entry in plan:
            if entry.name == name:
                return f"SELECT {entry.account.key} AS id FROM {entry.account.source}"
    if kind in settings.SERVICE.reference:
        table, key = _COPIES[kind]
        return f"SELECT {key} AS id FROM {table}"
    return None
