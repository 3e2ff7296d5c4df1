"""Where imported things are edited, in the service that owns them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from common.legacy.choices import SubjectKind

_OF_SUBJECT: Final[Mapping[str, str]] = {
    SubjectKind.USER: "users_user",
    SubjectKind.COMPANY: "companies_company",
    SubjectKind.DEPARTMENT: "companies_department",
    SubjectKind.LICENSE: "companies_license",
    SubjectKind.EMPLOYEE: "employees_employee",
    SubjectKind.LEAVE: "employees_leave",
    SubjectKind.DEDUCTION: "employees_deduction",
    SubjectKind.VIOLATION: "employees_violation",
    SubjectKind.DOCUMENT: "documents_document",
    SubjectKind.NOTIFICATION: "notifications_notification",
}
# By old table, and by what it becomes here where that is called otherwise.
_SUBJECT_OF_TABLE: Final[Mapping[str, SubjectKind]] = {
    "departments": SubjectKind.DEPARTMENT,
    "leaves": SubjectKind.LEAVE,
    "deductions": SubjectKind.DEDUCTION,
    "violations": SubjectKind.VIOLATION,
    "users": SubjectKind.USER,
    "companies": SubjectKind.COMPANY,
    "licenses": SubjectKind.LICENSE,
    "employees": SubjectKind.EMPLOYEE,
    "employee_leaves": SubjectKind.LEAVE,
    "employee_deductions": SubjectKind.DEDUCTION,
    "employee_violations": SubjectKind.VIOLATION,
    "documents": SubjectKind.DOCUMENT,
    "notifications": SubjectKind.NOTIFICATION,
}


def page_of_subject(kind: str, subject_id: UUID) -> str:
    """The address of the subject's page; empty when it is another service's."""
    try:
        return reverse(f"admin:{_OF_SUBJECT[kind]}_change", args=[subject_id])
    except (KeyError, NoReverseMatch):
        return ""


def page_of(table: str, target_id: UUID | None) -> str:
    """The address of the page of what a row of the old ``table``, or of an entry of the plan, became."""
    kind = _SUBJECT_OF_TABLE.get(table)
    return page_of_subject(kind, target_id) if kind is not None and target_id is not None else ""
