from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from common.security.tenancy import all_companies
from company_service.companies.models import Company, Department
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EntryFactory,
    payloads,
    with_moments,
)
from company_service.conftest import Client


@pytest.fixture
def own(db: None) -> Company:
    with all_companies("test"):
        return CompanyFactory()


@pytest.fixture
def manager(as_role: Client, own: Company) -> Any:
    return as_role("company_manager", own.id)


def test_a_manager_makes_changes_and_deletes_departments_of_the_own_company(
    manager: Any, own: Company
) -> None:
    address = f"/companies/{own.id}/departments"
    with all_companies("test"):
        head = str(EntryFactory(company=own).employee_id)
    sales = manager.post(address, {"name": "Sales", "budget": 1250.125, "manager_id": head})
    assert sales.status_code == 201
    department = sales.json()["department"]
    assert (department["budget"], department["manager_id"]) == (1250.125, head)
    assert department["company_id"] == str(own.id)
    assert department["employee_count"] == 0

    one = f"/departments/{department['id']}"
    shop = manager.post(address, {"name": "Shop", "parent_department_id": department["id"]}).json()[
        "department"
    ]
    assert shop["parent_department_id"] == department["id"]
    refused = manager.delete(one)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "DEPARTMENT_IN_USE")

    moved = manager.put(f"/departments/{shop['id']}", {"parent_department_id": None, "is_active": False})
    assert "parent_department_id" not in moved.json()["department"]
    assert moved.json()["department"]["is_active"] is False

    assert manager.get(one).json()["department"]["employee_count"] == 0
    assert manager.delete(one).json()["success"] is True
    assert manager.get(one).status_code == 404
    with all_companies("test"):
        assert len(payloads("department.deleted")) == 1


def test_a_row_of_the_list_is_what_the_department_itself_shows(manager: Any, own: Company) -> None:
    with all_companies("test"):
        plain = DepartmentFactory(company=own, name="A")
        head = EntryFactory(company=own).employee_id
        full = DepartmentFactory(
            company=own, parent=plain, name="B", name_ar="ب", description="تحت", manager_id=head,
            budget=Decimal("1250.125"), is_active=False,
        )  # fmt: skip
        EntryFactory(company=own, department_id=full.id)
    rows = manager.get(f"/companies/{own.id}/departments").json()["departments"]
    shown = [manager.get(f"/departments/{one.id}").json()["department"] for one in (plain, full)]
    assert [with_moments(row) for row in rows] == [with_moments(found) for found in shown]
    assert "budget" not in rows[0]
    assert (rows[1]["budget"], rows[1]["employee_count"]) == (1250.125, 1)


def test_the_list_shows_a_page_with_people_counted(manager: Any, own: Company) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=own, name="Sales", name_ar="المبيعات")
        EntryFactory.create_batch(2, company=own, department_id=sales.id)
        DepartmentFactory(company=own, name="Accounts")
        DepartmentFactory(name="Foreign")
    answer = manager.get(f"/companies/{own.id}/departments").json()
    assert [(row["name"], row["employee_count"]) for row in answer["departments"]] == [
        ("Accounts", 0),
        ("Sales", 2),
    ]
    assert answer["pagination"]["total"] == 2
    address = f"/companies/{own.id}/departments"
    assert len(manager.get(address, {"search": "المبيع"}).json()["departments"]) == 1
    assert len(manager.get(address, {"is_active": "false"}).json()["departments"]) == 0
    assert len(manager.get(address, {"cursor": "", "limit": 1}).json()["departments"]) == 1


def test_a_manager_of_a_department_works_in_its_company(manager: Any, own: Company) -> None:
    with all_companies("test"):
        here, left = EntryFactory(company=own), EntryFactory(company=own)
        EntryFactory(company=own, employee_id=left.employee_id, delta=-1, reason="left")
        elsewhere = EntryFactory()
        shop = DepartmentFactory(company=own, name="Shop")
        Department.objects.filter(pk=shop.pk).update(manager_id=(before := uuid4()))
    address, one = f"/companies/{own.id}/departments", f"/departments/{shop.id}"
    for stranger in (elsewhere.employee_id, left.employee_id, uuid4()):
        for answer in (
            manager.post(address, {"name": "Sales", "manager_id": str(stranger)}),
            manager.put(one, {"manager_id": str(stranger)}),
        ):
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (422, "UNKNOWN_MANAGER")
            assert error["details"] == {"manager_id": [str(stranger)]}
    # Whom an older version took stays until somebody names another.
    assert manager.put(one, {"name": "The shop", "manager_id": str(before)}).status_code == 200
    assert manager.put(one, {"manager_id": str(here.employee_id)}).status_code == 200
    assert manager.put(one, {"manager_id": None}).status_code == 200
    with all_companies("test"):
        assert not Department.objects.filter(name="Sales").exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "budget": -1}, "budget"),
        ({"name": "x", "budget": 0.0001}, "budget"),
        ({"name": "x", "manager_id": "me"}, "manager_id"),
        ({"name": "x", "parent_department_id": "../1"}, "parent_department_id"),
        ({"name": "x", "company_id": str(uuid4())}, "company_id"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(
    manager: Any, own: Company, values: dict[str, Any], field: str
) -> None:
    answer = manager.post(f"/companies/{own.id}/departments", values)
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (422, [field])


def test_a_parent_of_another_company_is_as_unknown_as_one_that_does_not_exist(
    manager: Any, own: Company
) -> None:
    with all_companies("test"):
        foreign = DepartmentFactory()
    address = f"/companies/{own.id}/departments"
    answers = [
        manager.post(address, {"name": "x", "parent_department_id": str(parent)})
        for parent in (foreign.id, uuid4())
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert {answer.json()["error"]["code"] for answer in answers} == {"UNKNOWN_DEPARTMENT"}


def test_a_name_in_use_and_a_ring_are_conflicts(manager: Any, own: Company) -> None:
    with all_companies("test"):
        top = DepartmentFactory(company=own, name="Sales")
        bottom = DepartmentFactory(company=own, parent=top)
    taken = manager.post(f"/companies/{own.id}/departments", {"name": "sales"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "DEPARTMENT_NAME_TAKEN")
    ring = manager.put(f"/departments/{top.id}", {"parent_department_id": str(bottom.id)})
    assert (ring.status_code, ring.json()["error"]["code"]) == (409, "DEPARTMENT_CYCLE")


def test_a_department_of_another_company_is_answered_like_one_that_does_not_exist(manager: Any) -> None:
    with all_companies("test"):
        foreign = DepartmentFactory()
    for method in ("get", "put", "delete"):
        answers = [getattr(manager, method)(f"/departments/{one}") for one in (foreign.id, uuid4())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["error"] == answers[1].json()["error"]
    with all_companies("test"):
        assert Department.objects.filter(pk=foreign.pk).exists()


def test_a_department_cannot_be_made_in_another_company(manager: Any) -> None:
    with all_companies("test"):
        foreign = CompanyFactory()
    assert manager.post(f"/companies/{foreign.id}/departments", {"name": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_other_members_read_departments_and_change_none(as_role: Client, own: Company, role: str) -> None:
    with all_companies("test"):
        department = DepartmentFactory(company=own)
    member = as_role(role, own.id)
    address = f"/departments/{department.id}"
    assert member.get(address).status_code == 200
    assert len(member.get(f"/companies/{own.id}/departments").json()["departments"]) == 1
    refused = [
        member.post(f"/companies/{own.id}/departments", {"name": "x"}),
        member.put(address, {"name": "x"}),
        member.delete(address),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
