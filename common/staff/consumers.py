"""Auth's events that end a browser session here."""

from collections.abc import Sequence

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeactivated, UserDeleted
from common.messaging.consumers import Received, consumes_many
from common.staff.services import staff_sign_out

Ended = RoleAssigned | RoleRevoked | UserDeactivated | UserDeleted


@consumes_many(RoleAssigned, RoleRevoked, UserDeactivated, UserDeleted)
def sessions_end(received: Sequence[Received]) -> None:
    """Whoever has other rights, or none any more, has to sign in anew for that to count."""
    staff_sign_out(event.user_id for event, _meta in received if isinstance(event, Ended))
