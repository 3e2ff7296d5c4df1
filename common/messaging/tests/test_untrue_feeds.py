"""A producer that somebody has taken over: it may lie about its own things, and harms nobody else."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
import pytest

from common.contracts.auth import UserDeactivated
from common.contracts.base import to_wire
from common.messaging.backfill import BackfillError, backfill
from common.messaging.models import Cursor
from common.messaging.pull import FeedUnavailableError, pull
from common.messaging.tests.events import batch, envelope
from common.messaging.tests.producer import Producer, running_producer
from common.reference.models import CompanyRef
from common.security.exchange import Limits
from common.security.models import RevokedUser
from common.security.tenancy import all_companies
from common.testing.hostile import HOSTILE_ANSWERS, hostile

pytestmark = pytest.mark.usefixtures("committed_db")
COMPANY = uuid4()
PERSON = uuid4()


@pytest.fixture
def company(settings: Any) -> Iterator[Producer]:
    """A company service with one event to tell."""
    with running_producer(settings) as producer:
        producer.log = [envelope(1, aggregate=COMPANY, name="Gulf Union")]
        yield producer


def lying(producer: Producer, lie: Callable[[dict[str, Any]], None]) -> None:
    """Have the producer answer its true page with a lie in it."""

    def answer(path: str, _body: bytes) -> tuple[int, dict[str, str], Any]:
        (after,) = parse_qs(urlsplit(path).query)["after"]
        page = json.loads(msgspec.json.encode(producer.page(after=int(after))))
        lie(page)
        return 200, {}, page

    producer.server.answer = answer


def deactivated(page: dict[str, Any]) -> None:
    event = UserDeactivated(user_id=PERSON, at=datetime(2036, 1, 1, tzinfo=UTC))
    page["events"][0] |= {"type": "user.deactivated", "payload": to_wire(event)}


LIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "another's event": deactivated,
    "in another's name": lambda page: page.update(producer="auth"),
    "of another place": lambda page: page.update(after=7),
    "beyond what can be counted": lambda page: page.update(upto=2**63, head=2**63),
    "before the first": lambda page: page.update(first=-1),
    "an end before its events": lambda page: page.update(upto=0),
    "an event twice": lambda page: page["events"].append(page["events"][0]),
    "more events than were asked for": lambda page: page.update(
        events=[{**page["events"][0], "position": n} for n in range(1, 502)], upto=501, head=501
    ),
    "what no log can hold": lambda page: page["events"][0]["payload"].update(name="Gulf \\\0"),
    "an end that is never reached": lambda page: page.update(events=[], upto=0, head=9),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_page_that_cannot_be_true_changes_nothing(company: Producer, lie: str) -> None:
    lying(company, LIES[lie])
    with pytest.raises(FeedUnavailableError, match=r"^company: "):
        pull("company")
    assert Cursor.objects.get(producer="company").position == 0
    assert not RevokedUser.objects.exists()
    with all_companies("test"):
        assert not CompanyRef.objects.exists()


def test_a_log_that_begins_anew_with_every_page_ends_with_the_time_for_it(company: Producer) -> None:
    pull("company")
    lying(company, lambda page: page.update(epoch=str(uuid4())))
    pull("company", max_seconds=0.2)
    assert len(company.asked) > 2


def test_a_rebuild_from_a_log_without_an_end_ends(company: Producer) -> None:
    pull("company")
    lying(company, LIES["an end that is never reached"])
    with pytest.raises((BackfillError, FeedUnavailableError)):
        backfill("company")


def test_a_name_that_merely_spells_a_nul_is_a_name(company: Producer) -> None:
    company.log.append(envelope(2, aggregate=COMPANY, name="Gulf \\u0000"))
    assert pull("company") == 2
    with all_companies("test"):
        assert CompanyRef.objects.get().name == "Gulf \\u0000"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", HOSTILE_ANSWERS)
def test_what_is_no_page_at_all_is_tried_again_later(
    settings: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("common.messaging.pull.LIMITS", Limits(seconds=0.5, largest=100_000))
    with hostile(HOSTILE_ANSWERS[what]).running() as peer:
        settings.SERVICE_URLS = {**settings.SERVICE_URLS, "company": peer.url}
        with pytest.raises(FeedUnavailableError, match=r"^company: "):
            pull("company")
    assert Cursor.objects.get(producer="company").position == 0


def test_a_page_is_checked_as_a_batch_is() -> None:
    """What came through the broker is refused by the same rule; tests of signed messages send it."""
    told = batch(0, envelope(1, type="user.deactivated"))
    assert told.untrue() == "user.deactivated is not its to tell"
