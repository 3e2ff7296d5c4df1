"""Requests about personal data in the admin."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.days import today
from common.security.tenancy import all_companies
from common.testing.staff import sign_in
from employee_service.employees.tests.http import hired
from employee_service.person_requests.models import PersonRequest
from employee_service.person_requests.tasks import advance_person_requests
from employee_service.person_requests.tests.neighbours import LONG_AGO, Others
from employee_service.person_requests.tests.test_erasures import gone_since

pytestmark = pytest.mark.django_db
LIST = "/admin/person_requests/personrequest/"


@pytest.fixture
def browser(company_id: UUID) -> Client:
    client = Client()
    sign_in(client, role="company_manager", company_id=company_id)
    return client


def only_request() -> PersonRequest:
    with all_companies("test"):
        return PersonRequest.objects.get()


def test_an_export_is_asked_for_with_a_reason_and_downloaded_once(
    browser: Client, company_id: UUID, others: Others
) -> None:
    employee = hired(company_id)
    form = {"employee": str(employee.id), "kind": "export", "reason": "They asked for it"}
    assert browser.post(f"{LIST}add/", form).status_code == 302
    advance_person_requests()
    page = f"{LIST}{only_request().id}/"
    assert "Download, once" in browser.get(f"{page}change/").content.decode()
    answer = browser.post(f"{page}download/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert browser.post(f"{page}download/").status_code == 302
    again = browser.get(f"{page}change/").content.decode()
    assert "downloaded already" in again
    assert "Download, once" not in again


def test_an_erasure_is_shown_before_it_is_asked_for(browser: Client, company_id: UUID) -> None:
    last_day = today() - timedelta(days=365)
    employee = gone_since(company_id, last_day)
    form = {"employee": str(employee.id), "kind": "erasure", "reason": "They asked for it"}
    shown = browser.post(f"{LIST}add/", form)
    assert shown.status_code == 200
    assert str(last_day + timedelta(days=7 * 365)) in shown.content.decode()
    with all_companies("test"):
        assert not PersonRequest.objects.exists()
    assert browser.post(f"{LIST}add/", {**form, "sure": "on"}).status_code == 302
    assert only_request().kind == "erasure"


def test_what_each_service_did_is_told(browser: Client, company_id: UUID, others: Others) -> None:
    employee = gone_since(company_id, LONG_AGO)
    others.down = {"document"}
    form = {"employee": str(employee.id), "kind": "erasure", "reason": "They asked for it", "sure": "on"}
    browser.post(f"{LIST}add/", form)
    advance_person_requests()
    page = f"{LIST}{only_request().id}/"
    shown = browser.get(f"{page}change/").content.decode()
    assert "document answered 503" in shown
    assert "Events: 2 made unrecognisable" in shown
    others.down = set()
    assert browser.post(f"{page}hurry/").status_code == 302
    advance_person_requests()
    assert only_request().state == "done"


def test_people_of_another_company_cannot_be_named(browser: Client) -> None:
    form = {"employee": str(hired(uuid4()).id), "kind": "export", "reason": "Curious"}
    assert browser.post(f"{LIST}add/", form).status_code == 200
    with all_companies("test"):
        assert not PersonRequest.objects.exists()


def test_office_staff_without_the_right_see_nothing(company_id: UUID) -> None:
    client = Client()
    sign_in(client, role="employee", company_id=company_id)
    assert client.get(LIST).status_code == 403
    assert client.get("/admin/privacy/access/").status_code == 403


def test_what_an_erasure_did_is_told_in_the_readers_words(company_id: UUID, others: Others) -> None:
    browser = Client(headers={"Accept-Language": "ar"})
    sign_in(browser, role="super_admin")
    employee = gone_since(company_id, today())
    form = {"employee": employee.id, "kind": "erasure", "reason": "They asked for it", "sure": "on"}
    assert browser.post(f"{LIST}add/", form).status_code == 302
    advance_person_requests()
    request = only_request()
    page = browser.get(f"{LIST}{request.pk}/change/").content.decode()
    for told in (page, browser.get(f"/admin/privacy/erasure/{request.pk}/change/").content.decode()):
        assert "حُذف" in told
        assert "employment_law" not in told
    assert ">auth<" not in page
