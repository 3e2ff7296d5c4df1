"""Settings of drf-spectacular, which writes each service's OpenAPI document."""

from typing import Any

ABOUT = """\
Errors have one shape, `ErrorResponse`: a stable `code` for programs, a `message` in the reader's language
(`Accept-Language: ar` or `en`), and `details` by field. An unknown field or query parameter is refused with
422, a method that an address does not list with 405.

Lists take `page` and `limit`, which count everything, or `cursor` and `limit`: begin with an empty `cursor`
and go on with `next_cursor` until it is null. A cursor costs the same on the last page as on the first.

A field without a value may be left out of an answer.
"""


def spectacular_settings(service_name: str) -> dict[str, Any]:
    """The document of one service; pages that show it take their scripts from the packages, not from a CDN."""
    return {
        "TITLE": f"HRMS {service_name} service",
        "DESCRIPTION": ABOUT,
        "VERSION": "0.1.0",
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayOperationId": True, "filter": True},
        "SERVE_INCLUDE_SCHEMA": False,
        "COMPONENT_SPLIT_REQUEST": True,
        "POSTPROCESSING_HOOKS": [
            "common.api.enumerations.name_enumerations",
            "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
            "common.api.examples.add_examples",
        ],
    }
