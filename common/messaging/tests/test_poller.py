"""The poll beside the doorbell: it applies what nobody else does, and keeps out of the worker's way."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from common.messaging.inbox import apply
from common.messaging.models import Cursor
from common.messaging.poller import Poller
from common.messaging.tests.events import batch, envelope
from common.messaging.tests.producer import Producer, running_producer

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def company(settings: Any) -> Iterator[Producer]:
    with running_producer(settings) as producer:
        producer.log = [told(1)]
        yield producer


def told(position: int) -> Any:
    return envelope(position, aggregate=UUID(int=position), name=f"Company {position}")


def position() -> int:
    return Cursor.objects.get(producer="company").position


def test_what_no_doorbell_brought_is_pulled(company: Producer) -> None:
    poller = Poller("company")
    poller.poll()
    assert position() == 1
    company.log.append(told(2))
    poller.poll()
    assert position() == 2
    company.log.append(told(3))
    poller.poll()
    assert position() == 3


def test_while_the_worker_applies_events_the_poll_leaves_them_to_it(company: Producer) -> None:
    poller = Poller("company")
    poller.poll()
    company.log += [told(2), told(3)]
    apply(batch(1, told(2), epoch=company.epoch))
    poller.poll()
    assert position() == 2
    assert company.asked[-1]["after"] == "2", "the producer must hear how far this service is"
    poller.poll()
    assert position() == 3
