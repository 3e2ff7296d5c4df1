"""A row of the old ``documents`` table, read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers, preserved
from common.legacy.ids import new_id
from common.legacy.mapper import Fields, RowRefusedError
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError, boolean, moment, text, text_list

TABLE: Final = "documents"
# What the old application wrote where it knew nothing better.
NOBODY: Final = frozenset({"", "default", "unknown", "undefined", "null"})
KINDS: Final = frozenset(
    {
        "passport", "residence", "license", "contract", "certificate", "civil_id", "work_permit",
        "health_certificate", "establishment_document", "tax_certificate", "chamber_membership",
        "import_export_license", "fire_permit", "municipality_permit", "other",
    }
)  # fmt: skip
ENTITIES: Final = {
    "employee": "employee", "employees": "employee",
    "company": "company", "companies": "company",
    "license": "license", "licenses": "license", "licence": "license", "licences": "license",
    "user": "user", "users": "user",
}  # fmt: skip
_READ: Final = frozenset(
    {
        "id", "entity_id", "entity_type", "name", "type", "file_name", "file_url", "file_size", "mime_type",
        "description", "tags", "uploaded_by", "is_active", "created_at", "updated_at",
    }
)  # fmt: skip
# Without these there is no document; whatever else cannot be read is kept beside it, for HR to look at.
_NEEDED: Final = frozenset({"id", "name"})
_MIME: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_MOST_BYTES: Final = 2**53

_id = partial(text, longest=64)
_title = partial(text, longest=255)
_mime = partial(text, longest=255)
_kind = partial(text, longest=100)
_description = partial(text, longest=1_000)
_tags = partial(text_list, longest=100)
_active = partial(boolean, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldDocument:
    """A document as the old application had it.

    ``entity_type`` is employee, company, license or user, and empty where it said nothing of use; ``entity_id`` is
    empty for a document about nobody. ``kind`` is one of KINDS or empty, ``category`` the word it said about
    the kind. ``uploaded_by`` is the old id of an account, ``unknown``, or whatever else stands there. ``file_url``
    and ``file_size`` (bytes) tell of a file that may be gone. ``kept`` is what has no other place,
    ``unreadable`` what of it could not be read.
    """

    old_id: str
    entity_type: str
    entity_id: str
    title: str
    kind: str
    category: str
    mime_type: str
    file_name: str
    file_url: str
    file_size: int | None
    description: str
    tags: tuple[str, ...]
    uploaded_by: str
    is_active: bool
    created_at: datetime | None
    updated_at: datetime | None
    kept: Mapping[str, Json]
    unreadable: Mapping[str, Problem]

    @property
    def id(self) -> UUID:
        """The document's id here."""
        return new_id(TABLE, self.old_id)


def read_document(row: Row) -> OldDocument:
    """Read a row; raises RowRefusedError when its id or all of its names are missing or unreadable."""
    fields = Fields(row)
    file_name = fields.take("file_name", text, "")
    file_url = fields.take("file_url", text, "")
    title = fields.take("name", _title, "") or ("" if "name" in fields.problems else file_name[:255])
    if not title:
        fields.problems.setdefault("name", Problem.MISSING)
    kind, category, mime_type = _kinds(fields)
    created_at = fields.take("created_at", moment, None)
    document = OldDocument(
        old_id=fields.require("id", _id),
        entity_type=entity_type(row),
        entity_id=entity_id(row),
        title=title,
        kind=kind,
        category=category,
        mime_type=mime_type,
        file_name=file_name,
        file_url=file_url,
        file_size=fields.take("file_size", _bytes, None),
        description=fields.take("description", _description, ""),
        tags=tuple(fields.take("tags", _tags, [])),
        uploaded_by=fields.take("uploaded_by", text, "") or "unknown",
        is_active=fields.take("is_active", _active, instead=False),
        created_at=created_at,
        updated_at=fields.take("updated_at", moment, None),
        kept=_kept(row, fields.problems),
        unreadable=fields.problems,
    )
    fatal = {column: problem for column, problem in fields.problems.items() if column in _NEEDED}
    if fatal:
        raise RowRefusedError(fatal)
    return document


def entity_type(row: Row) -> str:
    """What a document is about: employee, company, license, user, or nothing that is known."""
    try:
        return ENTITIES.get(text(row.get("entity_type")).lower(), "")
    except ValueRefusedError:
        return ""


def entity_id(row: Row) -> str:
    """The old id of what a document is about, or whatever stands there instead; empty for nobody."""
    cell = row.get("entity_id")
    try:
        found = text(cell)
    except ValueRefusedError:
        return repr(cell)
    return "" if found.lower() in NOBODY else found


def _kinds(fields: Fields) -> tuple[str, str, str]:
    """The kind of paper, the word for it, and the MIME type, which often stands in the place of the kind."""
    said, mime_type = fields.take("type", _kind, ""), fields.take("mime_type", _mime, "").lower()
    if _MIME.fullmatch(said):
        return "", "", mime_type or said.lower()
    kind = "_".join(said.lower().replace("-", " ").split())
    if kind in KINDS:
        return kind, kind, mime_type
    return ("other" if said else ""), said, mime_type


def _bytes(cell: Cell) -> int | None:
    written = text(cell)
    if not written:
        return None
    try:
        size = float(written)
    except ValueError:
        raise ValueRefusedError(Problem.NOT_A_NUMBER) from None
    if size < 0:
        raise ValueRefusedError(Problem.NEGATIVE)
    if not size.is_integer() or size > _MOST_BYTES:
        raise ValueRefusedError(Problem.OUT_OF_RANGE)
    return int(size)


def _kept(row: Row, problems: Mapping[str, Problem]) -> dict[str, Json]:
    """Unknown columns, and what of the known ones cannot be read; ``created_at`` also when there is none."""
    unread = frozenset(problems)
    kept = {**leftovers(row, _READ), **preserved(row, only=unread)} if unread else leftovers(row, _READ)
    if row.get("created_at") in (None, ""):
        kept["created_at"] = None
    return kept
