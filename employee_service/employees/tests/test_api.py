"""The addresses of employees over HTTP: shapes, rights, bad input."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.choices import EmploymentStatus
from employee_service.employees.models import Employee
from employee_service.employees.tests.factories import DepartmentRefFactory
from employee_service.employees.tests.http import Sign, code, hired

pytestmark = pytest.mark.django_db


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["employee_id"] for row in answer.json()["employees"]]


def test_a_list_has_the_contracts_shape(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id, salary=Decimal("1234.500"), phone="55550000")
    body = sign_in().get("/employees").json()
    assert body["success"] is True
    assert body["pagination"] == {"page": 1, "limit": 20, "total": 1, "pages": 1, "next_cursor": None}
    [row] = body["employees"]
    assert row["id"] == str(employee.id)
    assert (row["salary"], row["is_active"], row["hire_date"]) == (1234.5, True, "2024-03-01")
    assert None not in row.values()


def test_pages_and_cursors_go_through_everybody_once(sign_in: Sign, company_id: UUID) -> None:
    expected = sorted(hired(company_id).number for _ in range(7))
    client = sign_in()
    assert numbers(client.get("/employees", {"page": 2, "limit": 3})) == expected[3:6]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get("/employees", {"cursor": cursor or "", "limit": "3"})
        seen += numbers(answer)
        cursor = answer.json()["pagination"]["next_cursor"]
    assert seen == expected


def test_pending_and_archived_records_are_not_listed_or_counted(sign_in: Sign, company_id: UUID) -> None:
    hired(company_id, pending=True)
    hired(company_id, left=True, archived=True)
    left = hired(company_id, left=True)
    client = sign_in()
    assert numbers(client.get("/employees")) == [left.number]
    assert client.get("/employees").json()["pagination"]["total"] == 1
    assert client.get("/statistics").json()["statistics"]["total_employees"] == 0


def test_a_pending_record_does_not_exist_for_anybody(sign_in: Sign, company_id: UUID) -> None:
    pending = hired(company_id, pending=True)
    for path in ("", "/profile", "/relationships"):
        assert code(sign_in().get(f"/employees/{pending.id}{path}")) == (404, "NOT_FOUND")


def test_filters_narrow_the_list(sign_in: Sign, company_id: UUID) -> None:
    department_id = uuid4()
    seller = hired(company_id, department_id=department_id, employment_type="part_time")
    away = hired(company_id, employment_status=EmploymentStatus.ON_LEAVE)
    off = hired(company_id, employment_status=EmploymentStatus.INACTIVE)
    client = sign_in()
    assert numbers(client.get("/employees", {"department_id": str(department_id)})) == [seller.number]
    assert numbers(client.get("/employees", {"employment_type": "part_time"})) == [seller.number]
    assert numbers(client.get("/employees", {"employment_status": "on_leave"})) == [away.number]
    assert numbers(client.get("/employees", {"is_active": "false"})) == [off.number]
    assert numbers(client.get("/employees", {"is_active": "true"})) == sorted([seller.number, away.number])


@pytest.mark.parametrize(
    "search", ["noura", "AL-SALEM", "salem", "نوره", "الصَّباح", "فهد الصباح", "hr-٧", "noura@", "5555"]
)
def test_search_finds_by_any_part_of_a_name_number_address_or_phone(
    sign_in: Sign, company_id: UUID, search: str
) -> None:
    employee = hired(
        company_id,
        number="HR-7",
        last_name="Al-Salem Salem",
        full_name_ar="نورة فهد الصباح",
        email="noura@example.com",
        phone="5555 0000",
    )
    hired(company_id, first_name="Other", last_name="Person")
    assert numbers(sign_in().get("/employees", {"search": search})) == [employee.number]


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"limit": 101},
        {"page": 0},
        {"department_id": "sales"},
        {"employment_status": "busy"},
        {"is_active": "perhaps"},
        {"cursor": "forged"},
        {"company_id": str(uuid4())},
    ],
)
def test_parameters_that_mean_nothing_are_refused(sign_in: Sign, query: dict[str, Any]) -> None:
    assert code(sign_in().get("/employees", query)) == (422, "VALIDATION_ERROR")


def test_a_list_costs_at_most_four_queries(sign_in: Sign, company_id: UUID) -> None:
    for _ in range(5):
        hired(company_id)
    client = sign_in()
    wanted: list[dict[str, str]] = [{}, {"search": "noura", "employment_status": "active"}]
    for query in wanted:
        with CaptureQueriesContext(connection) as queries:
            assert len(numbers(client.get("/employees", query))) == 5
        # The last one gives the test's own transaction its scope back.
        assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 4 + 1


def test_companies_do_not_see_each_other(sign_in: Sign, company_id: UUID) -> None:
    elsewhere = uuid4()
    foreign = hired(elsewhere)
    own = hired(company_id)
    client = sign_in()
    assert numbers(client.get("/employees")) == [own.number]
    bodies = set()
    for target in (foreign.id, uuid4()):
        answer = client.get(f"/employees/{target}")
        assert code(answer) == (404, "NOT_FOUND")
        bodies.add(str(answer.json()["error"]))
        assert code(client.put(f"/employees/{target}", {"position": "x"})) == (404, "NOT_FOUND")
        ending = {"termination_date": "2026-11-01"}
        assert code(client.delete(f"/employees/{target}", ending)) == (404, "NOT_FOUND")
        assert code(client.put(f"/employees/{target}/profile", {"skills": []})) == (404, "NOT_FOUND")
    assert len(bodies) == 1


def test_a_super_administrator_sees_every_company_or_the_named_one(sign_in: Sign, company_id: UUID) -> None:
    elsewhere = uuid4()
    own, foreign = hired(company_id), hired(elsewhere)
    client = sign_in("super_admin", company_id=None)
    assert set(numbers(client.get("/employees"))) == {own.number, foreign.number}
    assert numbers(client.get("/employees", {"company_id": str(elsewhere)})) == [foreign.number]
    assert numbers(client.get("/employees", {"search": "noura", "company_id": str(elsewhere)})) == [
        foreign.number
    ]
    assert client.get(f"/employees/{foreign.id}").status_code == 200
    assert code(client.get("/statistics")) == (422, "VALIDATION_ERROR")
    statistics = client.get("/statistics", {"company_id": str(elsewhere)}).json()["statistics"]
    assert (statistics["company_id"], statistics["total_employees"]) == (str(elsewhere), 1)


def test_a_token_without_a_company_is_refused(sign_in: Sign) -> None:
    assert code(sign_in(company_id=None).get("/employees")) == (403, "FORBIDDEN")


def test_a_supervisor_sees_reports_and_themselves_but_no_pay_of_others(
    sign_in: Sign, company_id: UUID
) -> None:
    user_id = uuid4()
    myself = hired(company_id, user_id=user_id, salary=Decimal(900))
    report = hired(company_id, manager_id=myself.id, salary=Decimal(500), civil_id="290010112345")
    stranger = hired(company_id)
    client = sign_in("supervisor", user_id=user_id)
    assert set(numbers(client.get("/employees"))) == {myself.number, report.number}
    salaries = {row["employee_id"]: row.get("salary") for row in client.get("/employees").json()["employees"]}
    assert salaries == {myself.number: 900.0, report.number: None}
    page = client.get(f"/employees/{report.id}").json()["employee"]
    assert not {"salary", "civil_id"} & page.keys()
    assert code(client.get(f"/employees/{stranger.id}")) == (404, "NOT_FOUND")
    statistics = client.get("/statistics").json()["statistics"]
    assert statistics["total_employees"] == 2
    assert not {"average_salary", "salary_range"} & statistics.keys()


def test_a_worker_sees_only_their_own_record_with_their_pay(sign_in: Sign, company_id: UUID) -> None:
    user_id = uuid4()
    myself = hired(company_id, user_id=user_id, salary=Decimal("350.125"), civil_id="290010112345")
    colleague = hired(company_id)
    client = sign_in("worker", user_id=user_id)
    assert code(client.get("/employees")) == (403, "FORBIDDEN")
    assert code(client.get("/statistics")) == (403, "FORBIDDEN")
    own = client.get("/employees/me").json()["employee"]
    assert (own["id"], own["salary"], own["civil_id"]) == (str(myself.id), 350.125, "290010112345")
    assert client.get(f"/employees/{myself.id}").json()["employee"] == own
    assert client.get(f"/employees/{myself.id}/profile").status_code == 200
    assert code(client.get(f"/employees/{colleague.id}")) == (404, "NOT_FOUND")
    assert code(client.put(f"/employees/{myself.id}", {"position": "Boss"})) == (403, "FORBIDDEN")


def test_pay_needs_the_right_to_see_pay(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id, salary=Decimal(500))
    without = sign_in("employee", permissions=["employees:view", "employees:edit"])
    assert "salary" not in without.get(f"/employees/{employee.id}").json()["employee"]
    assert "salary" in sign_in("employee").get(f"/employees/{employee.id}").json()["employee"]
    assert code(without.put(f"/employees/{employee.id}", {"salary": 1})) == (403, "FORBIDDEN")


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_only_managers_write(sign_in: Sign, company_id: UUID, role: str) -> None:
    employee = hired(company_id)
    client = sign_in(role)
    path = f"/employees/{employee.id}"
    answers = [
        client.post("/employees", {}),
        client.put(path, {}),
        client.delete(path, {}),
        client.put(f"{path}/profile", {}),
        client.post(f"{path}/relationships", {}),
    ]
    assert {code(answer) for answer in answers} == {(403, "FORBIDDEN")}


def test_a_change_over_http(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id)
    with company_scope(company_id):
        department = DepartmentRefFactory.create(company_id=company_id)
    answer = sign_in().put(
        f"/employees/{employee.id}",
        {
            "email": "New.Address@Example.com",
            "salary": 700.125,
            "department_id": str(department.department_id),
            "employment_status": "probation",
            "civil_id_expiry": "2027-01-31",
        },
    )
    assert answer.status_code == 200, answer.content
    body = answer.json()["employee"]
    assert body["email"] == "new.address@example.com"
    assert (body["salary"], body["employment_status"]) == (700.125, "probation")
    assert (body["department_id"], body["civil_id_expiry"]) == (str(department.department_id), "2027-01-31")


@pytest.mark.parametrize(
    "body",
    [
        {"position": 7},
        {"position": ""},
        {"position": "x" * 101},
        {"first_name": "a\u202eb"},
        {"email": "not an address"},
        {"email": None},
        {"salary": "500"},
        {"salary": -1},
        {"salary": 1.2345},
        {"salary": 1e300},
        {"salary": True},
        {"hire_date": "31/12/2021"},
        {"hire_date": "0000-00-00"},
        {"hire_date": "9999-12-31"},
        {"hire_date": None},
        {"department_id": "sales"},
        {"department_id": 7},
        {"employment_status": "terminated"},
        {"employment_type": ["contract"]},
        {"is_active": "yes"},
        {"is_active": True, "employment_status": "inactive"},
        {"unknown": 1},
        {"company_id": str(uuid4())},
        {"id": str(uuid4())},
    ],
)
def test_bad_values_change_nothing(sign_in: Sign, company_id: UUID, body: dict[str, Any]) -> None:
    employee = hired(company_id, salary=Decimal(500))
    answer = sign_in().put(f"/employees/{employee.id}", body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert set(answer.json()["error"]["details"]) <= body.keys()
    with all_companies("looking at everything"):
        assert Employee.objects.get().version == employee.version
        assert not EventRecord.objects.exists()


def test_an_address_of_a_colleague_conflicts(sign_in: Sign, company_id: UUID) -> None:
    colleague, employee = hired(company_id), hired(company_id)
    answer = sign_in().put(f"/employees/{employee.id}", {"email": colleague.email})
    assert code(answer) == (409, "EMPLOYEE_EXISTS")


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (b'{"position": ', "application/json", (400, "MALFORMED_REQUEST")),
        (b'["position"]', "application/json", (400, "MALFORMED_REQUEST")),
        (b'{"position": "\\u0000"}', "application/json", (400, "MALFORMED_REQUEST")),
        (b'{"position": "\\ud800"}', "application/json", (400, "MALFORMED_REQUEST")),
        (b'{"salary": 1e400}', "application/json", (400, "MALFORMED_REQUEST")),
        (b'{"salary": NaN}', "application/json", (400, "MALFORMED_REQUEST")),
        (b'{"position": "' + b"x" * 2_000_000 + b'"}', "application/json", (413, "PAYLOAD_TOO_LARGE")),
        (b"position=x", "application/x-www-form-urlencoded", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
def test_bodies_that_cannot_be_read(
    sign_in: Sign, company_id: UUID, content: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    employee = hired(company_id)
    answer = sign_in().put(f"/employees/{employee.id}", content, content_type=content_type)
    assert code(answer) == expected


def test_nobody_gets_in_without_a_good_token(api: Callable[..., APIClient], company_id: UUID) -> None:
    for client in (api(None), api("eyJhbGciOiJub25lIn0.e30.")):
        for answer in (client.get("/employees"), client.post("/employees", {}), client.get("/statistics")):
            assert code(answer) == (401, "UNAUTHENTICATED")


def test_an_end_over_http(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id)
    client, path = sign_in(), f"/employees/{employee.id}"
    assert code(client.delete(path, {})) == (422, "VALIDATION_ERROR")
    assert code(client.delete(path, {"termination_date": "2019-01-01"})) == (422, "VALIDATION_ERROR")
    answer = client.delete(path, {"termination_date": "2026-11-01", "reason": "resignation"})
    assert answer.status_code == 200, answer.content
    assert employee.number in answer.json()["message"]
    page = client.get(path).json()["employee"]
    assert (page["employment_status"], page["is_active"]) == ("terminated", False)
    assert (page["termination_date"], page["termination_reason"]) == ("2026-11-01", "resignation")
    assert code(client.delete(path, {"termination_date": "2026-11-01"})) == (409, "EMPLOYMENT_ENDED")


def test_a_profile_is_empty_until_it_is_written(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id)
    client, path = sign_in(), f"/employees/{employee.id}/profile"
    empty = client.get(path).json()["profile"]
    assert (empty["employee_id"], empty["skills"], empty["address"]) == (str(employee.id), [], {})
    written = {
        "date_of_birth": "1990-05-17",
        "gender": "female",
        "address": {"street": "شارع 5", "city": "السالمية", "country": "Kuwait"},
        "emergency_contact_name": "Fahad",
        "skills": ["Excel", "خياطة"],
        "certifications": [],
        "education": [{"degree": "BSc", "field": "Accounting", "graduation_year": 2012}],
        "work_experience": [{"company": "Elsewhere", "start_date": "2013-01-01", "end_date": "2020-01-01"}],
    }
    answer = client.put(path, written)
    assert answer.status_code == 200, answer.content
    profile = client.get(path).json()["profile"]
    assert {name: profile[name] for name in written} == written
    with all_companies("looking at everything"):
        event = EventRecord.objects.get()
    assert event.type == "employee.updated"
    assert "profile.skills" in event.payload["changed"]
    assert "Excel" not in str(event.payload)


@pytest.mark.parametrize(
    "body",
    [
        {"date_of_birth": "2999-01-01"},
        {"gender": "unknown"},
        {"address": "somewhere"},
        {"address": {"planet": "Mars"}},
        {"skills": "Excel"},
        {"skills": [1]},
        {"education": [{"degree": "BSc", "colour": "red"}]},
        {"notes": "HR's own"},
    ],
)
def test_bad_profiles_are_refused(sign_in: Sign, company_id: UUID, body: dict[str, Any]) -> None:
    employee = hired(company_id)
    assert code(sign_in().put(f"/employees/{employee.id}/profile", body)) == (422, "VALIDATION_ERROR")


def test_lines_to_others_over_http(sign_in: Sign, company_id: UUID) -> None:
    employee, mentor = hired(company_id), hired(company_id)
    client, path = sign_in(), f"/employees/{employee.id}/relationships"
    wanted = {"related_employee_id": str(mentor.id), "kind": "mentor", "start_date": "2026-01-01"}
    answer = client.post(path, wanted)
    assert answer.status_code == 201, answer.content
    line = answer.json()["relationship"]
    assert client.get(path).json()["relationships"] == [line]
    assert code(client.post(path, wanted)) == (409, "RELATIONSHIP_EXISTS")
    assert code(client.post(path, {**wanted, "kind": "friend"})) == (422, "VALIDATION_ERROR")
    ended = client.delete(f"{path}/{line['id']}").json()["relationship"]
    assert ended["end_date"] == timezone.localdate().isoformat()
    assert code(client.delete(f"{path}/{line['id']}")) == (404, "NOT_FOUND")


def test_the_statistics_agree_with_the_list(sign_in: Sign, company_id: UUID) -> None:
    today = timezone.localdate()
    department_id = uuid4()
    hired(company_id, department_id=department_id, salary=Decimal(400), hire_date=today)
    hired(company_id, employment_type="contract", salary=Decimal("500.002"))
    hired(company_id, employment_status=EmploymentStatus.INACTIVE)
    hired(company_id, left=True, termination_date=today, salary=Decimal(9000))
    hired(company_id, left=True, termination_date=today - timedelta(days=70))
    statistics = sign_in().get("/statistics").json()["statistics"]
    assert statistics.pop("last_updated")
    assert statistics == {
        "company_id": str(company_id),
        "total_employees": 3,
        "active_employees": 2,
        "new_hires_this_month": 1,
        "terminations_this_month": 1,
        "average_salary": 450.001,
        "salary_range": {"min": 400.0, "max": 500.002},
        "department_distribution": {str(department_id): 1},
        "employment_type_distribution": {"full_time": 2, "contract": 1},
    }


def test_addresses_that_are_none_get_the_error_envelope(sign_in: Sign) -> None:
    for path in ("/employees/not-a-uuid", "/employee", "/sagas/7"):
        assert code(sign_in().get(path)) == (404, "NOT_FOUND")
