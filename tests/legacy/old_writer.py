"""The old application going on writing to its file while it is brought over."""

import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

from common.testing.legacy_files import PASSWORD_HASH
from tests.legacy.old_system import FIRST_NAMES, LAST_NAMES, insert

SECOND = 1_790_000_000
# What went with an employee, and with an account, when the old application deleted one.
_OF_EMPLOYEE = ("employee_leaves", "employee_deductions", "employee_violations")


class OldWriter:
    """Writes ``rate`` times a second in a thread of its own while the block runs; ``written`` counts by kind."""

    def __init__(self, path: Path, *, rate: float, seed: int) -> None:
        self.written: Counter[str] = Counter()
        self._path = path
        self._pause = 1 / rate
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="old application")
        self._number = 0
        self._failure: Exception | None = None

    def __enter__(self) -> "OldWriter":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def _write_on(self) -> None:
        kinds = [name for name in dir(self) if name.startswith("do_")]
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=30)) as file:
                file.execute("PRAGMA journal_mode = WAL")
                while not self._stop.wait(self._pause):
                    kind = self._random.choice(kinds)
                    file.execute("BEGIN IMMEDIATE")
                    getattr(self, kind)(file)
                    file.execute("COMMIT")
                    self.written[kind.removeprefix("do_")] += 1
        except Exception as failure:
            self._failure = failure

    # Each a thing that people did there

    def do_hire(self, file: sqlite3.Connection) -> None:
        number = self._next()
        row = {
            "id": self._hex(), "company_id": self._id(file, "companies"),
            "first_name": self._random.choice(FIRST_NAMES), "last_name": self._random.choice(LAST_NAMES),
            "email": f"new.{number}@group.example", "department": "المبيعات", "hire_date": "2025-02-01",
            "salary": 400.25, "status": "active", "position": "بائع", "documents": "[]", "skills": "[]",
            "created_at": SECOND + number, "updated_at": SECOND + number,
        }  # fmt: skip
        insert(file, "employees", row)

    def do_pay_more(self, file: sqlite3.Connection) -> None:
        self._change(file, "employees", salary=self._random.randrange(100_000, 900_000) / 1_000)

    def do_rename(self, file: sqlite3.Connection) -> None:
        self._change(file, "employees", first_name=self._random.choice(FIRST_NAMES), email=None)

    def do_move(self, file: sqlite3.Connection) -> None:
        self._change(file, "employees", department=self._random.choice(("المخازن", "Research", None)))

    def do_let_go(self, file: sqlite3.Connection) -> None:
        self._change(file, "employees", status=self._random.choice(("terminated", "active", "on_leave")))

    def do_spoil(self, file: sqlite3.Connection) -> None:
        """What was right becomes wrong, or right again."""
        self._change(file, "employees", hire_date=self._random.choice(("2024-02-31", "2024-02-28")))

    def do_delete_employee(self, file: sqlite3.Connection) -> None:
        employee = self._id(file, "employees")
        for table in _OF_EMPLOYEE:
            file.execute(f"DELETE FROM {table} WHERE employee_id = ?", [employee])
        file.execute("DELETE FROM employees WHERE id = ?", [employee])

    def do_forget_employee(self, file: sqlite3.Connection) -> None:
        """Without what hangs on them, which then belongs to nobody."""
        file.execute("DELETE FROM employees WHERE id = ?", [self._id(file, "employees")])

    def do_ask_for_leave(self, file: sqlite3.Connection) -> None:
        number = self._next()
        row = {
            "id": self._hex(), "employee_id": self._id(file, "employees"), "type": "annual", "status": "pending",
            "start_date": "2026-05-03", "end_date": "2026-05-07", "days": 5, "reason": "سفر",
            "created_at": SECOND + number, "updated_at": SECOND + number,
        }  # fmt: skip
        insert(file, "employee_leaves", row)

    def do_decide_leave(self, file: sqlite3.Connection) -> None:
        status = self._random.choice(("approved", "rejected"))
        by = self._id(file, "users")
        self._change(
            file, "employee_leaves", status=status, approved_by=by, approved_at=SECOND + self._next()
        )

    def do_delete_leave(self, file: sqlite3.Connection) -> None:
        file.execute("DELETE FROM employee_leaves WHERE id = ?", [self._id(file, "employee_leaves")])

    def do_deduct(self, file: sqlite3.Connection) -> None:
        row = {
            "id": self._hex(), "employee_id": self._id(file, "employees"), "type": "late", "amount": 3.5,
            "reason": "تأخير", "date": "2026-01-05", "status": "active", "processed_by": self._id(file, "users"),
            "created_at": SECOND + self._next(),
        }  # fmt: skip
        insert(file, "employee_deductions", row)

    def do_deduct_otherwise(self, file: sqlite3.Connection) -> None:
        self._change(
            file, "employee_deductions", amount=self._random.randrange(1, 99) / 4, status="completed"
        )

    def do_record_violation(self, file: sqlite3.Connection) -> None:
        row = {
            "id": self._hex(), "employee_id": self._id(file, "employees"), "type": "conduct",
            "description": "مخالفة", "date": "2026-01-05", "reported_by": self._id(file, "users"),
            "severity": "low", "created_at": SECOND + self._next(),
        }  # fmt: skip
        insert(file, "employee_violations", row)

    def do_open_account(self, file: sqlite3.Connection) -> None:
        number = self._next()
        user, company = self._hex(), self._id(file, "companies")
        common = {"created_at": SECOND + number, "updated_at": SECOND + number, "permissions": "[]"}
        row = {
            "id": user, "email": f"account.{number}@group.example", "first_name": "سارة", "last_name": "Khan",
            "password": PASSWORD_HASH, "role": "worker", "company_id": company, "is_active": 1, **common,
        }  # fmt: skip
        insert(file, "users", row)
        place = {"id": self._hex(), "company_id": company, "user_id": user, "role": "supervisor", **common}
        insert(file, "company_users", place)

    def do_change_account(self, file: sqlite3.Connection) -> None:
        self._change(file, "users", email=f"moved.{self._next()}@group.example", is_active=1)

    def do_close_account(self, file: sqlite3.Connection) -> None:
        """With the places it had; whoever it decided for keeps what was decided."""
        user = self._id(file, "users")
        file.execute("DELETE FROM company_users WHERE user_id = ?", [user])
        file.execute("DELETE FROM users WHERE id = ?", [user])

    def do_found_company(self, file: sqlite3.Connection) -> None:
        number = self._next()
        company = {
            "id": self._hex(), "name": f"شركة جديدة {number}", "is_active": 1, "partnerships": "[]",
            "special_permits": "[]", "created_at": SECOND + number, "updated_at": SECOND + number,
        }  # fmt: skip
        insert(file, "companies", company)

    def do_change_company(self, file: sqlite3.Connection) -> None:
        self._change(file, "companies", phone=f"+965 2{self._next():07}", is_active=self._random.randrange(2))

    def do_renew_license(self, file: sqlite3.Connection) -> None:
        self._change(
            file, "licenses", expiry_date=f"20{self._random.randrange(27, 33)}-06-30", status="active"
        )

    def do_upload(self, file: sqlite3.Connection) -> None:
        number = self._next()
        row = {
            "id": self._hex(), "entity_id": self._id(file, "employees"), "entity_type": "employee",
            "name": "عقد", "type": "contract", "file_name": "contract.pdf",
            "file_url": f"/uploads/new-{number}.pdf", "file_size": 4_096, "mime_type": "application/pdf",
            "tags": "[]", "uploaded_by": "unknown", "is_active": 1, "created_at": SECOND + number,
            "updated_at": SECOND + number,
        }  # fmt: skip
        insert(file, "documents", row)

    def do_retitle_document(self, file: sqlite3.Connection) -> None:
        self._change(file, "documents", name=f"مستند {self._next()}", tags='["جديد"]')

    def do_delete_document(self, file: sqlite3.Connection) -> None:
        file.execute("DELETE FROM documents WHERE id = ?", [self._id(file, "documents")])

    def do_notify(self, file: sqlite3.Connection) -> None:
        row = {
            "id": self._hex(), "user_id": self._id(file, "users"), "company_id": self._id(file, "companies"),
            "type": "leave", "title": "تنبيه", "message": "طلب جديد", "data": "{}", "is_read": 0,
            "created_at": SECOND + self._next(),
        }  # fmt: skip
        insert(file, "notifications", row)

    def do_read_notice(self, file: sqlite3.Connection) -> None:
        self._change(file, "notifications", is_read=1)

    def do_delete_notice(self, file: sqlite3.Connection) -> None:
        file.execute("DELETE FROM notifications WHERE id = ?", [self._id(file, "notifications")])

    def _change(self, file: sqlite3.Connection, table: str, **values: Any) -> None:
        given = ", ".join(f"{column} = ?" for column in values)
        row = self._id(file, table)
        file.execute(f"UPDATE {table} SET {given} WHERE id = ?", [*values.values(), row])

    def _id(self, file: sqlite3.Connection, table: str) -> str | None:
        found = file.execute(f"SELECT id FROM {table} ORDER BY random() LIMIT 1").fetchone()
        return found[0] if found else None

    def _hex(self) -> str:
        return f"{self._random.getrandbits(128):032X}"

    def _next(self) -> int:
        self._number += 1
        return self._number
