from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from auth_service.users.models import Membership, RefreshToken, Session, User
from auth_service.users.services.roles import role_assign
from auth_service.users.services.users import user_deactivate
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import member, person, sign_in
from common.security.tenancy import all_companies
from common.security.tokens import read_person_token
from common.testing.threads import run_all

Api = Callable[..., Any]


def refresh(api: Api, token: str) -> Any:
    return api().post("/refresh", {"refresh_token": token})


@pytest.mark.django_db
def test_a_refresh_token_gives_new_tokens_of_the_same_session(api: Api, company_id: UUID) -> None:
    signed_in = sign_in(member(company_id, "worker"))
    body = refresh(api, signed_in.refresh_token).json()
    claims = read_person_token(body["token"])
    assert claims.session_id == signed_in.session.id
    assert body["refresh_token"] != signed_in.refresh_token
    assert api(body["token"]).get("/profile").status_code == 200
    assert refresh(api, body["refresh_token"]).status_code == 200


@pytest.mark.django_db
def test_using_a_refresh_token_again_ends_the_session(api: Api, company_id: UUID, events: Events) -> None:
    signed_in = sign_in(member(company_id))
    renewed = refresh(api, signed_in.refresh_token).json()
    again = refresh(api, signed_in.refresh_token)
    assert (again.status_code, again.json()["error"]["code"]) == (401, "INVALID_REFRESH_TOKEN")
    assert refresh(api, renewed["refresh_token"]).status_code == 401
    assert api(renewed["token"]).get("/profile").status_code == 401
    (event,) = events("session.revoked", signed_in.session.id)
    assert event["reason"] == "refresh_token_reused"


def test_of_twenty_parallel_refreshes_exactly_one_wins(
    committed_db: None, company_id: UUID, events: Events
) -> None:
    from auth_service.users.exceptions import InvalidRefreshTokenError
    from auth_service.users.services.sessions import session_refresh

    signed_in = sign_in(member(company_id))

    def attempt() -> bool:
        try:
            session_refresh(refresh_token=signed_in.refresh_token)
        except InvalidRefreshTokenError:
            return False
        return True

    assert sum(run_all([attempt] * 20)) == 1
    assert len(events("session.revoked", signed_in.session.id)) == 1
    with all_companies("test"):
        assert RefreshToken.objects.filter(session=signed_in.session).count() == 2


@pytest.mark.django_db
def test_only_the_hash_of_a_refresh_token_is_stored(company_id: UUID) -> None:
    signed_in = sign_in(member(company_id))
    with all_companies("test"):
        (row,) = RefreshToken.objects.filter(session=signed_in.session)
    assert signed_in.refresh_token not in str(vars(row))
    assert len(row.token_hash) == 64


@pytest.mark.django_db
def test_a_refresh_reads_the_rights_anew(api: Api, company_id: UUID) -> None:
    user = member(company_id, "worker")
    signed_in = sign_in(user)
    role_assign(user_id=user.id, company_id=company_id, role="company_manager")
    body = refresh(api, signed_in.refresh_token).json()
    assert read_person_token(body["token"]).role == "company_manager"


def _deactivate(user: User, _company_id: UUID) -> None:
    user_deactivate(user_id=user.id, reason="test")


def _delete(user: User, _company_id: UUID) -> None:
    with all_companies("test"), connection.cursor() as cursor:
        Session.objects.filter(user=user).delete()
        Membership.objects.filter(user=user).delete()
        # Not by Django's collector, which would want to delete from the admin's log, too: that only grows.
        cursor.execute("DELETE FROM users WHERE id = %s", [user.pk])


def _deactivate_behind_our_back(user: User, _company_id: UUID) -> None:
    with all_companies("test"):
        User.objects.filter(pk=user.pk).update(is_active=False)


def _leave(user: User, company_id: UUID) -> None:
    with all_companies("test"):
        Membership.objects.filter(user=user, company_id=company_id).update(is_active=False)


def _expire(user: User, _company_id: UUID) -> None:
    with all_companies("test"):
        RefreshToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
@pytest.mark.parametrize("end", [_deactivate, _delete, _deactivate_behind_our_back, _leave, _expire])
def test_a_refresh_is_refused_when_access_has_ended(api: Api, company_id: UUID, end: Any) -> None:
    user = member(company_id)
    signed_in = sign_in(user)
    end(user, company_id)
    answer = refresh(api, signed_in.refresh_token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_REFRESH_TOKEN")


@pytest.mark.django_db
def test_a_person_without_a_company_can_refresh(api: Api) -> None:
    signed_in = sign_in(person())
    body = refresh(api, signed_in.refresh_token).json()
    claims = read_person_token(body["token"])
    assert (claims.company_id, claims.role, claims.level, claims.permissions) == (None, "", 0, [])


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "unknown", "ü", "x" * 501])
def test_an_unknown_refresh_token_is_refused(api: Api, token: str) -> None:
    assert refresh(api, token).status_code == (401 if token in {"unknown", "ü"} else 422)


@pytest.mark.django_db
def test_an_access_token_is_no_refresh_token_and_the_reverse(api: Api, company_id: UUID) -> None:
    signed_in = sign_in(member(company_id))
    assert refresh(api, signed_in.token).status_code in {401, 422}
    assert api(signed_in.refresh_token).get("/profile").status_code == 401


@pytest.mark.django_db
def test_a_session_ends_after_thirty_days_however_often_it_was_renewed(api: Api, company_id: UUID) -> None:
    signed_in = sign_in(member(company_id))
    refresh(api, signed_in.refresh_token)
    with all_companies("test"):
        session = Session.objects.get(pk=signed_in.session.pk)
        tokens = RefreshToken.objects.filter(session=session)
        assert timedelta(days=29) < session.expires_at - timezone.now() <= timedelta(days=30)
        assert {token.expires_at for token in tokens} == {session.expires_at}
