"""A row of the old ``employees`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers
from common.legacy.emails import usable_email
from common.legacy.ids import department_id, new_id
from common.legacy.mapper import Fields
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from common.legacy.values import boolean, day, moment, money, text, text_list
from common.legacy.words import EMPLOYEE_STATUSES, EMPLOYEE_TYPES, GENDERS, word
from common.search import fold

TABLE = "employees"
# How long each plain text may be here.
TEXTS: Mapping[str, int | None] = {
    "passport_number": 32,
    "civil_id": 32,
    "residence_number": 32,
    "nationality": 64,
    "marital_status": 32,
    "phone": 32,
    "address": None,
    "emergency_contact": 200,
    "emergency_phone": 32,
    "notes": None,
    "archive_reason": None,
}
_TAKEN = (
    "id company_id first_name last_name arabic_name english_name date_of_birth gender employee_type status"
    " position department hire_date salary email skills residence_expiry is_archived created_at updated_at"
)
_READ = frozenset([*TEXTS, *_TAKEN.split()])


@dataclass(frozen=True)
class OldEmployee:
    """An employee as the old application had them; ``email`` is empty when no mail can reach it.

    ``texts`` holds the columns of TEXTS that say something, ``leftovers`` whatever no other field took.
    """

    old_id: str
    company_old_id: str
    email: str
    written_email: str
    first_name: str
    last_name: str
    full_name_ar: str
    full_name_en: str
    position: str
    department: str
    employee_type: str
    status: str
    is_archived: bool
    hire_date: date | None
    salary: Decimal | None
    date_of_birth: date | None
    gender: str
    residence_expiry: date | None
    skills: tuple[str, ...]
    texts: Mapping[str, str]
    leftovers: Mapping[str, Json]
    created_at: datetime | None

    @property
    def id(self) -> UUID:
        """The employee's id here."""
        return new_id(TABLE, self.old_id)

    @property
    def company_id(self) -> UUID:
        """The company's id here."""
        return new_id("companies", self.company_old_id)

    @property
    def department_id(self) -> UUID | None:
        """The id here of the department that the old free text names, if it names one."""
        return department_id(self.company_id, self.department) if fold(self.department) else None

    @property
    def name(self) -> str:
        """The person's name."""
        return self.full_name_ar or self.full_name_en or f"{self.first_name} {self.last_name}".strip()


class OldPerson(NamedTuple):
    """As much of an employee as an account needs; ``email`` is empty when no mail can reach it."""

    first_name: str
    last_name: str
    email: str
    created_at: datetime | None


def read_person(row: Row) -> OldPerson:
    """Read the row of an employee of whom :func:`read_employee` finds that they can be carried."""
    fields = Fields(row)
    first, last = fields.take("first_name", text, ""), fields.take("last_name", text, "")
    if not first:
        arabic, english = _full_names(fields)
        first, last = _names(fields, english or arabic)
    return OldPerson(first, last, usable_email(row.get("email")), fields.take("created_at", moment, None))


def read_employee(row: Row) -> OldEmployee:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    arabic, english = _full_names(fields)
    first, last = _names(fields, english or arabic)
    position = _position(fields)
    employee = OldEmployee(
        old_id=fields.require("id", partial(text, longest=64)),
        company_old_id=fields.take("company_id", text, ""),
        email=usable_email(row.get("email")),
        written_email=fields.take("email", text, ""),
        first_name=first,
        last_name=last,
        full_name_ar=arabic,
        full_name_en=english,
        position=position,
        department=fields.take("department", partial(text, longest=100), ""),
        employee_type=fields.take("employee_type", partial(word, known=EMPLOYEE_TYPES, default=""), ""),
        status=fields.take("status", partial(word, known=EMPLOYEE_STATUSES, default="active"), ""),
        is_archived=fields.take("is_archived", partial(boolean, default=False), instead=False),
        hire_date=fields.take("hire_date", day, None),
        salary=fields.take("salary", money, None),
        date_of_birth=fields.take("date_of_birth", day, None),
        gender=fields.take("gender", partial(word, known=GENDERS, default=""), ""),
        residence_expiry=fields.take("residence_expiry", day, None),
        skills=tuple(fields.take("skills", text_list, [])),
        texts={
            column: found
            for column, longest in TEXTS.items()
            if (found := fields.take(column, partial(text, longest=longest), ""))
        },
        leftovers=leftovers(row, _READ | _repetitions(row, arabic, english, f"{first} {last}", position)),
        created_at=fields.take("created_at", moment, None),
    )
    fields.check()
    return employee


def _full_names(fields: Fields) -> tuple[str, str]:
    """The full name in Arabic and in English; an undeclared one goes by its letters."""
    longest = partial(text, longest=200)
    arabic, english = fields.take("arabic_name", longest, ""), fields.take("english_name", longest, "")
    undeclared = fields.take("full_name", longest, "")
    if is_arabic(undeclared):
        return arabic or undeclared, english
    return arabic, english or undeclared


def _names(fields: Fields, full_name: str) -> tuple[str, str]:
    """First and last name; from the full name when the file has neither."""
    longest = partial(text, longest=100)
    first, last = fields.take("first_name", longest, ""), fields.take("last_name", longest, "")
    if not (first or last):
        first, _space, last = full_name.partition(" ")
    if not (first or last):
        fields.problems.setdefault("first_name", Problem.MISSING)
    return (first, last.strip()) if first else (last, "")


def _position(fields: Fields) -> str:
    longest = partial(text, longest=100)
    position, title = fields.take("position", longest, ""), fields.take("job_title", longest, "")
    return position or title


def _repetitions(row: Row, *said: str) -> frozenset[str]:
    """The columns that only repeat what others say."""
    return frozenset(column for column in ("full_name", "job_title") if row.get(column) in said)
