"""Reading the stored events."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from analytics_service.analytics.models import StoredEvent
from common.security.principal import Principal
from common.security.visible import visible_to


def event_list(
    person: Principal,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    **equal: str | UUID,
) -> QuerySet[StoredEvent]:
    """The events of the company ``person`` acts for; of all companies, and of none, for the group's staff.

    ``equal`` are columns with the value they must have; ``before`` itself is not included.
    """
    events = visible_to(person, StoredEvent.objects.filter(**equal))
    if since is not None:
        events = events.filter(occurred_at__gte=since)
    if before is not None:
        events = events.filter(occurred_at__lt=before)
    return events
