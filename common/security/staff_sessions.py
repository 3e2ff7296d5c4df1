"""Browser sessions of staff: who they belong to, and whether the sign-in that opened them still holds."""

from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from common.security.principal import Principal
from common.security.selectors import is_revoked
from common.security.tenancy import Scope, person_scope

OPENED_WITH = "signed_in"


@runtime_checkable
class StaffMember(Protocol):
    """What the user model of a service must offer beside Django's own demands."""

    pk: Any
    is_active: bool

    def tenant_scope(self) -> Scope:
        """The rows that a request of this person may see."""


@runtime_checkable
class ApiCaller(Protocol):
    """A staff member who may also use the browsable API with their browser session."""

    def principal(self) -> Principal:
        """The person as the API knows them."""


def remember_sign_in(session: SessionBase, session_id: UUID | None) -> None:
    """Write into a browser session which of auth's sessions opened it, and when; the first writing stands."""
    if OPENED_WITH not in session:
        session[OPENED_WITH] = {
            "session_id": str(session_id) if session_id else None,
            "at": datetime.now(UTC).timestamp(),
        }


def session_behind(session: SessionBase) -> UUID | None:
    """Which of auth's sessions opened a browser session."""
    opened = session.get(OPENED_WITH) or {}
    return UUID(opened["session_id"]) if opened.get("session_id") else None


def staff_member_of(request: HttpRequest) -> StaffMember | None:
    """The active staff member whose browser sent the request; None when the sign-in was revoked, too."""
    user_id = _user_id(request.session)
    if user_id is None:
        return None
    # In auth the person's row is itself behind row-level security.
    with person_scope(user_id):
        user = get_user(request)
    if not isinstance(user, StaffMember) or not user.is_active or _was_revoked(request.session, user_id):
        return None
    return user


def _user_id(session: SessionBase) -> UUID | None:
    try:
        return UUID(session[SESSION_KEY])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _was_revoked(session: SessionBase, user_id: UUID) -> bool:
    opened = session.get(OPENED_WITH)
    if opened is None:
        return False
    # A nil id matches no session; what was revoked for the whole person still counts.
    return is_revoked(
        session_id=UUID(opened["session_id"]) if opened["session_id"] else UUID(int=0),
        user_id=user_id,
        issued_at=datetime.fromtimestamp(opened["at"], UTC),
    )
