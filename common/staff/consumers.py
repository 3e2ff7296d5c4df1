"""Auth's events that end a browser session here."""

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeactivated, UserDeleted
from common.messaging.consumers import consumes
from common.messaging.envelopes import EventMeta
from common.staff.services import staff_sign_out


@consumes(RoleAssigned)
def role_assigned(event: RoleAssigned, meta: EventMeta) -> None:
    """The person has to sign in anew for the new rights to count."""
    staff_sign_out(user_id=event.user_id)


@consumes(RoleRevoked)
def role_revoked(event: RoleRevoked, meta: EventMeta) -> None:
    """The rights of the last sign-in are gone."""
    staff_sign_out(user_id=event.user_id)


@consumes(UserDeactivated)
def user_deactivated(event: UserDeactivated, meta: EventMeta) -> None:
    """The person may not come in any more."""
    staff_sign_out(user_id=event.user_id)


@consumes(UserDeleted)
def user_deleted(event: UserDeleted, meta: EventMeta) -> None:
    """The account is gone."""
    staff_sign_out(user_id=event.user_id)
