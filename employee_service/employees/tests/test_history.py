"""The dated record of an employment, and who reports to whom."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from common.days import today
from common.observability.context import work_context
from common.sagas.models import SagaInstance
from common.sagas.registry import Finished
from common.security.tenancy import company_scope
from employee_service.employees.choices import EmploymentStatus, HistoryKind, RelationshipKind
from employee_service.employees.models import Employee, EmploymentEvent
from employee_service.employees.services.employment import (
    department_forget,
    employee_terminate,
    employee_update,
)
from employee_service.employees.services.hiring import employees_activate
from employee_service.employees.services.imports.employees import employees_import
from employee_service.employees.services.imports.values import ImportedEmployee
from employee_service.employees.services.relationships import relationship_add, relationship_end
from employee_service.employees.tests.factories import DepartmentRefFactory, EmployeeFactory, command
from employee_service.employees.tests.http import Sign, code, done, hired
from employee_service.sagas.create_employee import CreateEmployeeData

pytestmark = pytest.mark.django_db


def recorded(employee: Employee) -> list[tuple[str, date, str, str]]:
    """Kind, day, and the values before and after, oldest first."""
    entries = EmploymentEvent.objects.filter(employee=employee).order_by("id")
    return list(entries.values_list("kind", "effective_date", "old_value", "new_value"))


class TestWriting:
    @pytest.fixture(autouse=True)
    def _in_scope(self, db: None, company_id: UUID) -> Iterator[None]:
        with company_scope(company_id):
            yield

    def test_a_hire_is_the_first_entry_by_whoever_hired(self, company_id: UUID) -> None:
        manager = uuid4()
        pending = EmployeeFactory.create(company_id=company_id, pending=True, hire_date=date(2026, 11, 1))
        saga = SagaInstance(
            id=uuid4(), name="create_employee", version="1", company_id=company_id, actor_id=manager
        )
        data = CreateEmployeeData(employee=command(company_id, employee_id=pending.id))
        employees_activate([Finished(saga, data, {})])
        assert recorded(pending) == [("hired", date(2026, 11, 1), "", "Accountant")]
        assert EmploymentEvent.objects.get().actor_id == manager

    def test_each_change_of_the_employment_is_an_entry(self, company_id: UUID) -> None:
        actor, boss = uuid4(), EmployeeFactory.create(company_id=company_id)
        department = DepartmentRefFactory.create(company_id=company_id)
        employee = EmployeeFactory.create(company_id=company_id, salary=Decimal("500.000"))
        with work_context(request_id=None, actor_id=actor):
            employee_update(
                employee_id=employee.id,
                changes={
                    "position": "Head of sales",
                    "salary": Decimal("650.250"),
                    "department_id": department.department_id,
                    "manager_id": boss.id,
                    "employment_status": EmploymentStatus.PROBATION,
                    "employment_type": "contract",
                    "phone": "5555",
                },
                reason="promotion",
            )
        assert {(kind, old, new) for kind, _day, old, new in recorded(employee)} == {
            ("position_changed", "Accountant", "Head of sales"),
            ("pay_changed", "", ""),
            ("transferred", "", str(department.department_id)),
            ("manager_changed", "", str(boss.id)),
            ("status_changed", "active", "probation"),
            ("employment_type_changed", "full_time", "contract"),
        }
        entries = EmploymentEvent.objects.all()
        assert set(entries.values_list("reason", "actor_id", "effective_date")) == {
            ("promotion", actor, today())
        }
        pay = entries.get(kind=HistoryKind.PAY_CHANGED)
        assert (pay.old_salary, pay.new_salary) == (Decimal("500.000"), Decimal("650.250"))

    def test_a_change_may_count_from_an_earlier_day(self, company_id: UUID) -> None:
        employee = EmployeeFactory.create(company_id=company_id)
        day = date(2026, 1, 1)
        employee_update(employee_id=employee.id, changes={"position": "Cashier"}, effective_date=day)
        assert recorded(employee) == [("position_changed", day, "Accountant", "Cashier")]

    def test_what_is_the_same_already_makes_no_entry(self, company_id: UUID) -> None:
        employee = EmployeeFactory.create(company_id=company_id, salary=Decimal("500.000"))
        employee_update(employee_id=employee.id, changes={"salary": Decimal(500), "phone": "1"})
        assert recorded(employee) == []

    def test_an_end_is_an_entry_of_the_last_day(self, company_id: UUID) -> None:
        employee = EmployeeFactory.create(company_id=company_id)
        employee_terminate(employee_id=employee.id, last_day=date(2026, 12, 31), reason="resignation")
        assert recorded(employee) == [("terminated", date(2026, 12, 31), "active", "terminated")]
        assert EmploymentEvent.objects.get().reason == "resignation"

    def test_a_manager_who_comes_by_a_line_is_an_entry(self, company_id: UUID) -> None:
        employee, boss = EmployeeFactory.create_batch(2, company_id=company_id)
        line = relationship_add(
            employee_id=employee.id, related_employee_id=boss.id, kind=RelationshipKind.MANAGER
        )
        relationship_end(employee_id=employee.id, relationship_id=line.id)
        assert recorded(employee) == [
            ("manager_changed", today(), "", str(boss.id)),
            ("manager_changed", today(), str(boss.id), ""),
        ]

    def test_a_department_that_goes_is_an_entry_for_its_people(self, company_id: UUID) -> None:
        department_id = uuid4()
        employee = EmployeeFactory.create(company_id=company_id, department_id=department_id)
        department_forget(company_id=company_id, department_id=department_id)
        assert recorded(employee) == [("transferred", today(), str(department_id), "")]

    def test_an_import_records_the_days_that_it_knows(self, company_id: UUID) -> None:
        row: dict[str, Any] = {"company_id": company_id, "first_name": "Sara", "position": "Tailor"}
        ended: dict[str, Any] = {"employment_status": EmploymentStatus.TERMINATED}
        known, left, unknown = (uuid4() for _ in range(3))
        employees_import(
            [
                ImportedEmployee(id=known, old_id="1", user_id=uuid4(), hire_date=date(2019, 1, 1), **row),
                ImportedEmployee(
                    id=left, old_id="2", user_id=uuid4(), hire_date=date(2018, 1, 1), **row, **ended
                ),
                ImportedEmployee(id=unknown, old_id="3", user_id=uuid4(), **row),
            ]
        )
        by_id = {employee.id: recorded(employee) for employee in Employee.objects.all()}
        assert by_id == {
            known: [("hired", date(2019, 1, 1), "", "Tailor")],
            left: [("hired", date(2018, 1, 1), "", "Tailor")],
            unknown: [],
        }
        employee_update(employee_id=unknown, changes={"hire_date": date(2019, 3, 1)})
        employee_update(employee_id=unknown, changes={"hire_date": date(2019, 4, 1)})
        assert recorded(Employee.objects.get(id=unknown)) == [
            ("hired", date(2019, 3, 1), "", "Tailor"),
            ("hire_date_changed", today(), "2019-03-01", "2019-04-01"),
        ]

    def test_a_change_that_is_refused_leaves_no_entry(self, company_id: UUID) -> None:
        taken = EmployeeFactory.create(company_id=company_id)
        employee = EmployeeFactory.create(company_id=company_id)
        with pytest.raises(Exception, match="employed"):
            employee_update(employee_id=employee.id, changes={"email": taken.email, "position": "Boss"})
        assert recorded(employee) == []


def history(answer: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = done(answer)["history"]
    return rows


class TestReading:
    @pytest.fixture
    def employee(self, sign_in: Sign, company_id: UUID) -> Employee:
        boss = hired(company_id, number="BOSS")
        employee = hired(company_id, manager_id=boss.id, salary=Decimal(500))
        changes = {"position": "Cashier", "salary": 650.25, "reason": "promotion"}
        done(sign_in().put(f"/employees/{employee.id}", {**changes, "effective_date": "2026-02-01"}))
        with company_scope(company_id):
            employee_terminate(employee_id=employee.id, last_day=date(2026, 11, 30), reason="theft")
        return employee

    def test_the_record_is_listed_from_the_latest_day(self, sign_in: Sign, employee: Employee) -> None:
        rows = history(sign_in().get(f"/employees/{employee.id}/history"))
        assert rows[0]["kind"] == "terminated"
        assert [row["effective_date"] for row in rows] == ["2026-11-30", "2026-02-01", "2026-02-01"]
        [pay] = [row for row in rows if row["kind"] == "pay_changed"]
        assert (pay["old_salary"], pay["new_salary"], pay["reason"]) == (500, 650.25, "promotion")
        [moved] = history(sign_in().get(f"/employees/{employee.id}/history", {"kind": "position_changed"}))
        assert (moved["old_value"], moved["new_value"]) == ("Accountant", "Cashier")

    def test_who_may_not_see_pay_sees_neither_pay_nor_reasons(
        self, sign_in: Sign, company_id: UUID, employee: Employee
    ) -> None:
        with company_scope(company_id):
            boss = Employee.objects.get(number="BOSS")
        for client in (
            sign_in("supervisor", user_id=boss.user_id),
            sign_in("employee", permissions=["employees:view"]),
        ):
            rows = history(client.get(f"/employees/{employee.id}/history"))
            assert [row["kind"] for row in rows] == ["terminated", "position_changed"]
            assert not {"reason", "old_salary", "new_salary"} & {name for row in rows for name in row}

    def test_a_person_sees_their_own_record_and_nobody_elses(
        self, sign_in: Sign, company_id: UUID, employee: Employee
    ) -> None:
        own = sign_in("worker", user_id=employee.user_id)
        assert len(history(own.get(f"/employees/{employee.id}/history"))) == 3
        path = f"/employees/{hired(company_id).id}/history"
        assert code(own.get(path)) == (404, "NOT_FOUND")
        assert code(sign_in(company_id=uuid4()).get(path)) == (404, "NOT_FOUND")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"effective_date": "2999-01-01"},
            {"effective_date": "2024-02-29"},
            {"effective_date": 5},
            {"reason": 5},
            {"manager_id": None, "effective_date": "2026-01-01"},
        ],
    )
    def test_a_change_takes_effect_between_the_hire_and_today(
        self, sign_in: Sign, company_id: UUID, wrong: dict[str, Any]
    ) -> None:
        employee = hired(company_id)
        answer = sign_in().put(f"/employees/{employee.id}", {"position": "Cashier", **wrong})
        assert code(answer) == (422, "VALIDATION_ERROR")


class TestReports:
    @pytest.fixture
    def line(self, company_id: UUID) -> list[Employee]:
        """A chief, two who report to the chief, and one below the first of them."""
        chief = hired(company_id, number="1")
        first, second = (hired(company_id, number=number, manager_id=chief.id) for number in ("2", "3"))
        return [chief, first, second, hired(company_id, number="4", manager_id=first.id)]

    def numbers(self, answer: Any) -> list[str]:
        return [row["employee_id"] for row in done(answer)["employees"]]

    def test_direct_reports_and_the_whole_tree(
        self, sign_in: Sign, company_id: UUID, line: list[Employee]
    ) -> None:
        chief, first, *_ = line
        hired(company_id, number="5", manager_id=first.id, left=True)
        client, path = sign_in(), f"/employees/{chief.id}/reports"
        assert self.numbers(client.get(path)) == ["2", "3"]
        assert self.numbers(client.get(path, {"all": "false"})) == ["2", "3"]
        assert self.numbers(client.get(path, {"all": "true"})) == ["2", "3", "4"]
        assert self.numbers(client.get(f"/employees/{first.id}/reports", {"all": "true"})) == ["4"]
        assert code(client.get(path, {"all": "perhaps"})) == (422, "VALIDATION_ERROR")
        page = done(client.get(path, {"all": "true", "limit": "2"}))["pagination"]
        assert (page["total"], page["pages"]) == (3, 2)

    def test_a_circle_of_managers_ends(self, sign_in: Sign, company_id: UUID, line: list[Employee]) -> None:
        chief, *_others, last = line
        with company_scope(company_id), connection.cursor() as cursor:
            # The services refuse it; an older import might not have.
            cursor.execute("UPDATE employees SET manager_id = %s WHERE id = %s", [last.id, chief.id])
        path = f"/employees/{chief.id}/reports"
        assert self.numbers(sign_in().get(path, {"all": "true"})) == ["2", "3", "4"]

    def test_a_supervisor_sees_as_far_as_their_right_reaches(
        self, sign_in: Sign, line: list[Employee]
    ) -> None:
        chief, first, *_ = line
        client = sign_in("supervisor", user_id=chief.user_id)
        assert self.numbers(client.get(f"/employees/{chief.id}/reports", {"all": "true"})) == ["2", "3"]
        assert self.numbers(client.get(f"/employees/{first.id}/reports")) == []

    def test_a_worker_sees_nobody(self, sign_in: Sign, line: list[Employee]) -> None:
        chief, first, *_ = line
        client = sign_in("worker", user_id=chief.user_id)
        assert self.numbers(client.get(f"/employees/{chief.id}/reports")) == []
        assert code(client.get(f"/employees/{first.id}/reports")) == (404, "NOT_FOUND")

    def test_another_companys_people_do_not_exist(self, sign_in: Sign, line: list[Employee]) -> None:
        client = sign_in(company_id=uuid4())
        assert code(client.get(f"/employees/{line[0].id}/reports")) == (404, "NOT_FOUND")
