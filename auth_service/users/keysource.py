"""This service verifies tokens with its own table of keys instead of asking itself over HTTP."""

from auth_service.users.selectors import jwks
from common.security.keys import CachedKeySource, keys_of_jwks


def own_keys() -> CachedKeySource:
    """The published keys, read from the database."""
    return CachedKeySource(lambda: keys_of_jwks(jwks()))
