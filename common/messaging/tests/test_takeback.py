"""A worker that starts takes back what the killed one before it had in hand."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from kombu import Queue

from common.messaging.takeback import take_back
from common.testing.sagas import TestBroker, test_broker

QUEUE = "employee.saga"


@pytest.fixture
def broker(db: None) -> Iterator[TestBroker]:
    with test_broker() as broker:
        yield broker


def receive_and_die(broker: TestBroker) -> None:
    """Take a message and never acknowledge it."""
    connection = broker.app.connection_for_read()
    channel: Any = connection.default_channel
    assert Queue(QUEUE, durable=True)(channel).get(no_ack=False) is not None
    # Closing in an orderly way would give the message back.
    channel._closing = True
    channel.qos._delivered.clear()


def taken_back(broker: TestBroker, *names: str) -> int:
    with broker.app.connection_for_write() as connection:
        return take_back(connection.default_channel, names)


def test_a_message_in_a_killed_workers_hand_is_delivered_again(broker: TestBroker) -> None:
    current_app.send_task("sagas.orchestrate", queue=QUEUE)
    receive_and_die(broker)
    assert broker.pending(QUEUE) == 0
    assert taken_back(broker, QUEUE) == 1
    assert broker.pending(QUEUE) == 1
    assert taken_back(broker, QUEUE) == 0


def test_messages_of_other_services_are_left_to_them(broker: TestBroker) -> None:
    current_app.send_task("sagas.orchestrate", queue=QUEUE)
    receive_and_die(broker)
    assert taken_back(broker, "auth.saga") == 0


def test_a_message_that_killed_a_second_worker_is_left_alone(broker: TestBroker) -> None:
    current_app.send_task("sagas.orchestrate", queue=QUEUE)
    receive_and_die(broker)
    assert taken_back(broker, QUEUE) == 1
    receive_and_die(broker)
    assert taken_back(broker, QUEUE) == 0
    assert broker.pending(QUEUE) == 0
