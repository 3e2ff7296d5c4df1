"""A made-up company group as the old application would have kept it: its whole file, of any size.

``python -m tests.legacy.old_system OUT.db --employees 200000 --faults 0.02``; the same seed gives the same file.
"""

import argparse
import json
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from common.legacy.monolith import TABLES
from common.testing.legacy_files import PASSWORD_HASH
from tests.legacy.faults import FAULTS, Row

INTEGERS: Final = frozenset(
    {
        "is_active", "is_archived", "is_read", "email_verified", "email_verification_expires",
        "password_reset_expires", "last_password_change", "last_login_at", "commercial_file_status",
        "total_employees", "total_licenses", "days", "approved_at", "file_size", "created_at",
        "updated_at", "expires_at", "revoked_at", "expire",
    }
)  # fmt: skip
REALS: Final = frozenset({"salary", "amount"})
# The columns by which the old application looks rows up.
INDEXED: Final = {
    "company_users": "user_id", "employees": "company_id", "licenses": "company_id", "notifications": "user_id",
    "employee_leaves": "employee_id", "employee_deductions": "employee_id", "documents": "entity_id",
    "employee_violations": "employee_id",
}  # fmt: skip
FIRST_NAMES: Final = (
    "محمد", "عبدالله", "نورة", "فاطمة", "خالد", "دلال", "يوسف", "مريم", "Rajesh", "Lakshmi", "Joseph", "Grace",
    "Mahmoud", "Nada", "Tariq", "José", "Chloë", "Ng", "Abdul Rahman", "Zeynep",
)  # fmt: skip
LAST_NAMES: Final = (
    "العنزي", "الرشيدي", "المطيري", "الصباح", "العجمي", "بن علي", "Pillai", "Da Silva", "O'Connor", "Al-Sayed",
    "Van Dyke", "Cruz", "Hussain", "Fernandes", "Öztürk", "Sheikh",
)  # fmt: skip
DEPARTMENTS: Final = (
    "المبيعات",
    "المحاسبة",
    "المستودع",
    "الخياطة",
    "Human Resources",
    "IT",
    "Marketing",
    None,
)
POSITIONS: Final = (
    "بائع",
    "محاسب",
    "خياط",
    "سائق",
    "مدير فرع",
    "Cashier",
    "Store keeper",
    "Accountant",
    "Cook",
)
NATIONALITIES: Final = ("كويتي", "مصري", "هندي", "سوري", "Filipino", "Bangladeshi", "Nepalese", None)
ROLES: Final = ("company_manager", "supervisor", "employee", "worker", "worker", "worker")
STATUSES: Final = (*["active"] * 12, "inactive", "on_leave", "terminated", "archived")
LICENSE_TYPES: Final = (
    "main",
    "branch",
    "commercial",
    "industrial",
    "professional",
    "import_export",
    "tailoring",
)
LEAVE_TYPES: Final = ("annual", "annual", "annual", "sick", "emergency", "maternity", "unpaid")
DEDUCTION_TYPES: Final = ("late", "absence", "loan", "insurance", "other")
PAPERS: Final = ("passport", "residence", "civil_id", "work_permit", "contract", "health_certificate")
COMPANY_PAPERS: Final = ("establishment_document", "tax_certificate", "chamber_membership", "fire_permit")
EPOCH: Final = date(2018, 1, 1)
DAYS: Final = 2_750


class OldSystem:
    """Makes rows table by table; ``counts`` says how many of each table, and of each fault (``table/fault``)."""

    def __init__(self, *, employees: int, companies: int, faults: float, seed: int) -> None:
        self._random = random.Random(seed)
        self._sizes = {"employees": employees, "companies": companies, "users": max(2, employees // 8)}
        self._faults = faults
        self.counts: Counter[str] = Counter()
        # Their own source, so that ids, which all rows share, take one call each.
        self._ids = random.Random(seed + 1)
        self._companies = [self._id("company", number) for number in range(companies)]
        self._users = [self._id("user", number) for number in range(self._sizes["users"])]
        self._licenses: list[tuple[str, str]] = []

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each table with its rows; the employees' come with what hangs on them."""
        yield "companies", self._spoiled("companies", map(self._company, range(self._sizes["companies"])))
        yield "licenses", self._spoiled("licenses", self._licenses_of_all())
        yield "users", self._spoiled("users", map(self._user, range(self._sizes["users"])))
        yield "company_users", self._spoiled("company_users", self._places())
        yield (
            "documents",
            self._spoiled("documents", map(self._company_paper, range(self._sizes["companies"]))),
        )

    def people(self) -> Iterator[dict[str, list[Row]]]:
        """The employees one by one: rows by table, of the employee and of what hangs on them."""
        for number in range(self._sizes["employees"]):
            person = self._employee(number)
            found = {"employees": [person]}
            for table, row in self._of_employee(number, person):
                found.setdefault(table, []).append(row)
            yield {table: list(self._spoiled(table, iter(rows))) for table, rows in found.items()}

    def left_behind(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Tables that nobody carries over."""
        yield (
            "sessions",
            ({"sid": self._hex(), "sess": "{}", "expire": self._moment()} for _ in self._users[:200]),
        )
        yield "refresh_tokens", (
            {
                "id": self._hex(), "user_id": user, "token_hash": self._hex(), "family_id": self._hex(),
                "created_at": self._moment(), "expires_at": self._moment(),
            }
            for user in self._users[:200]
        )  # fmt: skip

    def _spoiled(self, table: str, rows: Iterator[Row]) -> Iterator[Row]:
        kinds = sorted(FAULTS.get(table, {}))
        for row in rows:
            self.counts[table] += 1
            if kinds and self._random.random() < self._faults:
                kind = self._random.choice(kinds)
                self.counts[f"{table}/{kind}"] += 1
                yield row | FAULTS[table][kind](row, self._random)
            else:
                yield row

    def _company(self, number: int) -> Row:
        at, name = self._moment(), self._one(LAST_NAMES)
        return {
            "id": self._companies[number], "name": f"شركة {name} {number + 1}",
            "commercial_file_number": f"{330_000 + number}", "commercial_file_name": f"{name} Trading {number + 1}",
            "commercial_file_status": 1, "establishment_date": self._day(1985, 2019), "classification": "WLL",
            "department": "وزارة التجارة والصناعة", "legal_entity": "WLL", "address": "شرق، قطعة 3",
            "phone": f"+965 22{number:06}", "email": f"office{number + 1}@group{number + 1}.example",
            "total_employees": self._random.randrange(90), "total_licenses": 0,
            "is_active": int(number % 40 != 39), "industry_type": "أقمشة", "location": "المباركية",
            "tax_number": f"KW-{number:07}", "partnerships": "[]", "special_permits": '["دوام ليلي"]',
            "created_at": at, "updated_at": at + 86_400,
        }  # fmt: skip

    def _licenses_of_all(self) -> Iterator[Row]:
        for number, company in enumerate(self._companies):
            for which in range(1 + number % 4):
                license_id, at, issued = self._hex(), self._moment(), self._date(2019, 2024)
                self._licenses.append((license_id, company))
                yield {
                    "id": license_id, "company_id": company, "name": f"ترخيص {which + 1}",
                    "type": LICENSE_TYPES[(number + which) % len(LICENSE_TYPES)],
                    "number": f"{2010 + which}/{number:05}", "status": self._one(("active", "active", "pending")),
                    "issue_date": f"{issued}", "expiry_date": f"{issued + timedelta(days=365 * (2 + which))}",
                    "issuing_authority": "بلدية الكويت", "location": "حولي", "documents": "[]", "is_active": 1,
                    "created_at": at, "updated_at": at,
                }  # fmt: skip

    def _user(self, number: int) -> Row:
        at, upper = self._moment(), number % 9 == 0
        email = f"staff.{number}@group.example"
        return {
            "id": self._users[number], "email": email.upper() if upper else email,
            "first_name": self._one(FIRST_NAMES), "last_name": self._one(LAST_NAMES), "password": PASSWORD_HASH,
            "role": "super_admin" if number == 0 else self._one(ROLES),
            "company_id": None if number == 0 else self._home(number), "permissions": '["employees:view"]',
            "is_active": int(number % 25 != 24), "email_verified": 1, "last_login_at": at + 40_000,
            "created_at": at, "updated_at": at,
        }  # fmt: skip

    def _places(self) -> Iterator[Row]:
        for number, user in enumerate(self._users[1:], 1):
            homes = {self._home(number), *(self._home(number + 1 + more) for more in range(number % 7 == 0))}
            for home in sorted(homes):
                at = self._moment()
                yield {
                    "id": self._hex(), "company_id": home, "user_id": user, "role": self._one(ROLES),
                    "permissions": "[]", "created_at": at, "updated_at": at,
                }  # fmt: skip

    def _employee(self, number: int) -> Row:
        at, first, last = self._moment(), self._one(FIRST_NAMES), self._one(LAST_NAMES)
        company = self._home(number)
        license_id, owner = self._licenses[number % len(self._licenses)]
        kuwaiti = number % 11 == 0
        return {
            "id": self._id("emp", number), "company_id": company,
            "license_id": license_id if owner == company else None, "first_name": first, "last_name": last,
            "arabic_name": f"{first} {last}", "english_name": f"Person {number}",
            "passport_number": f"N{10_000_000 + number}",
            "civil_id": f"2{self._random.randrange(10**11):011}", "nationality": self._one(NATIONALITIES),
            "date_of_birth": self._day(1958, 2003), "gender": self._one(("male", "female", None)),
            "marital_status": self._one(("single", "married", None)),
            "employee_type": "citizen" if kuwaiti else "expatriate", "status": self._one(STATUSES),
            "position": self._one(POSITIONS), "department": self._one(DEPARTMENTS),
            "hire_date": self._day(2010, 2024), "salary": self._random.randrange(75_000, 2_900_000) / 1_000,
            "phone": f"+965 6{self._random.randrange(10**7):07}", "email": f"person.{number}@group.example",
            "address": "السالمية", "emergency_contact": self._one(FIRST_NAMES), "emergency_phone": "+965 99887766",
            "documents": "[]", "skills": self._one(('["خياطة", "بيع"]', '["driving"]', "[]")),
            "notes": self._one((None, None, "ينقل إلى فرع الجهراء")), "full_name": f"{first} {last}",
            "job_title": self._one(POSITIONS), "residence_number": None if kuwaiti else f"{300_000_000 + number}",
            "residence_expiry": None if kuwaiti else self._day(2025, 2028),
            "bank_account": f"KW81CBKU{self._random.randrange(10**22):022}",
            "work_permit_start": self._day(2020, 2024), "work_permit_end": self._day(2025, 2028),
            "is_archived": 0, "created_at": at, "updated_at": at + 3_600,
        }  # fmt: skip

    def _of_employee(self, number: int, person: Row) -> Iterator[tuple[str, Row]]:
        employee, at = str(person["id"]), int(person["created_at"])
        by = self._one(self._users)
        if number % 2 == 0:
            for year in range(2023, 2024 + (number % 4 == 0)):
                yield "employee_leaves", self._leave(employee, year, by)
        if number % 6 == 0:
            yield "employee_deductions", {
                "id": self._hex(), "employee_id": employee, "type": self._one(DEDUCTION_TYPES),
                "amount": self._random.randrange(250, 90_000) / 1_000, "reason": "تأخير متكرر",
                "date": self._day(2023, 2025), "status": self._one(("active", "completed", "cancelled")),
                "processed_by": by, "created_at": at,
            }  # fmt: skip
        if number % 10 == 0:
            yield "employee_violations", {
                "id": self._hex(), "employee_id": employee, "type": self._one(("attendance", "conduct", "safety")),
                "description": "غادر قبل انتهاء الدوام", "date": self._day(2022, 2025), "reported_by": by,
                "severity": self._one(("low", "medium", "high")), "created_at": at,
            }  # fmt: skip
        if number % 3 == 0:
            yield "documents", self._document(employee, "employee", self._one(PAPERS), by)
        if number % 4 == 0:
            yield "notifications", {
                "id": self._hex(), "user_id": by, "company_id": person["company_id"], "type": "leave",
                "title": "طلب إجازة جديد", "message": "قدّم أحد الموظفين طلب إجازة",
                "data": json.dumps({"employee_id": employee}), "is_read": number % 8 // 4, "created_at": at,
            }  # fmt: skip

    def _leave(self, employee: str, year: int, by: str) -> Row:
        start = date(year, 1, 1) + timedelta(days=self._random.randrange(300))
        days, status = self._random.randint(1, 12), self._one(("pending", "approved", "approved", "rejected"))
        at = self._moment()
        return {
            "id": self._hex(), "employee_id": employee, "type": self._one(LEAVE_TYPES), "status": status,
            "start_date": f"{start}", "end_date": f"{start + timedelta(days=days - 1)}", "days": days,
            "reason": self._one(("سفر", "ظرف عائلي", None)),
            "approved_by": None if status == "pending" else by, "approved_at": None if status == "pending" else at,
            "rejection_reason": "ضغط العمل" if status == "rejected" else None, "created_at": at, "updated_at": at,
        }  # fmt: skip

    def _company_paper(self, number: int) -> Row:
        owner = self._companies[number]
        return self._document(owner, "company", self._one(COMPANY_PAPERS), self._one(self._users))

    def _document(self, owner: str, kind: str, paper: str, by: str) -> Row:
        at, name = self._moment(), self._hex()[:12].lower()
        return {
            "id": self._hex(), "entity_id": owner, "entity_type": kind, "name": f"نسخة {paper}", "type": paper,
            "file_name": f"{paper}.pdf", "file_url": f"/uploads/{name}.pdf",
            "file_size": self._random.randrange(900, 4_000_000), "mime_type": "application/pdf",
            "tags": '["أصل"]', "uploaded_by": by, "is_active": 1, "created_at": at, "updated_at": at,
        }  # fmt: skip

    def _home(self, number: int) -> str:
        """The company of somebody, some being ten times as large as others."""
        return self._companies[(number * number + number // 3) % len(self._companies)]

    def _id(self, kind: str, number: int) -> str:
        """As the old application made them: by hand at first, later 32 hexadecimal digits."""
        return f"{kind}-{number + 1}" if number < 3 else self._hex()

    def _hex(self) -> str:
        return f"{self._ids.getrandbits(128):032X}"

    def _one(self, choices: Any) -> Any:
        return choices[int(self._random.random() * len(choices))]

    def _moment(self) -> int:
        begin = int(datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=UTC).timestamp())
        return begin + int(self._random.random() * DAYS * 86_400)

    def _date(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=int(self._random.random() * 365 * (last - first + 1)))

    def _day(self, first: int, last: int) -> str:
        return self._date(first, last).isoformat()


def write_old_system(
    path: Path, *, employees: int, companies: int = 0, faults: float = 0.0, seed: int = 1
) -> Counter[str]:
    """Write the file; returns rows by table and faults by ``table/fault``.

    Args:
        path: Where; what is there is replaced.
        employees: How many; other tables are in proportion.
        companies: How many; one for each 250 employees, and four at least, when left out.
        faults: The share of rows with something wrong. With any, nothing is declared that would keep them out.
        seed: Another one gives another file.
    """
    path.unlink(missing_ok=True)
    count = companies or max(4, employees // 250)
    system = OldSystem(employees=employees, companies=count, faults=faults, seed=seed)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for table in TABLES:
            file.execute(_declaration(table, strict=not faults))
        if faults:
            file.execute("ALTER TABLE employees ADD COLUMN blood_group TEXT DEFAULT 'O+'")
            file.execute("CREATE TABLE cafeteria_orders (id INTEGER, dish TEXT)")
            file.execute("INSERT INTO cafeteria_orders VALUES (1, 'مجبوس')")
        file.execute("BEGIN")
        for table, rows in (*system.tables(), *system.left_behind()):
            for row in rows:
                insert(file, table, row)
        for person in system.people():
            for table, found in person.items():
                for row in found:
                    insert(file, table, row)
        file.execute("COMMIT")
        for table, column in INDEXED.items():
            file.execute(f"CREATE INDEX {table}_by_{column} ON {table} ({column})")
    return system.counts


def insert(file: sqlite3.Connection, table: str, row: Row) -> None:
    """Add a row; columns that it does not name take their defaults."""
    marks = ", ".join("?" * len(row))
    file.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def _declaration(table: str, *, strict: bool) -> str:
    key = "sid" if table == "sessions" else "id"
    columns = [key, *sorted(TABLES[table] - {key})]
    declared = []
    for column in columns:
        kind = "INTEGER" if column in INTEGERS else "REAL" if column in REALS else "TEXT"
        declared.append(f"{column} {kind}{' PRIMARY KEY' if strict and column == key else ''}")
    return f"CREATE TABLE {table} ({', '.join(declared)})"


def main() -> None:
    """Write a file and say what is in it."""
    parser = argparse.ArgumentParser(description="Write a file as the old application would have left it.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--employees", type=int, default=1_000)
    parser.add_argument("--companies", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts = write_old_system(
        given.path, employees=given.employees, companies=given.companies, faults=given.faults, seed=given.seed
    )
    lines = [f"{count:>9,}  {name}" for name, count in sorted(counts.items())]
    rows = sum(count for name, count in counts.items() if "/" not in name)
    sys.stdout.write("\n".join([*lines, f"{rows:>9,}  rows of what is carried over", ""]))


if __name__ == "__main__":
    main()
