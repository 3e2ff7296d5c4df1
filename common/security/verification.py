"""What every token has to pass, whoever signed it."""

from typing import Any

import jwt

from common.security.keys import VerifyingKey

LARGEST_TOKEN = 8 * 1024
LEEWAY = 10
LONGEST_KID = 128
# Headers that tell a verifier where to find a key or what else to understand: ours never carry one.
REFUSED_HEADERS = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"})


def unverified_header(token: str | bytes) -> dict[str, Any]:
    """The header of a token of acceptable size and form; raises jwt.InvalidTokenError."""
    if len(token) > LARGEST_TOKEN:
        raise jwt.DecodeError("The token is too large.")
    try:
        header = jwt.get_unverified_header(token)
    except RecursionError as error:
        raise jwt.DecodeError("The token's header is not readable.") from error
    if REFUSED_HEADERS & header.keys():
        raise jwt.DecodeError("The token's header asks for what we do not do.")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise jwt.DecodeError("The token does not name its key.")
    return header


def verified_payload(
    token: str | bytes, key: VerifyingKey, *, issuer: str, audience: str, required: list[str]
) -> dict[str, Any]:
    """The claims of a token signed with ``key`` by the algorithm of the key's own type.

    Raises jwt.InvalidTokenError (ExpiredSignatureError for one that is merely old).
    """
    try:
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": [*required, "aud", "iss"], "strict_aud": True},
        )
    except (RecursionError, OverflowError, ValueError) as error:
        raise jwt.DecodeError("The token's claims are not readable.") from error
