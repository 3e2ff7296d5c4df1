"""Periodic work of the API."""

from celery import shared_task

from common.api.idempotency import purge_keys


@shared_task(name="api.purge_idempotency_keys")
def purge_idempotency_keys() -> None:
    """Forget old idempotency keys."""
    purge_keys()
