"""Bulk hires in the admin."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from common.sagas.models import SagaInstance, SagaState
from common.security.tenancy import all_companies
from common.testing.staff import sign_in
from employee_service.employees.models import BulkHire, BulkHireRow
from employee_service.employees.services.bulk import bulk_hires_advance

pytestmark = pytest.mark.django_db
JOBS, ROWS = "/admin/employees/bulkhire/", "/admin/employees/bulkhirerow/"


@pytest.fixture
def manager(client: Client, company_id: UUID) -> Client:
    sign_in(client, role="company_manager", company_id=company_id)
    return client


@pytest.fixture
def job(api: Callable[[str], APIClient], person_token: Callable[..., str], company_id: UUID) -> BulkHire:
    """Twelve rows: the second refused at once, the fourth hired, the fifth undone, the others under way."""
    employees = [
        {
            "first_name": "Noura", "last_name": "Al-Salem", "email": f"p{n}@example.com", "position": "Tailor",
            "hire_date": "2026-11-22", "salary": 777.5, **({"colour": "red"} if n == 2 else {}),
        }
        for n in range(1, 13)
    ]  # fmt: skip
    answer = api(person_token(company_id=company_id)).post("/employees/bulk", {"employees": employees})
    bulk_hires_advance()
    ended: dict[str, Any] = {"wake_at": None, "finished_at": "2026-11-22T00:00Z"}
    with all_companies("test"):
        rows = BulkHireRow.objects.all()
        sagas = SagaInstance.objects.all()
        sagas.filter(id__in=rows.filter(number=4).values("saga_id")).update(
            state=SagaState.COMPLETED, **ended
        )
        sagas.filter(id__in=rows.filter(number=5).values("saga_id")).update(
            state=SagaState.COMPENSATED, error_code="X", error_message="No free seat.", **ended
        )
        return BulkHire.objects.get(id=answer.json()["job"]["id"])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_the_list_shows_how_far_jobs_are(manager: Client, job: BulkHire) -> None:
    page = text(manager.get(JOBS))
    for column, number in (("total", 12), ("refused", 1), ("running", 9), ("hired", 1), ("undone", 1)):
        assert f'<td class="field-{column}">{number}</td>' in page
    assert str(job.id) in page
    assert str(job.id) not in text(manager.get(f"{JOBS}?progress=ended"))
    assert str(job.id) in text(manager.get(f"{JOBS}?progress=open"))


def test_rows_link_to_their_sagas_and_say_what_is_wrong_but_show_no_pay(
    manager: Client, job: BulkHire
) -> None:
    assert f"{ROWS}?job__id__exact={job.id}" in text(manager.get(f"{JOBS}{job.id}/change/"))
    page = text(manager.get(f"{ROWS}?job__id__exact={job.id}"))
    for shown in ("p12@example.com", "colour: There is no such field.", "No free seat."):
        assert shown in page
    with all_companies("test"):
        hired = BulkHireRow.objects.get(number=4)
    assert f"/admin/sagas/sagainstance/{hired.saga_id}/change/" in page
    assert f"/admin/employees/employee/{hired.employee_id}/change/" in page
    undone = text(manager.get(f"{ROWS}?job__id__exact={job.id}&status=compensated"))
    assert ("p5@example.com" in undone, "p4@example.com" in undone) == (True, False)
    found = text(manager.get(f"{ROWS}?q=p12"))
    assert ("p12@example.com" in found, "p5@example.com" in found) == (True, False)
    alone = text(manager.get(f"{ROWS}{hired.pk}/change/"))
    assert "777.5" not in page + alone


def test_the_rows_cost_the_same_for_one_and_for_many(manager: Client, job: BulkHire) -> None:
    def queries(address: str) -> int:
        text(manager.get(address))
        with CaptureQueriesContext(connection) as captured:
            text(manager.get(address))
        return len(captured)

    assert queries(f"{ROWS}?job__id__exact={job.id}") == queries(f"{ROWS}?q=p12")


def test_the_undone_rows_start_again_after_a_question(manager: Client, job: BulkHire) -> None:
    address = f"{JOBS}{job.id}/retry/"
    assert address in text(manager.get(f"{JOBS}{job.id}/change/"))
    assert "1 hire of this job was undone" in text(manager.get(address))
    assert bulk_hires_advance() == 0
    assert "1 row starts again." in text(manager.post(address, follow=True))
    assert bulk_hires_advance() == 1
    assert "No row of this bulk hire was undone." in text(manager.post(address, follow=True))
    assert address not in text(manager.get(f"{JOBS}{job.id}/change/"))


def test_nothing_is_written_by_hand(manager: Client, job: BulkHire) -> None:
    for address in (f"{JOBS}add/", f"{JOBS}{job.id}/delete/", f"{ROWS}add/"):
        assert manager.get(address).status_code == 403


@pytest.mark.parametrize(("role", "elsewhere"), [("supervisor", False), ("company_manager", True)])
def test_others_see_no_job_and_start_nothing_again(
    client: Client, job: BulkHire, company_id: UUID, role: str, elsewhere: bool
) -> None:
    sign_in(client, role=role, company_id=uuid4() if elsewhere else company_id)
    for address in (JOBS, f"{JOBS}{job.id}/change/", f"{ROWS}?job__id__exact={job.id}"):
        page = client.get(address)
        assert page.status_code in {302, 403} or "p1@example.com" not in text(page)
        assert f"{job.id}/change" not in page.content.decode()
    assert client.post(f"{JOBS}{job.id}/retry/").status_code in {302, 403, 404}
    assert bulk_hires_advance() == 0
