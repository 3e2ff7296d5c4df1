from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from auth_service.users.exceptions import InvalidCredentialsError
from auth_service.users.models import RefreshToken, Session
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.sessions import Device, session_open
from auth_service.users.services.users import user_deactivate
from auth_service.users.tasks import purge_expired
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import PASSWORD, member, sign_in
from common.privacy.models import KeptFor
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
Api = Callable[..., Any]


def test_a_logout_ends_the_session_at_once(api: Api, company_id: UUID, events: Events) -> None:
    signed_in = sign_in(member(company_id))
    assert api(signed_in.token).post("/logout", {}).status_code == 200
    assert api(signed_in.token).get("/profile").status_code == 401
    (event,) = events("session.revoked", signed_in.session.id)
    assert event["reason"] == "signed_out"
    assert event["user_id"] == str(signed_in.user.id)
    assert event["expires_at"] > signed_in.expires_at.isoformat()


def test_people_see_their_own_live_sessions(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    first, second = sign_in(user), sign_in(user)
    sign_in(member(company_id, "company_manager"))
    api(first.token).post("/logout")
    listed = api(second.token).get("/sessions").json()["sessions"]
    assert [session["id"] for session in listed] == [str(second.session.id)]
    assert set(listed[0]) == {"id", "created_at", "expires_at", "ip_address", "user_agent"}
    assert (listed[0]["ip_address"], listed[0]["user_agent"]) == ("192.0.2.7", "Test browser")


def test_one_session_can_be_ended_by_its_owner(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    here, there = sign_in(user), sign_in(user)
    address = f"/sessions/{there.session.id}"
    assert api(here.token).delete(address).status_code == 200
    assert api(there.token).get("/profile").status_code == 401
    assert api(here.token).get("/profile").status_code == 200
    assert api(here.token).delete(address).status_code == 404


@pytest.mark.parametrize("role", ["worker", "company_manager"])
def test_nobody_ends_the_session_of_somebody_else(api: Api, company_id: UUID, role: str) -> None:
    other = sign_in(member(company_id))
    token = sign_in(member(company_id, role)).token
    foreign = api(token).delete(f"/sessions/{other.session.id}")
    unknown = api(token).delete(f"/sessions/{uuid4()}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["error"] == unknown.json()["error"]
    assert api(other.token).get("/profile").status_code == 200


def test_all_sessions_can_be_ended_together(api: Api, company_id: UUID, events: Events) -> None:
    user = member(company_id)
    tokens = [sign_in(user).token for _ in range(3)]
    assert api(tokens[0]).delete("/sessions").status_code == 200
    assert [api(token).get("/profile").status_code for token in tokens] == [401, 401, 401]
    assert len(events("session.revoked")) == 3


def test_a_deactivated_user_is_refused_at_once(api: Api, company_id: UUID, events: Events) -> None:
    user = member(company_id)
    signed_in = sign_in(user)
    user_deactivate(user_id=user.id, reason="left")
    assert api(signed_in.token).get("/profile").status_code == 401
    (event,) = events("user.deactivated", user.id)
    assert event["reason"] == "left"
    assert len(events("session.revoked", signed_in.session.id)) == 1


def test_a_sign_in_that_began_before_a_deactivation_opens_nothing(company_id: UUID) -> None:
    user = member(company_id)
    authenticated = user_authenticate(email=user.email, password=PASSWORD)
    user_deactivate(user_id=user.id, reason="left")
    with pytest.raises(InvalidCredentialsError):
        session_open(user=authenticated, device=Device())


def test_a_sign_in_that_began_before_a_change_of_password_opens_nothing(company_id: UUID, api: Api) -> None:
    user = member(company_id)
    token = sign_in(user).token
    authenticated = user_authenticate(email=user.email, password=PASSWORD)
    body = {"current_password": PASSWORD, "new_password": "another long sentence"}
    assert api(token).post("/password/change", body).status_code == 200
    with pytest.raises(InvalidCredentialsError):
        session_open(user=authenticated, device=Device())


def test_a_forged_address_header_is_not_believed(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    body = {"email": user.email, "password": PASSWORD}
    agent = "Browser\u202e \u200b\x1b[31m" + "x" * 400
    client = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    token = api().post("/login", body, **client, HTTP_USER_AGENT=agent).json()["token"]
    (session,) = api(token).get("/sessions").json()["sessions"]
    assert session["ip_address"] == "198.51.100.7"
    assert session["user_agent"].startswith("Browser [31mxxx")
    assert len(session["user_agent"]) == 300


def test_sessions_go_thirty_days_after_they_began_or_later_if_staff_say_so(company_id: UUID) -> None:
    old, fresh = sign_in(member(company_id)), sign_in(member(company_id))
    with all_companies("test"):
        past = {"expires_at": timezone.now() - timedelta(minutes=1)}
        Session.objects.filter(pk=old.session.pk).update(
            **past, created_at=timezone.now() - timedelta(days=30, minutes=1)
        )
        KeptFor.objects.create(rule="sessions", days=60, reason="An inquiry")
    purge_expired()
    carry_out_retention()
    with all_companies("test"):
        assert Session.objects.count() == 2
        KeptFor.objects.all().delete()
    carry_out_retention()
    with all_companies("test"):
        assert set(Session.objects.values_list("pk", flat=True)) == {fresh.session.pk}
        assert RefreshToken.objects.count() == 1
