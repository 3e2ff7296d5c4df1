"""Bulk entrances for an import: a few statements for any number of rows, an event for each new one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.contracts.company import CompanyCreated, DepartmentCreated
from common.messaging.services import Publication, publish_many
from common.search import company_name_folded, fold
from company_service.companies.models import Company, Department
from company_service.companies.services.companies import CompanyFields

BATCH = 500


@dataclass(frozen=True)
class ImportedCompany:
    """A company of the old system under the id derived from it; times without a value become the import's."""

    id: UUID
    old_id: str
    fields: CompanyFields
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class ImportedDepartment:
    """A department that the old system knew only as a text in its employees' rows."""

    id: UUID
    company_id: UUID
    name: str
    name_ar: str = ""


@dataclass
class _Known:
    """Sister departments by folded name, as the unique constraint compares them."""

    names: set[tuple[UUID, str]] = field(default_factory=set)

    def adds(self, company_id: UUID, name: str) -> bool:
        """Whether the name is new in the company; it is known from then on."""
        key = (company_id, fold(name))
        if key in self.names:
            return False
        self.names.add(key)
        return True


@transaction.atomic
def companies_import(rows: Sequence[ImportedCompany]) -> set[UUID]:
    """Create the companies that are not here yet and return their ids; the others stay as HR has them by now.

    An old id or an id that is here counts as the same company.
    """
    here = set(Company.objects.filter(pk__in=[row.id for row in rows]).values_list("pk", flat=True))
    new = {row.id: row for row in rows if row.id not in here}
    companies = Company.objects.bulk_create([_company(row) for row in new.values()], batch_size=BATCH)
    publish_many(
        Publication(
            CompanyCreated(
                company_id=company.id,
                name=company.name,
                name_ar=company.name_ar,
                is_active=company.is_active,
                old_id=company.old_id,
            ),
            company.id,
            company.id,
            company.version,
        )
        for company in companies
    )
    return set(new)


@transaction.atomic
def departments_import(rows: Iterable[ImportedDepartment]) -> set[UUID]:
    """Create the top-level departments whose name a company lacks; returns the ids of the new ones."""
    rows = list(rows)
    companies = {row.company_id for row in rows}
    top = Department.objects.filter(company_id__in=companies, parent=None)
    known = _Known(set(top.values_list("company_id", "name_folded")))
    departments = Department.objects.bulk_create(
        [
            Department(
                id=row.id,
                company_id=row.company_id,
                name=row.name,
                name_ar=row.name_ar,
                name_folded=fold(row.name),
                name_ar_folded=fold(row.name_ar),
            )
            for row in rows
            if known.adds(row.company_id, row.name)
        ],
        batch_size=BATCH,
    )
    publish_many(
        Publication(
            DepartmentCreated(
                department_id=department.id,
                company_id=department.company_id,
                name=department.name,
                name_ar=department.name_ar,
            ),
            department.id,
            department.company_id,
            department.version,
        )
        for department in departments
    )
    return {department.id for department in departments}


def _company(row: ImportedCompany) -> Company:
    company = Company(id=row.id, old_id=row.old_id, **row.fields)
    company.name_folded = company_name_folded(company.name)
    company.name_ar_folded = company_name_folded(company.name_ar)
    if row.created_at is not None:
        company.created_at = row.created_at
    if row.updated_at is not None:
        company.updated_at = row.updated_at
    return company
