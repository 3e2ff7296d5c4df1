"""A worker dies around the writing of an event: there is the change with its event, or neither."""

import pytest

from common.testing.boundaries import STATEMENT
from tests.crash.situations import wait_ended_as
from tests.crash.system import System
from tests.waiting import ENOUGH, wait_until

SIGKILL = 9
EVENTS_OF_A_HIRE = {
    "auth": ("user.created", "SELECT data->'employee'->>'user_id' FROM sagas WHERE id = %s"),
    "employee": ("employee.hired", "SELECT data->'employee'->>'employee_id' FROM sagas WHERE id = %s"),
    "company": ("headcount.changed", "SELECT company_id::text FROM sagas WHERE id = %s"),
}


def told(system: System, service: str, subject: str) -> int:
    """How many events of the service's kind about the person or company are in its log."""
    query = "SELECT count(*) FROM event_log WHERE type = %s AND %s::uuid IN (aggregate_id, company_id)"
    return int(system.found.value(service, query, EVENTS_OF_A_HIRE[service][0], subject))


@pytest.mark.parametrize("boundary", ["before", "after"])
@pytest.mark.parametrize("service", EVENTS_OF_A_HIRE)
def test_a_worker_killed_around_the_insert_of_an_event_leaves_no_change_without_one(
    system: System, service: str, boundary: str
) -> None:
    worker = system.arm(service, "worker", f"{boundary} INSERT INTO event_log#1", {STATEMENT})
    saga_id = system.start_hire(company_id=system.create_company("Event write"))
    assert worker.ended.wait(ENOUGH)
    assert worker.signal == SIGKILL
    subject = str(system.found.value("employee", EVENTS_OF_A_HIRE[service][1], saga_id))
    assert told(system, service, subject) == 0
    system.ensure_running()
    wait_ended_as(system, "completed", saga_id)
    wait_until(lambda: told(system, service, subject), "the change is made and told")
    system.wait_at_rest()
    assert told(system, service, subject) == 1
