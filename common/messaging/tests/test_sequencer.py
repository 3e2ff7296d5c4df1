"""Positions: contiguous, in the order of commits of an aggregate, never missed."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, transaction

from common.messaging.feed import feed_page
from common.messaging.models import EventRecord, FeedHead
from common.messaging.sequencer import LOCK, sequence
from common.messaging.tests.events import write_event
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, STATEMENT, Boundaries, enumerated
from common.testing.threads import run_all

pytestmark = pytest.mark.usefixtures("committed_db")


def positions() -> list[int | None]:
    with all_companies("test"):
        return list(EventRecord.objects.order_by("id").values_list("position", flat=True))


def test_waiting_events_get_contiguous_positions_in_the_order_they_were_written() -> None:
    for _ in range(5):
        write_event()
    assert sequence() == (5, 5)
    write_event()
    assert sequence() == (6, 1)
    assert positions() == [1, 2, 3, 4, 5, 6]


def test_nothing_waiting_changes_nothing() -> None:
    assert sequence() == (0, 0)
    assert FeedHead.objects.get().position == 0


def test_a_transaction_that_stays_open_neither_blocks_nor_is_missed() -> None:
    opened, close = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with all_companies("test"):
            write_event()
            opened.set()
            assert close.wait(30)

    thread = threading.Thread(target=run_all, args=([slow_writer],))
    thread.start()
    assert opened.wait(30)
    write_event()
    assert sequence() == (1, 1)
    close.set()
    thread.join(30)
    assert sequence() == (2, 1)
    # The slow one has the lower id and the later position: readers go by position.
    assert positions() == [2, 1]


def test_a_second_sequencer_at_the_same_time_has_nothing_to_do() -> None:
    write_event()
    held, release = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            held.set()
            assert release.wait(30)

    thread = threading.Thread(target=run_all, args=([first],))
    thread.start()
    assert held.wait(30)
    assert sequence() == (0, 0)
    release.set()
    thread.join(30)
    assert sequence() == (1, 1)


def test_writers_and_sequencers_side_by_side_leave_no_gap_and_miss_nothing() -> None:
    writers, each = 6, 40
    finished = threading.Event()

    def write() -> None:
        for _ in range(each):
            write_event()

    def stamp() -> None:
        while not finished.is_set():
            sequence(7)

    sequencers = [threading.Thread(target=run_all, args=([stamp],)) for _ in range(2)]
    for thread in sequencers:
        thread.start()
    run_all([write] * writers)
    finished.set()
    for thread in sequencers:
        thread.join(30)
    while sequence()[1]:
        pass
    assert sorted(p for p in positions() if p is not None) == list(range(1, writers * each + 1))


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs, and the database drops the connection."""


def cut(_name: str) -> None:
    connection.close()
    raise Killed


def _boundaries_of(work: Callable[[], object]) -> list[str]:
    counted = Boundaries(stop=cut, kinds=frozenset({STATEMENT, COMMIT}))
    with enumerated(counted):
        work()
    return counted.crossed


def test_a_sequencer_killed_at_any_boundary_leaves_positions_contiguous() -> None:
    write_event()
    names = _boundaries_of(sequence)
    assert any("pg_try_advisory" in name for name in names)
    assert any(name.startswith("after commit") for name in names)
    for name in names:
        write_event()
        with enumerated(Boundaries(stop=cut, kinds=frozenset({STATEMENT, COMMIT}), armed=name)) as armed:
            with pytest.raises(Killed):
                sequence()
            assert armed.crossed[-1] == name
        while sequence()[1]:
            pass
        stamped = positions()
        assert stamped == list(range(1, len(stamped) + 1)), name


def test_a_page_covers_the_positions_of_types_it_leaves_out() -> None:
    company = uuid4()
    for _ in range(3):
        write_event(company)
    sequence()
    page = feed_page(after=1, limit=10, types=["employee.hired"])
    assert (page.events, page.after, page.upto, page.head) == ([], 1, 3, 3)
    page = feed_page(after=0, limit=2)
    assert [item.position for item in page.events] == [1, 2]
    assert (page.upto, page.head) == (2, 3)
