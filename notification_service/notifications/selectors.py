"""Reading notices, templates and what surrounds them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from common.errors import NotFoundError
from common.reference.models import CompanyRef, UserRef
from common.security.principal import Principal
from common.security.visible import visible_to
from notification_service.notifications.choices import Status
from notification_service.notifications.models import Notification, Template

EXACT_NOTICE_FILTERS = ("type", "status", "priority")
EXACT_TEMPLATE_FILTERS = ("type", "is_active", "name")


def notification_list(person: Principal, query: Mapping[str, Any] | None = None) -> QuerySet[Notification]:
    """The notices to ``person``: a notice is for its reader, whatever rights others have.

    Only those of the company the person acts for; who serves all companies reads theirs from every company.
    What is scheduled is not there before its time. ``query``: type, status, priority, unread_only.
    """
    query = query or {}
    notices = Notification.objects.filter(
        Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now()),
        user_id=person.id,
        **_named(EXACT_NOTICE_FILTERS, query),
    )
    if query.get("unread_only"):
        notices = notices.filter(read_at=None)
    return visible_to(person, notices)


def notices_readable(person: Principal) -> QuerySet[Notification]:
    """What "mark all as read" means: a failed notice was not read, and stays where it is seen to have failed."""
    return notification_list(person).exclude(status=Status.FAILED)


def notification_get(person: Principal, notification_id: UUID) -> Notification:
    """One notice to ``person``; raises NotFoundError when there is no such notice to them."""
    notice = notification_list(person).filter(pk=notification_id).first()
    if notice is None:
        raise NotFoundError
    return notice


def template_list(person: Principal, query: Mapping[str, Any] | None = None) -> QuerySet[Template]:
    """The templates of the company ``person`` acts for, or of all companies; ``query``: type, is_active, name."""
    return visible_to(person, Template.objects.filter(**_named(EXACT_TEMPLATE_FILTERS, query or {})))


def template_get(person: Principal, template_id: UUID) -> Template:
    """One template; raises NotFoundError when the person's company has no such template."""
    template = template_list(person).filter(pk=template_id).first()
    if template is None:
        raise NotFoundError
    return template


def template_company(template_id: UUID) -> UUID | None:
    """The company whose template it is, as far as the scope shows it."""
    return Template.objects.filter(pk=template_id).values_list("company_id", flat=True).first()


def belongs_to(user_id: UUID, company_id: UUID) -> bool:
    """Whether the person has an account that works, and a role in the company."""
    return UserRef.objects.filter(pk=user_id, company_ids__contains=[company_id], is_active=True).exists()


def company_exists(company_id: UUID) -> bool:
    """Whether the company service has told of the company."""
    return CompanyRef.objects.filter(pk=company_id).exists()


def company_ids() -> list[UUID]:
    """Every company that the company service has told of."""
    return list(CompanyRef.objects.values_list("company_id", flat=True))


def _named(names: tuple[str, ...], query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in names if name in query}
