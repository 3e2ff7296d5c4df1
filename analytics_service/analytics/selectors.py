"""Reading the stored events, and figures worked out from them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from analytics_service.analytics.models import StoredEvent
from common.contracts.base import wire_name
from common.contracts.company import HeadcountChanged
from common.security.principal import Principal
from common.security.visible import visible_to


class Headcount(NamedTuple):
    """The people a company employs, as the company service last counted them at ``counted_at``."""

    company_id: UUID
    headcount: int
    counted_at: datetime


def event_list(person: Principal, *, type: str | None = None) -> QuerySet[StoredEvent]:
    """The events of the company ``person`` acts for; of all companies, and of none, for the group's staff."""
    events = StoredEvent.objects.all() if type is None else StoredEvent.objects.filter(type=type)
    return visible_to(person, events)


def headcounts(person: Principal) -> Iterator[Headcount]:
    """The headcount of each company in the person's scope, from the last event that told of it.

    The last one received, because positions start anew when a producer's log was restored.
    """
    latest = (
        event_list(person, type=wire_name(HeadcountChanged))
        .order_by("company_id", "-received_at", "-position")
        .distinct("company_id")
    )
    for event in latest:
        if event.company_id is not None:
            yield Headcount(event.company_id, int(event.payload["headcount"]), event.occurred_at)
