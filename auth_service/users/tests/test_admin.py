import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from auth_service.users.models import Membership, Role, Session, User
from auth_service.users.tasks import send_account_mails
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import PASSWORD, join, member, sign_in
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies

# The admin refuses by rolling back, which a test's own transaction would hide.
pytestmark = pytest.mark.usefixtures("committed_db")


def browser(user: User) -> Client:
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def address(model: str, action: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:users_{model}_{action}", args=args)


def page(client: Client, model: str, action: str = "changelist", *args: Any, **query: Any) -> str:
    answer = client.get(address(model, action, *args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, model: str, action: str, *rows: Any) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address(model), data, follow=True)


def role_in(company_id: UUID | None, name: str) -> Role:
    with all_companies("test"):
        return Role.objects.get(company_id=company_id, name=name)


def save(client: Client, user: User, roles: list[tuple[Membership | None, Role, bool]], **fields: Any) -> Any:
    """Send the form of an account: (existing row, role, whether to remove it) for each line of the grid."""
    data: dict[str, Any] = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        **fields,
        "memberships-TOTAL_FORMS": len(roles),
        "memberships-INITIAL_FORMS": sum(row is not None for row, _role, _gone in roles),
    }
    for number, (row, role, gone) in enumerate(roles):
        prefix = f"memberships-{number}"
        data |= {f"{prefix}-user": user.pk, f"{prefix}-role": role.pk, f"{prefix}-id": row.pk if row else ""}
        if gone:
            data[f"{prefix}-DELETE"] = "on"
    return client.post(address("user", "change", user.pk), data, follow=True)


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_only_managers_and_administrators_get_in(company_id: UUID, role: str) -> None:
    client = Client()
    user = member(company_id, role)
    answer = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert client.get("/admin/").status_code == 302
    with all_companies("test"):
        assert Session.objects.count() == 0


def test_every_page_of_the_admin_opens_for_an_administrator(company_id: UUID) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=company_id, name="Al Noor")
    administrator, user = member(None, "super_admin"), member(company_id)
    sign_in(user)
    client = browser(administrator)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(name)).status_code == 200, name
    assert "Al Noor" in page(client, "session")
    shown = page(client, "user", "change", user.pk)
    assert "payroll:view" in shown
    assert "argon2" not in shown
    assert "Add user" in page(client, "user", "add")


def test_a_manager_sees_and_finds_only_the_company(company_id: UUID) -> None:
    manager, ours, theirs = member(company_id, "company_manager"), member(company_id), member(uuid4())
    sign_in(theirs)
    client = browser(manager)
    listed = page(client, "user")
    assert ours.email in listed
    assert theirs.email not in listed
    assert "0 results" in page(client, "user", q=theirs.email)
    assert theirs.email not in page(client, "session")
    assert client.get(address("user", "change", theirs.pk)).status_code == 302
    assert client.get(address("signingkey")).status_code == 403
    found = client.get(
        "/admin/autocomplete/",
        {"term": "worker", "app_label": "users", "model_name": "membership", "field_name": "role"},
    ).json()["results"]
    assert [row["id"] for row in found] == [str(role_in(company_id, "worker").pk)]


def test_the_search_finds_beginnings_only(company_id: UUID) -> None:
    client = browser(member(company_id, "company_manager", email="manager@example.com"))
    member(company_id, email="mona@example.com")
    member(company_id, email="sara_m@example.com", first_name="Sara")
    listed = page(client, "user", q="MON")
    assert "mona@example.com" in listed
    assert "sara_m@example.com" not in listed
    for term in ("%", "_ara", "o'", "\\"):
        assert "sara_m@example.com" not in page(client, "user", q=term)


def test_a_changed_name_yields_one_event(company_id: UUID, events: Events) -> None:
    user = member(company_id)
    client = browser(member(company_id, "company_manager"))
    with all_companies("test"):
        row = Membership.objects.select_related("role").get(user=user)
    save(client, user, [(row, row.role, False)], first_name="Huda", email="HUDA@example.com")
    save(client, user, [(row, row.role, False)], first_name="Huda", email="huda@example.com")
    (event,) = events("user.updated", user.id)
    assert (event["first_name"], event["email"]) == ("Huda", "huda@example.com")
    assert events("role.assigned", user.id) == []


def test_roles_are_given_changed_and_taken_in_the_grid(company_id: UUID, events: Events) -> None:
    user, second = member(company_id), uuid4()
    member(second)
    client = browser(member(None, "super_admin"))
    with all_companies("test"):
        row = Membership.objects.get(user=user)
    save(
        client,
        user,
        [(row, role_in(company_id, "supervisor"), False), (None, role_in(second, "employee"), False)],
    )
    assert {(event["role"], event["company_id"]) for event in events("role.assigned", user.id)} == {
        ("supervisor", str(company_id)),
        ("employee", str(second)),
    }
    save(client, user, [(row, role_in(company_id, "supervisor"), True)])
    with all_companies("test"):
        active = Membership.objects.filter(user=user, is_active=True)
        assert list(active.values_list("role__name", flat=True)) == ["employee"]
    assert [event["role"] for event in events("role.revoked", user.id)] == ["worker", "supervisor"]


def test_a_manager_cannot_give_a_role_above_or_outside(company_id: UUID, events: Events) -> None:
    user, other = member(company_id), uuid4()
    member(other)
    client = browser(member(company_id, "company_manager"))
    with all_companies("test"):
        row = Membership.objects.select_related("role").get(user=user)
    for role in (role_in(None, "super_admin"), role_in(other, "worker")):
        save(client, user, [(row, row.role, False), (None, role, False)])
        save(client, user, [(row, role, False)])
    assert events("role.assigned", user.id) == []
    assert events("role.revoked", user.id) == []


def test_a_new_account_gets_its_role_and_a_mail(company_id: UUID, events: Events) -> None:
    client = browser(member(company_id, "company_manager"))
    data = {"email": "New@example.com", "first_name": "New", "last_name": "Person"}
    client.post(address("user", "add"), {**data, "role": role_in(None, "super_admin").pk})
    assert events("user.created") == []
    answer = client.post(address("user", "add"), {**data, "role": role_in(company_id, "worker").pk})
    assert answer.status_code == 302
    (created,) = events("user.created")
    assert (created["email"], created["company_ids"]) == ("new@example.com", [str(company_id)])
    send_account_mails()
    assert [message.to for message in mail.outbox] == [["new@example.com"]]
    taken = client.post(
        address("user", "add"), {**data, "role": role_in(company_id, "worker").pk}, follow=True
    )
    assert "exists already" in taken.content.decode()


def test_accounts_are_switched_off_and_on_with_an_event_each(
    company_id: UUID, events: Events, api: Any
) -> None:
    user = member(company_id)
    token = sign_in(user).token
    client = browser(member(company_id, "company_manager"))
    act(client, "user", "deactivate", user)
    assert api(token).get("/profile").status_code == 401
    assert len(events("user.deactivated", user.id)) == 1
    act(client, "user", "activate", user)
    assert [event["is_active"] for event in events("user.updated", user.id)] == [True]


def test_who_also_works_elsewhere_is_not_switched_off_by_one_company(
    company_id: UUID, events: Events
) -> None:
    user = member(company_id)
    join(user, uuid4())
    answer = act(browser(member(company_id, "company_manager")), "user", "deactivate", user)
    assert "You are not allowed" in answer.content.decode()
    assert events("user.deactivated") == []


def test_sessions_are_ended_from_their_list(company_id: UUID, events: Events, api: Any) -> None:
    signed_in = sign_in(member(company_id))
    answer = act(browser(member(company_id, "company_manager")), "session", "revoke", signed_in.session)
    assert "1 session has ended" in answer.content.decode()
    assert api(signed_in.token).get("/profile").status_code == 401
    assert [event["reason"] for event in events("session.revoked")] == ["by_administrator"]


def test_the_administrators_own_browser_is_a_session_that_can_be_ended(company_id: UUID) -> None:
    manager = member(company_id, "company_manager")
    client = browser(manager)
    assert client.get("/admin/").status_code == 200
    with all_companies("test"):
        (session,) = Session.objects.filter(user=manager)
    act(browser(member(None, "super_admin")), "session", "revoke", session)
    assert client.get("/admin/").status_code == 302


def test_a_manager_who_lost_the_role_is_out_at_the_next_click(company_id: UUID) -> None:
    manager = member(company_id, "company_manager")
    client = browser(manager)
    with all_companies("test"):
        Membership.objects.filter(user=manager).update(is_active=False)
    assert client.get(address("user")).status_code in {302, 403}


def test_nothing_is_deleted_here(company_id: UUID) -> None:
    user = member(company_id)
    client = browser(member(None, "super_admin"))
    assert client.post(address("user", "delete", user.pk), {"post": "yes"}).status_code == 403
    assert not re.search(r'value="delete_selected"', page(client, "user"))


def test_a_list_takes_the_same_few_queries_for_any_number_of_people(
    company_id: UUID, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        sign_in(member(company_id))
    client = browser(member(company_id, "company_manager"))
    for model in ("user", "session", "role"):
        with django_assert_max_num_queries(20):
            page(client, model)


def test_an_account_is_found_by_the_beginning_of_a_name_in_any_spelling(company_id: UUID) -> None:
    client = browser(member(company_id, "company_manager"))
    member(company_id, first_name="أحمد", last_name="الصالح", email="ahmad@example.com")
    assert "ahmad@example.com" in page(client, "user", q="احمد")
    assert "ahmad@example.com" in page(client, "user", q="الصالح")
    assert "ahmad@example.com" not in page(client, "user", q="صالحة")


def test_nobody_switches_off_their_own_account_in_the_admin(company_id: UUID) -> None:
    manager = member(company_id, "company_manager")
    client = browser(manager)
    assert (
        "You cannot take away your own access" in act(client, "user", "deactivate", manager).content.decode()
    )
    with all_companies("test"):
        assert User.objects.get(pk=manager.pk).is_active
