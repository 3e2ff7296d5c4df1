"""Published language of the company service."""

from datetime import date
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


@event("company.removed", owner="company")
class CompanyRemoved(Event):
    """A company that an import had brought was taken away again: it never was."""

    company_id: UUID


@event("company.handed_over", owner="company")
class CompanyHandedOver(Event):
    """From now on people work with the company here: what changes about it in the old application stays there."""

    company_id: UUID
    handed_over_by: UUID | None = None


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
    source: str = ""


@event("license.created", owner="company")
class LicenseCreated(Event):
    """A company has a licence. ``expires_on`` is its last valid day; none for one without an end."""

    license_id: UUID
    company_id: UUID
    number: str
    name: str
    license_type: str
    status: str
    issued_on: date | None = None
    expires_on: date | None = None
    source: str = ""


@event("license.updated", owner="company")
class LicenseUpdated(Event):
    """A licence changed, was renewed or (no longer ``is_active``) withdrawn; the fields are the state after it."""

    license_id: UUID
    company_id: UUID
    number: str
    name: str
    license_type: str
    status: str
    issued_on: date | None = None
    expires_on: date | None = None
    is_active: bool = True


@event("license.expiring", owner="company")
class LicenseExpiring(Event):
    """A licence ends in ``days_left`` days or fewer: ``step`` is the notice step reached, in days before the end."""

    license_id: UUID
    company_id: UUID
    number: str
    name: str
    expires_on: date
    days_left: int
    step: int


@event("license.expired", owner="company")
class LicenseExpired(Event):
    """The last valid day of a licence is over, -``days_left`` days ago; told again every week.

    ``step`` is the notice step reached: -1 at first, then -7, -14 and so on (see common/expiry.py).
    """

    license_id: UUID
    company_id: UUID
    number: str
    name: str
    expires_on: date
    days_left: int = -1
    step: int = -1


@event("license.removed", owner="company")
class LicenseRemoved(Event):
    """A licence that an import had brought was taken away again: it never was."""

    license_id: UUID
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
