"""OpenAPI of our views: operation ids, what goes in and out, and the errors every address can answer."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from common.api.views import ServiceAPIView

BODY_METHODS = {"POST", "PUT", "PATCH"}


class ErrorDetail(serializers.Serializer[Any]):
    """What went wrong."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(required=False)


class ErrorResponse(serializers.Serializer[Any]):
    """The contract's error envelope."""

    success = serializers.BooleanField(default=False)
    error = ErrorDetail()
    timestamp = serializers.DateTimeField()


class OperationSchema(AutoSchema):
    """Reads a ServiceAPIView's declarations."""

    def get_operation_id(self) -> str:
        """The method and the address, such as ``get_employees_by_id``."""
        path = re.sub(r"\{(\w+)\}", r"by_\1", self.path)
        return "_".join([self.method.lower(), *re.findall(r"\w+", path)])

    def get_request_serializer(self) -> Any:
        """The body the method takes."""
        return self._declared("body_serializers")

    def get_response_serializers(self) -> Any:
        """The answer, and the errors that come with the method and the address."""
        answer = self._declared("answer_serializers")
        answers: dict[int, Any] = answer if isinstance(answer, dict) else {200: answer}
        errors = dict.fromkeys(self._error_statuses(), ErrorResponse)
        return {**errors, **answers}

    def get_override_parameters(self) -> list[Any]:
        """The query parameters the method takes."""
        query = self._declared("query_serializers")
        return [query] if query is not None else []

    def get_auth(self) -> list[Any]:
        """How one signs in."""
        return [] if getattr(self.view, "public", False) else super().get_auth()

    def _declared(self, name: str) -> Any:
        return getattr(self.view, name, {}).get(self.method)

    def _error_statuses(self) -> list[int]:
        view = self.view
        statuses = [] if not isinstance(view, ServiceAPIView) or view.public else [401, 403]
        if "{" in self.path:
            statuses.append(404)
        if self.method in BODY_METHODS:
            statuses += [400, 413, 415]
        return [*statuses, 422]


class PersonTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A person's access token in the Authorization header."""

    target_class = "common.security.authentication.PersonAuthentication"
    name = "person"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """See OpenAPI's security schemes."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ServiceTokenScheme(PersonTokenScheme):  # type: ignore[no-untyped-call]
    """A service's token, for internal addresses."""

    target_class = "common.security.authentication.ServiceAuthentication"
    name = "service"


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser session of the admin."""

    target_class = "common.security.authentication.StaffSessionAuthentication"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """See OpenAPI's security schemes."""
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
