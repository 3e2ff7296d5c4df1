"""What this service does upon others' events, beside keeping its copies of their names (common.reference).

An account's change of e-mail address is not among it: the login belongs to auth, the address on the
employee's record to HR, and the two may differ.
"""

from common.contracts.company import DepartmentDeleted
from common.messaging.consumers import consumes
from common.messaging.envelopes import EventMeta
from employee_service.employees.services.employment import department_forget


@consumes(DepartmentDeleted)
def leave_deleted_department(event: DepartmentDeleted, meta: EventMeta) -> None:
    """Nobody belongs to a department that is gone."""
    department_forget(company_id=event.company_id, department_id=event.department_id, source=event.source)
