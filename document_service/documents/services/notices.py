"""Notices of documents that end: each step of each end is noted once, in the transaction that tells of it.

A run looks for documents whose most urgent step is not in the ledger. It may come late, be killed or run beside
itself: a batch holds its documents, then reads the ledger, and commits its notes together with its events. A new
version with a later end begins anew; archived documents are left alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from common.contracts.document import DocumentExpired, DocumentExpiring
from common.days import today as companies_today
from common.expiry import DEFAULT, due, latest_step
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies
from document_service.documents.models import Document, ExpiryNotice

BATCH = 500
ENDS = "SELECT DISTINCT expires_on FROM documents WHERE NOT is_archived AND expires_on <= %s"
UNTOLD = """
SELECT d.id FROM documents AS d
JOIN unnest(%s::date[], %s::smallint[]) AS latest(expires_on, step) ON d.expires_on = latest.expires_on
WHERE NOT d.is_archived AND NOT EXISTS (
    SELECT FROM document_expiry_notices AS n
    WHERE n.document_id = d.id AND n.expires_on = d.expires_on AND n.step = latest.step
)
ORDER BY d.id LIMIT %s FOR NO KEY UPDATE OF d
"""


@dataclass(frozen=True)
class Noted:
    """What a run has done: steps entered into the ledger, and notices published."""

    steps: int = 0
    notices: int = 0


def documents_announce(today: date | None = None, *, batch: int = BATCH) -> Noted:
    """Tell of every document that has reached a notice step by ``today`` (the companies' day without one).

    Publishes document.expiring up to the last valid day and document.expired after it, one for each document: the
    most urgent step. Steps that were missed before it are noted with it. Safe to kill and to run beside itself.
    """
    today = today or companies_today()
    total = Noted()
    while True:
        with all_companies("notices of documents"):
            held = _hold_untold(today, batch)
            noted = _announce(held, today)
        total = Noted(total.steps + noted.steps, total.notices + noted.notices)
        if len(held) < batch:
            return total


def _hold_untold(today: date, batch: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(ENDS, [DEFAULT.horizon(today)])
        latest = {end: latest_step(end, today) for (end,) in cursor.fetchall()}
        cursor.execute(UNTOLD, [list(latest), list(latest.values()), batch])
        return [row[0] for row in cursor.fetchall()]


def _announce(held: list[UUID], today: date) -> Noted:
    # Read after the lock was got: whoever had it may have noted, renewed or archived.
    documents = list(Document.objects.filter(pk__in=held, is_archived=False).order_by("id"))
    noted = _noted(documents)
    rows: list[ExpiryNotice] = []
    publications: list[Publication] = []
    for document in documents:
        end = document.expires_on
        if end is None:
            continue
        found = due(end, today, noted[document.id])
        rows += [
            ExpiryNotice(
                company_id=document.company_id,
                document=document,
                expires_on=end,
                step=step,
                created_at=timezone.now(),
            )
            for step in found.note
        ]
        if found.announce is not None:
            event = _event(document, end, found.days_left, found.announce)
            publications.append(Publication(event, document.id, document.company_id, document.version))
    ExpiryNotice.objects.bulk_create(rows)
    publish_many(publications)
    return Noted(len(rows), len(publications))


def _noted(documents: Iterable[Document]) -> dict[UUID, list[int]]:
    """The steps of each document's present end that are in the ledger."""
    steps: dict[UUID, list[int]] = {document.id: [] for document in documents}
    notices = ExpiryNotice.objects.filter(document__in=steps, expires_on=F("document__expires_on"))
    for document_id, step in notices.values_list("document_id", "step"):
        steps[document_id].append(step)
    return steps


def _event(document: Document, end: date, days_left: int, step: int) -> DocumentExpiring | DocumentExpired:
    facts: dict[str, Any] = {
        "document_id": document.id,
        "company_id": document.company_id,
        "title": document.title,
        "uploaded_by": document.uploaded_by,
        "expires_on": end,
        "days_left": days_left,
        "step": step,
        "document_type": document.document_type,
        "employee_id": document.employee_id,
    }
    return DocumentExpired(**facts) if days_left < 0 else DocumentExpiring(**facts)
