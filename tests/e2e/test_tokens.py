"""Tokens that are not what they claim to be get nobody into any of the six services."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from common.runtime.credentials import key_file
from tests.e2e.house import OPEN_TO_EVERYBODY, House, Person

Forgery = Callable[[House], str]


def claims_of(house: House) -> tuple[dict[str, Any], dict[str, Any]]:
    token = house.hr.token
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(house: House) -> str:
    header, claims = claims_of(house)
    return f"{segment({**header, 'alg': 'none'})}.{segment(claims)}."


def with_other_claims(house: House) -> str:
    header, claims, signature = house.hr.token.split(".")
    padded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{header}.{segment({**padded, 'level': 9})}.{signature}"


def signed_by_a_stranger(house: House) -> str:
    header, claims = claims_of(house)
    return jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": header["kid"]})


def signed_with_the_public_key(house: House) -> str:
    header, claims = claims_of(house)
    keys = httpx.get(f"{house.stack.url('auth')}/.well-known/jwks.json").json()["keys"]
    public = jwt.PyJWK(next(key for key in keys if key["kid"] == header["kid"])).key
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{segment({**header, 'alg': 'HS256'})}.{segment(claims)}"
    digest = hmac.digest(secret, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def of_a_service(house: House, audience: str = "hrms") -> str:
    key = load_pem_private_key(key_file(house.stack.root, "employee").read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    now = int(time.time())
    claims = {"iss": "employee", "sub": "employee", "aud": audience, "iat": now, "exp": now + 60}
    return jwt.encode({**claims, "typ": "service"}, key, algorithm="EdDSA", headers={"kid": "employee"})


SIGN = """
import json, os, time, jwt
from auth_service.users.services.keys import signing_key_current

good, now = json.loads(os.environ["GOOD_CLAIMS"]), int(time.time())
wrong = {
    "nothing": {},
    "expired": {"exp": now - 60, "iat": now - 960},
    "audience": {"aud": "service:employee"},
    "issuer": {"iss": "hrms"},
    "kind": {"typ": "refresh"},
    "lifetime": {"exp": now + 1_000_000},
}
signer = signing_key_current()
tokens = {
    name: jwt.encode({**good, **change}, signer.key, algorithm="EdDSA", headers={"kid": signer.kid})
    for name, change in wrong.items()
}
print("TOKENS" + json.dumps(tokens))
"""


@pytest.fixture(scope="package")
def signed_by_auth(house: House) -> dict[str, str]:
    """Tokens with one claim wrong and auth's own good signature, by what is wrong."""
    claims = {"GOOD_CLAIMS": json.dumps(claims_of(house)[1])}
    said = house.stack.manage("auth", "shell", "-v0", "-c", SIGN, env=claims).stdout
    tokens: dict[str, str] = json.loads(said.partition("TOKENS")[2])
    return tokens


def statuses(house: House, token: str) -> dict[str, tuple[int, str]]:
    answers = {
        name: httpx.get(
            f"{house.stack.url(name)}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        for name, path in OPEN_TO_EVERYBODY.items()
    }
    return {
        name: (answer.status_code, answer.json().get("error", {}).get("code", ""))
        for name, answer in answers.items()
    }


REFUSED = dict.fromkeys(OPEN_TO_EVERYBODY, (401, "UNAUTHENTICATED"))


def test_the_token_that_the_forgeries_start_from_is_accepted_by_all_six(
    house: House, signed_by_auth: dict[str, str]
) -> None:
    accepted = dict.fromkeys(OPEN_TO_EVERYBODY, (200, ""))
    assert statuses(house, signed_by_auth["nothing"]) == accepted


@pytest.mark.parametrize("wrong", ["expired", "audience", "issuer", "kind", "lifetime"])
def test_a_wrong_claim_under_a_good_signature_is_refused_by_all_six(
    house: House, signed_by_auth: dict[str, str], wrong: str
) -> None:
    assert statuses(house, signed_by_auth[wrong]) == REFUSED


@pytest.mark.parametrize(
    "forge", [unsigned, with_other_claims, signed_by_a_stranger, signed_with_the_public_key, of_a_service]
)
def test_a_forged_token_is_refused_by_all_six(house: House, forge: Forgery) -> None:
    assert statuses(house, forge(house)) == REFUSED


def test_a_services_token_opens_what_services_tell_each_other_and_nothing_of_people(house: House) -> None:
    for name, path in OPEN_TO_EVERYBODY.items():
        headers = {"Authorization": f"Bearer {of_a_service(house, f'service:{name}')}"}
        url = house.stack.url(name)
        assert httpx.get(f"{url}{path}", headers=headers).status_code == httpx.codes.UNAUTHORIZED
        # From beyond the end, which leaves the reader's place alone.
        feed = httpx.get(f"{url}/internal/events", params={"after": 10**9}, headers=headers)
        assert feed.status_code == httpx.codes.OK


def test_a_person_does_not_get_at_what_services_tell_each_other(house: House, hr: Person) -> None:
    found = {name: hr.ask("GET", name, "/internal/events").status_code for name in OPEN_TO_EVERYBODY}
    assert found == dict.fromkeys(OPEN_TO_EVERYBODY, 401)
