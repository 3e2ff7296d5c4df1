"""Follows the events behind the copies that this service asked for in its ``Service(reference=…)``.

Nothing is registered for the others, so that no feed is followed in vain.
"""

from django.conf import settings

from common.contracts.auth import (
    RoleAssigned,
    RoleRevoked,
    UserCreated,
    UserDeactivated,
    UserDeleted,
    UserUpdated,
)
from common.contracts.base import Event
from common.contracts.company import (
    CompanyCreated,
    CompanyDeactivated,
    CompanyRemoved,
    CompanyUpdated,
    DepartmentCreated,
    DepartmentDeleted,
    DepartmentUpdated,
)
from common.contracts.employee import (
    EmployeeArchived,
    EmployeeHired,
    EmployeeRemoved,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
)
from common.messaging.consumers import BatchHandler, consumes_many
from common.reference.services import companies_apply, departments_apply, employees_apply, users_apply

FOLLOWED: dict[str, tuple[BatchHandler, tuple[type[Event], ...]]] = {
    "company": (companies_apply, (CompanyCreated, CompanyUpdated, CompanyDeactivated, CompanyRemoved)),
    "department": (departments_apply, (DepartmentCreated, DepartmentUpdated, DepartmentDeleted)),
    "user": (
        users_apply,
        (UserCreated, UserUpdated, UserDeactivated, UserDeleted, RoleAssigned, RoleRevoked),
    ),
    "employee": (
        employees_apply,
        (
            EmployeeHired,
            EmployeeUpdated,
            EmployeeTransferred,
            EmployeeTerminated,
            EmployeeArchived,
            EmployeeRemoved,
        ),
    ),
}

for kind in settings.SERVICE.reference:
    handler, classes = FOLLOWED[kind]
    consumes_many(*classes)(handler)
