"""What tests over HTTP say often."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.test import APIClient

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.models import Employee
from employee_service.employees.tests.factories import EmployeeFactory

Sign = Callable[..., APIClient]


def hired(company_id: UUID, **fields: Any) -> Employee:
    """An employee of the company."""
    with company_scope(company_id):
        return EmployeeFactory.create(company_id=company_id, **fields)


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def done(answer: Any, status: int = 200) -> dict[str, Any]:
    """The body of an answer that must be good."""
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    return body


def untimed(body: dict[str, Any]) -> dict[str, Any]:
    """``body`` without its times: PostgreSQL spells UTC otherwise than Python does."""
    return {name: value for name, value in body.items() if not name.endswith("_at")}


def told() -> list[tuple[str, dict[str, Any]]]:
    """Type and payload of every event of any company, oldest first."""
    with all_companies("looking at everything"):
        return list(EventRecord.objects.order_by("id").values_list("type", "payload"))
