"""Reading documents: what a person may see of their company's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.errors import NotFoundError
from common.security.principal import Principal
from common.security.visible import visible_to
from document_service.documents.choices import Action, Audience
from document_service.documents.models import Document, DocumentPermission

# From this level on (office staff, managers) a person's "view" means the whole company.
SEES_THE_COMPANY = 3
SUPERVISOR = 2
EXACT_FILTERS = ("category", "uploaded_by", "is_public", "is_archived")


def _audiences(level: int) -> list[Audience]:
    audiences = [Audience.ALL, Audience.EMPLOYEES]
    if level >= SUPERVISOR:
        audiences.append(Audience.MANAGERS)
    return audiences


def document_list(person: Principal, query: Mapping[str, Any] | None = None) -> QuerySet[Document]:
    """The documents ``person`` may read, with their permissions, filtered by what ``query`` names.

    Workers and supervisors see what they uploaded, what is open to the company and what is addressed to
    them. ``query``: search, category, tags (all of them), uploaded_by, is_public, is_archived.
    """
    documents = visible_to(person, Document.objects.prefetch_related("permissions"))
    if person.level < SEES_THE_COMPANY:
        addressed = DocumentPermission.objects.filter(
            document=OuterRef("pk"), action=Action.READ, audience__in=_audiences(person.level)
        )
        documents = documents.filter(Q(uploaded_by=person.id) | Q(is_public=True) | Exists(addressed))
    return _filtered(documents, query or {})


def document_get(person: Principal, document_id: UUID) -> Document:
    """One document that ``person`` may read; raises NotFoundError when there is none, or none to them."""
    document = document_list(person).filter(pk=document_id).first()
    if document is None:
        raise NotFoundError
    return document


def permitted_audiences(document: Document) -> dict[str, list[str]]:
    """Who may do what with ``document``: the audiences of each action, without a query when prefetched."""
    granted: dict[str, list[str]] = {action: [] for action in Action.values}
    for permission in document.permissions.all():
        granted[permission.action].append(permission.audience)
    return {action: sorted(audiences) for action, audiences in granted.items()}


def _filtered(documents: QuerySet[Document], query: Mapping[str, Any]) -> QuerySet[Document]:
    exact = {name: query[name] for name in EXACT_FILTERS if name in query}
    documents = documents.filter(**exact)
    if query.get("tags"):
        documents = documents.filter(tags__contains=query["tags"])
    if "search" in query:
        text = query["search"]
        documents = documents.filter(
            Q(title__icontains=text) | Q(filename__icontains=text) | Q(description__icontains=text)
        )
    return documents
