"""Who sees which copies: row-level security below the ORM, and the read-only pages of the admin."""

from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db import ProgrammingError
from django.test import Client
from django.urls import reverse

from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef, UserRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in

pytestmark = pytest.mark.django_db


def fill(company_id: UUID, *others: UUID) -> None:
    """One row of each kind, the user with roles in more companies."""
    CompanyRef.objects.create(company_id=company_id, name="Nour", name_folded="nour", name_ar_folded="النور")
    DepartmentRef.objects.create(department_id=uuid4(), company_id=company_id, name="Sales")
    EmployeeRef.objects.create(employee_id=uuid4(), company_id=company_id, user_id=uuid4(), number="E-1")
    UserRef.objects.create(
        user_id=uuid4(), email=f"{company_id}@x.example", company_ids=[company_id, *others]
    )


def seen() -> list[int]:
    return [model.objects.count() for model in (CompanyRef, DepartmentRef, EmployeeRef, UserRef)]


def test_a_company_sees_its_own_copies_and_the_users_with_a_role_in_it() -> None:
    one, other = uuid4(), uuid4()
    with all_companies("test"):
        fill(one, other)
        fill(other)
        assert seen() == [2, 2, 2, 2]
    with company_scope(one):
        assert seen() == [1, 1, 1, 1]
    with company_scope(other):
        assert seen() == [1, 1, 1, 2]
    with company_scope(uuid4()):
        assert seen() == [0, 0, 0, 0]
    assert seen() == [0, 0, 0, 0]


def test_a_user_of_no_company_is_seen_by_the_group_only() -> None:
    with all_companies("test"):
        UserRef.objects.create(user_id=uuid4(), email="a@x.example", company_ids=[])
    with company_scope(uuid4()):
        assert not UserRef.objects.exists()


def test_no_copy_is_written_for_another_company() -> None:
    with company_scope(uuid4()), pytest.raises(ProgrammingError, match="row-level security"):
        UserRef.objects.create(user_id=uuid4(), email="a@x.example", company_ids=[uuid4()])


@pytest.mark.parametrize("model", [CompanyRef, DepartmentRef, UserRef])
def test_the_admin_shows_the_copies_of_the_own_company_and_changes_none(
    client: Client, model: type[CompanyRef | DepartmentRef | UserRef]
) -> None:
    own, foreign = uuid4(), uuid4()
    with all_companies("test"):
        fill(own)
        fill(foreign)
    sign_in(client, role="company_manager", company_id=own)
    name = model._meta.model_name
    page = client.get(reverse(f"admin:reference_{name}_changelist"))
    assert [row.pk for row in page.context["cl"].result_list] == _ids(model, own)
    assert client.get(reverse(f"admin:reference_{name}_add")).status_code == 403
    one = reverse(f"admin:reference_{name}_change", args=_ids(model, own))
    assert client.get(one).status_code == 200
    assert client.post(one, {"name": "x"}).status_code == 403


def _ids(model: type[CompanyRef | DepartmentRef | UserRef], company_id: UUID) -> list[UUID]:
    with company_scope(company_id):
        return list(model.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(("search", "found"), [("شركة النور", 1), ("NOU", 1), ("our", 0), ("", 1)])
def test_a_company_is_found_by_the_beginning_of_either_name(client: Client, search: str, found: int) -> None:
    with all_companies("test"):
        fill(uuid4())
    sign_in(client, role="super_admin")
    page = client.get(reverse("admin:reference_companyref_changelist"), {"q": search})
    assert len(page.context["cl"].result_list) == found


def test_a_user_is_found_by_the_exact_address(client: Client) -> None:
    company_id = uuid4()
    with all_companies("test"):
        fill(company_id)
        fill(uuid4())
    sign_in(client, role="super_admin")
    page = client.get(reverse("admin:reference_userref_changelist"), {"q": f"{company_id}@x.example"})
    assert len(page.context["cl"].result_list) == 1


def test_kinds_that_the_service_does_not_keep_have_no_page() -> None:
    assert not admin.site.is_registered(EmployeeRef)
