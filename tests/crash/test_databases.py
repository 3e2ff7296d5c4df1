"""PostgreSQL restarts, drops sessions, turns read-only, or takes a commit and loses the answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx
import pytest

from common.testing.boundaries import COMMIT
from common.testing.invariants import PARTICIPANTS
from tests.crash.situations import commits_of_every_hire, wait_at_step, wait_ended_as
from tests.crash.system import RUNS, System
from tests.waiting import ENOUGH, wait_until

HIRES = 15


def drop_sessions(system: System, *services: str) -> None:
    """End every database session of the services' run-time roles, idle or at work."""
    for service in services:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
        system.found.rows(service, query, f"{service}_app")


def hire_until_answered(system: System) -> str:
    """Start one hire whatever it takes, as a careful client does; returns the saga's id."""
    headers, email = {"Idempotency-Key": str(uuid4())}, f"{uuid4().hex}@careful.example"
    sagas: list[str] = []

    def answered() -> bool:
        try:
            answer = system.hire(headers=headers, email=email)
        except httpx.TransportError:
            return False
        assert answer.status_code in {202, 500, 503}, answer.text
        sagas.extend([answer.json()["saga"]["id"]] if answer.is_success else [])
        return bool(sagas)

    wait_until(answered, "the hire is accepted")
    return sagas[0]


def flown(sagas: list[str], count: int) -> bool:
    return len(sagas) >= count


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_server_that_restarts_in_mid_saga_is_found_again_by_every_process(
    system: System, mode: Literal["fast", "immediate"], record_property: Callable[[str, object], None]
) -> None:
    webs = [system.stack.process(service, "web") for service in PARTICIPANTS]
    starts = [web.restart_count for web in webs]
    company = system.children["company", "worker"]
    company.pause()
    sagas = [system.start_hire() for _ in range(5)]
    for saga_id in sagas:
        wait_at_step(system, saga_id, "update_headcount")
    system.found.close()
    system.stack.postgres.restart(mode)
    company.resume()
    sagas.append(hire_until_answered(system))
    took = wait_ended_as(system, "completed", *sagas)
    record_property("seconds from the server's return to the end of all sagas", round(took, 1))
    assert not [process for process in RUNS if system.children[process].ended.is_set()]
    assert [web.restart_count for web in webs] == starts


def test_a_stream_of_hires_survives_the_loss_of_every_database_session_again_and_again(
    system: System,
) -> None:
    sagas: list[str] = []
    client = threading.Thread(
        target=lambda: sagas.extend(hire_until_answered(system) for _ in range(HIRES)), daemon=True
    )
    client.start()
    for count in range(0, HIRES, 3):
        wait_until(partial(flown, sagas, count), f"{count} hires are accepted")
        drop_sessions(system, *PARTICIPANTS)
    client.join(ENOUGH)
    assert len(set(sagas)) == HIRES
    wait_ended_as(system, "completed", *sagas)
    assert not [process for process in RUNS if system.children[process].ended.is_set()]


@contextmanager
def read_only(system: System, service: str) -> Iterator[None]:
    """The service's database takes no writes, as a standby or a full disk's emergency stop."""
    database = f"{service}_service_db"
    try:
        system.found.change(service, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        drop_sessions(system, service)
        yield
    finally:
        system.found.change(service, "SET default_transaction_read_only = off")
        system.found.change(service, f"ALTER DATABASE {database} RESET default_transaction_read_only")
        drop_sessions(system, service)


@pytest.mark.parametrize(("service", "step"), [("auth", "create_user"), ("company", "update_headcount")])
def test_a_hire_waits_for_a_database_that_takes_no_writes(system: System, service: str, step: str) -> None:
    attempts = "SELECT count(*) FROM saga_steps WHERE saga_id = %s AND name = %s"
    with read_only(system, service):
        saga_id = system.start_hire()
        wait_until(
            lambda: system.found.value("employee", attempts, saga_id, step) > 1, "the step is tried again"
        )
        assert system.state(saga_id) == "running"
    wait_ended_as(system, "completed", saga_id)


def says(file: Path, line: str) -> bool:
    return file.exists() and line in file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("service", PARTICIPANTS)
def test_a_commit_whose_answer_is_lost_neither_loses_nor_repeats_anything(
    system: System, service: str, tmp_path: Path
) -> None:
    crossed = tmp_path / "boundaries"
    system.record(service, "worker", crossed, {COMMIT})
    system.wait_ended(system.start_hire())
    system.wait_at_rest()
    for name in commits_of_every_hire(crossed):
        passed = tmp_path / name.replace(" ", "-")
        system.arm(service, "worker", name, {COMMIT}, how="disconnect", record=passed)
        saga_id = system.start_hire()
        wait_until(partial(says, passed, name), f"{name} was crossed")
        wait_ended_as(system, "completed", saga_id)
        system.wait_at_rest()
        assert not system.children[service, "worker"].ended.is_set(), name
