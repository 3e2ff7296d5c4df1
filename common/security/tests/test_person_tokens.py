"""Only a token that auth signed, for us, now, gets somebody in."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key

from common.api.tests.types import Api, Tokens
from common.errors import UnauthenticatedError
from common.security.keys import StaticKeySource, VerifyingKey, use_key_source
from common.security.tests.forging import FORGERIES, good_claims, signed
from common.security.tokens import PersonClaims, issue_person_token, read_person_token
from common.testing.tokens import trust_test_key

pytestmark = pytest.mark.urls("common.api.tests.addresses")


@pytest.fixture(autouse=True)
def trusted() -> None:
    trust_test_key()


@pytest.mark.usefixtures("db")
def test_the_claims_that_the_forgeries_start_from_are_accepted(api: Api) -> None:
    assert api(signed()).get("/scope").status_code == 200


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_gets_nobody_in(api: Api, name: str) -> None:
    answer = api(FORGERIES[name]()).get("/scope")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "UNAUTHENTICATED"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic dTpw", "Token x", "Bearer a b", "Bearer\x00x"]
)
def test_a_header_that_holds_no_token_gets_nobody_in(api: Api, header: str) -> None:
    assert api().get("/scope", headers={"Authorization": header}).status_code == 401


@pytest.mark.usefixtures("db")
def test_the_scheme_may_be_written_in_any_case(api: Api, person_token: Tokens) -> None:
    answer = api().get("/scope", headers={"Authorization": f"bearer {person_token(company_id=uuid4())}"})
    assert answer.status_code == 200


def test_a_token_that_expired_within_the_leeway_is_accepted(person_token: Tokens) -> None:
    assert read_person_token(person_token(expires_in=-5)).role == "company_manager"


def test_what_goes_in_comes_out() -> None:
    company: UUID = uuid4()
    claims = PersonClaims(
        user_id=uuid4(),
        session_id=uuid4(),
        company_id=company,
        role="supervisor",
        level=2,
        permissions=["attendance:view"],
        name="محمد",
        email="m@example.com",
        language="ar",
    )
    key = generate_private_key(SECP256R1())
    token = issue_person_token(claims, key=key, kid="k")
    assert read_person_token(token, source=StaticKeySource({"k": key.public_key()})) == claims


@pytest.mark.parametrize(
    "key",
    [generate_private_key(SECP384R1()), generate_rsa_key(65537, 1024)],  # noqa: S505 - weak on purpose
    ids=["P-384", "small RSA"],
)
def test_weak_and_other_keys_are_not_accepted(key: Any) -> None:
    with pytest.raises(ValueError, match="verified with"):
        VerifyingKey.of(key.public_key())


def test_a_key_verifies_by_its_own_algorithm_only() -> None:
    """A P-256 key under the kid of an Ed25519 token is no way in."""
    source = StaticKeySource({"test": generate_private_key(SECP256R1()).public_key()})
    with pytest.raises(UnauthenticatedError):
        read_person_token(signed(good_claims()), source=source)


def test_the_former_key_source_is_handed_back() -> None:
    mine = StaticKeySource({})
    former = use_key_source(mine)
    assert use_key_source(former) is mine
