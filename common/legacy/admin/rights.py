"""Who may decide about the rows of which table: whoever may make such things here by hand."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest

from common.legacy.monolith import TABLES
from common.security.principal import Principal
from common.security.staff_sessions import ApiCaller

NEEDED: Final[Mapping[str, str]] = {
    "users": "employees:create",
    "company_users": "employees:edit",
    "companies": "companies:create",
    "employees": "employees:create",
    "licenses": "employees:edit",
    "employee_leaves": "leave_requests:approve",
    "employee_deductions": "payroll:edit",
    "employee_violations": "performance:edit",
    "documents": "documents:upload",
    "notifications": "employees:edit",
}
PAY: Final = "payroll:view"


def asking(request: HttpRequest) -> Principal | None:
    """The staff member who sent the request, with their rights; None for nobody."""
    return request.user.principal() if isinstance(request.user, ApiCaller) else None


def tables_of(person: Principal | None) -> list[str]:
    """The old tables about whose rows the person may decide; an unknown table is the administrators'."""
    return [table for table in TABLES if person is not None and may_decide(person, table)]


def may_decide(person: Principal, table: str) -> bool:
    """Whether the person may decide about rows of ``table``."""
    return table in NEEDED and person.may(NEEDED[table])
