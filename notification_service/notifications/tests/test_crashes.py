"""A sender may die at any moment, and the broker may carry the work or not."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import F

from common.contracts.employee import EmployeeHired
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, STATEMENT, Boundaries, activate, enumerated, kill_process
from common.testing.database import TestDatabase
from common.testing.sagas import TestBroker, test_broker
from notification_service.notifications.choices import Outcome, Status
from notification_service.notifications.models import DeliveryLog, Notification
from notification_service.notifications.services.delivery import LEASE, notices_deliver
from notification_service.notifications.tests.factories import CompanyRefFactory, UserRefFactory, mails
from notification_service.notifications.tests.mail_server import Mailbox
from notification_service.notifications.tests.test_composing import envelope, hear

pytestmark = pytest.mark.usefixtures("committed_db")
KINDS = frozenset({COMMIT, STATEMENT})


def write(count: int) -> None:
    with all_companies("test"):
        mails(count)


def die_in_child(work: Callable[[], Any], armed: str | None = None) -> int:
    """Run ``work`` in a process of its own, killed at the boundary ``armed``; returns the signal that ended it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            activate(Boundaries(stop=kill_process, kinds=KINDS, armed=armed))
            work()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def outlive_leases() -> None:
    with all_companies("test"):
        Notification.objects.filter(due_at__isnull=False).update(due_at=F("due_at") - LEASE)


def forget(test_database: TestDatabase) -> None:
    test_database.as_owner("TRUNCATE delivery_logs, notifications, event_log CASCADE")


def check(post: Mailbox, count: int) -> None:
    """Everything was sent, at most one twice and then under one Message-ID, and each is told of once."""
    with all_companies("test"):
        assert set(Notification.objects.values_list("status", "lease")) == {(Status.SENT, None)}
        assert not DeliveryLog.objects.filter(outcome=Outcome.STARTED).exists()
        told = EventRecord.objects.filter(type="notification.delivered").values_list(
            "aggregate_id", flat=True
        )
        assert len(told) == len(set(told)) == count
    assert len(post.people) == len(post.keys) == count
    assert sum(post.keys.values()) <= count + 1


def test_a_sender_killed_at_any_statement_loses_nothing_and_leaves_at_most_one_mail_in_doubt(
    post: Mailbox, test_database: TestDatabase
) -> None:
    write(2)
    with enumerated(Boundaries(stop=kill_process, kinds=KINDS)) as crossed:
        notices_deliver()
    assert len(crossed.crossed) > 20
    doubts = 0
    for boundary in crossed.crossed:
        forget(test_database)
        post.received.clear()
        write(2)
        assert die_in_child(notices_deliver, boundary) == signal.SIGKILL, boundary
        outlive_leases()
        notices_deliver()
        check(post, 2)
        doubts += sum(post.keys.values()) > 2
    assert doubts, "killed between the server's answer and the note of it, a mail goes out twice"


def test_a_sender_killed_while_the_server_takes_a_mail_is_followed_by_another(post: Mailbox) -> None:
    write(10)
    child: list[int] = []

    def kill(_letter: Any) -> None:
        if len(post.received) == 5 and child:
            os.kill(child.pop(), signal.SIGKILL)

    post.on_letter = kill
    connections.close_all()
    known, knows = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            # Until the parent knows whom to kill.
            os.read(known, 1)
            notices_deliver()
        finally:
            os._exit(0)
    child.append(pid)
    os.write(knows, b"!")
    os.waitpid(pid, 0)
    os.close(known)
    os.close(knows)
    post.on_letter = None
    assert len(post.received) == 6
    outlive_leases()
    notices_deliver()
    check(post, 10)


@pytest.fixture
def broker() -> Iterator[TestBroker]:
    with test_broker() as queues:
        yield queues


def test_an_event_rings_for_its_notices_and_they_ring_for_delivery(post: Mailbox, broker: TestBroker) -> None:
    company_id = uuid4()
    with all_companies("test"):
        CompanyRefFactory(company_id=company_id)
        person = UserRefFactory(company_ids=[company_id])
    hired = EmployeeHired(
        employee_id=uuid4(),
        employee_number="E1",
        company_id=company_id,
        user_id=person.user_id,
        first_name="Sara",
        last_name="Ahmad",
        hire_date=date(2026, 12, 1),
    )
    hear(envelope(hired))
    assert broker.deliver_all() == ["notification.compose", "notification.deliver"]
    assert post.people == {person.email: 1}
