"""Employees' rows that HR corrected: three services take from such a row, and one of them has its quarantine."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.conf import settings

from common.contracts.base import owner_of, wire_name
from common.contracts.employee import EmployeeRowCorrected
from common.legacy import old_employees
from common.legacy.facts import CarriedEmployee, Facts
from common.legacy.here import CARRIED, FactsHere
from common.legacy.here import REASON as LEDGER
from common.legacy.late import LateRow, carry
from common.legacy.models import ImportedRow, ImportRun
from common.legacy.plans import make_plan, service_plan
from common.legacy.reader import Row
from common.legacy.services import import_lock
from common.legacy.values import plain
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies

# What accounts and departments are made of. Nothing else of a person leaves the service that owns it.
READ_BY_OTHERS: Final = (
    "id", "company_id", "first_name", "last_name", "arabic_name", "english_name", "full_name", "email",
    "department", "created_at",
)  # fmt: skip


def employee_rows_tell(rows: Mapping[UUID, tuple[str, Row]]) -> None:
    """Tell the other services of employees whose rows HR corrected: each with its key and the corrected row.

    Only the service of the employees does; they have come over in the caller's transaction.
    """
    if settings.SERVICE.name != owner_of(wire_name(EmployeeRowCorrected)):
        return
    publications = []
    for employee in FactsHere(make_plan(service_plan(), Facts())).employees_here(rows):
        key, row = rows[employee.id]
        event = EmployeeRowCorrected(
            employee_id=employee.id,
            company_id=employee.company_id,
            user_id=employee.user_id,
            key=key,
            row={column: cell for column in READ_BY_OTHERS if not isinstance(cell := row.get(column), bytes)},
        )
        # It has just come over, so this tells of its first version.
        publications.append(Publication(event, employee.id, employee.company_id, version=1))
    publish_many(publications)


def employee_row_take(event: EmployeeRowCorrected) -> None:
    """Take from an employee's row that HR corrected in the employee service what this service takes from it.

    In the caller's scope. Once: what came over already is not taken again.
    """
    old_id = plain(event.row.get("id"))
    employee = CarriedEmployee(event.employee_id, event.company_id, event.user_id)
    facts = FactsHere(make_plan(service_plan(), Facts()), {old_id: employee})
    import_lock()
    for entry in make_plan(service_plan(), facts):
        if entry.table != old_employees.TABLE:
            continue
        with all_companies(LEDGER):
            entered = ImportedRow.objects.filter(name=entry.name, key=event.key).first()
            run = ImportRun.objects.order_by("-created_at").first()
        if run is not None and (entered is None or entered.outcome not in CARRIED):
            run_id = entered.run_id if entered is not None else run.pk
            carry(entry, [LateRow(event.key, {**event.row}, run_id)], facts)
