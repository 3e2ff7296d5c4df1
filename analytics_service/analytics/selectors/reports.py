"""Reading reports."""

from uuid import UUID

from django.db.models import QuerySet

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.exceptions import (
    ReportExpiredError,
    ReportNotFoundError,
    ReportNotReadyError,
)
from analytics_service.analytics.models import Report
from common.security.principal import Principal
from common.security.visible import visible_to


def report_list(person: Principal, **equal: str) -> QuerySet[Report]:
    """The reports of the company ``person`` acts for, whoever asked for them."""
    return visible_to(person, Report.objects.filter(**equal))


def report_get(person: Principal, report_id: UUID) -> Report:
    """The report; raises ReportNotFoundError, also for another company's."""
    report = report_list(person).filter(id=report_id).first()
    if report is None:
        raise ReportNotFoundError
    return report


def report_with_file(person: Principal, report_id: UUID) -> Report:
    """The report, which has a file; raises ReportNotFoundError, ReportExpiredError and ReportNotReadyError."""
    report = report_get(person, report_id)
    check_file(report)
    return report


def check_file(report: Report) -> None:
    """Raise ReportExpiredError or ReportNotReadyError for a report without a file."""
    if report.status == ReportStatus.EXPIRED:
        raise ReportExpiredError
    if report.status != ReportStatus.READY:
        raise ReportNotReadyError(report.error or None)
