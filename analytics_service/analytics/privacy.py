"""Personal data in the analytics service: the events of the others, and figures that name nobody."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from analytics_service.analytics.models import EmployeeItem, EmploymentFact, Report, StoredEvent
from common.privacy.choices import Because, Fate, Holding
from common.privacy.plan import Held, Plan, Share
from common.privacy.subjects import Erased, Line, Order, Subject

_EMPTY = """
    UPDATE analytics_events SET payload = without_personal_values(payload)
    WHERE (aggregate_id = ANY(%(ids)s) OR payload->>'employee_id' = ANY(%(texts)s)
        OR payload ? 'session_id' AND payload->>'user_id' = ANY(%(texts)s))
        AND payload <> without_personal_values(payload)
"""


def _events(subject: Subject) -> QuerySet[StoredEvent]:
    about = Q(aggregate_id__in=subject.ids) | Q(payload__employee_id=str(subject.employee_id))
    return StoredEvent.objects.filter(about).filter(Q(company_id=subject.company_id) | Q(company_id=None))


def _employment(subject: Subject) -> QuerySet[EmploymentFact]:
    return EmploymentFact.objects.filter(company_id=subject.company_id, pk=subject.employee_id)


def _items(subject: Subject) -> QuerySet[EmployeeItem]:
    return EmployeeItem.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id)


def _reports(subject: Subject) -> QuerySet[Report]:
    return Report.objects.filter(company_id=subject.company_id, requested_by=subject.user_id)


def erase(order: Order) -> Erased:
    """Take names and addresses out of the stored events; figures have none."""
    subject = order.subject
    figures = _employment(subject).count() + _items(subject).count()
    kept = Because.NO_NAME if order.full else Because.EMPLOYMENT_LAW
    if order.full:
        _employment(subject).update(nationality="")
    lines = [
        Line(holding=Holding.EVENTS, fate=Fate.MASKED, rows=erase_late(order.ids)),
        Line(holding=Holding.FIGURES, fate=Fate.KEPT, rows=figures, because=kept, until=order.keep_until),
        # Their files are deleted some days after they were written.
        Line(
            holding=Holding.REPORTS, fate=Fate.KEPT, rows=_reports(subject).count(), because=Because.GOES_SOON
        ),
    ]
    return Erased(lines=lines)


def erase_late(ids: Sequence[UUID]) -> int:
    """Empty the events about these people that came after the erasure; returns how many."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"ids": list(ids), "texts": [str(an_id) for an_id in ids]})
        emptied: int = cursor.rowcount
        return emptied


plan = Plan(
    shares=(
        Share(Holding.EVENTS, _events),
        Share(Holding.FIGURES, _employment),
        Share(Holding.FIGURES, _items),
        Share(Holding.REPORTS, _reports, frozenset({"file", "fence"})),
    ),
    erase=erase,
    erase_late=erase_late,
    held={"employee_id": Held("analytics.EmploymentFact", "employee_id")},
)
