"""This service's step of the create-employee saga."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.contracts.employee import CreateEmployee
from common.messaging.models import EventRecord
from common.sagas.models import SagaInstance
from common.sagas.outcomes import Outcome, Status
from common.sagas.registry import Finished
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.choices import EmploymentStatus, Lifecycle, RelationshipKind
from employee_service.employees.models import Employee, Relationship, SearchTerm
from employee_service.employees.services.hiring import employees_activate
from employee_service.employees.tasks import create_employee, rollback_employee_creation
from employee_service.employees.tests.factories import EmployeeFactory, call, command
from employee_service.sagas.create_employee import CreateEmployeeData

pytestmark = pytest.mark.django_db


def run(*commands: CreateEmployee) -> list[Outcome]:
    with company_scope(commands[0].company_id):
        return create_employee([call(wanted) for wanted in commands])


def complete(*commands: CreateEmployee) -> None:
    with all_companies("the engine completes sagas"):
        employees_activate([finished(wanted) for wanted in commands])


def finished(wanted: CreateEmployee) -> Finished:
    instance = SagaInstance(id=uuid4(), name="create_employee", version="1", company_id=wanted.company_id)
    return Finished(instance, CreateEmployeeData(employee=wanted), {})


def codes(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.error.get("code", outcome.status.value) for outcome in outcomes]


def test_a_record_is_pending_and_in_no_list_until_the_saga_completes(company_id: UUID) -> None:
    wanted = command(company_id, salary="450.250", phone="+965 5555 0000", nationality="كويتي")
    [outcome] = run(wanted)
    with company_scope(company_id):
        record = Employee.with_pending.get(id=wanted.employee_id)
        assert outcome == Outcome.done({"employee_number": record.number})
        assert (record.lifecycle, record.salary) == (Lifecycle.PENDING, Decimal("450.250"))
        assert not Employee.objects.exists()
        assert not EventRecord.objects.exists()


def test_completion_makes_the_record_current_and_tells_of_the_hire(company_id: UUID) -> None:
    wanted = command(company_id)
    run(wanted)
    complete(wanted)
    with company_scope(company_id):
        record = Employee.objects.get(id=wanted.employee_id)
        event = EventRecord.objects.get()
    assert (record.lifecycle, record.employment_status) == (Lifecycle.CURRENT, EmploymentStatus.ACTIVE)
    assert (event.type, event.aggregate_id, event.version) == ("employee.hired", record.id, record.version)
    assert event.saga_id is not None
    assert (event.payload["source"], event.payload["employee_number"]) == ("saga", record.number)


def test_completing_twice_tells_once(company_id: UUID) -> None:
    wanted = command(company_id)
    run(wanted)
    complete(wanted)
    complete(wanted)
    with company_scope(company_id):
        assert EventRecord.objects.count() == 1


def test_completion_without_a_record_fails_instead_of_pretending(company_id: UUID) -> None:
    with pytest.raises(RuntimeError, match="no record"):
        complete(command(company_id))


def test_two_hundred_calls_cost_a_handful_of_queries(company_id: UUID) -> None:
    commands = [command(company_id) for _ in range(200)]
    with company_scope(company_id), CaptureQueriesContext(connection) as queries:
        outcomes = create_employee([call(wanted) for wanted in commands])
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert len(queries) <= 6
    with all_companies("the engine completes sagas"), CaptureQueriesContext(connection) as queries:
        employees_activate([finished(wanted) for wanted in commands])
    assert len(queries) <= 5
    with company_scope(company_id):
        assert Employee.objects.count() == EventRecord.objects.count() == 200
        assert len(set(Employee.objects.values_list("number", flat=True))) == 200


def test_an_address_of_present_staff_is_refused(company_id: UUID) -> None:
    with company_scope(company_id):
        EmployeeFactory.create(company_id=company_id, email="taken@example.com")
    [outcome] = run(command(company_id, email="taken@example.com"))
    assert (outcome.status, outcome.error["code"], outcome.error["status"]) == (
        Status.REFUSED,
        "EMPLOYEE_EXISTS",
        409,
    )


def test_an_address_of_a_hire_under_way_is_refused(company_id: UUID) -> None:
    run(command(company_id, email="soon@example.com"))
    assert codes(run(command(company_id, email="soon@example.com"))) == ["EMPLOYEE_EXISTS"]


def test_the_address_of_somebody_who_left_is_free(company_id: UUID) -> None:
    with company_scope(company_id):
        EmployeeFactory.create(company_id=company_id, email="back@example.com", left=True)
    assert codes(run(command(company_id, email="back@example.com"))) == ["done"]


def test_another_companys_address_and_number_are_free(company_id: UUID) -> None:
    elsewhere = uuid4()
    with company_scope(elsewhere):
        EmployeeFactory.create(company_id=elsewhere, email="both@example.com", number="A-1")
    assert codes(run(command(company_id, email="both@example.com", number="A-1"))) == ["done"]


def test_a_person_who_works_here_is_not_hired_again(company_id: UUID) -> None:
    user_id = uuid4()
    with company_scope(company_id):
        EmployeeFactory.create(company_id=company_id, user_id=user_id)
    assert codes(run(command(company_id, user_id=user_id))) == ["EMPLOYEE_EXISTS"]


def test_a_taken_number_is_refused_and_a_free_one_is_kept(company_id: UUID) -> None:
    with company_scope(company_id):
        EmployeeFactory.create(company_id=company_id, number="HR-7", left=True)
    outcomes = run(command(company_id, number="HR-7"), command(company_id, number="HR-8"))
    assert codes(outcomes) == ["EMPLOYEE_NUMBER_TAKEN", "done"]
    assert outcomes[1].result == {"employee_number": "HR-8"}


def test_of_two_equal_calls_the_first_wins_and_answers_keep_their_order(
    company_id: UUID,
) -> None:
    outcomes = run(
        command(company_id, email="same@example.com"),
        command(company_id, manager_id=uuid4()),
        command(company_id, email="same@example.com"),
        command(company_id),
    )
    assert codes(outcomes) == ["done", "UNKNOWN_MANAGER", "EMPLOYEE_EXISTS", "done"]


def test_a_refused_call_takes_nothing_from_a_later_one(company_id: UUID) -> None:
    refused = command(company_id, email="first@example.com", manager_id=uuid4())
    assert codes(run(refused, command(company_id, email="first@example.com"))) == ["UNKNOWN_MANAGER", "done"]


@pytest.mark.parametrize("who", ["nobody", "foreign", "former", "pending"])
def test_the_manager_must_work_in_the_company(company_id: UUID, who: str) -> None:
    elsewhere = uuid4()
    with company_scope(elsewhere):
        foreign = EmployeeFactory.create(company_id=elsewhere)
    with company_scope(company_id):
        managers = {
            "nobody": uuid4(),
            "foreign": foreign.id,
            "former": EmployeeFactory.create(company_id=company_id, left=True).id,
            "pending": EmployeeFactory.create(company_id=company_id, pending=True).id,
        }
    [outcome] = run(command(company_id, manager_id=managers[who]))
    assert (outcome.error["code"], outcome.error["status"]) == ("UNKNOWN_MANAGER", 422)


def test_a_manager_is_also_a_line_from_the_hire_date(company_id: UUID) -> None:
    with company_scope(company_id):
        manager = EmployeeFactory.create(company_id=company_id)
    wanted = command(company_id, manager_id=manager.id, hire_date=date(2026, 12, 1))
    run(wanted)
    with company_scope(company_id):
        line = Relationship.objects.get(employee_id=wanted.employee_id)
    assert (line.kind, line.related_employee_id, line.start_date) == (
        RelationshipKind.MANAGER,
        manager.id,
        date(2026, 12, 1),
    )


def test_numbers_step_over_those_that_were_brought_along(company_id: UUID) -> None:
    [first] = run(command(company_id))
    place = int(first.result["employee_number"][1:])
    with company_scope(company_id):
        for following in range(place + 1, place + 40):
            EmployeeFactory.create(company_id=company_id, number=f"E{following:06d}")
    [outcome] = run(command(company_id))
    assert int(outcome.result["employee_number"][1:]) >= place + 40


def test_rollback_leaves_nothing_of_the_record(company_id: UUID) -> None:
    with company_scope(company_id):
        manager = EmployeeFactory.create(company_id=company_id)
    wanted = command(company_id, manager_id=manager.id)
    run(wanted)
    with company_scope(company_id):
        assert codes(rollback_employee_creation([call(wanted)])) == ["done"]
        assert list(Employee.with_pending.all()) == [manager]
        assert not Relationship.objects.exists()
        assert not SearchTerm.objects.filter(employee_id=wanted.employee_id).exists()
        assert not EventRecord.objects.exists()


def test_rollback_of_what_never_happened_does_nothing(company_id: UUID) -> None:
    with company_scope(company_id):
        assert codes(rollback_employee_creation([call(command(company_id))])) == ["done"]


def test_a_completed_hire_is_not_rolled_back(company_id: UUID) -> None:
    wanted = command(company_id)
    run(wanted)
    complete(wanted)
    with company_scope(company_id):
        with pytest.raises(RuntimeError, match="terminate"):
            rollback_employee_creation([call(wanted)])
        assert Employee.objects.filter(id=wanted.employee_id).exists()
