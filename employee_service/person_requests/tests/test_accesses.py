"""Who reads a person's record is noted, by whatever door, and HR with the right can look it up."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from common.api.views import ServiceAPIView
from common.privacy.models import Access
from common.privacy.plan import service_plan
from common.reference.models import UserRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in
from employee_service.employees.tests.factories import LeaveFactory
from employee_service.employees.tests.http import done, hired

pytestmark = pytest.mark.django_db
# Parts of addresses that name no person.
OF_NOBODY = {"job_id", "saga_id", "request_id", "relationship_id"}


def accesses() -> list[Access]:
    with all_companies("test"):
        return list(Access.objects.order_by("id"))


def test_each_part_of_a_record_that_is_read_is_noted(
    manager: APIClient, manager_id: UUID, company_id: UUID
) -> None:
    employee = hired(company_id)
    with company_scope(company_id):
        leave = LeaveFactory.create(company_id=company_id, employee=employee)
    places = [f"/employees/{employee.id}", f"/employees/{employee.id}/profile", f"/leaves/{leave.pk}"]
    for place in places:
        done(manager.get(place, REMOTE_ADDR="192.0.2.7"))
    noted = accesses()
    assert [one.place for one in noted] == places
    assert {(one.subject_id, one.actor_id, one.company_id) for one in noted} == {
        (employee.id, manager_id, company_id)
    }
    assert {(one.door, one.action, one.client_address) for one in noted} == {("api", "viewed", "192.0.2.7")}
    assert all(one.request_id for one in noted)


def test_what_is_refused_or_not_there_is_not_noted(manager: APIClient) -> None:
    assert manager.get(f"/employees/{hired(uuid4()).id}").status_code == 404
    assert manager.get(f"/employees/{uuid4()}").status_code == 404
    assert accesses() == []


def test_a_persons_own_record_is_theirs_to_read(
    api: Any, person_token: Callable[..., str], company_id: UUID
) -> None:
    employee = hired(company_id)
    own = api(person_token(role="worker", company_id=company_id, user_id=employee.user_id))
    done(own.get(f"/employees/{employee.id}"))
    assert accesses() == []


def test_a_super_administrators_reading_is_shown_to_the_persons_company(
    manager: APIClient, api: Any, person_token: Callable[..., str], company_id: UUID
) -> None:
    employee = hired(company_id)
    done(api(person_token(role="super_admin")).get(f"/employees/{employee.id}"))
    noted = done(manager.get(f"/person-accesses?subject_id={employee.id}"))["accesses"]
    assert len(noted) == 1


def test_a_page_of_the_admin_is_noted_once(company_id: UUID) -> None:
    browser = Client()
    member = sign_in(browser, role="company_manager", company_id=company_id, name="Huda Nasser")
    employee = hired(company_id)
    assert browser.get(f"/admin/employees/employee/{employee.id}/change/").status_code == 200
    [noted] = accesses()
    assert (noted.subject_id, noted.actor_id, noted.actor_name) == (employee.id, member.pk, "Huda Nasser")
    assert noted.door == "admin"


def test_the_log_is_searched_and_another_companys_is_not_seen(
    manager: APIClient, manager_id: UUID, api: Any, person_token: Callable[..., str], company_id: UUID
) -> None:
    people = [hired(company_id) for _person in range(2)]
    for employee in people:
        done(manager.get(f"/employees/{employee.id}"))
    of_first = done(manager.get(f"/person-accesses?subject_id={people[0].id}"))["accesses"]
    assert [one["subject_id"] for one in of_first] == [str(people[0].id)]
    assert len(done(manager.get(f"/person-accesses?actor_id={manager_id}"))["accesses"]) == 2
    assert done(manager.get("/person-accesses?since=2999-01-01T00:00Z"))["accesses"] == []
    stranger = api(person_token(role="company_manager", company_id=uuid4()))
    assert done(stranger.get("/person-accesses"))["accesses"] == []
    worker = api(person_token(role="employee", company_id=company_id))
    assert worker.get("/person-accesses").status_code == 403


def test_every_address_that_names_a_row_says_whose_it_is() -> None:
    """One that somebody adds later is noted by itself, or has to be excused here."""
    parts: set[str] = set()
    for resolver in get_resolver().url_patterns:
        for pattern in getattr(resolver, "url_patterns", []):
            view = getattr(getattr(pattern, "callback", None), "view_class", None)
            if (
                isinstance(pattern, URLPattern)
                and isinstance(view, type)
                and issubclass(view, ServiceAPIView)
            ):
                parts |= set(pattern.pattern.converters)
    assert parts - set(service_plan().held) == OF_NOBODY


def log_page(browser: Client, query: str = "", language: str = "en") -> str:
    answer = browser.get(f"/admin/privacy/access/{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def read_in(company_id: UUID, subject_id: UUID | None, **values: Any) -> Access:
    with company_scope(company_id):
        return Access.objects.create(
            company_id=company_id,
            subject_id=subject_id,
            **{
                "subject_kind": "employee",
                "actor_id": uuid4(),
                "action": "viewed",
                "door": "api",
                "place": "/x",
            }
            | values,
        )


@pytest.fixture
def browser(company_id: UUID) -> Client:
    client = Client()
    sign_in(client, role="company_manager", company_id=company_id)
    return client


def test_the_log_names_who_was_read_and_who_read(browser: Client, company_id: UUID) -> None:
    noura = hired(company_id, first_name="Noura", last_name="Al-Salem", full_name_ar="نورة السالم")
    account, nobody, by_name = uuid4(), uuid4(), uuid4()
    with all_companies("test"):
        UserRef.objects.create(
            user_id=account,
            email="huda@example.com",
            first_name="Huda",
            last_name="Nasser",
            name_folded="huda nasser",
            company_ids=[company_id],
        )
    read_in(company_id, noura.id, actor_id=account)
    read_in(company_id, nobody, actor_id=by_name, actor_name="Group Admin")
    read_in(company_id, None, action="exported")
    page = log_page(browser)
    assert all(
        name in page for name in ("Noura Al-Salem", "Huda Nasser", str(nobody), "Group Admin", "many people")
    )
    assert "نورة السالم" in log_page(browser, language="ar")
    assert "By by" not in page
    found = log_page(browser, "?q=noura")
    assert "Huda Nasser" in found
    assert "Group Admin" not in found
    for search in (f"?q={by_name}", f"?actor_id={by_name}", f"?q={nobody}"):
        found = log_page(browser, search)
        assert "Group Admin" in found
        assert "Noura Al-Salem" not in found


def test_names_in_the_log_cost_no_query_a_row(
    browser: Client, company_id: UUID, django_assert_num_queries: Any
) -> None:
    read_in(company_id, hired(company_id).id)
    # The first page of a browser's looks at its session.
    log_page(browser)
    with CaptureQueriesContext(connection) as few:
        log_page(browser)
    for _person in range(5):
        read_in(company_id, hired(company_id).id)
    with django_assert_num_queries(len(few)):
        log_page(browser)
