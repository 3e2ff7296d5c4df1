"""Mails over a real SMTP server: all of them, once, whatever happens in between."""

from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.security.tenancy import all_companies
from common.testing.threads import run_all
from notification_service.notifications import services
from notification_service.notifications.choices import Channel, Outcome, Priority, Status
from notification_service.notifications.models import ChannelState, DeliveryLog, Notification
from notification_service.notifications.services.delivery import KILLED, Delivery, notices_deliver
from notification_service.notifications.tasks import deliver_notices
from notification_service.notifications.tests.factories import (
    NotificationFactory,
    PreferenceFactory,
    UserRefFactory,
    mails,
)
from notification_service.notifications.tests.mail_server import Mailbox, free_port, mail_server

pytestmark = pytest.mark.usefixtures("committed_db")
Events = Callable[[str], list[dict[str, Any]]]


def pass_time(**delta: float) -> None:
    """Everything that was to happen later comes nearer by so much."""
    step = timedelta(**delta)
    with all_companies("test"):
        Notification.objects.filter(due_at__isnull=False).update(
            due_at=F("due_at") - step, give_up_at=F("give_up_at") - step
        )
        ChannelState.objects.update(retry_at=F("retry_at") - step)


def write(count: int = 1, **values: Any) -> list[Notification]:
    with all_companies("test"):
        return mails(count, **values)


def statuses() -> dict[str, int]:
    with all_companies("test"):
        found: dict[str, int] = {}
        for status in Notification.objects.values_list("status", flat=True):
            found[status] = found.get(status, 0) + 1
        return found


def attempts(notice: Notification) -> list[tuple[int, str, str]]:
    with all_companies("test"):
        rows = DeliveryLog.objects.filter(notification_id=notice.pk).order_by("attempt")
        return [(row.attempt, row.outcome, row.error) for row in rows]


def content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def fresh(notice: Notification) -> Notification:
    with all_companies("test"):
        return Notification.objects.get(pk=notice.pk)


def test_a_mail_is_delivered_in_both_forms_and_its_way_is_written_down(post: Mailbox, events: Events) -> None:
    [notice] = write(title="إجازتك <مهمة>", message="تمت الموافقة\nعلى <b>إجازتك</b>", language="ar")
    deliver_notices()
    [letter] = post.received
    assert letter["Message-ID"] == f"<{notice.pk}@pearl.example>"
    assert letter["Content-Language"] == "ar"
    _whole, text, page = letter.walk()
    assert content(text) == "تمت الموافقة\r\nعلى <b>إجازتك</b>"
    html = content(page)
    assert '<html lang="ar" dir="rtl">' in html
    assert "تمت الموافقة<br>على &lt;b&gt;إجازتك&lt;/b&gt;" in html
    assert "إجازتك &lt;مهمة&gt;" in html
    sent = fresh(notice)
    assert (sent.status, sent.due_at, sent.attempts, sent.error) == (Status.SENT, None, 1, "")
    assert sent.sent_at is not None
    assert attempts(notice) == [(1, Outcome.DELIVERED, "")]
    [told] = events("notification.delivered")
    assert (told["notification_id"], told["channel"], told["attempt"]) == (str(notice.pk), "email", 1)
    deliver_notices()
    assert len(post.received) == 1


def test_a_flood_goes_over_one_connection(post: Mailbox) -> None:
    write(1000)
    assert Delivery(Channel.EMAIL, seconds=100).run() == 1000
    assert post.sessions == 1
    assert set(post.people.values()) == {1}
    assert len(post.people) == 1000
    assert statuses() == {Status.SENT: 1000}


def test_what_a_mail_costs_does_not_depend_on_how_many_wait(post: Mailbox) -> None:
    with CaptureQueriesContext(connection) as few:
        write(10)
        notices_deliver()
    per_notice = len(few) / 10
    write(60)
    with CaptureQueriesContext(connection) as many:
        notices_deliver()
    assert len(many) < 60 * per_notice


def test_a_mail_server_that_is_down_for_an_hour_loses_nothing_and_repeats_nothing(
    mailbox: Mailbox, mail_settings: Any
) -> None:
    mail_settings.EMAIL_PORT = port = free_port()
    notices = write(30)
    for _minute in range(60):
        notices_deliver()
        pass_time(minutes=1)
    assert statuses() == {Status.PENDING: 30}
    with all_companies("test"):
        tried = DeliveryLog.objects.count()
        [state] = ChannelState.objects.all()
    assert 10 < tried < 30, "one attempt a round for all thirty, and fewer rounds as time goes on"
    assert state.failures == tried
    assert "Connection refused" in state.error
    with mail_server(mailbox, port):
        pass_time(minutes=6)
        notices_deliver()
        notices_deliver()
    assert statuses() == {Status.SENT: 30}
    assert mailbox.keys == {f"<{notice.pk}@pearl.example>": 1 for notice in notices}
    with all_companies("test"):
        assert ChannelState.objects.get().down_since is None


def test_a_mail_that_is_refused_for_now_is_sent_later(post: Mailbox) -> None:
    post.recipients = ["451 try again later"]
    [notice] = write()
    notices_deliver()
    waiting = fresh(notice)
    assert (waiting.status, waiting.error) == (Status.PENDING, "451 try again later")
    assert waiting.due_at is not None
    assert waiting.due_at > timezone.now() + timedelta(seconds=20)
    notices_deliver()
    assert post.received == []
    pass_time(minutes=1)
    notices_deliver()
    assert [outcome for _number, outcome, _error in attempts(notice)] == [
        Outcome.POSTPONED,
        Outcome.DELIVERED,
    ]
    assert len(post.received) == 1


def test_the_pauses_between_attempts_grow(post: Mailbox) -> None:
    [notice] = write()
    pauses = []
    for _attempt in range(6):
        post.recipients = ["451 not yet"]
        notices_deliver()
        due_at = fresh(notice).due_at
        assert due_at is not None
        pauses.append((due_at - timezone.now()).total_seconds())
        pass_time(seconds=pauses[-1] + 1)
    assert pauses[0] < 40
    assert pauses[-1] > 300


@pytest.mark.parametrize("at", ["recipient", "content"])
def test_a_mail_that_is_refused_for_good_fails_at_once_and_holds_up_nobody(
    post: Mailbox, events: Events, at: str
) -> None:
    refusal = "550 no such mailbox"
    if at == "recipient":
        post.recipients = [refusal]
    else:
        post.answers = [refusal]
    first, second = write(2)
    notices_deliver()
    failed = next(notice for notice in map(fresh, (first, second)) if notice.status == Status.FAILED)
    assert (failed.due_at, failed.error) == (None, refusal)
    assert attempts(failed) == [(1, Outcome.FAILED, refusal)]
    [told] = events("notification.failed")
    assert (told["notification_id"], told["attempt"], told["error"]) == (str(failed.pk), 1, refusal)
    assert statuses() == {Status.SENT: 1, Status.FAILED: 1}
    assert post.sessions == 1


def test_a_server_that_hangs_is_left_after_the_time_out(post: Mailbox, mail_settings: Any) -> None:
    mail_settings.EMAIL_TIMEOUT = 0.5
    post.hang_for = 1.5
    post.answers = ["hang"]
    notices = write(5)
    started = timezone.now()
    notices_deliver()
    assert (timezone.now() - started).total_seconds() < 5
    in_doubt = [notice for notice in notices if attempts(notice)]
    assert [attempts(notice)[0][1] for notice in in_doubt] == [Outcome.UNKNOWN]
    assert statuses() == {Status.PENDING: 5}
    assert notices_deliver() == 0, "the server is left alone for a while"
    post.hang_for = 0
    pass_time(minutes=2)
    notices_deliver()
    assert statuses() == {Status.SENT: 5}


def test_a_mail_without_an_answer_is_sent_again_under_the_same_message_id(post: Mailbox) -> None:
    post.answers = ["disconnect"]
    [notice] = write()
    notices_deliver()
    assert fresh(notice).status == Status.PENDING
    pass_time(minutes=2)
    notices_deliver()
    assert fresh(notice).status == Status.SENT
    assert post.keys == {f"<{notice.pk}@pearl.example>": 2}
    assert [outcome for _number, outcome, _error in attempts(notice)] == [Outcome.UNKNOWN, Outcome.DELIVERED]


def test_a_server_that_takes_few_letters_a_connection_gets_all_of_them_at_once(post: Mailbox) -> None:
    post.letters_a_session = 3
    write(10)
    assert notices_deliver() == 10
    assert post.sessions == 4
    assert set(post.people.values()) == {1}


class Killed(BaseException):
    """The process ends here: nothing that follows is done."""


def kill_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the sender when the server has taken its ``count``-th letter, before that is written down."""
    settle, done = Delivery._settle, [0]

    def dying(self: Delivery, answer: Any) -> None:
        done[0] += 1
        if done[0] == count:
            monkeypatch.setattr(Delivery, "_release", lambda self: None)
            raise Killed
        settle(self, answer)

    monkeypatch.setattr(Delivery, "_settle", dying)


def test_a_sender_killed_in_the_middle_leaves_one_mail_in_doubt_and_loses_none(
    post: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(20)
    with monkeypatch.context() as killing:
        kill_after(8, killing)
        with pytest.raises(Killed):
            notices_deliver()
    assert statuses() == {Status.SENT: 7, Status.PENDING: 13}
    assert notices_deliver() == 0, "what the dead one had in hand is not taken before its lease has ended"
    pass_time(minutes=6)
    assert notices_deliver() == 13
    repeated = [key for key, count in post.keys.items() if count > 1]
    assert len(repeated) == 1
    assert len(post.keys) == 20
    with all_companies("test"):
        [doubtful] = DeliveryLog.objects.filter(outcome=Outcome.UNKNOWN)
        assert doubtful.error == KILLED
        assert DeliveryLog.objects.filter(notification_id=doubtful.notification_id).count() == 2


def test_senders_at_the_same_time_send_nothing_twice(post: Mailbox) -> None:
    write(150)
    delivered = run_all([notices_deliver] * 4)
    assert sum(delivered) == 150
    assert set(post.keys.values()) == {1}
    assert statuses() == {Status.SENT: 150}


def test_a_mail_that_cannot_be_delivered_for_two_days_is_given_up(mail_settings: Any, events: Events) -> None:
    mail_settings.EMAIL_PORT = free_port()
    [notice] = write()
    notices_deliver()
    pass_time(hours=49)
    notices_deliver()
    failed = fresh(notice)
    assert failed.status == Status.FAILED
    assert "Connection refused" in failed.error
    assert len(events("notification.failed")) == 1


def test_a_person_whose_address_is_not_known_yet_is_waited_for(post: Mailbox) -> None:
    with all_companies("test"):
        notice = NotificationFactory(type=Channel.EMAIL, status=Status.PENDING)
    notices_deliver()
    assert fresh(notice).status == Status.PENDING
    assert "address" in fresh(notice).error
    with all_companies("test"):
        UserRefFactory(user_id=notice.user_id, email="late@example.com")
    pass_time(minutes=1)
    notices_deliver()
    assert post.people == {"late@example.com": 1}


def test_an_address_that_is_none_fails_at_once(post: Mailbox) -> None:
    with all_companies("test"):
        people = [UserRefFactory(email=email) for email in ("سارة@example.com", "a@b@c", "fine@example.com")]
        for person in people:
            NotificationFactory(type=Channel.EMAIL, status=Status.PENDING, user_id=person.user_id)
    notices_deliver()
    assert post.people["fine@example.com"] == 1
    assert statuses()[Status.SENT] + statuses().get(Status.FAILED, 0) == 3
    assert statuses()[Status.FAILED] >= 1


def test_what_is_urgent_goes_first(post: Mailbox) -> None:
    write(3)
    write(1, priority=Priority.URGENT)
    [low] = write(1, priority=Priority.LOW)
    notices_deliver()
    keys = [str(letter["Message-ID"]) for letter in post.received]
    with all_companies("test"):
        [urgent] = Notification.objects.filter(priority=Priority.URGENT)
    assert keys[0] == f"<{urgent.pk}@pearl.example>"
    assert keys[-1] == f"<{low.pk}@pearl.example>"


def test_a_mail_that_was_read_in_the_application_is_not_sent_any_more(post: Mailbox) -> None:
    [notice] = write()
    with all_companies("test"):
        services.notice_read(notice)
    notices_deliver()
    assert post.received == []


def test_a_mail_that_is_read_while_it_is_sent_counts_as_read(post: Mailbox) -> None:
    [notice] = write()

    def read(_letter: Any) -> None:
        def work() -> None:
            with all_companies("test"):
                services.notice_read(notice)

        run_all([work])

    post.on_letter = read
    notices_deliver()
    after = fresh(notice)
    assert (after.status, after.due_at) == (Status.READ, None)
    assert after.sent_at is not None


def test_who_switched_mail_off_meanwhile_gets_none(post: Mailbox, events: Events) -> None:
    [notice] = write()
    with all_companies("test"):
        PreferenceFactory(user_id=notice.user_id, email_enabled=False)
    notices_deliver()
    assert post.received == []
    assert fresh(notice).status == Status.FAILED
    assert len(events("notification.failed")) == 1


def test_a_notice_that_was_sent_is_sent_again_by_hand_as_a_new_letter(post: Mailbox) -> None:
    [notice] = write()
    notices_deliver()
    with all_companies("test"):
        services.notice_resend(fresh(notice))
    notices_deliver()
    assert post.keys == {f"<{notice.pk}@pearl.example>": 1, f"<{notice.pk}.1@pearl.example>": 1}
    assert [number for number, _outcome, _error in attempts(notice)] == [1, 2]


def test_channels_without_a_contract_are_written_into_the_log(
    caplog: pytest.LogCaptureFixture, events: Events
) -> None:
    with all_companies("test"):
        notice = NotificationFactory(type=Channel.SMS, status=Status.PENDING, message="secret words")
        PreferenceFactory(user_id=notice.user_id, sms_enabled=True)
    with caplog.at_level("INFO"):
        notices_deliver()
    assert fresh(notice).status == Status.SENT
    assert "notice would be sent" in caplog.text
    assert "secret words" not in caplog.text
    assert len(events("notification.delivered")) == 1


def test_a_notice_for_the_application_appears_when_its_time_comes(events: Events) -> None:
    with all_companies("test"):
        notice = NotificationFactory(status=Status.PENDING, due_at=timezone.now() + timedelta(hours=1))
    notices_deliver()
    assert fresh(notice).status == Status.PENDING
    pass_time(hours=1)
    notices_deliver()
    assert fresh(notice).status == Status.DELIVERED
    assert len(events("notification.delivered")) == 1
