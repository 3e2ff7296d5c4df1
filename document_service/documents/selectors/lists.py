"""Lists of documents and their versions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from common.security.principal import Principal
from document_service.documents.models import Document, DocumentVersion
from document_service.documents.selectors.search import with_tags, with_words
from document_service.documents.selectors.terms import folded_name
from document_service.documents.selectors.visibility import document_get, documents_visible_to

EXACT_FILTERS = (
    "uploaded_by", "is_public", "is_archived", "employee_id", "license_id", "document_type", "company_id",
)  # fmt: skip


def document_list(person: Principal, query: Mapping[str, Any]) -> QuerySet[Document]:
    """The documents ``person`` may read, narrowed by what ``query`` names.

    Beside EXACT_FILTERS: ``search`` (all of its words), ``category``, ``tags`` (all of them),
    ``expires_before`` and ``expires_after`` (days, themselves included), ``has_file``.
    """
    exact = {name: query[name] for name in EXACT_FILTERS if name in query}
    documents = narrowed(documents_visible_to(person).filter(**exact), query, person.company_id)
    if "expires_before" in query:
        documents = documents.filter(expires_on__lte=query["expires_before"])
    if "has_file" in query:
        documents = documents.filter(file__isnull=not query["has_file"])
    if "expires_after" in query:
        documents = documents.filter(expires_on__gte=query["expires_after"])
    return with_words(documents, query.get("search", ""), person.company_id)


def narrowed(
    documents: QuerySet[Document], query: Mapping[str, Any], company_id: UUID | None
) -> QuerySet[Document]:
    """``documents`` of a category and with all of the tags, however those are spelled."""
    if query.get("category"):
        documents = documents.filter(category_folded=folded_name(query["category"]))
    return with_tags(documents, query.get("tags", ()), company_id)


def version_list(person: Principal, document_id: UUID) -> QuerySet[DocumentVersion]:
    """The versions of a document that ``person`` may read, newest first; raises DocumentNotFoundError."""
    document = document_get(person, document_id)
    versions = DocumentVersion.objects.filter(company_id=document.company_id, document=document)
    return versions.order_by("-version")
