"""Reading notices and templates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFoundError
from common.security.principal import Principal
from common.security.visible import visible_to
from notification_service.notifications.models import Notification, Template

EXACT_NOTICE_FILTERS = ("type", "status", "priority")
EXACT_TEMPLATE_FILTERS = ("type", "is_active")


def notification_list(person: Principal, query: Mapping[str, Any] | None = None) -> QuerySet[Notification]:
    """The notices to ``person``: a notice is for its reader, whatever rights others have.

    Only those of the company the person acts for; who serves all companies reads theirs from every company.
    ``query``: type, status, priority, unread_only.
    """
    query = query or {}
    notices = Notification.objects.filter(user_id=person.id, **_named(EXACT_NOTICE_FILTERS, query))
    if query.get("unread_only"):
        notices = notices.filter(read_at=None)
    return visible_to(person, notices)


def notification_get(person: Principal, notification_id: UUID) -> Notification:
    """One notice to ``person``; raises NotFoundError when there is no such notice to them."""
    notice = notification_list(person).filter(pk=notification_id).first()
    if notice is None:
        raise NotFoundError
    return notice


def template_list(person: Principal, query: Mapping[str, Any] | None = None) -> QuerySet[Template]:
    """The templates of the company ``person`` acts for, or of all companies; ``query``: type, is_active."""
    return visible_to(person, Template.objects.filter(**_named(EXACT_TEMPLATE_FILTERS, query or {})))


def _named(names: tuple[str, ...], query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in names if name in query}
