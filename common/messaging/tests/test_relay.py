"""The whole relay at work: what is committed reaches the broker, whatever fails on the way."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from common.messaging import doorbell
from common.messaging.models import Cursor, EventRecord, Subscriber
from common.messaging.relay import Relay
from common.messaging.sender import BrokerWatch
from common.messaging.tests.events import envelope, write_event
from common.messaging.tests.producer import running_producer
from common.sagas import engine
from common.sagas.tests.toy import ToyData, saga, start
from common.security.tenancy import all_companies
from common.testing.conditions import wait_until
from common.testing.sagas import TestBroker, broker_down

NOBODY = "http://127.0.0.1:1"
EVENTS, SAGAS = "document.events", "employee.saga"


@pytest.fixture
def lonely(broker: TestBroker, wake_address: str, settings: Any) -> None:
    """No other service is up, and the broker is one that was used before."""
    BrokerWatch().lost_memory()
    settings.SERVICE_URLS = dict.fromkeys(settings.SERVICE_URLS, NOBODY)


@pytest.fixture
def relay(lonely: None, tmp_path: Path) -> Iterator[Relay]:
    """A relay at work, with nobody to follow."""
    relay = Relay(str(tmp_path / "schedule"))
    thread = threading.Thread(target=relay.run)
    thread.start()
    yield relay
    relay.stop()
    thread.join(10)
    assert not thread.is_alive(), "stop() must end the relay"


def subscribe() -> None:
    Subscriber.objects.create(name="document", types=[])


def unstamped() -> int:
    with all_companies("test"):
        return EventRecord.objects.filter(position__isnull=True).count()


def test_a_committed_event_is_stamped_and_sent(relay: Relay, broker: TestBroker) -> None:
    subscribe()
    write_event()
    wait_until(lambda: broker.pending(EVENTS), "the event is on its way")
    ((_, (batch,)),) = broker.messages(EVENTS)
    assert [event["position"] for event in batch["events"]] == [1]
    assert unstamped() == 0


def test_a_saga_that_is_due_wakes_the_orchestrator(relay: Relay, broker: TestBroker) -> None:
    start(ToyData(key="a"))
    wait_until(lambda: broker.pending(SAGAS), "the orchestrator is rung")
    assert {task for task, _ in broker.messages(SAGAS)} == {"sagas.orchestrate"}


def test_a_worker_that_is_down_does_not_find_hours_of_bells(
    lonely: None, broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.sagas.poll import ring_orchestrator

    monkeypatch.setattr("common.sagas.poll.BACKLOG", 3)
    start(ToyData(key="a"))
    assert [ring_orchestrator() for _ in range(5)] == [True, True, True, False, False]
    broker.drop_one(SAGAS)
    assert ring_orchestrator()


def test_after_the_broker_lost_everything_events_and_waiting_sagas_are_sent_again(
    relay: Relay, broker: TestBroker, settings: Any
) -> None:
    settings.SAGA_ANSWER_SECONDS = 600.0
    subscribe()
    write_event()
    wait_until(lambda: broker.pending(EVENTS), "the event is on its way")
    (saga_id,) = start(ToyData(key="a"))
    engine.orchestrate()
    assert saga(saga_id).awaiting
    broker.flush()
    wait_until(lambda: broker.pending(EVENTS), "the event is sent again")
    wait_until(lambda: broker.pending(SAGAS), "the saga is due long before its time")
    engine.orchestrate()
    assert saga(saga_id).attempts == 2


def test_a_broker_that_is_down_stops_no_stamping_and_afterwards_nothing_is_missing(
    relay: Relay, broker: TestBroker, settings: Any
) -> None:
    subscribe()
    with broker_down(settings):
        write_event()
        wait_until(lambda: not unstamped(), "the event is stamped")
    wait_until(lambda: broker.pending(EVENTS), "the event is on its way")


def test_a_producer_that_is_down_stops_nobody_and_is_read_when_it_is_back(
    relay: Relay, broker: TestBroker, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    subscribe()
    wait_until(lambda: "feed unavailable" in caplog.text, "the producers are missed")
    write_event()
    wait_until(lambda: broker.pending(EVENTS), "the event is on its way")
    with running_producer(settings) as company:
        company.log = [envelope(1, aggregate=UUID(int=1))]
        wait_until(lambda: Cursor.objects.filter(producer="company", position=1).exists(), "the feed is read")


def test_a_database_that_cuts_every_connection_costs_a_pause(relay: Relay, broker: TestBroker) -> None:
    subscribe()
    write_event()
    wait_until(lambda: broker.pending(EVENTS), "the relay is at work")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 2
    write_event()
    wait_until(lambda: broker.pending(EVENTS) == 2, "the next event is on its way")


def test_the_doorbell_tells_what_was_rung_once_and_is_quiet_otherwise(wake_address: str) -> None:
    bell = doorbell.Doorbell()
    try:
        for kind in (doorbell.EVENTS, doorbell.SAGAS, doorbell.EVENTS):
            doorbell.ring(kind)
        assert bell.wait(5) == {doorbell.EVENTS, doorbell.SAGAS}
        assert bell.wait(0.01) == set()
    finally:
        bell.close()


def test_ringing_at_nobodys_door_harms_nobody(wake_address: str) -> None:
    for _ in range(3):
        doorbell.ring(doorbell.EVENTS)


@pytest.fixture
def signals() -> Iterator[None]:
    """Put back the handlers that the command replaces."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("lonely", "signals")
def test_the_command_works_until_it_is_told_to_stop(broker: TestBroker) -> None:
    subscribe()
    write_event()

    def stop_when_it_works() -> None:
        # The queue fills after the command has put its signal handlers in place.
        wait_until(lambda: broker.redis.llen(EVENTS), "the relay is at work")
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop_when_it_works)
    thread.start()
    call_command("relay")
    thread.join()
    assert broker.pending(EVENTS) == 1


@pytest.mark.usefixtures("lonely", "signals")
def test_the_command_does_not_start_on_settings_that_lose_work() -> None:
    current_app.conf.task_acks_late = False
    try:
        with pytest.raises(CommandError, match="task_acks_late"):
            call_command("relay")
    finally:
        current_app.conf.task_acks_late = True
