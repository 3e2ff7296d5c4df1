"""Refusals of the analytics service."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, DomainError, NotFoundError


class ReportNotFoundError(NotFoundError):
    """No such report, or not one of the reader's company."""

    code = "REPORT_NOT_FOUND"
    default_message = _("There is no such report.")


class ReportExpiredError(NotFoundError):
    """The report's file has been removed."""

    code = "REPORT_EXPIRED"
    default_message = _("The file of this report is kept no longer; ask for the report again.")


class ReportNotReadyError(ConflictError):
    """The report has no file yet, or could not be written."""

    code = "REPORT_NOT_READY"
    default_message = _("This report is not ready.")


class ReportStillWrittenError(ConflictError):
    """A report that waits or is being written cannot be run again."""

    code = "REPORT_STILL_WRITTEN"
    default_message = _("This report is still waiting or being written.")


class TooManyReportsError(ConflictError):
    """The person has asked for enough that is still to be written."""

    code = "TOO_MANY_REPORTS"
    default_message = _("Too many of your reports are still to be written; wait for one of them.")


class TooManyRowsError(DomainError):
    """More rows than a spreadsheet is made for."""

    code = "TOO_MANY_ROWS"
    default_message = _("The report has more rows than an XLSX file can take here; ask for it as CSV.")
