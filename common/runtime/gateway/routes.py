"""Which service answers a path: by its first part, or by the service's name before it."""

from collections.abc import Mapping
from typing import Final

from common.runtime.layout import SERVICES

# The first parts of the paths of each service's API. Admin, metrics, documentation and the services' own
# feeds stay on their ports: whoever needs those is inside.
FIRST_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": (
        ".well-known",
        "email",
        "login",
        "logout",
        "password",
        "profile",
        "refresh",
        "register",
        "roles",
        "second-factor",
        "sessions",
        "users",
    ),
    "company": ("companies", "departments", "licenses"),
    "employee": (
        "deductions",
        "employees",
        "leaves",
        "performance-reviews",
        "privacy-requests",
        "sagas",
        "statistics",
        "violations",
    ),
    "document": ("categories", "documents", "files", "search", "statistics"),
    "notification": ("notifications", "preferences", "templates"),
    "analytics": ("dashboard", "events", "metrics", "reports"),
}
# What every service answers: by its name only.
_OF_EACH: Final = ("health", "person-accesses")


def route_map() -> str:
    """HAProxy's map from the beginning of a path, such as ``leaves`` or ``document/statistics``, to a service.

    Where two services have the same first part, the plain path is the first one's, as they stand in SERVICES.
    """
    routes: dict[str, str] = {}
    for service in SERVICES:
        for part in FIRST_PARTS[service]:
            routes.setdefault(part, service)
        routes |= {f"{service}/{part}": service for part in (*FIRST_PARTS[service], *_OF_EACH)}
    return "".join(f"{beginning} {service}\n" for beginning, service in routes.items())
