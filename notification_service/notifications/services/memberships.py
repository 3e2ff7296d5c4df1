"""Who has which role where, as auth tells."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeleted
from common.contracts.base import Event
from notification_service.notifications.models import Membership

Place = tuple[UUID, UUID | None]


def memberships_apply(events: Sequence[Event]) -> None:
    """Bring roles to the state that ``events`` tell in their order; in a scope of all companies."""
    roles: dict[Place, str | None] = {}
    gone: set[UUID] = set()
    for event in events:
        match event:
            case RoleAssigned():
                roles[event.user_id, event.company_id] = event.role
                gone.discard(event.user_id)
            case RoleRevoked():
                roles[event.user_id, event.company_id] = None
            case UserDeleted():
                gone.add(event.user_id)
                roles = {place: role for place, role in roles.items() if place[0] != event.user_id}
    _remove(roles, gone)
    Membership.objects.bulk_create(
        [
            Membership(user_id=user_id, company_id=company_id, role=role)
            for (user_id, company_id), role in roles.items()
            if role is not None
        ]
    )


def _remove(places: dict[Place, str | None], gone: set[UUID]) -> None:
    if not places and not gone:
        return
    # Those of the same people elsewhere stay.
    known = Membership.objects.filter(user_id__in={user_id for user_id, _company in places})
    outdated = [row.pk for row in known if (row.user_id, row.company_id) in places]
    Membership.objects.filter(Q(pk__in=outdated) | Q(user_id__in=gone)).delete()
