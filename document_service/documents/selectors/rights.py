"""Who has rights of their own to a document, and who was given its file."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Trim

from common.errors import PermissionDeniedError
from common.reference.models import UserRef
from common.security.principal import Principal
from document_service.documents.choices import Action
from document_service.documents.models import Document, DocumentDownload, DocumentPermission
from document_service.documents.selectors.visibility import may_share, require


def rights_list(person: Principal, document: Document) -> QuerySet[DocumentPermission, Any]:
    """Each person with a right of their own: user_id, name, actions. For who may say who sees the document.

    Raises PermissionDeniedError.
    """
    _require_sharing(person, document)
    names = UserRef.objects.filter(user_id=OuterRef("user_id")).annotate(
        full=Trim(Concat("first_name", Value(" "), "last_name"))
    )
    rights = DocumentPermission.objects.filter(company_id=document.company_id, document=document)
    return (
        rights.values("user_id")
        .annotate(name=Subquery(names.values("full")[:1]), actions=ArrayAgg("action", order_by="action"))
        .order_by("user_id")
    )


def download_list(person: Principal, document: Document) -> QuerySet[DocumentDownload]:
    """The log of a document's downloads, for who may say who sees it; raises PermissionDeniedError."""
    _require_sharing(person, document)
    return DocumentDownload.objects.filter(company_id=document.company_id, document=document)


def _require_sharing(person: Principal, document: Document) -> None:
    require(person, Action.WRITE, document)
    if not may_share(person, document):
        raise PermissionDeniedError
