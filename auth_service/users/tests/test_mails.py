import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from auth_service.users.models import AccountMail, User
from auth_service.users.tasks import purge_expired, send_account_mails
from auth_service.users.tests.factories import PASSWORD, member, sign_in
from common.privacy.models import KeptFor
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies
from common.testing.hostile import Listener, silent
from common.testing.threads import run_all

Api = Callable[..., Any]
NEW = "another long sentence"


class BrokenBackend(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError


def token_in(message: Any) -> str:
    found = re.search(
        re.escape(settings.PUBLIC_URL) + r"/(?:password/reset|email/verify)/(\S+)", message.body
    )
    assert found is not None
    return str(found.group(1))


def pass_time(**delta: float) -> None:
    with all_companies("test"):
        for row in AccountMail.objects.all():
            AccountMail.objects.filter(pk=row.pk).update(
                wake_at=row.wake_at - timedelta(**delta),
                expires_at=row.expires_at and row.expires_at - timedelta(**delta),
                created_at=row.created_at - timedelta(**delta),
            )


def ask(api: Api, user: User) -> str:
    """Ask for a new password and return the mailed token."""
    mail.outbox.clear()
    assert api().post("/password/reset", {"email": user.email}).status_code == 200
    send_account_mails()
    (message,) = mail.outbox
    assert message.to == [user.email]
    return token_in(message)


def reset(api: Api, token: str, password: str = NEW) -> Any:
    return api().post(f"/password/reset/{token}", {"new_password": password})


@pytest.mark.django_db
def test_a_mailed_link_sets_a_new_password_once_and_ends_all_sessions(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    session = sign_in(user)
    token = ask(api, user)
    assert reset(api, token).status_code == 200
    assert api(session.token).get("/profile").status_code == 401
    assert api().post("/login", {"email": user.email, "password": PASSWORD}).status_code == 401
    body = api().post("/login", {"email": user.email, "password": NEW}).json()
    assert body["user"]["email_verified"] is True


@pytest.mark.parametrize("spoil", ["used", "old", "unknown", "left"])
def test_a_used_old_or_unknown_link_is_refused(
    committed_db: None, api: Api, company_id: UUID, spoil: str
) -> None:
    user = member(company_id)
    token = ask(api, user)
    if spoil == "used":
        reset(api, token)
    if spoil == "old":
        pass_time(hours=1, seconds=1)
    if spoil == "left":
        with all_companies("test"):
            User.objects.filter(pk=user.pk).update(is_active=False)
    answer = reset(api, "unknown" if spoil == "unknown" else token, "a third long sentence")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_TOKEN")


def test_a_weak_password_does_not_use_the_link_up(committed_db: None, api: Api, company_id: UUID) -> None:
    token = ask(api, member(company_id))
    assert reset(api, token, "12345678").status_code == 422
    assert reset(api, token).status_code == 200


def test_of_parallel_uses_of_one_link_one_wins(committed_db: None, api: Api, company_id: UUID) -> None:
    token = ask(api, member(company_id))
    assert sorted(run_all([lambda: reset(api, token).status_code] * 5)) == [200, 400, 400, 400, 400]


@pytest.mark.django_db
def test_an_unknown_address_gets_the_same_answer_after_the_same_work(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    answers, work = [], []
    for email in (user.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            answer = api().post("/password/reset", {"email": email})
        answers.append((answer.status_code, answer.content))
        work.append(len(queries))
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    send_account_mails()
    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.django_db
def test_repeated_requests_wait_for_one_mail(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    for _ in range(5):
        api().post("/password/reset", {"email": user.email})
    send_account_mails()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_mail_waits_while_the_mail_server_is_down_and_goes_once(
    api: Api, company_id: UUID, settings: Any
) -> None:
    user = member(company_id)
    api().post("/password/reset", {"email": user.email})
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    for _ in range(4):
        send_account_mails()
        pass_time(minutes=11)
    settings.EMAIL_BACKEND = working
    send_account_mails()
    send_account_mails()
    assert len(mail.outbox) == 1
    assert reset(api, token_in(mail.outbox[0])).status_code == 200


@pytest.mark.django_db
def test_a_mail_server_that_says_nothing_is_waited_for_once_a_round(
    api: Api, company_id: UUID, settings: Any
) -> None:
    """The worker has hires to see to, too: it must not wait for each of the mails in turn."""
    users = [member(company_id) for _ in range(5)]
    for user in users:
        api().post("/password/reset", {"email": user.email})
    with Listener(silent).running() as server:
        settings.EMAIL_BACKEND = "common.security.smtp.BoundedEmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = settings.EMAIL_SESSION_SECONDS = 0.2
        send_account_mails()
        send_account_mails()
        assert server.connections == 1
    with all_companies("test"):
        assert sorted(AccountMail.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    pass_time(minutes=1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_account_mails()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(user.email for user in users)


@pytest.mark.django_db
def test_only_the_hash_of_a_mailed_token_is_stored(api: Api, company_id: UUID) -> None:
    token = ask(api, member(company_id))
    with all_companies("test"):
        row = AccountMail.objects.get()
    assert token not in str(vars(row))


@pytest.mark.django_db
def test_the_links_address_comes_from_the_settings(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    answer = api().post("/password/reset", {"email": user.email}, HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert ask(api, user)


@pytest.mark.django_db
def test_a_registered_person_confirms_their_address(api: Api) -> None:
    body = {"email": "new@example.com", "password": NEW, "first_name": "N", "last_name": "P"}
    token = api().post("/register", body).json()["token"]
    send_account_mails()
    assert api().post(f"/email/verify/{token_in(mail.outbox[0])}").status_code == 200
    assert api(token).get("/profile").json()["user"]["email_verified"] is True
    assert api(token).post("/email/resend-verification").status_code == 200
    send_account_mails()
    assert len(mail.outbox) == 1
    assert reset(api, token_in(mail.outbox[0])).status_code == 400


@pytest.mark.django_db
def test_mails_are_forgotten_after_a_week_or_later_if_staff_say_so(api: Api, company_id: UUID) -> None:
    ask(api, member(company_id))
    pass_time(days=7, seconds=1)
    KeptFor.objects.create(rule="account_mails", days=14, reason="An inquiry")
    purge_expired()
    carry_out_retention()
    with all_companies("test"):
        assert AccountMail.objects.count() == 1
        KeptFor.objects.all().delete()
    carry_out_retention()
    with all_companies("test"):
        assert AccountMail.objects.count() == 0


@pytest.mark.django_db
def test_a_hired_person_chooses_a_password_by_mail(api: Api, company_id: UUID) -> None:
    user = member(company_id, password="!unusable")
    assert reset(api, ask(api, user)).status_code == 200
    assert api().post("/login", {"email": user.email, "password": NEW}).status_code == 200


@pytest.mark.django_db
def test_a_mail_speaks_arabic_and_english_whatever_language_asked_for_it(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    with translation.override("ar"):
        ask(api, user)
    (message,) = mail.outbox
    assert message.subject == "تعيين كلمة مرور جديدة · Set a new password"
    assert "استخدم هذا الرابط خلال ساعة" in message.body
    assert "Use this address within one hour" in message.body
    assert message.body.count("/password/reset/") == 1
