"""What this service does with the events of others."""

from collections.abc import Sequence

from auth_service.users.services.hires import user_leave_company, users_activate_hired
from auth_service.users.services.roles import company_roles_create
from common.contracts.company import CompanyCreated
from common.contracts.employee import EmployeeHired, EmployeeTerminated
from common.messaging.consumers import Received, consumes, consumes_many
from common.messaging.envelopes import EventMeta


@consumes_many(CompanyCreated)
def companies_created(received: Sequence[Received]) -> None:
    """New companies get the default roles."""
    company_roles_create(event.company_id for event, _meta in received if isinstance(event, CompanyCreated))


@consumes_many(EmployeeHired)
def employees_hired(received: Sequence[Received]) -> None:
    """A hire is complete: the account may be used. An imported employee's account stays as it was imported."""
    hired = [event for event, _meta in received if isinstance(event, EmployeeHired)]
    users_activate_hired([event.user_id for event in hired if event.source == "saga"])


@consumes(EmployeeTerminated)
def employee_terminated(event: EmployeeTerminated, _meta: EventMeta) -> None:
    """Access ends with the employment."""
    user_leave_company(user_id=event.user_id, company_id=event.company_id, reason="employment_ended")
