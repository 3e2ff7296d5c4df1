"""What this service does with the events of others."""

from collections.abc import Sequence

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeleted
from common.contracts.company import CompanyCreated, CompanyRemoved
from common.messaging.consumers import Received, consumes_many
from notification_service.notifications.rules import EVENTS
from notification_service.notifications.services.hearing import events_hear
from notification_service.notifications.services.imports import notices_of_accounts_remove
from notification_service.notifications.services.memberships import memberships_apply
from notification_service.notifications.services.templates import templates_forget, templates_sync


@consumes_many(*EVENTS)
def events_heard(received: Sequence[Received]) -> None:
    """Keep what makes notices; they are made in a transaction of their own."""
    events_hear(received)


@consumes_many(CompanyCreated, CompanyRemoved)
def companies_changed(received: Sequence[Received]) -> None:
    """A company starts with the system's templates; one that was taken back needs them no more."""
    is_here = {event.company_id: isinstance(event, CompanyCreated) for event, _meta in received}  # type: ignore[attr-defined]
    templates_forget([company_id for company_id, here in is_here.items() if not here])
    templates_sync([company_id for company_id, here in is_here.items() if here])


@consumes_many(RoleAssigned, RoleRevoked, UserDeleted)
def roles_changed(received: Sequence[Received]) -> None:
    """Know who manages which company; with an account that an import took back go its notices."""
    memberships_apply([event for event, _meta in received])
    gone = {
        (meta.company_id, event.user_id)
        for event, meta in received
        if isinstance(event, UserDeleted) and event.source == "import" and meta.company_id is not None
    }
    if gone:
        notices_of_accounts_remove(gone)
