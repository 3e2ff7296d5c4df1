"""The admin's pages: tiles, figures, people, and what can be done with reports."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics_service.analytics import admin as pages
from analytics_service.analytics.models import Report
from analytics_service.analytics.services.report_runs import reports_write
from analytics_service.analytics.tests.factories import (
    EmployeeItemFactory,
    ExpiringItemFactory,
    ReportFactory,
    StoredEventFactory,
)
from analytics_service.analytics.tests.streams import approved, hired, tell, terminated
from common.days import today
from common.reference.models import CompanyRef, UserRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in

pytestmark = pytest.mark.django_db
HOME = "/admin/"
REPORTS = "/admin/analytics/report/"


def text(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def tiles(client: Client) -> dict[str, tuple[int, str]]:
    """The number and the address of each tile by its title."""
    found = re.findall(r"<li>(?:<a href=\"([^\"]*)\">)?<b>(\d+)</b> ([^<]*)", text(client.get(HOME)))
    return {title.strip(): (int(number), address.replace("&amp;", "&")) for address, number, title in found}


def test_each_tile_leads_to_the_list_that_it_counts(client: Client, company_id: UUID) -> None:
    people = [hired(company_id, hire_date=today()) for _ in range(3)]
    tell(today(), *people, terminated(people[0], today()), approved(people[1], today(), today(), 1))
    with company_scope(company_id):
        ExpiringItemFactory(company_id=company_id, kind="license", expires_on=today())
        ExpiringItemFactory(company_id=company_id, kind="document", expires_on="2020-01-01")
        EmployeeItemFactory(company_id=company_id, status="pending")
        ReportFactory(company_id=company_id, status="failed")
    with all_companies("test"):
        ReportFactory(company_id=uuid4(), status="failed")
        ExpiringItemFactory(kind="license", expires_on=today())
    sign_in(client, role="company_manager", company_id=company_id)
    shown = tiles(client)
    assert {title: number for title, (number, _address) in shown.items()} == {
        "People employed": 2, "Joined this month": 3, "Left this month": 1, "On leave today": 1,
        "Leave waiting for a decision": 1, "Licences that end soon": 1, "Licences that have ended": 0,
        "Documents that end soon": 0, "Documents that have ended": 1, "Reports that failed": 1,
    }  # fmt: skip
    for title, (number, address) in shown.items():
        listed = text(client.get(address)).split("result_list")[-1].count("<tr><")
        assert listed == number, title


def test_people_are_listed_for_those_who_may_take_data_out_only(client: Client, company_id: UUID) -> None:
    tell(today(), hired(company_id, hire_date=today(), employee_number="E7"))
    sign_in(client, role="supervisor", company_id=company_id)
    number, address = tiles(client)["People employed"]
    assert (number, address) == (1, "")
    for page in ("employmentfact", "employeeitem", "storedevent"):
        assert client.get(f"/admin/analytics/{page}/").status_code == 403
    sign_in(client, role="company_manager", company_id=company_id)
    assert "E7 Sara Salem" in text(client.get("/admin/analytics/employmentfact/"))


def test_a_worker_has_no_tiles(client: Client, company_id: UUID) -> None:
    sign_in(client, role="worker", company_id=company_id)
    assert tiles(client) == {}


@pytest.mark.parametrize(
    "page", ["employmentfact", "employeeitem", "expiringitem", "cachedmetric", "report", "storedevent"]
)
def test_pages_show_the_companys_rows_only_and_search_by_ids(
    client: Client, company_id: UUID, page: str
) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=company_id, name="HERE")
        CompanyRef.objects.create(company_id=(other := uuid4()), name="THERE")
    for where in (company_id, other):
        sara = hired(where, hire_date=today())
        tell(today(), sara, approved(sara, today(), today(), 1))
        with company_scope(where):
            ExpiringItemFactory(company_id=where)
            ReportFactory(company_id=where)
    address = f"/admin/analytics/{page}/"
    sign_in(client, role="company_manager", company_id=company_id)
    shown = text(client.get(address))
    assert ("HERE" in shown, "THERE" in shown) == (True, False)
    for wanted in (str(uuid4()), "x", "' OR 1=1"):
        assert "HERE" not in text(client.get(address, {"q": wanted}))
    sign_in(client, role="super_admin")
    shown = text(client.get(address))
    assert ("HERE" in shown, "THERE" in shown) == (True, True)


def test_many_events_are_counted_up_to_a_limit(
    client: Client, company_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LONGEST_LIST", 3)
    with company_scope(company_id):
        StoredEventFactory.create_batch(5, company_id=company_id)
    sign_in(client, role="company_manager", company_id=company_id)
    with CaptureQueriesContext(connection) as queries:
        shown = text(client.get("/admin/analytics/storedevent/"))
    assert "3 events" in shown
    assert not any("COUNT(*)" in query["sql"] and "analytics_events" in query["sql"] for query in queries)
    assert len(queries) < 15


@pytest.fixture
def report(company_id: UUID, report_folder: Path) -> Report:
    with company_scope(company_id):
        made: Report = ReportFactory.create(company_id=company_id, parameters={"as_of": "2026-01-01"})
    with all_companies("test"):
        UserRef.objects.create(user_id=made.requested_by, email="hr@example.com", company_ids=[company_id])
    reports_write()
    with company_scope(company_id):
        made.refresh_from_db()
    assert made.status == "ready"
    return made


def test_a_report_is_downloaded_from_its_page(client: Client, company_id: UUID, report: Report) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    shown = text(client.get(f"{REPORTS}{report.pk}/change/"))
    assert "hr@example.com" in shown
    assert f"{REPORTS}{report.pk}/download/" in text(client.get(REPORTS))
    answer: Any = client.get(f"{REPORTS}{report.pk}/download/")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").startswith("company,number,name")


def test_a_file_is_for_those_who_may_take_data_out_of_their_own_company(
    client: Client, company_id: UUID, report: Report
) -> None:
    sign_in(client, role="supervisor", company_id=company_id)
    assert client.get(f"{REPORTS}{report.pk}/download/").status_code == 403
    sign_in(client, role="company_manager", company_id=uuid4())
    assert "There is no such report." in text(client.get(f"{REPORTS}{report.pk}/download/", follow=True))


def test_reports_that_have_ended_are_written_again(client: Client, company_id: UUID, report: Report) -> None:
    with company_scope(company_id):
        waiting = ReportFactory(company_id=company_id)
    sign_in(client, role="company_manager", company_id=company_id)
    chosen = {"action": "run_again", "_selected_action": [str(report.pk), str(waiting.pk)]}
    assert "1 report is written again." in text(client.post(REPORTS, chosen, follow=True))
    with company_scope(company_id):
        report.refresh_from_db()
    assert (report.status, report.file) == ("pending", "")
    sign_in(client, role="supervisor", company_id=company_id)
    assert "run_again" not in text(client.get(REPORTS))
