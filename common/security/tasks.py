"""Periodic work of the security app."""

from celery import shared_task
from django.core.management import call_command

from common.security.services import purge_revocations


@shared_task(name="security.purge_revocations")
def purge_revocations_daily() -> None:
    """Forget revocations that nothing can match any more."""
    purge_revocations()


@shared_task(name="security.clear_browser_sessions")
def clear_browser_sessions() -> None:
    """Forget browser sessions that expired."""
    call_command("clearsessions")
