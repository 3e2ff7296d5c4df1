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
from employee_service.employees.tests.factories import EmployeeFactory

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
