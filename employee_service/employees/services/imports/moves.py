"""Employees who belong to another company now: for everybody else they leave the one and join the other."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from common.contracts.employee import EmployeeRemoved
from common.legacy.staging import publish_staged
from common.messaging.services import Publication
from employee_service.employees.services.imports.deductions import DEDUCTIONS
from employee_service.employees.services.imports.leaves import LEAVES
from employee_service.employees.services.imports.records import RecordTable, records_tell
from employee_service.employees.services.imports.stages import STAGE
from employee_service.employees.services.imports.violations import VIOLATIONS

# Two versions go by: in one they are gone, in the next they are there.
RETOLD: Final = 2
_RECORDS: Final[Sequence[RecordTable[Any]]] = (LEAVES, DEDUCTIONS, VIOLATIONS)
_OWN: Final = ("employee_profiles", "employment_events", "employee_search_terms")
_CHILDREN: Final = dict.fromkeys(_OWN, "") | {
    kind.table: f", version = x.version + {RETOLD}" for kind in _RECORDS
}
# One statement: its foreign keys, which span the company, are checked at its end.
_MOVE: Final = f"""
WITH joining AS (
    SELECT e.id, e.company_id AS leaves, s.company_id AS joins
      FROM pg_temp.{STAGE} s JOIN employees e USING (id) WHERE e.id = ANY(%s)
), {
    ", ".join(
        f"moved_{table} AS (UPDATE {table} x SET company_id = j.joins{more}"
        " FROM joining j WHERE (x.company_id, x.employee_id) = (j.leaves, j.id))"
        for table, more in _CHILDREN.items()
    )
}
UPDATE employees x SET company_id = j.joins FROM joining j WHERE x.id = j.id
"""


class Leaving(Protocol):
    """Somebody as they were known until now."""

    @property
    def id(self) -> UUID:
        """The employee's id."""

    @property
    def company_id(self) -> UUID:
        """The company until now."""

    @property
    def user_id(self) -> UUID:
        """The account until now."""

    @property
    def version(self) -> int:
        """The version until now."""


def employees_leave(cursor: CursorWrapper, leaving: Iterable[Leaving], moved: Collection[UUID]) -> None:
    """Tell that ``leaving`` never were, and take those of them that are ``moved`` to their staged companies.

    Raises IntegrityError for somebody with reviews, a manager or lines in the company they leave.
    """
    if moved:
        for kind in _RECORDS:
            records_tell(cursor, kind, kind.removed, moved, later=1)
    publish_staged(
        Publication(
            EmployeeRemoved(employee_id=one.id, company_id=one.company_id, user_id=one.user_id),
            one.id,
            one.company_id,
            one.version + 1,
        )
        for one in leaving
    )
    if moved:
        cursor.execute(_MOVE, [list(moved)])


def records_arrive(cursor: CursorWrapper, moved: Collection[UUID]) -> None:
    """Tell of the records of employees who have moved, in the company where they are now."""
    if moved:
        for kind in _RECORDS:
            records_tell(cursor, kind, kind.event, moved)
