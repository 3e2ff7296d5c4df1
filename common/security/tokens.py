"""Tokens: short-lived proofs of who a person is, signed by the auth service and verified by all.

The tokens with which services prove themselves to each other are in ``service_tokens``.
"""

import time
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import jwt
import msgspec
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from common.contracts.base import readable
from common.errors import UnauthenticatedError
from common.security.keys import KeySource, VerifyingKey, key_source
from common.security.service_tokens import mint_service_token, read_service_token
from common.security.verification import LEEWAY, unverified_header, verified_payload

__all__ = [
    "ACCESS_LIFETIME",
    "AUDIENCE",
    "ISSUER",
    "PersonClaims",
    "issue_person_token",
    "mint_service_token",
    "read_person_token",
    "read_service_token",
]

ISSUER = "hrms-auth"
AUDIENCE = "hrms"
ACCESS = "access"
ACCESS_LIFETIME = 15 * 60
# Revocations are forgotten some time after the last token they match expired.
LONGEST_LIFETIME = 24 * 60 * 60
TRUSTED_SECONDS = 30
REQUIRED = ["exp", "iat", "sub", "sid", "typ"]


def _now() -> int:
    return int(time.time())


@readable
class PersonClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token says about a person. Times are whole seconds since 1970."""

    user_id: UUID = msgspec.field(name="sub")
    session_id: UUID = msgspec.field(name="sid")
    company_id: UUID | None = None
    role: str
    level: int
    permissions: list[str] = msgspec.field(name="perms", default_factory=list)
    name: str = ""
    email: str = ""
    language: str = msgspec.field(name="lang", default="")
    issued_at: int = msgspec.field(name="iat", default_factory=_now)
    expires_at: int = msgspec.field(name="exp", default_factory=lambda: _now() + ACCESS_LIFETIME)
    token_id: UUID = msgspec.field(name="jti", default_factory=uuid4)
    kind: str = msgspec.field(name="typ", default=ACCESS)


class PersonTokenBackend(TokenBackend):
    """simplejwt's backend, with a ``kid`` in the header and the verifying key found by it."""

    def __init__(self, *, source: KeySource | None = None, key: Any = None, kid: str = "") -> None:
        algorithm = VerifyingKey.of(key.public_key()).algorithm if key is not None else "EdDSA"
        super().__init__(algorithm, audience=AUDIENCE, issuer=ISSUER)
        self.key, self.kid, self.source = key, kid, source

    def encode(self, payload: dict[str, Any]) -> str:
        """Sign ``payload`` for our audience."""
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": self.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """The payload of a token that one of the source's keys signed; raises TokenBackendError."""
        if not verify:
            raise TokenBackendError("Tokens are always verified.")
        try:
            kid = unverified_header(token)["kid"]
            verifying_key = (self.source or key_source()).get(kid)
            if verifying_key is None:
                raise TokenBackendError("The token names a key nobody has.")
            return verified_payload(token, verifying_key, issuer=ISSUER, audience=AUDIENCE, required=REQUIRED)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("The token has expired.") from error
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("The token is not valid.") from error


def issue_person_token(claims: PersonClaims, *, key: Any, kid: str) -> str:
    """Sign an access token with the private ``key`` that is published under ``kid``: for auth only."""
    return PersonTokenBackend(key=key, kid=kid).encode(msgspec.to_builtins(claims))


def read_person_token(token: str | bytes, *, source: KeySource | None = None) -> PersonClaims:
    """What a person's access token says, once its signature, issuer, audience, times and kind are found good.

    A good token is trusted for half a minute before its signature is looked at again, as clients send the same
    one with every request; its end is looked at each time. Raises UnauthenticatedError, and
    ServiceUnavailableError when no verifying keys could be had.
    """
    claims = _verified(token, source or key_source(), _now() // TRUSTED_SECONDS)
    if claims.expires_at + LEEWAY <= _now():
        raise UnauthenticatedError()
    return claims


@lru_cache(maxsize=4096)
def _verified(token: str | bytes, source: KeySource, _half_minute: int) -> PersonClaims:
    try:
        claims = msgspec.convert(PersonTokenBackend(source=source).decode(token), PersonClaims)
    except (TokenBackendError, msgspec.ValidationError) as error:
        raise UnauthenticatedError() from error
    if claims.kind != ACCESS or claims.expires_at - claims.issued_at > LONGEST_LIFETIME:
        raise UnauthenticatedError()
    return claims
