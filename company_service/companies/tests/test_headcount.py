"""The saga's headcount step: who is counted, who is refused, and at what cost."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.contracts.base import to_wire
from common.contracts.company import ROLLBACK_COMPANY_HEADCOUNT, UPDATE_HEADCOUNT, UpdateHeadcount
from common.sagas.outcomes import Call, CommandMessage, Status
from common.sagas.participant import execute, participants
from common.security.tenancy import all_companies, company_scope
from company_service.companies import selectors, services
from company_service.companies.models import Company, HeadcountEntry
from company_service.companies.tasks import rollback_company_headcount, update_headcount
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EntryFactory,
    hire_call,
    hire_calls,
)


def codes(calls: list[Call[UpdateHeadcount]]) -> list[str]:
    """Take seats for the calls; the refusals' codes, ``done`` for those who got one."""
    return [outcome.error.get("code", str(outcome.status)) for outcome in update_headcount(calls)]


def message(call: Call[UpdateHeadcount], fence: int = 1) -> CommandMessage:
    return CommandMessage(
        saga_id=call.saga_id,
        step=call.step,
        company_id=call.company_id,
        fence=fence,
        command=to_wire(call.command),
    )


def test_a_hire_is_counted_with_its_cause(company: Company) -> None:
    department = DepartmentFactory(company=company)
    call = hire_call(company.id, department_id=department.id)
    assert codes([call]) == ["done"]
    entry = HeadcountEntry.objects.get()
    assert entry.source_key == f"saga:{call.saga_id}:{call.step}"
    assert (entry.delta, entry.employee_id, entry.saga_id) == (1, call.command.employee_id, call.saga_id)
    assert selectors.headcount_get(company.id) == 1
    assert selectors.department_get(department.id).employee_count == 1


def test_undoing_a_hire_counts_out_again_and_keeps_both_entries(company: Company) -> None:
    department = DepartmentFactory(company=company)
    call = hire_call(company.id, department_id=department.id)
    (outcome,) = update_headcount([call])
    services.company_deactivate(company_id=company.id)
    undo = Call(call.saga_id, call.step, call.company_id, call.command, done=outcome.result)
    assert [undone.status for undone in rollback_company_headcount([undo])] == [Status.DONE]
    assert selectors.headcount_get(company.id) == 0
    assert selectors.department_get(department.id).employee_count == 0
    assert HeadcountEntry.objects.count() == 2


def test_an_unknown_company_counts_nobody(group: None) -> None:
    assert codes([hire_call(uuid4())]) == ["COMPANY_NOT_FOUND"]


def test_another_company_is_as_unknown_as_one_that_does_not_exist(db: None) -> None:
    with all_companies("test"):
        foreign = CompanyFactory()
    with company_scope(uuid4()):
        assert codes([hire_call(foreign.id)]) == ["COMPANY_NOT_FOUND"]


def test_an_inactive_company_counts_nobody(company: Company) -> None:
    services.company_deactivate(company_id=company.id)
    assert codes([hire_call(company.id)]) == ["COMPANY_INACTIVE"]
    assert not HeadcountEntry.objects.exists()


def test_an_unknown_a_foreign_and_an_inactive_department_are_refused(company: Company) -> None:
    idle = DepartmentFactory(company=company)
    services.department_update(department_id=idle.id, is_active=False)
    wrong = [uuid4(), DepartmentFactory().id, idle.id]
    assert codes([hire_call(company.id, department_id=one) for one in wrong]) == ["UNKNOWN_DEPARTMENT"] * 3
    assert not HeadcountEntry.objects.exists()


def test_seats_run_out_in_the_middle_of_a_batch(group: None) -> None:
    company = CompanyFactory(seat_limit=4)
    department = DepartmentFactory(company=company)
    EntryFactory(company=company)
    services.headcount_fold()
    EntryFactory(company=company)
    calls = [*hire_calls(company.id, 1), hire_call(company.id, department_id=uuid4())]
    calls += [hire_call(company.id, department_id=department.id), *hire_calls(company.id, 2)]
    assert codes(calls) == ["done", "UNKNOWN_DEPARTMENT", "done", "SEAT_LIMIT_REACHED", "SEAT_LIMIT_REACHED"]
    assert selectors.headcount_get(company.id) == 4


def test_a_limit_below_the_headcount_refuses_hires_but_not_departures(group: None) -> None:
    company = CompanyFactory()
    EntryFactory.create_batch(3, company=company)
    services.company_update(company_id=company.id, seat_limit=1)
    assert codes([hire_call(company.id, delta=-1), hire_call(company.id)]) == ["done", "SEAT_LIMIT_REACHED"]


@pytest.mark.parametrize(("seat_limit", "queries"), [(None, 3), (500, 5)])
def test_two_hundred_hires_take_a_handful_of_queries(
    group: None, seat_limit: int | None, queries: int
) -> None:
    company = CompanyFactory(seat_limit=seat_limit)
    department = DepartmentFactory(company=company)
    calls = [hire_call(company.id, department_id=department.id) for _ in range(200)]
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert codes(calls) == ["done"] * 200
    statements = [query for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == queries


def test_a_command_sent_twice_counts_once_and_answers_the_same(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory(seat_limit=1)
    call = hire_call(company.id)
    participant = participants[UPDATE_HEADCOUNT]
    first, again = execute(participant, [message(call)]), execute(participant, [message(call)])
    assert first[0].status is again[0].status is Status.DONE
    with all_companies("test"):
        assert selectors.headcount_get(company.id) == 1


def test_an_undo_that_comes_first_keeps_a_late_hire_out(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
    call = hire_call(company.id)
    execute(participants[ROLLBACK_COMPANY_HEADCOUNT], [message(call)])
    (late,) = execute(participants[UPDATE_HEADCOUNT], [message(call)])
    assert late.status is Status.STALE
    with all_companies("test"):
        assert selectors.headcount_get(company.id) == 0


def test_one_message_carries_hires_of_several_companies(committed_db: None) -> None:
    with all_companies("test"):
        full, free = CompanyFactory(seat_limit=0), CompanyFactory()
    calls = [hire_call(full.id), hire_call(free.id), hire_call(uuid4())]
    answers = {
        answer.saga_id: answer.error.get("code", str(answer.status))
        for answer in execute(participants[UPDATE_HEADCOUNT], [message(call) for call in calls])
    }
    assert [answers[call.saga_id] for call in calls] == ["SEAT_LIMIT_REACHED", "done", "COMPANY_NOT_FOUND"]
