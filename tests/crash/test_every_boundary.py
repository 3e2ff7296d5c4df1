"""Kills each process of a hire with SIGKILL at each boundary that it crosses, one after the other.

The boundaries are recorded from a hire that completes and one that is refused, not chosen by hand.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from common.testing.boundaries import COMMIT, PUBLISH, STATEMENT
from tests.crash.system import System
from tests.waiting import ENOUGH

SIGKILL = 9
# Statements within a transaction are covered in one process, by common/sagas/tests/test_crashes.py.
WORKER_KINDS = frozenset({COMMIT, PUBLISH})
RELAY_KINDS = frozenset({PUBLISH, STATEMENT})
PROCESSES = [(service, run) for service in ("employee", "auth", "company") for run in ("worker", "relay")]
PATHS = ("completed", "compensated")
# A relay polls all the time; these are what it does only when there is something to do.
RELAY_WORK = ("publish ", "WITH head AS")
# How often these run for one hire depends on timing; once they always do.
VARYING = ("messaging.receive_events", "sagas.orchestrate")


def kinds_of(run: str) -> frozenset[str]:
    return WORKER_KINDS if run == "worker" else RELAY_KINDS


def company_for(system: System, path: str) -> str:
    return system.company_id if path == "completed" else system.inactive_company_id


def recorded(system: System, path: str, service: str, run: str, folder: Path) -> list[str]:
    """The boundaries that the process crosses in every hire; what only one of two crosses is left over from before."""
    first, second = (_crossed(system, path, service, run, folder / name) for name in ("first", "second"))
    return [name for name in first if name in second]


def _crossed(system: System, path: str, service: str, run: str, file: Path) -> list[str]:
    system.record(service, run, file, kinds_of(run))
    saga_id = system.start_hire(company_id=company_for(system, path))
    system.wait_ended(saga_id)
    system.wait_at_rest()
    assert system.state(saga_id) == path
    names = file.read_text().splitlines() if file.exists() else []
    if run == "relay":
        names = [name for name in names if any(work in name for work in RELAY_WORK) and name.endswith("#1")]
    return [name for name in names if name.endswith("#1") or not any(task in name for task in VARYING)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("service", "run"), PROCESSES)
def test_a_hire_ends_right_when_a_process_is_killed_at_any_boundary(
    system: System,
    service: str,
    run: str,
    path: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    names = recorded(system, path, service, run, tmp_path)
    if run == "worker":
        assert any(name.startswith("before commit") for name in names), names
    slowest = 0.0
    for name in names:
        child = system.arm(service, run, name, kinds_of(run))
        saga_id = system.start_hire(company_id=company_for(system, path))
        assert child.ended.wait(ENOUGH), f"{name} was not crossed"
        assert child.signal == SIGKILL, name
        system.ensure_running()
        slowest = max(slowest, system.wait_ended(saga_id))
        assert system.state(saga_id) == path, name
        system.wait_at_rest()
    # How long is a matter of the machine; that it ends without anybody's help is not.
    record_property("slowest recovery in seconds", round(slowest, 2))
