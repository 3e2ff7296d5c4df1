from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from common.contracts.base import to_wire
from common.contracts.company import CompanyRemoved
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.security.tenancy import all_companies, company_scope
from common.testing.contracts import sample_envelope
from common.testing.samples import sample_payload
from notification_service.notifications.choices import Channel
from notification_service.notifications.defaults import DEFAULT_CHANNELS, WORDINGS
from notification_service.notifications.models import Template
from notification_service.notifications.services.templates import templates_sync
from notification_service.notifications.tasks import sync_templates
from notification_service.notifications.tests.factories import (
    CompanyRefFactory,
    NotificationFactory,
    TemplateFactory,
)

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
NEW = {
    "name": "eid_greeting",
    "type": "email",
    "subject_ar": "عيد مبارك",
    "content_ar": "عيد مبارك {{ name }}",
    "content_en": "A blessed Eid, {{ name }}",
    "variables": ["name"],
}


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


@pytest.fixture
def admin(api: Client, person_token: Callable[..., str]) -> Any:
    return api(person_token(role="super_admin"))


def make(company_id: UUID, **values: Any) -> Template:
    with company_scope(company_id):
        return TemplateFactory(company_id=company_id, **values)


def default(company_id: UUID, name: str = "welcome", channel: str = Channel.EMAIL) -> Template:
    with company_scope(company_id):
        templates_sync([company_id])
        return Template.objects.get(name=name, type=channel)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_manager_adds_changes_previews_and_deletes_a_template(manager: Any, company_id: UUID) -> None:
    created = manager.post("/templates", NEW)
    assert created.status_code == 201, created.content
    template = created.json()["template"]
    assert template["company_id"] == str(company_id)
    assert (template["subject"], template["content"]) == ("عيد مبارك", NEW["content_en"])
    address = f"/templates/{template['id']}"
    changed = manager.put(address, {"content_en": "Eid Mubarak {{ name }}", "is_active": False})
    assert changed.json()["template"]["content_en"] == "Eid Mubarak {{ name }}"
    assert changed.json()["template"]["is_active"] is False
    assert manager.get(address).json()["template"] == changed.json()["template"]
    preview = manager.post(f"{address}/preview", {"variables": {"name": "سارة"}, "language": "ar"})
    assert preview.json()["preview"] == {
        "language": "ar", "subject": "عيد مبارك", "content": "عيد مبارك سارة",
    }  # fmt: skip
    assert manager.delete(address).status_code == 200
    assert manager.get(address).status_code == 404


def test_texts_are_shown_in_the_readers_language(manager: Any, company_id: UUID) -> None:
    make(company_id)
    arabic = manager.get("/templates", headers={"accept-language": "ar"}).json()["templates"][0]
    english = manager.get("/templates", headers={"accept-language": "en"}).json()["templates"][0]
    assert (arabic["content"], english["content"]) == ("مرحباً {{ name }}", "Hello {{ name }}")
    only_arabic = make(company_id, content_en="", subject_en="")
    shown = manager.get(f"/templates/{only_arabic.pk}", headers={"accept-language": "en"}).json()["template"]
    assert shown["content"] == "مرحباً {{ name }}"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"content_en": "{{ salary }}"}, "UNKNOWN_VARIABLE"),
        ({"subject_ar": "{{ salary }}"}, "UNKNOWN_VARIABLE"),
        ({"variables": []}, "UNKNOWN_VARIABLE"),
        ({"content_ar": "{{ name.first }}"}, "MALFORMED_TEMPLATE"),
        ({"content_ar": "{% include 'x' %}"}, "MALFORMED_TEMPLATE"),
        ({"content_ar": ""}, "VALIDATION_ERROR"),
        ({"name": "../../x"}, "VALIDATION_ERROR"),
        ({"variables": ["not a name"]}, "VALIDATION_ERROR"),
        ({"variables": "name"}, "VALIDATION_ERROR"),
        ({"type": "pigeon"}, "VALIDATION_ERROR"),
        ({"is_default": True}, "VALIDATION_ERROR"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused(
    manager: Any, company_id: UUID, change: dict[str, Any], expected: str
) -> None:
    assert code(manager.post("/templates", NEW | change)) == (422, expected)
    existing = make(company_id)
    if "type" not in change:
        assert code(manager.put(f"/templates/{existing.pk}", change)) == (422, expected)


def test_a_name_is_used_once_a_channel(manager: Any, company_id: UUID) -> None:
    make(company_id, name="eid_greeting")
    other = make(company_id, name="other")
    assert code(manager.post("/templates", NEW)) == (409, "TEMPLATE_NAME_TAKEN")
    assert code(manager.put(f"/templates/{other.pk}", {"name": "eid_greeting"})) == (
        409,
        "TEMPLATE_NAME_TAKEN",
    )
    assert manager.post("/templates", NEW | {"type": "sms"}).status_code == 201


def test_a_template_that_notices_were_made_by_stays(manager: Any, company_id: UUID) -> None:
    template = make(company_id)
    with company_scope(company_id):
        NotificationFactory(company_id=company_id, template=template)
    assert code(manager.delete(f"/templates/{template.pk}")) == (409, "TEMPLATE_IN_USE")


def test_a_company_words_the_systems_template_and_goes_back(manager: Any, company_id: UUID) -> None:
    template = default(company_id)
    address = f"/templates/{template.pk}"
    edited = manager.put(address, {"subject_ar": "حياك الله يا {{ name }}"}).json()["template"]
    assert (edited["is_default"], edited["is_edited"]) == (True, True)
    assert code(manager.put(address, {"content_ar": "{{ salary }}"})) == (422, "UNKNOWN_VARIABLE")
    assert code(manager.put(address, {"name": "hello"})) == (409, "DEFAULT_TEMPLATE")
    assert code(manager.put(address, {"variables": ["name"]})) == (409, "DEFAULT_TEMPLATE")
    assert code(manager.delete(address)) == (409, "DEFAULT_TEMPLATE")
    back = manager.post(f"{address}/reset").json()["template"]
    assert back["subject_ar"] == WORDINGS["welcome"].subject_ar
    assert back["is_edited"] is False


def test_only_the_systems_templates_have_a_wording_to_go_back_to(manager: Any, company_id: UUID) -> None:
    template = make(company_id)
    assert code(manager.post(f"/templates/{template.pk}/reset")) == (409, "NOT_DEFAULT_TEMPLATE")


def test_a_notice_of_an_event_is_worded_for_one_more_channel(manager: Any, company_id: UUID) -> None:
    body = {"name": "welcome", "type": "sms", "content_ar": "أهلاً {{ name }}", "variables": ["name"]}
    created = manager.post("/templates", body).json()["template"]
    assert created["category"] == "employment"
    body |= {"type": "push", "content_ar": "{{ salary }}", "variables": ["salary"]}
    assert code(manager.post("/templates", body)) == (422, "UNKNOWN_VARIABLE")


@pytest.mark.parametrize("verb", ["get", "put", "delete", "preview", "reset"])
def test_another_companys_template_does_not_exist(manager: Any, verb: str) -> None:
    foreign = make(uuid4())
    for template_id in (foreign.pk, uuid4()):
        address = f"/templates/{template_id}"
        if verb in {"preview", "reset"}:
            answer = manager.post(f"{address}/{verb}", {})
        else:
            answer = getattr(manager, verb)(address, {} if verb == "put" else None)
        assert code(answer) == (404, "NOT_FOUND")


def test_a_company_cannot_be_given_another_companys_template(manager: Any) -> None:
    assert code(manager.post("/templates", NEW | {"company_id": str(uuid4())})) == (422, "UNKNOWN_COMPANY")


def test_who_serves_all_companies_names_one(admin: Any) -> None:
    assert code(admin.post("/templates", NEW)) == (422, "UNKNOWN_COMPANY")
    assert code(admin.post("/templates", NEW | {"company_id": str(uuid4())})) == (422, "UNKNOWN_COMPANY")
    with all_companies("test"):
        company = CompanyRefFactory()
    created = admin.post("/templates", NEW | {"company_id": str(company.company_id)})
    assert created.json()["template"]["company_id"] == str(company.company_id)


@pytest.mark.parametrize("role", ["worker", "supervisor", "employee"])
def test_only_managers_write_templates(
    api: Client, person_token: Callable[..., str], company_id: UUID, role: str
) -> None:
    client = api(person_token(role=role, company_id=company_id))
    template = make(company_id)
    assert client.post("/templates", NEW).status_code == 403
    assert client.put(f"/templates/{template.pk}", {}).status_code == 403
    assert client.delete(f"/templates/{template.pk}").status_code == 403
    assert client.post(f"/templates/{template.pk}/preview", {}).status_code == 403
    assert client.post(f"/templates/{template.pk}/reset", {}).status_code == 403


def test_a_preview_shows_examples_and_refuses_what_the_template_does_not_know(
    manager: Any, company_id: UUID
) -> None:
    address = f"/templates/{default(company_id).pk}/preview"
    shown = manager.post(address, {}, headers={"accept-language": "ar"}).json()["preview"]
    assert "سارة الأحمد" in shown["content"]
    assert "{{" not in shown["content"] + shown["subject"]
    assert code(manager.post(address, {"variables": {"salary": 1}})) == (422, "UNKNOWN_VARIABLE")
    assert code(manager.post(address, {"variables": {"name": ["a"]}})) == (422, "VALIDATION_ERROR")
    assert code(manager.post(address, {"variables": {"name": "x" * 2001}})) == (422, "VALIDATION_ERROR")


def test_a_new_company_starts_with_the_systems_templates() -> None:
    company_id = UUID(str(sample_payload("company.created")["company_id"]))
    with all_companies("as the inbox runs"):
        dispatch(registry, "company", [sample_envelope("company.created")])
        names = set(Template.objects.filter(company_id=company_id).values_list("name", "type"))
    assert names == {(name, channel) for name in WORDINGS for channel in DEFAULT_CHANNELS}


def test_a_company_that_is_taken_back_keeps_only_templates_of_its_own_and_those_in_use(
    company_id: UUID,
) -> None:
    plain, own = default(company_id), default(company_id, "leave_approved")
    used = default(company_id, "leave_rejected")
    with company_scope(company_id):
        Template.objects.filter(pk=own.pk).update(content_ar="خاص", is_edited=True)
        NotificationFactory(company_id=company_id, template=used)
        other = TemplateFactory(company_id=company_id)
    gone = CompanyRemoved(company_id=company_id)
    removed = msgspec.structs.replace(sample_envelope("company.removed"), payload=to_wire(gone))
    with all_companies("as the inbox runs"):
        dispatch(registry, "company", [removed])
        left = set(Template.objects.filter(company_id=company_id).values_list("pk", flat=True))
    assert left == {own.pk, used.pk, other.pk}
    assert plain.pk not in left


def test_templates_follow_the_systems_wording_unless_the_company_words_them() -> None:
    with all_companies("test"):
        company_id = CompanyRefFactory().company_id
    plain, own = default(company_id), default(company_id, "leave_approved")
    switched_off = default(company_id, "leave_rejected")
    with company_scope(company_id):
        Template.objects.filter(pk=plain.pk).update(content_ar="قديم")
        Template.objects.filter(pk=own.pk).update(content_ar="خاص", is_edited=True)
        Template.objects.filter(pk=switched_off.pk).update(content_en="old", is_active=False)
        Template.objects.filter(name="report_ready").delete()
    sync_templates()
    with company_scope(company_id):
        assert Template.objects.get(pk=plain.pk).content_ar == WORDINGS["welcome"].content_ar
        assert Template.objects.get(pk=own.pk).content_ar == "خاص"
        after = Template.objects.get(pk=switched_off.pk)
        assert (after.content_en, after.is_active) == (WORDINGS["leave_rejected"].content_en, False)
        assert Template.objects.filter(name="report_ready").count() == len(DEFAULT_CHANNELS)
