"""Published language of the auth service."""

from datetime import datetime
from uuid import UUID

from common.contracts.base import Command, Event, event


@event("user.created", owner="auth")
class UserCreated(Event):
    """A person's account exists; inactive while a hire is still under way. ``old_id`` is set by an import."""

    user_id: UUID
    email: str
    first_name: str
    last_name: str
    is_active: bool
    company_ids: list[UUID] = []
    old_id: str | None = None


@event("user.updated", owner="auth")
class UserUpdated(Event):
    """Name, address or status changed; the fields are the state after it."""

    user_id: UUID
    email: str
    first_name: str
    last_name: str
    is_active: bool


@event("user.deactivated", owner="auth")
class UserDeactivated(Event):
    """The person may not use the system; tokens issued before ``at`` are refused."""

    user_id: UUID
    at: datetime
    reason: str = ""


@event("user.deleted", owner="auth")
class UserDeleted(Event):
    """The account is gone: by a compensation, or because an import took it back (``source`` is import).

    Nobody ever signed in with one that an import took back.
    """

    user_id: UUID
    source: str = ""


@event("session.created", owner="auth")
class SessionCreated(Event):
    """Somebody signed in."""

    session_id: UUID
    user_id: UUID
    ip_address: str | None = None
    user_agent: str = ""


@event("session.revoked", owner="auth")
class SessionRevoked(Event):
    """Access tokens of the session are refused from now on; the last of them expires at ``expires_at``."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime
    reason: str


@event("role.assigned", owner="auth")
class RoleAssigned(Event):
    """A person has a role in a company."""

    user_id: UUID
    role: str
    company_id: UUID | None = None


@event("role.revoked", owner="auth")
class RoleRevoked(Event):
    """A person lost a role in a company."""

    user_id: UUID
    role: str
    company_id: UUID | None = None


class CreateUser(Command):
    """Make an inactive account with a membership, or take the existing account ``existing_user_id``."""

    user_id: UUID
    company_id: UUID
    email: str
    first_name: str
    last_name: str
    role: str = "worker"
    existing_user_id: UUID | None = None


CREATE_USER = "auth.create_user"
ROLLBACK_USER_CREATION = "auth.rollback_user_creation"
