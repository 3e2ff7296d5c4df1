"""What is wrong with rows of files that an application wrote for years, table by table.

Each fault is a function of a sound row: the columns that are different in a faulty one.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

Row = dict[str, Any]
Fault = Callable[[Row, Random], Row]

NOWHERE: Final = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
BROKEN_JSON: Final = ("{", '["a"', "['a']", "[1, NaN]", '"text"', "[[[", '{"a": 1e999}', "\x00", "null")
IMPOSSIBLE_DAYS: Final = (
    "2023-02-29", "0000-00-00", "2024-13-01", "31/11/2022", "1990-02-31T00:00:00Z", "9999-12-31", "0024-05-01",
    "next week", "2024-1", "45000", "12/2023",
)  # fmt: skip
ODD_DAYS: Final = (
    "7/3/2021",
    "07-03-2021",
    "2021/03/07",
    "٢٠٢١-٠٣-٠٧",
    "20210307",
    "2021-03-06T21:00:00.000Z",
)
UNSTORABLE: Final = ("a\x00b", b"\xff\xfe\xfd")


def always(**values: Any) -> Fault:
    """The same wrong values in every row."""
    return lambda _row, _random: values


def one_of(column: str, *values: Any) -> Fault:
    """One of several wrong values in ``column``."""
    return lambda _row, random: {column: random.choice(values)}


def many(*faults: Fault) -> Fault:
    """Several at once."""

    def together(row: Row, random: Random) -> Row:
        found: Row = {}
        for fault in faults:
            found |= fault(row, random)
        return found

    return together


def written_as(column: str, change: Callable[[Any], Any]) -> Fault:
    """The right value in ``column``, written otherwise."""
    return lambda row, _random: {column: None if row.get(column) is None else change(row[column])}


def _milliseconds(seconds: int) -> int:
    return seconds * 1_000


def _as_text(value: Any) -> str:
    return f" {value} "


_TIMES: Mapping[str, Fault] = {
    "milliseconds": written_as("created_at", _milliseconds),
    "moment as text": written_as("created_at", _as_text),
    "moment as REAL": written_as("created_at", lambda seconds: seconds + 0.25),
    "no moment": always(created_at=None),
    "impossible moment": one_of("created_at", -(10**17), 10**18, "yesterday", float("inf"), b"\x00"),
    "ISO moment": always(created_at="2024-05-06T07:08:09.123Z"),
}
_IDS: Mapping[str, Fault] = {
    "no id": one_of("id", None, "", "   "),
    "repeated id": always(id="ABCDEF00000000000000000000000000"),
    "id with blanks": written_as("id", lambda old: f"{old} "),
    "very long id": written_as("id", lambda old: old * 40),
    "id is a number": lambda _row, random: {"id": random.randrange(10**9)},
    "id of bytes": lambda _row, random: {"id": random.randbytes(16)},
}

FAULTS: Final[Mapping[str, Mapping[str, Fault]]] = {
    "companies": {
        **_IDS,
        **_TIMES,
        "no name": one_of("name", None, "", " \t "),
        "name of another": always(name="شركة العنزي 1"),
        "unstorable name": one_of("name", *UNSTORABLE),
        "long name": always(name="س" * 400),
        "odd flag": one_of("is_active", "true", "no", None, 2, "ON"),
        "impossible day": one_of("establishment_date", *IMPOSSIBLE_DAYS),
        "odd day": one_of("establishment_date", *ODD_DAYS),
        "broken list": one_of("partnerships", *BROKEN_JSON),
        "list of anything": always(special_permits='[1, " two ", "", 3.5]'),
        "no web address": one_of("website", "not an address", "javascript:alert(1)", "www.pearl.example"),
        "odd e-mail": one_of("email", "n/a", "a@b@c", "x" * 300 + "@x.example"),
        "counters lie": always(total_employees="many", total_licenses=-3),
    },
    "licenses": {
        **_IDS,
        **_TIMES,
        "no such company": one_of("company_id", NOWHERE, None, ""),
        "no number": one_of("number", None, "", " "),
        "same number": always(number="2010/00000"),
        "unknown type": one_of("type", "airport", None, "MAIN", 7),
        "unknown status": one_of("status", "suspended", None, "Active "),
        "impossible end": one_of("expiry_date", *IMPOSSIBLE_DAYS),
        "odd end": one_of("expiry_date", *ODD_DAYS),
        "no end": always(expiry_date=None),
        "ends before it begins": always(issue_date="2024-06-01", expiry_date="2023-06-01"),
        "long text": always(description="ك" * 9_000, location="م" * 600),
    },
    "users": {
        **_IDS,
        **_TIMES,
        "unknown role": one_of("role", "administrative_employee", "emperor", None, "WORKER", 5),
        "no e-mail": one_of("email", None, "", "  "),
        "no e-mail address": one_of("email", "n/a", "two words@x.example", "a@b@c", "@"),
        "e-mail of another": one_of("email", "STAFF.1@group.example", " staff.1@GROUP.example "),
        "no password": one_of("password", None, "", "plain text", "$2b$12$tooshort", b"\x01"),
        "no company": always(company_id=None),
        "no such company": always(company_id=NOWHERE),
        "no names": always(first_name=None, last_name=" "),
        "long names": always(first_name="و" * 300),
        "unstorable name": one_of("first_name", *UNSTORABLE),
        "broken permissions": one_of("permissions", *BROKEN_JSON),
        "unknown permissions": always(permissions='["fly", "employees:view", "all"]'),
        "odd flag": one_of("is_active", "yes", None, "0", 3),
    },
    "company_users": {
        **_IDS,
        "no such company": one_of("company_id", NOWHERE, None),
        "no such person": one_of("user_id", NOWHERE, None, ""),
        "unknown role": one_of("role", "owner", None, "Supervisor"),
        "broken permissions": one_of("permissions", *BROKEN_JSON),
    },
    "employees": {
        **_IDS,
        **_TIMES,
        "no such company": one_of("company_id", NOWHERE, None, "", 17),
        "no such license": always(license_id=NOWHERE),
        "no names": always(first_name="", last_name=None, arabic_name=None, english_name=None, full_name=None),
        "unstorable name": one_of("last_name", *UNSTORABLE),
        "direction marks": always(first_name="\u200fمحمد\u202c", last_name="\u202bعلي\u202c"),
        "no e-mail": one_of("email", None, "", "-"),
        "e-mail of another": one_of("email", "Shared@group.example", "shared@group.example "),
        "e-mail of an account": always(email="staff.1@group.example"),
        "no hire date": one_of("hire_date", None, ""),
        "odd hire date": one_of("hire_date", *ODD_DAYS),
        "impossible hire date": one_of("hire_date", *IMPOSSIBLE_DAYS),
        "impossible birth": one_of("date_of_birth", *IMPOSSIBLE_DAYS),
        "hired before birth": always(date_of_birth="2003-01-01", hire_date="1999-01-01"),
        "odd salary": one_of("salary", "1,500.250 KD", "٣٥٠٫٥", " 400 ", "د.ك 275", 0),
        "wrong salary": one_of("salary", -1.0, "a lot", 1e300, 0.12345, float("inf"), "1.2.3"),
        "long phone": always(phone="+965 " + "6" * 90),
        "odd phone": one_of("phone", 96_555_123, "هاتف", 6.5e7),
        "broken skills": one_of("skills", *BROKEN_JSON),
        "unknown status": one_of("status", "suspended", None, "ACTIVE", "vacation"),
        "unknown type": one_of("employee_type", "robot", None, "Citizen "),
        "archived by the flag": always(is_archived=1, archive_reason="استقالة"),
        "long everything": always(notes="ن" * 20_000, address="ع" * 2_000, position="وظيفة" * 90),
        "department differs in writing": one_of("department", " المبيعات ", "المبيعات", "ال‌مبيعات", "المــبيعات"),
        "long department": always(department="قسم " * 80),
        "impossible permit": one_of("work_permit_end", *IMPOSSIBLE_DAYS),
        "everything at once": many(
            always(company_id=NOWHERE, email="n/a", is_archived="maybe"), one_of("salary", -5), one_of("hire_date", "x")
        ),
    },
    "employee_leaves": {
        **_IDS,
        **_TIMES,
        "no such person": one_of("employee_id", NOWHERE, None, ""),
        "unknown type": one_of("type", "pilgrimage", None, "Annual"),
        "unknown status": one_of("status", "maybe", None, "APPROVED"),
        "ends before it begins": always(start_date="2024-03-10", end_date="2024-03-01"),
        "impossible day": one_of("start_date", *IMPOSSIBLE_DAYS),
        "odd day": always(start_date="1/2/2024", end_date="2024-02-05"),
        "wrong number of days": one_of("days", 0, -4, 400, None, "five", 2.5),
        "decided by nobody": one_of("approved_by", NOWHERE, "admin", None),
        "forever": always(start_date="2001-01-01", end_date="2050-01-01", days=17_000),
    },
    "employee_deductions": {
        **_IDS,
        **_TIMES,
        "no such person": one_of("employee_id", NOWHERE, None),
        "unknown type": one_of("type", "fine", None, "LATE"),
        "unknown status": one_of("status", "paid", None),
        "wrong amount": one_of("amount", 0, -3.5, None, "ten", 1e12, 0.0004, float("inf")),
        "odd amount": one_of("amount", "12.500 KD", "١٢٫٥", 7),
        "impossible day": one_of("date", *IMPOSSIBLE_DAYS),
        "no day": always(date=None),
        "done by nobody": one_of("processed_by", NOWHERE, "system", None),
        "no reason": always(reason=None),
    },
    "employee_violations": {
        **_IDS,
        **_TIMES,
        "no such person": one_of("employee_id", NOWHERE, None),
        "unknown type": one_of("type", "سرقة", None, "Attendance"),
        "unknown severity": one_of("severity", "terrible", None, "HIGH"),
        "impossible day": one_of("date", *IMPOSSIBLE_DAYS),
        "no description": one_of("description", None, ""),
        "long description": always(description="و" * 12_000),
        "told by nobody": one_of("reported_by", NOWHERE, "unknown", None),
    },
    "documents": {
        **_IDS,
        **_TIMES,
        "entity default": always(entity_id="default", entity_type="default"),
        "no such entity": one_of("entity_id", NOWHERE, None, ""),
        "unknown entity": one_of("entity_type", "vehicle", None, "Employee"),
        "MIME type as type": one_of("type", "application/pdf", "image/jpeg", None),
        "by nobody": one_of("uploaded_by", "unknown", NOWHERE, None),
        "outside the folder": one_of("file_url", "/uploads/../../etc/passwd", "https://x.example/a.pdf", None, "//x"),
        "odd file name": one_of("file_name", None, "../x.pdf", "a\x00.pdf", "ملف" * 200, "no-extension"),
        "wrong size": one_of("file_size", -1, None, "12 KB", 10**15),
        "broken tags": one_of("tags", *BROKEN_JSON),
        "not shown": always(is_active=0),
    },
    "notifications": {
        **_IDS,
        **_TIMES,
        "no such person": one_of("user_id", NOWHERE, None),
        "no such company": one_of("company_id", NOWHERE, None),
        "broken data": one_of("data", *BROKEN_JSON),
        "no text": always(title=None, message=""),
        "long text": always(title="ع" * 700, message="ر" * 30_000),
        "unknown kind": one_of("type", "🎉", None),
        "odd flag": one_of("is_read", "yes", None, 7),
    },
}  # fmt: skip
