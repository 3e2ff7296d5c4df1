from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from auth_service.users.models import Membership, User
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import member, sign_in
from common.security.tenancy import all_companies

PASSWORD = "the administrators sentence"


def ensure_admin(**options: Any) -> str:
    out = StringIO()
    call_command("ensure_admin", email="HR@example.com", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_ADMIN_PASSWORD", PASSWORD)


@pytest.mark.django_db
def test_ensure_admin_makes_an_administrator_once(api: Any, events: Events) -> None:
    assert ensure_admin(first_name="Huda") == "hr@example.com is a super administrator.\n"
    before = len(events())
    assert ensure_admin() == "hr@example.com is a super administrator already.\n"
    assert len(events()) == before
    body = api().post("/login", {"email": "hr@example.com", "password": PASSWORD}).json()
    assert [role["name"] for role in body["user"]["roles"]] == ["super_admin"]
    assert body["user"]["first_name"] == "Huda"


@pytest.mark.django_db
def test_ensure_admin_restores_password_role_and_account(api: Any) -> None:
    user = member(None, "super_admin", email="hr@example.com", is_active=False)
    with all_companies("test"):
        Membership.objects.filter(user=user).update(is_active=False)
    ensure_admin()
    body = api().post("/login", {"email": "hr@example.com", "password": PASSWORD}).json()
    assert body["user"]["id"] == str(user.id)
    assert [role["name"] for role in body["user"]["roles"]] == ["super_admin"]


def test_ensure_admin_refuses_with_a_sentence(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("ensure_admin", email="nonsense")
    monkeypatch.setenv("HR_ADMIN_PASSWORD", "12345678")
    with pytest.raises(CommandError, match="too common"):
        ensure_admin()
    monkeypatch.delenv("HR_ADMIN_PASSWORD")
    with pytest.raises(SystemExit) as stopped:
        ensure_admin()
    assert stopped.value.code == 2
    with all_companies("test"):
        assert User.objects.count() == 0


@pytest.mark.django_db
def test_revoke_sessions_signs_a_person_out_everywhere(api: Any, company_id: UUID) -> None:
    user = member(company_id)
    tokens = [sign_in(user).token for _ in range(2)]
    out = StringIO()
    call_command("revoke_sessions", user=user.email.upper(), stdout=out)
    assert out.getvalue() == f"2 sessions of {user.email} have ended.\n"
    assert [api(token).get("/profile").status_code for token in tokens] == [401, 401]
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("revoke_sessions", user="nobody@example.com")
