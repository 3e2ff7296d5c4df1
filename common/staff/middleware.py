"""Every request to the admin runs in one transaction, in the scope of the staff member who sent it."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from common.observability.context import bind_actor
from common.security.scopes import open_scope
from common.security.staff_sessions import remember_sign_in, staff_member_of

PREFIX = "/admin/"
FIRST_ERROR_STATUS = 400


class StaffScopeMiddleware:
    """Stands before Django's AuthenticationMiddleware, so that the user is loaded only once and in a scope.

    A browser whose sign-in was revoked is signed out. Nobody signed in: no scope, no rows.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        member = staff_member_of(request)
        if member is None:
            if SESSION_KEY in request.session:
                request.session.flush()
            response = self.get_response(request)
            self._remember_sign_in(request)
            return response
        request._cached_user = member  # type: ignore[attr-defined]
        bind_actor(member.pk)
        with transaction.atomic(), open_scope(member.tenant_scope()):
            response = self.get_response(request)
            if response.status_code >= FIRST_ERROR_STATUS:
                transaction.set_rollback(True)
        self._remember_sign_in(request)
        return response

    def _remember_sign_in(self, request: HttpRequest) -> None:
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            remember_sign_in(request.session, getattr(user, "session_id", None))
