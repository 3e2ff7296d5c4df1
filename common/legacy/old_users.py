"""A row of the old ``users`` table, read."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from common.legacy.emails import usable_email
from common.legacy.ids import company_id, new_id
from common.legacy.mapper import Columns, RowRefusedError
from common.legacy.reader import Row
from common.legacy.values import (
    Cell,
    boolean,
    moment,
    remembered,
    required,
    text,
    text_list,
    text_within,
)
from common.legacy.words import ROLES, permission, word

TABLE = "users"


class OldUser(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the old application had it; ``email`` is empty when no mail can reach it.

    ``permissions`` are ``area:verb`` codes in one spelling, known here or not, or ``all``. ``id``
    and ``company_id`` are the new ids; an account may belong to no company.
    """

    id: UUID
    old_id: str
    company_id: UUID | None
    company_old_id: str
    email: str
    written_email: str
    first_name: str
    last_name: str
    password: str
    role: str
    permissions: tuple[str, ...]
    is_active: bool
    email_verified: bool
    last_login_at: datetime | None
    created_at: datetime | None

    @property
    def name(self) -> str:
        """The person's name, or the address when there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.written_email or self.old_id


def permissions_of(cell: Cell) -> tuple[str, ...]:
    """The permissions in a JSON array, each in one spelling; raises ValueRefusedError for broken JSON."""
    return tuple(permission(code) for code in text_list(cell))


_name = remembered(text_within(150))
_COLUMNS: Final = Columns(
    ("id", required(text_within(64)), ""),
    ("company_id", remembered(text), ""),
    ("email", text, ""),
    ("first_name", _name, ""),
    ("last_name", _name, ""),
    ("password", text_within(128), ""),
    ("role", remembered(partial(word, known=ROLES, default="worker")), ""),
    ("permissions", remembered(permissions_of), ()),
    ("is_active", remembered(partial(boolean, default=True)), False),
    ("email_verified", remembered(partial(boolean, default=False)), False),
    ("last_login_at", moment, None),
    ("created_at", moment, None),
)


def read_user(row: Row) -> OldUser:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    values, problems = _COLUMNS.read(row)
    if problems:
        raise RowRefusedError(problems)
    old_id, company, email, first, last, password, role, permissions, active, verified, login, created = (
        values
    )
    return OldUser(
        id=new_id(TABLE, old_id),
        old_id=old_id,
        company_id=company_id(company) if company else None,
        company_old_id=company,
        email=usable_email(email),
        written_email=email,
        first_name=first,
        last_name=last,
        password=password,
        role=role,
        permissions=permissions,
        is_active=active,
        email_verified=verified,
        last_login_at=login,
        created_at=created,
    )
