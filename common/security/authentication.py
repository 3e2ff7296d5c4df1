"""How a request proves who sent it: a person's token, a staff member's browser, or a service's token."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from common.errors import DomainError, ServiceUnavailableError
from common.security.principal import Principal, ServicePrincipal
from common.security.selectors import is_revoked
from common.security.staff_sessions import ApiCaller, staff_member_of
from common.security.tokens import PersonClaims, read_person_token, read_service_token

SCHEME = "bearer"


class KeysUnavailable(APIException):
    """The token may be good, but nothing to verify it with could be had."""

    status_code = ServiceUnavailableError.status
    default_detail = ServiceUnavailableError.default_message
    default_code = "service_unavailable"


class TokenAuthentication(BaseAuthentication):
    """The part of bearer tokens that people's and services' have in common."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The sender of a request with a bearer token, or None; raises AuthenticationFailed for a bad one."""
        scheme, _separator, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME:
            raise AuthenticationFailed(_("Only bearer tokens are accepted."))
        try:
            return self.sender(token.strip())
        except ServiceUnavailableError as error:
            raise KeysUnavailable from error
        except (DomainError, UnicodeError) as error:
            raise AuthenticationFailed(_("The token is not valid or has expired.")) from error

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 answer."""
        return 'Bearer realm="hrms"'

    def sender(self, token: str) -> tuple[Any, Any]:
        """Who signed in with ``token``, and what it says; raises a DomainError."""
        raise NotImplementedError


class PersonAuthentication(TokenAuthentication):
    """A person, by an access token that was not revoked."""

    def sender(self, token: str) -> tuple[Principal, PersonClaims]:
        """The person whose token it is; raises AuthenticationFailed when it was revoked."""
        claims = read_person_token(token)
        issued_at = datetime.fromtimestamp(claims.issued_at, UTC)
        if is_revoked(session_id=claims.session_id, user_id=claims.user_id, issued_at=issued_at):
            raise AuthenticationFailed(_("The session has ended. Sign in again."))
        return principal_of(claims), claims


class ServiceAuthentication(TokenAuthentication):
    """Another of our services, for internal endpoints; a person's token proves nothing there."""

    def sender(self, token: str) -> tuple[ServicePrincipal, None]:
        """The service whose token it is."""
        return ServicePrincipal(read_service_token(token)), None


class StaffSessionAuthentication(SessionAuthentication):
    """A staff member signed in to this service's admin, for the browsable API; forged forms are refused."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        """The staff member whose browser session it is, or None."""
        http_request = request._request
        if SESSION_KEY not in http_request.session:
            return None
        member = staff_member_of(http_request)
        if not isinstance(member, ApiCaller):
            return None
        self.enforce_csrf(request)
        return member.principal(), None


def principal_of(claims: PersonClaims) -> Principal:
    """The person that verified claims describe."""
    return Principal(
        id=claims.user_id,
        session_id=claims.session_id,
        company_id=claims.company_id,
        role=claims.role,
        level=claims.level,
        permissions=frozenset(claims.permissions),
        name=claims.name,
        email=claims.email,
        language=claims.language,
    )
