"""Who may do what: a view says it per method, and what it does not say is refused."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from common.security.principal import Principal, ServicePrincipal

if TYPE_CHECKING:
    # DRF's views import their default permission classes, so not the other way round.
    from rest_framework.views import APIView

# One code, several of which one is enough, or ANYONE_SIGNED_IN.
Requirement: TypeAlias = str | Iterable[str]
ANYONE_SIGNED_IN: Final = ""


def satisfies(person: Any, requirement: Requirement | None) -> bool:
    """Whether the sender of a request is a person who holds what a method requires (None: nobody does).

    Whoever belongs to no company is let in nowhere but at the service that owns accounts: to their own.
    """
    if requirement is None or not isinstance(person, Principal) or _belongs_nowhere(person):
        return False
    if requirement == ANYONE_SIGNED_IN:
        return True
    codes = [requirement] if isinstance(requirement, str) else requirement
    return any(person.may(code) for code in codes)


def _belongs_nowhere(person: Principal) -> bool:
    outside = person.company_id is None and not person.all_companies
    return outside and not settings.SERVICE.owns_users


class DenyByDefault(BasePermission):
    """Lets a person through whose permissions the view's ``required_permissions`` name for the method.

    HEAD needs what GET needs, OPTIONS a signed-in person; a method that is not named is refused.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request's sender may use the method."""
        if request.method == "OPTIONS":
            return satisfies(request.user, ANYONE_SIGNED_IN)
        method = "GET" if request.method == "HEAD" else request.method
        return satisfies(request.user, getattr(view, "required_permissions", {}).get(method))


class IsService(BasePermission):
    """Lets only our own services through."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether a service sent the request."""
        return isinstance(request.user, ServicePrincipal)


def requires(*codes: str) -> type[BasePermission]:
    """A permission class for other views: one of ``codes`` is enough; without codes anyone signed in is."""

    class Requires(BasePermission):
        def has_permission(self, request: Request, view: "APIView") -> bool:
            return satisfies(request.user, codes or ANYONE_SIGNED_IN)

    return Requires
