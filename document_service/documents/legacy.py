"""Documents out of the old application's file, and their files out of its folder of uploads.

A document belongs to the company of whom or what it is about; one that does not say is filed with its
uploader's company. What has no column here is kept with it. Its file may come later, or never.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec.json import encode

from common.legacy import old_documents
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.content import Json
from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.mapper import Imported, Outcome, Quarantined, ToDo
from common.legacy.old_documents import OldDocument, read_document
from common.legacy.plan import Account, Column, Plan, TableImport, Written
from common.legacy.reader import Row
from common.legacy.values import plain
from document_service.documents.choices import DocumentType
from document_service.documents.files.names import clean_name
from document_service.documents.selectors.terms import folded_name
from document_service.documents.services.documents import distinct_tags
from document_service.documents.services.imports import (
    OldDocumentFields,
    documents_change,
    documents_import,
    documents_remove,
)
from document_service.documents.services.old_files import check_folder, old_files_bring

Fields = OldDocumentFields
NO_TYPE: Final = "application/octet-stream"
ACCOUNT: Final = Account[Fields](
    source="documents t",
    key="t.id",
    company="t.company_id",
    columns=(
        Column("company_id", "uuid", "t.company_id", lambda args: args.company_id),
        Column("title", "text", "t.title", lambda args: args.title),
        Column("filename", "text", "t.filename", lambda args: args.filename),
        # As it folds: a category of the company may be spelled in another way.
        Column("category", "text", "t.category_folded", lambda args: args.category_folded),
        Column("document_type", "text", "t.document_type", lambda args: args.document_type),
        Column("tags", "text[]", "t.tags", lambda args: list(args.tags)),
        Column("description", "text", "t.description", lambda args: args.description),
        Column("is_archived", "boolean", "t.is_archived", lambda args: args.is_archived),
        Column("uploaded_by", "uuid", "t.uploaded_by", lambda args: args.uploaded_by),
        Column("employee_id", "uuid", "t.employee_id", lambda args: args.employee_id),
        Column("license_id", "uuid", "t.license_id", lambda args: args.license_id),
        Column(
            "created_at",
            "timestamptz",
            "CASE WHEN NOT t.old_values ? 'created_at' THEN t.created_at END",
            lambda args: args.created_at,
        ),
        Column("old_id", "text", "t.old_id", lambda args: args.old_id),
        Column("old_values", "jsonb", "t.old_values", lambda args: args.old_values),
        Column("is_public", "boolean", "t.is_public", lambda _args: False),
        # By its mark, which does not change when the number is sealed anew.
        Column("document_number", "text", "coalesce(t.document_number_mark::text, '')", lambda _args: ""),
        Column("expires_on", "date", "t.expires_on", lambda _args: None),
        Column("read_audiences", "text[]", "t.read_audiences", lambda _args: []),
        Column("write_audiences", "text[]", "t.write_audiences", lambda _args: []),
        Column("delete_audiences", "text[]", "t.delete_audiences", lambda _args: []),
    ),
    references={"company_id": "company", "employee_id": "employee"},
)
RULES: Final = (
    "documents: one that does not say whom or what it is about is filed with its uploader's company, and"
    " listed for HR; one about somebody or something that was set aside is set aside, too.",
    "documents: a MIME type in the place of the kind of paper is taken for the content type; an uploader who"
    " is not in the file keeps an id that leads to nobody.",
    "documents: the size is that of the stored file, 0 without one; the old size is kept and compared.",
    "documents: files named only in the documents column of employees and licences stay there, kept with the"
    " employee and the licence.",
)


def plan(facts: Facts, *, uploads: Path | None = None) -> Plan:
    """What this service takes from the file; files are looked for in the folder ``uploads``, if one is given.

    Raises SourceUnreadableError for a folder that cannot be read.
    """
    check_folder(uploads)
    return (
        TableImport(
            name="documents",
            table=old_documents.TABLE,
            map=lambda row, place: map_document(row, place, facts),
            write=write_documents,
            account=ACCOUNT,
            change=change_documents,
            remove=remove_documents,
            finish=partial(old_files_bring, folder=uploads),
            rules=RULES,
        ),
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a document is: a company's, and of it an employee's, a licence's or nobody's in particular.

    With ``is_guess`` the company is all that could be found out.
    """

    company_id: UUID
    employee_id: UUID | None = None
    license_id: UUID | None = None
    is_guess: bool = False


def map_document(row: Row, place: int, facts: Facts) -> Outcome[Fields]:
    """An old document as it is here, with what HR has to do about it."""
    owner = _owner(row, facts)
    company_id = owner.company_id if owner else None
    document = facts.accepted(old_documents.TABLE, read_document, row, place, company_id=company_id)
    if isinstance(document, Quarantined):
        return document
    if owner is None:
        about = f"{document.entity_type} {document.entity_id}".strip()
        return Quarantined(QuarantineReason.UNKNOWN_OWNER, detail=about)
    return Imported(document.id, _fields(document, owner, facts), _todo(document, owner), owner.company_id)


def write_documents(items: Sequence[Imported[Fields]]) -> Written:
    """Make the documents; their files come afterwards."""
    documents_import([item.args for item in items])
    return Written()


def change_documents(items: Sequence[Imported[Fields]]) -> Written:
    """Bring the documents to the state of their args."""
    documents_change([item.args for item in items])
    return Written()


def remove_documents(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take the documents away; answers which must stay and why."""
    return documents_remove(ids)


def _owner(row: Row, facts: Facts) -> Owner | None:
    """Whose the document is; None when what it says leads nowhere, or to several things at once."""
    old_id = old_documents.entity_id(row)
    if not old_id:
        return _users(plain(row.get("uploaded_by")), facts)
    said = old_documents.entity_type(row)
    ways = [_OWNERS[said]] if said else list(_OWNERS.values())
    owners = [owner for look in ways if (owner := look(old_id, facts))]
    return owners[0] if len(owners) == 1 else None


def _employees(old_id: str, facts: Facts) -> Owner | None:
    employee = facts.carried_employee(old_id)
    return Owner(employee.company_id, employee_id=employee.id) if employee else None


def _companies(old_id: str, facts: Facts) -> Owner | None:
    company_id = facts.carried_company(old_id)
    return Owner(company_id) if company_id else None


def _licenses(old_id: str, facts: Facts) -> Owner | None:
    license_ = facts.named_license(old_id)
    return Owner(license_.company_id, license_id=license_.id) if license_ else None


def _users(old_id: str, facts: Facts) -> Owner | None:
    """The company of an account: whom of its people it is about is for HR to say."""
    user = facts.carried_user(old_id)
    return Owner(user.company_id, is_guess=True) if user and user.company_id else None


_OWNERS: Final[Mapping[str, Callable[[str, Facts], Owner | None]]] = {
    "employee": _employees,
    "company": _companies,
    "license": _licenses,
    "user": _users,
}


def _fields(document: OldDocument, owner: Owner, facts: Facts) -> Fields:
    uploader = facts.carried_user(document.uploaded_by)
    filename = clean_name(document.file_name or document.file_url or document.title)
    return Fields(
        id=document.id,
        company_id=owner.company_id,
        created_at=document.created_at,
        updated_at=document.updated_at,
        title=document.title,
        filename=filename,
        mime_type=document.mime_type or NO_TYPE,
        category=document.category,
        category_folded=folded_name(document.category),
        tags=tuple(distinct_tags(document.tags)),
        description=document.description,
        is_archived=not document.is_active,
        uploaded_by=uploader.id if uploader else new_id("users", document.uploaded_by),
        employee_id=owner.employee_id,
        license_id=owner.license_id,
        document_type=document.kind or (DocumentType.LICENSE.value if owner.license_id else ""),
        old_id=document.old_id,
        old_values=encode(_old_values(document, filename, is_known=uploader is not None)).decode(),
    )


def _old_values(document: OldDocument, filename: str, *, is_known: bool) -> dict[str, Json]:
    """What no column says: where the file was and how large, and whatever was not understood."""
    said: dict[str, Json] = {"file_url": document.file_url} if document.file_url else {}
    if document.file_name != filename:
        said["file_name"] = document.file_name
    if document.file_size is not None:
        said["file_size"] = document.file_size
    if not is_known:
        said["uploaded_by"] = document.uploaded_by
    return {**said, **document.kept}


def _todo(document: OldDocument, owner: Owner) -> Sequence[ToDo]:
    if not (document.unreadable or owner.is_guess):
        return ()
    found = [
        (ToDoKind.UNREADABLE_VALUE, f"{column}: {document.kept.get(column)}")
        for column in document.unreadable
    ]
    if owner.is_guess:
        found.append((ToDoKind.UNKNOWN_OWNER, ""))
    return [
        ToDo(kind, SubjectKind.DOCUMENT, document.id, document.title, owner.company_id, detail)
        for kind, detail in found
    ]
