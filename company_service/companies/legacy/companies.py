"""Companies out of the old application's file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from common.legacy import old_companies
from common.legacy.choices import SubjectKind, ToDoKind
from common.legacy.content import preserved
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, ToDo
from common.legacy.moments import written_at
from common.legacy.old_companies import OldCompany
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from common.legacy.staging import array_text
from company_service.companies.services import (
    CompanyFields,
    ImportedCompany,
    companies_bring_over,
    companies_import,
    companies_take_back,
)
from company_service.companies.services.imports.companies import CARRIED, UNSAID


def _carried(name: str, kind: str) -> Column[ImportedCompany]:
    def expected(args: ImportedCompany) -> Any:
        value: Any = args.fields[name]  # type: ignore[literal-required]
        return array_text(tuple(value)) if kind.endswith("[]") else value

    return Column(name, kind, here=f"t.{name}", expected=expected)


def _unsaid(name: str, value: str) -> Column[ImportedCompany]:
    return Column(name, "text", here=f"t.{name}", expected=lambda _args: value)


ACCOUNT: Final = Account[ImportedCompany](
    source="companies t",
    key="t.id",
    company="t.id",
    columns=(
        Column("old_id", "text", here="t.old_id", expected=lambda args: args.old_id),
        *(_carried(name, kind) for name, kind in CARRIED.items()),
        # What only people say: a company about which they have said something is not as the import left it.
        *(_unsaid(name, value) for name, value in UNSAID.items()),
        Column("seat_limit", "int", here="t.seat_limit", expected=lambda _args: None),
    ),
    moments=[written_at()],
)


def companies_plan(facts: Facts) -> TableImport[ImportedCompany]:
    """The entry of the plan."""
    return TableImport(
        name="companies",
        table=old_companies.TABLE,
        map=lambda row, place: map_company(row, place, facts),
        write=write_companies,
        change=change_companies,
        remove=remove_companies,
        account=ACCOUNT,
        rules=(
            "companies: total_employees and total_licenses are not carried, since they are wrong;"
            " people are counted anew.",
        ),
    )


def map_company(row: Row, place: int, facts: Facts) -> Outcome[ImportedCompany]:
    """An old company as it is here, with a to-do item for each value that could not be carried."""
    company = facts.company(row, place)
    if isinstance(company, Quarantined):
        return company
    args = ImportedCompany(
        id=company.id, old_id=company.old_id, fields=_fields(company), created_at=company.created_at
    )
    old_values = preserved(row)
    todo = [
        ToDo(
            ToDoKind.UNREADABLE_VALUE,
            SubjectKind.COMPANY,
            company.id,
            company.name,
            company.id,
            f"{column}: {old_values[column]}",
        )
        for column in company.unreadable
    ]
    return Imported(company.id, args, todo, company.id)


def write_companies(items: Sequence[Imported[ImportedCompany]]) -> Written:
    """Make the companies."""
    companies_import([item.args for item in items])
    return Written()


def change_companies(items: Sequence[Imported[ImportedCompany]]) -> Written:
    """Bring companies to what the old rows say now."""
    companies_bring_over([item.args for item in items])
    return Written()


def remove_companies(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take companies away."""
    return companies_take_back(ids)


def _fields(company: OldCompany) -> CompanyFields:
    texts = company.texts
    return CompanyFields(
        name=company.name,
        name_ar=company.name if is_arabic(company.name) else "",
        industry=texts.get("industry_type", ""),
        website=company.website,
        phone=texts.get("phone", ""),
        email=company.email,
        logo_url=company.logo_url,
        street=texts.get("address", ""),
        is_active=company.is_active,
        commercial_file_number=texts.get("commercial_file_number", ""),
        commercial_file_name=texts.get("commercial_file_name", ""),
        commercial_file_active=company.commercial_file_active,
        commercial_registration_number=texts.get("commercial_registration_number", ""),
        establishment_date=company.establishment_date,
        classification=texts.get("classification", ""),
        department=texts.get("department", ""),
        file_type=texts.get("file_type", ""),
        legal_entity=texts.get("legal_entity", ""),
        ownership_category=texts.get("ownership_category", ""),
        business_activity=texts.get("business_activity", ""),
        location=texts.get("location", ""),
        tax_number=texts.get("tax_number", ""),
        chambers=texts.get("chambers", ""),
        partnerships=list(company.partnerships),
        import_export_license=texts.get("import_export_license", ""),
        special_permits=list(company.special_permits),
    )
