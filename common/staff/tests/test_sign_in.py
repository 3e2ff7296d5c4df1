"""Signing in to a service's admin with an account of auth."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeactivated, UserDeleted
from common.security.exchange import Limits
from common.security.services import revoke_session, revoke_user
from common.security.tenancy import all_companies
from common.security.tests.key_server import Server
from common.staff import consumers
from common.staff.models import StaffUser
from common.testing.hostile import HOSTILE_ANSWERS, hostile
from common.testing.tokens import person_token

pytestmark = [pytest.mark.urls("common.staff.tests.addresses"), pytest.mark.usefixtures("db")]


def sign_in(browser: Client, auth: Server, **claims: Any) -> Any:
    token = person_token(**{"role": "company_manager", "company_id": uuid4(), **claims})
    auth.answer = lambda _path, _body: (200, {}, {"success": True, "token": token})
    return browser.post(
        "/admin/login/?next=/admin/", {"username": "person@example.com", "password": "secret"}
    )


def is_signed_in(browser: Client) -> bool:
    return bool(browser.get("/admin/").status_code == 200)


def test_a_staff_member_comes_in_with_the_rights_of_their_token(browser: Client, auth: Server) -> None:
    company, person = uuid4(), uuid4()
    assert sign_in(browser, auth, company_id=company, user_id=person)["Location"] == "/admin/"
    path, body = auth.requests[0]
    given = {"email": "person@example.com", "password": "secret"}
    assert path == "/internal/staff/sign-in"
    assert json.loads(body) == given | {"ip_address": "127.0.0.1", "user_agent": ""}
    with all_companies("test"):
        member = StaffUser.objects.get()
    assert (member.id, member.company_id, member.role) == (person, company, "company_manager")
    assert "employees:create" in member.permissions
    assert is_signed_in(browser)


@pytest.mark.parametrize("role", ["super_admin", "company_manager", "employee", "supervisor"])
def test_every_role_of_the_office_comes_in(browser: Client, auth: Server, role: str) -> None:
    sign_in(browser, auth, role=role)
    assert is_signed_in(browser)


def test_a_worker_is_told_that_these_pages_are_not_theirs(browser: Client, auth: Server) -> None:
    answer = sign_in(browser, auth, role="worker")
    assert "Your role does not use these pages." in answer.content.decode()
    assert not is_signed_in(browser)
    with all_companies("test"):
        assert not StaffUser.objects.exists()


def test_wrong_credentials_and_a_strange_address_are_told_alike(browser: Client, auth: Server) -> None:
    refusal = {"success": False, "error": {"code": "INVALID_CREDENTIALS", "message": "no"}}
    for status in (401, 422):
        auth.answer = lambda _path, _body, status=status: (status, {}, refusal)  # type: ignore[misc]
        answer = browser.post("/admin/login/", {"username": "x", "password": "y"})
        assert "Please enter the correct" in answer.content.decode()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((429, {}, {}), "Too many attempts."),
        ((500, {}, {}), "Signing in is not possible right now."),
        ((200, {}, b"<html>"), "Signing in is not possible right now."),
        ((200, {}, {"token": 1}), "Signing in is not possible right now."),
        ((200, {}, {"token": "x"}), "Sign in to continue."),
        ((200, {}, b" " * 300_000), "Signing in is not possible right now."),
        ((401, {}, {}), "Signing in is not possible right now."),
        ((401, {}, {"error": {"code": "UNAUTHENTICATED"}}), "Signing in is not possible right now."),
        (
            (401, {}, {"error": {"code": "SECOND_FACTOR_REQUIRED"}}),
            "Enter the code of your second factor, too.",
        ),
        (
            (401, {}, {"error": {"code": "INVALID_SECOND_FACTOR"}}),
            "The code of the second factor is not right.",
        ),
        ((403, {}, {"error": {"code": "SECOND_FACTOR_MISSING"}}), "Your role needs a second factor."),
        ((302, {"Location": "/elsewhere"}, {}), "Signing in is not possible right now."),
    ],
)
def test_whatever_auth_answers_is_a_sentence_on_the_form(
    browser: Client, auth: Server, answer: Any, sentence: str
) -> None:
    auth.answer = lambda _path, _body: answer
    page = browser.post("/admin/login/", {"username": "x", "password": "y"})
    assert page.status_code == 200
    assert sentence in page.content.decode()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", HOSTILE_ANSWERS)
def test_whoever_answers_in_auths_place_costs_a_sentence_on_the_form(
    browser: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("common.staff.auth_client.LIMITS", Limits(seconds=0.5, largest=262_144))
    with hostile(HOSTILE_ANSWERS[what]).running() as peer:
        settings.SERVICE_URLS = {**settings.SERVICE_URLS, "auth": peer.url}
        page = browser.post("/admin/login/", {"username": "x", "password": "y"})
    assert "Signing in is not possible right now." in page.content.decode()
    assert not is_signed_in(browser)


def test_the_code_of_a_second_factor_and_the_browsers_address_go_along(browser: Client, auth: Server) -> None:
    auth.answer = lambda _path, _body: (401, {}, {"error": {"code": "INVALID_SECOND_FACTOR"}})
    form = {"username": "x@example.com", "password": "y", "code": "123456"}
    browser.post("/admin/login/", form, REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="A browser")
    _path, body = auth.requests[0]
    sent = json.loads(body)
    assert (sent["code"], sent["ip_address"], sent["user_agent"]) == ("123456", "203.0.113.7", "A browser")


def test_the_form_asks_for_the_code_by_its_kind(browser: Client) -> None:
    page = browser.get("/admin/login/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'name="next"' in page


def test_auth_being_down_is_a_sentence_on_the_form(browser: Client, settings: Any) -> None:
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "auth": "http://127.0.0.1:1"}
    page = browser.post("/admin/login/", {"username": "x", "password": "y"})
    assert page.status_code == 200
    assert "Signing in is not possible right now." in page.content.decode()


def test_a_revoked_session_of_auth_ends_the_browsers(browser: Client, auth: Server) -> None:
    ended, other = uuid4(), Client()
    person = uuid4()
    sign_in(browser, auth, session_id=ended, user_id=person)
    sign_in(other, auth, user_id=person)
    revoke_session(session_id=ended, expires_at=timezone.now())
    assert not is_signed_in(browser)
    assert is_signed_in(other)


def test_a_deactivated_person_is_out_in_every_browser(browser: Client, auth: Server) -> None:
    person, other = uuid4(), Client()
    sign_in(browser, auth, user_id=person)
    sign_in(other, auth, user_id=person)
    revoke_user(user_id=person, before=timezone.now())
    assert not is_signed_in(browser)
    assert not is_signed_in(other)


def test_a_change_of_rights_takes_a_new_sign_in(browser: Client, auth: Server) -> None:
    person = uuid4()
    events: list[Any] = [
        RoleAssigned(user_id=person, role="worker"),
        RoleRevoked(user_id=person, role="employee"),
        UserDeactivated(user_id=person, at=timezone.now()),
        UserDeleted(user_id=person),
    ]
    for event in events:
        sign_in(browser, auth, user_id=person)
        assert is_signed_in(browser)
        consumers.sessions_end([(event, None)])  # type: ignore[list-item]
        assert not is_signed_in(browser)


def test_an_address_that_moved_to_another_account_is_no_obstacle(browser: Client, auth: Server) -> None:
    sign_in(browser, auth, user_id=uuid4())
    second = uuid4()
    sign_in(browser, auth, user_id=second)
    with all_companies("test"):
        assert StaffUser.objects.get(email="person@example.com").id == second
        assert StaffUser.objects.count() == 2


def test_signing_out_ends_the_browsers_session(browser: Client, auth: Server) -> None:
    sign_in(browser, auth)
    browser.post("/admin/logout/")
    assert not is_signed_in(browser)
