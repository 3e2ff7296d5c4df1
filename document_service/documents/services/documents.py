"""Writes of documents: each is one transaction with its event."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common.contracts.document import DocumentDeleted, DocumentUploaded
from common.errors import PermissionDeniedError
from common.messaging.services import publish
from common.reference.models import EmployeeRef
from common.security.principal import Principal
from document_service.documents.choices import Action
from document_service.documents.exceptions import DocumentNotFoundError, UnknownEmployeeError
from document_service.documents.models import (
    Document,
    DocumentCategory,
    DocumentVersion,
    StoredFile,
)
from document_service.documents.selectors.terms import folded_name
from document_service.documents.selectors.visibility import documents_visible_to, may_share, require
from document_service.documents.services.search_terms import (
    search_terms_add,
    search_terms_remove,
    search_terms_renew,
)
from document_service.documents.services.storing import CheckedFile, file_keep

AUDIENCE_FIELDS = {
    Action.READ: "read_audiences",
    Action.WRITE: "write_audiences",
    Action.DELETE: "delete_audiences",
}
SHARING = {*AUDIENCE_FIELDS.values(), "is_public"}


class DocumentFields(TypedDict, total=False):
    """What may be said about a document. ``permissions`` are the audiences of the actions it names."""

    title: str
    category: str
    tags: Sequence[str]
    description: str
    is_public: bool
    is_archived: bool
    employee_id: UUID | None
    document_type: str
    document_number: str
    expires_on: date | None
    permissions: Mapping[str, Sequence[str]]


@transaction.atomic
def document_create(
    *, person: Principal, company_id: UUID, file: CheckedFile, **fields: Unpack[DocumentFields]
) -> Document:
    """Make a document of a file that was received; ``title`` is needed.

    Raises UnknownEmployeeError, StorageLimitReachedError and InfectedFileError.
    """
    document = Document(company_id=company_id, uploaded_by=person.id, **_columns(company_id, fields))
    take_file(document, file)
    document.file = file_keep(company_id, file)
    document.save(force_insert=True)
    version_write(document, uploaded_by=person.id)
    search_terms_add([document])
    publish(
        DocumentUploaded(
            document_id=document.id,
            company_id=company_id,
            title=document.title,
            uploaded_by=person.id,
            size=document.file_size,
            mime_type=document.mime_type,
            document_type=document.document_type,
            category=document.category,
            employee_id=document.employee_id,
            expires_on=document.expires_on,
        ),
        aggregate_id=document.id,
        company_id=company_id,
        version=document.version,
    )
    return document


@transaction.atomic
def document_update(*, person: Principal, document_id: UUID, **changes: Unpack[DocumentFields]) -> Document:
    """Change what is said about a document; what is left out stays.

    Raises DocumentNotFoundError, PermissionDeniedError (who sees it is for office staff and its uploader to
    say) and UnknownEmployeeError.
    """
    document = document_lock(person, document_id, Action.WRITE)
    values = _columns(document.company_id, changes)
    changed = {name for name, value in values.items() if getattr(document, name) != value}
    if not changed:
        return document
    if changed & SHARING and not may_share(person, document):
        raise PermissionDeniedError
    for name in changed:
        setattr(document, name, values[name])
    document.save(update_fields=[*changed, "updated_at"])
    search_terms_renew(document)
    return document


@transaction.atomic
def document_delete(*, person: Principal, document_id: UUID) -> None:
    """Delete a document with its versions; bytes that nothing else has are removed soon after.

    Raises DocumentNotFoundError and PermissionDeniedError.
    """
    document = document_lock(person, document_id, Action.DELETE)
    files = DocumentVersion.objects.filter(company_id=document.company_id, document=document)
    unused = set(files.exclude(file=None).values_list("file_id", flat=True))
    search_terms_remove(document)
    company_id, version = document.company_id, document.version
    document.delete()
    StoredFile.objects.filter(company_id=company_id, pk__in=sorted(unused)).update(
        unused_since=timezone.now()
    )
    publish(
        DocumentDeleted(document_id=document_id, company_id=company_id),
        aggregate_id=document_id,
        company_id=company_id,
        version=version + 1,
    )


def document_lock(person: Principal, document_id: UUID, action: Action) -> Document:
    """The document, held until the transaction ends, if ``person`` may do this with it.

    Raises DocumentNotFoundError and PermissionDeniedError.
    """
    documents = documents_visible_to(person).select_for_update(no_key=action != Action.DELETE)
    document = documents.filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFoundError
    require(person, action, document)
    return document


def version_write(document: Document, *, uploaded_by: UUID, change_log: str = "") -> DocumentVersion:
    """Note the document's newest file among its versions."""
    return DocumentVersion.objects.create(
        company_id=document.company_id,
        document=document,
        version=document.version,
        filename=document.filename,
        file=document.file,
        file_size=document.file_size,
        mime_type=document.mime_type,
        expires_on=document.expires_on,
        change_log=change_log,
        uploaded_by=uploaded_by,
    )


def take_file(document: Document, file: CheckedFile) -> None:
    """Let the document show a new file; its bytes are kept by ``file_keep``."""
    document.filename, document.file_size, document.mime_type = file.name, file.size, file.mime_type


def _columns(company_id: UUID, fields: DocumentFields) -> dict[str, Any]:
    values: dict[str, Any] = dict(fields)
    for action, audiences in values.pop("permissions", {}).items():
        values[AUDIENCE_FIELDS[Action(action)]] = sorted(set(audiences))
    if "tags" in values:
        values["tags"] = distinct_tags(values["tags"])
    if "category" in values:
        values["category"] = _category(company_id, values["category"])
        values["category_folded"] = folded_name(values["category"])
    employee_id = values.get("employee_id")
    if employee_id is not None:
        employees = EmployeeRef.objects.filter(company_id=company_id, employee_id=employee_id)
        if not employees.exists():
            raise UnknownEmployeeError(details={"employee_id": [str(employee_id)]})
    return values


def _category(company_id: UUID, name: str) -> str:
    """The name as the company's own category of that name spells it, or as it was given."""
    known = DocumentCategory.objects.filter(company_id=company_id, name_folded=folded_name(name))
    return known.values_list("name", flat=True).first() or name


def distinct_tags(tags: Sequence[str]) -> list[str]:
    """The tags as they are spelled first, without those that fold to nothing."""
    spelled: dict[str, str] = {}
    for tag in tags:
        spelled.setdefault(folded_name(tag), tag)
    return [tag for folded, tag in spelled.items() if folded]
