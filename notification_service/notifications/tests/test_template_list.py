from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from notification_service.notifications.choices import Channel
from notification_service.notifications.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


def make(company_id: UUID, **values: Any) -> Any:
    with company_scope(company_id):
        return TemplateFactory(company_id=company_id, **values)


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [template["name"] for template in answer.json()["templates"]]


def test_a_template_is_answered_as_the_contract_says(manager: Any, company_id: UUID) -> None:
    template = make(company_id, name="welcome")
    [answer] = manager.get("/templates").json()["templates"]
    assert answer.pop("created_at")
    assert answer.pop("updated_at")
    assert answer == {
        "id": str(template.id),
        "company_id": str(company_id),
        "name": "welcome",
        "type": "email",
        "subject": template.subject_en,
        "content": template.content_en,
        "subject_ar": template.subject_ar,
        "content_ar": template.content_ar,
        "subject_en": template.subject_en,
        "content_en": template.content_en,
        "category": "general",
        "is_default": False,
        "is_edited": False,
        "variables": ["name"],
        "is_active": True,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["late", "welcome"]),
        ("type=sms", ["late"]),
        ("is_active=true", ["welcome"]),
        ("limit=1", ["late"]),
    ],
)
def test_the_list_is_by_name_and_filtered(
    manager: Any, company_id: UUID, query: str, found: list[str]
) -> None:
    make(company_id, name="welcome")
    make(company_id, name="late", type=Channel.SMS, is_active=False)
    assert names(manager.get(f"/templates?{query}")) == found


def test_another_companys_templates_do_not_exist(manager: Any) -> None:
    make(uuid4())
    assert names(manager.get("/templates")) == []


@pytest.mark.parametrize("role", ["worker", "supervisor", "employee"])
def test_templates_are_settings(
    api: Client, person_token: Callable[..., str], company_id: UUID, role: str
) -> None:
    assert api(person_token(role=role, company_id=company_id)).get("/templates").status_code == 403


def test_an_unknown_parameter_is_refused(manager: Any) -> None:
    assert manager.get("/templates?subject=welcome").status_code == 422
