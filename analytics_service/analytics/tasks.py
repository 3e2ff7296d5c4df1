"""Background work of the analytics service."""

from celery import shared_task

from analytics_service.analytics.services.report_processes import writer_start
from analytics_service.analytics.services.reports import reports_expire


@shared_task(name="analytics.write_reports")
def write_reports() -> None:
    """See to it that reports that wait are written, in a process of their own."""
    writer_start()


@shared_task(name="analytics.expire_reports")
def expire_reports() -> None:
    """Remove the files of reports that are kept no longer."""
    reports_expire()
