"""Erasures after a restored backup: what the ledger has is asked for again, of every service.

A request keeps its id. So a service whose database still knows the erasure does nothing, and one whose database
came out of the backup erases again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from common.security.tenancy import all_companies
from employee_service.employees.models import Employee
from employee_service.person_requests.choices import RequestState
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.services.ledger import Entry
from employee_service.person_requests.services.opening import parts_write

REASON = "Erased before the backup was restored."


@dataclass(frozen=True)
class Reapplied:
    """What became of the ledger's erasures; ``unknown`` are those of people who are not in the restored data."""

    asked: int = 0
    under_way: int = 0
    unknown: int = 0


def erasures_reapply(entries: Iterable[Entry], *, dry_run: bool = False) -> Reapplied:
    """Ask all services again for each erasure, in one transaction; with ``dry_run`` only count."""
    # Of several about one person the last says what holds.
    wanted = {(entry.employee_id, entry.kind): entry for entry in entries}
    with all_companies("erasures after a restored backup"), transaction.atomic():
        here = set(
            Employee.objects.filter(pk__in=[entry.employee_id for entry in wanted.values()]).values_list(
                "pk", flat=True
            )
        )
        running = set(
            PersonRequest.objects.filter(state=RequestState.RUNNING).values_list("employee_id", "kind")
        )
        again = [entry for key, entry in wanted.items() if key not in running]
        if not dry_run:
            for entry in again:
                _ask_again(entry)
    return Reapplied(
        asked=len(again),
        under_way=len(wanted) - len(again),
        unknown=sum(entry.employee_id not in here for entry in wanted.values()),
    )


def _ask_again(entry: Entry) -> None:
    """Open the request anew, or as it was; somebody unknown here may still be known elsewhere."""
    known = PersonRequest.objects.filter(pk=entry.request_id)
    if known.update(state=RequestState.RUNNING, finished_at=None):
        RequestPart.objects.filter(request=entry.request_id).update(
            finished_at=None, due_at=Now(), attempts=0, error="", account=False
        )
        return
    request = PersonRequest(
        id=entry.request_id,
        company_id=entry.company_id,
        employee_id=entry.employee_id,
        user_id=entry.user_id,
        kind=entry.kind,
        reason=REASON,
        keep_until=entry.keep_until,
    )
    PersonRequest.objects.bulk_create([request])
    parts_write([request])
