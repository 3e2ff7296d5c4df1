"""OpenAPI of our views: operation ids, what goes in and out, and the errors every address can answer."""

import re
from collections.abc import Iterable, Mapping
from http.client import responses as phrases
from typing import Any, Literal

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

# The schemes make themselves known to drf-spectacular by being imported.
import common.api.security_schemes  # noqa: F401
from common.api.documented_errors import (
    ANSWER_HEADERS,
    HEADERS_OF_STATUS,
    REQUEST_HEADERS,
    ErrorResponse,
    error_sentence,
)
from common.api.examples import DECLARED
from common.api.serializers import StrictSerializer
from common.api.views import FIRST_ERROR_STATUS, ServiceAPIView
from common.security.permissions import ANYONE_SIGNED_IN

__all__ = ["ErrorResponse", "OperationSchema"]

BODY_METHODS = {"POST", "PUT", "PATCH"}


class OperationSchema(AutoSchema):
    """Reads a ServiceAPIView's declarations."""

    def get_operation_id(self) -> str:
        """The method and the address, such as ``get_employees_by_id``."""
        path = re.sub(r"\{(\w+)\}", r"by_\1", self.path)
        return "_".join([self.method.lower(), *re.findall(r"\w+", path)]).removesuffix("_") or "get"

    def get_tags(self) -> list[str]:
        """The first word of the address."""
        return re.findall(r"\w[\w-]*", self.path)[:1] or ["service"]

    def get_summary(self) -> str:
        """The first sentence of the handler's docstring."""
        return self._docs()[0]

    def get_description(self) -> str:  # type: ignore[override]
        """What the address is, and whatever else the handler's docstring says."""
        about, rest = (self.view.__class__.__doc__ or "").strip(), self._docs()[1]
        # Markdown, where our docstrings are written as Sphinx reads them.
        return "\n\n".join(part for part in (about, rest) if part).replace("``", "`")

    def _docs(self) -> tuple[str, str]:
        handler = getattr(self.view, self.method.lower(), None)
        words = (handler.__doc__ or self.view.__class__.__doc__ or "").strip()
        summary, _gap, rest = words.partition("\n\n")
        return " ".join(summary.split()), "\n".join(line.strip() for line in rest.splitlines())

    def get_serializer_name(self, serializer: Any, direction: Literal["request", "response"]) -> str:
        """The class's name; that a body is one, drf-spectacular says with an ending of its own."""
        name: str = super().get_serializer_name(serializer, direction)
        if direction != "request":
            return name
        return name.removesuffix("Request").removesuffix("In") or name

    def get_request_serializer(self) -> Any:
        """The body the method takes."""
        return self._declared("body_serializers")

    def _get_request_body(self, direction: str = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        serializer = self._declared("body_serializers")
        if body is not None or self.method != "DELETE" or serializer is None:
            return body
        # drf-spectacular reads no body for DELETE; some of ours say why and when.
        shape, required = self._get_request_for_media_type(serializer, direction)  # type: ignore[no-untyped-call]
        return {"content": {"application/json": {"schema": shape}}, "required": required}

    def get_response_serializers(self) -> Any:
        """The answer, and the errors that come with the method and the address."""
        answer = self._declared("answer_serializers")
        answers: dict[Any, Any] = answer if isinstance(answer, dict) else {200: answer}
        errors = dict.fromkeys(self._error_statuses(), ErrorResponse)
        return dict(sorted({**errors, **answers}.items(), key=lambda item: _status_of(item[0])))

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: str = "response"
    ) -> Any:
        if serializer is OpenApiTypes.BINARY and not media_types:
            media_types = ["application/octet-stream"]
        answer = super()._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, status_code, media_types, direction
        )
        if not isinstance(serializer, OpenApiResponse) or not serializer.description:
            status = int(status_code)
            failed = status >= FIRST_ERROR_STATUS
            answer["description"] = error_sentence(status) if failed else phrases.get(status, "OK")
        return answer

    def get_override_parameters(self) -> list[Any]:
        """The query parameters and headers the method takes, and the headers it answers with."""
        query = self._declared("query_serializers")
        return [
            *([query] if query is not None else []),
            *(_request_header(name) for name in self._request_headers()),
            *(_answer_header(name, statuses) for name, statuses in self._answer_headers().items()),
        ]

    def _request_headers(self) -> Iterable[str]:
        named = self._declared("request_headers") or ()
        idempotent = getattr(self.view, "idempotent", False) and self.method == "POST"
        return dict.fromkeys([*named, *(["Idempotency-Key"] if idempotent else [])])

    def _answer_headers(self) -> Mapping[str, list[int]]:
        statuses = [_status_of(key) for key in self.get_response_serializers()]
        declared: Mapping[int, Iterable[str]] = self._declared("answer_headers") or {}
        found: dict[str, list[int]] = {}
        for status in dict.fromkeys(statuses):
            replays = "Idempotency-Key" in self._request_headers() and status < FIRST_ERROR_STATUS
            names = [*HEADERS_OF_STATUS.get(status, ()), *declared.get(status, ())]
            for name in [*names, *(["Idempotency-Replayed"] if replays else [])]:
                found.setdefault(name, []).append(status)
        return found

    def get_auth(self) -> list[Any]:
        """How one signs in."""
        return [] if getattr(self.view, "public", False) else super().get_auth()

    def _declared(self, name: str) -> Any:
        return getattr(self.view, name, {}).get(self.method)

    def _error_statuses(self) -> list[int]:
        view = self.view
        statuses = [] if not isinstance(view, ServiceAPIView) or view.public else [401, 403]
        if statuses and self._is_for_everybody():
            statuses = [401]
        if "{" in self.path:
            statuses.append(404)
        if self.method in BODY_METHODS or self._declared("body_serializers") is not None:
            statuses += [400, 411, 413, 415]
        return [*statuses, 406, 422, 503]

    def _is_for_everybody(self) -> bool:
        """Whether whoever is signed in may read it: where accounts are, who belongs to no company, too."""
        needed = self._declared("required_permissions")
        return self.method == "GET" and needed == ANYONE_SIGNED_IN and settings.SERVICE.owns_users

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        example = getattr(serializer, "example", None)
        if example:
            schema[DECLARED] = example
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        if direction == "response" and schema.get("properties"):
            always = [name for name, field in serializer.fields.items() if _is_always_there(field)]
            schema["required"] = sorted(name for name in always if name in schema["properties"])
        return schema


def _is_always_there(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    has_default = field.default is not serializers.empty
    return (field.required or field.read_only or has_default) and not field.allow_null


def _status_of(key: Any) -> int:
    return int(key[0] if isinstance(key, tuple) else key)


def _request_header(name: str) -> OpenApiParameter:
    schema, about = REQUEST_HEADERS[name]
    return OpenApiParameter(name, dict(schema), OpenApiParameter.HEADER, description=about)


def _answer_header(name: str, statuses: list[int]) -> OpenApiParameter:
    schema, about = ANSWER_HEADERS[name]
    return OpenApiParameter(
        name, dict(schema), OpenApiParameter.HEADER, description=about, response=list(statuses)
    )
