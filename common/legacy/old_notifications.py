"""A row of the old ``notifications`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.content import preserved
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError, boolean, json_object, moment, text

TABLE: Final = "notifications"
LONGEST_TITLE: Final = 255
# Where the old words for what a notice is about go; others stay as they are.
CATEGORIES: Final = {
    "": "general", "info": "general", "system": "general", "general": "general",
    "leave": "leave", "leaves": "leave", "leave_request": "leave",
    "license": "licenses", "licence": "licenses", "licenses": "licenses", "license_expiry": "licenses",
    "document": "documents", "documents": "documents", "document_expiry": "documents",
    "deduction": "payroll", "deductions": "payroll", "salary": "payroll", "payroll": "payroll",
    "violation": "performance", "violations": "performance",
    "employee": "employment", "employees": "employment",
    "report": "reports", "reports": "reports",
}  # fmt: skip

_id = partial(text, longest=64)
_category = partial(text, longest=50)
_read = partial(boolean, default=False)
# Stands in for a time that is missing until the row is refused for it.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldNotification:
    """A notice as the old application had it; ``data`` is what it carried, whether that was sound JSON or not."""

    old_id: str
    user_old_id: str
    category: str
    title: str
    message: str
    data: Mapping[str, Any]
    is_read: bool
    created_at: datetime

    @property
    def id(self) -> UUID:
        """The notice's id here."""
        return new_id(TABLE, self.old_id)


def read_notification(row: Row) -> OldNotification:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    title, message = _texts(fields)
    said = fields.take("type", _category, "").lower()
    notification = OldNotification(
        old_id=fields.require("id", _id),
        user_old_id=fields.take("user_id", text, ""),
        category=CATEGORIES.get("_".join(said.replace("-", " ").split()), said),
        title=title,
        message=message,
        data=_data(row),
        is_read=fields.take("is_read", _read, instead=False),
        created_at=fields.take("created_at", _moment, _NEVER),
    )
    fields.check()
    return notification


def _moment(cell: Cell) -> datetime:
    found = moment(cell)
    if found is None:
        raise ValueRefusedError(Problem.MISSING)
    return found


def _texts(fields: Fields) -> tuple[str, str]:
    """Title and message; a title that is too long for its place stands whole above the message."""
    title, message = fields.take("title", text, ""), fields.take("message", text, "")
    if len(title) <= LONGEST_TITLE:
        return title, message
    return f"{title[: LONGEST_TITLE - 1]}…", f"{title}\n\n{message}"


def _data(row: Row) -> Mapping[str, Any]:
    """The JSON object, or whatever stands in its place under the name ``data``."""
    cell = row.get("data")
    if cell in (None, "", "{}"):
        return {}
    try:
        return json_object(cell)
    except ValueRefusedError:
        return preserved(row, only=frozenset({"data"}))
