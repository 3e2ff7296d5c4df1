"""Keeping when licences and documents end."""

from collections.abc import Sequence
from uuid import UUID

from analytics_service.analytics.choices import ExpiringKind
from analytics_service.analytics.models import ExpiringItem
from common.contracts.base import Event
from common.contracts.company import (
    LicenseCreated,
    LicenseExpired,
    LicenseExpiring,
    LicenseRemoved,
    LicenseUpdated,
)
from common.contracts.document import (
    DocumentDeleted,
    DocumentExpired,
    DocumentExpiring,
    DocumentUploaded,
)
from common.messaging.consumers import Received

EXPIRY_EVENTS = (
    LicenseCreated, LicenseUpdated, LicenseExpiring, LicenseExpired, LicenseRemoved,
    DocumentUploaded, DocumentExpiring, DocumentExpired, DocumentDeleted,
)  # fmt: skip


def expiry_note(received: Sequence[Received]) -> None:
    """Keep the last valid day of each licence and document, as the last event about it tells."""
    items: dict[UUID, ExpiringItem | None] = {}
    for event, _meta in received:
        item_id, item = _noted(event)
        items[item_id] = item
    ExpiringItem.objects.filter(id__in=[item_id for item_id, item in items.items() if item is None]).delete()
    ExpiringItem.objects.bulk_create(
        [item for item in items.values() if item is not None],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["company_id", "kind", "expires_on"],
    )


def _noted(event: Event) -> tuple[UUID, ExpiringItem | None]:
    match event:
        case LicenseCreated() | LicenseUpdated() | LicenseExpiring() | LicenseExpired():
            item_id, kind = event.license_id, ExpiringKind.LICENSE
        case DocumentUploaded() | DocumentExpiring() | DocumentExpired():
            item_id, kind = event.document_id, ExpiringKind.DOCUMENT
        case LicenseRemoved():
            return event.license_id, None
        case DocumentDeleted():
            return event.document_id, None
        case _:
            raise TypeError(f"{type(event).__name__} tells of nothing that ends.")
    if event.expires_on is None:
        return item_id, None
    return item_id, ExpiringItem(
        id=item_id, company_id=event.company_id, kind=kind, expires_on=event.expires_on
    )
