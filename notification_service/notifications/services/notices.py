"""Making notices, sending one by hand, and reading them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from common.messaging.services import publish_many
from common.security.tenancy import all_companies
from notification_service.notifications import selectors
from notification_service.notifications.choices import Channel, Priority, Status
from notification_service.notifications.defaults import EXAMPLES
from notification_service.notifications.exceptions import (
    ChannelSwitchedOffError,
    NotResendableError,
    UnknownPersonError,
    UnknownTemplateError,
    WrongChannelError,
)
from notification_service.notifications.models import Notification, Preference, Template
from notification_service.notifications.services.people import preferences_of, wants
from notification_service.notifications.services.quiet_hours import after_quiet_hours
from notification_service.notifications.services.telling import (
    Told,
    told_created,
    told_delivered,
    told_read,
)
from notification_service.notifications.services.wording import (
    check_values,
    message_of,
    spelled,
    title_of,
)

WISHES = "a person's wishes hold in all their companies"


def notice_from(
    template: Template,
    values: Mapping[str, str],
    preference: Preference,
    *,
    language: str,
    priority: str = Priority.NORMAL,
    scheduled_at: datetime | None = None,
    **more: Any,
) -> Notification:
    """A notice, not yet saved, that ``template`` words; when it is due follows from the person's quiet hours.

    In the application it is where its reader finds it at once, or when its time comes.
    """
    now = timezone.now()
    notice = Notification(
        id=uuid4(),
        company_id=template.company_id,
        user_id=preference.user_id,
        type=template.type,
        title=title_of(template.subject_in(language), values) or template.name,
        message=message_of(template.content_in(language), values),
        language=language,
        category=template.category,
        template_id=template.pk,
        priority=priority,
        scheduled_at=scheduled_at,
        # Given and not left to the database, so that many are written as a few arrays.
        created_at=now,
        updated_at=now,
        **more,
    )
    if notice.type == Channel.IN_APP and (scheduled_at is None or scheduled_at <= now):
        notice.status, notice.sent_at, notice.attempts = Status.DELIVERED, now, 1
        return notice
    notice.due_at = due_time(notice, preference, max(now, scheduled_at or now))
    notice.give_up_at = notice.due_at + settings.NOTICE_GIVE_UP_AFTER
    return notice


def due_time(notice: Notification, preference: Preference, moment: datetime) -> datetime:
    """``moment``, or when the person may be disturbed; what is urgent or lies in the application need not wait."""
    if notice.type == Channel.IN_APP or notice.priority == Priority.URGENT:
        return moment
    return after_quiet_hours(preference, moment)


def notices_create(notices: Sequence[Notification], names: Mapping[UUID, str]) -> None:
    """Save notices and tell of them; ``names`` are the names of their templates by id."""
    Notification.objects.bulk_create(notices, batch_size=1000)
    told: list[Told] = []
    for notice in notices:
        told.append(told_created(notice, names.get(notice.template_id, "") if notice.template_id else ""))
        if notice.status == Status.DELIVERED:
            told.append(told_delivered(notice))
    publish_many(told)


def notice_send(  # noqa: PLR0913 - the contract's fields
    *,
    company_id: UUID,
    user_id: UUID,
    type: str,
    template_id: UUID,
    variables: Mapping[str, Any] | None = None,
    priority: str = Priority.NORMAL,
    scheduled_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
    sender_id: UUID | None = None,
) -> Notification:
    """Send one notice to a person of the company, worded by one of its templates.

    Raises UnknownTemplateError, WrongChannelError, UnknownVariableError, MissingVariableError, UnknownPersonError and
    ChannelSwitchedOffError.
    """
    template = Template.objects.filter(pk=template_id, company_id=company_id, is_active=True).first()
    if template is None:
        raise UnknownTemplateError(details={"template_id": str(template_id)})
    if template.type != type:
        raise WrongChannelError(details={"type": template.type})
    given = variables or {}
    check_values(given, template.variables)
    if not selectors.belongs_to(user_id, company_id):
        raise UnknownPersonError(details={"user_id": str(user_id)})
    with all_companies(WISHES):
        preference = preferences_of([user_id])[user_id]
    if not wants(preference, template.type, template.category):
        raise ChannelSwitchedOffError(details={"type": template.type, "category": template.category})
    notice = notice_from(
        template,
        spelled(given, preference.language),
        preference,
        language=preference.language,
        priority=priority,
        scheduled_at=scheduled_at,
        metadata=dict(metadata or {}),
        sender_id=sender_id,
    )
    notices_create([notice], {template.pk: template.name})
    notice.refresh_from_db()
    return notice


def template_test(template: Template, *, user_id: UUID) -> Notification:
    """Send the person who words a template a notice by it, with examples for its variables."""
    with all_companies(WISHES):
        preference = preferences_of([user_id])[user_id]
    values = {name: EXAMPLES.get(name) or name for name in template.variables}
    notice = notice_from(
        template, values, preference, language=preference.language, metadata={"test": True}, sender_id=user_id
    )
    notices_create([notice], {template.pk: template.name})
    return notice


def notice_read(notice: Notification) -> Notification:
    """Note that its reader has read a notice; one that was not sent yet need not be any more."""
    notices_read(Notification.objects.filter(pk=notice.pk))
    notice.refresh_from_db()
    return notice


def notices_read(notices: QuerySet[Notification]) -> int:
    """Note that the unread ones among ``notices`` were read; returns how many."""
    now = timezone.now()
    unread = notices.filter(read_at=None)
    found = list(unread.select_for_update().order_by("id").only("id", "company_id", "user_id"))
    Notification.objects.filter(pk__in=[notice.pk for notice in found]).update(
        status=Status.READ, read_at=now, due_at=None, updated_at=now
    )
    publish_many([told_read(notice) for notice in found])
    return len(found)


def notice_resend(notice: Notification) -> None:
    """Send a notice again: a new letter, not a repetition; raises NotResendableError."""
    now = timezone.now()
    changed = (
        Notification.objects.filter(pk=notice.pk, status__in=(Status.SENT, Status.FAILED))
        .exclude(type=Channel.IN_APP)
        .update(
            status=Status.PENDING,
            due_at=now,
            give_up_at=now + settings.NOTICE_GIVE_UP_AFTER,
            lease=None,
            error="",
            round=notice.round + 1,
            updated_at=now,
        )
    )
    if not changed:
        raise NotResendableError


def age_of(notice: Notification, now: datetime) -> timedelta:
    """For how long a notice has been tried."""
    give_up_at = notice.give_up_at or now
    tried_for: timedelta = settings.NOTICE_GIVE_UP_AFTER - (give_up_at - now)
    return tried_for
