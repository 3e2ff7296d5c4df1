"""The OpenAPI document says what the addresses do."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from common.security.tenancy import company_scope
from employee_service.employees.choices import LeaveStatus
from employee_service.employees.services.employment import employee_update
from employee_service.employees.tests.factories import (
    DeductionFactory,
    EmployeeFactory,
    LeaveFactory,
    ReviewFactory,
    ViolationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return generated


def test_every_address_of_the_contract_is_described(document: dict[str, Any]) -> None:
    employee = "/employees/{employee_id}"
    described = {path: set(methods) for path, methods in document["paths"].items()}
    for path, methods in {
        "/employees": {"get", "post"},
        employee: {"get", "put", "delete"},
        f"{employee}/profile": {"get", "put"},
        f"{employee}/relationships": {"get", "post"},
        f"{employee}/performance-reviews": {"get", "post"},
        "/performance-reviews/{review_id}": {"get", "put"},
        f"{employee}/leaves": {"get", "post"},
        f"{employee}/deductions": {"get", "post"},
        f"{employee}/violations": {"get", "post"},
        f"{employee}/history": {"get"},
        f"{employee}/reports": {"get"},
        "/leaves": {"get"},
        "/leaves/{leave_id}": {"get"},
        "/statistics": {"get"},
        "/sagas/{saga_id}": {"get"},
    }.items():
        assert described[path] == methods


@pytest.mark.parametrize("path", ["", "/me", "/{id}", "/{id}/profile", "/{id}/relationships"])
def test_answers_look_as_described(
    document: dict[str, Any],
    api: Callable[[str], APIClient],
    person_token: Callable[..., str],
    company_id: UUID,
    path: str,
) -> None:
    with company_scope(company_id):
        employee = EmployeeFactory.create(
            company_id=company_id, salary=Decimal("10.125"), civil_id="290010112345", full_name_ar="نورة"
        )
    client = api(person_token(company_id=company_id, user_id=employee.user_id))
    body = client.get(f"/employees{path}".replace("{id}", str(employee.id))).json()
    described = document["paths"][f"/employees{path}".replace("{id}", "{employee_id}")]
    schema = described["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": strict(document["components"])})


@pytest.mark.parametrize("section", ["leaves", "deductions", "violations", "performance-reviews", "history"])
def test_lists_of_records_look_as_described(
    document: dict[str, Any],
    api: Callable[[str], APIClient],
    person_token: Callable[..., str],
    company_id: UUID,
    section: str,
) -> None:
    with company_scope(company_id):
        employee, boss = EmployeeFactory.create_batch(2, company_id=company_id)
        about: dict[str, Any] = {"company_id": company_id, "employee": employee}
        LeaveFactory.create(**about, status=LeaveStatus.REJECTED, decided_by=boss.user_id, reason="سفر")
        DeductionFactory.create(**about)
        ViolationFactory.create(**about)
        ReviewFactory.create(**about, reviewer=boss, goals_achieved=1, strengths=["quick"])
        employee_update(employee_id=employee.id, changes={"salary": Decimal("10.125")}, reason="raise")
    body = api(person_token(company_id=company_id)).get(f"/employees/{employee.id}/{section}").json()
    [rows] = [value for value in body.values() if isinstance(value, list)]
    assert len(rows) == 1
    described = document["paths"][f"/employees/{{employee_id}}/{section}"]
    schema = described["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": strict(document["components"])})


def strict(part: Any) -> Any:
    """The same schemas for a validator that knows no ``nullable``, and lets no undescribed field through."""
    if isinstance(part, list):
        return [strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    result = {name: strict(value) for name, value in part.items() if name != "nullable"}
    if part.get("nullable"):
        result["type"] = [part["type"], "null"]
    if part.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result
