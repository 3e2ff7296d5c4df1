"""Rights of single people to single documents."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from common.errors import PermissionDeniedError
from common.reference.models import UserRef
from common.security.principal import Principal
from document_service.documents.choices import Action
from document_service.documents.exceptions import UnknownPersonError
from document_service.documents.models import Document, DocumentPermission
from document_service.documents.selectors.visibility import may_share
from document_service.documents.services.documents import document_lock


@transaction.atomic
def rights_set(*, person: Principal, document_id: UUID, user_id: UUID, actions: Collection[str]) -> Document:
    """Let somebody of the company do just these things with the document; nothing takes all rights away.

    A right to anything is one to read. Raises DocumentNotFoundError, PermissionDeniedError and UnknownPersonError.
    """
    document = document_lock(person, document_id, Action.WRITE)
    if not may_share(person, document):
        raise PermissionDeniedError
    rights = DocumentPermission.objects.filter(
        company_id=document.company_id, document=document, user_id=user_id
    )
    people = UserRef.objects.filter(user_id=user_id, company_ids__contains=[document.company_id])
    # Who left the company may still be on the list, and be taken off it.
    if actions and not people.exists():
        raise UnknownPersonError(details={"user_id": [str(user_id)]})
    rights.exclude(action__in=actions).delete()
    DocumentPermission.objects.bulk_create(
        (
            DocumentPermission(
                company_id=document.company_id, document=document, user_id=user_id, action=Action(action)
            )
            for action in sorted(actions)
        ),
        ignore_conflicts=True,
    )
    return document
