from uuid import uuid4

import pytest

from common.security.tenancy import all_companies, company_scope
from common.testing.threads import run_all
from company_service.companies import selectors, services
from company_service.companies.exceptions import (
    CompanyNotFoundError,
    DepartmentCycleError,
    DepartmentInUseError,
    DepartmentNameTakenError,
    DepartmentNotFoundError,
    UnknownDepartmentError,
)
from company_service.companies.models import Company, Department
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EntryFactory,
    events_of,
    payloads,
)


def test_a_department_is_created_changed_and_deleted_with_an_event_each(company: Company) -> None:
    sales = DepartmentFactory(company=company, name="Sales")
    shop = DepartmentFactory(company=company, name="Shop", parent=sales)
    services.department_update(department_id=shop.id, parent_id=None, name_ar="المتجر")
    services.department_update(department_id=shop.id, name_ar="المتجر")
    services.department_delete(department_id=shop.id)
    assert events_of(shop.id) == [
        ("department.created", 1),
        ("department.updated", 2),
        ("department.deleted", 3),
    ]
    assert payloads("department.created")[-1]["parent_department_id"] == str(sales.id)
    assert payloads("department.updated")[-1]["parent_department_id"] is None


def test_a_department_needs_a_company_and_a_parent_of_the_same(company: Company) -> None:
    foreign = DepartmentFactory()
    with pytest.raises(CompanyNotFoundError):
        services.department_create(company_id=uuid4(), name="x")
    with pytest.raises(UnknownDepartmentError):
        services.department_create(company_id=company.id, name="x", parent_id=foreign.id)
    own = DepartmentFactory(company=company)
    with pytest.raises(UnknownDepartmentError):
        services.department_update(department_id=own.id, parent_id=foreign.id)


def test_sister_departments_have_different_names(company: Company) -> None:
    sales = DepartmentFactory(company=company, name="المبيعات")
    with pytest.raises(DepartmentNameTakenError):
        DepartmentFactory(company=company, name="المبيعات ")
    inside = DepartmentFactory(company=company, name="المبيعات", parent=sales)
    with pytest.raises(DepartmentNameTakenError):
        services.department_update(department_id=inside.id, parent_id=None)
    DepartmentFactory(name="المبيعات")


def test_a_department_cannot_be_moved_below_itself(company: Company) -> None:
    top = DepartmentFactory(company=company)
    middle = DepartmentFactory(company=company, parent=top)
    bottom = DepartmentFactory(company=company, parent=middle)
    for place in (bottom, top):
        with pytest.raises(DepartmentCycleError):
            services.department_update(department_id=top.id, parent_id=place.id)
    assert selectors.department_ancestors(bottom.id) == [bottom.id, middle.id, top.id]


def test_two_moves_at_once_cannot_make_a_ring(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
        one, other = DepartmentFactory(company=company), DepartmentFactory(company=company)

    def move(department: Department, into: Department) -> bool:
        try:
            with company_scope(company.id):
                services.department_update(department_id=department.id, parent_id=into.id)
        except DepartmentCycleError:
            return False
        return True

    assert sorted(run_all([lambda: move(one, other), lambda: move(other, one)])) == [False, True]


def test_a_department_with_people_or_departments_is_not_deleted(company: Company) -> None:
    top = DepartmentFactory(company=company)
    bottom = DepartmentFactory(company=company, parent=top)
    EntryFactory(company=company, department_id=bottom.id)
    with pytest.raises(DepartmentInUseError) as refusal:
        services.department_delete(department_id=bottom.id)
    assert refusal.value.details == {"employees": 1, "departments": 0}
    EntryFactory(company=company, department_id=bottom.id, delta=-1)
    with pytest.raises(DepartmentInUseError):
        services.department_delete(department_id=top.id)
    services.department_delete(department_id=bottom.id)
    services.department_delete(department_id=top.id)
    with pytest.raises(DepartmentNotFoundError):
        services.department_delete(department_id=top.id)


def test_departments_stand_as_trees_company_by_company(group: None) -> None:
    pearl, amber = CompanyFactory(name="Pearl"), CompanyFactory(name="Amber")
    sales = DepartmentFactory(company=pearl, name="Sales")
    DepartmentFactory(company=pearl, name="Accounts")
    DepartmentFactory(company=pearl, name="Shop", parent=sales)
    DepartmentFactory(company=amber, name="Workshop")
    tree = [(department.name, department.depth) for department in selectors.department_tree()]
    assert tree == [("Workshop", 1), ("Accounts", 1), ("Sales", 1), ("Shop", 2)]


def test_departments_are_found_by_the_beginning_of_either_name(company: Company) -> None:
    wanted = DepartmentFactory(company=company, name="Accounts", name_ar="المُحاسبة")
    DepartmentFactory(company=company)
    for search in ("acc", "المحاسبه"):
        assert list(selectors.department_list(company_id=company.id, search=search)) == [wanted]
