"""Who has which role where, as auth tells."""

from collections.abc import Sequence
from uuid import UUID, uuid5

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
    Membership.objects.filter(Q(user_id__in=gone) | Q(pk__in=[_key(place) for place in roles])).delete()
    Membership.objects.bulk_create(
        [
            Membership(id=_key(place), user_id=place[0], company_id=place[1], role=role)
            for place, role in roles.items()
            if role is not None
        ]
    )


def _key(place: Place) -> UUID:
    user_id, company_id = place
    return uuid5(user_id, str(company_id or "all"))
