"""Services prove themselves to each other, each to one."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common.conf.service import Service
from common.errors import UnauthenticatedError
from common.security.service_tokens import mint_service_token, read_service_token


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
    ],
    ids=str,
)
def test_a_token_with_something_wrong_is_refused(settings: Any, changes: dict[str, Any]) -> None:
    assert read_service_token(signed(settings)) == "employee"
    with pytest.raises(UnauthenticatedError):
        read_service_token(signed(settings, **changes))
