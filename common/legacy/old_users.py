"""A row of the old ``users`` table, read."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from common.legacy.emails import usable_email
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.reader import Row
from common.legacy.values import Cell, boolean, moment, text, text_list
from common.legacy.words import ROLES, permission, word

TABLE = "users"


@dataclass(frozen=True)
class OldUser:
    """An account as the old application had it; ``email`` is empty when no mail can reach it.

    ``permissions`` are ``area:verb`` codes in one spelling, known here or not, or ``all``.
    """

    old_id: str
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
    def id(self) -> UUID:
        """The account's id here."""
        return new_id(TABLE, self.old_id)

    @property
    def company_id(self) -> UUID | None:
        """The company's id here, if the account belonged to one."""
        return new_id("companies", self.company_old_id) if self.company_old_id else None

    @property
    def name(self) -> str:
        """The person's name, or the address when there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.written_email or self.old_id


def permissions_of(cell: Cell) -> tuple[str, ...]:
    """The permissions in a JSON array, each in one spelling; raises ValueRefusedError for broken JSON."""
    return tuple(permission(code) for code in text_list(cell))


def read_user(row: Row) -> OldUser:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    name = partial(text, longest=150)
    user = OldUser(
        old_id=fields.require("id", partial(text, longest=64)),
        company_old_id=fields.take("company_id", text, ""),
        email=usable_email(row.get("email")),
        written_email=fields.take("email", text, ""),
        first_name=fields.take("first_name", name, ""),
        last_name=fields.take("last_name", name, ""),
        password=fields.take("password", partial(text, longest=128), ""),
        role=fields.take("role", partial(word, known=ROLES, default="worker"), ""),
        permissions=fields.take("permissions", permissions_of, ()),
        is_active=fields.take("is_active", partial(boolean, default=True), instead=False),
        email_verified=fields.take("email_verified", partial(boolean, default=False), instead=False),
        last_login_at=fields.take("last_login_at", moment, None),
        created_at=fields.take("created_at", moment, None),
    )
    fields.check()
    return user
