"""Tokens that must open nothing, each beside a good one they were made from."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from common.runtime.credentials import key_file
from tests.e2e.house import House, Person

LONG_TOKEN = 100_000
STRANGERS_KEY = Ed25519PrivateKey.generate()
SIGN = """
import json, os, time, jwt
from auth_service.users.services.keys import signing_key_current

good, now = json.loads(os.environ["GOOD_CLAIMS"]), int(time.time())
wrong = {
    "an access token as it should be": {},
    "expired": {"exp": now - 60, "iat": now - 960},
    "not valid yet": {"nbf": now + 3600},
    "made in the future": {"iat": now + 3600, "exp": now + 4500},
    "without an end": {"exp": None},
    "that lasts a year": {"exp": now + 31_536_000},
    "for a service": {"aud": "service:employee"},
    "for nobody": {"aud": None},
    "for a part of us": {"aud": "hrm"},
    "of another issuer": {"iss": "hrms"},
    "of a part of the issuer": {"iss": "hrms-aut"},
    "of no issuer": {"iss": None},
    "a refresh token": {"typ": "refresh"},
    "a service's kind": {"typ": "service"},
    "without a person": {"sub": None},
    "of a person who is no id": {"sub": "' OR 1=1 --"},
    "without a session": {"sid": None},
}
signer = signing_key_current()
def signed(change, **header):
    claims = {name: value for name, value in {**good, **change}.items() if value is not None}
    return jwt.encode(claims, signer.key, algorithm="EdDSA", headers={"kid": signer.kid, **header})
tokens = {name: signed(change) for name, change in wrong.items()}
tokens["with a header nobody knows"] = signed({}, crit=["of the future"])
print("TOKENS" + json.dumps(tokens))
"""


def signed_by_auth(house: House, person: Person) -> dict[str, str]:
    """A person's token with one thing wrong in each and auth's own good signature."""
    claims = {"GOOD_CLAIMS": json.dumps(_claims(person.token))}
    said = house.stack.manage("auth", "shell", "-v0", "-c", SIGN, env=claims).stdout
    tokens: dict[str, str] = json.loads(said.partition("TOKENS")[2])
    return tokens


def forged(house: House, person: Person) -> Mapping[str, str]:
    """Tokens that auth never signed."""
    header, claims = jwt.get_unverified_header(person.token), _claims(person.token)
    head, body, signature = person.token.split(".")
    unsigned = {
        f"unsigned ({name})": f"{_segment({**header, 'alg': name})}.{body}."
        for name in ("none", "None", "nOnE", "")
    }
    secret = _public_pem(house, header["kid"])
    others = {
        f"by a stranger, {name}": jwt.encode(claims, STRANGERS_KEY, algorithm="EdDSA", headers={**kid})
        for name, kid in _strange_headers(header["kid"]).items()
    }
    return {
        **unsigned,
        **others,
        "without its signature": f"{head}.{body}.",
        "with half a signature": f"{head}.{body}.{signature[:40]}",
        "with another payload": f"{head}.{_segment({**claims, 'role': 'super_admin', 'level': 5})}.{signature}",
        "with the public key as a secret": _hmac({**header, "alg": "HS256"}, claims, secret),
        "with an empty secret": _hmac({**header, "alg": "HS256"}, claims, b""),
        "by RSA": jwt.encode(
            claims, generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": header["kid"]}
        ),
        "very long": f"{head}.{'A' * LONG_TOKEN}.{signature}",
        "no token": "null",
        "empty parts": "..",
        "not ASCII": "توكن",
        "a service's": service_token(house, "employee", "hrms"),
        "a service's for a service": service_token(house, "employee", "service:auth"),
    }


def service_token(house: House, issuer: str, audience: str, **claims: Any) -> str:
    """What ``issuer`` signs for ``audience`` with its own key."""
    key = load_pem_private_key(key_file(house.stack.root, issuer).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    now = int(time.time())
    named = {"iss": issuer, "sub": issuer, "aud": audience, "iat": now, "exp": now + 60, "jti": str(uuid4())}
    return jwt.encode({**named, "typ": "service", **claims}, key, algorithm="EdDSA", headers={"kid": issuer})


def _claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def _strange_headers(kid: str) -> Mapping[str, dict[str, Any]]:
    """Headers that lead a careless reader to a key of the attacker's."""
    point = STRANGERS_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    own = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(point).rstrip(b"=").decode()}
    return {
        "under auth's name": {"kid": kid},
        "with its key": {"kid": kid, "jwk": own},
        "with the address of its key": {"kid": kid, "jku": "http://127.0.0.1:9/jwks.json"},
        "with the address of a certificate": {"kid": kid, "x5u": "http://127.0.0.1:9/x.pem"},
        "with a key at an address": {"kid": "http://127.0.0.1:9/key"},
        "with a key in a file": {"kid": "../../../../../../dev/null"},
        "with a key from a query": {"kid": "x' UNION SELECT 'y"},
        "with a service's key": {"kid": "employee"},
    }


def _public_pem(house: House, kid: str) -> bytes:
    keys = httpx.get(f"{house.stack.url('auth')}/.well-known/jwks.json").json()["keys"]
    public = jwt.PyJWK(next(key for key in keys if key["kid"] == kid)).key
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    body = f"{_segment(header)}.{_segment(claims)}"
    digest = hmac.digest(secret, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
