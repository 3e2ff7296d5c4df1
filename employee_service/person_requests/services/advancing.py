"""Asking the services for their parts until all have answered; may be killed and run twice at any moment."""

from datetime import timedelta

import msgspec
from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from common.contracts.base import to_wire
from common.privacy.subjects import Order
from common.security.tenancy import all_companies
from employee_service.person_requests.choices import RequestKind, RequestState
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.services.asking import NoAnswerError, erasure_ask, holdings_ask
from employee_service.person_requests.services.ledger import LedgerError, erasure_note

REASON = "requests about personal data"
LEASE = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=1)
MOST_AT_ONCE = 60


def requests_advance() -> int:
    """Ask for the parts that are due, forget packages nobody fetched; returns how many parts were answered."""
    answered = 0
    for _turn in range(MOST_AT_ONCE):
        part = _taken()
        if part is None:
            break
        answered += _asked(part)
    packages_forget()
    return answered


def _taken() -> RequestPart | None:
    """The next part that is due, ours for the time of the lease."""
    with all_companies(REASON):
        earlier = RequestPart.objects.filter(
            request=OuterRef("request"), rank__lt=OuterRef("rank"), finished_at=None
        )
        due = (
            RequestPart.objects.filter(due_at__lte=Now())
            .exclude(Exists(earlier))
            .order_by("due_at", "rank", "id")
        )
        part = due.select_for_update(skip_locked=True).first()
        if part is None:
            return None
        RequestPart.objects.filter(pk=part.pk).update(
            due_at=timezone.now() + LEASE, attempts=F("attempts") + 1
        )
        return RequestPart.objects.select_related("request").get(pk=part.pk)


def _asked(part: RequestPart) -> bool:
    """Ask outside any transaction of ours, and store the answer; whether there was one."""
    try:
        if part.request.kind == RequestKind.EXPORT:
            sections = holdings_ask(part.service, part.request.subject, part.request.language)
            part.content = msgspec.json.encode(sections).decode()
        else:
            if part.rank == 0:
                erasure_note(part.request)
            erased = erasure_ask(part.service, _order(part))
            part.lines = [to_wire(line) for line in erased.lines]
            part.account = erased.account
    except (NoAnswerError, LedgerError) as error:
        _postpone(part, str(error))
        return False
    with all_companies(REASON):
        request = PersonRequest.objects.select_for_update().get(pk=part.request_id)
        if RequestPart.objects.filter(pk=part.pk, finished_at__isnull=False).exists():
            return False
        part.due_at, part.finished_at, part.error = None, timezone.now(), ""
        part.save(update_fields=["content", "lines", "account", "due_at", "finished_at", "error"])
        if not RequestPart.objects.filter(request=request, finished_at=None).exists():
            _finish(request)
    return True


def _order(part: RequestPart) -> Order:
    with all_companies(REASON):
        account = RequestPart.objects.filter(request_id=part.request_id, account=True).exists()
    return Order(
        request_id=part.request_id,
        subject=part.request.subject,
        keep_until=part.request.keep_until,
        account=account,
    )


def _postpone(part: RequestPart, error: str) -> None:
    wait = min(LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(part.attempts, 12)))
    with all_companies(REASON):
        RequestPart.objects.filter(pk=part.pk, finished_at=None).update(
            due_at=timezone.now() + wait, error=error
        )


def _finish(request: PersonRequest) -> None:
    request.finished_at = timezone.now()
    request.state = RequestState.DONE
    if request.kind == RequestKind.EXPORT:
        request.state = RequestState.READY
        request.expires_at = request.finished_at + timedelta(days=settings.PERSON_PACKAGE_DAYS)
    request.save(update_fields=["finished_at", "state", "expires_at"])


def packages_forget() -> int:
    """Delete the content of packages that nobody fetched in time; returns of how many."""
    with all_companies(REASON):
        late = PersonRequest.objects.filter(state=RequestState.READY, expires_at__lt=Now())
        ids = list(late.values_list("pk", flat=True))
        RequestPart.objects.filter(request__in=ids).update(content="")
        return PersonRequest.objects.filter(pk__in=ids).update(state=RequestState.EXPIRED, expires_at=None)


def parts_hurry(request: PersonRequest) -> int:
    """Ask those services at once that have yet to answer; returns how many."""
    waiting = RequestPart.objects.filter(request=request, finished_at=None)
    return waiting.update(due_at=Now())
