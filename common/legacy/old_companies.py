"""A row of the old ``companies`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from common.legacy.choices import Problem
from common.legacy.emails import usable_email
from common.legacy.ids import new_id
from common.legacy.mapper import Fields, RowRefusedError
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError, boolean, day, moment, text, text_list

TABLE = "companies"
# How long each plain text may be here.
TEXTS: Mapping[str, int] = {
    "commercial_file_number": 100,
    "commercial_file_name": 255,
    "commercial_registration_number": 100,
    "classification": 100,
    "department": 255,
    "file_type": 100,
    "legal_entity": 100,
    "ownership_category": 100,
    "address": 255,
    "phone": 50,
    "industry_type": 100,
    "business_activity": 255,
    "location": 255,
    "tax_number": 100,
    "chambers": 255,
    "import_export_license": 100,
}


@dataclass(frozen=True)
class OldCompany:
    """A company as the old application had it. ``texts`` holds the columns of TEXTS that say something.

    ``unreadable`` names the optional columns whose values could not be carried: a company is not set aside
    for one of them, since all its people would be with it.
    """

    old_id: str
    name: str
    texts: Mapping[str, str]
    email: str
    website: str
    logo_url: str
    is_active: bool
    commercial_file_active: bool
    establishment_date: date | None
    partnerships: tuple[str, ...]
    special_permits: tuple[str, ...]
    created_at: datetime | None
    unreadable: Mapping[str, Problem]

    @property
    def id(self) -> UUID:
        """The company's id here."""
        return new_id(TABLE, self.old_id)


def read_company(row: Row) -> OldCompany:
    """Read a row; raises RowRefusedError when the id or the name is missing, too long or unreadable."""
    fields = Fields(row)
    company = OldCompany(
        old_id=fields.require("id", partial(text, longest=64)),
        name=fields.require("name", partial(text, longest=255)),
        texts={
            column: found
            for column, longest in TEXTS.items()
            if (found := fields.take(column, partial(text, longest=longest), ""))
        },
        email=fields.take("email", _email, ""),
        website=fields.take("website", _address, ""),
        logo_url=fields.take("logo_url", _address, ""),
        is_active=fields.take("is_active", partial(boolean, default=True), instead=False),
        commercial_file_active=fields.take(
            "commercial_file_status", partial(boolean, default=True), instead=False
        ),
        establishment_date=fields.take("establishment_date", day, None),
        partnerships=tuple(fields.take("partnerships", text_list, [])),
        special_permits=tuple(fields.take("special_permits", text_list, [])),
        created_at=fields.take("created_at", moment, None),
        unreadable=fields.problems,
    )
    fatal = {column: problem for column, problem in fields.problems.items() if column in {"id", "name"}}
    if fatal:
        raise RowRefusedError(fatal)
    return company


def _email(cell: Cell) -> str:
    if text(cell) and not usable_email(cell):
        raise ValueRefusedError(Problem.NOT_AN_EMAIL)
    return usable_email(cell)


def _address(cell: Cell) -> str:
    """A web address; ``www.company.com`` is one too."""
    written = text(cell, longest=490)
    if not written:
        return ""
    address = written if "://" in written else f"https://{written}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValueRefusedError(Problem.NOT_AN_ADDRESS) from None
    return address
