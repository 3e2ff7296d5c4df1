from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.core.management import call_command
from django.utils import timezone

from auth_service.users.choices import KeyAlgorithm
from auth_service.users.keysource import own_keys
from auth_service.users.models import SigningKey
from auth_service.users.services.keys import signing_key_current, signing_key_rotate, signing_keys_purge
from auth_service.users.tests.factories import member, sign_in
from common.errors import UnauthenticatedError
from common.security.keys import use_key_source
from common.security.tokens import read_person_token
from common.testing.threads import run_all

Api = Callable[..., Any]


def kid_of(token: str) -> Any:
    return jwt.get_unverified_header(token)["kid"]


def pass_time(seconds: float) -> None:
    """Move everything the keys remember into the past, which is the same as waiting."""
    back = timedelta(seconds=seconds)
    for key in SigningKey.objects.all():
        key.signs_from -= back
        if key.retired_at is not None and key.published_until is not None:
            key.retired_at -= back
            key.published_until -= back
        key.save()


def published(api: Api) -> list[str]:
    return [key["kid"] for key in api().get("/.well-known/jwks.json").json()["keys"]]


@pytest.mark.django_db
def test_the_first_use_makes_a_key_and_publishes_only_its_public_half(api: Api) -> None:
    answer = api().get("/.well-known/jwks.json")
    (jwk,) = answer.json()["keys"]
    assert set(jwk) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert (jwk["kty"], jwk["alg"], jwk["use"]) == ("OKP", "EdDSA", "sig")
    assert answer["Cache-Control"] == "public, max-age=60"


@pytest.mark.django_db
def test_the_private_key_is_stored_encrypted() -> None:
    signing_key_current()
    pem = SigningKey.objects.get().private_pem
    assert "BEGIN ENCRYPTED PRIVATE KEY" in pem
    with pytest.raises((TypeError, ValueError)):
        serialization.load_pem_private_key(pem.encode(), password=b"guess")


def test_parallel_first_uses_make_one_key(committed_db: None) -> None:
    kids = {signer.kid for signer in run_all([signing_key_current] * 8)}
    assert len(kids) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
def test_tokens_of_every_algorithm_are_verified_by_the_published_keys(
    company_id: UUID, algorithm: KeyAlgorithm
) -> None:
    signing_key_rotate(algorithm=algorithm, retire_now=True)
    signed_in = sign_in(member(company_id))
    assert jwt.get_unverified_header(signed_in.token)["alg"] == algorithm
    assert read_person_token(signed_in.token).user_id == signed_in.user.id


@pytest.mark.django_db
def test_a_rotation_signs_nobody_out(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    before = sign_in(user)
    key = signing_key_rotate(algorithm=KeyAlgorithm.ES256)
    announced = sign_in(user)
    assert kid_of(announced.token) == kid_of(before.token)
    assert set(published(api)) == {key.kid, kid_of(before.token)}
    pass_time(11)
    after = sign_in(user)
    assert kid_of(after.token) == key.kid
    use_key_source(own_keys())
    for signed_in in (before, announced, after):
        assert api(signed_in.token).get("/profile").status_code == 200
    assert api().post("/refresh", {"refresh_token": before.refresh_token}).status_code == 200


@pytest.mark.django_db
def test_a_new_key_is_published_longer_before_its_use_than_verifiers_wait(api: Api) -> None:
    from common.security.keys import RETRY_AFTER

    signing_key_current()
    key = signing_key_rotate(algorithm=KeyAlgorithm.EDDSA)
    assert key.signs_from - timezone.now() > timedelta(seconds=RETRY_AFTER)
    assert key.kid in published(api)


@pytest.mark.django_db
def test_an_old_key_is_published_until_its_last_token_is_past_and_then_deleted(
    api: Api, company_id: UUID
) -> None:
    old = kid_of(sign_in(member(company_id)).token)
    new = signing_key_rotate(algorithm=KeyAlgorithm.EDDSA).kid
    pass_time(10 + 15 * 60 + 59)
    assert set(published(api)) == {old, new}
    pass_time(2)
    assert published(api) == [new]
    assert signing_keys_purge() == 1
    assert signing_keys_purge() == 0


@pytest.mark.django_db
def test_a_leaked_key_is_withdrawn_at_once_and_sessions_go_on(api: Api, company_id: UUID) -> None:
    signed_in = sign_in(member(company_id))
    call_command("rotate_signing_key", "--retire-now", stdout=StringIO())
    assert published(api) != [kid_of(signed_in.token)]
    use_key_source(own_keys())
    with pytest.raises(UnauthenticatedError):
        read_person_token(signed_in.token)
    renewed = api().post("/refresh", {"refresh_token": signed_in.refresh_token}).json()
    assert api(renewed["token"]).get("/profile").status_code == 200


@pytest.mark.django_db
def test_the_command_names_the_new_key() -> None:
    out = StringIO()
    call_command("rotate_signing_key", "--algorithm", "RS256", stdout=out)
    key = SigningKey.objects.get()
    assert key.kid in out.getvalue()
    assert key.algorithm == "RS256"
    # The very first key has nobody before it, so it signs at once.
    assert signing_key_current().kid == key.kid
