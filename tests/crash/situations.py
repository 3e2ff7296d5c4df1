"""Brings a running system into the situations that the crash tests begin with."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from common.testing.invariants import left_of
from tests.crash.system import System
from tests.waiting import wait_until

# A command may be repeated and events may come in several messages; this often they come in every hire.
# Mails of users are looked for every few seconds, hire or no hire.
_EVERY_HIRE = re.compile(r"^after commit in (?!users\.)(?:.*#1|sagas\.record_answers#[123])$")


def queued(system: System, *queues: str) -> int:
    """How many messages wait in the broker's queues of these names."""
    return sum(int(system.stack.redis.llen(queue)) for queue in queues)


def wait_at_step(system: System, saga_id: str, step: str, direction: str = "do") -> None:
    """Wait until the saga waits for the answer of ``step``."""
    state = "running" if direction == "do" else "compensating"
    query = "SELECT state, step, awaiting FROM sagas WHERE id = %s"
    wait_until(
        lambda: system.found.rows("employee", query, saga_id)[0] == (state, step, True),
        f"saga {saga_id} is at {step} ({direction})",
    )


def wait_state(system: System, saga_id: str, *states: str) -> float:
    """Wait until the saga is in one of ``states``; the seconds it took."""
    return wait_until(lambda: system.state(saga_id) in states, f"saga {saga_id} is {' or '.join(states)}")


def wait_ended_as(system: System, state: str, *saga_ids: str) -> float:
    """Wait until all of the sagas have ended, assert how, and return the seconds it took."""
    took = wait_until(
        lambda: (
            not system.found.value(
                "employee",
                "SELECT count(*) FROM sagas WHERE id = ANY(%s::uuid[]) AND state IN ('running', 'compensating')",
                list(saga_ids),
            )
        ),
        f"{len(saga_ids)} sagas end",
    )
    assert {system.state(saga_id) for saga_id in saga_ids} == {state}
    return took


def let_time_pass(system: System, saga_id: str) -> None:
    """Whatever the saga waits for, it has waited long enough."""
    system.found.change("employee", "UPDATE sagas SET wake_at = clock_timestamp() WHERE id = %s", saga_id)


def let_deadline_pass(system: System, saga_id: str) -> None:
    """The saga's time is up."""
    system.found.change(
        "employee",
        "UPDATE sagas SET deadline_at = clock_timestamp(), wake_at = clock_timestamp() WHERE id = %s",
        saga_id,
    )


def operator(system: System, action: str, saga_id: str) -> None:
    """An operator's hand in the saga: ``retry``, ``skip``, ``mark_done`` or ``compensate``."""
    system.stack.manage(
        "employee",
        "shell",
        "-v0",
        "-c",
        "from common.sagas import services; from uuid import UUID;"
        f"services.saga_{action}(UUID('{saga_id}'), operator='nadia', reason='tried by a test')",
    )


def remains(system: System, saga_id: str) -> list[str]:
    """What is left of the saga's hire in the three databases."""
    data = system.found.value("employee", "SELECT data->'employee' FROM sagas WHERE id = %s", saga_id)
    return left_of(
        system.found,
        user_id=UUID(data["user_id"]),
        employee_id=UUID(data["employee_id"]),
        saga_id=UUID(saga_id),
        email=data["email"],
    )


def effects(system: System, service: str, saga_id: str) -> list[tuple[Any, ...]]:
    """(step, direction, status) of everything that the service has done for the saga."""
    query = "SELECT step, direction, status FROM saga_effects WHERE saga_id = %s ORDER BY id"
    return system.found.rows(service, query, saga_id)


def companies_known(system: System, *company_ids: str) -> Callable[[], bool]:
    """Whether the events about these companies have reached the employee service."""
    query = "SELECT count(*) FROM companies_ref WHERE company_id = ANY(%s::uuid[])"
    return lambda: bool(system.found.value("employee", query, list(company_ids)) == len(company_ids))


def wait_read(system: System, reader: str, producer: str, epoch: UUID, position: int) -> None:
    """Wait until service ``reader`` has applied ``producer``'s log of this epoch up to ``position``."""
    query = "SELECT epoch, position FROM feed_cursors WHERE producer = %s"
    wait_until(
        lambda: system.found.rows(reader, query, producer) == [(epoch, position)],
        f"{reader} has read {producer} up to {position}",
    )


def timeouts(system: System, service: str) -> int:
    """How often the service's workers and relays have said that they gave up waiting for something."""
    log = system.stack.root / "logs" / f"{service}-zygote.log"
    return log.read_text(encoding="utf-8", errors="replace").count("Timeout")


def commits_of_every_hire(boundaries: Path) -> list[str]:
    """Of the boundaries that a worker wrote down, those right after a commit that no hire does without."""
    return [line for line in boundaries.read_text(encoding="utf-8").splitlines() if _EVERY_HIRE.match(line)]
