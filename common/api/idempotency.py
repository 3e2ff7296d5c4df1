"""Requests that may be repeated: the same key, the same answer, one effect."""

import hashlib
import json
from datetime import timedelta
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.models import IdempotencyKey
from common.errors import ConflictError, MalformedRequestError
from common.security.encryption.cipher import mark
from common.security.principal import Principal
from common.security.tenancy import all_companies

HEADER = "HTTP_IDEMPOTENCY_KEY"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 200
KEPT = timedelta(hours=48)


class IdempotencyConflictError(ConflictError):
    """The key was used for another request."""

    code = "IDEMPOTENCY_CONFLICT"
    default_message = _("This idempotency key was used for another request.")


class AlreadyAnswered(Exception):  # noqa: N818 - it carries an answer, not an error
    """Ends a request that repeats one which was answered."""

    def __init__(self, record: IdempotencyKey) -> None:
        super().__init__(record.key)
        self.answer = Response(record.body, status=record.status, headers={REPLAYED: "true"})


def key_of(request: Request) -> str | None:
    """The request's idempotency key, or None; raises MalformedRequestError for one that cannot be kept."""
    key: str | None = request.META.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise MalformedRequestError(_("An Idempotency-Key is 1 to 200 printable ASCII characters."))
    return key


def hash_of(request: Request) -> str:
    """A digest of what the request asks for: its query string and its JSON body, however that is spelled.

    Made with the service's key, or pay could be found by trying amounts until the digest is met.
    """
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    said = f"{request.META.get('QUERY_STRING', '')}\n{body}"
    return keyed(hashlib.sha256(said.encode()).hexdigest())


def keyed(digest: str) -> str:
    """What stands for a plain digest of a request."""
    return mark(digest, column="idempotency_keys.body_hash", company_id=None).hex


def claim(
    *, principal: Principal, key: str, method: str, path: str, body_hash: str
) -> tuple[IdempotencyKey, bool]:
    """The record of the person's ``key`` in the open transaction, and whether this call made it.

    A second caller waits here until the first one's transaction has ended; if that rolled back, the second
    makes the record. Raises IdempotencyConflictError when the key stands for another request.
    """
    record = IdempotencyKey(
        company_id=principal.company_id,
        user_id=principal.id,
        key=key,
        method=method,
        path=path,
        body_hash=body_hash,
    )
    IdempotencyKey.objects.bulk_create([record], ignore_conflicts=True)
    kept = IdempotencyKey.objects.filter(user_id=principal.id, key=key).first()
    # Nothing to see after a conflict: the person used the key in another company's scope.
    asked = (record.company_id, method, path, body_hash)
    if kept is None or (kept.company_id, kept.method, kept.path, kept.body_hash) != asked:
        raise IdempotencyConflictError()
    return kept, kept.id == record.id


def attach_saga(record: IdempotencyKey, saga_id: UUID) -> None:
    """Remember that the saga ``saga_id`` carries out the request."""
    record.saga_id = saga_id
    record.save(update_fields=["saga_id"])


def claim_request(request: Request, person: Principal) -> IdempotencyKey | None:
    """Claim the key of the person's request, if it has one; raises AlreadyAnswered for a repetition."""
    key = key_of(request)
    if key is None:
        return None
    record, created = claim(
        principal=person,
        key=key,
        method=str(request.method),
        path=request.path,
        body_hash=hash_of(request),
    )
    if not created:
        raise AlreadyAnswered(record)
    return record


def remember(record: IdempotencyKey, answer: HttpResponseBase) -> None:
    """Keep the answer with its key, in the transaction of the change it tells of."""
    if not isinstance(answer, Response):
        raise TypeError("Only an answer of data can be repeated.")
    record.status, record.body = answer.status_code, answer.data
    record.save(update_fields=["status", "body"])


def purge_keys() -> int:
    """Forget keys older than two days; returns how many."""
    with all_companies("forget old idempotency keys"):
        count, _each = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return count
