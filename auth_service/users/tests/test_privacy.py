"""An erased account names nobody and opens nothing; one that is used elsewhere stays."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from auth_service.users.exceptions import InvalidCredentialsError
from auth_service.users.models import AccountMail, Session, User
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.tests.factories import PASSWORD, join, member, person, sign_in
from common.messaging.models import EventRecord
from common.privacy.models import Access, Erasure
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Order, Subject
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db


def subject_of(user: User, company_id: UUID) -> Subject:
    return Subject(company_id=company_id, employee_id=uuid4(), user_id=user.pk)


def reread(user: User) -> User:
    with all_companies("test"):
        return User.objects.get(pk=user.pk)


def fates(order: Order) -> dict[tuple[str, str], str]:
    return {(line.holding, line.fate): line.because for line in share_erase(order).lines}


def test_what_is_held_on_a_person_is_collected_without_the_secrets(company_id: UUID) -> None:
    user = member(company_id)
    sign_in(user, company_id)
    sections = {section.holding: section for section in share_collect(subject_of(user, company_id))}
    assert {"account", "memberships", "sessions"} <= set(sections)
    account = sections["account"].rows[0]
    assert account["email"] == user.email
    assert "password" not in account
    assert sections["account"].labels["email"] == "e-mail"


def test_another_companys_share_is_not_told(company_id: UUID) -> None:
    user, elsewhere = member(company_id), uuid4()
    join(user, elsewhere)
    sign_in(user, elsewhere)
    held = {section.holding: section.rows for section in share_collect(subject_of(user, company_id))}
    assert str(elsewhere) not in repr(held)


def test_an_account_of_this_company_alone_is_erased(company_id: UUID) -> None:
    user = member(company_id, first_name="Noura", last_name="Al-Salem")
    sign_in(user, company_id)
    with all_companies("test"):
        AccountMail.objects.create(email=user.email, purpose="password_reset")
    order = Order(request_id=uuid4(), subject=subject_of(user, company_id))
    answer = share_erase(order)
    assert answer.account
    after = reread(user)
    assert (after.first_name, after.last_name, after.is_active) == ("—", "", False)
    assert after.email == f"erased-{user.pk}@erased.invalid"
    with pytest.raises(InvalidCredentialsError):
        user_authenticate(email=user.email, password=PASSWORD)
    with all_companies("test"):
        assert not Session.objects.filter(user=user).exists()
        assert not AccountMail.objects.exists()
        told = EventRecord.objects.filter(aggregate_id=user.pk).order_by("id")
        assert [event.type for event in told] == ["user.updated", "user.deactivated"]
        assert "Noura" not in repr([event.payload for event in EventRecord.objects.all()])
    assert share_erase(order) == answer


def test_an_account_that_another_company_needs_is_kept_and_the_answer_says_so(company_id: UUID) -> None:
    user = member(company_id)
    join(user, uuid4())
    order = Order(request_id=uuid4(), subject=subject_of(user, company_id))
    assert fates(order)[("account", "kept")] == "other_places"
    assert reread(user).email == user.email


def test_accounts_that_were_switched_off_five_years_ago_are_erased_by_night(company_id: UUID) -> None:
    old, young, working = (
        person(is_active=False),
        person(is_active=False),
        member(company_id, is_active=False),
    )
    with all_companies("test"):
        for user, days in ((old, 5 * 365 + 1), (young, 5 * 365 - 1), (working, 5 * 365 + 1)):
            User.objects.filter(pk=user.pk).update(updated_at=timezone.now() - timedelta(days=days))
    carry_out_retention()
    assert reread(old).email.endswith("@erased.invalid")
    assert reread(young).email == young.email
    assert reread(working).email == working.email
    with all_companies("test"):
        assert [erasure.subject_id for erasure in Erasure.objects.all()] == [old.pk]


def test_sign_ins_go_thirty_days_after_they_began(company_id: UUID) -> None:
    user = member(company_id)
    sign_in(user, company_id)
    with all_companies("test"):
        long_ago = timezone.now() - timedelta(days=31)
        Session.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=30))
    sign_in(user, company_id)
    carry_out_retention()
    with all_companies("test"):
        assert Session.objects.filter(user=user).count() == 1


def test_who_looks_at_an_account_is_noted(api: object, company_id: UUID) -> None:
    manager, user = member(company_id, "company_manager"), member(company_id)
    client = api(sign_in(manager).token)  # type: ignore[operator]
    assert client.get(f"/users/{user.pk}").status_code == 200
    assert client.get(f"/users/{manager.pk}").status_code == 200
    accesses = client.get("/person-accesses").json()["accesses"]
    assert [(one["subject_id"], one["actor_id"], one["subject_kind"]) for one in accesses] == [
        (str(user.pk), str(manager.pk), "account")
    ]
    assert Client().get("/person-accesses").status_code == 401
    with all_companies("test"):
        assert Access.objects.get().company_id == company_id
