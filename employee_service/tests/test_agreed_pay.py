"""Pay of people who are being hired: in no saga, no command and no row of a bulk hire, and in their record at last."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from rest_framework.test import APIClient

from common.contracts.base import to_wire
from common.contracts.company import UPDATE_HEADCOUNT
from common.contracts.employee import CreateEmployee
from common.errors import ConflictError
from common.privacy.retention import retention_run
from common.sagas.models import SagaInstance, SagaState
from common.sagas.registry import Finished
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.models import AgreedPay, BulkHire, BulkHireRow, Employee
from employee_service.employees.services.bulk import bulk_hire_retry, bulk_hires_advance
from employee_service.employees.services.hiring import employee_hire, employees_activate, employees_create
from employee_service.employees.services.pay import pay_forget_undone
from employee_service.employees.tests.factories import call, command
from employee_service.sagas.create_employee import CreateEmployeeData
from employee_service.tests.neighbours import Neighbours
from employee_service.tests.test_bulk import age, begun, counts, person

PAY = "918273.645"
pytestmark = pytest.mark.django_db


def texts(*tables: str) -> str:
    """Everything that these tables hold, as PostgreSQL spells it."""
    with all_companies("looking at everything"), connection.cursor() as cursor:
        queries = [f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t" for table in tables]
        found = []
        for query in queries:
            cursor.execute(query)
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def kept() -> dict[UUID, Decimal]:
    with all_companies("looking at everything"):
        return {pay.employee_id: pay.salary for pay in AgreedPay.objects.all()}


def hire(company_id: UUID, **values: Any) -> tuple[SagaInstance, CreateEmployee]:
    data = CreateEmployeeData(employee=command(company_id, **values))
    with company_scope(company_id):
        saga = employee_hire(data, actor_id=None)
    return saga, data.employee


def test_neither_saga_nor_commands_nor_rows_carry_pay(
    neighbours: Neighbours, manager: APIClient, company_id: UUID
) -> None:
    job = begun(manager, [person(1, salary=float(PAY)), person(2, salary=None)])
    everything = ("sagas", "saga_steps", "saga_effects", "bulk_hire_rows", "agreed_pay", "event_log")
    assert PAY not in texts(*everything)
    assert list(kept().values()) == [Decimal(PAY)]
    bulk_hires_advance()
    neighbours.work()
    age()
    bulk_hires_advance()
    assert counts(manager, job) == {"state": "finished", "total": 2, "completed": 2}
    assert PAY not in texts(*everything)
    assert PAY not in str(neighbours.commands)
    with company_scope(company_id):
        assert set(Employee.objects.values_list("email", flat=True)) == {"p1@example.com", "p2@example.com"}
        assert {employee.salary for employee in Employee.objects.all()} == {Decimal(PAY), None}
    assert kept() == {}


def test_the_commands_of_a_hire_carry_no_pay(company_id: UUID) -> None:
    saga, wanted = hire(company_id, salary=PAY)
    assert PAY not in str(saga.data)
    assert kept() == {wanted.employee_id: Decimal(PAY)}


def test_pay_is_forgotten_with_the_hire_that_was_undone(company_id: UUID) -> None:
    saga, wanted = hire(company_id, salary=PAY)
    other, stays = hire(company_id, salary="1.000")
    with all_companies("the engine ends sagas"):
        pay_forget_undone([Finished(saga, CreateEmployeeData(employee=wanted), {})])
    assert kept() == {stays.employee_id: Decimal("1.000")}
    assert other.company_id == company_id


def test_whoever_is_hired_at_the_second_try_earns_what_was_agreed(
    neighbours: Neighbours, manager: APIClient, company_id: UUID
) -> None:
    neighbours.refusals[UPDATE_HEADCOUNT] = ConflictError()
    job = begun(manager, [person(1, salary=float(PAY))])
    bulk_hires_advance()
    neighbours.work()
    age()
    bulk_hires_advance()
    assert counts(manager, job) == {"state": "finished", "total": 1, "compensated": 1}
    neighbours.refusals.clear()
    with company_scope(company_id):
        assert bulk_hire_retry(UUID(job["id"])) == 1
    assert list(kept().values()) == [Decimal(PAY)]
    bulk_hires_advance()
    neighbours.work()
    with company_scope(company_id):
        assert Employee.objects.get().salary == Decimal(PAY)
    assert kept() == {}


def test_pay_of_a_hire_that_was_undone_is_forgotten_when_its_time_is_over(
    neighbours: Neighbours, manager: APIClient, company_id: UUID
) -> None:
    neighbours.refusals[UPDATE_HEADCOUNT] = ConflictError()
    begun(manager, [person(1, salary=float(PAY))])
    bulk_hires_advance()
    neighbours.work()
    age()
    bulk_hires_advance()
    hire(company_id, salary="1.000")

    def forgotten(*, dry_run: bool = False) -> int:
        [done] = retention_run(only="undone_hires", dry_run=dry_run)
        assert not done.error
        return done.rows

    assert forgotten() == 0
    with all_companies("a month goes by"):
        BulkHire.objects.update(finished_at=F("finished_at") - timedelta(days=31))
    assert [forgotten(dry_run=True), forgotten(), forgotten()] == [1, 1, 0]
    assert list(kept().values()) == [Decimal("1.000")]


def test_a_hire_that_began_before_pay_was_set_aside_is_paid_by_its_command(company_id: UUID) -> None:
    wanted = command(company_id, salary=PAY)
    with company_scope(company_id):
        employees_create([call(wanted)])
    instance = SagaInstance(id=uuid4(), name="create_employee", version="1", company_id=company_id)
    with all_companies("the engine completes sagas"):
        employees_activate([Finished(instance, CreateEmployeeData(employee=wanted), {})])
    with company_scope(company_id):
        assert Employee.objects.get(id=wanted.employee_id).salary == Decimal(PAY)


def test_the_migration_takes_pay_out_of_what_was_stored_before(company_id: UUID) -> None:
    live, done, waiting = (
        CreateEmployeeData(employee=command(company_id, salary=f"{n}{PAY}")) for n in (1, 2, 3)
    )
    states = (live, SagaState.RUNNING), (done, SagaState.COMPLETED)
    with company_scope(company_id):
        for data, state in states:
            ended = {"finished_at": "2026-01-01T00:00Z"} if state == SagaState.COMPLETED else {}
            SagaInstance.objects.create(
                name="create_employee", version="1", company_id=company_id, step="create_user",
                deadline_at="2026-01-01T00:00Z", state=state, data=to_wire(data), **ended,
            )  # fmt: skip
        job = BulkHire.objects.create(
            company_id=company_id, actor_id=uuid4(), on_error="continue", total=1, refused=0,
            due_at="2026-01-01T00:00Z",
        )  # fmt: skip
        BulkHireRow.objects.create(
            company_id=company_id, job=job, number=1, saga_id=uuid4(), data=to_wire(waiting)
        )
    assert texts("sagas", "bulk_hire_rows").count(PAY) == 3
    migration = import_module("employee_service.employees.migrations.0015_pay_out_of_sagas")
    for _ in range(2):
        migration.take_out(apps, SimpleNamespace(connection=connection))
        assert PAY not in texts("sagas", "bulk_hire_rows", "agreed_pay")
        assert kept() == {
            one.employee.employee_id: Decimal(str(one.employee.salary)) for one in (live, waiting)
        }
