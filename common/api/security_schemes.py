"""How one signs in, for the OpenAPI document."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class PersonTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A person's access token in the Authorization header."""

    target_class = "common.security.authentication.PersonAuthentication"
    name = "person"
    explanation = "The `token` that `POST /login` of the auth service answers; it lasts for 15 minutes."

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """See OpenAPI's security schemes."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": self.explanation,
        }


class ServiceTokenScheme(PersonTokenScheme):  # type: ignore[no-untyped-call]
    """A service's token, for internal addresses."""

    target_class = "common.security.authentication.ServiceAuthentication"
    name = "service"
    explanation = "A token of a minute that one of our services signed for this one."


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser session of the admin."""

    target_class = "common.security.authentication.StaffSessionAuthentication"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """See OpenAPI's security schemes."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The browser's session after signing in at `/admin/`. What changes something also"
            " sends the header `X-CSRFToken`.",
        }
