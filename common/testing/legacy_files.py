"""Files of the old application for tests: sound ones row by row, and a dirty one with known faults."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from common.legacy.monolith import TABLES

SECOND = 1_755_001_515
# bcrypt of cost 12, as the old application made it, of "legacy-pass-123".
PASSWORD_HASH = "$2b$12$/ikeLP2jjDhMHabSTHYkeuJfUkiOLicfBlcUCIGIAEuUunFSxInhK"
_TYPES = {
    "INTEGER": "created_at updated_at is_active is_archived email_verified total_employees total_licenses days",
    "REAL": "salary amount",
}
_COLUMN_TYPES = {column: kind for kind, columns in _TYPES.items() for column in columns.split()}

OldRows = Iterable[Mapping[str, Any]]


def company(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``companies``."""
    row = {"id": f"company-{number}", "name": f"شركة النيل {number}", "is_active": 1, "created_at": SECOND}
    return row | {"total_employees": 99, "establishment_date": "2020-01-15"} | values


def user(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``users``, a worker of company-1."""
    row = {
        "id": f"user-{number}",
        "email": f"user{number}@example.com",
        "first_name": "نورة",
        "last_name": "العنزي",
    }
    rest = {"password": PASSWORD_HASH, "role": "worker", "company_id": "company-1", "permissions": "[]"}
    return row | rest | {"is_active": 1, "created_at": SECOND} | values


def membership(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``company_users``: user-1 is a worker of company-2."""
    row = {"id": f"place-{number}", "user_id": "user-1", "company_id": "company-2", "role": "worker"}
    return row | {"permissions": "[]", "created_at": SECOND} | values


def license(number: int, /, **values: Any) -> dict[str, Any]:
    """A sound row of ``licenses``, of company-1, valid until 2099."""
    row = {"id": f"license-{number}", "company_id": "company-1", "name": "ترخيص تجاري", "type": "commercial"}
    dates = {"issue_date": "2020-01-01", "expiry_date": "2099-12-31", "status": "active"}
    return row | dates | {"number": f"LIC-{number}", "documents": "[]", "created_at": SECOND} | values


def employee(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``employees``, in company-1."""
    row = {"id": f"emp-{number}", "company_id": "company-1", "first_name": "محمد", "last_name": "أحمد"}
    named = {
        "arabic_name": "محمد أحمد إبراهيم",
        "email": f"employee{number}@example.com",
        "department": "المبيعات",
    }
    work = {"hire_date": "2020-02-01", "salary": 250.5, "status": "active", "skills": '["sales", "العربية"]'}
    return row | named | work | {"position": "محاسب", "created_at": SECOND} | values


def leave(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``employee_leaves``: of emp-1, approved by user-1."""
    row = {"id": f"leave-{number}", "employee_id": "emp-1", "type": "annual", "status": "approved"}
    days = {"start_date": f"2025-{number:02}-02", "end_date": f"2025-{number:02}-04", "days": 3}
    decided = {"approved_by": "user-1", "approved_at": SECOND, "reason": "سفر"}
    return row | days | decided | {"created_at": SECOND, "updated_at": SECOND} | values


def deduction(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``employee_deductions``: from emp-1, by user-1."""
    row = {"id": f"deduction-{number}", "employee_id": "emp-1", "type": "late", "amount": 12.5}
    rest = {"reason": "تأخير", "date": "2025-03-01", "status": "active", "processed_by": "user-1"}
    return row | rest | {"created_at": SECOND} | values


def violation(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``employee_violations``: of emp-1, reported by user-1."""
    row = {"id": f"violation-{number}", "employee_id": "emp-1", "type": "attendance", "severity": "medium"}
    rest = {"description": "تأخير", "date": "2025-03-01", "reported_by": "user-1"}
    return row | rest | {"created_at": SECOND} | values


def document(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``documents``, about emp-1."""
    row = {"id": f"doc-{number}", "entity_id": "emp-1", "entity_type": "employee", "name": "جواز سفر"}
    file = {"file_name": f"doc{number}.pdf", "file_url": f"/uploads/doc{number}.pdf", "file_size": None}
    said = {"type": "passport", "mime_type": "application/pdf", "tags": "[]", "uploaded_by": "user-1"}
    return row | file | said | {"is_active": 1, "created_at": SECOND, "updated_at": SECOND} | values


def notification(number: int, **values: Any) -> dict[str, Any]:
    """A sound row of ``notifications``, to user-1, unread."""
    row = {"id": f"note-{number}", "user_id": "user-1", "company_id": "company-1", "type": "leave"}
    texts = {"title": "طلب إجازة", "message": "تم تقديم طلب إجازة", "data": "{}"}
    return row | texts | {"is_read": 0, "created_at": SECOND} | values


def write_legacy_file(path: Path, **tables: OldRows) -> Path:
    """Write a file with these tables, each with the known columns and whatever else its rows have."""
    with closing(sqlite3.connect(path)) as file, file:
        for table, rows in tables.items():
            write_table(file, table, list(rows))
    return path


def write_table(file: sqlite3.Connection, table: str, rows: list[Mapping[str, Any]]) -> None:
    """Write one table; ids may repeat and be missing, as in files without declared keys."""
    columns = sorted(TABLES.get(table, frozenset()) | {column for row in rows for column in row})
    declared = ", ".join(f'"{column}" {_COLUMN_TYPES.get(column, "TEXT")}' for column in columns)
    file.execute(f'CREATE TABLE "{table}" ({declared})')
    for row in rows:
        names = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" * len(row))
        file.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))


# Employees that are set aside, each with the reason.
SET_ASIDE: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "orphan": ({"company_id": "company-gone"}, "unknown_company"),
    "no company": ({"company_id": None}, "unknown_company"),
    "no id": ({"id": None}, "missing_id"),
    "impossible birth": ({"date_of_birth": "1990-02-31"}, "unreadable_values"),
    "negative salary": ({"salary": -1.0}, "unreadable_values"),
    "long phone": ({"phone": "+965 " + "5" * 80}, "unreadable_values"),
    "broken skills": ({"skills": "[sales,"}, "unreadable_values"),
    "unknown status": ({"status": "suspended"}, "unreadable_values"),
    "no name": ({"first_name": None, "last_name": None, "arabic_name": None}, "unreadable_values"),
    "NUL in a name": ({"first_name": "a\x00b"}, "unreadable_values"),
    "not text": ({"position": b"\xff\xfe"}, "unreadable_values"),
}
# Employees that come in, each with the work it makes for HR.
CARRIED: Mapping[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "no e-mail": ({"email": None}, ("missing_email",)),
    "unusable e-mail": ({"email": "n/a"}, ("unusable_email",)),
    "no hire date": ({"hire_date": None}, ("missing_hire_date",)),
    "taken e-mail": ({"email": "USER1@example.com", "company_id": "company-2"}, ("duplicate_email",)),
    "day first": ({"hire_date": "31/12/2021"}, ()),
    "milliseconds": ({"created_at": SECOND * 1000}, ()),
    "amount in words": ({"salary": "1500 KD"}, ()),
    "long gone": ({"status": "archived", "archive_reason": "استقالة"}, ()),
}


def write_dirty_file(path: Path) -> Path:
    """Every fault of SET_ASIDE and CARRIED once, a repeated id, and faulty accounts and companies."""
    faults = [*(values for values, _ in SET_ASIDE.values()), *(values for values, _ in CARRIED.values())]
    employees = [employee(number, **values) for number, values in enumerate(faults, 1)]
    return write_legacy_file(
        path,
        companies=[
            company(1),
            company(2, name="Blue Nile", website="not an address", is_active=0),
            company(3, name=None),
        ],
        users=[
            user(1, role="company_manager"),
            user(2, email="USER1@Example.com"),
            user(3, role="administrative_employee"),
            user(4, role="emperor"),
            user(5, email=None),
            user(6, company_id=None),
            user(7, company_id="company-gone"),
            user(8, company_id=None, role="super_admin", permissions='["all"]'),
            user(9, password=""),
        ],
        employees=[*employees, employee(100), employee(100, first_name="أخرى")],
        sessions=[{"sid": "1", "sess": "{}", "expire": SECOND}],
        old_notes=[{"id": 1, "note": "unknown table"}],
    )
