"""Reading notices and templates."""

from uuid import UUID

from django.db.models import QuerySet

from common.security.principal import Principal
from notification_service.notifications.models import Notification, Template


def notification_list(person: Principal) -> QuerySet[Notification]:
    """The notices to ``person``: a notice is for its reader, whatever rights others have.

    Only those of the company the person acts for; who serves all companies reads theirs from every company.
    """
    notices = Notification.objects.filter(user_id=person.id)
    return notices if person.all_companies else notices.filter(company_id=person.company_id)


def notification_get(person: Principal, notification_id: UUID) -> Notification | None:
    """One notice to ``person``, or None when there is no such notice to them."""
    return notification_list(person).filter(pk=notification_id).first()


def template_list(person: Principal) -> QuerySet[Template]:
    """The templates of the company ``person`` acts for, or of all companies, by name."""
    templates = Template.objects.order_by("name", "type", "id")
    return templates if person.all_companies else templates.filter(company_id=person.company_id)
