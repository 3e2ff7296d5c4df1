from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in
from notification_service.notifications.choices import Channel, Status
from notification_service.notifications.defaults import WORDINGS
from notification_service.notifications.models import ChannelState, HeardEvent, Notification, Template
from notification_service.notifications.services.templates import templates_sync
from notification_service.notifications.tests.factories import (
    CompanyRefFactory,
    DeliveryLogFactory,
    NotificationFactory,
    PreferenceFactory,
    TemplateFactory,
    UserRefFactory,
)

pytestmark = pytest.mark.django_db
NOTICES = "/admin/notifications/notification/"
TEMPLATES = "/admin/notifications/template/"
PREFERENCES = "/admin/notifications/preference/"
CHANNELS = "/admin/notifications/channelstate/"
EVENTS = "/admin/notifications/heardevent/"
Page = Callable[..., str]


@pytest.fixture
def delivery(company_id: UUID) -> Any:
    with company_scope(company_id):
        TemplateFactory(company_id=company_id, name="welcome_to_us")
        return DeliveryLogFactory(
            notification__company_id=company_id,
            notification__title="Leave approved",
            notification__type=Channel.EMAIL,
            notification__status=Status.FAILED,
        )


@pytest.fixture
def manager(client: Client, company_id: UUID) -> Any:
    return sign_in(client, role="company_manager", company_id=company_id)


def page(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer
    return answer.content.decode()


def default(company_id: UUID) -> Template:
    with company_scope(company_id):
        templates_sync([company_id])
        return Template.objects.get(name="welcome", type=Channel.IN_APP)


def test_a_manager_sees_the_companys_notices_templates_and_failed_attempts(
    client: Client, manager: Any, delivery: Any
) -> None:
    assert "Leave approved" in page(client, NOTICES)
    assert delivery.error in page(client, f"{NOTICES}{delivery.notification_id}/change/")
    assert "welcome_to_us" in page(client, TEMPLATES)


def test_templates_are_listed_by_category(client: Client, manager: Any, company_id: UUID) -> None:
    default(company_id)
    shown = page(client, TEMPLATES, category="leave")
    assert "leave_approved" in shown
    assert "welcome" not in shown


def test_another_companys_manager_sees_none_of_them(client: Client, delivery: Any) -> None:
    sign_in(client, role="company_manager", company_id=uuid4())
    assert "Leave approved" not in page(client, NOTICES)
    assert "welcome_to_us" not in page(client, TEMPLATES)
    answer = client.get(f"{NOTICES}{delivery.notification_id}/change/")
    assert answer.status_code in {302, 404}


@pytest.mark.parametrize("address", [NOTICES, TEMPLATES, PREFERENCES, CHANNELS, EVENTS])
def test_notices_are_not_for_every_member_of_staff(client: Client, company_id: UUID, address: str) -> None:
    sign_in(client, role="employee", company_id=company_id)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [CHANNELS, EVENTS])
def test_what_serves_every_company_is_for_the_group(client: Client, manager: Any, address: str) -> None:
    assert client.get(address).status_code == 403


def test_notices_are_not_edited_by_hand(client: Client, delivery: Any) -> None:
    sign_in(client, role="super_admin")
    assert client.get(f"{NOTICES}add/").status_code == 403
    assert client.post(f"{NOTICES}{delivery.notification_id}/delete/", {"post": "yes"}).status_code == 403


def test_what_failed_stands_first_and_people_are_found_by_name(
    client: Client, manager: Any, company_id: UUID, delivery: Any
) -> None:
    with company_scope(company_id):
        person = UserRefFactory(company_ids=[company_id], name_folded="sara ahmad", first_name="Sara")
        NotificationFactory(company_id=company_id, user_id=person.user_id, title="Younger, but fine")
    shown = page(client, NOTICES)
    assert shown.index("Leave approved") < shown.index("Younger, but fine")
    for term in ("Sara", person.email, str(person.user_id)):
        found = page(client, NOTICES, q=term)
        assert "Younger, but fine" in found
        assert "Leave approved" not in found


def test_a_failed_notice_is_sent_again_after_a_question(
    client: Client, manager: Any, company_id: UUID, delivery: Any
) -> None:
    with company_scope(company_id):
        shown = NotificationFactory(company_id=company_id)
    chosen = {"action": "resend", "_selected_action": [str(delivery.notification_id), str(shown.pk)]}
    asked = client.post(NOTICES, chosen)
    assert asked.status_code == 200
    assert "Leave approved" in asked.content.decode()
    with company_scope(company_id):
        assert Notification.objects.get(pk=delivery.notification_id).status == Status.FAILED
    done = client.post(NOTICES, chosen | {"confirmed": "yes"}, follow=True, headers={"accept-language": "en"})
    assert "1 notice is sent again." in done.content.decode()
    assert "1 notice was neither sent nor has failed." in done.content.decode()
    with company_scope(company_id):
        again = Notification.objects.get(pk=delivery.notification_id)
        assert (again.status, again.round) == (Status.PENDING, 1)
        assert Notification.objects.get(pk=shown.pk).status == Status.DELIVERED


def form_of(template: Template, **changes: Any) -> dict[str, Any]:
    names = ("category", "subject_ar", "content_ar", "subject_en", "content_en")
    values = {name: getattr(template, name) for name in names} | {
        "name": template.name,
        "variables": ",".join(template.variables),
        "is_active": "on",
    }
    return values | changes


def test_a_manager_words_a_template_and_goes_back(client: Client, manager: Any, company_id: UUID) -> None:
    template = default(company_id)
    address = f"{TEMPLATES}{template.pk}/change/"
    shown = page(client, address)
    assert 'id="template-preview"' in shown
    assert "notifications/preview.js" in shown
    client.post(address, form_of(template, subject_ar="حياك الله يا {{ name }}"))
    with company_scope(company_id):
        edited = Template.objects.get(pk=template.pk)
    assert (edited.subject_ar, edited.is_edited) == ("حياك الله يا {{ name }}", True)
    client.post(address, form_of(edited, _reset="yes"))
    with company_scope(company_id):
        back = Template.objects.get(pk=template.pk)
    assert (back.subject_ar, back.is_edited) == (WORDINGS["welcome"].subject_ar, False)


def test_a_text_with_an_unknown_variable_is_refused_with_a_sentence(
    client: Client, manager: Any, company_id: UUID
) -> None:
    template = default(company_id)
    address = f"{TEMPLATES}{template.pk}/change/"
    answer = client.post(
        address, form_of(template, content_en="{{ salary }}"), follow=True, headers={"accept-language": "en"}
    )
    assert "The template does not know this variable." in answer.content.decode()
    with company_scope(company_id):
        assert Template.objects.get(pk=template.pk).content_en == template.content_en


def test_the_systems_templates_keep_their_name_and_are_not_deleted(
    client: Client, manager: Any, company_id: UUID
) -> None:
    template = default(company_id)
    client.post(f"{TEMPLATES}{template.pk}/change/", form_of(template, name="other", variables="name"))
    with company_scope(company_id):
        assert Template.objects.get(pk=template.pk).name == "welcome"
    assert client.post(f"{TEMPLATES}{template.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_template_of_the_companys_own_is_added_and_deleted(
    client: Client, manager: Any, company_id: UUID
) -> None:
    values = {
        "name": "eid_greeting", "type": "email", "category": "general", "variables": "name",
        "content_ar": "عيد مبارك {{ name }}", "is_active": "on",
    }  # fmt: skip
    answer = client.post(f"{TEMPLATES}add/", values)
    assert answer.status_code == 302, answer.content.decode()
    with company_scope(company_id):
        made = Template.objects.get(name="eid_greeting")
    assert made.variables == ["name"]
    assert client.post(f"{TEMPLATES}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    with company_scope(company_id):
        assert not Template.objects.filter(pk=made.pk).exists()


def test_who_serves_all_companies_says_which_one_a_template_is_for(client: Client) -> None:
    with all_companies("test"):
        company = CompanyRefFactory()
    sign_in(client, role="super_admin")
    values = {
        "company_id": str(company.company_id), "name": "eid_greeting", "type": "email", "category": "general",
        "content_ar": "عيد مبارك", "is_active": "on",
    }  # fmt: skip
    assert client.post(f"{TEMPLATES}add/", values).status_code == 302
    with all_companies("test"):
        assert Template.objects.get(name="eid_greeting").company_id == company.company_id


def test_the_preview_shows_both_readers_what_is_being_written(client: Client, manager: Any) -> None:
    texts = {
        "name": "eid", "variables": "name, days", "subject_ar": "عيد", "content_ar": "{{ name }} {{ days }}",
        "subject_en": "Eid", "content_en": "<b>{{ name }}</b>",
    }  # fmt: skip
    shown = client.post(f"{TEMPLATES}preview/", texts).json()
    assert shown["ar"]["content"] == "سارة الأحمد 5"
    assert shown["en"] == {"language": "en", "subject": "Eid", "content": "<b>سارة الأحمد</b>"}
    wrong = client.post(
        f"{TEMPLATES}preview/", texts | {"content_ar": "{{ salary }}"}, headers={"accept-language": "en"}
    )
    assert wrong.json()["error"] == "The template does not know this variable. salary"


def test_the_preview_is_for_who_may_word_templates(client: Client, company_id: UUID) -> None:
    sign_in(client, role="employee", company_id=company_id)
    assert client.post(f"{TEMPLATES}preview/", {"content_ar": "x"}).status_code == 403


def test_a_test_goes_to_who_asked_for_it(client: Client, manager: Any, company_id: UUID) -> None:
    template = default(company_id)
    client.post(f"{TEMPLATES}{template.pk}/change/", form_of(template, _test="yes"))
    with company_scope(company_id):
        [notice] = Notification.objects.all()
    assert (notice.user_id, notice.sender_id, notice.metadata) == (manager.pk, manager.pk, {"test": True})
    assert "سارة الأحمد" in notice.message


def test_managers_see_how_their_people_want_to_be_told(
    client: Client, manager: Any, company_id: UUID
) -> None:
    with all_companies("test"):
        mine = UserRefFactory(company_ids=[company_id], first_name="Sara")
        other = UserRefFactory(company_ids=[uuid4()], first_name="Omar")
        for person in (mine, other):
            PreferenceFactory(user_id=person.user_id, quiet_hours_start="22:00", quiet_hours_end="07:00")
    shown = page(client, PREFERENCES)
    assert "Sara" in shown
    assert "22:00 – 07:00" in shown
    assert "Omar" not in shown
    assert client.get(f"{PREFERENCES}add/").status_code == 403


def test_a_channel_that_is_down_is_seen_and_tried_at_once(client: Client) -> None:
    sign_in(client, role="super_admin")
    later = timezone.now() + timedelta(minutes=5)
    ChannelState.objects.create(
        channel="email", down_since=timezone.now(), failures=3, retry_at=later, error="Connection refused"
    )
    assert "Connection refused" in page(client, CHANNELS)
    client.post(CHANNELS, {"action": "try_now", "_selected_action": ["email"]})
    assert ChannelState.objects.get().retry_at <= timezone.now()


def test_an_event_that_waits_is_seen_and_tried_at_once(client: Client) -> None:
    sign_in(client, role="super_admin")
    later = timezone.now() + timedelta(minutes=5)
    with all_companies("test"):
        waiting = HeardEvent.objects.create(
            event_id=uuid4(),
            type="license.expiring",
            occurred_at=timezone.now(),
            wake_at=later,
            waits_for="manager",
        )
        HeardEvent.objects.create(event_id=uuid4(), type="employee.hired", occurred_at=timezone.now())
    shown = page(client, EVENTS, notices="waiting")
    assert "license.expiring" in shown
    assert "employee.hired" not in shown.split("<tbody>")[1].split("</tbody>")[0]
    client.post(EVENTS, {"action": "try_now", "_selected_action": [str(waiting.pk)]})
    with all_companies("test"):
        assert HeardEvent.objects.get(pk=waiting.pk).wake_at <= timezone.now()  # type: ignore[operator]
        assert HeardEvent.objects.filter(wake_at=None).count() == 1


@pytest.mark.parametrize("address", [NOTICES, TEMPLATES, PREFERENCES])
def test_a_page_of_the_admin_takes_a_fixed_number_of_statements(
    client: Client, manager: Any, company_id: UUID, address: str, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        people = UserRefFactory.create_batch(30, company_ids=[company_id])
        for person in people:
            NotificationFactory(company_id=company_id, user_id=person.user_id)
            TemplateFactory(company_id=company_id)
            PreferenceFactory(user_id=person.user_id)
    with django_assert_max_num_queries(20):
        page(client, address)
