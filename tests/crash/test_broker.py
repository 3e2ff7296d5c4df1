"""The broker forgets, freezes, is gone, loses a message or delivers one twice: nothing else is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from common.contracts.auth import CREATE_USER
from common.contracts.company import UPDATE_HEADCOUNT
from common.testing.boundaries import COMMIT
from tests.crash.situations import (
    companies_known,
    effects,
    queued,
    timeouts,
    wait_at_step,
    wait_ended_as,
)
from tests.crash.system import System
from tests.waiting import wait_until

Note = Callable[[str, object], None]
SAGAS = 20


@contextmanager
def everything_queued(system: System) -> Iterator[tuple[list[str], list[str]]]:
    """Commands and events wait in the broker and nobody takes them; yields (sagas, companies).

    Afterwards nothing but the news that the broker has forgotten makes the sagas go on: none is due for an hour.
    """
    workers = {service: system.children[service, "worker"] for service in ("auth", "company", "employee")}
    workers["auth"].pause()
    sagas = [system.start_hire() for _ in range(SAGAS)]
    for saga_id in sagas:
        wait_at_step(system, saga_id, "create_user")
    # The first message is in the hands of the paused worker.
    wait_until(lambda: queued(system, "auth.saga"), "a command waits in the broker")
    workers["employee"].pause()
    companies = [system.create_company("Queued") for _ in range(2)]
    while not queued(system, "employee.events"):
        companies.append(system.create_company("Queued"))
    system.found.change(
        "employee", "UPDATE sagas SET wake_at = now() + interval '1 hour' WHERE state = 'running'"
    )
    yield sagas, companies
    for worker in workers.values():
        if worker.stopped.is_set():
            worker.resume()


def seconds_until_done(system: System, sagas: list[str], companies: list[str]) -> float:
    took = wait_ended_as(system, "completed", *sagas)
    return took + wait_until(companies_known(system, *companies), "the events have arrived")


def test_a_flushed_broker_costs_seconds_and_loses_nothing(system: System, record_property: Note) -> None:
    with everything_queued(system) as (sagas, companies):
        system.stack.flush_broker()
    took = seconds_until_done(system, sagas, companies)
    record_property("seconds from FLUSHALL to 20 sagas and their events done", round(took, 1))


def test_a_broker_that_comes_back_empty_costs_seconds_and_loses_nothing(
    system: System, record_property: Note
) -> None:
    redis = system.stack.process("redis")
    before = redis.restart_count
    with everything_queued(system) as (sagas, companies):
        redis.kill9()
        redis.wait_restarted(before)
    took = seconds_until_done(system, sagas, companies)
    record_property("seconds from the broker's death to 20 sagas and their events done", round(took, 1))


def test_hires_are_accepted_while_the_broker_is_frozen_and_end_when_it_thaws(
    system: System, record_property: Note
) -> None:
    redis = system.stack.process("redis")
    before = timeouts(system, "employee")
    redis.pause()
    try:
        sagas = [system.start_hire() for _ in range(10)]
        company_id = system.create_company("Frozen")
        wait_until(companies_known(system, company_id), "an event arrives by the feed")
        wait_until(lambda: timeouts(system, "employee") > before, "the relay has given up a call")
        sagas.append(system.start_hire())
        assert {system.state(saga_id) for saga_id in sagas} == {"running"}
    finally:
        redis.resume()
    took = wait_ended_as(system, "completed", *sagas)
    record_property("seconds from the thaw to the end of all sagas", round(took, 1))


def test_services_that_start_without_a_broker_work_as_soon_as_there_is_one(
    system: System, record_property: Note
) -> None:
    redis = system.stack.process("redis")
    redis.stop()
    try:
        for child in system.children.values():
            child.kill9()
        system.ensure_running()
        sagas = [system.start_hire() for _ in range(5)]
        company_id = system.create_company("Unheard")
        wait_until(companies_known(system, company_id), "an event arrives without the broker")
        assert not any(child.ended.is_set() for child in system.children.values())
    finally:
        redis.start()
    took = wait_ended_as(system, "completed", *sagas)
    record_property("seconds from the broker's start to the end of all sagas", round(took, 1))


def test_a_command_lost_between_the_queue_and_the_worker_is_sent_again(system: System) -> None:
    worker = system.children["auth", "worker"]
    worker.pause()
    saga_id = system.start_hire()
    wait_at_step(system, saga_id, "create_user")
    # Killed with the message popped and not yet noted down as unacknowledged.
    worker.kill9()
    system.stack.redis.delete("auth.saga", "auth.unacked", "auth.unacked_index")
    system.ensure_running()
    wait_ended_as(system, "completed", saga_id)


def test_a_message_that_the_broker_delivers_several_times_has_one_effect(system: System) -> None:
    workers = [system.children[service, "worker"] for service in ("auth", "employee")]
    workers[0].pause()
    saga_id = system.start_hire()
    wait_at_step(system, saga_id, "create_user")
    wait_until(lambda: queued(system, "auth.saga"), "a command waits in the broker")
    workers[1].pause()
    companies = [system.create_company("Repeated")]
    while not queued(system, "employee.events"):
        companies.append(system.create_company("Repeated"))
    for queue in ("auth.saga", "employee.events"):
        message = system.stack.redis.lindex(queue, 0)
        system.stack.redis.lpush(queue, message, message, message)  # type: ignore[arg-type]
    for worker in workers:
        worker.resume()
    wait_ended_as(system, "completed", saga_id)
    wait_until(lambda: not queued(system, "auth.saga", "employee.events"), "all were taken")
    assert effects(system, "auth", saga_id) == [("create_user", "do", "done")]
    wait_until(companies_known(system, *companies), "the events have arrived")


@pytest.mark.parametrize(
    ("service", "task", "step"),
    [("auth", CREATE_USER, "create_user"), ("company", UPDATE_HEADCOUNT, "update_headcount")],
)
def test_a_command_that_comes_again_while_the_first_is_carried_out_has_one_effect(
    system: System, service: str, task: str, step: str
) -> None:
    first = system.arm(service, "worker", f"before commit in {task}#1", {COMMIT}, how="freeze")
    saga_id = system.start_hire()
    assert first.stopped.wait(10)
    system.one_more(service, "worker")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
    wait_until(
        lambda: system.found.value(service, waiting, f"{service}_app"),
        "the second worker waits for the first one's transaction",
    )
    first.resume()
    wait_ended_as(system, "completed", saga_id)
    assert effects(system, service, saga_id) == [(step, "do", "done")]


def test_the_web_answers_while_the_broker_is_down(system: System) -> None:
    redis = system.stack.process("redis")
    redis.stop()
    try:
        answer = system.request("GET", "employee", "/employees", params={"limit": 1})
        assert answer.status_code == httpx.codes.OK
        assert httpx.get(f"{system.stack.url('employee')}/health").status_code == httpx.codes.OK
    finally:
        redis.start()
