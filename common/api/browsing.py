"""The API in a browser: every address as a page with its answer, its filters, and forms to send something.

What a page offers is read from the service's OpenAPI document, so the page and the document agree.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.contrib import admin
from django.utils.translation import get_language
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request, override_method

from common.api.rows import ReadyJson, ReadyJsonRenderer

Json = dict[str, Any]
JSON, MULTIPART = "application/json", "multipart/form-data"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
PAGING = {"page", "cursor"}


class Field(NamedTuple):
    """Something to fill in."""

    name: str
    kind: str
    about: str
    value: str
    choices: list[str]
    required: bool


class Form(NamedTuple):
    """A request that a person may send from the page: as JSON text, or with fields and files."""

    method: str
    summary: str
    body: str
    fields: list[Field]


class BrowsableRenderer(BrowsableAPIRenderer):
    """DRF's page for people, laid out for both writing directions and without anything from elsewhere."""

    template = "api/browse.html"

    def get_context(
        self, data: Any, accepted_media_type: str | None, renderer_context: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the template shows."""
        view, request, response = (renderer_context[name] for name in ("view", "request", "response"))
        address = _address(request)
        operations: Json = document(get_language() or "en")["paths"].get(address, {})
        reading = operations.get("get", {})
        written = self.get_default_renderer(view) or ReadyJsonRenderer()
        content = self.get_content(written, data, accepted_media_type, dict(renderer_context))
        return {
            "address": address,
            "summary": reading.get("summary", ""),
            "description": reading.get("description", view.__class__.__doc__ or ""),
            "content": content,
            "status": f"{response.status_code} {response.status_text}",
            "failed": response.status_code >= 400,
            "user": request.user,
            "service_name": service_name(),
            "filters": list(_filters(reading, request)),
            "next_page": _next_page(data, request),
            "forms": [
                _form(method, operations[method.lower()])
                for method in CHANGING
                if method.lower() in operations and self._may(view, request, method)
            ],
        }

    def _may(self, view: Any, request: Request, method: str) -> bool:
        with override_method(view, request, method) as asked:
            return bool(self.show_form_for_method(view, method, asked, None))


def service_name() -> str:
    """The service as people call it, in their language."""
    return str(admin.site.site_header)


@cache
def document(language: str) -> Json:
    """The service's OpenAPI document in the language that is active, made once a process."""
    # It imports DRF's views, whose settings name this module.
    from drf_spectacular.generators import SchemaGenerator

    made: Json = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def _address(request: Request) -> str:
    """The request's address as the document spells it, such as ``/users/{user_id}``."""
    match = request.resolver_match
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route if match else "")


def _filters(reading: Json, request: Request) -> Iterator[Field]:
    for parameter in reading.get("parameters", []):
        if parameter["in"] == "query" and parameter["name"] not in PAGING:
            given = request.query_params.get(parameter["name"], "")
            about = parameter.get("description", "")
            yield _field(parameter["name"], parameter["schema"], about, given, required=False)


def _form(method: str, operation: Json) -> Form:
    content: Json = operation.get("requestBody", {}).get("content", {})
    summary = operation.get("summary", "")
    if MULTIPART in content:
        schema = _resolved(content[MULTIPART]["schema"])
        needed = schema.get("required", [])
        fields = [
            _field(name, field, field.get("description", ""), "", required=name in needed)
            for name, field in schema["properties"].items()
        ]
        return Form(method, summary, "", fields)
    example = content.get(JSON, {}).get("example")
    body = "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)
    return Form(method, summary, body, [])


def _field(name: str, schema: Json, about: str, value: str, *, required: bool) -> Field:
    schema = _resolved(schema)
    choices = schema.get("enum") or _resolved(schema.get("items", {})).get("enum", [])
    kind = "text"
    if schema.get("type") == "boolean":
        choices = ["true", "false"]
    elif schema.get("format") == "binary":
        kind = "file"
    elif schema.get("type") in {"integer", "number"}:
        kind = "number"
    elif schema.get("format") == "date":
        kind = "date"
    return Field(name, kind, about, value, [str(choice) for choice in choices if choice], required)


def _resolved(schema: Json) -> Json:
    parts = [schema, *schema.get("allOf", []), *schema.get("oneOf", [])]
    reference = next((part["$ref"] for part in parts if "$ref" in part), None)
    if reference is None:
        return schema
    schemas: Json = document(get_language() or "en")["components"]["schemas"]
    found: Json = schemas[reference.rpartition("/")[2]]
    return found


def _next_page(data: Any, request: Request) -> str:
    """The query string of the list's next piece; empty at the end, and where there is no list."""
    shown = data.read() if isinstance(data, ReadyJson) else data
    paging = shown.get("pagination") if isinstance(shown, Mapping) else None
    if not isinstance(paging, Mapping) or not paging.get("next_cursor"):
        return ""
    query = request.query_params.copy()
    if "page" in paging:
        query["page"] = str(paging["page"] + 1)
    else:
        query["cursor"] = paging["next_cursor"]
    return f"?{query.urlencode()}"
