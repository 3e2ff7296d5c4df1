"""Who may see and do what: one condition for lists, search, facets, statistics and downloads alike.

Administrators see their company's documents. Others see what is open to a role of their level, what they
uploaded, what they were given a right to, and what is about them unless it is addressed to certain people.
"""

from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import PermissionDeniedError
from common.reference.models import EmployeeRef
from common.security.principal import Principal
from common.security.visible import visible_to
from document_service.documents.choices import Action, Audience
from document_service.documents.exceptions import DocumentNotFoundError
from document_service.documents.models import Document, DocumentPermission
from document_service.documents.models.documents import ADMINISTRATOR, AUDIENCE_LEVELS, OFFICE_STAFF

CODES = {Action.WRITE: "documents:upload", Action.DELETE: "documents:delete"}


def documents_visible_to(person: Principal) -> QuerySet[Document]:
    """The documents that ``person`` may read."""
    documents = visible_to(person, Document.objects.all())
    if person.all_companies or person.level >= ADMINISTRATOR:
        return documents
    return documents.filter(_readable(person))


def _readable(person: Principal) -> Q:
    condition = Q(readable_from__lte=person.level) | Q(uploaded_by=person.id)
    # Fetched and not joined: with lists of ids every branch is a range of an index.
    granted = visible_to(person, DocumentPermission.objects.filter(user_id=person.id))
    if given := set(granted.values_list("document_id", flat=True)):
        condition |= Q(id__in=given)
    if person.level < OFFICE_STAFF and (own := _employments(person)):
        condition |= Q(employee_id__in=own, read_audiences=[])
    return condition


def _employments(person: Principal) -> list[UUID]:
    """Whom a document about ``person`` is about. Office staff read by their role what addresses nobody."""
    employed = visible_to(person, EmployeeRef.objects.filter(user_id=person.id))
    return list(employed.values_list("employee_id", flat=True))


def document_get(person: Principal, document_id: UUID) -> Document:
    """A document that ``person`` may read, with its file; raises DocumentNotFoundError."""
    documents = documents_visible_to(person).select_related("file")
    document = documents.filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFoundError
    return document


def require(person: Principal, action: Action, document: Document) -> None:
    """Raise PermissionDeniedError unless ``person``, who may read the document, may do this with it, too."""
    if not may(person, action, document):
        raise PermissionDeniedError


def may(person: Principal, action: Action, document: Document) -> bool:
    """Whether ``person``, who may read the document, may change or delete it.

    A list of audiences replaces what a role may do by itself; administrators and rights given to the person
    stand above both.
    """
    if person.all_companies or person.level >= ADMINISTRATOR:
        return person.may(CODES[action])
    if _was_given(person, action, document):
        return True
    audiences = document.write_audiences if action == Action.WRITE else document.delete_audiences
    if audiences:
        return any(AUDIENCE_LEVELS[Audience(each)] <= person.level for each in audiences)
    by_role = person.level >= OFFICE_STAFF or document.uploaded_by == person.id
    return by_role and person.may(CODES[action])


def may_share(person: Principal, document: Document) -> bool:
    """Whether ``person``, who may change the document, may also say who else sees and changes it."""
    return person.level >= OFFICE_STAFF or document.uploaded_by == person.id


def _was_given(person: Principal, action: Action, document: Document) -> bool:
    rights = DocumentPermission.objects.filter(
        company_id=document.company_id, document_id=document.id, user_id=person.id, action=action
    )
    return rights.exists()
