"""The pages of HR staff."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.messaging.models import EventRecord
from common.reference.models import CompanyRef
from common.sagas.models import SagaInstance
from common.security.tenancy import all_companies, company_scope
from common.staff.site import LAST
from common.testing.staff import sign_in
from employee_service.employees.choices import EmploymentStatus, Lifecycle
from employee_service.employees.models import AgreedPay, Employee, EmployeeProfile
from employee_service.employees.tests.factories import DepartmentRefFactory, EmployeeFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/employees/employee/"
SECTIONS = ("relationships", "leaves", "deductions", "violations", "performancereviews", "history")


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def manager(browser: Client, company_id: UUID) -> Client:
    sign_in(browser, role="company_manager", company_id=company_id)
    return browser


def hired(company_id: UUID, **fields: Any) -> Employee:
    with company_scope(company_id):
        return EmployeeFactory.create(company_id=company_id, **fields)


def department(company_id: UUID, **fields: Any) -> UUID:
    with company_scope(company_id):
        created = DepartmentRefFactory.create(company_id=company_id, **fields)
    key: UUID = created.department_id
    return key


def reread(employee: Employee) -> Employee:
    with all_companies("looking at everything"):
        return Employee.objects.get(id=employee.id)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def page_of(employee: Employee) -> str:
    return f"{LIST}{employee.id}/change/"


def form_of(employee: Employee, **changes: Any) -> dict[str, Any]:
    """What the browser sends when the page of ``employee`` is saved."""
    names = (
        "first_name", "last_name", "full_name_ar", "full_name_en", "employee_type", "nationality", "email",
        "phone", "position", "employment_type", "employment_status", "civil_id", "passport_number",
        "residence_number",
    )  # fmt: skip
    return {
        **{name: getattr(employee, name) for name in names},
        "hire_date": employee.hire_date.isoformat() if employee.hire_date else "",
        "salary": employee.salary if employee.salary is not None else "",
        "department_id": employee.department_id or "",
        "manager": employee.manager_id or "",
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "0",
        "profile-MIN_NUM_FORMS": "0",
        "profile-MAX_NUM_FORMS": "1",
        **{f"{section}-{kind}_FORMS": "0" for section in SECTIONS for kind in ("TOTAL", "INITIAL")},
        **changes,
    }


def test_the_list_shows_names_and_the_next_expiry_and_masks_papers(manager: Client, company_id: UUID) -> None:
    hired(
        company_id,
        number="HR-1",
        full_name_ar="نورة السالم",
        department_id=department(company_id, name="Tailoring"),
        civil_id="290010112345",
        civil_id_expiry=timezone.localdate() + timedelta(days=12),
        salary=Decimal("777.500"),
    )
    page = text(manager.get(LIST))
    for shown in ("HR-1", "Noura Al-Salem", "نورة السالم", "Tailoring", "••••345", ">12<"):
        assert shown in page
    for hidden in ("290010112345", "777.5"):
        assert hidden not in page


def test_an_arabic_reader_sees_arabic_names(manager: Client, company_id: UUID) -> None:
    hired(company_id, department_id=department(company_id, name="Sales", name_ar="المبيعات"))
    assert "المبيعات" in text(manager.get(LIST, headers={"Accept-Language": "ar"}))


def test_the_list_costs_the_same_for_one_and_for_many(manager: Client, company_id: UUID) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(manager.get(LIST))
        return len(queries)

    boss = hired(company_id, department_id=department(company_id))
    text(manager.get(LIST))  # the first request of a session also writes the session
    alone = count()
    for _ in range(30):
        hired(company_id, manager_id=boss.id, department_id=department(company_id))
    assert count() == alone <= 12


def test_the_list_begins_with_those_who_work_here(manager: Client, company_id: UUID) -> None:
    hired(company_id, number="CURRENT")
    hired(company_id, number="FORMER", left=True)
    hired(company_id, number="FILED", left=True, archived=True)
    hired(company_id, number="COMING", pending=True)
    found = {
        choice: [
            number
            for number in ("CURRENT", "FORMER", "FILED", "COMING")
            if number in text(manager.get(LIST, {"employment": choice} if choice else {}))
        ]
        for choice in ("", "left", "archived", "all")
    }
    assert found == {
        "": ["CURRENT"],
        "left": ["FORMER"],
        "archived": ["FILED"],
        "all": ["CURRENT", "FORMER", "FILED"],
    }


def test_staff_see_whom_the_api_shows_them(browser: Client, company_id: UUID) -> None:
    user_id = uuid4()
    own = hired(company_id, user_id=user_id, number="OWN")
    hired(company_id, number="REPORT", manager_id=own.id, civil_id="290010112345", salary=Decimal("333"))
    stranger = hired(company_id, number="STRANGER")
    foreign = hired(uuid4(), number="FOREIGN")
    sign_in(browser, role="supervisor", company_id=company_id, id=user_id)
    page = text(browser.get(LIST))
    shown = [number for number in ("OWN", "REPORT", "STRANGER", "FOREIGN") if number in page]
    assert shown == ["OWN", "REPORT"]
    assert "••••345" not in page
    for hidden in (stranger, foreign):
        assert browser.get(page_of(hidden)).status_code == 302


def test_filters_and_their_choices_stay_within_the_company(manager: Client, company_id: UUID) -> None:
    sales = department(company_id, name="Sales")
    department(uuid4(), name="Elsewhere")
    hired(company_id, number="SELLER", department_id=sales)
    hired(company_id, number="LATE", passport_expiry=date(2020, 1, 1))
    page = text(manager.get(LIST))
    assert "Sales" in page
    assert "Elsewhere" not in page
    for query, number in (
        ({"department": str(sales)}, "SELLER"),
        ({"department": "none"}, "LATE"),
        ({"expiry": "0"}, "LATE"),
    ):
        page = text(manager.get(LIST, query))
        assert [name for name in ("SELLER", "LATE") if name in page] == [number]
    assert "SELLER" not in text(manager.get(LIST, {"department": "not an id"}))


def test_a_super_administrator_sees_and_chooses_companies(browser: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        CompanyRef.objects.create(company_id=company_id, name="Textiles", name_folded="textiles")
    hired(company_id, number="HERE")
    hired(uuid4(), number="THERE")
    sign_in(browser, role="super_admin")
    page = text(browser.get(LIST))
    assert ("HERE" in page, "THERE" in page, "Textiles" in page) == (True, True, True)
    page = text(browser.get(LIST, {"company": str(company_id)}))
    assert ("HERE" in page, "THERE" in page) == (True, False)


@pytest.mark.parametrize("search", ["سالم", "al-sal", "hr-1", "290010112345", "a1234567"])
def test_search_forgives_spelling_and_knows_papers(manager: Client, company_id: UUID, search: str) -> None:
    hired(
        company_id,
        number="HR-1",
        full_name_ar="نورة سالم",
        civil_id="290010112345",
        passport_number="a1234567",
    )
    hired(company_id, number="OTHER", first_name="X", last_name="Y")
    page = text(manager.get(LIST, {"q": search}))
    assert ("HR-1" in page, "OTHER" in page) == (True, False)


def test_a_search_may_be_longer_than_any_papers_number(manager: Client, company_id: UUID) -> None:
    address = f"{'noura' * 10}@example.com"
    hired(company_id, number="HR-1", email=address)
    assert "HR-1" in text(manager.get(LIST, {"q": address}))


def test_autocomplete_offers_present_colleagues_only(manager: Client, company_id: UUID) -> None:
    employee = hired(company_id, number="A-1")
    hired(company_id, number="A-2", left=True)
    hired(company_id, number="A-3", pending=True)
    hired(uuid4(), number="A-4")
    query = {"app_label": "employees", "model_name": "employee", "field_name": "manager", "term": "a-"}
    answer = manager.get("/admin/autocomplete/", query)
    assert [row["id"] for row in answer.json()["results"]] == [str(employee.id)]


def test_saving_the_page_changes_through_the_service(manager: Client, company_id: UUID) -> None:
    sales, boss = department(company_id), hired(company_id)
    employee = hired(company_id, salary=Decimal("500.000"))
    changes = form_of(
        employee,
        position="Head of sales",
        salary="650.250",
        department_id=str(sales),
        manager=str(boss.id),
        **{"profile-0-skills": "Excel,خياطة", "profile-0-city": "Hawally"},
    )
    answer = manager.post(page_of(employee), changes)
    assert answer.status_code == 302, text(answer)
    changed = reread(employee)
    assert (changed.position, changed.salary) == ("Head of sales", Decimal("650.250"))
    assert (changed.department_id, changed.manager_id) == (sales, boss.id)
    with all_companies("looking at everything"):
        profile = EmployeeProfile.objects.get(employee=employee)
        names = list(EventRecord.objects.order_by("id").values_list("type", flat=True))
    assert (profile.skills, profile.address) == (["Excel", "خياطة"], {"city": "Hawally"})
    assert names == ["employee.updated", "employee.transferred", "employee.updated"]


def test_saving_an_unchanged_page_tells_nothing(manager: Client, company_id: UUID) -> None:
    employee = hired(company_id, department_id=department(company_id))
    assert manager.post(page_of(employee), form_of(employee)).status_code == 302
    with all_companies("looking at everything"):
        assert not EventRecord.objects.exists()


def test_a_refusal_of_the_service_is_shown_and_nothing_changes(manager: Client, company_id: UUID) -> None:
    employee = hired(company_id)
    changes = form_of(employee, employment_status=EmploymentStatus.TERMINATED)
    manager.post(page_of(employee), changes)
    assert reread(employee).version == employee.version


def test_pay_is_shown_to_whom_it_concerns(browser: Client, company_id: UUID) -> None:
    employee = hired(company_id, salary=Decimal("777.500"), civil_id="290010112345")
    sign_in(browser, role="employee", company_id=company_id, permissions=["employees:view"])
    page = text(browser.get(page_of(employee)))
    assert "777.5" not in page
    assert "290010112345" not in page
    other = Client()
    sign_in(other, role="employee", company_id=company_id)
    assert "777.500" in text(other.get(page_of(employee)))


def test_who_may_only_look_changes_nothing(browser: Client, company_id: UUID) -> None:
    employee = hired(company_id)
    sign_in(browser, role="employee", company_id=company_id)
    assert "End the employment" not in text(browser.get(page_of(employee)))
    assert browser.post(page_of(employee), form_of(employee, position="Boss")).status_code == 403
    assert browser.get(f"{LIST}add/").status_code == 403
    browser.post(LIST, {"action": "terminate", "_selected_action": str(employee.id), "confirmed": "1"})
    assert reread(employee).version == employee.version


def test_nobody_is_deleted(manager: Client, company_id: UUID) -> None:
    employee = hired(company_id)
    assert manager.get(f"{LIST}{employee.id}/delete/").status_code == 403


def test_an_end_asks_for_the_last_day_and_a_reason(manager: Client, company_id: UUID) -> None:
    chosen, other = hired(company_id, number="CHOSEN"), hired(company_id)
    action = {"action": "terminate", "_selected_action": str(chosen.id)}
    assert "End the employment" in text(manager.get(page_of(chosen)))
    page = text(manager.post(LIST, action))
    assert "CHOSEN" in page
    assert 'name="last_day"' in page
    page = text(manager.post(LIST, {**action, "confirmed": "1", "last_day": "2026-11-30"}))
    assert "This field is required." in page
    confirmed = {**action, "confirmed": "1", "last_day": "2026-11-30", "reason": "resignation"}
    assert manager.post(f"{LIST}?o=1", confirmed)["Location"].endswith(f"{LIST}?o=1")
    assert (reread(chosen).lifecycle, reread(chosen).termination_reason) == (Lifecycle.ENDED, "resignation")
    assert reread(other).lifecycle == Lifecycle.CURRENT


def test_all_selected_employments_end_or_none(manager: Client, company_id: UUID) -> None:
    early, late = hired(company_id), hired(company_id, hire_date=date(2026, 11, 1))
    manager.post(
        LIST,
        {
            "action": "terminate",
            "_selected_action": [str(early.id), str(late.id)],
            "confirmed": "1",
            "last_day": "2026-01-01",
            "reason": "closure",
        },
    )
    assert reread(early).lifecycle == reread(late).lifecycle == Lifecycle.CURRENT


def test_a_former_employee_is_archived(manager: Client, company_id: UUID) -> None:
    former = hired(company_id, left=True)
    manager.post(f"{LIST}?employment=left", {"action": "archive", "_selected_action": str(former.id)})
    assert reread(former).archived


HIRE = {
    "first_name": "Khalid",
    "last_name": "Al-Mutairi",
    "email": "Khalid@Example.com",
    "position": "Driver",
    "hire_date": "2026-11-22",
    "employment_type": "full_time",
    "salary": "400.500",
}


def test_adding_an_employee_starts_the_saga_and_leads_to_its_page(manager: Client, company_id: UUID) -> None:
    assert 'name="company"' not in text(manager.get(f"{LIST}add/"))
    answer = manager.post(f"{LIST}add/", HIRE)
    with all_companies("looking at everything"):
        saga = SagaInstance.objects.get()
        assert not Employee.with_pending.exists()
    assert answer["Location"] == f"/admin/sagas/sagainstance/{saga.id}/change/"
    assert saga.company_id == company_id
    assert (saga.data["employee"]["email"], saga.data["employee"]["salary"]) == ("khalid@example.com", None)
    with all_companies("looking at everything"):
        assert AgreedPay.objects.get().salary == Decimal("400.500")
    assert text(manager.get(answer["Location"]))


def test_a_hire_lacks_nothing(manager: Client) -> None:
    page = text(manager.post(f"{LIST}add/", {**HIRE, "email": "", "hire_date": ""}))
    assert page.count("This field is required.") == 2
    with all_companies("looking at everything"):
        assert not SagaInstance.objects.exists()


def test_a_super_administrator_hires_into_a_company(browser: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        CompanyRef.objects.create(company_id=company_id, name="Textiles", name_folded="textiles")
    sign_in(browser, role="super_admin")
    assert browser.post(f"{LIST}add/", {**HIRE, "company": str(company_id)}).status_code == 302
    with all_companies("looking at everything"):
        assert SagaInstance.objects.get().company_id == company_id


def test_the_filter_of_sagas_speaks_as_the_list_does(client: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        SagaInstance.objects.create(
            name="create_employee", version="1", company_id=company_id, data={}, deadline_at=timezone.now()
        )
    sign_in(client, role="super_admin")
    page = client.get("/admin/sagas/sagainstance/").content.decode()
    assert "create_employee</a>" not in page
    assert "Hire</a>" in page


def test_what_people_come_for_stands_first(browser: Client) -> None:
    sign_in(browser, role="super_admin")
    shown = [app["app_label"] for app in browser.get("/admin/").context["app_list"]]
    last = [label for label in shown if label in LAST]
    assert last == [label for label in LAST if label in shown]
    assert shown[-len(last) :] == last
    assert {"employees", "person_requests"} <= set(shown[: -len(last)])
