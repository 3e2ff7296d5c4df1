"""Erasure keeps what the law has kept and says so; the rest goes in every service."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from rest_framework.test import APIClient

from common.days import today
from common.messaging.models import EventRecord
from common.privacy.models import Erasure
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.choices import EmploymentStatus, HistoryKind, Lifecycle
from employee_service.employees.models import (
    Employee,
    EmployeeProfile,
    EmploymentEvent,
    Leave,
    SearchTerm,
    Violation,
)
from employee_service.employees.tests.factories import LeaveFactory, ViolationFactory
from employee_service.employees.tests.http import code, done, hired
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.tasks import advance_person_requests
from employee_service.person_requests.tests.neighbours import LONG_AGO, OTHERS, Others
from employee_service.person_requests.tests.test_exports import ADDRESS, asked_for

pytestmark = pytest.mark.django_db
PERSONAL = {"civil_id": "286010112344", "passport_number": "P7654321", "salary": Decimal("850.500")}


def gone_since(company_id: UUID, last_day: Any, **fields: Any) -> Employee:
    left = {
        "lifecycle": Lifecycle.ENDED,
        "employment_status": EmploymentStatus.TERMINATED,
        "termination_date": last_day,
        "hire_date": LONG_AGO,
    }
    employee = hired(company_id, **left, **PERSONAL, **fields)
    about: dict[str, Any] = {"company_id": company_id, "employee": employee}
    with company_scope(company_id):
        EmployeeProfile.objects.create(**about, notes="Left-handed")
        LeaveFactory.create(**about, reason="Operation")
        ViolationFactory.create(**about, description="Slept")
        EmploymentEvent.objects.create(**about, kind=HistoryKind.HIRED, effective_date=LONG_AGO)
        EventRecord.objects.bulk_create(
            [
                EventRecord(
                    type="employee.hired",
                    aggregate_id=employee.id,
                    company_id=company_id,
                    payload={
                        "employee_id": str(employee.id),
                        "first_name": "Noura",
                        "position": "Accountant",
                    },
                )
            ]
        )
    return employee


def reread(employee: Employee) -> Employee:
    with all_companies("test"):
        return Employee.objects.get(pk=employee.pk)


def test_somebody_who_works_here_is_not_erased(manager: APIClient, company_id: UUID) -> None:
    body = {"employee_id": str(hired(company_id).id), "kind": "erasure", "reason": "They asked for it"}
    assert code(manager.post(ADDRESS, body)) == (409, "STILL_EMPLOYED")


def test_within_the_time_of_keeping_the_record_stays_and_the_answer_says_until_when(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    last_day = today() - timedelta(days=365)
    employee = gone_since(company_id, last_day)
    request = asked_for(manager, employee.id, "erasure")
    advance_person_requests()
    shown = done(manager.get(f"{ADDRESS}/{request}"))["request"]
    until = (last_day + timedelta(days=7 * 365)).isoformat()
    assert (shown["state"], shown["keep_until"]) == ("done", until)
    own = next(part for part in shown["parts"] if part["service"] == "employee")
    kept = {line["holding"]: line for line in own["lines"] if line["fate"] == "kept"}
    assert kept["employment"]["until"] == until
    assert "law" in kept["employment"]["reason"]
    after = reread(employee)
    assert (after.first_name, after.civil_id, after.salary) == ("Noura", "286010112344", Decimal("850.500"))
    assert (after.email, after.phone) == ("", "")
    with all_companies("test"):
        assert not EmployeeProfile.objects.filter(employee=employee).exists()
    assert all(body["keep_until"] == until for _service, _what, body in others.asked)


def test_after_the_time_of_keeping_nothing_says_who_the_person_was(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    employee = gone_since(company_id, LONG_AGO)
    request = asked_for(manager, employee.id, "erasure")
    advance_person_requests()
    assert done(manager.get(f"{ADDRESS}/{request}"))["request"]["state"] == "done"
    after = reread(employee)
    assert (after.first_name, after.last_name, after.nationality) == ("—", "", "")
    assert (after.civil_id, after.passport_number, after.salary) == ("", "", None)
    assert after.termination_date == LONG_AGO
    with all_companies("test"):
        assert Leave.objects.get(employee=employee).reason == ""
        assert Violation.objects.get(employee=employee).description == "—"
        assert not EmploymentEvent.objects.filter(employee=employee).exists()
        assert not SearchTerm.objects.filter(employee=employee).exists()
        told = EventRecord.objects.filter(aggregate_id=employee.id).order_by("id")
        assert [(event.type, event.payload["first_name"]) for event in told] == [
            ("employee.hired", ""),
            ("employee.updated", ""),
        ]
        assert told[0].payload["position"] == "Accountant"


def test_the_account_service_is_asked_first_and_the_others_hear_what_it_decided(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    others.down = {"auth"}
    asked_for(manager, gone_since(company_id, LONG_AGO).id, "erasure")
    advance_person_requests()
    assert others.asked == []
    others.down = set()
    with all_companies("test"):
        RequestPart.objects.filter(service="auth").update(due_at="2026-01-01T00:00Z")
    advance_person_requests()
    assert next(service for service, _what, _body in others.asked) == "auth"
    assert {service: body["account"] for service, _what, body in others.asked} == {
        "auth": False, **dict.fromkeys(set(OTHERS) - {"auth"}, True)
    }  # fmt: skip


def test_an_order_that_comes_twice_is_carried_out_once(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    employee = gone_since(company_id, LONG_AGO)
    request = UUID(asked_for(manager, employee.id, "erasure"))
    advance_person_requests()
    before = reread(employee).version
    with all_companies("test"):
        first = RequestPart.objects.get(request_id=request, service="employee").lines
        # As if the process had been killed after the work and before the answer was written.
        RequestPart.objects.filter(request_id=request, service="employee").update(
            finished_at=None, due_at="2026-01-01T00:00Z", lines=[]
        )
        PersonRequest.objects.filter(pk=request).update(state="running", finished_at=None)
    advance_person_requests()
    with all_companies("test"):
        assert RequestPart.objects.get(request_id=request, service="employee").lines == first
        assert Erasure.objects.filter(pk=request).count() == 1
    assert reread(employee).version == before


def test_the_night_asks_for_the_erasure_of_those_whose_time_is_over(company_id: UUID, others: Others) -> None:
    old = gone_since(company_id, today() - timedelta(days=7 * 365 + 2))
    young = gone_since(company_id, today() - timedelta(days=7 * 365 - 2))
    carry_out_retention()
    carry_out_retention()
    with all_companies("test"):
        asked = list(PersonRequest.objects.values_list("employee_id", "kind"))
    assert asked == [(old.id, "retention")]
    advance_person_requests()
    assert reread(old).first_name == "—"
    assert reread(young).first_name == "Noura"
    carry_out_retention()
    with all_companies("test"):
        assert PersonRequest.objects.count() == 1


def test_leaves_go_five_years_after_their_last_day(company_id: UUID) -> None:
    employee = hired(company_id, hire_date=LONG_AGO)
    with company_scope(company_id):
        for age in (5 * 365 + 2, 5 * 365 - 2):
            day = today() - timedelta(days=age)
            LeaveFactory.create(company_id=company_id, employee=employee, start_date=day, end_date=day)
    carry_out_retention()
    with all_companies("test"):
        left = [leave.end_date for leave in Leave.objects.filter(employee=employee)]
    assert left == [today() - timedelta(days=5 * 365 - 2)]


def test_the_record_of_somebody_who_works_here_cannot_be_removed_by_the_erasures_function(
    company_id: UUID,
) -> None:
    employee = hired(company_id)
    with company_scope(company_id), connection.cursor() as cursor:
        EmploymentEvent.objects.create(
            company_id=company_id, employee=employee, kind=HistoryKind.HIRED, effective_date=LONG_AGO
        )
        cursor.execute("SELECT count(*) FROM forget_employment_events(%s::uuid[])", [[employee.id]])
        assert cursor.fetchone() == (0,)
