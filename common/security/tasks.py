"""Periodic work of the security app."""

from celery import shared_task

from common.security.services import purge_revocations


@shared_task(name="security.purge_revocations")
def purge_revocations_daily() -> None:
    """Forget revocations that nothing can match any more."""
    purge_revocations()
