"""Making, using and retiring the keys that sign access tokens."""

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from auth_service.settings import ACCESS_TOKEN_LIFETIME, SIGNING_KEY_PASSPHRASE
from auth_service.users import selectors
from auth_service.users.choices import KeyAlgorithm
from auth_service.users.models import SigningKey

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
# Clocks of six services may differ; a retired key outlives its last token by this much.
CLOCK_SKEW = timedelta(minutes=1)
# Longer than a verifier waits before it reads the keys again for a name it does not know.
PUBLISHED_BEFORE_USE = timedelta(seconds=10)
# RFC 7638: the members that name a key of each type, in this order.
_THUMBPRINT = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}


class Signer(NamedTuple):
    """A private key ready to sign, and the name its public half is published under."""

    key: PrivateKey
    kid: str


def signing_key_current() -> Signer:
    """The key that signs now; the first call ever makes one."""
    row = signing_key_ensure()
    return Signer(_decrypted(row.kid, row.private_pem), row.kid)


def signing_key_ensure() -> SigningKey:
    """The row of the key that signs now, made when there is none."""
    row = selectors.signing_key()
    if row is not None:
        return row
    with transaction.atomic():
        _lock()
        return selectors.signing_key() or _create(KeyAlgorithm.EDDSA, timezone.now())


def signing_key_rotate(*, algorithm: KeyAlgorithm, retire_now: bool = False) -> SigningKey:
    """Publish a new key and, a moment later, sign with it. Tokens of the old one stay good.

    With ``retire_now`` (a leaked key) the new key signs and the old ones are withdrawn at once: their tokens
    are refused as soon as a service reads the keys anew (within five minutes), and clients get new ones by
    their refresh tokens.
    """
    with transaction.atomic():
        _lock()
        now = timezone.now()
        at_once = retire_now or selectors.signing_key() is None
        signs_from = now if at_once else now + PUBLISHED_BEFORE_USE
        last_token_ends = now if retire_now else signs_from + ACCESS_TOKEN_LIFETIME + CLOCK_SKEW
        if retire_now:
            SigningKey.objects.filter(published_until__gt=now).update(retired_at=now, published_until=now)
        SigningKey.objects.filter(retired_at=None).update(
            retired_at=signs_from, published_until=last_token_ends
        )
        return _create(algorithm, signs_from)


def signing_keys_purge() -> int:
    """Delete keys that verify nothing any more; returns how many."""
    deleted, _ = SigningKey.objects.filter(published_until__lt=timezone.now()).delete()
    return deleted


def _lock() -> None:
    """One process at a time makes a key; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('signing_keys'))")


def _create(algorithm: KeyAlgorithm, signs_from: datetime) -> SigningKey:
    key = _generate(algorithm)
    encryption = serialization.BestAvailableEncryption(SIGNING_KEY_PASSPHRASE.encode())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    jwk = _public_jwk(key)
    kid = _thumbprint(jwk)
    return SigningKey.objects.create(
        kid=kid,
        algorithm=algorithm,
        private_pem=pem.decode(),
        public_jwk={**jwk, "kid": kid, "alg": algorithm.value, "use": "sig"},
        signs_from=signs_from,
    )


def _generate(algorithm: KeyAlgorithm) -> PrivateKey:
    match algorithm:
        case KeyAlgorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.RS256:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case _:
            return Ed25519PrivateKey.generate()


def _public_jwk(key: PrivateKey) -> dict[str, Any]:
    jwk: dict[str, Any]
    if isinstance(key, Ed25519PrivateKey):
        jwk = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in _THUMBPRINT[jwk["kty"]]}


def _thumbprint(jwk: dict[str, Any]) -> str:
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


@lru_cache(maxsize=8)
def _decrypted(kid: str, private_pem: str) -> PrivateKey:
    key = serialization.load_pem_private_key(private_pem.encode(), password=SIGNING_KEY_PASSPHRASE.encode())
    if not isinstance(key, PrivateKey):
        raise jwt.InvalidKeyError(f"The signing key {kid} is of a kind this service does not make.")
    return key
