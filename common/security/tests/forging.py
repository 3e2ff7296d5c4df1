"""Tokens as an attacker, or a confused client, would send them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.security.service_tokens import mint_service_token
from common.testing.tokens import KID, signing_key


def good_claims(**changes: Any) -> dict[str, Any]:
    """The claims of an access token that is accepted; a change to None takes the claim away."""
    now = int(time.time())
    claims = {
        "iss": "hrms-auth",
        "aud": "hrms",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "company_id": str(uuid4()),
        "role": "company_manager",
        "level": 4,
        "perms": ["employees:view"],
        "iat": now,
        "exp": now + 900,
        "jti": str(uuid4()),
        "typ": "access",
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any] | None = None, *, key: Any = None, **headers: Any) -> str:
    """A token with a good signature of the test key, unless another ``key`` is given."""
    key = key or signing_key()
    algorithm = "EdDSA" if isinstance(key, Ed25519PrivateKey) else "ES256"
    header = {"kid": KID} | headers
    return jwt.encode(claims or good_claims(), key, algorithm=algorithm, headers=header)


def segment(value: Any) -> str:
    """A part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assembled(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    """A token put together by hand."""
    return f"{segment(header)}.{segment(claims)}.{segment(signature)}"


def by_hmac(secret: bytes) -> str:
    """A token signed with HMAC, using what is public as the secret."""
    header = {"alg": "HS256", "typ": "JWT", "kid": KID}
    body = f"{segment(header)}.{segment(good_claims())}"
    return f"{body}.{segment(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def with_edited_claims() -> str:
    """Somebody else's signature under claims of one's own."""
    header, _claims, signature = signed().split(".")
    return f"{header}.{segment(good_claims(role='super_admin'))}.{signature}"


def public_key(encoding: Encoding, form: PublicFormat) -> bytes:
    """The public key in one of its spellings."""
    return signing_key().public_key().public_bytes(encoding, form)


def without(claim: str) -> str:
    """A token that lacks one claim."""
    return signed(good_claims(**{claim: None}))


def _now(offset: int) -> int:
    return int(time.time()) + offset


Forgery = Callable[[], str]
FORGERIES: dict[str, Forgery] = {
    "alg none": lambda: assembled({"alg": "none", "kid": KID}, good_claims(), b""),
    "alg None": lambda: assembled({"alg": "None", "kid": KID}, good_claims(), b""),
    "alg nOnE": lambda: assembled({"alg": "nOnE", "kid": KID}, good_claims(), b""),
    "alg missing": lambda: assembled({"kid": KID}, good_claims(), b"x"),
    "alg a list": lambda: assembled({"alg": ["EdDSA"], "kid": KID}, good_claims(), b"x"),
    "HS256 with the public key": lambda: by_hmac(public_key(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    "HS256 with the raw public key": lambda: by_hmac(public_key(Encoding.Raw, PublicFormat.Raw)),
    "HS256 with nothing": lambda: by_hmac(b""),
    "signed by another key": lambda: signed(key=Ed25519PrivateKey.generate()),
    "signed by another kind of key": lambda: signed(key=generate_private_key(SECP256R1())),
    "signature stripped": lambda: signed().rsplit(".", 1)[0] + ".",
    "two parts only": lambda: signed().rsplit(".", 1)[0],
    "claims edited": with_edited_claims,
    "expired": lambda: signed(good_claims(exp=_now(-11), iat=_now(-900))),
    "not valid yet": lambda: signed(good_claims(nbf=_now(60))),
    "issued in the future": lambda: signed(good_claims(iat=_now(60))),
    **{
        f"without {name}": partial(without, name)
        for name in ("exp", "iat", "sub", "sid", "typ", "iss", "aud", "role")
    },
    "wrong issuer": lambda: signed(good_claims(iss="hrms-auth.evil.example")),
    "part of the issuer": lambda: signed(good_claims(iss="hrms")),
    "wrong audience": lambda: signed(good_claims(aud="service:employee")),
    "one of many audiences": lambda: signed(good_claims(aud=["hrms", "other"])),
    "a refresh token": lambda: signed(good_claims(typ="refresh")),
    "no kid": lambda: jwt.encode(good_claims(), signing_key(), algorithm="EdDSA"),
    "unknown kid": lambda: signed(kid="unknown"),
    "kid of a path": lambda: signed(kid="../../../../dev/null"),
    "kid of SQL": lambda: signed(kid="x' UNION SELECT 'k"),
    "kid of an address": lambda: signed(kid="http://127.0.0.1:1/key"),
    "kid of 1,000 characters": lambda: signed(kid="k" * 1000),
    "crit": lambda: signed(crit=["exp"], exp=1),
    "jku": lambda: signed(jku="http://127.0.0.1:1/keys"),
    "x5u": lambda: signed(x5u="http://127.0.0.1:1/keys"),
    "jwk": lambda: signed(jwk={"kty": "OKP"}),
    "a service's token": lambda: mint_service_token("employee"),
    "sub is no id": lambda: signed(good_claims(sub="admin")),
    "perms is no list": lambda: signed(good_claims(perms="all")),
    "exp is no number": lambda: signed(good_claims(exp="tomorrow")),
    "good for ever": lambda: signed(good_claims(exp=_now(10**9))),
    "exp beyond time": lambda: signed(good_claims(exp=10**400)),
    "claims of 100 kB": lambda: signed(good_claims(name="x" * 100_000)),
    "100 kB of nothing": lambda: "a" * 100_000,
    "deep claims": lambda: f"{segment({'alg': 'EdDSA', 'kid': KID})}.{segment(b'[' * 5000)}.x",
    "no token at all": lambda: "x",
    "dots": lambda: "..",
    "not ASCII": lambda: "é.é.é",
}
