"""Django's sign-in, answered by the auth service."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from common.errors import DomainError
from common.staff.models import StaffUser
from common.staff.services import staff_sign_in


class AuthServiceBackend(BaseBackend):
    """E-mail address, password and the code of a second factor of an account in auth."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **_: Any,
    ) -> StaffUser | None:
        """The staff member, or None for wrong credentials.

        Raises Django's ValidationError, which the form shows, when the reason is another.
        """
        if request is None or not username or not password:
            return None
        try:
            return staff_sign_in(
                email=username,
                password=password,
                code=code,
                address=request.META.get("REMOTE_ADDR", ""),
                user_agent=request.headers.get("User-Agent", ""),
            )
        except DomainError as error:
            raise ValidationError(str(error.message), code=error.code) from error

    def get_user(self, user_id: UUID | str) -> StaffUser | None:
        """The staff member behind a browser session; None when they were signed out."""
        return StaffUser.objects.filter(pk=user_id, is_active=True).first()
