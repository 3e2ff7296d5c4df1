"""A row of the old ``company_users`` table, read: somebody's place in a company."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from common.legacy.mapper import Fields
from common.legacy.old_users import permissions_of
from common.legacy.reader import Row
from common.legacy.values import moment, text
from common.legacy.words import ROLES, word

TABLE: Final = "company_users"


@dataclass(frozen=True)
class OldMembership:
    """A place in a company as the old application had it; ``permissions`` are as in an old account."""

    old_id: str
    company_old_id: str
    user_old_id: str
    role: str
    permissions: tuple[str, ...]
    created_at: datetime | None


def read_membership(row: Row) -> OldMembership:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    membership = OldMembership(
        old_id=fields.require("id", partial(text, longest=64)),
        company_old_id=fields.require("company_id", text),
        user_old_id=fields.require("user_id", text),
        role=fields.take("role", partial(word, known=ROLES, default="worker"), ""),
        permissions=fields.take("permissions", permissions_of, ()),
        created_at=fields.take("created_at", moment, None),
    )
    fields.check()
    return membership
