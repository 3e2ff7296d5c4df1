"""What services do about the old file when they hear of it from each other.

Nothing is registered in a service that has no use for it, so that no feed is followed in vain.
"""

from collections.abc import Sequence

from django.conf import settings

from common.contracts.base import owner_of, wire_name
from common.contracts.company import CompanyHandedOver
from common.contracts.employee import EmployeeRowCorrected
from common.legacy import old_employees
from common.legacy.corrected_employees import employee_row_take
from common.legacy.facts import Facts
from common.legacy.handing_over import companies_note_handed_over
from common.legacy.plans import make_plan, service_plan
from common.messaging.consumers import Received, consumes_many


def companies_handed_over(received: Sequence[Received]) -> None:
    """A company that the company service handed over is handed over here, too."""
    for event, _meta in received:
        if isinstance(event, CompanyHandedOver):
            companies_note_handed_over([event.company_id], by=event.handed_over_by)


def employee_rows_corrected(received: Sequence[Received]) -> None:
    """What this service takes from an employee's row comes over when HR has corrected the row."""
    for event, _meta in received:
        if isinstance(event, EmployeeRowCorrected):
            employee_row_take(event)


def _takes_from_employees() -> bool:
    return any(entry.table == old_employees.TABLE for entry in make_plan(service_plan(), Facts()))


service = settings.SERVICE
if service.legacy and service.name != owner_of(wire_name(CompanyHandedOver)):
    consumes_many(CompanyHandedOver)(companies_handed_over)
if service.legacy and service.name != owner_of(wire_name(EmployeeRowCorrected)) and _takes_from_employees():
    consumes_many(EmployeeRowCorrected)(employee_rows_corrected)
