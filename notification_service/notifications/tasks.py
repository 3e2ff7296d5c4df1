"""Work in the background: making notices, delivering them, and following the templates every night."""

from celery import shared_task

from notification_service.notifications.services.composing import notices_compose
from notification_service.notifications.services.delivery import notices_deliver
from notification_service.notifications.services.templates import templates_sync_all


@shared_task(name="notification.compose")
def compose_notices() -> None:
    """Make notices from what was heard; rung by the consumers and started every two seconds."""
    notices_compose()


@shared_task(name="notification.deliver")
def deliver_notices() -> None:
    """Deliver what is due; rung when notices were made and started every two seconds."""
    notices_deliver()


@shared_task(name="notification.sync_templates")
def sync_templates() -> None:
    """Bring the system's templates of every company up to date; started every night."""
    templates_sync_all()
