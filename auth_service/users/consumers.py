"""What this service does with the events of others."""

from collections.abc import Sequence
from itertools import groupby

from auth_service.users.services.hires import user_leave_company, users_activate_hired
from auth_service.users.services.roles import company_roles_create, company_roles_forget
from common.contracts.company import CompanyCreated, CompanyRemoved
from common.contracts.employee import EmployeeHired, EmployeeTerminated
from common.messaging.consumers import Received, consumes_many


@consumes_many(CompanyCreated, CompanyRemoved)
def companies_changed(received: Sequence[Received]) -> None:
    """New companies get the default roles; those that were taken back keep the ones that people have."""
    is_here = {event.company_id: isinstance(event, CompanyCreated) for event, _meta in received}  # type: ignore[attr-defined]
    company_roles_forget([company_id for company_id, here in is_here.items() if not here])
    company_roles_create(company_id for company_id, here in is_here.items() if here)


@consumes_many(EmployeeHired, EmployeeTerminated)
def employments_changed(received: Sequence[Received]) -> None:
    """A complete hire switches the account on, the end of an employment ends access; in their order.

    An imported employee's account stays as it was imported.
    """
    for kind, run in groupby((event for event, _meta in received), key=type):
        if kind is EmployeeHired:
            hired = [event for event in run if isinstance(event, EmployeeHired) and event.source == "saga"]
            users_activate_hired([event.user_id for event in hired])
            continue
        for event in run:
            if isinstance(event, EmployeeTerminated):
                user_leave_company(
                    user_id=event.user_id, company_id=event.company_id, reason="employment_ended"
                )
