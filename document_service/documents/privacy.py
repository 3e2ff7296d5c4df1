"""Personal data in the document service: papers about employees, and who was given which file."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from common.contracts.document import DocumentDeleted
from common.messaging.services import publish_many
from common.privacy.choices import Because, Fate, Holding
from common.privacy.plan import Held, Plan, Share
from common.privacy.subjects import Erased, Line, Order, Subject
from document_service.documents.choices import DocumentType
from document_service.documents.models import (
    Document,
    DocumentDownload,
    DocumentPermission,
    DocumentVersion,
    StoredFile,
)
from document_service.documents.services.search_terms import search_terms_remove

# What proves an employment and that the person was allowed to work.
OF_THE_EMPLOYMENT = frozenset(
    {
        DocumentType.CONTRACT,
        DocumentType.CIVIL_ID,
        DocumentType.PASSPORT,
        DocumentType.RESIDENCE,
        DocumentType.WORK_PERMIT,
        DocumentType.HEALTH_CERTIFICATE,
    }
)


def _documents(subject: Subject) -> QuerySet[Document]:
    return Document.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id)


def _versions(subject: Subject) -> QuerySet[DocumentVersion]:
    about = _documents(subject).values("id")
    return DocumentVersion.objects.filter(company_id=subject.company_id, document__in=about)


def _downloads(subject: Subject) -> QuerySet[DocumentDownload]:
    return DocumentDownload.objects.filter(company_id=subject.company_id, user_id=subject.user_id)


def _rights(subject: Subject) -> QuerySet[DocumentPermission]:
    return DocumentPermission.objects.filter(company_id=subject.company_id, user_id=subject.user_id)


def erase(order: Order) -> Erased:
    """Delete the papers about the person, but for those that prove the employment while the law has it kept."""
    subject = order.subject
    papers = _documents(subject).select_for_update()
    kept = 0
    if not order.full:
        kept = papers.filter(document_type__in=OF_THE_EMPLOYMENT).count()
        papers = papers.exclude(document_type__in=OF_THE_EMPLOYMENT)
    rights = _rights(subject).delete()[0] if order.account else 0
    downloads = _downloads(subject).count()
    lines = [
        Line(holding=Holding.DOCUMENTS, fate=Fate.DELETED, rows=_delete(list(papers))),
        Line(
            holding=Holding.DOCUMENTS,
            fate=Fate.KEPT,
            rows=kept,
            because=Because.EMPLOYMENT_LAW,
            until=order.keep_until,
        ),
        Line(holding=Holding.MEMBERSHIPS, fate=Fate.DELETED, rows=rights),
        Line(holding=Holding.DOWNLOADS, fate=Fate.KEPT, rows=downloads, because=Because.ACCOUNTABILITY),
    ]
    return Erased(lines=lines)


def _delete(documents: Sequence[Document]) -> int:
    """Delete documents with their versions and tell of it; their bytes are swept away soon after."""
    ids: list[UUID] = [document.pk for document in documents]
    if not ids:
        return 0
    files = (
        DocumentVersion.objects.filter(document__in=ids).exclude(file=None).values_list("file_id", flat=True)
    )
    unused = set(files)
    for document in documents:
        search_terms_remove(document)
    Document.objects.filter(pk__in=ids).delete()
    StoredFile.objects.filter(pk__in=unused).update(unused_since=timezone.now())
    publish_many(
        [
            (
                DocumentDeleted(document_id=document_id, company_id=document.company_id),
                document_id,
                document.company_id,
                document.version + 1,
            )
            for document_id, document in zip(ids, documents, strict=True)
        ]
    )
    return len(ids)


plan = Plan(
    shares=(
        Share(Holding.DOCUMENTS, _documents, frozenset({"category_folded", "file_id", "readable_from"})),
        Share(Holding.FILES, _versions, frozenset({"file_id"})),
        Share(Holding.DOWNLOADS, _downloads),
        Share(Holding.MEMBERSHIPS, _rights),
    ),
    erase=erase,
    held={"document_id": Held("documents.Document", "employee_id")},
)
