"""The old application's columns: what kind of value each holds, what it refers to, and where it goes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import Problem
from common.legacy.emails import usable_email
from common.legacy.values import (
    Cell,
    ValueRefusedError,
    boolean,
    day,
    json_list,
    json_object,
    moment,
    money,
    text,
    text_list,
)


class Fate(TextChoices):
    """What becomes of a column that has no column of its own here."""

    ID = "id", _("the new id is made from it")
    OLD_VALUES = "old_values", _("kept with the old values of the employee's profile")
    RIGHTS = "rights", _("rights beyond the role are listed for HR, not granted")
    NOTES = "notes", _("kept where the row's text is kept")
    FOUND_ANEW = "found_anew", _("left in the file: found anew from what the row says")
    COUNTED_ANEW = "counted_anew", _("left in the file: it is wrong there and counted anew here")
    SECRET = "secret", _("left in the file: a key to the old application")
    SIGNED_IN = "signed_in", _("left in the file: everybody signs in anew")
    NO_PLACE = "no_place", _("left in the file: nothing here asks for it")
    UNKNOWN = "unknown", _("unknown: reported, and kept with whatever row is set aside")


_SEALED: Final = frozenset(
    {
        "employees.salary",
        "employees.civil_id",
        "employees.passport_number",
        "employees.residence_number",
        # Bank accounts and medical insurances are among them.
        Fate.OLD_VALUES,
    }
)


@dataclass(frozen=True)
class OldColumn:
    """One known column.

    ``read`` parses its values or raises ValueRefusedError. ``goes`` is a table and column here, or a Fate.
    ``refers`` names the old tables whose ids it holds. ``unique`` values are worth a word when they repeat.
    """

    read: Callable[[Cell], object]
    goes: str
    refers: tuple[str, ...] = ()
    unique: bool = False

    @property
    def secret(self) -> bool:
        """Whether its values must never be shown."""
        return self.goes in {Fate.SECRET, Fate.SIGNED_IN} or self.goes.endswith(".password")

    @property
    def is_quoted(self) -> bool:
        """Whether reports may quote its values: not what is sealed here."""
        return not (self.secret or (self.goes in _SEALED and not self.refers))

    @property
    def any_case(self) -> bool:
        """Whether spellings that differ by case only are one value."""
        return self.read is _address

    @property
    def destination(self) -> str:
        """Where it goes, in the reader's language when that is a sentence."""
        return str(Fate(self.goes).label) if self.goes in Fate.values else self.goes


def _yes_or_no(cell: Cell) -> bool:
    return boolean(cell, default=False)


def _address(cell: Cell) -> str:
    if text(cell) and not usable_email(cell):
        raise ValueRefusedError(Problem.NOT_AN_EMAIL)
    return usable_email(cell)


def _whole_number(cell: Cell) -> int | None:
    written = text(cell)
    try:
        number = int(written) if written else None
    except ValueError:
        raise ValueRefusedError(Problem.NOT_A_NUMBER) from None
    if number is not None and number < 0:
        raise ValueRefusedError(Problem.NEGATIVE)
    return number


# The service whose analysis looks at a table's values; every table is looked at once.
OWNERS: Final[Mapping[str, str]] = {
    "users": "auth",
    "company_users": "auth",
    "refresh_tokens": "auth",
    "sessions": "auth",
    "companies": "company",
    "licenses": "company",
    "employees": "employee",
    "employee_leaves": "employee",
    "employee_deductions": "employee",
    "employee_violations": "employee",
    "documents": "document",
    "notifications": "notification",
}
# Words that stand for nobody in columns that hold an id.
NOBODY: Final = ("default", "unknown", "system")

_KINDS: Final[Mapping[str, Callable[[Cell], object]]] = {
    "text": text,
    "email": _address,
    "bool": _yes_or_no,
    "day": day,
    "moment": moment,
    "money": money,
    "number": _whole_number,
    "texts": text_list,
    "list": json_list,
    "object": json_object,
}
# One line a column: name, kind, where it goes, and what it refers to or that it should not repeat.
_WRITTEN: Final[Mapping[str, str]] = {
    "users": """
        id                          text    id                              unique
        email                       email   users.email                     unique
        first_name                  text    users.first_name
        last_name                   text    users.last_name
        password                    text    users.password
        profile_image_url           text    no_place
        role                        text    user_roles.role_id
        company_id                  text    user_roles.company_id           companies
        permissions                 texts   rights
        is_active                   bool    users.is_active
        email_verified              bool    users.email_verified
        email_verification_token    text    secret
        email_verification_expires  moment  secret
        password_reset_token        text    secret
        password_reset_expires      moment  secret
        last_password_change        moment  no_place
        last_login_at               moment  users.last_login
        sub                         text    no_place
        claims                      text    no_place
        created_at                  moment  users.created_at
        updated_at                  moment  no_place
    """,
    "company_users": """
        id                          text    id                              unique
        company_id                  text    user_roles.company_id           companies
        user_id                     text    user_roles.user_id              users
        role                        text    user_roles.role_id
        permissions                 texts   rights
        created_at                  moment  user_roles.created_at
        updated_at                  moment  no_place
    """,
    "companies": """
        id                              text    companies.old_id                    unique
        name                            text    companies.name
        commercial_file_number          text    companies.commercial_file_number    unique
        commercial_file_name            text    companies.commercial_file_name
        commercial_file_status          bool    companies.commercial_file_active
        establishment_date              day     companies.establishment_date
        commercial_registration_number  text    companies.commercial_registration_number unique
        classification                  text    companies.classification
        department                      text    companies.department
        file_type                       text    companies.file_type
        legal_entity                    text    companies.legal_entity
        ownership_category              text    companies.ownership_category
        logo_url                        text    companies.logo_url
        address                         text    companies.street
        phone                           text    companies.phone
        email                           email   companies.email
        website                         text    companies.website
        total_employees                 number  counted_anew
        total_licenses                  number  counted_anew
        is_active                       bool    companies.is_active
        industry_type                   text    companies.industry
        business_activity               text    companies.business_activity
        location                        text    companies.location
        tax_number                      text    companies.tax_number
        chambers                        text    companies.chambers
        partnerships                    texts   companies.partnerships
        import_export_license           text    companies.import_export_license
        special_permits                 texts   companies.special_permits
        created_at                      moment  companies.created_at
        updated_at                      moment  no_place
    """,
    "employees": """
        id                  text    employees.old_id                            unique
        company_id          text    employees.company_id                        companies
        license_id          text    old_values                                  licenses
        first_name          text    employees.first_name
        last_name           text    employees.last_name
        arabic_name         text    employees.full_name_ar
        english_name        text    employees.full_name_en
        passport_number     text    employees.passport_number                   unique
        civil_id            text    employees.civil_id                          unique
        nationality         text    employees.nationality
        date_of_birth       day     employee_profiles.date_of_birth
        gender              text    employee_profiles.gender
        marital_status      text    employee_profiles.marital_status
        employee_type       text    employees.employee_type
        status              text    employees.employment_status
        position            text    employees.position
        department          text    departments.name
        hire_date           day     employees.hire_date
        salary              money   employees.salary
        phone               text    employees.phone
        email               email   employees.email                             unique
        address             text    employee_profiles.address
        emergency_contact   text    employee_profiles.emergency_contact_name
        emergency_phone     text    employee_profiles.emergency_contact_phone
        photo_url           text    old_values
        documents           list    old_values
        skills              texts   employee_profiles.skills
        notes               text    employee_profiles.notes
        full_name           text    employees.full_name_en
        job_title           text    old_values
        residence_number    text    employees.residence_number                  unique
        residence_expiry    day     employees.residence_expiry
        medical_insurance   text    old_values
        bank_account        text    old_values
        work_permit_start   day     old_values
        work_permit_end     day     old_values
        is_archived         bool    employees.archived
        archive_reason      text    employees.termination_reason
        created_at          moment  employees.created_at
        updated_at          moment  no_place
    """,
    "licenses": """
        id                  text    licenses.old_id             unique
        company_id          text    licenses.company_id         companies
        name                text    licenses.name
        type                text    licenses.type
        number              text    licenses.number             unique
        status              text    licenses.status
        issue_date          day     licenses.issued_on
        expiry_date         day     licenses.expires_on
        issuing_authority   text    licenses.issuing_authority
        location            text    licenses.location
        description         text    licenses.description
        documents           list    licenses.old_documents
        is_active           bool    licenses.is_active
        created_at          moment  licenses.created_at
        updated_at          moment  no_place
    """,
    "employee_leaves": """
        id                  text    leaves.old_id               unique
        employee_id         text    leaves.employee_id          employees
        type                text    leaves.leave_type
        status              text    leaves.status
        start_date          day     leaves.start_date
        end_date            day     leaves.end_date
        days                number  leaves.days
        reason              text    leaves.reason
        approved_by         text    leaves.decided_by           users
        approved_at         moment  leaves.decided_at
        rejection_reason    text    leaves.decision_reason
        created_at          moment  leaves.created_at
        updated_at          moment  leaves.decided_at
    """,
    "employee_deductions": """
        id                  text    deductions.old_id           unique
        employee_id         text    deductions.employee_id      employees
        type                text    deductions.deduction_type
        amount              money   deductions.amount
        reason              text    deductions.description
        date                day     deductions.effective_date
        status              text    deductions.status
        processed_by        text    deductions.recorded_by      users
        created_at          moment  deductions.created_at
    """,
    "employee_violations": """
        id                  text    violations.old_id           unique
        employee_id         text    violations.employee_id      employees
        type                text    violations.violation_type
        description         text    violations.description
        date                day     violations.occurred_on
        reported_by         text    violations.reported_by      users
        severity            text    violations.severity
        created_at          moment  violations.created_at
    """,
    "documents": """
        id                  text    id                          unique
        entity_id           text    documents.employee_id       employees,companies,licenses,users
        entity_type         text    found_anew
        name                text    documents.title
        type                text    documents.document_type
        file_name           text    documents.filename
        file_url            text    documents.old_values        unique
        file_size           number  documents.old_values
        mime_type           text    documents.mime_type
        description         text    documents.description
        tags                texts   documents.tags
        uploaded_by         text    documents.uploaded_by       users
        is_active           bool    documents.is_archived
        created_at          moment  documents.created_at
        updated_at          moment  documents.updated_at
    """,
    "notifications": """
        id                  text    id                          unique
        user_id             text    notifications.user_id       users
        company_id          text    notifications.company_id    companies
        type                text    notifications.category
        title               text    notifications.title
        message             text    notifications.message
        data                object  notifications.metadata
        is_read             bool    notifications.read_at
        created_at          moment  notifications.created_at
    """,
    "refresh_tokens": """
        id          text    signed_in
        user_id     text    signed_in
        token_hash  text    signed_in
        family_id   text    signed_in
        created_at  moment  signed_in
        expires_at  moment  signed_in
        revoked_at  moment  signed_in
        replaced_by text    signed_in
        user_agent  text    signed_in
        ip          text    signed_in
    """,
    "sessions": """
        sid     text    signed_in
        sess    text    signed_in
        expire  moment  signed_in
    """,
}


def _columns(lines: str) -> Iterator[tuple[str, OldColumn]]:
    for line in lines.strip().splitlines():
        name, kind, goes, *rest = line.split()
        unique = rest == ["unique"]
        refers = tuple(rest[0].split(",")) if rest and not unique else ()
        yield name, OldColumn(_KINDS[kind], goes, refers, unique)


COLUMNS: Final[Mapping[str, Mapping[str, OldColumn]]] = {
    table: dict(_columns(lines)) for table, lines in _WRITTEN.items()
}
