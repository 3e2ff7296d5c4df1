"""Services prove themselves to each other, each to one."""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from common.conf.service import Service
from common.errors import UnauthenticatedError
from common.security.service_tokens import mint_service_token, read_service_token
from common.security.tests.forging import assembled, segment
from common.testing.tokens import person_token


def signed(settings: Any, *, kid: str = "employee", **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": "employee", "sub": "employee", "aud": "service:employee", "iat": now, "exp": now + 60}
    with open(settings.SERVICE_KEY_FILE, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    claims |= {"typ": "service"} | changes
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid})  # type: ignore[arg-type]


def test_a_service_is_known_by_its_token() -> None:
    assert read_service_token(mint_service_token("employee")) == "employee"


def test_a_token_is_used_again_for_a_while() -> None:
    assert mint_service_token("company") == mint_service_token("company")
    assert mint_service_token("company") != mint_service_token("auth")


def test_a_token_for_another_service_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        read_service_token(mint_service_token("company"))


def test_a_token_is_good_at_the_service_it_names(settings: Any) -> None:
    token = mint_service_token("company")
    settings.SERVICE = Service(name="company", apps=())
    assert read_service_token(token) == "employee"


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "company"},
        {"kid": "nobody"},
        {"iss": "company"},
        {"sub": "company"},
        {"exp": int(time.time()) - 11},
        {"exp": None},
        {"typ": "access"},
        {"aud": "hrms"},
        {"aud": ["service:employee"]},
        {"aud": None},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"exp": int(time.time()) + 600},
    ],
    ids=str,
)
def test_a_token_with_something_wrong_is_refused(settings: Any, changes: dict[str, Any]) -> None:
    assert read_service_token(signed(settings)) == "employee"
    with pytest.raises(UnauthenticatedError):
        read_service_token(signed(settings, **changes))


def claims_of_now() -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "employee",
        "sub": "employee",
        "aud": "service:employee",
        "iat": now,
        "exp": now + 60,
        "typ": "service",
    }


def by_hmac(settings: Any) -> str:
    """Signed with what is public as the secret."""
    with open(settings.SERVICE_KEY_FILE, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    secret = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "employee"}
    body = f"{segment(header)}.{segment(claims_of_now())}"
    return f"{body}.{segment(hmac.digest(secret, body.encode(), hashlib.sha256))}"


FORGERIES: dict[str, Callable[[Any], str]] = {
    "alg none": lambda _s: assembled({"alg": "none", "kid": "employee"}, claims_of_now(), b""),
    "alg nOnE": lambda _s: assembled({"alg": "nOnE", "kid": "employee"}, claims_of_now(), b""),
    "HS256 with the public key": by_hmac,
    "signature stripped": lambda s: signed(s).rsplit(".", 1)[0] + ".",
    "claims edited": lambda s: ".".join(
        [signed(s).split(".")[0], segment(claims_of_now() | {"sub": "auth"}), signed(s).split(".")[2]]
    ),
    "another environment's key": lambda _s: jwt.encode(
        claims_of_now(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": "employee"}
    ),
    "kid of a path": lambda s: signed(s, kid="../../../../dev/null"),
    "a person's token": lambda _s: person_token(),
    "100 kB": lambda _s: "a" * 100_000,
    "not ASCII": lambda _s: "\u00e9.\u00e9.\u00e9",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused(settings: Any, name: str) -> None:
    with pytest.raises((UnauthenticatedError, UnicodeError)):
        read_service_token(FORGERIES[name](settings))


class TestOneSecretInTwoServices:
    def test_services_that_share_their_secret_key_do_not_talk_in_production(self, settings: Any) -> None:
        token = mint_service_token("company")
        settings.SERVICE = Service(name="company", apps=())
        settings.SERVICE_ENV = "production"
        with pytest.raises(UnauthenticatedError):
            read_service_token(token)
        settings.SECRET_KEY = "another one, as it should be"
        assert read_service_token(token) == "employee"

    def test_a_service_knows_its_own_token(self, settings: Any) -> None:
        settings.SERVICE_ENV = "production"
        assert read_service_token(mint_service_token("employee")) == "employee"
