"""Published language of the company service."""

from uuid import UUID

from common.contracts.base import Command, Event, event


@event("company.created", owner="company")
class CompanyCreated(Event):
    """A company exists. ``old_id`` is set by an import."""

    company_id: UUID
    name: str
    name_ar: str = ""
    is_active: bool = True
    old_id: str | None = None


@event("company.updated", owner="company")
class CompanyUpdated(Event):
    """Name or status changed; the fields are the state after it."""

    company_id: UUID
    name: str
    name_ar: str = ""
    is_active: bool = True


@event("company.deactivated", owner="company")
class CompanyDeactivated(Event):
    """The company takes no more hires."""

    company_id: UUID


@event("department.created", owner="company")
class DepartmentCreated(Event):
    """A department exists."""

    department_id: UUID
    company_id: UUID
    name: str
    name_ar: str = ""
    parent_department_id: UUID | None = None
    is_active: bool = True


@event("department.updated", owner="company")
class DepartmentUpdated(Event):
    """A department changed; the fields are the state after it."""

    department_id: UUID
    company_id: UUID
    name: str
    name_ar: str = ""
    parent_department_id: UUID | None = None
    is_active: bool = True


@event("department.deleted", owner="company")
class DepartmentDeleted(Event):
    """A department is gone."""

    department_id: UUID
    company_id: UUID


@event("headcount.changed", owner="company")
class HeadcountChanged(Event):
    """The number of people employed by a company after folding its ledger."""

    company_id: UUID
    headcount: int
    delta: int


class UpdateHeadcount(Command):
    """Count one more (or ``delta``) person, if the company is active and has a free seat."""

    company_id: UUID
    employee_id: UUID
    department_id: UUID | None = None
    delta: int = 1


UPDATE_HEADCOUNT = "company.update_headcount"
ROLLBACK_COMPANY_HEADCOUNT = "company.rollback_company_headcount"
