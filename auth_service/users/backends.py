"""Signing in to this service's own admin."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from auth_service.users import selectors
from auth_service.users.device import device_of
from auth_service.users.exceptions import InvalidCredentialsError
from auth_service.users.models import User
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.sessions import session_open_for_admin
from common.errors import DomainError
from common.security.tenancy import all_companies

STAFF = "admin: which company a person administers is read from their own roles"


class StaffBackend(BaseBackend):
    """E-mail address, password and the code of a second factor, for people whose role administers accounts."""

    # The type checker knows only the user model of the other services.
    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **_: Any,
    ) -> User | None:
        """The person, with the rights of this sign-in; None for wrong credentials and for everybody else.

        Raises Django's ValidationError, which the form shows, when the reason is another.
        """
        if request is None or not username or not password:
            return None
        device = device_of(request)
        try:
            user = user_authenticate(email=username, password=password, code=code, address=device.ip_address)
            with all_companies(STAFF):
                user.access = selectors.access_at_sign_in(user.id) or user.access
            if not user.is_staff:
                return None
            session_open_for_admin(user=user, device=device)
        except InvalidCredentialsError:
            return None
        except DomainError as error:
            raise ValidationError(str(error.message), code=error.code) from error
        return user

    def get_user(self, user_id: UUID | str) -> User | None:  # type: ignore[override]
        """The person behind a browser session, with their rights as they are now; None when access ended."""
        with all_companies(STAFF):
            user = User.objects.filter(pk=user_id, is_active=True).first()
            if user is not None:
                user.access = selectors.access_at_sign_in(user.id) or user.access
            return user
