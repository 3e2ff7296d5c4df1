"""Sessions: opened by a sign-in, renewed by single-use tokens, ended from many sides."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from auth_service.settings import ACCESS_TOKEN_LIFETIME, SESSION_LIFETIME
from auth_service.users import selectors
from auth_service.users.access import Access
from auth_service.users.exceptions import (
    InvalidCredentialsError,
    InvalidRefreshTokenError,
    SecondFactorMissingError,
)
from auth_service.users.models import RefreshToken, Role, Session, User
from auth_service.users.services.keys import CLOCK_SKEW, signing_key_current
from common.contracts.auth import SessionCreated, SessionRevoked
from common.errors import NotFoundError
from common.messaging.services import publish, publish_many
from common.security.services import revoke_session
from common.security.tenancy import all_companies
from common.security.tokens import PersonClaims, issue_person_token

SIGN_IN = "sign-in: the person's company is not known before their account is read"
OWN_SESSIONS = "a person's sessions, and the events of their end, are in all their companies"
REFRESH = "refresh: the session's company is not known before the token is read"


@dataclass(frozen=True)
class Device:
    """Where a sign-in comes from, as the person sees it in the list of their sessions."""

    ip_address: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A session with fresh tokens. ``expires_at`` is the access token's."""

    user: User
    roles: list[Role]
    session: Session
    token: str
    refresh_token: str
    expires_at: datetime


def session_open(*, user: User, company_id: UUID | None = None, device: Device) -> SignedIn:
    """Open a session for a person whose password was just found right.

    Raises InvalidCredentialsError when they have no active role in ``company_id``, or when the account was
    deactivated or its password changed since it was read.
    """
    with all_companies(SIGN_IN):
        access, session = _open(user, company_id, device)
        return _with_tokens(user, access, session)


def session_open_for_admin(*, user: User, device: Device) -> None:
    """Open a session without tokens for a browser in the admin, and note the rights in ``user``.

    Ending it signs the browser out. Raises InvalidCredentialsError like :func:`session_open`.
    """
    with all_companies(SIGN_IN):
        user.access, session = _open(user, None, device)
        user.session_id = session.id


def session_open_for_service(*, user: User, device: Device) -> str:
    """Open a session for a browser in another service's admin; the access token that tells that service who it is.

    Raises SecondFactorMissingError for a role that needs a second factor before it has one, and
    InvalidCredentialsError like :func:`session_open`.
    """
    with all_companies(SIGN_IN):
        first = selectors.access_at_sign_in(user.id)
    if first is not None and first.must_enrol:
        raise SecondFactorMissingError()
    with all_companies(SIGN_IN):
        access, session = _open(user, None, device)
        token, _expires_at = _access_token(user, access, session)
        return token


def _open(user: User, company_id: UUID | None, device: Device) -> tuple[Access, Session]:
    unchanged = User.objects.filter(pk=user.pk, is_active=True, password=user.password)
    # The update locks the row: whoever ends this person's access either waits or is seen here.
    if not unchanged.update(last_login=Now()):
        raise InvalidCredentialsError()
    access = selectors.access_at_sign_in(user.id, company_id)
    if access is None:
        raise InvalidCredentialsError()
    session = Session.objects.create(
        user=user,
        company_id=access.company_id,
        expires_at=timezone.now() + SESSION_LIFETIME,
        ip_address=device.ip_address,
        user_agent=device.user_agent[:300],
    )
    created = SessionCreated(
        session_id=session.id,
        user_id=user.id,
        ip_address=device.ip_address,
        user_agent=session.user_agent,
    )
    publish(created, aggregate_id=session.id, company_id=session.company_id)
    return access, session


def session_refresh(*, refresh_token: str) -> SignedIn:
    """Trade a refresh token for new tokens; each works once.

    A used token coming back means that two parties hold it, so its session ends. Raises
    InvalidRefreshTokenError; what the session may do is read anew each time.
    """
    signed_in = _refresh(refresh_token)
    if signed_in is None:
        # Raised out here, after the commit: ending a session on reuse must not be undone by the refusal.
        raise InvalidRefreshTokenError()
    return signed_in


def _refresh(refresh_token: str) -> SignedIn | None:
    token_hash = _hash(refresh_token)
    now = timezone.now()
    with all_companies(REFRESH):
        # One statement decides: of any number of parallel requests, one finds the token unused.
        won = RefreshToken.objects.filter(token_hash=token_hash, used_at=None, expires_at__gt=now).update(
            used_at=Now()
        )
        token = RefreshToken.objects.select_related("session__user").filter(token_hash=token_hash).first()
        if token is None:
            return None
        session = token.session
        if not won:
            if token.used_at is not None:
                sessions_revoke(Session.objects.filter(pk=session.pk), reason="refresh_token_reused")
            return None
        access = selectors.access_in_session(session.user_id, session.company_id)
        if session.revoked_at is not None or not session.user.is_active or access is None:
            return None
        Session.objects.filter(pk=session.pk).update(refreshed_at=Now(), updated_at=Now())
        return _with_tokens(session.user, access, session)


def session_revoke(*, session_id: UUID, user_id: UUID, reason: str) -> None:
    """End one of a person's own sessions; raises NotFoundError when it is not theirs or has ended."""
    with all_companies(OWN_SESSIONS):
        if not sessions_revoke(Session.objects.filter(pk=session_id, user_id=user_id), reason=reason):
            raise NotFoundError()


def sessions_revoke_all(*, user_id: UUID, reason: str, keep: UUID | None = None) -> int:
    """End all sessions of a person except ``keep``; returns how many."""
    with all_companies(OWN_SESSIONS):
        ending = Session.objects.filter(user_id=user_id).exclude(pk__in=[keep] if keep else [])
        return sessions_revoke(ending, reason=reason)


def sessions_revoke(sessions: QuerySet[Session], *, reason: str) -> int:
    """End those of ``sessions`` that still live, in the caller's transaction and scope; returns how many.

    Here their access tokens are refused at once, in the other services when the event arrives.
    """
    now = timezone.now()
    live = list(sessions.filter(revoked_at=None, expires_at__gt=now).order_by("pk").select_for_update())
    if not live:
        return 0
    last_token_ends = now + ACCESS_TOKEN_LIFETIME + CLOCK_SKEW
    Session.objects.filter(pk__in=[session.pk for session in live]).update(
        revoked_at=now, revoked_reason=reason, updated_at=now
    )
    for session in live:
        revoke_session(session_id=session.id, expires_at=last_token_ends)
    publish_many(
        [
            (
                SessionRevoked(
                    session_id=session.id, user_id=session.user_id, expires_at=last_token_ends, reason=reason
                ),
                session.id,
                session.company_id,
                1,
            )
            for session in live
        ]
    )
    return len(live)


def _with_tokens(user: User, access: Access, session: Session) -> SignedIn:
    refresh_token = secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        session=session, token_hash=_hash(refresh_token), expires_at=session.expires_at
    )
    token, expires_at = _access_token(user, access, session)
    roles = selectors.role_list_of(user.id)
    return SignedIn(user, roles, session, token, refresh_token, expires_at)


def _access_token(user: User, access: Access, session: Session) -> tuple[str, datetime]:
    signer = signing_key_current()
    now = timezone.now()
    expires_at = (now + ACCESS_TOKEN_LIFETIME).replace(microsecond=0)
    claims = PersonClaims(
        user_id=user.id,
        session_id=session.id,
        company_id=access.company_id,
        role=access.role,
        level=access.level,
        permissions=sorted(access.permissions),
        name=user.get_full_name(),
        email=user.email,
        issued_at=int(now.timestamp()),
        expires_at=int(expires_at.timestamp()),
    )
    return issue_person_token(claims, key=signer.key, kid=signer.kid), expires_at


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
