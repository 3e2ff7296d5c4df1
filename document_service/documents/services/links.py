"""Signed addresses: a file for one person, for a few minutes, without a session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from common.contracts.base import from_wire, readable
from common.security.principal import Principal
from common.security.selectors import is_revoked
from common.security.tenancy import company_scope
from document_service.documents.exceptions import LinkNotValidError
from document_service.documents.models import Document
from document_service.documents.selectors.visibility import document_get
from document_service.documents.services.downloads import ServedFile, download_log, file_to_serve

SALT = "link to a document's file"


@readable
class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a signed address says: which file, for whom, and the session that asked for it."""

    id: UUID
    company_id: UUID
    document_id: UUID
    version: int
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class SignedLink:
    """A token, and until when it is good."""

    token: str
    expires_at: datetime


@transaction.atomic
def link_create(*, person: Principal, document_id: UUID, number: int | None = None) -> SignedLink:
    """A signed address of a file for ``person``, which nobody else should be given.

    Raises DocumentNotFoundError and what ``file_to_serve`` raises.
    """
    served = file_to_serve(document_get(person, document_id), number)
    link = Link(
        id=uuid4(),
        company_id=served.document.company_id,
        document_id=document_id,
        version=served.version.version,
        user_id=person.id,
        session_id=person.session_id,
    )
    return SignedLink(
        token=signing.dumps(msgspec.to_builtins(link), salt=SALT),
        expires_at=timezone.now() + timedelta(seconds=settings.LINK_SECONDS),
    )


@transaction.atomic
def link_follow(token: str, *, address: str | None) -> ServedFile:
    """The file that a signed address leads to; its first use is logged for the person it was made for.

    Raises LinkNotValidError for one that is forged, is too old, leads to what is gone, or whose person was signed
    out since; and what ``file_to_serve`` raises.
    """
    link = _read(token)
    if is_revoked(session_id=link.session_id, user_id=link.user_id, issued_at=_made_at(token)):
        raise LinkNotValidError
    with company_scope(link.company_id):
        document = Document.objects.filter(company_id=link.company_id, pk=link.document_id).first()
        if document is None:
            raise LinkNotValidError
        served = file_to_serve(document, link.version)
        download_log(served, user_id=link.user_id, address=address, link_id=link.id)
    return served


def _read(token: str) -> Link:
    try:
        return from_wire(Link, signing.loads(token, salt=SALT, max_age=settings.LINK_SECONDS))
    except (signing.BadSignature, msgspec.ValidationError, ValueError) as error:
        raise LinkNotValidError from error


def _made_at(token: str) -> datetime:
    seconds = signing.b62_decode(token.rsplit(":", 2)[1])
    return datetime.fromtimestamp(seconds, UTC)
