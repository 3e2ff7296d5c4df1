"""What auth's events revoke here."""

from common.contracts.auth import SessionRevoked, UserDeactivated, UserDeleted
from common.messaging.consumers import consumes
from common.messaging.envelopes import EventMeta
from common.security.services import revoke_session, revoke_user


@consumes(SessionRevoked)
def session_revoked(event: SessionRevoked, meta: EventMeta) -> None:
    """The session's access tokens are refused from now on."""
    revoke_session(session_id=event.session_id, expires_at=event.expires_at)


@consumes(UserDeactivated)
def user_deactivated(event: UserDeactivated, meta: EventMeta) -> None:
    """Whatever the person got before is refused."""
    revoke_user(user_id=event.user_id, before=event.at)


@consumes(UserDeleted)
def user_deleted(event: UserDeleted, meta: EventMeta) -> None:
    """Whatever the person got before is refused; from an account that an import took back nobody got anything."""
    if event.source != "import":
        revoke_user(user_id=event.user_id, before=meta.occurred_at)
