"""Carrying notices out: claimed by a lease, written down before and after, never by two at once.

A sender takes notices that are due and puts their time ahead (the lease), so that nobody else takes them. Before
each is handed to the provider, the attempt is committed; with the provider's answer it is completed. Whoever is
killed leaves at most one notice in doubt: its attempt stays ``started``, and after the lease it is sent again
under the same Message-ID. Sending it twice to few is better than not at all.
"""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from common.messaging.services import publish_many
from common.security.tenancy import all_companies
from notification_service.notifications.choices import Channel, Outcome, Status
from notification_service.notifications.models import ChannelState, DeliveryLog, Notification, Preference
from notification_service.notifications.providers import Answer, Fate, Outgoing, provider_of
from notification_service.notifications.services.channels import (
    channel_failed,
    channel_may_try,
    channel_worked,
)
from notification_service.notifications.services.notices import age_of, due_time
from notification_service.notifications.services.people import email_addresses, preferences_of, wants
from notification_service.notifications.services.telling import told_delivered, told_failed

CROSSING = "delivery serves every company"
PROVIDED = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
BATCH = 100
LEASE = timedelta(minutes=5)
ROUND_SECONDS = 20.0
"""A round ends in time for the worker to do something else; the next one goes on."""
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
OUTCOMES = {
    Fate.TAKEN: Outcome.DELIVERED,
    Fate.REFUSED: Outcome.FAILED,
    Fate.LATER: Outcome.POSTPONED,
    Fate.DOUBTFUL: Outcome.UNKNOWN,
    Fate.UNREACHABLE: Outcome.POSTPONED,
}
KILLED = "The sender ended before it had an answer."
SWITCHED_OFF = "The person has switched this channel off."
NO_ADDRESS = "No address of this person is known yet."


def notices_deliver() -> int:
    """Deliver what is due, for some seconds at the longest; returns how many notices were taken."""
    notices_give_up()
    delivered = notices_show()
    for channel in PROVIDED:
        delivered += Delivery(channel).run()
    return delivered


def notices_show(limit: int = 1000) -> int:
    """Bring notices whose time has come before their readers in the application; returns how many."""
    now = timezone.now()
    with all_companies(CROSSING):
        due = list(_due(Channel.IN_APP)[:limit])
        Notification.objects.filter(pk__in=[notice.pk for notice in due]).update(
            status=Status.DELIVERED, sent_at=now, due_at=None, attempts=1, updated_at=now
        )
        for notice in due:
            notice.attempts = 1
        publish_many(map(told_delivered, due))
    return len(due)


def notices_give_up(limit: int = 1000) -> int:
    """Give up what could not be delivered in time; returns how many."""
    now = timezone.now()
    with all_companies(CROSSING):
        late = list(
            Notification.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=now, give_up_at__lte=now)
            .order_by("give_up_at")[:limit]
        )
        if late:
            errors = dict(ChannelState.objects.values_list("channel", "error"))
            _fail(late, {notice.pk: notice.error or errors.get(notice.type, "") for notice in late})
    return len(late)


class Claimed(NamedTuple):
    """A notice in a sender's hands."""

    notice: Notification
    preference: Preference
    address: str


class Delivery:
    """One round of one sender over one channel."""

    def __init__(self, channel: str, *, seconds: float = ROUND_SECONDS) -> None:
        self.channel = channel
        self._lease = uuid4()
        self._until = time.monotonic() + seconds
        self._claimed: dict[UUID, Claimed] = {}
        self._in_hand: dict[UUID, Claimed] = {}
        self._taken = 0

    def run(self) -> int:
        """Deliver what is due until nothing is left, time is up or the provider is in trouble; returns how many."""
        if not channel_may_try(self.channel):
            return 0
        try:
            with closing(provider_of(self.channel).send(self._opened())) as answers:
                for answer in answers:
                    self._settle(answer)
                    if answer.fate in {Fate.UNREACHABLE, Fate.DOUBTFUL}:
                        channel_failed(self.channel, answer.error)
                        break
        finally:
            self._release()
        return self._taken

    def _opened(self) -> Iterator[Outgoing]:
        """The notices that are due, each with its attempt committed."""
        while self._claim():
            for claimed in list(self._claimed.values()):
                if time.monotonic() > self._until:
                    return
                outgoing = self._open(claimed)
                if outgoing is not None:
                    yield outgoing

    def _claim(self) -> bool:
        """Take a batch of what is due; False when there is none or time is up."""
        while time.monotonic() <= self._until:
            now = timezone.now()
            with all_companies(CROSSING):
                due = list(_due(self.channel)[:BATCH])
                if not due:
                    return False
                keys = [notice.pk for notice in due]
                Notification.objects.filter(pk__in=keys).update(
                    lease=self._lease, due_at=now + LEASE, updated_at=now
                )
                DeliveryLog.objects.filter(notification__in=keys, outcome=Outcome.STARTED).update(
                    outcome=Outcome.UNKNOWN, error=KILLED, finished_at=now, updated_at=now
                )
                for claimed in self._sendable(due):
                    self._claimed[claimed.notice.pk] = claimed
            if self._claimed:
                return True
        return False

    def _sendable(self, due: list[Notification]) -> Iterator[Claimed]:
        """Those that may go now; the others wait for the morning or their address, or are wanted no more."""
        people = {notice.user_id for notice in due}
        preferences, addresses = preferences_of(people), email_addresses(people)
        now = timezone.now()
        unwanted = []
        for notice in due:
            preference, address = preferences[notice.user_id], addresses.get(notice.user_id, "")
            disturbs_from = due_time(notice, preference, now)
            if not wants(preference, notice.type, notice.category):
                unwanted.append(notice)
            elif disturbs_from > now:
                self._postpone(notice, preference, disturbs_from - now, "")
            elif self.channel == Channel.EMAIL and not address:
                self._postpone(notice, preference, _pause(notice), NO_ADDRESS)
            else:
                yield Claimed(notice, preference, address)
        _fail(unwanted, dict.fromkeys((notice.pk for notice in unwanted), SWITCHED_OFF))

    def _open(self, claimed: Claimed) -> Outgoing | None:
        """Commit the attempt; None when the notice was read meanwhile or another sender has it."""
        notice, now = claimed.notice, timezone.now()
        del self._claimed[notice.pk]
        with all_companies(CROSSING):
            held = Notification.objects.filter(pk=notice.pk, lease=self._lease, status=Status.PENDING)
            if not held.update(attempts=F("attempts") + 1, due_at=now + LEASE):
                return None
            notice.attempts += 1
            DeliveryLog.objects.bulk_create(
                [
                    DeliveryLog(
                        notification_id=notice.pk, company_id=notice.company_id, attempt=notice.attempts
                    )
                ]
            )
        self._in_hand[notice.pk] = claimed
        return Outgoing(
            notification_id=notice.pk,
            company_id=notice.company_id,
            user_id=notice.user_id,
            channel=notice.type,
            address=claimed.address,
            title=notice.title,
            message=notice.message,
            language=notice.language,
            attempt=notice.attempts,
            key=f"{notice.pk}.{notice.round}" if notice.round else str(notice.pk),
        )

    def _settle(self, answer: Answer) -> None:
        """Write down what became of a notice, and tell of it."""
        claimed, now = self._in_hand.pop(answer.outgoing.notification_id), timezone.now()
        notice = claimed.notice
        with all_companies(CROSSING):
            DeliveryLog.objects.filter(notification_id=notice.pk, attempt=notice.attempts).update(
                outcome=OUTCOMES[answer.fate], error=answer.error, finished_at=now, updated_at=now
            )
            match answer.fate:
                case Fate.TAKEN:
                    self._take(notice)
                case Fate.REFUSED:
                    _fail([notice], {notice.pk: answer.error}, lease=self._lease)
                case Fate.UNREACHABLE:
                    # The provider's fault: the notice is the first to go when it is back.
                    self._postpone(notice, claimed.preference, timedelta(0), answer.error)
                case _:
                    self._postpone(notice, claimed.preference, _pause(notice), answer.error)
        if answer.fate is Fate.TAKEN:
            self._taken += 1
            if self._taken == 1:
                channel_worked(self.channel)

    def _take(self, notice: Notification) -> None:
        now = timezone.now()
        # Whoever holds the lease by now, the letter is out.
        Notification.objects.filter(Q(lease=self._lease) | Q(status=Status.PENDING), pk=notice.pk).update(
            status=Case(When(status=Status.READ, then=F("status")), default=Value(Status.SENT)),
            sent_at=now,
            due_at=None,
            lease=None,
            error="",
            updated_at=now,
        )
        publish_many([told_delivered(notice)])

    def _postpone(self, notice: Notification, preference: Preference, pause: timedelta, error: str) -> None:
        now = timezone.now()
        Notification.objects.filter(pk=notice.pk, lease=self._lease, status=Status.PENDING).update(
            due_at=due_time(notice, preference, now + pause),
            lease=None,
            error=error or notice.error,
            updated_at=now,
        )

    def _release(self) -> None:
        """Give back what was claimed and not tried; what has no answer stays leased, for it may be out."""
        if not self._claimed:
            return
        now = timezone.now()
        with all_companies(CROSSING):
            Notification.objects.filter(
                pk__in=list(self._claimed), lease=self._lease, status=Status.PENDING
            ).update(lease=None, due_at=now, updated_at=now)
        self._claimed.clear()


def _due(channel: str) -> QuerySet[Notification]:
    return (
        Notification.objects.select_for_update(skip_locked=True)
        .filter(type=channel, due_at__lte=timezone.now())
        .order_by("urgency", "due_at")
    )


def _pause(notice: Notification) -> timedelta:
    """As long again as it was tried for, so the pauses double; a little apart from what came with it."""
    pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, age_of(notice, timezone.now())))
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - jitter


def _fail(notices: list[Notification], errors: dict[UUID, str], *, lease: UUID | None = None) -> None:
    """Give notices up; with ``lease``, only where it still holds."""
    now = timezone.now()
    pending = Notification.objects.filter(
        pk__in=[notice.pk for notice in notices], status=Status.PENDING, **({"lease": lease} if lease else {})
    )
    given_up = set(pending.select_for_update().values_list("pk", flat=True))
    failed = [notice for notice in notices if notice.pk in given_up]
    for error in {errors[notice.pk] for notice in failed}:
        alike = [notice.pk for notice in failed if errors[notice.pk] == error]
        Notification.objects.filter(pk__in=alike).update(
            status=Status.FAILED, due_at=None, lease=None, error=error, updated_at=now
        )
    publish_many(told_failed(notice, errors[notice.pk]) for notice in failed)
