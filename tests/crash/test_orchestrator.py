"""The worker that drives the sagas, or one that takes part in them, stops in the middle or is overtaken."""

from pathlib import Path
from uuid import uuid4

from common.contracts.auth import CREATE_USER
from common.contracts.company import UPDATE_HEADCOUNT
from common.contracts.employee import CREATE_EMPLOYEE
from common.testing.boundaries import COMMIT, PUBLISH
from tests.crash.situations import (
    commits_of_every_hire,
    effects,
    let_deadline_pass,
    operator,
    queued,
    remains,
    wait_at_step,
    wait_ended_as,
    wait_state,
)
from tests.crash.system import System
from tests.waiting import ENOUGH, wait_until

EMPLOYEE = (("employee", "worker"), ("employee", "relay"))


def error_of(system: System, saga_id: str) -> str:
    return str(system.found.value("employee", "SELECT error_code FROM sagas WHERE id = %s", saga_id))


def refused_as_stale(system: System, saga_id: str) -> bool:
    query = "SELECT count(*) FROM saga_steps WHERE saga_id = %s AND error->>'code' = 'STALE_FENCE'"
    return bool(system.found.value("employee", query, saga_id))


def test_a_hire_accepted_while_nobody_drives_sagas_completes_once_somebody_does(system: System) -> None:
    for process in EMPLOYEE:
        system.children[process].kill9()
    saga_id = system.start_hire()
    system.ensure_running()
    wait_ended_as(system, "completed", saga_id)


def test_an_owner_that_wakes_after_another_has_finished_its_saga_changes_nothing(system: System) -> None:
    owner = system.arm("employee", "worker", f"before publish {CREATE_USER}#1", {PUBLISH}, how="freeze")
    saga_id = system.start_hire()
    assert owner.stopped.wait(ENOUGH)
    system.one_more("employee", "worker")
    wait_ended_as(system, "completed", saga_id)
    history = "SELECT count(*) FROM saga_steps WHERE saga_id = %s"
    steps = system.found.value("employee", history, saga_id)
    owner.resume()
    wait_until(lambda: refused_as_stale(system, saga_id), "the old owner's command is refused")
    assert system.found.value("employee", history, saga_id) == steps
    assert effects(system, "auth", saga_id) == [("create_user", "do", "done")]


def test_a_deadline_that_passes_while_step_3_is_carried_out_leaves_nothing(system: System) -> None:
    company = system.arm(
        "company", "worker", f"before commit in {UPDATE_HEADCOUNT}#1", {COMMIT}, how="freeze"
    )
    saga_id = system.start_hire()
    assert company.stopped.wait(ENOUGH)
    let_deadline_pass(system, saga_id)
    wait_state(system, saga_id, "compensating")
    company.resume()
    wait_ended_as(system, "compensated", saga_id)
    assert error_of(system, saga_id) == "SAGA_DEADLINE"
    assert effects(system, "company", saga_id) == [
        ("update_headcount", "do", "done"),
        ("update_headcount", "undo", "done"),
    ]
    assert remains(system, saga_id) == []


def test_a_command_that_arrives_after_its_undoing_does_nothing(system: System) -> None:
    company = system.children["company", "worker"]
    company.pause()
    saga_id = system.start_hire()
    wait_at_step(system, saga_id, "update_headcount")
    wait_until(lambda: queued(system, "company.saga"), "a command waits in the broker")
    late = system.stack.redis.lrange("company.saga", 0, -1)
    # Neither these nor the one in the paused worker's hands arrive in time.
    company.kill9()
    system.stack.redis.delete("company.saga", "company.unacked", "company.unacked_index")
    let_deadline_pass(system, saga_id)
    system.ensure_running()
    wait_ended_as(system, "compensated", saga_id)
    assert effects(system, "company", saga_id) == [("update_headcount", "undo", "done")]
    system.stack.redis.lpush("company.saga", *late)
    wait_until(lambda: refused_as_stale(system, saga_id), "the late command is refused")
    assert effects(system, "company", saga_id) == [("update_headcount", "undo", "done")]
    assert remains(system, saga_id) == []


def test_an_operator_cancels_a_hire_while_step_2_is_carried_out(system: System) -> None:
    worker = system.arm("employee", "worker", f"before commit in {CREATE_EMPLOYEE}#1", {COMMIT}, how="freeze")
    saga_id = system.start_hire()
    assert worker.stopped.wait(ENOUGH)
    operator(system, "compensate", saga_id)
    worker.resume()
    wait_ended_as(system, "compensated", saga_id)
    assert error_of(system, saga_id) == "CANCELLED"
    assert effects(system, "company", saga_id) == []
    assert remains(system, saga_id) == []


def test_a_client_that_repeats_its_request_after_each_commit_of_the_orchestrator_gets_one_hire(
    system: System, tmp_path: Path
) -> None:
    crossed = tmp_path / "boundaries"
    system.record("employee", "worker", crossed, {COMMIT})
    system.wait_ended(system.start_hire())
    names = commits_of_every_hire(crossed)
    assert len(names) > 4
    for name in names:
        worker = system.arm("employee", "worker", name, {COMMIT})
        request = {"Idempotency-Key": str(uuid4())}
        body = {"email": f"{uuid4().hex}@repeated.example"}
        first = system.hire(headers=request, **body).json()["saga"]
        assert worker.ended.wait(ENOUGH), name
        assert system.hire(headers=request, **body).json()["saga"]["id"] == first["id"], name
        system.ensure_running()
        answer = system.hire(headers={**request, "Prefer": "wait=9"}, **body)
        assert (answer.status_code, answer.json()["employee"]["id"]) == (201, first["employee_id"]), name
