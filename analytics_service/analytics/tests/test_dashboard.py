"""The first page: the company's state for some, one's own for everybody."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics_service.analytics.selectors.dashboard import SOON
from analytics_service.analytics.tests.streams import (
    approved,
    at,
    deducted,
    hired,
    tell,
    terminated,
)
from common.contracts.base import Event, to_wire, wire_name
from common.contracts.company import LicenseCreated, LicenseExpiring, LicenseRemoved, LicenseUpdated
from common.contracts.document import (
    DocumentDeleted,
    DocumentExpired,
    DocumentUploaded,
)
from common.contracts.employee import EmployeeHired, LeaveRequested
from common.days import today
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.reference.models import DepartmentRef
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
TODAY = today()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


def dashboard(client: Any, **query: Any) -> Any:
    answer = client.get("/dashboard", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def tell_of(producer: str, *told: Event) -> None:
    envelopes = [
        Envelope(
            id=uuid4(), type=wire_name(type(event)), position=place, aggregate_id=uuid4(), version=1,
            company_id=UUID(to_wire(event)["company_id"]), occurred_at=at(TODAY), payload=to_wire(event),
        )
        for place, event in enumerate(told, 1)
    ]  # fmt: skip
    with all_companies("as the inbox runs"):
        dispatch(registry, producer, envelopes)


def requested(hire: EmployeeHired) -> LeaveRequested:
    return LeaveRequested(
        leave_id=uuid4(), company_id=hire.company_id, employee_id=hire.employee_id, user_id=hire.user_id,
        leave_type="annual", start_date=TODAY, end_date=TODAY, days=1,
    )  # fmt: skip


def licence(company_id: UUID, expires_on: date | None, license_id: UUID | None = None) -> LicenseCreated:
    return LicenseCreated(
        license_id=license_id or uuid4(), company_id=company_id, number="1", name="Main", license_type="main",
        status="active", expires_on=expires_on,
    )  # fmt: skip


def document(company_id: UUID, expires_on: date | None, document_id: UUID | None = None) -> DocumentUploaded:
    return DocumentUploaded(
        document_id=document_id or uuid4(), company_id=company_id, title="Passport", uploaded_by=uuid4(),
        size=1, mime_type="application/pdf", expires_on=expires_on,
    )  # fmt: skip


def test_a_manager_sees_the_companys_state(manager: Any, company_id: UUID) -> None:
    with all_companies("test"):
        sales = DepartmentRef.objects.create(department_id=uuid4(), company_id=company_id, name="Sales")
        DepartmentRef.objects.create(
            department_id=uuid4(), company_id=company_id, name="Closed", is_active=False
        )
    long_ago = date(TODAY.year - 2, 1, 1)
    people = [hired(company_id, hire_date=long_ago, department_id=sales.department_id) for _ in range(3)]
    newcomer, stranger = hired(company_id, hire_date=TODAY), hired(uuid4(), hire_date=TODAY)
    tell(long_ago, *people)
    tell(TODAY, newcomer, stranger, terminated(people[0], TODAY), approved(people[1], YESTERDAY, TODAY, 2))
    tell(TODAY, approved(people[2], TOMORROW, TOMORROW, 1), requested(people[2]))
    state = dashboard(manager)["company"]
    assert (state["headcount"], state["joiners_this_month"], state["leavers_this_month"]) == (3, 1, 1)
    assert (state["on_leave_today"], state["leaves_waiting"], state["departments"]) == (1, 1, 1)
    assert [(group["name"], group["headcount"]) for group in state["top_departments"]] == [
        ("Sales", 2), ("not stated", 1),
    ]  # fmt: skip
    assert len(state["months"]) == 12
    assert state["months"][-1]["key"] == f"{TODAY:%Y-%m}"
    assert (state["months"][0]["closing"], state["months"][-1]["closing"]) == (3, 3)
    assert state["twelve_months"]["leavers"] == 1
    assert "ISO 30414" in state["formula"]


def test_what_ends_soon_and_what_has_ended_is_counted(manager: Any, company_id: UUID) -> None:
    soon, later = TODAY + timedelta(days=SOON), TODAY + timedelta(days=SOON + 1)
    renewed, told, deleted, taken_back = (uuid4() for _ in range(4))
    tell_of(
        "company", licence(company_id, TODAY), licence(company_id, soon), licence(company_id, later),
        licence(company_id, None), licence(company_id, YESTERDAY), licence(company_id, YESTERDAY, renewed),
        LicenseUpdated(
            license_id=renewed, company_id=company_id, number="1", name="Main", license_type="main",
            status="active", expires_on=later,
        ),
        LicenseExpiring(
            license_id=told, company_id=company_id, number="2", name="Branch", expires_on=soon, days_left=30,
            step=30,
        ),
        licence(uuid4(), TODAY), licence(company_id, TODAY, taken_back),
        LicenseRemoved(license_id=taken_back, company_id=company_id),
    )  # fmt: skip
    tell_of(
        "document", document(company_id, TODAY), document(company_id, TODAY, deleted),
        DocumentDeleted(document_id=deleted, company_id=company_id),
        DocumentExpired(
            document_id=uuid4(), company_id=company_id, title="Visa", uploaded_by=uuid4(), expires_on=YESTERDAY
        ),
    )  # fmt: skip
    state = dashboard(manager)["company"]
    assert state["licenses"] == {"expiring": 3, "expired": 1}
    assert state["documents"] == {"expiring": 1, "expired": 1}
    assert state["expiring_within_days"] == SOON


def test_a_worker_sees_their_own_state_and_nothing_of_the_company(
    api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    worker, account = hired(company_id, hire_date=YESTERDAY, user_id=uuid4()), uuid4()
    mine = hired(company_id, hire_date=YESTERDAY, user_id=account)
    tell(TODAY, worker, approved(worker, TODAY, TODAY, 9), deducted(worker, TODAY, "500.000"))
    tell(
        TODAY, mine, approved(mine, TODAY, TODAY, 2), approved(mine, TODAY - timedelta(days=800), TODAY, 30),
        requested(mine), deducted(mine, TODAY, "10.250"), deducted(mine, TODAY, "1.000", status="cancelled"),
    )  # fmt: skip
    answer = dashboard(api(person_token(role="worker", company_id=company_id, user_id=account)))
    assert "company" not in answer
    assert answer["own"] == {
        "leave_days": 2.0, "leaves_waiting": 1, "next_leave": TODAY.isoformat(), "deductions": 1,
        "deduction_amount": 10.25,
    }  # fmt: skip


def test_somebody_without_an_employment_has_an_empty_state_of_their_own(manager: Any) -> None:
    assert dashboard(manager)["own"] == {
        "leave_days": 0.0, "leaves_waiting": 0, "deductions": 0, "deduction_amount": 0.0,
    }  # fmt: skip


def test_an_administrator_sees_all_companies_or_one(
    api: Client, person_token: Callable[..., str], manager: Any, company_id: UUID
) -> None:
    tell(TODAY, hired(company_id, hire_date=TODAY), hired(other := uuid4(), hire_date=TODAY))
    chief = api(person_token(role="super_admin"))
    assert dashboard(chief)["company"]["headcount"] == 2
    assert dashboard(chief, company_id=str(other))["company"]["headcount"] == 1
    assert dashboard(manager, company_id=str(other))["company"]["headcount"] == 0


def test_the_page_costs_the_same_for_many_people(manager: Any, company_id: UUID) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            dashboard(manager)
        return len(captured)

    tell(TODAY, hired(company_id, hire_date=TODAY, department_id=uuid4()))
    few = queries()
    tell(TODAY, *[hired(company_id, hire_date=TODAY, department_id=uuid4()) for _ in range(50)])
    assert queries() == few
    assert few < 20


def test_nobody_sees_it_without_signing_in(api: Client) -> None:
    assert api().get("/dashboard").status_code == 401


def test_an_unknown_parameter_is_refused(manager: Any) -> None:
    assert manager.get("/dashboard?as_of=2026-01-01").status_code == 422
