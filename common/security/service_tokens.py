"""Tokens with which services prove themselves to each other: one minute, one audience, own keys."""

import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from common.conf.secrets import fingerprint
from common.errors import UnauthenticatedError
from common.security.keys import VerifyingKey, keys_of_jwks
from common.security.verification import unverified_header, verified_payload

LIFETIME = 60
REUSED_FOR = 30.0
KIND = "service"

log = structlog.get_logger(__name__)
_minted: dict[tuple[str, str], tuple[float, str]] = {}
_lock = threading.Lock()


def mint_service_token(audience: str) -> str:
    """A token that proves this service to the service ``audience`` (say ``employee``) for half a minute."""
    now = time.monotonic()
    place = (settings.SERVICE_KEY_FILE, audience)
    with _lock:
        made_at, token = _minted.get(place, (float("-inf"), ""))
        if now - made_at >= REUSED_FOR:
            token = _sign(audience)
            _minted[place] = (now, token)
        return token


def _sign(audience: str) -> str:
    own = settings.SERVICE.name
    now = int(time.time())
    claims = {
        "iss": own,
        "sub": own,
        "aud": f"service:{audience}",
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(uuid4()),
        "typ": KIND,
        # By which the other side learns that somebody has given both the same SECRET_KEY.
        "shares": fingerprint(settings.SECRET_KEY),
    }
    return signed_by_this_service(claims)


def signed_by_this_service(claims: dict[str, Any]) -> str:
    """A token of these claims with this service's key; what reads it must tell its kinds apart by ``typ``."""
    own = settings.SERVICE.name
    return jwt.encode(claims, _own_key(settings.SERVICE_KEY_FILE), algorithm="EdDSA", headers={"kid": own})


def public_key_of(service: str) -> VerifyingKey | None:
    """The key that a service's signatures are verified with; None for one that is not in the keyring."""
    return _keyring(settings.SERVICE_KEYRING_FILE).get(service)


def read_service_token(token: str | bytes) -> str:
    """The name of the service that signed ``token`` for this one; raises UnauthenticatedError."""
    try:
        caller = unverified_header(token)["kid"]
        key = public_key_of(caller)
        if key is None:
            raise jwt.DecodeError("No such service.")
        claims = verified_payload(
            token,
            key,
            issuer=caller,
            audience=f"service:{settings.SERVICE.name}",
            required=["exp", "iat", "sub", "typ"],
        )
    except jwt.InvalidTokenError as error:
        raise UnauthenticatedError() from error
    if claims["typ"] != KIND or claims["sub"] != caller or claims["exp"] - claims["iat"] > LIFETIME:
        raise UnauthenticatedError()
    _refuse_shared_secret(str(caller), claims)
    return str(caller)


def _refuse_shared_secret(caller: str, claims: dict[str, Any]) -> None:
    """Two services with one SECRET_KEY could make each other's sessions: in production they do not talk."""
    if settings.SERVICE_ENV != "production" or caller == settings.SERVICE.name:
        return
    if claims.get("shares") == fingerprint(settings.SECRET_KEY):
        log.critical("this service and another have the same SECRET_KEY; give each its own", other=caller)
        raise UnauthenticatedError()


@lru_cache(maxsize=4)
def _own_key(path: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 private key.")
    return key


@lru_cache(maxsize=4)
def _keyring(path: str) -> dict[str, VerifyingKey]:
    return keys_of_jwks(msgspec.json.decode(Path(path).read_bytes()))
