"""Who reports to whom."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from common.security.principal import Principal
from employee_service.employees.choices import Lifecycle
from employee_service.employees.models import Employee
from employee_service.employees.selectors.visibility import employees_visible_to

# UNION drops those met before, so that even a circle of managers ends.
_ALL_BELOW = """
WITH RECURSIVE below(id) AS (
  SELECT id FROM employees WHERE company_id = %s AND manager_id = %s AND lifecycle = 'current'
  UNION
  SELECT e.id FROM employees e JOIN below ON e.manager_id = below.id
   WHERE e.company_id = %s AND e.lifecycle = 'current'
)
SELECT id FROM below
"""


def reports_of(person: Principal, manager: Employee, *, everyone: bool = False) -> QuerySet[Employee]:
    """Those who report to ``manager`` now and whom the person may see.

    They report directly; with ``everyone`` also through others, down to the last.
    """
    reports = employees_visible_to(person).filter(company_id=manager.company_id, lifecycle=Lifecycle.CURRENT)
    if not everyone:
        return reports.filter(manager=manager)
    values = [manager.company_id, manager.id, manager.company_id]
    below = RawSQL(_ALL_BELOW, values)  # noqa: S611  # nosec B611 - our own SQL, values are parameters
    return reports.filter(id__in=below).exclude(id=manager.id)
