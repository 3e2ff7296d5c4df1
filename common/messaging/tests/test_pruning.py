"""Old events go, but never one that somebody has yet to read."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models import F

from common.messaging.feed import feed_page
from common.messaging.models import EventRecord, FeedHead, Subscriber
from common.messaging.pruning import prune
from common.messaging.sequencer import sequence
from common.messaging.subscribers import subscriber_seen
from common.messaging.tasks import prune_events
from common.messaging.tests.events import write_event
from common.security.tenancy import all_companies

pytestmark = pytest.mark.usefixtures("committed_db", "log")


@pytest.fixture
def log(committed_db: None) -> None:
    """Six stamped events: four of last month, two of today."""
    for _ in range(6):
        write_event()
    sequence()
    with all_companies("test"):
        EventRecord.objects.filter(position__lte=4).update(occurred_at=F("occurred_at") - timedelta(days=30))


def kept() -> list[int | None]:
    with all_companies("test"):
        return list(EventRecord.objects.order_by("id").values_list("position", flat=True))


def subscribe(name: str, acknowledged: int) -> None:
    subscriber_seen(name, types=None, acknowledged=acknowledged, epoch=FeedHead.objects.get().epoch)


def test_old_events_that_everybody_has_applied_go() -> None:
    subscribe("company", 6)
    subscribe("auth", 5)
    assert prune(days=7) == 4
    assert kept() == [5, 6]
    page = feed_page(after=4, limit=10)
    assert (page.first, page.head, [event.position for event in page.events]) == (5, 6, [5, 6])


def test_nothing_goes_that_the_slowest_subscriber_has_not_applied() -> None:
    subscribe("company", 6)
    subscribe("auth", 2)
    assert prune(days=7) == 2
    assert kept() == [3, 4, 5, 6]
    subscribe("auth", 6)
    assert prune(days=7) == 2
    assert kept() == [5, 6]


def test_nothing_goes_while_nobody_subscribes() -> None:
    assert prune(days=7) == 0
    assert len(kept()) == 6


def test_nothing_goes_while_a_subscriber_has_yet_to_read_the_new_epoch() -> None:
    subscribe("company", 6)
    subscribe("auth", 6)
    FeedHead.objects.update(epoch=uuid4())
    subscribe("company", 6)
    assert prune(days=7) == 0
    subscribe("auth", 6)
    assert prune(days=7) == 4


def test_an_event_younger_than_the_retention_keeps_those_after_it() -> None:
    """Positions stay contiguous, whatever the clocks said."""
    subscribe("company", 6)
    with all_companies("test"):
        EventRecord.objects.filter(position=2).update(occurred_at=F("occurred_at") + timedelta(days=29))
    assert prune(days=7) == 1
    assert kept() == [2, 3, 4, 5, 6]


def test_an_unstamped_event_stays_however_old_it_is() -> None:
    subscribe("company", 6)
    write_event()
    with all_companies("test"):
        EventRecord.objects.update(occurred_at=F("occurred_at") - timedelta(days=30))
    assert prune(days=7) == 6
    assert kept() == [None]
    assert sequence() == (7, 1)


def test_a_large_log_goes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.messaging.pruning.BATCH", 3)
    subscribe("company", 6)
    assert prune(days=7) == 4
    assert FeedHead.objects.get().pruned_to == 4


def test_a_dry_run_counts_and_deletes_nothing() -> None:
    subscribe("company", 6)
    assert prune(days=7, dry_run=True) == 4
    assert len(kept()) == 6
    assert feed_page(after=0, limit=10).first == 1


def test_a_retention_of_no_days_keeps_everything(settings: Any) -> None:
    subscribe("company", 6)
    settings.EVENT_RETENTION_DAYS = 0
    prune_events()
    assert (prune(days=0), len(kept())) == (0, 6)


def test_the_nightly_task_goes_by_the_settings(settings: Any) -> None:
    subscribe("company", 6)
    settings.EVENT_RETENTION_DAYS = 7
    prune_events()
    assert kept() == [5, 6]


def test_the_command_says_how_many_went(settings: Any) -> None:
    subscribe("company", 6)
    said = StringIO()
    call_command("prune_events", "--days", "7", "--dry-run", stdout=said)
    call_command("prune_events", "--days", "7", stdout=said)
    assert said.getvalue().splitlines() == ["4 events would be deleted.", "4 events were deleted."]
    assert Subscriber.objects.count() == 1


def test_a_new_epoch_begins_where_the_log_ends() -> None:
    before = FeedHead.objects.get()
    said = StringIO()
    call_command("new_epoch", stdout=said)
    after = FeedHead.objects.get()
    assert after.epoch != before.epoch
    assert (after.position, kept()) == (6, [1, 2, 3, 4, 5, 6])
    assert said.getvalue() == f"Epoch {after.epoch} begins; the log ends at position 6.\n"
