"""A row of the old ``licenses`` table, read."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError, boolean, day, json_list, moment, text
from common.legacy.words import LICENSE_STATUSES, LICENSE_TYPES, word

TABLE: Final = "licenses"


@dataclass(frozen=True)
class OldLicense:
    """A licence as the old application had it; ``expires_on`` is its last valid day.

    ``status`` is what the row says, whatever the dates say. ``documents`` is what it names as its documents, as
    JSON; the text itself as a JSON string where that is not a JSON array, which ``unreadable_documents`` tells.
    """

    old_id: str
    company_old_id: str
    name: str
    type: str
    number: str
    status: str
    issued_on: date | None
    expires_on: date | None
    issuing_authority: str
    location: str
    description: str
    documents: str
    unreadable_documents: bool
    is_active: bool
    created_at: datetime | None

    @property
    def id(self) -> UUID:
        """The licence's id here."""
        return new_id(TABLE, self.old_id)


def read_license(row: Row) -> OldLicense:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    issued_on, expires_on = fields.take("issue_date", day, None), fields.take("expiry_date", day, None)
    if issued_on is not None and expires_on is not None and issued_on > expires_on:
        fields.problems["expiry_date"] = Problem.BEFORE_START
    documents, unreadable = _documents(fields, row)
    found = OldLicense(
        old_id=fields.require("id", partial(text, longest=64)),
        company_old_id=fields.take("company_id", text, ""),
        name=fields.require("name", partial(text, longest=255)),
        type=fields.require("type", partial(word, known=LICENSE_TYPES, default="")),
        number=fields.require("number", partial(text, longest=100)),
        status=fields.take("status", partial(word, known=LICENSE_STATUSES, default="active"), ""),
        issued_on=issued_on,
        expires_on=expires_on,
        issuing_authority=fields.take("issuing_authority", partial(text, longest=255), ""),
        location=fields.take("location", partial(text, longest=255), ""),
        description=fields.take("description", partial(text, longest=2_000), ""),
        documents=documents,
        unreadable_documents=unreadable,
        is_active=fields.take("is_active", partial(boolean, default=True), instead=False),
        created_at=fields.take("created_at", moment, None),
    )
    fields.check()
    return found


def _documents(fields: Fields, row: Row) -> tuple[str, bool]:
    try:
        found: Any = json_list(row.get("documents"))
    except ValueRefusedError:
        return fields.take("documents", _as_json_text, "[]"), True
    return json.dumps(found, ensure_ascii=False), False


def _as_json_text(cell: Cell) -> str:
    return json.dumps(text(cell), ensure_ascii=False)
