"""What the old system's file brings, changes and takes away again: set-based, a batch at a time.

An account's own membership, the one that comes with it, has the account's id.
"""

from auth_service.users.services.imports.accounts import (
    ImportedUser,
    users_bring_over,
    users_import,
    users_take_back,
)
from auth_service.users.services.imports.places import (
    NO_ACCOUNT,
    ImportedPlace,
    places_bring_over,
    places_import,
    places_take_back,
)
from auth_service.users.services.imports.roles import default_roles_import, default_roles_take_back

__all__ = [
    "NO_ACCOUNT",
    "ImportedPlace",
    "ImportedUser",
    "default_roles_import",
    "default_roles_take_back",
    "places_bring_over",
    "places_import",
    "places_take_back",
    "users_bring_over",
    "users_import",
    "users_take_back",
]
