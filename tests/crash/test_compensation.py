"""Undoing fails: it is tried again, and in the end an operator is asked and helped."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.crash.situations import let_time_pass, operator, remains, wait_ended_as
from tests.crash.system import System
from tests.waiting import wait_until

ATTEMPTS = 8


@contextmanager
def undoing_forbidden(system: System) -> Iterator[None]:
    """Nobody can delete accounts in auth, which undoing the first step must."""
    system.found.change("auth", "REVOKE DELETE ON users FROM auth_app")
    try:
        yield
    finally:
        system.found.change("auth", "GRANT DELETE ON users TO auth_app")


def wait_failures(system: System, saga_id: str, count: int) -> None:
    query = (
        "SELECT count(*) FROM saga_steps"
        " WHERE saga_id = %s AND name = 'create_user' AND direction = 'undo' AND status = 'failed'"
    )
    wait_until(
        lambda: system.found.value("employee", query, saga_id) >= count, f"undoing failed {count} times"
    )


def test_a_compensation_that_fails_goes_on_once_it_can(system: System) -> None:
    with undoing_forbidden(system):
        saga_id = system.start_hire(company_id=system.inactive_company_id)
        wait_failures(system, saga_id, 2)
        assert system.state(saga_id) == "compensating"
    wait_ended_as(system, "compensated", saga_id)
    assert remains(system, saga_id) == []


def test_a_compensation_that_keeps_failing_waits_for_an_operator_who_has_it_done(system: System) -> None:
    with undoing_forbidden(system):
        saga_id = system.start_hire(company_id=system.inactive_company_id)
        for count in range(1, ATTEMPTS + 1):
            let_time_pass(system, saga_id)
            wait_failures(system, saga_id, count)
        wait_until(lambda: system.state(saga_id) == "parked", "the saga waits for an operator")
        # Steps 3 and 2 left nothing; the account that cannot be deleted is there, and cannot be used.
        assert [what.split()[0] for what in remains(system, saga_id)] == ["user", "membership"]
        page = system.request("GET", "employee", f"/sagas/{saga_id}").json()["saga"]
        assert (page["state"], page["step"], page["error"]["code"]) == (
            "parked",
            "create_user",
            "COMPANY_INACTIVE",
        )
    operator(system, "retry", saga_id)
    wait_ended_as(system, "compensated", saga_id)
    assert remains(system, saga_id) == []
