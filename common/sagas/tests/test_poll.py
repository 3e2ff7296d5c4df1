"""Which sagas make the relay ring for the orchestrator."""

from datetime import timedelta
from typing import Any

import pytest
from redis import RedisError

from common.sagas import engine, store
from common.sagas.models import SagaInstance
from common.sagas.poll import expedite_waiting, ring_orchestrator
from common.sagas.tests.toy import ToyData, drive, lies_still, saga, start
from common.security.tenancy import all_companies
from common.testing.sagas import TestBroker, broker_down

QUEUE = "employee.saga"


def test_a_saga_that_is_due_rings(broker: TestBroker) -> None:
    assert not ring_orchestrator()
    start(ToyData(key="a"))
    assert ring_orchestrator()
    assert broker.messages(QUEUE) == [("sagas.orchestrate", [])]


def test_a_saga_whose_time_has_not_come_does_not_ring(broker: TestBroker) -> None:
    start(ToyData(key="a"))
    lies_still()
    assert not ring_orchestrator()
    assert broker.pending() == 0


def test_sagas_that_have_ended_or_wait_for_an_operator_do_not_ring(broker: TestBroker) -> None:
    start(ToyData(key="a"), ToyData(key="b", refuses="two", undo_fails="one"))
    drive(broker)
    assert not ring_orchestrator()


def test_the_task_that_is_rung_for_claims_what_is_due(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    ring_orchestrator()
    assert broker.deliver_one(QUEUE) == "sagas.orchestrate"
    assert saga(saga_id).awaiting


def test_when_the_broker_has_lost_the_commands_those_who_wait_for_answers_are_due(broker: TestBroker) -> None:
    waiting, resting = start(ToyData(key="a"), ToyData(key="b"))
    with all_companies("test"):
        SagaInstance.objects.filter(pk=resting).update(wake_at=store.database_now() + timedelta(days=1))
    engine.orchestrate()
    assert not ring_orchestrator()
    assert expedite_waiting() == 1
    assert ring_orchestrator()
    engine.orchestrate()
    assert (saga(waiting).attempts, saga(resting).attempts) == (2, 0)


def test_a_broker_that_is_down_is_heard_of(broker: TestBroker, settings: Any) -> None:
    start(ToyData(key="a"))
    with broker_down(settings), pytest.raises(RedisError):
        ring_orchestrator()
