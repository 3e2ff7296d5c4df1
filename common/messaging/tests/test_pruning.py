"""Old events go, but never one that somebody has yet to read."""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from common.messaging.feed import feed_page
from common.messaging.models import EventRecord, FeedHead, Subscriber
from common.messaging.pruning import prune
from common.messaging.sequencer import sequence
from common.messaging.subscribers import subscriber_seen
from common.messaging.tasks import prune_events
from common.messaging.tests.events import write_event
from common.security.tenancy import all_companies
from common.testing.database import TestDatabase

pytestmark = pytest.mark.usefixtures("committed_db", "log")


def older(test_database: TestDatabase, which: str, by: str) -> None:
    test_database.as_owner(f"UPDATE event_log SET occurred_at = occurred_at + interval '{by}' WHERE {which}")


@pytest.fixture
def log(committed_db: None, test_database: TestDatabase) -> None:
    """Six stamped events: four of last month, two of today."""
    for _ in range(6):
        write_event()
    sequence()
    older(test_database, "position <= 4", "-30 days")


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


def test_an_event_younger_than_the_retention_keeps_those_after_it(test_database: TestDatabase) -> None:
    """Positions stay contiguous, whatever the clocks said."""
    subscribe("company", 6)
    older(test_database, "position = 2", "29 days")
    assert prune(days=7) == 1
    assert kept() == [2, 3, 4, 5, 6]


def test_an_unstamped_event_stays_however_old_it_is(test_database: TestDatabase) -> None:
    subscribe("company", 6)
    write_event()
    older(test_database, "true", "-30 days")
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


@pytest.mark.parametrize(
    "statement", ["UPDATE event_log SET payload = '{}'", "DELETE FROM event_log", "TRUNCATE event_log"]
)
def test_what_was_published_is_neither_changed_nor_taken_back(statement: str) -> None:
    with (
        all_companies("test"),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        connection.cursor().execute(statement)
    assert len(kept()) == 6


def test_no_event_of_this_week_goes_whoever_asks() -> None:
    subscribe("company", 6)
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT position FROM event_log_prune(100) ORDER BY 1")
        assert cursor.fetchall() == [(1,), (2,), (3,), (4,)]
    assert prune(days=1) == 0


def test_no_event_goes_that_a_subscriber_has_yet_to_apply_whoever_asks() -> None:
    subscribe("company", 3)
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT position FROM event_log_prune(100) ORDER BY 1")
        assert cursor.fetchall() == [(1,), (2,), (3,)]
