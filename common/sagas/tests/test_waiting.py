"""Requests that wait for their sagas: many of them, one watcher, no connection held."""

import threading
from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from common.sagas import services
from common.sagas.models import SagaState
from common.sagas.tests.toy import ToyData, drive, start
from common.sagas.waiting import SagaWaiter
from common.testing.conditions import ENOUGH, wait_until
from common.testing.sagas import TestBroker
from common.testing.threads import run_all

MANY = 64


class Observed(SagaWaiter):
    """Notes which thread looked for how many sagas at once."""

    looks: ClassVar[list[tuple[int, int]]] = []

    @staticmethod
    def _ended(ids: list[UUID]) -> list[tuple[UUID, str]]:
        Observed.looks.append((threading.get_ident(), len(ids)))
        return SagaWaiter._ended(ids)


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher with nothing to watch ends soon."""
    monkeypatch.setattr("common.sagas.waiting.IDLE_SECONDS", 0.05)


@pytest.fixture
def waiter(broker: TestBroker) -> Iterator[Observed]:
    Observed.looks.clear()
    waiter = Observed()
    yield waiter
    wait_until(lambda: not waiter._thread, "the watcher has gone")


def others() -> int:
    """Connections to this database beside the test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def cut_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()"
        )


def test_many_who_wait_are_woken_by_one_watcher_that_asks_for_all_at_once(
    waiter: Observed, broker: TestBroker
) -> None:
    sagas = start(*(ToyData(key=f"k{number}") for number in range(MANY)))

    def finish() -> None:
        wait_until(lambda: (Observed.looks or [(0, 0)])[-1][1] == MANY, "all are being waited for")
        drive(broker)

    waits = [lambda saga_id=saga_id: waiter.wait(saga_id, ENOUGH) for saga_id in sagas]
    assert run_all([*waits, finish]) == [*[SagaState.COMPLETED] * MANY, None]
    assert len({thread for thread, _ in Observed.looks}) == 1
    assert max(count for _, count in Observed.looks) == MANY


def test_several_may_wait_for_one_saga(waiter: Observed, broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))

    def finish() -> None:
        wait_until(lambda: Observed.looks, "it is being waited for")
        drive(broker)

    found = run_all([*([lambda: waiter.wait(saga_id, ENOUGH)] * 3), finish])
    assert found == [*[SagaState.COMPLETED] * 3, None]


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (ToyData(key="a"), SagaState.COMPLETED),
        (ToyData(key="a", refuses="two"), SagaState.COMPENSATED),
        (ToyData(key="a", refuses="two", undo_fails="one"), SagaState.PARKED),
    ],
    ids=["completed", "compensated", "parked"],
)
def test_whoever_waits_is_told_how_the_saga_ended(
    broker: TestBroker, data: ToyData, state: SagaState
) -> None:
    (saga_id,) = start(data)
    drive(broker)
    assert services.saga_wait(saga_id, ENOUGH) == state


def test_whoever_has_waited_long_enough_gets_nothing(waiter: Observed, broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    assert services.saga_wait(saga_id, 0.05) is None
    assert not waiter.wait(saga_id, 0.05)
    assert not waiter.wait(uuid4(), 0.05)
    assert not waiter._waiting


def test_nobody_waits_inside_a_transaction(committed_db: None) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        services.saga_wait(uuid4(), 1)


def test_whoever_waits_holds_no_connection(broker: TestBroker) -> None:
    sagas = start(*(ToyData(key=f"k{number}") for number in range(8)))
    waiting = threading.Barrier(len(sagas) + 1)

    def request(saga_id: UUID) -> bool:
        others()  # Whatever a request asks the database before it waits.
        waiting.wait(ENOUGH)
        return services.saga_wait(saga_id, ENOUGH) is not None

    def finish() -> bool:
        waiting.wait(ENOUGH)
        wait_until(lambda: others() <= 1, "only the watcher is connected")
        drive(broker)
        return True

    # The test's own connection is none of them.
    connection.close()
    works = [*(lambda saga_id=saga_id: request(saga_id) for saga_id in sagas), finish]
    assert all(run_all(works))


def test_a_watcher_whose_connection_is_cut_goes_on(waiter: Observed, broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))

    def finish() -> None:
        wait_until(lambda: Observed.looks, "it is being waited for")
        cut_others()
        drive(broker)

    assert run_all([lambda: waiter.wait(saga_id, ENOUGH), finish]) == [SagaState.COMPLETED, None]


def test_a_watcher_that_has_gone_is_replaced(waiter: Observed, broker: TestBroker) -> None:
    first, second = start(ToyData(key="a"), ToyData(key="b"))
    drive(broker)
    assert waiter.wait(first, ENOUGH)
    wait_until(lambda: not waiter._thread, "the watcher has gone")
    assert waiter.wait(second, ENOUGH)
