from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics_service.analytics.consumers import store_events
from analytics_service.analytics.models import StoredEvent
from analytics_service.analytics.tests.factories import EnvelopeFactory
from common.contracts.base import owner_of
from common.contracts.export import events
from common.messaging.consumers import registry
from common.messaging.envelopes import Batch, Envelope
from common.messaging.inbox import Outcome, apply
from common.security.tenancy import all_companies
from common.testing.samples import sample_payload

pytestmark = pytest.mark.django_db
OTHERS = ["auth", "company", "employee", "document", "notification"]


def stored() -> dict[Any, StoredEvent]:
    with all_companies("looking at what was stored"):
        return {event.id: event for event in StoredEvent.objects.all()}


def sample_envelope(name: str, **values: Any) -> Envelope:
    return EnvelopeFactory.create(type=name, payload=sample_payload(name), **values)


def test_every_event_of_every_other_service_is_asked_for() -> None:
    assert registry.producers("analytics", ["analytics", *OTHERS]) == OTHERS
    assert {registry.types_from(producer) is None for producer in OTHERS} == {True}


@pytest.mark.parametrize("name", [name for name in events() if owner_of(name) != "analytics"])
def test_every_event_of_the_catalogue_is_stored_as_it_was_sent(name: str) -> None:
    envelope = sample_envelope(name, actor_id=uuid4())
    with all_companies("as the consumer runs"):
        store_events(owner_of(name), [envelope])
    event = stored()[envelope.id]
    assert event.payload == sample_payload(name)
    assert (event.producer, event.type, event.position) == (owner_of(name), name, envelope.position)
    assert (event.company_id, event.actor_id) == (envelope.company_id, envelope.actor_id)


def test_an_event_of_a_newer_producer_is_stored_too() -> None:
    with all_companies("as the consumer runs"):
        store_events("document", [EnvelopeFactory.create(type="document.signed", payload={"by": "x"})])
    assert [event.type for event in stored().values()] == ["document.signed"]


def test_an_event_that_comes_again_is_stored_once_and_as_it_came_first() -> None:
    envelopes = EnvelopeFactory.create_batch(3)
    again = [EnvelopeFactory.create(id=envelope.id, payload={"changed": True}) for envelope in envelopes]
    with all_companies("as the consumer runs"):
        store_events("company", envelopes)
        store_events("company", [*again, EnvelopeFactory.create()])
    assert len(stored()) == 4
    assert all(stored()[envelope.id].payload == envelope.payload for envelope in envelopes)


def test_a_batch_is_one_statement_however_many_events_it_holds() -> None:
    envelopes = EnvelopeFactory.create_batch(500)
    with all_companies("as the consumer runs"), CaptureQueriesContext(connection) as queries:
        store_events("company", envelopes)
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert len(stored()) == 500


def test_a_batch_from_the_feed_moves_the_cursor_and_stores_events_of_no_company_too() -> None:
    batch = Batch(
        producer="auth",
        epoch=uuid4(),
        after=0,
        upto=2,
        events=[
            sample_envelope("session.created", position=1, company_id=None),
            sample_envelope("role.assigned", position=2),
        ],
    )
    assert apply(batch) is Outcome.APPLIED
    assert apply(batch) is Outcome.APPLIED
    assert sorted(event.type for event in stored().values()) == ["role.assigned", "session.created"]
