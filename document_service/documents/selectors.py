"""Reading documents: what a person may see of their company's."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.security.principal import Principal
from document_service.documents.choices import Action, Audience
from document_service.documents.models import Document, DocumentPermission

# From this level on (office staff, managers) a person's "view" means the whole company.
SEES_THE_COMPANY = 3
SUPERVISOR = 2


def _audiences(level: int) -> list[Audience]:
    audiences = [Audience.ALL, Audience.EMPLOYEES]
    if level >= SUPERVISOR:
        audiences.append(Audience.MANAGERS)
    return audiences


def document_list(person: Principal) -> QuerySet[Document]:
    """The documents ``person`` may read, with their permissions.

    Workers and supervisors see what they uploaded, what is open to the company and what is addressed to
    them.
    """
    documents = Document.objects.prefetch_related("permissions")
    if not person.all_companies:
        documents = documents.filter(company_id=person.company_id)
    if person.level >= SEES_THE_COMPANY:
        return documents
    addressed = DocumentPermission.objects.filter(
        document=OuterRef("pk"), action=Action.READ, audience__in=_audiences(person.level)
    )
    return documents.filter(Q(uploaded_by=person.id) | Q(is_public=True) | Exists(addressed))


def document_get(person: Principal, document_id: UUID) -> Document | None:
    """One document, or None when there is none that ``person`` may read: the two are not told apart."""
    return document_list(person).filter(pk=document_id).first()


def permitted_audiences(document: Document) -> dict[str, list[str]]:
    """Who may do what with ``document``: the audiences of each action, without a query when prefetched."""
    granted: dict[str, list[str]] = {action: [] for action in Action.values}
    for permission in document.permissions.all():
        granted[permission.action].append(permission.audience)
    return {action: sorted(audiences) for action, audiences in granted.items()}
