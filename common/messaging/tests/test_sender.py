"""Sending subscribers their events: batches with positions, without gaps, and again when the broker forgot."""

from typing import Any
from uuid import uuid4

import pytest
from kombu.exceptions import OperationalError
from redis import RedisError

from common.contracts.base import from_wire
from common.messaging.envelopes import Batch
from common.messaging.models import FeedHead, Subscriber
from common.messaging.sender import BrokerWatch, Sender
from common.messaging.sequencer import sequence
from common.messaging.tests.events import write_event
from common.testing.sagas import TestBroker, broker_down

QUEUE = "company.events"
ARCHIVED = "employee.archived"


@pytest.fixture
def sender(broker: TestBroker) -> Sender:
    return Sender()


def subscribe(name: str = "company", *, types: tuple[str, ...] = (), acknowledged: int = 0) -> None:
    Subscriber.objects.create(name=name, types=list(types), acknowledged=acknowledged)


def write(count: int) -> None:
    for _ in range(count):
        write_event()
    sequence()


def batches(broker: TestBroker, queue: str = QUEUE) -> list[Batch]:
    """What waits for the subscriber."""
    sent = broker.messages(queue)
    assert {task for task, _ in sent} <= {"messaging.receive_events"}
    return [from_wire(Batch, arguments[0]) for _, arguments in sent]


def ranges(broker: TestBroker) -> list[tuple[int, int, list[int]]]:
    return [(each.after, each.upto, [event.position for event in each.events]) for each in batches(broker)]


def test_a_subscriber_gets_the_events_with_their_positions(sender: Sender, broker: TestBroker) -> None:
    subscribe()
    write(3)
    assert sender.send() == 3
    assert ranges(broker) == [(0, 3, [1, 2, 3])]
    (batch,) = batches(broker)
    assert (batch.producer, batch.epoch) == ("employee", FeedHead.objects.get().epoch)
    assert {event.type for event in batch.events} == {ARCHIVED}


def test_what_was_sent_is_not_sent_again(sender: Sender, broker: TestBroker) -> None:
    subscribe()
    write(2)
    assert (sender.send(), sender.send()) == (2, 0)
    write(1)
    assert sender.send() == 1
    assert ranges(broker) == [(0, 2, [1, 2]), (2, 3, [3])]


def test_sending_goes_on_from_what_the_subscriber_has_applied(sender: Sender, broker: TestBroker) -> None:
    write(4)
    subscribe(acknowledged=3)
    assert sender.send() == 1
    assert ranges(broker) == [(3, 4, [4])]


def test_each_subscriber_gets_its_own_batch(sender: Sender, broker: TestBroker) -> None:
    subscribe()
    subscribe("auth", acknowledged=1)
    write(2)
    assert sender.send() == 3
    assert [each.after for each in batches(broker, "auth.events")] == [1]
    assert [each.after for each in batches(broker)] == [0]


def test_many_events_travel_in_batches_that_join(
    sender: Sender, broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.messaging.sender.PAGE", 2)
    monkeypatch.setattr("common.messaging.sender.BACKLOG", 3)
    subscribe()
    write(5)
    assert sender.send() == 5
    assert ranges(broker) == [(0, 2, [1, 2]), (2, 4, [3, 4]), (4, 5, [5])]


def test_nothing_is_sent_for_events_of_other_types(sender: Sender, broker: TestBroker) -> None:
    subscribe(types=("employee.hired",))
    write(3)
    assert (sender.send(), ranges(broker)) == (0, [])


def test_the_next_batch_covers_the_positions_of_other_types_before_it(
    sender: Sender, broker: TestBroker
) -> None:
    subscribe(types=("employee.terminated", ARCHIVED))
    write(1)
    sender.send()
    Subscriber.objects.update(types=["employee.hired"])
    write(3)
    assert sender.send() == 0
    Subscriber.objects.update(types=["employee.hired", ARCHIVED])
    write(1)
    assert sender.send() == 1
    assert ranges(broker) == [(0, 1, [1]), (1, 5, [5])]


def test_what_was_forgotten_is_sent_again_from_what_was_applied(sender: Sender, broker: TestBroker) -> None:
    subscribe()
    write(3)
    sender.send()
    broker.flush()
    assert sender.send() == 0
    Subscriber.objects.update(acknowledged=1)
    sender.forget()
    assert sender.send() == 2
    assert ranges(broker) == [(1, 3, [2, 3])]


def test_a_new_epoch_is_sent_from_what_was_applied(sender: Sender, broker: TestBroker) -> None:
    subscribe()
    write(2)
    sender.send()
    epoch = uuid4()
    FeedHead.objects.update(epoch=epoch)
    assert sender.send() == 2
    assert [each.epoch for each in batches(broker)][1:] == [epoch]


def test_a_batch_that_could_not_be_published_is_published_later(
    sender: Sender, broker: TestBroker, settings: Any
) -> None:
    subscribe()
    write(2)
    address = settings.REDIS_URL
    with broker_down(settings):
        settings.REDIS_URL = address  # The queue can be looked at, and then nothing can be published.
        with pytest.raises(OperationalError):
            sender.send()
    assert sender.send() == 2
    assert ranges(broker) == [(0, 2, [1, 2])]


def test_while_the_broker_is_down_sending_fails_and_afterwards_nothing_is_missing(
    sender: Sender, broker: TestBroker, settings: Any
) -> None:
    subscribe()
    write(2)
    sender.send()
    write(2)
    with broker_down(settings), pytest.raises((OperationalError, RedisError)):
        sender.send()
    assert sender.send() == 2
    assert ranges(broker) == [(0, 2, [1, 2]), (2, 4, [3, 4])]


def test_a_subscriber_that_is_down_does_not_fill_the_broker_and_misses_nothing(
    sender: Sender, broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.messaging.sender.BACKLOG", 2)
    subscribe()
    for _ in range(4):
        write(1)
        sender.send()
    assert sender.held_back
    assert ranges(broker) == [(0, 1, [1]), (1, 2, [2])]
    broker.drop_one(QUEUE)
    broker.drop_one(QUEUE)
    assert sender.send() == 2
    assert not sender.held_back
    assert ranges(broker) == [(2, 4, [3, 4])]


def test_a_broker_that_lost_its_memory_is_noticed_once(broker: TestBroker) -> None:
    watch = BrokerWatch()
    assert watch.lost_memory()
    assert not watch.lost_memory()
    broker.flush()
    assert [watch.lost_memory(), watch.lost_memory()] == [True, False]


def test_another_process_of_the_service_does_not_take_the_key_for_a_loss(broker: TestBroker) -> None:
    BrokerWatch().lost_memory()
    assert not BrokerWatch().lost_memory()


def test_looking_at_a_broker_that_is_down_raises(broker: TestBroker, settings: Any) -> None:
    with broker_down(settings), pytest.raises(RedisError):
        BrokerWatch().lost_memory()
