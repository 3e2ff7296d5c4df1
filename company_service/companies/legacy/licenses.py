"""Licences out of the old application's file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from common.legacy import old_licenses
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.content import preserved
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, ToDo
from common.legacy.moments import written_at
from common.legacy.old_licenses import OldLicense, read_license
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row
from company_service.companies.services import (
    ImportedLicense,
    licenses_bring_over,
    licenses_import,
    licenses_take_back,
)
from company_service.companies.services.imports.licenses import CARRIED

BY_ITS_END: Final = "by its end"


def _carried(name: str, kind: str) -> Column[ImportedLicense]:
    def expected(args: ImportedLicense) -> Any:
        return getattr(args, name)

    return Column(name, kind, here=f"t.{name}", expected=expected)


ACCOUNT: Final = Account[ImportedLicense](
    source="licenses t",
    key="t.id",
    company="t.company_id",
    columns=(
        Column("old_id", "text", here="t.old_id", expected=lambda args: args.old_id),
        Column("company_id", "uuid", here="t.company_id", expected=lambda args: args.company_id),
        *(_carried(name, kind) for name, kind in CARRIED.items() if name != "status"),
        # One that follows from the end changes by itself, which is nobody's change.
        Column(
            "status",
            "text",
            here=f"CASE WHEN t.expires_on IS NULL OR t.status = 'pending' THEN t.status ELSE '{BY_ITS_END}' END",
            expected=lambda args: BY_ITS_END if args.is_dated else args.status,
        ),
    ),
    references={"company_id": "company"},
    moments=[written_at()],
)


def licenses_plan(facts: Facts) -> TableImport[ImportedLicense]:
    """The entry of the plan."""
    return TableImport(
        name="licenses",
        table=old_licenses.TABLE,
        map=lambda row, place: map_license(row, place, facts),
        write=write_licenses,
        change=change_licenses,
        remove=remove_licenses,
        account=ACCOUNT,
        rules=(
            "licenses: the status follows from the end, unless the licence is pending; of what ended before the"
            " import nobody is told.",
        ),
    )


def map_license(row: Row, place: int, facts: Facts) -> Outcome[ImportedLicense]:
    """An old licence as it is here."""
    company_id = facts.company_of(row)
    found = facts.accepted(old_licenses.TABLE, read_license, row, place, company_id=company_id)
    if isinstance(found, Quarantined):
        return found
    if company_id is None:
        return Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail=found.company_old_id)
    args = ImportedLicense(
        id=found.id,
        company_id=company_id,
        old_id=found.old_id,
        number=found.number,
        name=found.name,
        type=found.type,
        status=found.status,
        issued_on=found.issued_on,
        expires_on=found.expires_on,
        issuing_authority=found.issuing_authority,
        location=found.location,
        description=found.description,
        old_documents=found.documents,
        is_active=found.is_active,
        created_at=found.created_at,
    )
    return Imported(found.id, args, _todo(found, row, company_id), company_id)


def write_licenses(items: Sequence[Imported[ImportedLicense]]) -> Written:
    """Enter the licences; one whose company is not here is set aside."""
    refused = licenses_import([item.args for item in items])
    refusal = Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail="the company is not here")
    return Written(dict.fromkeys(refused, refusal))


def change_licenses(items: Sequence[Imported[ImportedLicense]]) -> Written:
    """Bring licences to what the old rows say now."""
    licenses_bring_over([item.args for item in items])
    return Written()


def remove_licenses(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take licences away."""
    return licenses_take_back(ids)


def _todo(found: OldLicense, row: Row, company_id: UUID) -> list[ToDo]:
    if not found.unreadable_documents:
        return []
    said = preserved(row, only=frozenset({"documents"}))["documents"]
    return [
        ToDo(
            ToDoKind.UNREADABLE_VALUE,
            SubjectKind.LICENSE,
            found.id,
            f"{found.name} ({found.number})",
            company_id,
            f"documents: {said}",
        )
    ]
