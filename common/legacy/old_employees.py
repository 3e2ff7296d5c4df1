"""A row of the old ``employees`` table, read."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers
from common.legacy.emails import usable_email
from common.legacy.ids import company_id, department_id, new_id
from common.legacy.mapper import Columns, RowRefusedError
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from common.legacy.values import (
    Cell,
    boolean,
    day,
    moment,
    money,
    remembered,
    required,
    text,
    text_tuple,
    text_within,
)
from common.legacy.words import EMPLOYEE_STATUSES, EMPLOYEE_TYPES, GENDERS, word
from common.search import fold

TABLE = "employees"
_name = remembered(text_within(100))
_full_name = remembered(text_within(200))
_day = remembered(day, 50_000)
# How each plain text is read, and so how long it may be here.
TEXTS: Mapping[str, Callable[[Cell], str]] = {
    "passport_number": text_within(32),
    "civil_id": text_within(32),
    "residence_number": text_within(32),
    "nationality": remembered(text_within(64)),
    "marital_status": remembered(text_within(32)),
    "phone": text_within(32),
    "address": text,
    "emergency_contact": remembered(text_within(200)),
    "emergency_phone": remembered(text_within(32)),
    "notes": text,
    "archive_reason": text,
}
_COLUMNS: Final = Columns(
    ("id", required(text_within(64)), ""),
    ("company_id", remembered(text), ""),
    ("email", text, ""),
    ("arabic_name", _full_name, ""),
    ("english_name", _full_name, ""),
    ("full_name", _full_name, ""),
    ("first_name", _name, ""),
    ("last_name", _name, ""),
    ("position", _name, ""),
    ("job_title", _name, ""),
    ("department", _name, ""),
    ("employee_type", remembered(partial(word, known=EMPLOYEE_TYPES, default="")), ""),
    ("status", remembered(partial(word, known=EMPLOYEE_STATUSES, default="active")), ""),
    ("is_archived", remembered(partial(boolean, default=False)), False),
    ("hire_date", _day, None),
    ("salary", money, None),
    ("date_of_birth", _day, None),
    ("gender", remembered(partial(word, known=GENDERS, default="")), ""),
    ("residence_expiry", _day, None),
    ("skills", text_tuple, ()),
    ("created_at", moment, None),
)
_TEXT_COLUMNS: Final = Columns(*((column, read, "") for column, read in TEXTS.items()))
_TAKEN = (
    "id company_id first_name last_name arabic_name english_name date_of_birth gender employee_type status"
    " position department hire_date salary email skills residence_expiry is_archived created_at updated_at"
)
_READ = frozenset([*TEXTS, *_TAKEN.split()])
_FULL_NAMES: Final = ("arabic_name", "english_name", "full_name")
# They are kept unless they only repeat what others say.
_SAID_AGAIN: Final = frozenset({"full_name", "job_title"})


class OldEmployee(msgspec.Struct, frozen=True, kw_only=True):
    """An employee as the old application had them; ``email`` is empty when no mail can reach it.

    ``texts`` holds the columns of TEXTS that say something, ``leftovers`` whatever no other field took. ``id``
    and ``company_id`` are the new ids.
    """

    id: UUID
    old_id: str
    company_id: UUID
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
    def department_id(self) -> UUID | None:
        """The id here of the department that the old free text names, if it names one."""
        return _department(self.company_id, self.department) if self.department else None

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
    cell_of = row.get
    first, last = _name(cell_of("first_name")), _name(cell_of("last_name"))
    if not first:
        arabic, english = _full_names(*(_full_name(cell_of(column)) for column in _FULL_NAMES))
        first, last = _names(first, last, english or arabic)
    return OldPerson(first, last, usable_email(cell_of("email")), moment(cell_of("created_at")))


def read_employee(row: Row) -> OldEmployee:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    values, problems = _COLUMNS.read(row)
    texts, wrong = _TEXT_COLUMNS.read(row)
    old_id, company, email, arabic, english, undeclared, first, last, position, title, *rest = values
    arabic, english = _full_names(arabic, english, undeclared)
    first, last = _names(first, last, english or arabic)
    problems.update(wrong)
    if not first:
        problems.setdefault("first_name", Problem.MISSING)
    if problems:
        raise RowRefusedError(problems)
    department, kind, status, archived, hired, salary, birth, gender, expiry, skills, created = rest
    position = position or title
    said = (arabic, english, f"{first} {last}", position)
    return OldEmployee(
        id=new_id(TABLE, old_id),
        old_id=old_id,
        company_id=company_id(company),
        company_old_id=company,
        email=usable_email(email),
        written_email=email,
        first_name=first,
        last_name=last,
        full_name_ar=arabic,
        full_name_en=english,
        position=position,
        department=department,
        employee_type=kind,
        status=status,
        is_archived=archived,
        hire_date=hired,
        salary=salary,
        date_of_birth=birth,
        gender=gender,
        residence_expiry=expiry,
        skills=skills,
        texts={column: found for column, found in zip(TEXTS, texts, strict=True) if found},
        leftovers={
            column: cell
            for column, cell in leftovers(row, _READ).items()
            if column not in _SAID_AGAIN or cell not in said
        },
        created_at=created,
    )


def _full_names(arabic: str, english: str, undeclared: str) -> tuple[str, str]:
    """The full name in Arabic and in English; an undeclared one goes by its letters."""
    if is_arabic(undeclared):
        return arabic or undeclared, english
    return arabic, english or undeclared


def _names(first: str, last: str, full_name: str) -> tuple[str, str]:
    """First and last name; from the full name when the file has neither."""
    if not (first or last):
        first, _space, last = full_name.partition(" ")
    return (first, last.strip()) if first else (last, "")


@lru_cache(65_536)
def _department(company: UUID, name: str) -> UUID | None:
    return department_id(company, name) if fold(name) else None
