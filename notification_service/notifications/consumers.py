"""What this service does with the events of others."""

from collections.abc import Sequence

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeleted
from common.contracts.company import CompanyCreated
from common.messaging.consumers import Received, consumes_many
from notification_service.notifications.rules import EVENTS
from notification_service.notifications.services.hearing import events_hear
from notification_service.notifications.services.memberships import memberships_apply
from notification_service.notifications.services.templates import templates_sync


@consumes_many(*EVENTS)
def events_heard(received: Sequence[Received]) -> None:
    """Keep what makes notices; they are made in a transaction of their own."""
    events_hear(received)


@consumes_many(CompanyCreated)
def companies_created(received: Sequence[Received]) -> None:
    """A company starts with the system's templates."""
    templates_sync([event.company_id for event, _meta in received if isinstance(event, CompanyCreated)])


@consumes_many(RoleAssigned, RoleRevoked, UserDeleted)
def roles_changed(received: Sequence[Received]) -> None:
    """Know who manages which company."""
    memberships_apply([event for event, _meta in received])
