"""Periodic work about personal data."""

from celery import shared_task

from common.privacy.retention import retention_run


@shared_task(name="privacy.retention")
def carry_out_retention() -> None:
    """Remove and mask what is past its time; started every night."""
    for _reckoning in retention_run():
        pass
